"""From the outcome of a finding to what it does to the verdict."""

from __future__ import annotations

from collections.abc import Iterable

from gate.policy.policy import Rule, Settle
from gate.terms.decision import Finding, Level, Outcome, Verdict

_EFFECT = {Settle.BLOCK: Verdict.UNDECIDED, Settle.WARN: Verdict.WARN, Settle.PASS: Verdict.PASS}
_ORDER = (Verdict.PASS, Verdict.WARN, Verdict.UNDECIDED, Verdict.FAIL, Verdict.ERROR)


def worst(effects: Iterable[Verdict]) -> Verdict:
    """The verdict of many; of none it is pass."""
    return max(effects, key=_ORDER.index, default=Verdict.PASS)


def level_today(rule: Rule, today: str) -> Level:
    """A rule that blocks from a later day only informs until then."""
    return Level.INFO if rule.blocks_from and today < rule.blocks_from else rule.level


def choose(outcomes: frozenset[Outcome], rule: Rule) -> Outcome:
    """The outcome to report when doubts of both kinds remain: the one that weighs more under this rule."""
    if len(outcomes) == 1:
        return next(iter(outcomes))
    by_weight = sorted(outcomes, key=lambda outcome: (_ORDER.index(_doubt(outcome, rule)), outcome is Outcome.MISSING))
    return by_weight[-1]


def effect(outcome: Outcome, level: Level, rule: Rule, partly_unknown: bool) -> Verdict:
    """What a finding contributes to the verdict."""
    if level is Level.INFO:
        return Verdict.PASS
    if outcome is Outcome.PASS:
        return Verdict.WARN if partly_unknown else Verdict.PASS
    blocked = Verdict.FAIL if outcome is Outcome.FAIL else _doubt(outcome, rule)
    return min(blocked, Verdict.WARN, key=_ORDER.index) if level is Level.WARN else blocked


def _doubt(outcome: Outcome, rule: Rule) -> Verdict:
    return _EFFECT[rule.missing if outcome is Outcome.MISSING else rule.undecided]


def looked(finding: Finding) -> bool:
    """Whether a blocking rule was evaluated on a measurement of the candidate: what exit 0 requires of one rule at least.

    One that cannot be compared (no value, outside its range, in another unit, a boolean where the rule wants a
    number) is no measurement of it.
    """
    return finding.level is Level.BLOCK and any(read.of == "candidate" and not read.unfit for read in finding.reads)
