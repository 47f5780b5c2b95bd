"""A policy on evidence: the verdict, what keeps it from being green by accident, and what the decision tells."""

from __future__ import annotations

from typing import Any

import pytest

from gate.errors import PolicyError
from gate.judge.judge import judge
from gate.terms.decision import Verdict
from tests.judge.situation import decide, evidence, finding, notes, policy, slugs

GOOD = {"x": 0.9, "y": 0.9}

# policy, metrics, verdict
VERDICTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "all hold": ("x > 0.5\ny > 0.5", GOOD, "pass"),
    "one fails": ("x > 0.5\ny > 0.95", GOOD, "fail"),
    "one is missing": ("x > 0.5\nz > 0.5", GOOD, "undecided"),
    "a fail is worse than a doubt": ("z > 0.5\ny > 0.95", GOOD, "fail"),
    "a fail is worse than a doubt, whatever the order": ("y > 0.95\nz > 0.5", GOOD, "fail"),
    "a warning": ("x > 0.5\n{check: y > 0.95, level: warn}", GOOD, "warn"),
    "a warning about what is missing": ("x > 0.5\n{check: z > 0.95, level: warn}", GOOD, "warn"),
    "a warning beside a doubt": ("z > 0.5\n{check: y > 0.95, level: warn}", GOOD, "undecided"),
    "information": ("x > 0.5\n{check: y > 0.95, level: info}", GOOD, "pass"),
    "a doubt that warns": ("x > 0.5\n{check: z > 0.95, missing: warn}", GOOD, "warn"),
    "a rule that holds in part": ("x > 0.5 or y > baseline", GOOD, "warn"),
    "a rule that blocks later": ("x > 0.5\n{check: y > 0.95, blocks_from: 2026-07-01}", GOOD, "pass"),
    "a rule that blocks since today": ("x > 0.5\n{check: y > 0.95, blocks_from: 2026-06-15}", GOOD, "fail"),
    "too little evidence": ("x > 0.5\n{check: y > 0.5, min_n: 10}", {"x": 1, "y": {"value": 1, "n": 9}}, "undecided"),
    "too little evidence that warns": (
        "x > 0.5\n{check: y > 0.5, min_n: 10, undecided: warn}", {"x": 1, "y": {"value": 1, "n": 9}}, "warn",
    ),
    "too little evidence that passes": (
        "x > 0.5\n{check: y > 0.5, min_n: 10, undecided: pass}", {"x": 1, "y": {"value": 0, "n": 9}}, "pass",
    ),
    "0.5-undecided does not govern a typo": ("x > 0.5\n{check: z > 0.5, undecided: pass}", GOOD, "undecided"),
    "0.5-undecided does not govern NaN": ("x > 0.5\n{check: y > 0.5, undecided: pass}", {"x": 1, "y": None}, "undecided"),
    "0.5-undecided does not govern a lack of baseline": ("x > 0.5\n{check: y > baseline, undecided: pass}", GOOD, "undecided"),
    "nothing was looked at": ("{check: z > 0.5, missing: warn}", GOOD, "undecided"),
    "nothing but null was looked at": ("{check: z > 0.5, missing: warn}", {"z": None, "x": 1}, "undecided"),
    "nothing but text was looked at": ("{check: z > 0.5, missing: warn}", {"z": "1", "x": 1}, "undecided"),
    "nothing but a boolean was looked at": ("{check: z > 0.5, missing: warn}", {"z": True, "x": 1}, "undecided"),
    "only a warning looked": ("{check: z > 0.5, missing: warn}\n{check: x > 0.5, level: warn}", GOOD, "undecided"),
    "only information looked": (
        "{check: z > 0.5, missing: warn}\n{check: x > 0.5, blocks_from: 2026-07-01}", GOOD, "undecided",
    ),
    "confidence is not ours yet": ("{check: x > 0.5, confidence: 95%}", GOOD, "undecided"),
    "confidence does not matter to equals": ("{check: x == 0.9, confidence: 95%}", GOOD, "pass"),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "metrics", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_verdict(rules: str, metrics: dict[str, Any], verdict: str) -> None:
    decision = decide(rules, metrics)
    assert decision.verdict.value == verdict
    assert decision.passed == (verdict in ("pass", "warn"))
    only_z_blocks = rules.startswith("{check: z")
    assert ("nothing-evaluated" in notes(decision)) == only_z_blocks


def test_the_policys_confidence_holds_for_every_rule_that_does_not_say_otherwise() -> None:
    decision = decide("confidence: 95%\nrules: [x > 0.5, {check: y > 0.5, confidence: none}]", GOOD)
    assert [found.outcome.value for found in decision.findings] == ["undecided", "pass"]
    assert slugs(decision.findings[0]) == ["no-evidence"]


def test_measured_evidence_is_not_what_a_file_claims() -> None:
    found = finding("evidence: measured\nrules: [x > 0.5]", GOOD)
    assert (found.outcome.value, slugs(found)) == ("missing", ["evidence-claimed"])


NOTHING_BLOCKS = {
    "warnings": "{check: x > 0.5, level: warn}",
    "information": "{check: x > 0.5, level: info}",
    "later": "{check: x > 0.5, blocks_from: 2026-07-01}",
    "later and warnings": "{check: x > 0.5, blocks_from: 2026-07-01}\n{check: y > 0.5, level: warn}",
}


@pytest.mark.parametrize("rules", NOTHING_BLOCKS.values(), ids=NOTHING_BLOCKS)
def test_a_policy_in_which_nothing_can_block_is_refused(rules: str) -> None:
    with pytest.raises(PolicyError) as caught:
        decide(rules, GOOD)
    (problem,) = caught.value.problems
    assert (problem.slug, caught.value.exit_code) == ("nothing-blocks", 2)
    assert "advisory: true" in problem.remedy
    assert ("2026-07-01" in problem.message) == ("blocks_from" in rules)


def test_one_policy_of_several_in_which_nothing_can_block_is_refused_too() -> None:
    with pytest.raises(PolicyError, match="can block"):
        judge([policy("x > 0.5"), policy("{check: x > 0.5, level: warn}")], evidence(GOOD))


def test_a_policy_may_say_that_it_only_advises() -> None:
    decision = decide("advisory: true\nrules: [{check: x > 0.95, level: warn}]", GOOD)
    assert (decision.verdict, decision.advisory, notes(decision)) == (Verdict.WARN, True, [])
    assert decide("advisory: true\nrules: [x > 0.95]", GOOD).verdict is Verdict.FAIL


def test_the_rule_blocks_when_its_day_has_come() -> None:
    rules = "{check: x > 0.95, blocks_from: 2026-07-01}"
    assert decide(rules, GOOD, today="2026-07-01").verdict is Verdict.FAIL


def test_information_tells_from_when_on_it_blocks() -> None:
    rules = "x > 0.5\n{check: y > 0.5, blocks_from: 2026-07-01}"
    assert [found.blocks_from for found in decide(rules, GOOD).findings] == ["", "2026-07-01"]
    assert [found.blocks_from for found in decide(rules, GOOD, today="2026-07-02").findings] == ["", ""]


def test_several_policies_must_all_hold() -> None:
    both = judge([policy("x > 0.5"), policy("y > 0.95")], evidence(GOOD))
    assert (both.verdict, len(both.findings), len(both.policies)) == (Verdict.FAIL, 2, 2)


def test_each_of_several_policies_must_have_looked() -> None:
    blind = policy("{check: z > 0.5, missing: warn}")
    assert judge([policy("x > 0.5"), blind], evidence(GOOD)).verdict is Verdict.UNDECIDED
    assert judge([blind, policy("x > 0.5")], evidence(GOOD)).verdict is Verdict.UNDECIDED


def test_a_decision_tells_what_no_rule_reads() -> None:
    decision = decide("metrics: {a: {from: eval/a}}\nrules: [a > 0, x > 0]", {"eval/a": 1, "x": 1, "y": 1, "z": None})
    assert decision.unused == ("y", "z")
    assert decision.candidate is not None
    assert decision.candidate.names == ["eval/a", "x", "y", "z"]


def test_a_decision_names_its_policies() -> None:
    decision = judge([policy("x > 0.5"), policy("description: d\nrules: [y > 0.5, x > 0]")], evidence(GOOD))
    assert [(each.name, each.rules, each.advisory) for each in decision.policies] == [("m", 1, False), ("m", 2, False)]
    assert decision.policies[0].sha256 != decision.policies[1].sha256
    assert decision.name == "m + m"


def test_the_same_evidence_gives_the_same_decision() -> None:
    assert decide("x > 0.5\ny > 0.95", GOOD) == decide("x > 0.5\ny > 0.95", GOOD)
