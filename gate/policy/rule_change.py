"""One rule in two policies: what it is now, key by key; sound, so that what is called tighter passes nothing that was refused.

The proof goes in steps, each of which passes nothing that the one before refused: the keys, then the evidence that is asked
for, then the check itself, under the keys of the new rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.language.readings import starred_readings
from gate.language.tree import (
    All,
    Any,
    Call,
    Comparison,
    Condition,
    Expected,
    Last,
    Node,
    Number,
    OnBaseline,
    Reading,
    Tracked,
    children,
    walk,
)
from gate.language.write import write
from gate.policy.change import Change, PartChange, Relation, Side, worst
from gate.policy.compare import Facts, tight
from gate.policy.policy import Rule, Settle
from gate.policy.shapes import canonical, scaled_shape
from gate.record import dataclass, replace
from gate.terms.decision import Level

_LEVELS = (Level.INFO, Level.WARN, Level.BLOCK)
_SETTLES = (Settle.PASS, Settle.WARN, Settle.BLOCK)
# A comparison with one of these may be decided although a part of it is unknown; elsewhere unknown is unknown.
PARTIAL = frozenset(("min", "max", "median", "abs", "count"))

Read = tuple[str, str, tuple[tuple[str, str | None], ...]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the comparison of a rule depends on: the new policy's facts, whether a waiver covers the rule, whether the policy
    wants measured evidence, the day."""

    facts: Facts
    waived: bool
    measured: bool
    today: str


def compare_rules(old: Rule, new: Rule, setting: Setting) -> PartChange:
    """What became of a rule that both policies have."""
    old, new = in_force(old, setting.today), in_force(new, setting.today)
    changes = tuple(_changes(old, new, setting))
    relation = worst(change.relation for change in changes)
    return PartChange("rules", _name(new), relation, side(old), side(new), changes)


def side(rule: Rule) -> Side:
    return Side(rule.expr.shown, rule.where)


def _name(rule: Rule) -> str:
    """The rule's id where it has one of its own."""
    return "" if rule.id == rule.expr.normal else rule.id


def removed(old: Rule) -> PartChange:
    """A rule that is gone; one that only informed has no part in the verdict."""
    relation = Relation.SAME if old.level is Level.INFO else Relation.LOOSER
    return PartChange("rules", _name(old), relation, side(old), None, tuple(_beyond_check(old)))


def added(new: Rule) -> PartChange:
    relation = Relation.SAME if new.level is Level.INFO else Relation.TIGHTER
    return PartChange("rules", _name(new), relation, None, side(new), tuple(_beyond_check(new)))


def _beyond_check(rule: Rule) -> Iterator[Change]:
    """What is to know of a rule that only one policy has."""
    if rule.level is not Level.BLOCK:
        yield Change("level", rule.level.value, rule.level.value, Relation.SAME)
    if rule.blocks_from:
        yield Change("blocks_from", rule.blocks_from, rule.blocks_from, Relation.SAME)


def in_force(rule: Rule, today: str) -> Rule:
    """The rule without a `blocks_from` that is reached."""
    return replace(rule, blocks_from="") if rule.blocks_from and rule.blocks_from <= today else rule


def _changes(old: Rule, new: Rule, setting: Setting) -> Iterator[Change]:
    if old.id != new.id and (_name(old) or _name(new)):
        yield Change("id", old.id, new.id, Relation.SAME)
    check = _check(old, new, setting)
    if check is not None:
        yield check
    yield from _ordered("level", _LEVELS.index(old.level), _LEVELS.index(new.level), old.level.value, new.level.value)
    for key in ("undecided", "missing"):
        was, now = getattr(old, key), getattr(new, key)
        yield from _ordered(key, _SETTLES.index(was), _SETTLES.index(now), was.value, now.value)
    yield from _ordered("waivable", not old.waivable, not new.waivable, _word(old.waivable), _word(new.waivable))
    if old.blocks_from != new.blocks_from:
        relation = Relation.LOOSER if new.blocks_from > old.blocks_from else Relation.TIGHTER
        yield Change("blocks_from", old.blocks_from or "now", new.blocks_from or "now", relation)
    yield from _min_n(old, new)
    yield from _confidence(old, new)


def _ordered(key: str, was: int, now: int, before: str, after: str) -> Iterator[Change]:
    if was != now:
        yield Change(key, before, after, Relation.TIGHTER if now > was else Relation.LOOSER)


def _word(value: bool) -> str:
    return "true" if value else "false"


def _min_n(old: Rule, new: Rule) -> Iterator[Change]:
    """More rows are stricter only where the lack of them blocks; where none were asked for, n itself may be lacking."""
    if old.min_n == new.min_n:
        return
    strict = new.undecided is Settle.BLOCK and (new.missing is Settle.BLOCK or None not in (old.min_n, new.min_n))
    yield _evidence("min_n", old.min_n, new.min_n, _number(old.min_n), _number(new.min_n), strict)


def _confidence(old: Rule, new: Rule) -> Iterator[Change]:
    if (old.confidence, old.exact) == (new.confidence, new.exact) or not (_has_order(old) or _has_order(new)):
        return
    strict = all(each is Settle.BLOCK for each in (old.undecided, old.missing, new.undecided, new.missing))
    was, now = (_sure(each) for each in (old, new))
    if old.exact and not new.exact:  # not even a higher confidence is sure to make up for it
        yield _evidence("confidence", 1.0, 0.0, was, now, strict)
    elif old.confidence == new.confidence:
        yield _evidence("confidence", 0.0, 1.0, was, now, strict)
    else:
        yield _evidence("confidence", old.confidence, new.confidence, was, now, strict)


def _sure(rule: Rule) -> str:
    return "none" if rule.confidence is None else f"{100 * rule.confidence:.6g}%{' exact' if rule.exact else ''}"


def _has_order(rule: Rule) -> bool:
    """Whether it has a comparison that confidence decides: `==` and `!=` have none."""
    return any(isinstance(node, Comparison) and node.operator not in ("==", "!=") for node in walk(rule.expr.tree))


def _evidence(key: str, was: float | None, now: float | None, before: str, after: str, strict: bool) -> Change:
    if not strict:
        why = "more evidence is stricter only where `undecided` and `missing` block"
        return Change(key, before, after, Relation.CHANGED, why)
    return Change(key, before, after, Relation.TIGHTER if (now or 0) > (was or 0) else Relation.LOOSER)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


# -- the check


def _check(old: Rule, new: Rule, setting: Setting) -> Change | None:
    a, b = canonical(old.expr.tree), canonical(new.expr.tree)
    texts = old.expr.shown, new.expr.shown
    if a == b:
        return Change("check", *texts, Relation.SAME) if texts[0] != texts[1] else None
    doubt = unproved(a, b, new, setting)
    if doubt:
        turned = tight(b, a, setting.facts)
        return Change("check", *texts, Relation.LOOSER if turned else Relation.CHANGED, "" if turned else doubt)
    same = not unproved(b, a, old, setting)
    return Change("check", *texts, Relation.SAME if same else Relation.TIGHTER)


def unproved(old: Condition, new: Condition, rule: Rule, setting: Setting) -> str:
    """Why the new condition, under the keys of `rule`, may pass what the old one refuses; empty where it cannot."""
    if not tight(old, new, setting.facts):
        turned = _percents(old) != _percents(new)
        return "write the number as it was, with `%` or without" if turned else "it cannot be proved as strict as it was"
    lost = set(reads(old)) - set(reads(new))
    if lost:
        return f"`{sorted(map(_read_text, lost))[0]}` is no longer read, and where it is unknown the rule was missing"
    stars = _stars(old) or _stars(new)
    if stars and (_baselines(old) != _baselines(new) or not set(starred_readings(old)) <= set(starred_readings(new))):
        return "its stars run over other slices"
    uneven = (rule.undecided is Settle.BLOCK) != (rule.missing is Settle.BLOCK)
    if uneven and not steady(old, new, setting.facts):
        return "`undecided` and `missing` do different things, and one may become the other"
    alone = isinstance(old, Comparison) and isinstance(new, Comparison) and rule.confidence is None and not setting.measured
    if setting.waived and rule.waivable and not (alone and steady(old, new, setting.facts)):
        return "it has a waiver, which covers no missing value; one may become a failure"
    chosen = any(isinstance(node, Any) for node in walk(old))
    if chosen and rule.waivable and any(of for of, _, _ in reads(new)) and not steady(old, new, setting.facts, partial=True):
        return "without the alternative, `--first-release` may let it through"
    return ""


def steady(old: Condition, new: Condition, facts: Facts, partial: bool = False) -> bool:
    """Whether `new` is `old` with numbers or signs made stricter, or that `and` more: with the same doubts, and as decided.

    `partial` allows functions that may be decided although a part is unknown: right where any doubt at all counts.
    """
    if old == new:
        return True
    if isinstance(old, Comparison) and isinstance(new, Comparison):
        whole = partial or not any(isinstance(node, Call) and node.function in PARTIAL for node in walk(old))
        return whole and scaled_shape(_weak(old)) == scaled_shape(_weak(new)) and tight(old, new, facts)
    if isinstance(old, (All, Any)) and isinstance(new, (All, Any)) and _pairwise(old, new, facts, partial):
        return True
    return isinstance(new, All) and any(steady(old, member, facts, partial) for member in new.members)


def _pairwise(old: All | Any, new: All | Any, facts: Facts, partial: bool) -> bool:
    pairs = zip(old.members, new.members, strict=False)
    return type(old) is type(new) and len(old.members) == len(new.members) and all(steady(a, b, facts, partial) for a, b in pairs)


def _weak(node: Comparison) -> Comparison:
    """The comparison with `>=` for `>`: which of the two is not its shape."""
    return replace(node, operator=">=") if node.operator == ">" else node


def reads(node: Node, of: str = "") -> Iterator[Read]:
    """Every measurement that is read: of the candidate (`of` is empty), of a baseline, of history."""
    if isinstance(node, Reading):
        yield of, node.metric, node.selector
        return
    if isinstance(node, (Last, Expected, Tracked)):
        of = f"{of} last {node.count}".strip()
    for child in children(node):
        yield from reads(child, node.name if isinstance(node, OnBaseline) else of)


def _read_text(read: Read) -> str:
    of, metric, selector = read
    text = write(Reading(metric, selector))
    return f"{of}({text})" if of else text


def _stars(node: Node) -> bool:
    return any(isinstance(each, Reading) and each.stars for each in walk(node))


def _baselines(node: Node) -> set[str]:
    """The baselines whose slices its stars run over."""
    return {"baseline", *(each.name for each in walk(node) if isinstance(each, OnBaseline))}


def _percents(tree: Condition) -> bool:
    return any(isinstance(node, Number) and node.percent for node in walk(tree))
