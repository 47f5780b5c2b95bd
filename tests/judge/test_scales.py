"""Numbers that are not what they look like: shares and percents, baselines of zero, slices written as numbers."""

from __future__ import annotations

from typing import Any

import pytest

from gate.errors import PolicyError
from tests.judge.situation import decide, finding, findings, policy, slugs

SCALES: dict[str, tuple[str, Any, str]] = {
    "a share above 95%": ("success >= 95%", 0.96, "pass"),
    "a percentage above 95%": ("success >= 95%", 96.0, "undecided"),
    "three percent against 95%": ("success >= 95%", 3.0, "undecided"),
    "three percent against a ceiling of 5%": ("success <= 5%", 3.0, "undecided"),
    "a unit of percent in the file": ("success >= 95%", {"value": 0.96, "unit": "%"}, "undecided"),
    "a unit of percent against a plain number": ("success >= 95", {"value": 96, "unit": "%"}, "pass"),
    "another unit": ("success >= 95%", {"value": 0.96, "unit": "ratio"}, "pass"),
    "accuracy in percent against a share": ("accuracy > 0.8", 85.3, "undecided"),
    "accuracy in percent against 80": ("accuracy > 80", 85.3, "pass"),
    "accuracy on a slice of a longer name": ("val.accuracy > 0.8", 85.3, "undecided"),
    "a metric that has no end": ("psnr > 0.8", 31.5, "pass"),
}


@pytest.mark.parametrize(("rule", "value", "outcome"), SCALES.values(), ids=SCALES)
def test_a_share_is_not_compared_with_what_counts_to_100(rule: str, value: Any, outcome: str) -> None:
    found = finding(rule, {rule.split()[0]: value})
    assert found.outcome.value == outcome
    if outcome == "undecided":
        assert slugs(found) == ["percent-scale"]
        assert found.reasons[0].remedy.startswith("if the metric counts to 100, write `")
        assert found.effect.exit_code == 3


def test_a_range_up_to_100_says_that_a_plain_number_is_meant() -> None:
    rules = "metrics: {accuracy: {range: [0, 100]}}\nrules: [accuracy > 0.8]"
    assert finding(rules, {"accuracy": 85.3}).outcome.value == "pass"


RATIOS = {
    "a baseline of zero": ("x >= baseline * 0.95", 0.0, 0.0),
    "a baseline below zero": ("x >= baseline * 1.1", -105.0, -100.0),
    "a change of a baseline below zero": ("(x - baseline) / baseline >= -5%", -106.0, -100.0),
}


@pytest.mark.parametrize(("rule", "now", "before"), RATIOS.values(), ids=RATIOS)
def test_a_ratio_to_a_baseline_that_is_not_positive_is_undecided(rule: str, now: float, before: float) -> None:
    found = finding(rule, {"x": now}, {"x": before})
    assert (found.outcome.value, slugs(found)) == ("undecided", ["baseline-not-positive"])
    assert found.reasons[0].remedy == "compare the difference: `x >= baseline - 0.01`"
    assert found.effect.exit_code == 3
    assert finding("x >= baseline - 10", {"x": now}, {"x": before}).outcome.value == "pass"


@pytest.mark.parametrize(
    "rule",
    [
        "x <= 1.1 * baseline",
        "baseline * 1.1 >= x",
        "x / baseline(x) <= 1.1",
        "(x - baseline) / baseline <= 5%",
    ],
)
def test_the_remedy_for_a_ratio_keeps_the_direction_of_the_rule(rule: str) -> None:
    found = finding(rule, {"x": 0.0}, {"x": 0.0})
    assert found.reasons[0].remedy == "compare the difference: `x <= baseline + 0.01`"


def test_a_share_of_1_in_single_precision_counts_to_1() -> None:
    assert finding("accuracy >= 0.9", {"accuracy": 1.0000001}).outcome.value == "pass"
    sure = finding("confidence: 95%\nrules: [accuracy >= 0.9]", {"accuracy": {"value": 1.0000001, "n": 100}})
    assert sure.outcome.value == "pass"
    assert finding("accuracy >= baseline - 0.01", {"accuracy": 0.99999}, {"accuracy": 1.0000001}).outcome.value == "pass"


def test_ten_percent_better_than_the_baseline_is_ten_percent_better() -> None:
    found = finding("x >= baseline * 1.1", {"x": 0.99}, {"x": 0.9})
    assert (found.outcome.value, found.baseline_value) == ("pass", 0.9)


WRITTEN = [("n=1", 1), ("n=1", 1.0), ("n=0.5", 0.5), ("n=true", True), ("n=null", None), ('n="1.0"', "1.0"), ("n=eu", "eu")]


@pytest.mark.parametrize(("selector", "value"), WRITTEN)
def test_slices_are_compared_as_text_numbers_at_their_shortest(selector: str, value: Any) -> None:
    metrics = {"slices": [{"slice": {"n": value}, "metrics": {"x": 1}}]}
    assert finding(f"'x[{selector}] > 0'", metrics).outcome.value == "pass"
    (on,) = findings('"x[n=*] > 0"', metrics)
    assert on == selector.replace('"', "")


@pytest.mark.parametrize("level", ["block", "warn", "info"])
def test_a_rule_that_means_nothing_is_refused_at_any_level(level: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy(f"rules: [{{check: x >, level: {level}}}, x > 0]")
    assert caught.value.exit_code == 2


def test_a_doubt_about_a_warning_only_warns() -> None:
    assert decide("x > 0\n{check: success >= 95%, level: warn}", {"x": 1, "success": 96}).verdict.value == "warn"
