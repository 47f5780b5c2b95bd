"""What became of measurements, or of findings, between two files."""

from __future__ import annotations

from enum import Enum

from gate.record import dataclass
from gate.terms.decision import Decision, Finding
from gate.terms.measurement import Measurement
from gate.terms.measurements import Source
from gate.terms.metric import Direction
from gate.terms.slice import Slice


class Move(Enum):
    """What became of one thing from A to B; in the order of reports."""

    WORSE = "worse"
    BETTER = "better"
    CHANGED = "changed"  # which way is better is not known
    REMOVED = "removed"  # only in A
    ADDED = "added"  # only in B
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class MeasurementMove:
    """One measurement in both files. `change` is B − A and `relative` that over |A|, None where they mean nothing."""

    metric: str
    slice: Slice
    move: Move
    before: Measurement | None
    after: Measurement | None
    better: Direction | None = None
    unit: str = ""
    change: float | None = None
    relative: float | None = None


@dataclass(frozen=True, slots=True)
class MetricsComparison:
    """Two metrics files. `moves` are in the order of reports."""

    before: Source
    after: Source
    moves: tuple[MeasurementMove, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingMove:
    """One rule on one slice in both decisions; `rule_moved` says that the other decision does not have the rule at all."""

    move: Move
    before: Finding | None
    after: Finding | None
    rule_moved: bool = False


@dataclass(frozen=True, slots=True)
class PolicyMove:
    """A policy's digests in both decisions; empty where it did not judge."""

    name: str
    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DecisionComparison:
    """Two decisions. `moves` are in the order of reports."""

    before: Decision
    after: Decision
    before_file: Source
    after_file: Source
    moves: tuple[FindingMove, ...] = ()
    policies: tuple[PolicyMove, ...] = ()


Comparison = MetricsComparison | DecisionComparison
