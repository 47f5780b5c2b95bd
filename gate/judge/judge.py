"""A policy on evidence: findings, their effects, the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from gate.errors import Place, PolicyError, Problem
from gate.judge.evidence import Evidence
from gate.judge.findings import judge_rules
from gate.judge.settle import level_today, looked, worst
from gate.judge.waive import remarks
from gate.policy.policy import Policy
from gate.terms.case import LostCase
from gate.terms.decision import Decision, Finding, Level, Outcome, PolicyIdentity, Reason, Verdict
from gate.terms.slice import Slice


def judge(policies: Sequence[Policy], evidence: Evidence) -> Decision:
    """The decision of all policies together: each must hold. Raises PolicyError where nothing can block."""
    findings: tuple[Finding, ...] = ()
    notes: list[Reason] = []
    unseen = False
    for policy in policies:
        check_blocking(policy, evidence.today)
        judged = tuple(judge_rules(policy.rules, policy, evidence))
        judged += lacking_slices(policy, evidence, judged)
        notes += remarks(policy, judged, evidence.today)
        findings += judged
        unseen |= not policy.advisory and not any(map(looked, judged))
    verdict = worst(finding.effect for finding in findings)
    if unseen and verdict in (Verdict.PASS, Verdict.WARN):
        verdict = Verdict.UNDECIDED
        notes.append(
            Reason("nothing-evaluated", "no blocking rule was evaluated on a measurement", "check the names of the metrics")
        )
    return Decision(
        verdict=verdict,
        findings=findings,
        policies=tuple(identity(policy) for policy in policies),
        notes=tuple(notes),
        unused=_unused(policies, evidence),
        candidate=evidence.candidate,
        lost=_lost(evidence),
    )


def lacking_slices(policy: Policy, evidence: Evidence, judged: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """A finding for every value that the policy declares and no measurement has, unless a rule has already told of it."""
    weighs = (Verdict.WARN, Verdict.UNDECIDED) if policy.advisory else (Verdict.UNDECIDED,)
    missing = [finding for finding in judged if finding.outcome is Outcome.MISSING and finding.effect in weighs]
    told = {pair for finding in missing for pair in finding.slice.parts}
    there = {pair for measurement in evidence.candidate for pair in measurement.slice.parts} if policy.slices else set()
    lacking = [(column, value) for column, values in policy.slices.items() for value in values]
    return tuple(_lacking(policy, pair) for pair in lacking if pair not in there and pair not in told)


def _lacking(policy: Policy, pair: tuple[str, str]) -> Finding:
    on = Slice((pair,))
    what = f"the policy declares the slice {on}, and no measurement has it"
    return Finding(
        rule="slices",
        policy=policy.file,
        expression="slices",
        outcome=Outcome.MISSING,
        effect=Verdict.WARN if policy.advisory else Verdict.UNDECIDED,
        level=Level.WARN if policy.advisory else Level.BLOCK,
        slice=on,
        reasons=(Reason("no-slice", what, "measure it, or take it out of `slices:`"),),
        where=Place(policy.file),
    )


def identity(policy: Policy) -> PolicyIdentity:
    """How a decision names a policy."""
    return PolicyIdentity(
        policy.name, policy.file, policy.sha256, len(policy.rules), policy.advisory, policy.extends, policy.purpose
    )


def check_blocking(policy: Policy, today: str) -> None:
    """Refuse a policy in which nothing can block today, unless it says that it only advises."""
    if policy.advisory or any(level_today(rule, today) is Level.BLOCK for rule in policy.rules):
        return
    later = min((rule.blocks_from for rule in policy.level_rules), default="")
    what = f"nothing in this policy blocks before {later}" if later else "nothing in this policy can block"
    remedy = "give a rule `level: block`, or say `advisory: true` if the policy only informs"
    raise PolicyError(Problem("nothing-blocks", what, policy.rules[0].where if policy.rules else None, remedy))


def _lost(evidence: Evidence) -> tuple[LostCase, ...]:
    if not evidence.candidate.cases:
        return ()
    from gate.judge.lost import lost

    return lost(evidence.candidate, evidence.baselines)


def _unused(policies: Sequence[Policy], evidence: Evidence) -> tuple[str, ...]:
    """Metrics of the candidate that no rule reads."""
    used = {policy.source_of(reading.metric) for policy in policies for rule in policy.rules for reading in rule.expr.readings}
    used |= {evidence.candidate.aliases.get(name, name) for name in used}
    return tuple(name for name in evidence.candidate.names if name not in used)
