"""A decision beside a decision."""

from __future__ import annotations

from collections.abc import Iterable

from gate.reports.outline import ORDER, standing_of
from gate.terms.comparison import DecisionComparison, FindingMove, Move, PolicyMove
from gate.terms.decision import Decision, Finding, PolicyIdentity
from gate.terms.measurements import Source
from gate.terms.slice import Slice

_MOVES = tuple(Move)
_Key = tuple[str, Slice, int]


def compare_decisions(before: Decision, after: Decision, first: Source, second: Source) -> DecisionComparison:
    """Every finding of both: what fails now comes first."""
    old, new = _keyed(before.findings), _keyed(after.findings)
    rules = [{rule for rule, _, _ in each} for each in (old, new)]
    keys = dict.fromkeys((*new, *old))
    moves = [_moved(old.get(key), new.get(key), in_both=all(key[0] in each for each in rules)) for key in keys]
    policies = _policies(before.policies, after.policies)
    return DecisionComparison(before, after, first, second, tuple(sorted(moves, key=_rank)), policies)


def _keyed(findings: Iterable[Finding]) -> dict[_Key, Finding]:
    """Findings by rule and slice, the same one of several policies counted up."""
    found: dict[_Key, Finding] = {}
    seen: dict[tuple[str, Slice], int] = {}
    for finding in findings:
        count = seen[finding.rule, finding.slice] = seen.get((finding.rule, finding.slice), -1) + 1
        found[finding.rule, finding.slice, count] = finding
    return found


def _rank(moved: FindingMove) -> tuple[int, int, int]:
    """By what became of it; then the worst in B, and what held in A, first."""
    b = ORDER.index(standing_of(moved.after)) if moved.after else 0
    a = ORDER.index(standing_of(moved.before)) if moved.before else 0
    return _MOVES.index(moved.move), b, -a


def _moved(old: Finding | None, new: Finding | None, *, in_both: bool) -> FindingMove:
    if new is None:
        return FindingMove(Move.REMOVED, old, new, not in_both)
    if old is None:
        return FindingMove(Move.ADDED, old, new, not in_both)
    a, b = ORDER.index(standing_of(old)), ORDER.index(standing_of(new))
    if a != b:
        return FindingMove(Move.WORSE if b < a else Move.BETTER, old, new)
    is_same = (old.outcome, old.level, old.expression) == (new.outcome, new.level, new.expression)
    return FindingMove(Move.EQUAL if is_same else Move.CHANGED, old, new)


def _policies(before: Iterable[PolicyIdentity], after: Iterable[PolicyIdentity]) -> tuple[PolicyMove, ...]:
    """The policies of both by name and, where several have one name, by file."""
    old, new = list(before), list(after)
    moves: list[PolicyMove] = []
    for each in new:
        found = _counterpart(each, old)
        if found is not None:
            old.remove(found)
        moves.append(PolicyMove(each.name, each.file, found.sha256 if found else "", each.sha256))
    return (*moves, *(PolicyMove(each.name, each.file, each.sha256, "") for each in old))


def _counterpart(policy: PolicyIdentity, among: list[PolicyIdentity]) -> PolicyIdentity | None:
    close = [each for each in among if each.name == policy.name]
    return next((each for each in close if each.file == policy.file), close[0] if close else None)
