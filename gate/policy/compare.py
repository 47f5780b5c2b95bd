"""Whether one rule is at least as strict as another, whatever the evidence.

Sound, not complete: what is not proved counts as looser. The outcomes are ordered fail < undecided < pass, and
"tight" means that the new rule's outcome is never above the old one's.
"""

from __future__ import annotations

from gate.language.scale import is_share
from gate.language.tree import (
    All,
    Any,
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Condition,
    Expression,
    Negative,
    Number,
    OnBaseline,
    walk,
)
from gate.language.tree import Reading as Measured
from gate.policy.policy import Rule, Settle
from gate.terms import catalogue
from gate.terms.decision import Level
from gate.terms.metric import Metric

_LEVELS = (Level.INFO, Level.WARN, Level.BLOCK)
_SETTLES = (Settle.PASS, Settle.WARN, Settle.BLOCK)
_MONOTONE = frozenset(("min", "max", "mean", "median", "sum"))

Facts = dict[str, Metric]


def loosened(old: Rule, new: Rule, facts: Facts | None = None) -> list[str]:
    """In words, all in which the new rule is looser than the old one, or cannot be compared; empty: equal or tighter."""
    found: list[str] = []
    if not tight(old.expr.tree, new.expr.tree, facts or {}):
        other_way = _percent(old.expr.tree) != _percent(new.expr.tree)
        hint = "; write the number as there, with `%` or without" if other_way else ""
        found.append(f"`{new.expr.normal}` is not provably as strict as `{old.expr.normal}`{hint}")
    if _LEVELS.index(new.level) < _LEVELS.index(old.level):
        found.append(f"level: {new.level.value} is below {old.level.value}")
    for key in ("undecided", "missing"):
        was, now = getattr(old, key), getattr(new, key)
        if _SETTLES.index(now) < _SETTLES.index(was):
            found.append(f"{key}: {now.value} is below {was.value}")
    if old.waivable is False and new.waivable:
        found.append("it may be waived")
    if new.blocks_from > old.blocks_from:
        found.append(f"it blocks only from {new.blocks_from}")
    return found + _evidence_loosened(old, new)


def unread(old: Rule, new: Rule) -> list[str]:
    """In words, what the new rule no longer reads: a name that nobody knows makes a rule missing, wherever it stands."""
    names = {reading.metric for reading in old.expr.readings} - {reading.metric for reading in new.expr.readings}
    return [f"it no longer reads {', '.join(f'`{name}`' for name in sorted(names))}"] if names else []


def _evidence_loosened(old: Rule, new: Rule) -> list[str]:
    """More evidence asked for is stricter only where the lack of it blocks."""
    found: list[str] = []
    strict = new.undecided is Settle.BLOCK and new.missing is Settle.BLOCK and new.level is Level.BLOCK
    if old.min_n != new.min_n and ((new.min_n or 0) < (old.min_n or 0) or not strict):
        found.append(f"min_n: {_said(new.min_n)} instead of {_said(old.min_n)}")
    if old.confidence != new.confidence and ((new.confidence or 0) < (old.confidence or 0) or not strict):
        found.append(f"confidence: {_said(new.confidence)} instead of {_said(old.confidence)}")
    if old.exact != new.exact and new.confidence is not None and (old.exact or not strict):
        found.append("confidence: not `exact` any more" if old.exact else "confidence: `exact`, which blocks less on evidence")
    return found


def _said(number: float | None) -> str:
    return "none" if number is None else f"{number:g}"


def tight(old: Condition, new: Condition, facts: Facts) -> bool:
    """Whether `new` is at least as strict as `old` on all evidence."""
    if old == new:
        return True
    if isinstance(old, All) and all(tight(member, new, facts) for member in old.members):
        return True
    if isinstance(new, Any) and all(tight(old, member, facts) for member in new.members):
        return True
    if isinstance(new, All) and any(tight(old, member, facts) for member in new.members):
        return True
    if isinstance(old, Any) and any(tight(member, new, facts) for member in old.members):
        return True
    if isinstance(old, Comparison) and isinstance(new, Comparison):
        return _tight_comparison(old, new, facts)
    return False


def _percent(tree: Condition) -> bool:
    return any(isinstance(node, Number) and node.percent for node in walk(tree))


def _tight_comparison(old: Comparison, new: Comparison, facts: Facts) -> bool:
    if isinstance(old.right, Boolean) or isinstance(new.right, Boolean):
        return False
    if new.operator == "==":
        bounds = (_greater(new.left, new.right, False), _greater(new.right, new.left, False))
        return any(_implied(_normal(old), bound, facts) for bound in bounds) if old.operator not in ("==", "!=") else False
    if "==" in (old.operator, new.operator) or "!=" in (old.operator, new.operator):
        return False
    return _implied(_normal(old), _normal(new), facts)


Bound = tuple[Expression, Expression, bool]  # the greater side, the lesser side; strictly or not


def _greater(left: Expression, right: Expression, strict: bool) -> Bound:
    return left, right, strict


def _normal(node: Comparison) -> Bound:
    strict = not node.operator.endswith("=")
    return _greater(node.left, node.right, strict) if node.operator[0] == ">" else _greater(node.right, node.left, strict)


def _implied(old: Bound, new: Bound, facts: Facts) -> bool:
    same = _same_scale(old[1], new[1], (old[0], new[0]), facts, True) and _same_scale(
        old[0], new[0], (old[1], new[1]), facts, False
    )
    return same and new[2] >= old[2] and at_most(new[0], old[0], facts) and at_most(old[1], new[1], facts)


def _same_scale(old: Expression, new: Expression, others: tuple[Expression, Expression], facts: Facts, floor: bool) -> bool:
    """Whether a value that counts to 100 is no less decided under the new limit: `90%` finds it out, `0.95` and `2` may not."""
    was, now = _finds_out(old, others[0], facts), _finds_out(new, others[1], facts)
    if not was and not now:
        return True
    if others[0] != others[1] or not isinstance(old, Number) or not isinstance(new, Number):
        return False
    if was and now and old.percent == new.percent:
        return True
    return not (old.percent or new.percent) and (now if floor else was)


def _finds_out(limit: Expression, other: Expression, facts: Facts) -> bool:
    """Whether comparing with the limit can leave a value undecided because of its scale (see language/evaluate.py)."""
    if not isinstance(limit, Number):
        return False
    return 0 < limit.value <= 1 and (limit.percent or is_share(other, lambda metric: _highest(metric, facts)))


def _highest(metric: str, facts: Facts) -> float | None:
    stated, common = facts.get(metric), catalogue.find(metric)
    if stated is not None and stated.high is not None:
        return stated.high
    return common.high if common is not None else None


def at_most(a: Expression, b: Expression, facts: Facts) -> bool:
    """Whether a ≤ b on all evidence."""
    if a == b:
        return True
    if isinstance(a, Number) and isinstance(b, Number):
        return a.value <= b.value
    if isinstance(b, Arithmetic) and _moves(b, "+") and at_most(a, b.left, facts):
        return True
    if isinstance(a, Arithmetic) and _moves(a, "-") and at_most(a.left, b, facts):
        return True
    if isinstance(a, Negative) and isinstance(b, Negative):
        return at_most(b.of, a.of, facts)
    if isinstance(a, OnBaseline) and isinstance(b, OnBaseline):
        return a.name == b.name and at_most(a.of, b.of, facts)
    if isinstance(a, Call) and isinstance(b, Call):
        same = a.function == b.function and a.function in _MONOTONE and len(a.arguments) == len(b.arguments)
        return same and all(at_most(x, y, facts) for x, y in zip(a.arguments, b.arguments, strict=True))
    if isinstance(a, Arithmetic) and isinstance(b, Arithmetic) and a.operator == b.operator:
        return _at_most_arithmetic(a, b, facts)
    return False


def _moves(node: Arithmetic, operator: str) -> bool:
    """Whether the node is something plus (or minus) a number that is not negative."""
    return node.operator == operator and isinstance(node.right, Number) and node.right.value >= 0


def _at_most_arithmetic(a: Arithmetic, b: Arithmetic, facts: Facts) -> bool:
    if a.operator == "+":
        return at_most(a.left, b.left, facts) and at_most(a.right, b.right, facts)
    if a.operator == "-":
        return at_most(a.left, b.left, facts) and at_most(b.right, a.right, facts)
    if a.right == b.right:
        return _scaled(a.left, b.left, a.right, facts)
    return a.operator == "*" and a.left == b.left and _scaled(a.right, b.right, a.left, facts)


def _scaled(a: Expression, b: Expression, factor: Expression, facts: Facts) -> bool:
    sign = sign_of(factor, facts)
    if sign is None or _is_baseline(a) != _is_baseline(b):  # a baseline that is itself a factor must be positive
        return False
    return at_most(a, b, facts) if sign >= 0 else at_most(b, a, facts)


def _is_baseline(node: Expression) -> bool:
    while isinstance(node, Negative):
        node = node.of
    return isinstance(node, OnBaseline)


def sign_of(node: Expression, facts: Facts) -> int | None:
    """1 where the value cannot be negative, -1 where it cannot be positive, None where that is not known.

    A baseline that is a factor is positive, or else the comparison is undecided under both rules.
    """
    if isinstance(node, Number):
        return 1 if node.value >= 0 else -1
    if isinstance(node, OnBaseline):
        return 1
    if isinstance(node, Negative):
        inner = sign_of(node.of, facts)
        return None if inner is None else -inner
    if isinstance(node, Measured):
        fact = facts.get(node.metric)
        if fact is not None and fact.low is not None and fact.low >= 0:
            return 1
        if fact is not None and fact.high is not None and fact.high <= 0:
            return -1
    return None
