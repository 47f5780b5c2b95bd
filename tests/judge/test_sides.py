"""Value, threshold, baseline value: which side of which comparison a finding shows (items 14 and 15 of the semantics)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judge.situation import finding

NOW = {"x": 0.9, "y": 0.4, "z": 0.2, "ok": True}
BEFORE = {"x": 0.8, "y": 0.5, "z": 0.2}

# rule: value, operator, threshold, baseline value
SIDES: dict[str, tuple[str, Any, str, Any, float | None]] = {
    "a number": ("x >= 0.8", 0.9, ">=", 0.8, 0.8),
    "a number on the left": ("0.8 <= x", 0.9, ">=", 0.8, 0.8),
    "a strict number on the left": ("0.5 > y", 0.4, "<", 0.5, 0.5),
    "equals, turned round": ("0.9 == x", 0.9, "==", 0.9, 0.8),
    "unequal, turned round": ("0.9 != x", 0.9, "!=", 0.9, 0.8),
    "a calculated threshold": ("x >= 2 * 0.4", 0.9, ">=", 0.8, 0.8),
    "a baseline": ("x >= baseline - 0.1", 0.9, ">=", 0.7, 0.8),
    "a baseline on the left": ("baseline + 0.2 >= x", 0.9, "<=", 1.0, 0.8),
    "metrics on both sides": ("x >= y + 0.1", 0.9, ">=", 0.5, 0.8),
    "metrics on both sides, turned round": ("y + 0.1 <= x", 0.5, "<=", 0.9, 0.6),
    "a calculated value": ("x + y >= 1", 1.3, ">=", 1, 1.3),
    "a change": ("x - baseline >= 0", 0.1, ">=", 0, None),
    "a boolean": ("ok == true", True, "==", True, None),
    "a boolean turned round": ("false != ok", True, "!=", False, None),
    "another metric of the baseline": ("x >= baseline(y)", 0.9, ">=", 0.5, 0.8),
    "the first that fails": ("x >= 0.5 and y >= 0.5 and z >= 0.5", 0.4, ">=", 0.5, 0.5),
    "the first that passes": ("y >= 0.5 or x >= 0.5 or z >= 0.1", 0.9, ">=", 0.5, 0.8),
    "the link of a chain that fails": ("0.5 <= x <= 0.6", 0.9, "<=", 0.6, 0.8),
    "the first link of a chain that holds": ("0.5 <= x <= 1", 0.9, ">=", 0.5, 0.8),
    "the first that is missing": ("x >= 0.5 and w >= 0.5 and y >= 0.1", None, ">=", 0.5, None),
}


@pytest.mark.parametrize(("rule", "value", "operator", "threshold", "before"), SIDES.values(), ids=SIDES)
def test_sides(rule: str, value: Any, operator: str, threshold: Any, before: float | None) -> None:
    found = finding(rule, NOW, BEFORE)
    assert found.operator == operator
    for shown, expected in ((found.value, value), (found.threshold, threshold), (found.baseline_value, before)):
        assert shown == (pytest.approx(expected) if isinstance(expected, float) else expected)
        assert isinstance(shown, bool) == isinstance(expected, bool)


def test_an_unknown_side_is_none() -> None:
    found = finding("x >= baseline - 0.1", {"x": 0.9}, {"y": 1})
    assert (found.value, found.threshold, found.baseline, found.baseline_value) == (0.9, None, "", None)


def test_a_value_that_cannot_be_judged_by_is_shown_all_the_same() -> None:
    found = finding("metrics: {x: {range: [0, 1]}}\nrules: [x >= 0.5]", {"x": 85.3})
    assert (found.outcome.value, found.value, found.margin) == ("missing", 85.3, None)


def test_the_baseline_is_named() -> None:
    head = "baselines: {pinned: ./p.json}\nrules: "
    assert finding(f"{head}[x >= pinned]", NOW, BEFORE, pinned={"x": 0.7}).baseline == "pinned"
    found = finding(f"{head}[x >= pinned]", NOW, BEFORE, pinned={"x": 0.7})
    assert (found.baseline_value, found.threshold) == (0.7, 0.7)
    assert finding("x >= 0.5", NOW, BEFORE).baseline == "baseline"
    assert finding("x >= 0.5", NOW).baseline == ""


def test_n_interval_and_unit_are_those_of_the_value() -> None:
    measured = {"x": {"value": 9, "n": 50, "unit": "ms", "interval": [8, 10], "confidence": 0.9}}
    found = finding("10 >= x", measured)
    assert found.interval is not None
    assert (found.n, found.unit, found.interval.low, found.interval.high) == (50, "ms", 8, 10)
    found = finding("2 * x <= 20", measured)
    assert (found.n, found.unit, found.interval) == (None, "", None)
