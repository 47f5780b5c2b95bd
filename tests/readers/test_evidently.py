"""Evidently: metrics by type and column, drift whose direction is that of its method, tests that may error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.errors import InputError
from gate.readers import evidently, evidently_legacy
from gate.readers.source import SourceFile
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import Slice

SAMPLES = Path(__file__).parents[1] / "samples" / "evidently"


def metric(type: str, value: Any, **config: Any) -> dict[str, Any]:  # noqa: A002
    return {
        "id": "1",
        "metric_name": f"{type}({config})",
        "config": {"type": f"evidently:metric_v2:{type}", **config},
        "value": value,
    }


def source(*metrics: Any, **more: Any) -> SourceFile:
    return SourceFile("s.json", json.dumps({"metrics": list(metrics), **more}).encode())


def read(*metrics: Any, **more: Any) -> Measurements:
    return evidently.read(source(*metrics, **more))


def get(table: Measurements, name: str, **columns: str) -> Measurement:
    found = table.get(name, Slice.of(columns))
    assert found is not None, (name, table.names)
    return found


def test_the_tools_own_snapshot_is_read() -> None:
    table = evidently.read(SourceFile("s.json", (SAMPLES / "snapshot-json.json").read_bytes()))
    accuracy = get(table, "Accuracy")
    assert (accuracy.value, accuracy.support.n) == (pytest.approx(197 / 300), 300)
    assert get(table, "MeanValue.x_amt").value == 0.4641830785543222
    assert (get(table, "tests.pass_rate").value, get(table, "tests.pass_rate").support.n) == (0.6, 5)


def test_the_name_shown_holds_parameters_and_is_only_an_alias() -> None:
    table = evidently.read(SourceFile("s.json", (SAMPLES / "snapshot-json.json").read_bytes()))
    shown = "ValueDrift(column=x amt,method=K-S p_value,threshold=0.05)"
    assert table.aliases[shown] == "ValueDrift.x_amt"
    assert shown in table


@pytest.mark.parametrize(
    ("method", "better"),
    [("K-S p_value", Direction.HIGHER), ("Wasserstein distance (normed)", Direction.LOWER), (None, None)],
)
def test_of_a_p_value_more_is_better_and_of_a_distance_less(method: str | None, better: Direction | None) -> None:
    assert get(read(metric("ValueDrift", 0.1, column="a", method=method)), "ValueDrift.a").better is better


def test_two_quantiles_of_one_column_are_told_apart() -> None:
    table = read(*(metric("QuantileValue", each, column="a", quantile=each) for each in (0.5, 0.95)))
    assert table.names == ["QuantileValue.a.quantile_0.5", "QuantileValue.a.quantile_0.95"]


def test_two_of_one_type_and_column_are_told_apart_by_what_they_were_given() -> None:
    table = read(*(metric("ValueDrift", 0.1, column="a", method=each) for each in ("psi", "jensenshannon")))
    assert table.names == ["ValueDrift.a.method_psi", "ValueDrift.a.method_jensenshannon"]


def test_a_count_and_its_share_are_evidence_of_the_rows() -> None:
    table = read(metric("RowCount", 200.0), metric("MissingValueCount", {"count": 50, "share": 0.25}, column="a"))
    share = get(table, "MissingValueCount.a.share")
    assert (share.value, share.support.k, share.support.n, share.better) == (0.25, 50, 200, Direction.LOWER)


def test_a_share_of_something_else_is_no_evidence_of_the_rows() -> None:
    table = read(metric("RowCount", 200.0), metric("CategoryCount", {"count": 50, "share": 0.5}, column="a"))
    assert get(table, "CategoryCount.a.share").support.n is None


def test_a_spread_is_no_standard_error() -> None:
    found = get(read(metric("MAE", {"mean": 2.0, "std": 0.5})), "MAE.mean")
    assert (found.value, found.support.std, found.support.stderr) == (2.0, 0.5, None)


def test_mape_is_in_percent() -> None:
    assert get(read(metric("MAPE", {"mean": 12.0, "std": 3.0})), "MAPE.mean").unit == "%"


def test_labels_are_slices() -> None:
    table = read(metric("F1ByLabel", {"a": 0.5, "b": {"count": 1, "share": 0.25}, "c": {"x": 1}}))
    assert get(table, "F1ByLabel", label="a").value == 0.5
    assert get(table, "F1ByLabel.share", label="b").value == 0.25
    assert [each.name for each in table.unused] == ["F1ByLabel"]


def test_a_test_that_errored_neither_passed_nor_failed() -> None:
    table = read(metric("RowCount", 1), tests=[{"status": each} for each in ("SUCCESS", "FAIL", "ERROR", "SKIPPED")])
    assert (get(table, "tests.pass_rate").value, get(table, "tests.pass_rate").support.n) == (0.5, 2)
    assert (get(table, "tests.error_rate").value, get(table, "tests.error_rate").support.n) == (1 / 3, 3)


@pytest.mark.parametrize("value", [None, "x", float("nan"), True, [1]])
def test_what_is_no_number_has_none(value: Any) -> None:
    table = read(metric("Accuracy", value), metric("RowCount", value))
    assert all(item.value is None or item.value is True for item in table)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"metrics": 1}, "`metrics` is a number, not a list"),
        ({"metrics": ["x"]}, "`metrics[0]` is text, not a mapping"),
        ({"metrics": [{"config": []}]}, "`metrics[0].config` is an empty list, not a mapping"),
        ({"metrics": [metric("RowCount", 1)], "tests": {"a": 1}}, "`tests` is a mapping, not a list"),
        ({"metrics": [metric("RowCount", 1)], "tests": [{}]}, "`tests[0].status` is null, not text"),
        ({"metrics": [metric("MeanValue", 1, column="a b"), metric("MeanValue", 2, column="a,b")]}, "would both be called"),
    ],
)
def test_a_broken_snapshot_is_refused(broken: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        evidently.read(SourceFile("s.json", json.dumps(broken).encode()))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "document", [{"metrics": []}, {"metrics": [{"metric_name": "a", "value": 1, "config": {}}]}, {"metrics": {}}, []]
)
def test_others_are_not_recognised(document: Any) -> None:
    file = SourceFile("s.json", json.dumps(document).encode())
    assert not evidently.recognises(file)
    assert not evidently_legacy.recognises(file)


# -- up to 0.6


def test_the_documented_shape_of_a_report_is_read() -> None:
    table = evidently_legacy.read(SourceFile("r.json", (SAMPLES / "legacy-report.json").read_bytes()))
    assert get(table, "DatasetDriftMetric.share_of_drifted_columns").value == 0.25
    assert get(table, "DatasetDriftMetric.share_of_drifted_columns").better is Direction.LOWER
    assert get(table, "ColumnDriftMetric.x_amt.drift_score").value == 0.31
    assert get(table, "ClassificationQualityMetric.current.f1").value == 0.88
    assert get(table, "ClassificationQualityMetric.current.roc_auc").problem == "null"
    assert get(table, "DatasetDriftMetric.dataset_drift").value is False
    assert "ColumnDriftMetric.x amt.stattest_name" in [each.name for each in table.unused]


def test_a_broken_report_is_refused() -> None:
    with pytest.raises(InputError, match=r"`metrics\[0\]\.result` is null, not a mapping"):
        evidently_legacy.read(SourceFile("r.json", b'{"metrics": [{"metric": "a"}]}'))


def test_a_quantile_is_named_even_where_it_is_alone() -> None:
    """A second one, asked for later, must not rename the first."""
    assert read(metric("QuantileValue", 1, column="a", quantile=0.5)).names == ["QuantileValue.a.quantile_0.5"]
