"""Which slice columns DuckDB crosses in one pass over the rows."""

from __future__ import annotations

import pytest

pytest.importorskip("duckdb")

from gate.measure.engines.duckdb import passes

MANY = {"a": 5, "b": 20, "c": 100}


def test_few_crossed_slices_take_one_pass() -> None:
    assert passes(((), ("a",), ("b",)), {"a": 5, "b": 20}) == [("a", "b")]
    assert passes(((),), {}) == [()]


def test_many_take_two_passes_that_hold_every_set() -> None:
    assert passes(((), ("a",), ("b",), ("c",)), MANY) == [("c",), ("a", "b")]


def test_columns_that_are_sliced_by_together_stay_together() -> None:
    found = passes(((), ("a", "b"), ("b",), ("c",)), MANY)
    assert sorted(found) == [("a", "b"), ("c",)]
    assert passes(((), ("b", "c"), ("a",)), MANY) == [("a", "b", "c")]


def test_where_two_passes_do_not_help_there_is_one() -> None:
    assert passes((("a",), ("b",), ("c",)), {"a": 900, "b": 90, "c": 70}) == [("a", "b", "c")]
