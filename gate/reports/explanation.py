"""What a report says under a finding: why it is so, what it would take, who cares, what to do."""

from __future__ import annotations

from typing import NamedTuple

from gate.reports.certain import assured
from gate.reports.numbers import apart, number, signed
from gate.reports.outline import verb
from gate.reports.plain import LONGEST_NAME, LONGEST_TEXT, clip
from gate.terms.decision import Finding, Part, Share, UsedWaiver

MOST_SHARES = 3
MOST_PARTS = 8


class Remark(NamedTuple):
    """A sentence about a finding; names in it stand between backticks, nothing in it is neutralised yet.

    `kind` is one of reason, sure, part, baseline, share, waiver, when, note, why, name, remedy.
    """

    kind: str
    text: str


def explain(finding: Finding) -> list[Remark]:
    """Everything worth saying about a finding that its row does not say, in the order of reading."""
    remarks = [Remark("reason", reason.text) for reason in finding.reasons]
    if said := assured(finding):
        remarks.append(Remark("sure", said))
    if len(finding.parts) > 1:
        remarks += [Remark("part", _part(part)) for part in finding.parts[:MOST_PARTS]]
    if finding.baseline_value is not None:
        remarks.append(Remark("baseline", _baseline(finding)))
    remarks += [Remark("share", share) for share in _shares(finding)]
    if finding.waiver:
        remarks.append(Remark("waiver", _waiver(finding.waiver)))
    if finding.blocks_from:
        remarks.append(Remark("when", f"blocks from {finding.blocks_from}"))
    remarks += [Remark("note", note.text) for note in finding.notes]
    if finding.why:
        remarks.append(Remark("why", f"{finding.why} ({ticked(finding.owner)})" if finding.owner else finding.why))
    if named := _named(finding):
        remarks.append(Remark("name", named))
    remedies = [reason.remedy for reason in (*finding.reasons, *finding.notes) if reason.remedy]
    remarks += [Remark("remedy", remedy) for remedy in dict.fromkeys(remedies)]
    return [Remark(kind, clip(text, LONGEST_TEXT)) for kind, text in remarks]


def unsaid(finding: Finding, said: set[tuple[str, str]]) -> list[Remark]:
    """The remarks that a report has not made yet: for the slices of one rule each is told once, a share once in all."""
    fresh = []
    for remark in explain(finding):
        key = ("" if remark.kind == "share" else finding.rule, remark.text)
        if key not in said:
            said.add(key)
            fresh.append(remark)
    return fresh


def ticked(name: str) -> str:
    """The name between backticks, as code stands in a sentence; one that holds backticks goes without."""
    name = clip(name, LONGEST_NAME)
    return name if "`" in name or not name else f"`{name}`"


def _part(part: Part) -> str:
    said = f"{ticked(part.text)} {verb(part.outcome, part.left)}"
    if part.left is not None and part.right is not None:
        left, right = apart(part.left, part.right)
        said += f": {left} against {right}"
    elif part.left is not None:
        said += f": {number(part.left)} against an unknown value"
    return said


def _named(finding: Finding) -> str:
    """By what name to speak of the rule, and to whom."""
    rule = f"rule {ticked(finding.rule)}" if finding.rule != finding.expression else ""
    owner = f"owner {ticked(finding.owner)}" if finding.owner and not finding.why else ""
    return ", ".join(each for each in (rule, owner) if each)


def _baseline(finding: Finding) -> str:
    before, value = finding.baseline_value, finding.value
    assert before is not None
    said = f"{ticked(finding.baseline) or 'the baseline'} had {number(before)}"
    if value is None or isinstance(value, bool):
        return said
    return f"{said}, {signed(value - before)} since then" if value != before else f"{said} too"


def _shares(finding: Finding) -> list[str]:
    """The slices that carry most of the change, as a part of it where that is a sensible number."""
    change = sum(share.contribution for share in finding.shares)
    if finding.baseline_value is not None and finding.value is not None:
        change = finding.value - finding.baseline_value
    worst = sorted(finding.shares, key=lambda share: abs(share.contribution), reverse=True)[:MOST_SHARES]
    return [_share(share, change) for share in worst]


def _share(share: Share, change: float) -> str:
    before, value = apart(share.before, share.value)
    if change and share.contribution / change > 0:
        carried = f"{number(100 * share.contribution / change, 2)} % of the change"
    else:
        carried = f"{signed(share.contribution)} of a change of {signed(change)}"
    return f"{ticked(str(share.slice))} carries {carried}: {before} → {value}, n {number(share.n)}"


def _waiver(waiver: UsedWaiver) -> str:
    floor = f"; floor {ticked(waiver.floor)}" if waiver.floor else ""
    until = f" until {waiver.until}" if waiver.until else ""
    return f"waived{until} by {ticked(waiver.by)}: {waiver.why}{floor}"
