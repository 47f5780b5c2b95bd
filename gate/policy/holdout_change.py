"""What became of the budget of a test set from one policy to another.

Another `uses` is never tighter: more of them wear the test set out later, fewer let each spend more.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.errors import Place
from gate.policy.change import PartChange, Relation, Side
from gate.policy.holdout import Adaptivity, Holdout
from gate.policy.policy import Policy, Rule, Settle
from gate.terms.decision import Level

_STRICTER = (Adaptivity.NONE, Adaptivity.FIRST_PASS, Adaptivity.FULL)


def holdout_changes(old: Policy, new: Policy) -> Iterator[PartChange]:
    """The one change of `holdout`, if there is one."""
    if old.holdout == new.holdout and _kept(old) == _kept(new):
        return
    relation, why = _compared(old, new)
    sides = [Side(said(each.holdout, each.history), each.places.get("holdout", Place(each.file))) for each in (old, new)]
    yield PartChange("holdout", "", relation, sides[0], sides[1], why=why)


def _kept(policy: Policy) -> str:
    """Where the uses are counted."""
    return "" if policy.holdout is None else policy.holdout.ledger or f"history {policy.history}"


def said(holdout: Holdout | None, history: str = "") -> str:
    """A budget in one line."""
    if holdout is None:
        return "any number of uses"
    named = f", test set {holdout.test_set}" if holdout.test_set else ""
    return f"{holdout.uses} uses, adaptivity {holdout.adaptivity.value}, ledger {holdout.ledger or f'in {history}'}{named}"


def _compared(old: Policy, new: Policy) -> tuple[Relation, str]:
    was, now = old.holdout, new.holdout
    if now is None:
        return Relation.LOOSER, "uses of the test set would not be counted any more"
    soft = next((rule.id for rule in (*old.rules, *new.rules) if _soft(rule)), "")
    why = f"evidence that is too weak, or missing, does not block in `{soft}`" if soft else ""
    if was is None:
        return (Relation.CHANGED, why) if soft else (Relation.TIGHTER, "")
    if (_kept(old), was.test_set) != (_kept(new), now.test_set):
        return Relation.CHANGED, "another ledger begins to count anew"
    if now.uses > was.uses:
        return Relation.LOOSER, "the same rows may give more verdicts"
    if _STRICTER.index(now.adaptivity) < _STRICTER.index(was.adaptivity):
        return Relation.LOOSER, "each use may spend more of the error rate, or a pass no longer retires the test set"
    if now.share > was.share:
        return Relation.CHANGED, "each use may spend more of the error rate"
    if was.adaptivity is Adaptivity.FIRST_PASS and now.adaptivity is Adaptivity.FULL:
        return Relation.CHANGED, "a pass no longer retires the test set"
    return (Relation.CHANGED, why) if soft else (Relation.TIGHTER, "")


def _soft(rule: Rule) -> bool:
    """Whether less certainty may let through what the rule refused."""
    strict = rule.undecided is Settle.BLOCK and rule.missing is Settle.BLOCK
    return rule.confidence is not None and not (strict and rule.level is Level.BLOCK)
