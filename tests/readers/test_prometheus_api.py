"""Prometheus's query API: numbers are text, nothing found is nothing measured, and errors say so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.errors import InputError
from gate.readers import prometheus_api
from gate.readers.number_text import as_number, number
from gate.readers.source import SourceFile
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

SAMPLE = Path(__file__).parents[1] / "samples" / "prometheus" / "query-response.json"


def answer(kind: str, result: Any, **more: Any) -> SourceFile:
    document = {"status": "success", "data": {"resultType": kind, "result": result}, **more}
    return SourceFile("q.json", json.dumps(document).encode())


def series(value: Any, **labels: str) -> dict[str, Any]:
    return {"metric": labels, "value": [1.5, value]}


def get(table: Measurements, name: str, **columns: str) -> Measurement:
    found = table.get(name, Slice.of(columns))
    assert found is not None, (name, list(table))
    return found


def test_the_tools_own_answer_is_read() -> None:
    table = prometheus_api.read(SourceFile("q.json", SAMPLE.read_bytes()))
    labels = {"job": "eval", "model": "v2", "run": "42"}
    assert get(table, "model_f1", slice="en", **labels).value == 0.91
    assert get(table, "model_f1", slice='lang="de"', **labels).value == 0.87


def test_a_number_is_text_and_nan_is_none() -> None:
    table = prometheus_api.read(answer("vector", [series("NaN", a="1"), series("+Inf", a="2"), series("1e-3", a="3")]))
    assert [item.value for item in table] == [None, None, 0.001]
    assert get(table, "value", a="1").problem == "not a number (NaN)"


def test_an_empty_answer_measures_nothing() -> None:
    table = prometheus_api.read(answer("vector", []))
    assert len(table) == 0
    assert table.unused[0].why == "the query found nothing"


def test_an_aggregated_series_is_called_value() -> None:
    assert get(prometheus_api.read(answer("vector", [series("0.5")])), "value").value == 0.5


def test_a_scalar_is_a_time_and_a_value() -> None:
    assert get(prometheus_api.read(answer("scalar", [1.5, "0.5"])), "value").value == 0.5


def test_warnings_are_told() -> None:
    table = prometheus_api.read(answer("vector", [series("1")], warnings=["partial response\u202e"], infos=["i"]))
    assert [(each.name, each.why) for each in table.unused] == [("warnings", "partial response\\u202e"), ("infos", "i")]


def test_a_text_is_no_measurement() -> None:
    assert len(prometheus_api.read(answer("string", [1.5, "0.5"]))) == 0


def test_a_native_histogram_has_a_mean_with_n() -> None:
    found = {"metric": {"__name__": "t"}, "histogram": [1.5, {"count": "4", "sum": "10", "buckets": []}]}
    mean = get(prometheus_api.read(answer("vector", [found])), "t.mean")
    assert (mean.value, mean.support.n) == (2.5, 4)


def test_a_range_of_times_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        prometheus_api.read(answer("matrix", [{"metric": {}, "values": [[1, "1"], [2, "2"]]}]))
    assert caught.value.problems[0].slug == "several-times"


def test_a_failed_query_is_an_error() -> None:
    file = SourceFile("q.json", b'{"status": "error", "errorType": "bad_data", "error": "parse error"}')
    assert prometheus_api.recognises(file)
    with pytest.raises(InputError, match=r"q\.json: the query failed: parse error") as caught:
        prometheus_api.read(file)
    assert caught.value.problems[0].slug == "query-failed"


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("x", "`data.result` is text, not a list"),
        ([1], "`data.result[0]` is a number, not a mapping"),
        ([{"value": [1, "1"]}], "`data.result[0].metric` is null, not a mapping"),
        ([{"metric": {"a": 1}, "value": [1, "1"]}], "`data.result[0].metric.a` is a number, not text"),
        ([series(0.91)], "`data.result[0].value[1]` is a number, not text"),
        ([series("0.9.1")], "is not a time and a number in quotes"),
        ([{"metric": {}, "value": ["0.9"]}], "is not a time and a number in quotes"),
        ([{"metric": {}}], "`data.result[0].value` is null, not a list"),
        ([{"metric": {}, "histogram": [1, {"count": "x", "sum": "1"}]}], "has no count and sum"),
        ([{"metric": {}, "histogram": [1]}], "`data.result[0].histogram[1]` is null, not a mapping"),
    ],
)
def test_a_broken_answer_is_refused(result: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        prometheus_api.read(answer("vector", result))
    assert said in str(caught.value)
    assert caught.value.problems[0].slug == "broken-format"


@pytest.mark.parametrize(
    "document", [{"status": "success"}, {"status": "error"}, {"status": "done", "data": {"resultType": 1}}, []]
)
def test_others_are_not_recognised(document: Any) -> None:
    assert not prometheus_api.recognises(SourceFile("q.json", json.dumps(document).encode()))


@pytest.mark.parametrize("text", ["", "1_0", "0x1", "١", "1,5", "1e", "infinit", "9" * 500, "--1", "1 2"])
def test_what_is_no_number(text: str) -> None:
    assert number(text) is None
    assert as_number(text) == text


@pytest.mark.parametrize(("text", "value"), [("1", 1), (" -2.50 ", -2.5), (".5", 0.5), ("5.", 5), ("1E-3", 0.001)])
def test_what_is_one(text: str, value: float) -> None:
    assert number(text) == value
