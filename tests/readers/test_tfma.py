"""TFMA's slicing_metrics: slices, examples as n where they are the denominator, intervals that are intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.errors import InputError
from gate.readers import tfma
from gate.readers.source import SourceFile
from gate.terms.measurement import Interval, Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

SAMPLE = Path(__file__).parents[1] / "samples" / "tfma" / "metrics-readable.json"


def source(document: Any) -> SourceFile:
    return SourceFile("t.json", json.dumps(document).encode())


def read(**metrics: Any) -> Measurements:
    return tfma.read(source([[[], {"": {"": metrics}}]]))


def get(table: Measurements, name: str, **columns: str) -> Measurement:
    found = table.get(name, Slice.of(columns))
    assert found is not None, (name, table.names)
    return found


def test_the_documented_shape_is_read() -> None:
    table = tfma.read(SourceFile("t.json", SAMPLE.read_bytes()))
    assert (get(table, "binary_accuracy").value, get(table, "binary_accuracy").support.n) == (0.91, 1000)
    hour = get(table, "binary_accuracy", trip_start_hour="2")
    assert (hour.value, hour.support.n) == (0.88, 87)


def test_a_list_of_pairs_is_read_as_the_tool_dumps_it() -> None:
    table = tfma.read(source([[[["a", "x"], ["b", 2.0]], {"": {"": {"auc": {"doubleValue": 0.9}}}}]]))
    assert get(table, "auc", a="x", b="2").value == 0.9


def test_outputs_and_sub_keys_stand_before_the_name() -> None:
    table = tfma.read(source([[[], {"head": {"class_id:1": {"recall": {"doubleValue": 0.5}}}}]]))
    assert table.names == ["head/class_id:1/recall"]


def test_the_interval_beside_a_value_is_read() -> None:
    found = get(read(auc={"doubleValue": 0.9, "confidenceInterval": {"lowerBound": 0.8, "upperBound": {"value": 0.95}}}), "auc")
    assert found.support.interval == Interval(0.8, 0.95, 0.95)


def test_bounds_count_only_where_they_were_sampled() -> None:
    """TFMA gives an area under a curve its lower and upper Riemann sum in the same place."""
    bounds = {"value": 0.9, "lowerBound": 0.8, "upperBound": 0.95}
    assert get(read(auc={"boundedValue": bounds}), "auc").support.interval is None
    assert get(read(auc={"boundedValue": {**bounds, "methodology": "RIEMANN_SUM"}}), "auc").support.interval is None
    sampled = get(read(auc={"boundedValue": {**bounds, "methodology": "POISSON_BOOTSTRAP"}}), "auc")
    assert sampled.support.interval == Interval(0.8, 0.95, 0.95)


def test_examples_are_no_denominator_of_a_recall_or_of_weights() -> None:
    count = {"example_count": {"doubleValue": 10.0}}
    table = read(recall={"doubleValue": 0.5}, accuracy={"doubleValue": 0.5}, auc={"doubleValue": 0.5}, **count)
    assert [get(table, name).support.n for name in ("recall", "accuracy", "auc")] == [None, 10, 10]
    table = read(accuracy={"doubleValue": 0.5}, weighted_example_count={"doubleValue": 7.0}, **count)
    assert get(table, "accuracy").support.n is None


@pytest.mark.parametrize("written", ["NaN", "Infinity", float("nan"), None, "x"])
def test_what_is_no_number_has_no_value(written: Any) -> None:
    found = get(read(auc={"doubleValue": written}), "auc")
    assert (found.value, found.problem != "") == (None, True)


def test_numbers_of_a_protocol_buffer_may_be_text() -> None:
    assert get(read(auc={"doubleValue": "0.5"}), "auc").value == 0.5


def test_matrices_are_no_numbers() -> None:
    table = read(cm={"confusionMatrixAtThresholds": {}}, odd=[1])
    assert (len(table), [each.name for each in table.unused]) == (0, ["cm", "odd"])


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([[[["a"]], {"": {"": {}}}]], "the slice of [0] is a list of 1, not a column and its value"),
        ([[[["a", 1], ["a", 2]], {"": {"": {}}}]], "the slice of [0]"),
        ([[[["a", []]], {"": {"": {}}}]], "the column `a` of a slice"),
        ([[[], {"": []}]], "entry 0 is not a slice with its metrics"),
        ({"a": 1}, "`the file` is a mapping, not a list"),
    ],
)
def test_a_broken_file_is_refused(document: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        tfma.read(source(document))
    assert said in str(caught.value)


@pytest.mark.parametrize("document", [[], [1], [[[], 1]], {"slice": []}, [{"slice": [], "metrics": {"a": 0.5}}]])
def test_others_are_not_recognised(document: Any) -> None:
    assert not tfma.recognises(source(document))
