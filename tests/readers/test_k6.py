"""k6: three shapes of summary, two of them with thresholds that mean the opposite of each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.errors import InputError
from gate.readers import k6
from gate.readers.source import SourceFile
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE, Slice

SAMPLES = Path(__file__).parents[1] / "samples" / "k6"
EXPORT, SUMMARY, MACHINE = (
    SAMPLES / name for name in ("summary-export.json", "handle-summary-data.json", "machine-readable-summary.json")
)


def source(document: Any) -> SourceFile:
    return SourceFile("k6.json", json.dumps(document).encode())


def read(path: Path) -> Measurements:
    return k6.read(SourceFile(str(path), path.read_bytes()))


def get(table: Measurements, name: str, **columns: str) -> Measurement:
    found = table.get(name, Slice.of(columns))
    assert found is not None, (name, table.names)
    return found


def with_metric(name: str, metric: Any) -> SourceFile:
    return source({"root_group": {}, "metrics": {name: metric}})


def test_the_export_is_read() -> None:
    table = read(EXPORT)
    p95 = get(table, "http_req_duration.p95")
    assert (p95.value, p95.support.n, p95.unit, p95.better) == (45.6, 120, "ms", Direction.LOWER)
    checks = get(table, "checks")
    assert (checks.value, checks.support.k, checks.support.n, checks.better) == (118 / 120, 118, 120, Direction.HIGHER)
    assert get(table, "http_reqs.rate").value == 19.5
    assert get(table, "vus").value == 2
    assert table.aliases["http_req_duration.p(95)"] == "http_req_duration.p95"
    assert table.aliases["checks.rate"] == "checks"


def test_the_data_of_handle_summary_is_read() -> None:
    p90 = get(read(SUMMARY), "http_req_duration.p90")
    assert (p90.value, p90.support.n, p90.unit) == (30.5, 120, "ms")


def test_the_machine_readable_summary_is_a_list_with_matches() -> None:
    table = read(MACHINE)
    failed = get(table, "http_req_failed")
    assert (failed.value, failed.support.k, failed.support.n, failed.better) == (2 / 120, 2, 120, Direction.LOWER)
    assert get(table, "http_req_duration.p95").value == 45.6
    assert get(table, "checks", check="status is 200").support.k == 118
    assert not any("threshold" in name for name in table.names)


def test_of_the_export_a_true_threshold_was_crossed() -> None:
    table = read(EXPORT)
    assert get(table, "http_req_duration.thresholds_ok").value is False
    assert get(table, "http_req_failed.thresholds_ok").value is True
    assert get(table, "thresholds_ok").value is False


def test_of_handle_summary_a_true_threshold_holds() -> None:
    assert get(read(SUMMARY), "http_req_duration.thresholds_ok").value is False
    file = with_metric("x", {"type": "gauge", "values": {"value": 1}, "thresholds": {"value<2": {"ok": True}}})
    assert get(k6.read(file), "x.thresholds_ok").value is True


def test_passes_of_failed_requests_are_failures() -> None:
    failed = get(read(EXPORT), "http_req_failed")
    assert (failed.value, failed.support.k, failed.support.n, failed.better) == (2 / 120, 2, 120, Direction.LOWER)


def test_a_submetric_is_a_slice() -> None:
    found = get(read(EXPORT), "http_req_duration.p95", expected_response="true")
    assert (found.value, found.support.n) == (44.0, None)  # how many requests it holds is not said


def test_a_tag_may_hold_colons_and_quotes() -> None:
    file = with_metric("t{ url:'http://h:80/x', b:\"c\" }", {"avg": 1})
    assert get(k6.read(file), "t.avg", url="http://h:80/x", b="c").value == 1


def test_checks_of_groups_are_slices_by_path() -> None:
    inner = {"name": "ok", "path": "::login::ok", "passes": 0, "fails": 0}
    as_list = {"groups": [{"checks": [inner]}], "checks": []}
    as_mapping = {"groups": {"login": {"checks": {"ok": inner}}}, "checks": {}}
    for group in (as_list, as_mapping):
        found = get(k6.read(source({"root_group": group, "metrics": {}})), "checks", check="login::ok")
        assert (found.value, found.problem) == (None, "measured on no rows (n is 0)")


def test_percentiles_keep_their_decimals() -> None:
    assert get(k6.read(with_metric("t", {"p(99.9)": 1, "count": 7})), "t.p99.9").support.n == 7


def test_a_custom_trend_has_neither_direction_nor_unit() -> None:
    found = get(k6.read(with_metric("score", {"avg": 1})), "score.avg")
    assert (found.better, found.unit) == (None, "")


@pytest.mark.parametrize("value", [None, "fast", float("nan")])
def test_what_is_no_number_has_no_value(value: Any) -> None:
    found = get(k6.read(with_metric("t", {"avg": value})), "t.avg")
    assert found.value is None
    assert found.problem


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("x", "`metrics.m` is text, not a mapping"),
        ({"values": 1}, "`metrics.m.values` is a number, not a mapping"),
        ({"passes": "1", "fails": 2, "value": 0}, "`passes` of `m` is text, not a count"),
        ({"passes": True, "fails": 2, "value": 0}, "`passes` of `m` is a boolean, not a count"),
        ({"passes": 1, "fails": -2, "value": 0}, "`fails` of `m` is a number, not a count"),
        ({"passes": 1, "fails": 1, "value": 0.9}, "the rate of `m` does not follow from its counts, 1 of 2"),
        ({"passes": 1, "fails": 1, "value": None}, "the rate of `m` does not follow"),
        ({"avg": 1, "thresholds": {"avg<2": {"ok": True}}}, "the threshold `avg<2` of `m` is a mapping, not true or false"),
        ({"values": {"avg": 1}, "thresholds": {"avg<2": True}}, "`metrics.m.thresholds.avg<2` is a boolean, not a mapping"),
    ],
)
def test_a_broken_summary_is_refused(metric: Any, said: str) -> None:
    with pytest.raises(InputError, match=r"k6\.json: not a summary of k6: ") as caught:
        k6.read(with_metric("m", metric))
    assert said in str(caught.value)
    assert caught.value.problems[0].slug == "broken-format"


def test_two_metrics_that_meet_are_refused() -> None:
    with pytest.raises(InputError, match="would both be called"):
        k6.read(source({"root_group": {}, "metrics": {"a b": {"avg": 1}, "a,b": {"avg": 1}}}))


@pytest.mark.parametrize("document", [{"metrics": {"a": 1}}, {"results": {"metrics": []}}, {"metadata": {}, "results": []}, []])
def test_other_files_are_not_taken_for_summaries(document: Any) -> None:
    assert not k6.recognises(source(document))


def test_nothing_of_the_whole_is_a_slice() -> None:
    assert {item.slice for item in read(SUMMARY) if item.metric != "checks"} == {WHOLE}


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("browser_http_req_failed", Direction.LOWER),
        ("checks_failed", Direction.LOWER),
        ("checks_succeeded", Direction.HIGHER),
        ("my_rate", None),
    ],
)
def test_rates_of_k6_have_their_direction(name: str, better: Direction | None) -> None:
    assert get(k6.read(with_metric(name, {"passes": 1, "fails": 1, "value": 0.5})), name).better is better
