"""Rules on numbers: ties, three values, margins (items 1 to 5, 12 to 14 of the semantics)."""

from __future__ import annotations

import math

import pytest

from gate.terms.decision import Outcome
from tests.language.fake_world import MISSING, WEAK, Cell, judge, judge_cells

P, F, U, M = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED, Outcome.MISSING

WEAK_HALF: Cell = (0.5, WEAK)

# rule, cells, outcomes
DECIDED: dict[str, tuple[str, dict[str, Cell], set[Outcome]]] = {
    "greater": ("x > 0.8", {"x": 0.81}, {P}),
    "not greater": ("x > 0.8", {"x": 0.79}, {F}),
    "less": ("x < 0.8", {"x": 0.79}, {P}),
    "3.1-tie at least": ("x >= 0.8", {"x": 0.8}, {P}),
    "3.1-tie at most": ("x <= 0.8", {"x": 0.8}, {P}),
    "3.1-tie equals": ("x == 0.8", {"x": 0.8}, {P}),
    "3.1-tie greater": ("x > 0.8", {"x": 0.8}, {F}),
    "3.1-tie less": ("x < 0.8", {"x": 0.8}, {F}),
    "3.1-tie unequal": ("x != 0.8", {"x": 0.8}, {F}),
    "3.1-noise of a sum": ("a + b >= 0.3", {"a": 0.1, "b": 0.2}, {P}),
    "3.1-noise of a sum is not greater": ("a + b > 0.3", {"a": 0.1, "b": 0.2}, {F}),
    "3.1-noise of a product": ("x >= baseline * 1.1", {"x": 0.99, "baseline_x": 0.9}, {P}),
    "3.1-noise of a quotient": ("a / b == 0.1", {"a": 3, "b": 30}, {P}),
    "3.1-small rates stay sharp": ("errors / requests <= 0.000001", {"errors": 1000001, "requests": 10**12}, {F}),
    "3.1-small rates hold": ("errors / requests <= 0.000001", {"errors": 10**6, "requests": 10**12}, {P}),
    "3.1-whole numbers are exact": ("a - b <= 0", {"a": 10**12 + 1, "b": 10**12}, {F}),
    "3.1-beyond the noise": ("x >= 0.8", {"x": 0.8 * (1 - 1e-11)}, {F}),
    "3.1-within the noise": ("x >= 0.8", {"x": 0.8 * (1 - 1e-13)}, {P}),
    "3.1-an input that is noise": ("x >= 0", {"x": 0.3 - 0.1 * 3}, {F}),
    "3.1-small p-values stay apart": ("p <= 1e-20", {"p": 2e-20}, {F}),
    "3.3-unknown is not false": ("x >= 0.8", {"x": MISSING}, {M}),
    "3.3-not unknown does not pass": ("not loss > 5", {"loss": MISSING}, {M}),
    "3.3-unknown equals nothing": ("x == 0.8", {"x": MISSING}, {M}),
    "3.3-unknown is not unequal": ("x != 0.8", {"x": MISSING}, {M}),
    "3.3-the largest fails whatever the unknown is": ("max(a, b) <= 0.05", {"a": 0.1, "b": MISSING}, {F}),
    "3.3-the largest may hold": ("max(a, b) <= 0.05", {"a": 0.01, "b": MISSING}, {M}),
    "3.3-the smallest holds never with an unknown": ("min(a, b) >= 0.5", {"a": 0.9, "b": MISSING}, {M}),
    "3.3-the median lies between": ("median(a, b, c) >= 0.5", {"a": 0.6, "b": 0.7, "c": MISSING}, {P}),
    "3.3-zero times unknown is unknown": ("0 * x <= 1", {"x": MISSING}, {M}),
    "3.3-absolute unknown is not negative": ("abs(x) >= -1", {"x": MISSING}, {P}),
    "3.3-or settled by the other": ("a > 0.5 or b > 0.5", {"a": 0.6, "b": MISSING}, {P}),
    "3.3-or not settled": ("a > 0.5 or b > 0.5", {"a": 0.4, "b": MISSING}, {M}),
    "3.3-and settled by the other": ("a > 0.5 and b > 0.5", {"a": 0.4, "b": MISSING}, {F}),
    "3.3-and not settled": ("a > 0.5 and b > 0.5", {"a": 0.6, "b": MISSING}, {M}),
    "3.3-both doubts": ("a > 0.5 and b > 0.5", {"a": WEAK_HALF, "b": MISSING}, {U, M}),
    "3.3-both doubts in or": ("a > 0.5 or b > 0.5 or c > 0.5", {"a": WEAK_HALF, "b": MISSING, "c": 0}, {U, M}),
    "3.3-a fail beside both doubts": ("a > 0.5 and b > 0.5 and c > 1", {"a": WEAK_HALF, "b": MISSING, "c": 0}, {F}),
    "3.3-a doubt deep inside": ("(a > 1 or b > 1) and c > 1", {"a": 0, "b": MISSING, "c": 2}, {M}),
    "3.3-weak does not decide": ("x >= 0.8", {"x": (0.9, WEAK)}, {U}),
    "3.3-weak does not decide against": ("x >= 0.8", {"x": (0.1, WEAK)}, {U}),
    "3.3-weak and missing in one comparison": ("a + b >= 0.8", {"a": (0.9, WEAK), "b": MISSING}, {M}),
    "3.4-division by zero": ("a / b >= 0.5", {"a": 1, "b": 0}, {M}),
    "3.4-division by nearly zero": ("1 / (a - b) >= 0.5", {"a": 0.1 + 0.2, "b": 0.3}, {M}),
    "3.4-a chain of both sides": ("0.1 <= x <= 0.2", {"x": 0.2}, {P}),
    "3.4-a chain that breaks": ("0.1 <= x <= 0.2", {"x": 0.21}, {F}),
    "3.5-at zero": ("x >= baseline * 0.95", {"x": 0, "baseline_x": 0}, {U}),
    "3.5-below zero": ("x >= baseline * 1.1", {"x": -105, "baseline_x": -100}, {U}),
    "3.5-factor first": ("x >= 0.95 * baseline", {"x": 0, "baseline_x": 0}, {U}),
    "3.5-with a sign": ("x >= -baseline * 0.95", {"x": 0, "baseline_x": -1}, {U}),
    "3.5-positive with a sign": ("x >= -baseline * 0.95", {"x": 0, "baseline_x": 1}, {P}),
    "3.5-as a divisor": ("(x - baseline) / baseline >= -5%", {"x": -106, "baseline_x": -100}, {U}),
    "3.5-as a dividend": ("x >= baseline / 2", {"x": -60, "baseline_x": -100}, {U}),
    "3.5-positive is fine": ("x >= baseline * 0.95", {"x": 0.96, "baseline_x": 1}, {P}),
    "3.5-a difference is fine": ("2 * (x - baseline) >= -0.1", {"x": 0, "baseline_x": 0}, {P}),
    "3.5-a sum is fine": ("x >= baseline - 0.01", {"x": -0.005, "baseline_x": 0}, {P}),
    "3.5-a rate that may be 0 is fine": (
        "e / n <= baseline(e / n) + 0.01", {"e": 0, "n": 10, "baseline_e": 0, "baseline_n": 10}, {P},
    ),
    "3.5-no baseline is missing, not weak": ("x >= baseline * 0.95", {"x": 1, "baseline_x": MISSING}, {M}),
    "3.7-the other side on the baseline": (
        "0.5 * a + 0.5 * b >= baseline", {"a": 1, "b": 0, "baseline_a": 0.5, "baseline_b": 0.4}, {P},
    ),
    "3.13-true": ("converged == true", {"converged": True}, {P}),
    "3.13-false": ("converged == true", {"converged": False}, {F}),
    "3.13-not true": ("converged != true", {"converged": False}, {P}),
    "3.13-a number is not true": ("converged == true", {"converged": MISSING}, {M}),
    "3.13-not of no boolean": ("not converged == true", {"converged": MISSING}, {M}),
    "3.13-a weak boolean": ("converged == true", {"converged": WEAK}, {U}),
    "functions of numbers": ("min(a, 0.5) + max(a, 0.5) == sum(a, 0.5)", {"a": 0.7}, {P}),
    "mean of numbers": ("mean(a, b) == 0.15", {"a": 0.1, "b": 0.2}, {P}),
    "absolute": ("abs(a - b) <= 0.1", {"a": 0.1, "b": 0.2}, {P}),
    "a parameter": ("a >= $low", {"a": 0.8}, {P}),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "cells", "outcomes"), DECIDED.values(), ids=DECIDED)
def test_outcome(rule: str, cells: dict[str, Cell], outcomes: set[Outcome]) -> None:
    assert judge(rule, **cells).outcomes == outcomes


SCALES: dict[str, tuple[str, dict[str, float], set[Outcome]]] = {
    "0.3-percent on 0 to 100": ("success >= 95%", {"success": 3.0}, {U}),
    "0.3-percent on 0 to 100, turned round": ("95% <= success", {"success": 96.0}, {U}),
    "0.3-percent below": ("error <= 5%", {"error": 3.0}, {U}),
    "0.3-percent of a sum": ("a + b >= 95%", {"a": 50, "b": 46}, {U}),
    "0.3-percent on a share": ("success >= 95%", {"success": 0.96}, {P}),
    "0.3-percent on exactly one": ("success >= 95%", {"success": 1}, {P}),
    "0.3-the unit says so": ("success_percent >= 95%", {"success_percent": 0.96}, {U}),
    "0.3-the unit says so, missing stays missing": ("success_percent >= 95%", {}, {M}),
    "0.3-more than 100 percent": ("growth >= 150%", {"growth": 3}, {P}),
    "0.3-a percent of a ratio": ("a / b >= 90%", {"a": 30, "b": 10}, {P}),
    "0.3-a change in percent": ("(x - baseline) / baseline >= -2%", {"x": 300, "baseline_x": 100}, {P}),
    "0.3-a plain number on a metric that ends at 1": ("accuracy > 0.8", {"accuracy": 85.3}, {U}),
    "0.3-a plain number above 1": ("accuracy > 80", {"accuracy": 85.3}, {P}),
    "0.3-a plain number on another metric": ("psnr > 0.8", {"psnr": 85.3}, {P}),
}


@pytest.mark.parametrize(("rule", "cells", "outcomes"), SCALES.values(), ids=SCALES)
def test_a_share_is_not_compared_with_what_counts_to_100(rule: str, cells: dict[str, float], outcomes: set[Outcome]) -> None:
    result = judge(rule, highest={"accuracy": 1}, **cells)
    assert result.outcomes == outcomes
    assert ("percent-scale" in {doubt.slug for doubt in result.doubts}) == (outcomes == {U})


RUNS = (0.95,) * 10
HISTORY = {
    "a drop after constant runs": ("x >= mean(last(x, 10)) - 3 * sd(last(x, 10))", {"x": 0.10}, RUNS, F),
    "the same again after constant runs": ("x >= mean(last(x, 10)) - 3 * sd(last(x, 10))", {"x": 0.95}, RUNS, P),
    "a ratio to constant runs": ("(x - mean(last(x, 10))) / sd(last(x, 10)) >= -3", {"x": 0.10}, RUNS, M),
    "one run has no deviation": ("x >= mean(last(x, 1)) - sd(last(x, 1))", {"x": 0.9}, RUNS, M),
    "fewer runs than asked for": ("x >= mean(last(x, 11))", {"x": 0.9}, RUNS, M),
    "the latest ones": ("x >= max(last(x, 2))", {"x": 0.5}, (0.9, 0.1, 0.2), P),
    "the lower bound": ("x >= expected_low(x, 3)", {"x": 0.1}, (0.9, 0.1, 0.2), P),
    "the upper bound": ("x <= expected_high(x, 3)", {"x": 0.91}, (0.9, 0.1, 0.2), F),
    "a moving average counts this run": ("ewma(x, 2) >= 0.5", {"x": 1.3}, (0.1, 0.2), P),
    "and the runs before": ("ewma(x, 2) >= 0.5", {"x": 0.6}, (0.1, 0.2), F),
    "a drift": ("cusum(x, 1) <= 5", {"x": 0.6}, (0.1, 0.2), P),
    "no drift without history": ("cusum(x, 8) <= 5", {"x": 0.6}, (0.1, 0.2), M),
    "no bound without history": ("x >= expected_low(x, 8)", {"x": 0.9}, (), M),
}


@pytest.mark.parametrize(("rule", "cells", "runs", "outcome"), HISTORY.values(), ids=HISTORY)
def test_history(rule: str, cells: dict[str, Cell], runs: tuple[float, ...], outcome: Outcome) -> None:
    assert judge(rule, runs=runs, **cells).outcomes == {outcome}


SLICES: dict[str, Cell] = {"a[r=eu]": 0.9, "a[r=us]": 0.7, "b[r=eu]": 0.1, "b[r=us]": 0.8, "x": 0.75}
STARS = {
    "3.9-smallest": ("min(a[r=*]) == 0.7", {}, P),
    "3.9-spread": ("max(a[r=*]) - min(a[r=*]) <= 0.2", {}, P),
    "3.9-mean is unweighted": ("mean(a[r=*]) == 0.8", {}, P),
    "3.9-several arguments": ("min(a[r=*], b[r=*]) == 0.1", {}, P),
    "3.9-per value first": ("min(a[r=*] - b[r=*]) == -0.1", {}, P),
    "3.9-per value first, the other way": ("max(a[r=*] - b[r=*]) == 0.8", {}, P),
    "3.9-beside a number": ("x >= mean(a[r=*]) - 0.05", {}, P),
    "3.9-a fixed slice": ("a[r=eu] - a[r=us] == 0.2", {}, P),
    "3.10-count": ("count(a[r=*]) == 2", {}, P),
    "3.10-count with an unknown": ("count(a[r=*]) >= 3", {"a[r=apac]": MISSING}, M),
    "3.10-count that is enough all the same": ("count(a[r=*]) > 1", {"a[r=apac]": MISSING}, P),
    "3.10-count that cannot be": ("count(a[r=*]) >= 4", {"a[r=apac]": MISSING}, F),
    "3.10-an unknown slice in a smallest": ("min(a[r=*]) >= 0.5", {"a[r=apac]": MISSING}, M),
    "3.10-an unknown slice cannot save a smallest": ("min(a[r=*]) >= 0.8", {"a[r=apac]": MISSING}, F),
    "3.10-no slice at all": ("min(c[r=*]) >= 0", {}, M),
    "3.10-no slice to count": ("count(c[r=*]) >= 0", {}, M),
    "3.10-no slice to count down": ("count(c[r=*]) <= 5", {}, M),
}


@pytest.mark.parametrize(("rule", "more", "outcome"), STARS.values(), ids=STARS)
def test_stars_inside_functions(rule: str, more: dict[str, Cell], outcome: Outcome) -> None:
    assert judge_cells(rule, {**SLICES, **more}).outcomes == {outcome}


MARGINS = {
    "3.14-at least": ("x >= 0.8", 0.9, 0.1),
    "3.14-greater": ("x > 0.8", 0.7, -0.1),
    "3.14-at most": ("x <= 0.8", 0.7, 0.1),
    "3.14-less": ("x < 0.8", 0.9, -0.1),
    "3.14-equal": ("x == 0.8", 0.7, -0.1),
    "3.14-equal from above": ("x == 0.8", 0.9, -0.1),
    "3.14-unequal": ("x != 0.8", 0.7, 0.1),
    "3.14-the number on the left": ("0.8 <= x", 0.9, 0.1),
}


@pytest.mark.parametrize(("rule", "x", "margin"), MARGINS.values(), ids=MARGINS)
def test_margin(rule: str, x: float, margin: float) -> None:
    (part,) = judge(rule, x=x).parts
    assert part.margin == pytest.approx(margin)
    assert (part.margin > 0) == (part.outcome is P)


def test_a_boolean_has_no_margin() -> None:
    (part,) = judge("converged == true", converged=True).parts
    assert math.isnan(part.margin)
    assert (part.left, part.right) == (True, True)


def test_an_unknown_has_no_margin_and_no_side() -> None:
    (part,) = judge("x >= 0.8", x=MISSING).parts
    assert math.isnan(part.margin)
    assert math.isnan(part.left)
    assert part.right == 0.8


def test_both_sides_of_and_and_or_are_evaluated() -> None:
    result = judge("a > 0.5 and b > 0.5 or c > 0.5", a=0.1, b=MISSING, c=0.9)
    assert [part.outcome for part in result.parts] == [F, M, P]
    assert result.doubts == (MISSING,)
