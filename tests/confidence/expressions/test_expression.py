"""Margins: choices come to the top, what is linear is seen, and nothing grows beyond bounds."""

from __future__ import annotations

from typing import Any

import pytest

from gate.confidence.expressions.expression import margin
from gate.confidence.expressions.tree import Atom, Chosen, Middle, Operation, Unclear, branches, computed, linear, reach
from gate.judge.world import MeasuredWorld
from gate.language.resolve import compile_rule
from gate.terms.slice import WHOLE, Slice
from tests.judge.situation import evidence, policy, slices


def tree(rule: str, metrics: dict[str, Any] | None = None, regions: int = 3) -> Any:
    known = metrics or slices("r", "recall", {f"s{number}": 0.9 for number in range(regions)}, recall=0.9, f1=0.8, x=1.0)
    expr = compile_rule(rule)
    world = MeasuredWorld(evidence(known, known), policy("x > 0"), expr.baselines, None, expr.readings)
    return margin(expr.tree, world, {})  # type: ignore[arg-type]


def at(metric: str, of: str = "", on: str = "") -> Atom:
    return Atom(of, metric, Slice.of({"r": on}) if on else WHOLE)


def test_a_floor_and_a_ceiling_are_one_margin_each() -> None:
    floor, ceiling = linear(tree("recall >= 0.8")), linear(tree("recall <= 0.8"))
    assert floor is not None
    assert ceiling is not None
    assert (floor.factors, floor.constant) == ({at("recall"): 1.0}, -0.8)
    assert (ceiling.factors, ceiling.constant) == ({at("recall"): -1.0}, 0.8)


def test_a_change_since_the_baseline() -> None:
    found = linear(tree("recall >= 0.98 * baseline - 0.01"))
    assert found is not None
    assert found.factors == {at("recall"): 1.0, at("recall", "baseline"): -0.98}
    assert found.constant == 0.01


def test_what_cancels_out_is_gone() -> None:
    found = linear(tree("recall - recall >= -0.5"))
    assert found is not None
    assert (found.factors, found.constant) == ({}, 0.5)


def test_a_difference_of_extremes_is_every_ordered_pair() -> None:
    found = tree("max(recall[r=*]) - min(recall[r=*]) <= 0.05")
    assert isinstance(found, Chosen)
    assert not found.largest  # the least of 0.05 - (a - b): it holds where all of them do
    every = [linear(member) for member in found.members]
    assert sorted(len(each.factors) for each in every if each is not None) == [0] + [2] * 6  # with itself: 0, told once


@pytest.mark.parametrize(
    "rule",
    [
        "max(recall[r=*]) - min(recall[r=*]) <= 0.05",
        "max(recall[r=*]) - mean(recall[r=*]) <= 0.05",
        "max(recall[r=*]) / min(recall[r=*]) <= 1.05",
        "abs(max(recall[r=*]) - min(recall[r=*])) <= 0.05",
        "max(recall[r=*]) - min(recall[r=*]) <= baseline + 0.05",
    ],
)
def test_a_range_over_one_slice_shows_nothing(rule: str) -> None:
    found = tree(rule, regions=1)
    assert isinstance(found, Unclear)
    assert found.why is not None
    assert found.why.weak
    assert "`recall[r=*]` is one slice only" in found.why.text
    assert not isinstance(tree(rule, regions=2), Unclear)


def test_the_same_of_several_slices_is_the_same() -> None:
    assert tree("max(recall[r=*]) - max(recall[r=*]) <= 0.05") == 0.05


def test_a_minus_sign_turns_a_choice_around() -> None:
    assert tree("max(recall, f1) >= 0.5").largest
    assert not tree("max(recall, f1) <= 0.5").largest
    assert tree("abs(x - 1) >= 0.5").largest
    assert tree("-2 * min(recall, f1) >= -1.9").largest


def test_a_choice_times_what_may_be_negative_stays_where_it_is() -> None:
    assert isinstance(tree("max(recall, f1) * f1 >= 0.5"), Chosen)  # f1 is never below 0
    assert isinstance(tree("max(recall, f1) * x >= 0.5"), Operation)


def test_too_many_branches_are_left_together() -> None:
    found = tree("max(recall[r=*]) - min(recall[r=*]) <= 0.05", regions=80)
    assert branches(found) <= 160


def test_means_medians_counts_and_deviations() -> None:
    found = linear(tree("mean(recall[r=*]) >= 0.5"))
    assert found is not None
    assert sum(found.factors.values()) == pytest.approx(1)
    assert len(found.factors) == 3
    (leaf,) = linear(tree("median(recall[r=*]) >= 0.5")).factors  # type: ignore[union-attr]
    assert isinstance(leaf, Middle)
    assert linear(tree("count(recall[r=*]) >= 3")).factors == {}  # type: ignore[union-attr]
    assert isinstance(tree("sd(recall[r=*]) <= 0.1"), Unclear)


def test_values_and_reach() -> None:
    found = tree("recall * f1 >= 0.5")
    values = {at("recall"): 0.9, at("f1"): 0.8}
    assert computed(found, values) == pytest.approx(0.22)
    low, high = reach(found, dict.fromkeys(values, (0.0, 1.0)))
    assert (low, high) == pytest.approx((-0.5, 0.5))
    assert reach(tree("0.7 * recall + 0.3 * f1 >= 0"), dict.fromkeys(values, (0.0, 1.0))) == (0, 1)
