"""`gate lint` on rules that evidence of this size could never show."""

from __future__ import annotations

from typing import Any

import pytest

from gate.app.lint.support import too_small
from gate.errors import Problem
from gate.policy.load import loads
from gate.readers.inputs import read_mapping


def advice(rule: str, metrics: Any = None, more: str = "") -> list[Problem]:
    policy = loads(f"gate: 1\n{more}rules: [{rule}]\n", "2026-06-01")
    return list(too_small(policy, None if metrics is None else read_mapping(metrics)))


@pytest.mark.parametrize(("min_n", "told"), [(5, True), (24, True), (25, False), (200, False)])
def test_min_n_below_what_arithmetic_takes(min_n: int, told: bool) -> None:
    found = advice(f"{{check: recall >= 0.9, confidence: 95%, min_n: {min_n}}}")
    assert [each.slug for each in found] == ["too-small-to-show"] * told
    if told:
        assert "min_n: 25" in found[0].remedy


@pytest.mark.parametrize(
    "rule",
    [
        "{check: recall >= 0.9, min_n: 5}",
        "{check: recall >= 0.9, confidence: 95%, min_n: 5, undecided: pass}",
        "{check: recall >= 0.9, confidence: 95%}",
        "{check: log_loss <= 0.3, confidence: 95%, min_n: 5}",
    ],
)
def test_where_nothing_is_to_be_said(rule: str) -> None:
    assert advice(rule) == []


def test_slices_of_the_metrics_that_are_too_small() -> None:
    slices = [{"slice": {"region": name}, "metrics": {"recall": {"value": 1.0, "n": n}}} for name, n in (("eu", 9), ("us", 90))]
    metrics = {"recall": {"value": 1.0, "n": 99}, "slices": slices}
    found = advice("{check: 'recall[region=*] >= 0.9', confidence: 95%}", metrics)
    assert len(found) == 1
    assert "region=eu has n 9" in found[0].message
    assert "us" not in found[0].message
    assert advice("{check: recall >= 0.9, confidence: 95%}", metrics) == []


def test_of_several_comparisons_each_is_said_of_its_own_metrics() -> None:
    metrics = {"recall": {"value": 1.0, "n": 20}, "error_rate": {"value": 0.0, "n": 400}}
    (found,) = advice("{check: error_rate <= 0.1 and recall >= 0.99, confidence: 95%}", metrics)
    assert found.message.startswith("`recall >= 0.99` cannot be shown")
    assert "error_rate" not in found.message
    for band in advice("{check: 0.9 <= recall <= 0.95, confidence: 95%}", metrics):
        assert band.message.count("recall has n 20") == 1


def test_a_name_may_have_a_blank() -> None:
    assert advice("""{check: '"my set".accuracy >= 0.98 * baseline', confidence: 95%}""") == []


def test_a_budget_takes_more() -> None:
    rule, budget = "{check: recall >= 0.9, confidence: 95%, min_n: 30}", "holdout: {uses: 32, adaptivity: full}\n"
    assert advice(rule) == []
    assert "the budget of the test set" in advice(rule, more=budget)[0].message


def test_a_budget_that_nothing_spends() -> None:
    assert [each.slug for each in advice("recall >= 0.9", more="holdout: {uses: 3, adaptivity: none}\n")] == ["unused-holdout"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [("recall >= 1", True), ("fpr <= 0", True), ("100% <= recall", True), ("recall >= 0.99", False), ("recall <= 1", False)],
)
def test_an_end_of_the_range_is_never_shown(rule: str, told: bool) -> None:
    found = advice(f"{{check: {rule}, confidence: 95%}}")
    assert ["cannot be shown, however many rows" in each.message for each in found] == [True] * told
    assert advice(f"{{check: {rule}, confidence: 95%, undecided: pass}}") == []
