"""What follows from a rule, in words: when it does not hold, when it is undecided, when it has no value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gate.judge.settle import effect, level_today
from gate.language.tree import comparisons
from gate.language.write import write_number
from gate.policy.policy import Policy, Rule, Waiver
from gate.terms.decision import Level, Outcome, Verdict

if TYPE_CHECKING:
    from gate.policy.holdout import Holdout

_FOLLOWS = {
    Verdict.FAIL: "do not deploy (exit 1)",
    Verdict.UNDECIDED: "do not deploy (exit 3)",
    Verdict.WARN: "deploy, with a warning",
    Verdict.PASS: "deploy; the report tells",
}
_CASES = (
    ("does not hold", Outcome.FAIL, ""),
    ("undecided", Outcome.UNDECIDED, ": there is a value, with too little evidence"),
    ("no value", Outcome.MISSING, ": not measured, not a number, no baseline or no history"),
)


def consequences(rule: Rule, policy: Policy, today: str) -> Iterator[tuple[str, str]]:
    """What decides about a deployment besides the numbers: each with a word or two for it."""
    level = level_today(rule, today)
    follows = [_FOLLOWS[effect(outcome, level, rule, False)] for _, outcome, _ in _CASES]
    if len(set(follows)) == 1:
        yield "otherwise", f"{follows[0]}, also when it is undecided or has no value"
    else:
        yield from ((case, said + cause) for (case, _, cause), said in zip(_CASES, follows, strict=True))
    if level is not rule.level:
        yield "blocks from", f"{rule.blocks_from}; until then it only informs"
    yield from _asked(rule, policy)
    yield from _waivers(rule, policy, today)


def standing(rule: Rule, today: str) -> str:
    """What the rule does today, in a word."""
    return {Level.BLOCK: "blocks", Level.WARN: "warns", Level.INFO: "informs"}[level_today(rule, today)]


def _asked(rule: Rule, policy: Policy) -> Iterator[tuple[str, str]]:
    """What is asked of the evidence."""
    if rule.min_n is not None:
        yield "rows", f"{write_number(rule.min_n)} or more behind every measurement; fewer: undecided; not said: no value"
    if rule.confidence is not None and any(node.operator not in ("==", "!=") for node in comparisons(rule.expr.tree)):
        sure = f"{rule.confidence * 100:g} %{', exact' if rule.exact else ''}"
        yield "confidence", f"{sure}: it holds, or does not, when the evidence shows that; else undecided"
        if policy.holdout is not None:
            yield "holdout", _holdout(policy.holdout)
    if policy.evidence == "measured":
        yield "evidence", "only what gate itself measured from rows; a number in a metrics file has no value"
    for column in rule.expr.stars:
        values = policy.slices.get(column, ())
        if values:
            yield "slices", f"{', '.join(f'{column}={value}' for value in values)} must be there; one that is not has no value"


def _holdout(holdout: Holdout) -> str:
    """What a use of the test set may spend."""
    full = holdout.adaptivity.value == "full"
    part = f"1/2^{holdout.uses}" if full else f"1/{holdout.uses}"
    then = "; a pass retires it" if holdout.adaptivity.value == "first-pass" else ""
    counts = f"{holdout.ledger or 'the history'} counts them"
    return f"{holdout.uses} uses of a test set, each may spend {part} of the error rate{then}; {counts}"


def _waivers(rule: Rule, policy: Policy, today: str) -> Iterator[tuple[str, str]]:
    if not rule.waivable:
        yield "waivers", "none counts"
        return
    for waiver in policy.waivers:
        if waiver.rule == rule.id:
            yield "waiver", _waiver(waiver, today)


def _waiver(waiver: Waiver, today: str) -> str:
    when = f"ended on {waiver.until}" if today > waiver.until else f"until {waiver.until}"
    on = f", on {waiver.slice}" if waiver.slice else ""
    floor = f", as long as `{waiver.floor.text}` holds" if waiver.floor else ""
    return f"{when}, by {waiver.by}{on}{floor}: {waiver.why}"
