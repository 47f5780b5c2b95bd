"""The state of rows: what is missing, doubled, constant, beyond the reference, or stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gate.measure.definition import Definition
from gate.measure.engines.engine import Effort
from gate.measure.quality import quality
from gate.measure.source import of_frame, open_rows
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

SERIAL = Effort(threads=1)


def stated(now: Any, before: Any = None, clock: str = "", effort: Effort = SERIAL, **definition: Any) -> Measurements:
    reference = None if before is None else of_frame(before, "reference")
    return quality(of_frame(now), Definition(**definition), effort, reference, clock)


def value(table: Measurements, name: str, feature: str = "") -> Any:
    found = table.get(f"quality.{name}", Slice.of({"feature": feature}) if feature else WHOLE)
    assert found is not None, name
    return found.value if found.value is not None else found.problem


def test_rows_missing_values_and_constants_are_counted() -> None:
    table = stated({"x": np.array([1.0, np.nan, 3.0, 4.0]), "c": np.array(["a", "a", "a", "a"], dtype=object)})
    assert value(table, "rows") == 4
    assert value(table, "missing_rate", "x") == 0.25
    assert value(table, "missing_rate", "c") == 0
    assert value(table, "constant", "c") is True
    assert value(table, "constant", "x") is False
    assert value(table, "constant_columns") == 1


def test_a_column_without_values_is_missing_not_constant() -> None:
    table = stated({"x": np.full(3, np.nan), "y": np.arange(3)})
    assert value(table, "missing_rate", "x") == 1
    assert "holds no values" in value(table, "constant", "x")
    assert value(table, "constant_columns") == 0


def test_one_row_is_measured() -> None:
    table = stated({"x": np.array([1.0]), "id": np.array([1])}, id="id")
    assert value(table, "rows") == 1
    assert value(table, "duplicate_row_rate") == 0
    assert value(table, "duplicate_id_rate") == 0


def test_rows_and_ids_that_stand_twice_are_counted_once() -> None:
    table = stated({"x": np.array([1, 1, 1, 2]), "id": np.array([7, 7, 8, 9])}, id="id")
    assert value(table, "duplicate_row_rate") == 0.25
    assert value(table, "duplicate_id_rate") == 0.25
    found = table.get("quality.duplicate_row_rate", WHOLE)
    assert found is not None
    assert (found.support.k, found.support.n) == (1, 4)


def test_large_ids_that_differ_in_the_last_digit_are_not_the_same() -> None:
    large = np.array([2**60, 2**60 + 1])
    table = stated({"id": large}, id="id")
    assert value(table, "duplicate_row_rate") == 0
    assert value(table, "duplicate_id_rate") == 0
    assert value(table, "constant", "id") is False


def test_duplicates_are_not_looked_for_where_there_are_too_many_rows() -> None:
    table = stated({"x": np.arange(10)}, effort=Effort(threads=1, exact_rows=5))
    assert "more than 5 rows" in value(table, "duplicate_row_rate")


def test_numbers_beyond_the_reference_are_counted() -> None:
    table = stated({"x": np.array([-1.0, 0.5, 1.0, np.nan, np.inf])}, {"x": np.array([0.0, 1.0])})
    assert value(table, "out_of_range_rate", "x") == 0.5


def test_an_infinite_reference_holds_everything() -> None:
    table = stated({"x": np.array([-1e300, 1e300])}, {"x": np.array([-np.inf, np.inf])})
    assert value(table, "out_of_range_rate", "x") == 0


def test_types_that_change_are_told() -> None:
    table = stated({"x": np.array(["1", "two"]), "n": np.array([1, 2])}, {"x": np.array([1, 2]), "n": np.array([1.5, 2])})
    assert value(table, "type_changed", "x") is True
    assert value(table, "type_changed", "n") is False
    assert table.get("quality.out_of_range_rate", Slice.of({"feature": "x"})) is None


def test_columns_that_came_and_went_are_counted_and_named() -> None:
    table = stated({"a": np.arange(3), "c": np.arange(3)}, {"a": np.arange(3), "b": np.arange(3)})
    assert value(table, "absent_columns") == 1
    assert value(table, "new_columns") == 1
    assert [each.name for each in table.unused] == ["b"]


def test_a_column_without_values_has_no_range() -> None:
    table = stated({"x": np.full(2, np.nan), "y": np.arange(2.0)}, {"x": np.arange(2.0), "y": np.full(2, np.nan)})
    assert value(table, "out_of_range_rate", "x") == "not measured: the column holds no values"
    assert value(table, "out_of_range_rate", "y") == "not measured: the column holds no values in the reference"


@pytest.mark.parametrize(
    "times",
    [
        np.array(["2026-01-01T10:00:00", "2026-01-01T06:00:00"], dtype="datetime64[us]"),
        np.array(["2026-01-01T10:00:00Z", "2026-01-01T06:00:00Z"]),
        np.array(["2026-01-01 12:00:00+02:00", "2026-01-01 06:00:00+00:00"]),
        np.array([1767261600, 1767247200]),
        np.array([1767261600.5e3, 1767247200e3]),
        np.array([1767261600, 1767247200]) * 10**6,
        np.array([1767261600, 1767247200]) * 10**9,
    ],
    ids=["timestamps", "text in UTC", "text with an offset", "seconds", "milliseconds", "microseconds", "nanoseconds"],
)
def test_the_age_is_that_of_the_newest_row_at_the_clock_that_is_given(times: Any) -> None:
    table = stated({"at": times}, timestamp="at", clock="2026-01-01T12:00:00Z")
    assert value(table, "age_hours") == pytest.approx(2, abs=0.001)


def test_text_without_an_offset_is_in_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    table = stated({"at": np.array(["2026-01-01 10:00:00"])}, timestamp="at", clock="2026-01-01T12:00:00Z")
    assert value(table, "age_hours") == pytest.approx(2)


def test_without_a_clock_there_is_no_age_and_without_times_a_reason() -> None:
    assert stated({"at": np.array([1])}, timestamp="at").get("quality.age_hours", WHOLE) is None
    table = stated({"at": np.array(["soon", "later"])}, timestamp="at", clock="2026-01-01T12:00:00Z")
    assert "no times" in value(table, "age_hours")


def test_a_csv_with_text_among_its_numbers_has_changed_its_type(tmp_path: Path) -> None:
    (tmp_path / "now.csv").write_text("x\n1\nunknown\n3\n", encoding="utf-8")
    (tmp_path / "before.csv").write_text("x\n1\n2\n3\n", encoding="utf-8")
    sources = [open_rows(str(tmp_path / name)) for name in ("now.csv", "before.csv")]
    table = quality(sources[0], Definition(), SERIAL, sources[1])
    assert value(table, "type_changed", "x") is True


def test_the_order_of_rows_does_not_matter() -> None:
    rows = {"x": np.array([3.0, 1.0, 1.0, np.nan]), "c": np.array(["b", "a", "a", "c"])}
    turned = {name: column[::-1].copy() for name, column in rows.items()}
    assert stated(rows).by_metric == stated(turned).by_metric


def test_keys_and_times_have_no_range_to_keep_to() -> None:
    roles = {"id": "id", "timestamp": "at"}
    now = {"id": np.array([8, 9]), "at": np.array([8, 9]), "x": np.array([1, 2])}
    table = stated(now, {"id": np.array([1, 2]), "at": np.array([1, 2]), "x": np.array([1, 2])}, **roles)
    assert [str(on) for on in table.slices_of("quality.out_of_range_rate")] == ["feature=x"]


def test_columns_may_be_called_anything() -> None:
    names = ("k", "keyed", 'a"b', "select", "count(*)", "c0", "r", "t", "measured_rows")
    rows = {name: np.array([1.0, 2.0, 2.0]) for name in names}
    table = stated(rows, {name: np.array([1.0, 1.5]) for name in names}, id="k")
    assert {value(table, "out_of_range_rate", name) for name in names if name != "k"} == {2 / 3}
    assert value(table, "duplicate_id_rate") == 1 / 3


def test_no_rows_have_no_shares() -> None:
    table = stated({"x": np.empty(0), "id": np.empty(0, dtype=int)}, {"x": np.arange(3.0), "id": np.arange(3)}, id="id")
    assert value(table, "rows") == 0
    for name, feature in (("missing_rate", "x"), ("duplicate_row_rate", ""), ("duplicate_id_rate", "")):
        assert value(table, name, feature) == "not measured: there are no rows"
    assert "holds no values" in value(table, "out_of_range_rate", "x")
