"""What a decision comes from and what a change would make of it, as Markdown."""

from __future__ import annotations

from typing import NamedTuple

from gate.reports.neutral import Markdown, block, code, formula, say, words
from gate.reports.numbers import number
from gate.reports.provenance import becomes, judged_by, lost_title, replayed, title_of, unnamed, where_unnamed, word_of
from gate.terms.decision import Decision
from gate.terms.revision import Proposed, ProposedChange


class LostCases(NamedTuple):
    """A table of cases: id, metric, before, now; `more` are not in it."""

    title: str
    rows: list[tuple[Markdown, Markdown, str, str]]
    more: int
    where: str


class Changes(NamedTuple):
    """What the change would alter; each line says one part, with its remarks."""

    title: str
    lines: list[Markdown]
    more: int
    becomes: str
    messages: Markdown
    replayed: list[Markdown]


def policy_from(decision: Decision) -> Markdown:
    """Where a trusted policy was read, for the footer; empty for the work tree's."""
    found = judged_by(decision)
    if found is None:
        return Markdown("")
    ref, commit, by = found
    return say("policy read at {} ({}) by {}", code(ref), code(commit), by)


def lost_cases(decision: Decision, most: int) -> LostCases | None:
    """Cases that held on the baseline and fail now."""
    if not decision.lost:
        return None
    rows = [
        (
            code(each.id),
            code(f"{each.metric}[{each.slice}]" if each.slice else each.metric),
            number(each.before),
            number(each.now),
        )
        for each in decision.lost[:most]
    ]
    return LostCases(lost_title(decision), rows, unnamed(decision, len(rows)), where_unnamed(decision))


def changes(proposed: Proposed | None, most: int) -> Changes | None:
    """What the change would alter in the policy that judged."""
    if proposed is None:
        return None
    lines = [_change(change) for change in proposed.changes[:most]]
    messages = [line for message in proposed.messages[:3] for line in message.split("\n")[:4]]
    told = block(messages) if messages else Markdown("")
    return Changes(
        title_of(proposed),
        lines,
        len(proposed.changes) - len(lines),
        becomes(proposed),
        told,
        [words(each) for each in replayed(proposed)],
    )


def _change(change: ProposedChange) -> Markdown:
    sides = [formula(side) for side in (change.before, change.after) if side]
    said = say("{} → {}: {}", *sides, word_of(change)) if len(sides) == 2 else say("{}: {}", *sides, word_of(change))
    for remark in change.remarks:
        said = say("{}; {}", said, remark)
    return said
