"""Strict TOML."""

from __future__ import annotations

import datetime
import math
import sys

import pytest

from gate.documents import toml
from gate.documents.document import DocumentError
from gate.errors import MissingExtraError, Problem

if sys.version_info < (3, 11):
    pytest.importorskip("tomli")


def problem(text: str) -> Problem:
    with pytest.raises(DocumentError) as caught:
        toml.load(text, "m.toml")
    (only,) = caught.value.problems
    return only


def test_reads_nested_tables() -> None:
    text = "auc = 0.95\nn = 1_000\n[slices.en]\nf1 = 0.9\n[[rows]]\na = true\n"
    assert toml.load(text, "m.toml") == {"auc": 0.95, "n": 1000, "slices": {"en": {"f1": 0.9}}, "rows": [{"a": True}]}


def test_not_a_number_and_infinity_are_read_as_what_they_are() -> None:
    value = toml.load("a = nan\nb = inf\nc = -inf\nd = 1e999", "m.toml")
    assert math.isnan(value["a"])
    assert [value["b"], value["c"], value["d"]] == [math.inf, -math.inf, math.inf]


def test_a_date_is_no_number() -> None:
    assert toml.load("a = 2026-01-02", "m.toml") == {"a": datetime.date(2026, 1, 2)}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\na = 2", 2), ("[a]\n[a]", 2), ("a = ", 1), ("a = 1\nb: 2", 2), ("a = 'x", 1), ("a = 1 b = 2", 1)],
)
def test_a_syntax_error_points_at_its_line(text: str, line: int) -> None:
    found = problem(text)
    assert found.slug == "toml-syntax"
    assert found.message.startswith("not valid TOML: ")
    assert "(at" not in found.message
    assert found.where is not None
    assert found.where.line == line
    assert found.excerpt.startswith(f"   {line} | ")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 10_000,
        "a = " + "[" * 200 + "]" * 200,
        "a = " + "{a = " * 10_000,
        ".".join("a" * 100_000) + " = 1",
        "[" + ".".join("a" * 100_000) + "]",
        " . ".join(['"a"'] * 100_000) + " = 1",
        "x = {" + ".".join("a" * 100_000) + " = 1}",
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert problem(text).slug == "too-deep"


def test_full_stops_in_values_are_no_nesting() -> None:
    numbers = ", ".join(["0.5"] * 500)
    assert toml.load(f"a = [{numbers}]\nb = '{'. ' * 500}'\nc = '{'.' * 500}'", "m.toml")["a"] == [0.5] * 500


def test_thousands_of_digits_are_refused() -> None:
    assert problem("a = " + "9" * 1_000_000).slug == "number-too-long"


def test_a_large_file_is_refused() -> None:
    found = problem("#" + "x" * toml.MAX_SIZE)
    assert found.slug == "too-large"
    assert "JSON" in found.remedy


def test_without_a_parser_the_extra_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"mlgate\[toml\]"):
        toml.find_parser(["no_such_parser", "nor_this_one"])


def test_the_first_parser_that_is_there_is_taken() -> None:
    assert toml.find_parser(["no_such_parser", "json"]).__name__ == "json"
