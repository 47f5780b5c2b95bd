"""Which slices carry a change: contributions that add up to it exactly, of the column that explains it best."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.judge.shares import _by_column, _contributions, shares
from gate.readers.inputs import read_mapping
from gate.terms.measurements import Measurements
from tests.judge.situation import decide, finding

Cells = dict[str, tuple[float, float]]  # value and n of each slice


def table(cells: Cells, column: str = "r", whole: float | None = None) -> dict[str, Any]:
    """The metric x on slices and on the whole: their mean by n, unless it is given."""
    total = sum(n for _, n in cells.values())
    mean = sum(value * n for value, n in cells.values()) / total if total else 0
    return {
        "x": mean if whole is None else whole,
        "slices": [{"slice": {column: name}, "metrics": {"x": {"value": value, "n": n}}} for name, (value, n) in cells.items()],
    }


def read(cells: Cells, **more: Any) -> Measurements:
    return read_mapping(table(cells, **more))


NOW: Cells = {"eu": (0.9, 100), "us": (0.7, 100), "br": (0.5, 100)}
BEFORE: Cells = {"eu": (0.9, 100), "us": (0.8, 100), "br": (0.9, 100)}


def test_the_slices_with_the_largest_part_come_first() -> None:
    found = shares("x", read(NOW), read(BEFORE))
    assert [(str(share.slice), share.value, share.before, share.n) for share in found] == [
        ("r=br", 0.5, 0.9, 100),
        ("r=us", 0.7, 0.8, 100),
    ]
    assert [share.contribution for share in found] == pytest.approx([-0.4 / 3, -0.1 / 3])


def test_a_slice_that_did_not_help_or_harm_is_not_named() -> None:
    assert "r=eu" not in {str(share.slice) for share in shares("x", read(NOW), read(BEFORE))}


def test_at_most_three_are_named() -> None:
    now = dict.fromkeys("abcde", (0.5, 10.0))
    before = dict.fromkeys("abcde", (0.9, 10.0))
    assert len(shares("x", read(now), read(before))) == 3


def test_a_change_of_the_mix_is_a_contribution_too() -> None:
    """No slice got worse; the bad one got larger."""
    now: Cells = {"good": (0.9, 50), "bad": (0.5, 150)}
    before: Cells = {"good": (0.9, 150), "bad": (0.5, 50)}
    found = shares("x", read(now), read(before))
    assert sum(share.contribution for share in found) == pytest.approx(0.6 - 0.8)
    assert {str(share.slice) for share in found} == {"r=good", "r=bad"}


SIZES = st.integers(1, 1000).map(float)
VALUES = st.floats(0, 1, allow_subnormal=False)


@given(st.lists(st.tuples(VALUES, SIZES, VALUES, SIZES), min_size=1, max_size=6))
def test_contributions_add_up_to_the_change_exactly(cells: list[tuple[float, float, float, float]]) -> None:
    now = {f"s{i}": (value, n) for i, (value, n, _, _) in enumerate(cells)}
    before = {f"s{i}": (value, n) for i, (_, _, value, n) in enumerate(cells)}
    exact_now, exact_before = (
        sum(Fraction(value) * Fraction(n) for value, n in side.values()) / sum(Fraction(n) for _, n in side.values())
        for side in (now, before)
    )
    change = float(exact_now - exact_before)
    (pairs,) = _by_column(read(now).slices_of("x"), read(before).slices_of("x")).values()
    every = _contributions(pairs, float(exact_now), float(exact_before))
    assert sum(share.contribution for share in every) == pytest.approx(change, abs=1e-12)
    named = shares("x", read(now), read(before))
    assert all(share.contribution * change > 0 for share in named)
    assert set(named) <= set(every)


NONE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no whole now": ({**table(NOW), "x": None}, table(BEFORE)),
    "no whole before": (table(NOW), {**table(BEFORE), "x": None}),
    "a whole that is a boolean": ({**table(NOW), "x": True}, table(BEFORE)),
    "no n": (
        {"x": 0.5, "slices": [{"slice": {"r": "eu"}, "metrics": {"x": 0.5}}]},
        {"x": 0.9, "slices": [{"slice": {"r": "eu"}, "metrics": {"x": 0.9}}]},
    ),
    "a slice that vanished": (table({"eu": (0.5, 10)}), table({"eu": (0.9, 10), "us": (0.9, 10)})),
    "a new slice": (table({"eu": (0.5, 10), "us": (0.9, 10)}), table({"eu": (0.9, 10)})),
    "slices that do not add up to the whole": (table(NOW, whole=0.6), table(BEFORE)),
    "slices that did not add up to the whole": (table(NOW), table(BEFORE, whole=0.6)),
    "no change": (table(NOW), table(NOW)),
    "a slice without a value": (table({"eu": (0.5, 10), "us": (0.9, 0)}), table({"eu": (0.9, 10), "us": (0.9, 10)})),
}


@pytest.mark.parametrize(("now", "before"), NONE.values(), ids=NONE)
def test_nothing_is_explained_by_what_does_not_explain_it(now: dict[str, Any], before: dict[str, Any]) -> None:
    assert shares("x", read_mapping(now), read_mapping(before)) == ()


def test_the_column_that_explains_most_is_chosen() -> None:
    now, before = table(NOW), table(BEFORE)
    now["slices"] += table({"m": (0.7, 150), "d": (0.7, 150)}, column="device")["slices"]
    before["slices"] += table({"m": (2.6 / 3, 150), "d": (2.6 / 3, 150)}, column="device")["slices"]
    assert {share.slice.columns for share in shares("x", read_mapping(now), read_mapping(before))} == {("r",)}


def test_slices_of_two_columns_explain_nothing() -> None:
    now, before = table(NOW), table(BEFORE)
    for side in (now, before):
        for entry in side["slices"]:
            entry["slice"]["device"] = "m"
    assert shares("x", read_mapping(now), read_mapping(before)) == ()


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("x >= baseline - 0.01", ["r=br", "r=us"]),
        ("x >= 0.9", ["r=br", "r=us"]),
        ("x >= 0.5", []),
        ("x[r=*] >= 0.95", []),
        ("2 * x >= 1.8", []),
    ],
)
def test_a_rule_on_the_whole_that_fails_names_them(rule: str, named: list[str]) -> None:
    (found, *_) = decide(rule, table(NOW), table(BEFORE)).findings
    assert [str(share.slice) for share in found.shares] == named


def test_without_a_baseline_there_is_no_change() -> None:
    assert finding("x >= 0.9", table(NOW)).shares == ()


def test_a_metric_of_which_less_is_better() -> None:
    found = finding("x <= baseline + 0.01", table(BEFORE), table(NOW))
    assert [str(share.slice) for share in found.shares] == ["r=br", "r=us"]
    assert all(share.contribution > 0 for share in found.shares)
