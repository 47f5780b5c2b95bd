"""Words of metrics files that a policy names as numbers: then they no longer say how metrics were defined."""

from __future__ import annotations

from collections.abc import Iterator

from gate.errors import Place
from gate.policy.change import PartChange, Relation, Side
from gate.policy.policy import Policy
from gate.policy.setting_change import Both
from gate.terms.defining import NAMES

_COUNTS, _DOES_NOT = "a number like others", "says how metrics were defined"


def word_changes(both: Both) -> Iterator[PartChange]:
    """Baselines of another definition are compared where they were not, or no longer; without a baseline nothing is."""
    if not any(rule.expr.baselines for rule in both.old.rules):
        return
    was, now = _numbers(both.old), _numbers(both.new)
    for name in sorted(was ^ now):
        relation = Relation.LOOSER if name in now else Relation.TIGHTER
        before, after = ((_COUNTS if name in each else _DOES_NOT) for each in (was, now))
        places = [policy.places.get("metrics", Place(policy.file)) for policy in (both.old, both.new)]
        why = f"metrics of two models are compared whatever their files say of `{name}`" if name in now else ""
        yield PartChange("metrics", name, relation, Side(before, places[0]), Side(after, places[1]), why=why)


def _numbers(policy: Policy) -> frozenset[str]:
    sources = (fact.source or name for name, fact in policy.metrics.items())
    return frozenset(each for each in sources if each.rpartition(".")[2] in NAMES)
