"""What an outcome does to the verdict: levels, the policy's own settings, and that the worst counts."""

from __future__ import annotations

import itertools

import pytest

from gate.judge.settle import choose, effect, level_today, looked, worst
from gate.policy.policy import Rule, Settle
from gate.record import replace
from gate.terms.decision import Level, Outcome, Verdict
from tests.judge.situation import decide, finding, notes, policy

RULE: Rule = policy("x > 0").rules[0]

# outcome, level, undecided, missing, effect
EFFECTS = {
    "a rule that holds": ("pass", "block", "block", "block", "pass"),
    "a rule that fails": ("fail", "block", "block", "block", "fail"),
    "undecided blocks": ("undecided", "block", "block", "block", "undecided"),
    "undecided warns": ("undecided", "block", "warn", "block", "warn"),
    "undecided passes": ("undecided", "block", "pass", "block", "pass"),
    "undecided is not missing": ("undecided", "block", "block", "warn", "undecided"),
    "missing blocks": ("missing", "block", "block", "block", "undecided"),
    "missing warns": ("missing", "block", "block", "warn", "warn"),
    "missing is not undecided": ("missing", "block", "pass", "block", "undecided"),
    "a fail is neither": ("fail", "block", "pass", "warn", "fail"),
    "a warning fails": ("fail", "warn", "block", "block", "warn"),
    "a warning is undecided": ("undecided", "warn", "block", "block", "warn"),
    "a warning is missing": ("missing", "warn", "block", "block", "warn"),
    "a warning holds": ("pass", "warn", "block", "block", "pass"),
    "information fails": ("fail", "info", "block", "block", "pass"),
    "information is missing": ("missing", "info", "block", "block", "pass"),
}


@pytest.mark.parametrize(("outcome", "level", "undecided", "missing", "expected"), EFFECTS.values(), ids=EFFECTS)
def test_effect(outcome: str, level: str, undecided: str, missing: str, expected: str) -> None:
    rule = replace(RULE, undecided=Settle(undecided), missing=Settle(missing))
    assert effect(Outcome(outcome), Level(level), rule, False) is Verdict(expected)


@pytest.mark.parametrize(("level", "expected"), [("block", "warn"), ("warn", "warn"), ("info", "pass")])
def test_a_rule_that_holds_although_a_part_is_unknown_warns(level: str, expected: str) -> None:
    assert effect(Outcome.PASS, Level(level), RULE, True) is Verdict(expected)


ORDER = [Verdict.PASS, Verdict.WARN, Verdict.UNDECIDED, Verdict.FAIL, Verdict.ERROR]


def test_the_worst_counts_wherever_it_stands() -> None:
    assert worst([]) is Verdict.PASS
    for several in itertools.product(ORDER, repeat=3):
        assert worst(several) is ORDER[max(ORDER.index(each) for each in several)]


@pytest.mark.parametrize("verdict", ORDER)
def test_codes(verdict: Verdict) -> None:
    assert verdict.exit_code == {"pass": 0, "warn": 0, "undecided": 3, "fail": 1, "error": 2}[verdict.value]


@pytest.mark.parametrize(
    ("today", "level"), [("2026-06-30", "info"), ("2026-07-01", "block"), ("2026-07-02", "block"), ("2025-12-31", "info")]
)
def test_a_rule_blocks_from_its_day_on(today: str, level: str) -> None:
    assert level_today(replace(RULE, blocks_from="2026-07-01"), today) is Level(level)


def test_a_warning_stays_a_warning_from_its_day_on() -> None:
    assert level_today(replace(RULE, blocks_from="2026-07-01", level=Level.WARN), "2026-07-02") is Level.WARN


def test_one_outcome_is_itself() -> None:
    for outcome in Outcome:
        assert choose(frozenset((outcome,)), RULE) is outcome


@pytest.mark.parametrize(
    ("undecided", "missing", "chosen"),
    [
        ("block", "block", "missing"),
        ("block", "warn", "undecided"),
        ("warn", "block", "missing"),
        ("warn", "warn", "missing"),
        ("pass", "block", "missing"),
        ("pass", "warn", "missing"),
    ],
)
def test_of_both_doubts_the_stricter_is_chosen(undecided: str, missing: str, chosen: str) -> None:
    rule = replace(RULE, undecided=Settle(undecided), missing=Settle(missing))
    both = frozenset((Outcome.UNDECIDED, Outcome.MISSING))
    assert choose(both, rule) is Outcome(chosen)


def test_looked_at_a_measurement() -> None:
    assert looked(finding("x > 0", {"x": 1}))
    assert looked(finding("x > 0", {"x": -1}))
    assert looked(finding("ok == true", {"ok": True}))
    assert not looked(finding("x > 0", {"x": None}))
    assert not looked(finding("x > 0", {"y": 1}))
    assert not looked(finding("x > 0", {"x": True}))
    assert not looked(finding("ok == true", {"ok": 1}))
    assert not looked(finding("x > 0", {"x": "1"}))
    assert not looked(finding("x >= baseline", {"y": 1}, {"x": 1}))
    assert looked(finding("x >= baseline", {"x": 1}))


UNUSABLE = {
    "above its range": ("metrics: {x: {range: [0, 1]}}", 95, "out-of-range"),
    "below its range": ("metrics: {x: {range: [0, 1]}}", -0.5, "out-of-range"),
    "in another unit": ("metrics: {x: {unit: s}}", {"value": 0.5, "unit": "ms"}, "other-unit"),
    "null": ("", None, "not-a-number"),
    "a boolean": ("", True, "is-a-boolean"),
}


@pytest.mark.parametrize(("facts", "value", "slug"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_compared_is_not_looked_at(facts: str, value: object, slug: str) -> None:
    """The only blocking rule lets doubts through: without a measurement that it can compare, nothing was checked."""
    found = decide(f"{facts}\nrules: [{{check: x > 0.2, missing: warn, undecided: pass}}]", {"x": value})
    assert [read.unfit for read in found.findings[0].reads] == [slug]
    assert (found.verdict, found.exit_code) == (Verdict.UNDECIDED, 3)
    assert notes(found) == ["nothing-evaluated"]


def test_a_measurement_that_one_comparison_can_use_was_looked_at() -> None:
    (read,) = finding("x > 0 or x == true", {"x": 1}).reads
    assert read.unfit == ""
    assert looked(finding("x > 0 or x == true", {"x": 1}))


@pytest.mark.parametrize("level", [Level.WARN, Level.INFO])
def test_only_a_blocking_rule_looks(level: Level) -> None:
    assert not looked(replace(finding("x > 0", {"x": 1}), level=level))
