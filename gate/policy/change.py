"""What became of a policy, part by part: what every comparison of two policies is made of."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from gate.errors import Place
from gate.record import dataclass
from gate.terms.decision import Decision
from gate.terms.measurements import Source
from gate.terms.replay import Replay


class Relation(Enum):
    """What a change does to the policy; in the order of reports."""

    LOOSER = "looser"
    CHANGED = "changed"  # it cannot be proved equal or tighter: counts as loosened
    TIGHTER = "tighter"
    SAME = "same"


ORDER = tuple(Relation)
LOOSENED = (Relation.LOOSER, Relation.CHANGED)


def worst(relations: Iterable[Relation]) -> Relation:
    """What many changes are together; of none it is `same`."""
    return min(relations, key=ORDER.index, default=Relation.SAME)


@dataclass(frozen=True, slots=True)
class Side:
    """How a part stands in one of the policies, and where."""

    text: str
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One key that differs, with both values as text; `why` says what made the relation so, where the values do not."""

    key: str
    before: str
    after: str
    relation: Relation
    why: str = ""


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part of both policies: a rule, a waiver, a setting. A side is None where the policy does not have it.

    `kind` is the key of a policy that it belongs to ("rules", "waivers", "metrics", …), `name` the part's own.
    """

    kind: str
    name: str
    relation: Relation
    before: Side | None
    after: Side | None
    changes: tuple[Change, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """Everything that two policies differ in, and the rules that they share; in the order of reports."""

    parts: tuple[PartChange, ...] = ()

    @property
    def loosened(self) -> bool:
        """Whether something is looser, or cannot be proved equal or tighter."""
        return any(part.relation in LOOSENED for part in self.parts)

    def of(self, relation: Relation) -> list[PartChange]:
        return [part for part in self.parts if part.relation is relation]


@dataclass(frozen=True, slots=True)
class Trial:
    """Both policies on the same measurements: evidence of what a change does, not proof. `metrics` are the files' names."""

    metrics: tuple[str, ...]
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """Two policies compared; each `sha256` is the digest of what the policy means. `files` are all that they consist of; `replay`
    is what both say of recorded runs.
    """

    before: Source
    after: Source
    difference: PolicyDifference
    trial: Trial | None = None
    files: tuple[str, ...] = ()
    replay: Replay | None = None
