"""Strict JSON: what is read, what is refused, and where the message points."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gate.documents import json
from gate.documents.document import DocumentError
from gate.errors import Problem


def problem(text: str) -> Problem:
    with pytest.raises(DocumentError) as caught:
        json.load(text, "m.json")
    (only,) = caught.value.problems
    return only


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        (' {"a": {"b": [1, 2.5, true, false, null, "x"]}} \n', {"a": {"b": [1, 2.5, True, False, None, "x"]}}),
        ('{"a": 9007199254740993}', {"a": 9007199254740993}),
        ('{"a": -0, "b": -1e-3}', {"a": 0, "b": -0.001}),
        ('{"\\u00e9": "\\n"}', {"é": "\n"}),
        ("3", 3),
        ("null", None),
        ('{"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": 1}]}', {"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": 1}]}),
    ],
)
def test_reads(text: str, value: Any) -> None:
    assert json.load(text, "m.json") == value


def test_not_a_number_and_infinity_are_read_as_what_they_are() -> None:
    value = json.load('{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999, "e": -1e999}', "m.json")
    assert math.isnan(value["a"])
    assert [value[key] for key in "bcde"] == [math.inf, -math.inf, math.inf, -math.inf]


@pytest.mark.parametrize(
    ("text", "key", "place", "first"),
    [
        ('{"a": 1, "a": 2}', "a", "m.json:1:10", 1),
        ('{"a": 1,\n "b": 2,\n "a": 1}', "a", "m.json:3:2", 1),
        ('{"x": {"a": 1},\n "y": [{"a": 1,\n "b": "a, {", "a": 2}]}', "a", "m.json:3:15", 2),
        ('{"a": "\\"a\\": {", "\\u0061": 2}', "a", "m.json:1:19", 1),
        ('{"x": "a",\n "y": ["a", "a"],\n "a": 1, "a": 2}', "a", "m.json:3:10", 3),
    ],
)
def test_a_duplicate_key_is_named_with_its_line(text: str, key: str, place: str, first: int) -> None:
    found = problem(text)
    assert found.slug == "duplicate-key"
    assert found.message == f"the key `{key}` stands twice (first at line {first})"
    assert str(found.where) == place
    assert found.excerpt.endswith("^" * (len(key) + 2)) or "\\u" in text


def test_a_duplicate_key_of_a_huge_file_is_named_without_a_line() -> None:
    found = problem('{"pad": "' + "x" * json.MAX_LOCATED + '", "a": 1, "a": 2}')
    assert found.message == "the key `a` stands twice in one mapping"
    assert str(found.where) == "m.json"


def test_a_hostile_key_is_shown_harmless() -> None:
    assert "`\\u000a::error::x`" in problem('{"\\n::error::x": 1, "\\n::error::x": 2}').message


def test_a_number_of_400_digits_is_read_and_a_longer_one_refused() -> None:
    assert json.load("9" * 400, "m.json") == int("9" * 400)
    found = problem('{\n"a": ' + "9" * 401 + "}")
    assert found.slug == "number-too-long"
    assert str(found.where) == "m.json:2:6"


def test_a_million_digits_are_refused_before_they_are_read() -> None:
    assert problem('{"a": ' + "9" * 1_000_000 + "}").slug == "number-too-long"


def test_a_fraction_of_a_million_digits_is_a_number() -> None:
    assert json.load("0." + "1" * 1_000_000, "m.json") == pytest.approx(1 / 9)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [101, 900, 10_000, 200_000])
@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting_is_refused_whatever_the_stack(opening: str, depth: int, closed: bool) -> None:
    closing = ("]" if opening == "[" else "}") * depth if closed else ""
    found = problem(opening * depth + "1" + closing)
    assert found.slug == "too-deep" if closed else found.slug in ("too-deep", "json-syntax")


def test_a_hundred_levels_are_read() -> None:
    assert json.load("[" * 100 + "]" * 100, "m.json")


def test_millions_of_mappings_are_refused() -> None:
    assert problem("[" + "{}," * json.MAX_CONTAINERS + "{}]").slug == "too-many-values"


@pytest.mark.parametrize(
    ("text", "place", "what", "remedy"),
    [
        ("", "m.json:1:1", "the text ends too early", "written to its end"),
        ('{"a": 1', "m.json:1:8", "the text ends too early", "written to its end"),
        ('{"a": 1,\n "b": {"c"  \n', "m.json:2:11", "the text ends too early", "written to its end"),
        ('{"a": "unfinished', "m.json:1:7", "has no closing quote", ""),
        ('{"a": 1}\n{"b": 2}', "m.json:2:1", "more after the end", "one file holds one document"),
        ('{"a": 1,\n}', "m.json:2:1", "", "take out the last comma"),
        ("{'a': 1}", "m.json:1:2", "", "double quotes"),
        ('{"a": None}', "m.json:1:7", "", "json.dump()"),
        ('{"a": nan}', "m.json:1:7", "", "json.dump()"),
        ('{"a": 1 // one\n}', "m.json:1:9", "", "no comments"),
        ('{"a": 01}', "m.json:1:8", "", ""),
        ('{"a": +1}', "m.json:1:7", "", ""),
        ('{"a": "\t"}', "m.json:1:8", "control character", ""),
        ("\ufeff{}", "m.json:1:1", "", ""),
    ],
)
def test_a_syntax_error_points_at_its_place(text: str, place: str, what: str, remedy: str) -> None:
    found = problem(text)
    assert found.slug == "json-syntax"
    assert found.message.startswith("not valid JSON: ")
    assert what in found.message
    assert remedy in found.remedy
    # Python 3.13 places a trailing comma at the comma.
    assert str(found.where) == place or "comma" in found.message


def test_a_syntax_error_has_a_caret() -> None:
    assert problem('{"a": 1,\n "b": x}').excerpt == '   2 |  "b": x}\n     |       ^'
