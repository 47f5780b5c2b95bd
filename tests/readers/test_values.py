"""What a value of a document is as a measurement."""

from __future__ import annotations

import datetime
import math

import pytest

from gate.readers.values import from_text, is_number, kind, measured, not_finite


@pytest.mark.parametrize("raw", [0, -1, 0.85, 5e-324, 1.7976931348623157e308, 2**53 + 1, 10**300, True, False])
def test_numbers_and_booleans_stay_what_they_are(raw: float | bool) -> None:
    value, problem = measured(raw)
    assert (value, problem) == (raw, "")
    assert type(value) is type(raw)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (None, "null"),
        (math.nan, "not a number (NaN)"),
        (math.inf, "infinite"),
        (-math.inf, "infinite"),
        (10**309, "infinite"),
        (-(10**399), "infinite"),
        ("0.95", "text"),
        ("", "text"),
        (datetime.date(2026, 1, 2), "a date"),
        (datetime.time(1, 2), "a date"),
        ([], "an empty list"),
        ([1, 2], "a list of 2"),
        (1j, "not a number"),
    ],
)
def test_everything_else_has_no_value_and_a_problem(raw: object, problem: str) -> None:
    assert measured(raw) == (None, problem)


@pytest.mark.parametrize(
    ("raw", "what"), [(None, "null"), (True, "a boolean"), (1, "a number"), ({}, "an empty mapping"), ({"a": 1}, "a mapping")]
)
def test_kinds(raw: object, what: str) -> None:
    assert kind(raw) == what


@pytest.mark.parametrize(
    ("raw", "number"), [(1, True), (0.5, True), (True, False), (math.nan, False), ("1", False), (None, False)]
)
def test_only_finite_numbers_are_numbers(raw: object, number: bool) -> None:
    assert is_number(raw) is number


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("NaN", "nan"), ("-Infinity", "inf"), ("inf", "inf"), ("0.5", "'0.5'"), ("text", "'text'"), (1, "1"), (None, "None")],
)
def test_words_for_what_is_not_finite(raw: object, expected: str) -> None:
    assert repr(not_finite(raw)) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("0.91", "0.91"), ("NaN", "nan"), ("1_0", "'1_0'"), ("٣", "'٣'"), ("x", "'x'"), (True, "True"), (2, "2")],
)
def test_numbers_that_are_written_as_text(raw: object, expected: str) -> None:
    assert repr(from_text(raw)) == expected
