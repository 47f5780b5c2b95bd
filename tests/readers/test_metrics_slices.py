"""Plain metrics on slices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.errors import GateError, Problem
from gate.readers import metrics
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements, Unused
from gate.terms.slice import WHOLE, Slice


def read(text: str, name: str = "m.json") -> Measurements:
    return metrics.read(SourceFile(name, text.encode()))


def values(found: Measurements, on: Slice = WHOLE) -> dict[str, Any]:
    return {item.metric: item.value for item in found if item.slice == on}


def problem(text: str, name: str = "m.json") -> Problem:
    with pytest.raises(GateError) as caught:
        read(text, name)
    (only,) = caught.value.problems
    return only


def sliced(*entries: tuple[dict[str, Any], dict[str, Any]], **rest: Any) -> str:
    return json.dumps({**rest, "slices": [{"slice": on, "metrics": inside} for on, inside in entries]})


def test_a_list_of_slices() -> None:
    found = read(
        sliced(
            ({"region": "eu"}, {"recall": 0.8, "val": {"f1": 0.7}}), ({"region": "us"}, {"recall": {"k": 1, "n": 4}}), recall=0.75
        )
    )
    assert values(found) == {"recall": 0.75}
    assert values(found, Slice.of({"region": "eu"})) == {"recall": 0.8, "val.f1": 0.7}
    assert values(found, Slice.of({"region": "us"})) == {"recall": 0.25}


def test_the_order_of_columns_means_nothing() -> None:
    text = '{"slices": [{"slice": {"b": 1, "a": 2}, "metrics": {"m": 1}}, {"slice": {"a": 2, "b": 1}, "metrics": {"m": 2}}]}'
    assert problem(text).slug == "measured-twice"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"eu"', "eu"),
        ("1", "1"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("0.10", "0.1"),
        ("-0.5", "-0.5"),
        ("true", "true"),
        ("null", "null"),
        ('"a=b, c]"', "a=b, c]"),
        ('""', ""),
    ],
)
def test_values_of_slices_are_text(written: str, text: str) -> None:
    found = read(f'{{"slices": [{{"slice": {{"c": {written}}}, "metrics": {{"m": 1}}}}]}}')
    assert [item.slice for item in found] == [Slice.of({"c": text})]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("02134", "02134"),
        ("00", "00"),
        ("0", "0"),
        ("1.0", "1"),
        ("NO", "NO"),
        ("1:30", "1:30"),
        ("True", "true"),
        ("~", "null"),
        ("'1.0'", "1.0"),
    ],
)
def test_values_of_slices_in_yaml(written: str, text: str) -> None:
    found = read(f"slices:\n- slice: {{c: {written}}}\n  metrics: {{m: 1}}\n", "m.yaml")
    assert [item.slice for item in found] == [Slice.of({"c": text})]


def test_values_of_slices_in_toml() -> None:
    found = read("[[slices]]\nslice = {c = 1.0, d = true}\nmetrics = {m = 1}\n", "m.toml")
    assert [item.slice for item in found] == [Slice.of({"c": "1", "d": "true"})]


def test_the_empty_slice_is_the_whole() -> None:
    assert values(read(sliced(({}, {"m": 1})))) == {"m": 1}
    assert values(read(sliced(({}, {"m": 1}), m=1))) == {"m": 1}
    assert problem(sliced(({}, {"m": 1}), m=2)).slug == "measured-twice"


def test_the_same_slice_twice_must_say_the_same() -> None:
    assert len(read(sliced(({"c": 1}, {"m": 1}), ({"c": "1"}, {"m": 1})))) == 1
    assert problem(sliced(({"c": 1}, {"m": 1}), ({"c": "1"}, {"m": 2}))).slug == "measured-twice"


@pytest.mark.parametrize(
    "text", ['{"slices": {"en": {"f1": 0.9}}}', '{"slices": [1, 2]}', '{"slices": []}', '{"x": {"slices": [{"slice": {}}]}}']
)
def test_slices_are_special_only_as_a_list_at_the_top(text: str) -> None:
    found = read(text)
    assert [item.metric for item in found] + [unused.name for unused in found.unused] in (
        ["slices.en.f1"],
        ["slices"],
        ["x.slices"],
    )


@pytest.mark.parametrize(
    "entry",
    [
        '{"slice": {"a": 1}}',
        '{"metrics": {"m": 1}}',
        '{"slice": "eu", "metrics": {"m": 1}}',
        '{"slice": {"a": 1}, "metrics": [1]}',
        '{"slice": {"a": [1]}, "metrics": {"m": 1}}',
        '{"slice": {"a": {"b": 1}}, "metrics": {"m": 1}}',
        '{"slice": {"": 1}, "metrics": {"m": 1}}',
        '{"slice": {"\\u00e9": 1, "e\\u0301": 2}, "metrics": {"m": 1}}',
        '{}, {"slice": {}, "metrics": {}}',
        '3, {"slice": {}, "metrics": {}}',
    ],
)
def test_a_malformed_slice_is_refused(entry: str) -> None:
    assert problem(f'{{"slices": [{entry}]}}').slug == "bad-slice"


def test_a_malformed_slice_is_placed() -> None:
    found = problem("a: 1\nslices:\n  - slice: {a: 1}\n    metric: {m: 1}\n", "m.yaml")
    assert str(found.where) == "m.yaml:3:5"
    assert "metrics" in found.remedy


def test_what_stands_beside_slice_and_metrics_is_noted() -> None:
    found = read('{"slices": [{"slice": {"a": 1}, "metrics": {"m": 1}, "n": 500}]}')
    assert found.unused == (Unused("slices[0].n", "beside `slice` and `metrics`"),)


def test_names_meet_inside_one_slice_only() -> None:
    found = read(sliced(({"c": 1}, {"a.b": 1}), ({"c": 2}, {"a": {"b": 1}})))
    assert len(found) == 2
    assert problem(sliced(({"c": 1}, {"a.b": 1, "a": {"b": 1}}))).slug == "names-meet"


def test_too_many_slices_are_refused() -> None:
    assert problem(sliced(*(({"id": i}, {"m": 1}) for i in range(10_001)))).slug == "too-many-slices"
