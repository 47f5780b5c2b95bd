"""What stands in two policies as `actions`: they change no verdict, but who hears of it, and what is started."""

from __future__ import annotations

from collections.abc import Iterator

from gate.errors import Place
from gate.policy.action import DOING, Action
from gate.policy.change import PartChange, Relation, Side
from gate.policy.policy import Policy


def action_changes(old: Policy, new: Policy) -> Iterator[PartChange]:
    """Actions that are gone, and those that are new; their order does not count."""
    was, now = ({each.key: each for each in policy.actions} for policy in (old, new))
    for key, action in was.items():
        if key not in now:
            why = "nothing is done then any more" if not now else "what was done then is another thing, or none"
            yield _part(Relation.CHANGED, _side(action), Side("gone", new.places.get("actions") or Place(new.file)), why)
    for key, action in now.items():
        if key not in was:
            starts = action.do in DOING
            why = "it does more than tell somebody" if starts else ""
            nothing = Side("none", old.places.get("actions") or Place(old.file))
            yield _part(Relation.CHANGED if starts else Relation.TIGHTER, nothing, _side(action), why)


def _part(relation: Relation, before: Side, after: Side, why: str) -> PartChange:
    return PartChange("actions", "", relation, before, after, why=why)


def _side(action: Action) -> Side:
    return Side(action.written, action.where)
