"""What a CI shows beside the policy's lines: a callout for each rule that does not hold, in no CI's own words yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gate.errors import Place
from gate.reports.entries import conclusion, fact, lines, place_in, silent, title
from gate.reports.outline import BLOCKING, Standing, marks, outline, verb
from gate.reports.plain import LONGEST_TEXT, brief, plain, posix
from gate.terms.decision import Decision, Finding, Outcome

MOST = 10  # of a level in a step; GitHub and Azure drop what comes after without a word
MOST_SLICES = 10


class Callout(NamedTuple):
    """A title, and lines below it; nothing of them is neutralised yet."""

    title: str
    lines: list[str]
    where: Place | None = None

    @property
    def heading(self) -> str:
        """The title, made plain."""
        return brief(self.title)

    @property
    def body(self) -> list[str]:
        """The lines, made plain."""
        return [brief(line, LONGEST_TEXT) for line in self.lines]

    @property
    def spot(self) -> dict[str, str]:
        """File, line and column as far as they are known, made plain."""
        if self.where is None:
            return {}
        known = {"file": posix(self.where.file), "line": self.where.line, "column": self.where.column}
        return {name: plain(str(value)) for name, value in known.items() if value}


class Callouts(NamedTuple):
    """The worst first, at most 10 of a level; `rest` says how many there are beyond, and is empty where none is."""

    errors: list[Callout]
    warnings: list[Callout]
    rest: str
    mark: str


def callouts(decision: Decision) -> Callouts:
    """What to show: an error for each message and each rule that blocks, a warning for each that warns or is waived.

    A rule has one callout, however many slices it fails on. There is an error whenever the exit code is not 0.
    """
    of, mark = outline(decision), "".join(f"{each}: " for each in marks(decision))
    errors = [Callout(f"{mark}gate could not run", message.split("\n"), place_in(message)) for message in decision.messages]
    errors += [_callout(findings, mark) for findings in _by_rule(of.shown(BLOCKING))]
    if silent(decision, of):
        errors.append(Callout(f"{mark}gate", [conclusion(decision, of)]))
    warnings = [_callout(findings, mark) for findings in _by_rule(of.shown((Standing.WAIVED, Standing.WARNS)))]
    rest = [f"+{len(some) - MOST} more {what}" for some, what in ((errors, "errors"), (warnings, "warnings")) if len(some) > MOST]
    said = f"{', '.join(rest)}: the report lists them all" if rest else ""
    return Callouts(errors[:MOST], warnings[:MOST], said, mark)


def _by_rule(shown: Iterable[tuple[Standing, Finding]]) -> list[list[Finding]]:
    """The findings of each rule with one outcome, together."""
    found: dict[tuple[str, str, Outcome], list[Finding]] = {}
    for _, finding in shown:
        found.setdefault((finding.policy, finding.rule, finding.outcome), []).append(finding)
    return list(found.values())


def _callout(findings: list[Finding], mark: str) -> Callout:
    first = findings[0]
    if len(findings) == 1:
        head, told = title(first), lines(first)
    else:
        became = verb(first.outcome, first.value)
        head = f"{first.expression} {became} on {len(findings)} slices"
        told = [f"{each.slice}: {fact(each) or became}" for each in findings[:MOST_SLICES]]
        told += [f"and {len(findings) - MOST_SLICES} more"] if len(findings) > MOST_SLICES else []
        told += lines(first)[bool(fact(first)) :]
    return Callout(mark + head, told or [head], first.where)
