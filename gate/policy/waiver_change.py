"""The waivers of two policies: one that is gone, ends earlier or has a higher floor is tighter; any other change is looser."""

from __future__ import annotations

from collections.abc import Iterator

from gate.errors import Place
from gate.language.resolve import Expr
from gate.policy.change import Change, PartChange, Relation, Side, worst
from gate.policy.compare import Facts, tight
from gate.policy.policy import Policy, Waiver
from gate.policy.rule_change import steady
from gate.policy.setting_change import Both
from gate.policy.shapes import canonical


def waiver_changes(both: Both) -> Iterator[PartChange]:
    """Every waiver that is valid today or was changed; those that ended have no part in a verdict."""
    yield from _limits(both.old, both.new)
    was = {new.id: old.id for old, new in both.pairs if old is not None and new is not None}
    waiting = [waiver for waiver in both.old.waivers if waiver.until >= both.today]
    for waiver in both.new.waivers:
        if waiver.until < both.today:
            continue
        rule = was.get(waiver.rule)
        like = [each for each in waiting if each.rule == rule]
        found = min((_changed(each, waiver, dict(both.new.metrics)) for each in like), key=_looseness, default=None)
        if found is None:
            yield _added(waiver, rule)
            continue
        matched, part = found
        waiting.remove(matched)
        yield part
    for waiver in waiting:
        yield PartChange("waivers", waiver.rule, Relation.TIGHTER, _side(waiver), None)


def waived_rules(policy: Policy, today: str) -> set[str]:
    """The ids of the rules that a waiver covers, today or until later."""
    return {waiver.rule for waiver in policy.waivers if waiver.until >= today}


def _looseness(found: tuple[Waiver, PartChange]) -> int:
    return -[*Relation].index(found[1].relation)


def _side(waiver: Waiver) -> Side:
    on = f" on {waiver.slice}" if waiver.slice else ""
    floor = f", floor {waiver.floor.shown}" if waiver.floor else ""
    return Side(f"until {waiver.until} by {waiver.by}{on}{floor}", waiver.where)


def _added(waiver: Waiver, rule: str | None) -> PartChange:
    """A waiver for a rule that is new as well takes nothing away from what was."""
    why = "" if rule else "its rule is new, too"
    return PartChange("waivers", waiver.rule, Relation.LOOSER if rule else Relation.SAME, None, _side(waiver), why=why)


def _changed(old: Waiver, new: Waiver, facts: Facts) -> tuple[Waiver, PartChange]:
    changes: list[Change] = []
    if old.until != new.until:
        changes.append(Change("until", old.until, new.until, Relation.LOOSER if new.until > old.until else Relation.TIGHTER))
    if old.slice != new.slice:
        relation = Relation.TIGHTER if not old.slice else Relation.LOOSER
        changes.append(Change("slice", str(old.slice) or "every slice", str(new.slice) or "every slice", relation))
    floor = _floor(old.floor, new.floor, facts)
    changes += [floor] if floor is not None else []
    for key in ("by", "why"):
        was, now = getattr(old, key), getattr(new, key)
        if was != now:
            changes.append(Change(key, was, now, Relation.SAME))
    relation = worst(change.relation for change in changes)
    return old, PartChange("waivers", new.rule, relation, _side(old), _side(new), tuple(changes))


def _floor(old: Expr | None, new: Expr | None, facts: Facts) -> Change | None:
    """A floor that holds has no doubt in it, so a higher one must read all that the lower one does."""
    was, now = ("none" if floor is None else floor.shown for floor in (old, new))
    if old is None or new is None:
        if old is new:
            return None
        return Change("floor", was, now, Relation.TIGHTER if old is None else Relation.LOOSER)
    a, b = canonical(old.tree), canonical(new.tree)
    if a == b:
        return None
    if steady(a, b, facts, partial=True) and set(new.stars) >= set(old.stars) and new.baselines == old.baselines:
        back = steady(b, a, facts, partial=True)
        return Change("floor", was, now, Relation.SAME if back else Relation.TIGHTER)
    if tight(b, a, facts):
        return Change("floor", was, now, Relation.LOOSER)
    return Change("floor", was, now, Relation.CHANGED, "it cannot be proved as high as it was")


def _limits(old: Policy, new: Policy) -> Iterator[PartChange]:
    """What the policy itself says of waivers."""
    changes: list[Change] = []
    if old.waiver_days != new.waiver_days:
        relation = Relation.LOOSER if new.waiver_days > old.waiver_days else Relation.TIGHTER
        changes.append(Change("max_days", str(old.waiver_days), str(new.waiver_days), relation))
    was, now = set(old.waiver_by), set(new.waiver_by)
    if was != now:
        tighter = bool(now) and (not was or now < was)
        looser = not now or (bool(was) and was < now)
        relation = Relation.TIGHTER if tighter else Relation.LOOSER if looser else Relation.CHANGED
        changes.append(Change("by", ", ".join(old.waiver_by) or "anyone", ", ".join(new.waiver_by) or "anyone", relation))
    if changes:
        places = [policy.places.get("waivers") or Place(policy.file) for policy in (old, new)]
        sides = [Side("", place) for place in places]
        yield PartChange("waivers", "", worst(change.relation for change in changes), sides[0], sides[1], tuple(changes))
