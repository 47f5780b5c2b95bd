"""Two policies compared by what they mean: what is not proved equal or tighter counts as loosened.

The law: on no evidence does the new policy pass what the old one refuses, unless the difference says that it was loosened.
Algorithm and order: rules paired by id, then by their form with the numbers blanked; each key in its order; the check by
proof (compare.py). How a policy was written down, or split into files, does not count.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.policy.change import ORDER, PartChange, PolicyDifference
from gate.policy.compare import tight
from gate.policy.pairs import Pair, paired
from gate.policy.policy import Policy, Rule
from gate.policy.rule_change import Setting, added, compare_rules, removed
from gate.policy.setting_change import Both, setting_changes
from gate.policy.shapes import canonical
from gate.policy.waiver_change import waived_rules, waiver_changes
from gate.policy.word_change import word_changes

_KINDS = ("advisory", "evidence", "holdout", "rules", "waivers")


def difference(old: Policy, new: Policy, today: str) -> PolicyDifference:
    """What became of the old policy; `today` is an ISO date: waivers that ended and days that were reached do not count."""

    def is_tight(a: Rule, b: Rule) -> bool:
        return tight(canonical(a.expr.tree), canonical(b.expr.tree), dict(new.metrics))

    both = Both(old, new, tuple(_in_order(paired(old.rules, new.rules, is_tight), old, new)), today)
    parts = [*setting_changes(both), *word_changes(both), *_rules(both), *waiver_changes(both)]
    if old.actions or new.actions:
        from gate.policy.action_change import action_changes

        parts += action_changes(old, new)
    return PolicyDifference(tuple(sorted(parts, key=_rank)))


def _in_order(pairs: list[Pair], old: Policy, new: Policy) -> list[Pair]:
    """As in the new policy; what is gone comes first."""
    places = {rule.id: index for index, rule in enumerate(new.rules)}
    gone = {rule.id: index for index, rule in enumerate(old.rules)}

    def place(pair: Pair) -> tuple[int, int]:
        before, after = pair
        return (1, places[after.id]) if after is not None else (0, gone[before.id] if before is not None else 0)

    return sorted(pairs, key=place)


def _rank(part: PartChange) -> tuple[int, int]:
    """The worst first, and what bears on all rules before the rules."""
    return ORDER.index(part.relation), _KINDS.index(part.kind) if part.kind in _KINDS else 1


def _rules(both: Both) -> Iterator[PartChange]:
    waived, facts = waived_rules(both.new, both.today), dict(both.new.metrics)
    measured = both.new.evidence == "measured"
    for old, new in both.pairs:
        if old is not None and new is not None:
            yield compare_rules(old, new, Setting(facts, new.id in waived, measured, both.today))
        elif old is not None:
            yield removed(old)
        elif new is not None:
            yield added(new)
