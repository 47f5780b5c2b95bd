"""Waivers: which finding one covers, and why one does not count."""

from __future__ import annotations

from collections.abc import Callable

from gate.judge.evidence import Evidence
from gate.language.resolve import Expr
from gate.policy.dates import days_between
from gate.policy.policy import Policy, Rule, Waiver
from gate.record import replace
from gate.terms.decision import Finding, Outcome, Reason, UsedWaiver, Verdict
from gate.terms.slice import Slice

BLOCKS = (Verdict.FAIL, Verdict.UNDECIDED)
_NOT_YET = ({"no-baseline"}, {"no-history"}, {"no-baseline", "no-history"})
SOON = 14  # days before the end of a waiver from which reports remind of it

FloorHolds = Callable[[Expr, Slice], bool]


def waive(finding: Finding, rule: Rule, policy: Policy, evidence: Evidence, floor_holds: FloorHolds) -> Finding:
    """The finding, waived where a waiver valid today covers it and its floor holds."""
    if finding.effect not in BLOCKS:
        return finding
    notes: list[Reason] = []
    if evidence.first_release and does_not_exist_yet(finding):
        if rule.waivable:
            used = UsedWaiver("", evidence.first_release, "--first-release")
            return replace(finding, effect=Verdict.WARN, waiver=used)
        notes.append(Reason("waiver-refused", "--first-release does not count: the rule is not waivable"))
    for waiver in policy.waivers:
        if not _covers(waiver, finding):
            continue
        refusal = _refusal(finding, rule, waiver, evidence.today, floor_holds)
        if refusal is None:
            floor = waiver.floor.text if waiver.floor else ""
            return replace(finding, effect=Verdict.WARN, waiver=UsedWaiver(waiver.until, waiver.why, waiver.by, floor))
        notes.append(refusal)
    return replace(finding, notes=(*finding.notes, *notes)) if notes else finding


def does_not_exist_yet(finding: Finding) -> bool:
    """Whether the rule lacks nothing but a baseline or history that was never there: what `--first-release` is for."""
    return finding.outcome is Outcome.MISSING and {reason.slug for reason in finding.reasons} in _NOT_YET


def _refusal(finding: Finding, rule: Rule, waiver: Waiver, today: str, floor_holds: FloorHolds) -> Reason | None:
    """Why a waiver for this rule does not count."""
    name = _named(waiver)
    if not rule.waivable:
        return Reason("waiver-refused", f"{name} does not count: the rule is not waivable")
    if today > waiver.until:
        return _ended(waiver)
    if finding.outcome is Outcome.MISSING:
        return Reason("waiver-refused", f"{name} does not count: it covers a rule that does not hold, not one without a value")
    if waiver.floor is not None and not floor_holds(waiver.floor, finding.slice):
        return Reason("waiver-floor", f"{name} does not count: its floor `{waiver.floor.text}` does not hold")
    return None


def _named(waiver: Waiver) -> str:
    return f"the waiver at {waiver.where}"


def _ended(waiver: Waiver) -> Reason:
    return Reason(
        "waiver-expired", f"{_named(waiver)} ended on {waiver.until}", f"ask {waiver.by} for a new one, or mend the model"
    )


def remarks(policy: Policy, findings: tuple[Finding, ...], today: str) -> list[Reason]:
    """What a reader should know of the waivers of a policy: unused ones, and those that end soon."""
    found: list[Reason] = []
    for waiver in policy.waivers:
        covered = [finding for finding in findings if _covers(waiver, finding)]
        used = any(finding.waiver is not None for finding in covered)
        needed = any(finding.effect in BLOCKS for finding in covered)
        if today > waiver.until:
            if any(note == _ended(waiver) for finding in covered for note in finding.notes):
                continue  # said where it is missed
            what = f"the waiver for `{waiver.rule}` ended on {waiver.until}"
            found.append(Reason("waiver-expired", what, f"take it out, or ask {waiver.by} for a new one"))
        elif not used and not needed:
            found.append(Reason("waiver-unused", f"the waiver for `{waiver.rule}` by {waiver.by} is not needed", "take it out"))
        elif used and days_between(today, waiver.until) <= SOON:
            found.append(Reason("waiver-ends-soon", f"the waiver for `{waiver.rule}` by {waiver.by} ends on {waiver.until}"))
    return found


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return finding.rule == waiver.rule and (not waiver.slice or waiver.slice == finding.slice)
