"""Slices and how their values are written."""

from __future__ import annotations

import pytest

from gate.terms.slice import WHOLE, Slice, slice_value


def test_order_means_nothing() -> None:
    assert Slice.of({"b": "1", "a": "2"}) == Slice.of([("a", "2"), ("b", "1")])
    assert Slice.of({"b": "1", "a": "2"}).columns == ("a", "b")


def test_the_empty_slice_is_everything() -> None:
    assert Slice.of({}) == WHOLE
    assert not WHOLE
    assert str(WHOLE) == ""


def test_it_is_written_by_columns() -> None:
    assert str(Slice.of({"region": "eu", "device": "ios"})) == "device=ios, region=eu"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e3, "1000"),
        (1e300, "1e+300"),
        ("02134", "02134"),
        ("", ""),
    ],
)
def test_values_are_written_at_their_shortest(value: object, text: str) -> None:
    assert slice_value(value) == text
