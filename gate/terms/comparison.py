"""What became of measurements, or of findings, between two files."""

from __future__ import annotations

from enum import Enum

from gate.record import dataclass
from gate.terms.decision import Decision, Finding
from gate.terms.measurement import Interval, Measurement
from gate.terms.measurements import Source
from gate.terms.metric import Direction
from gate.terms.run import Run
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
    """One measurement in both files. `change` is B − A and `relative` that over |A|, None where they mean nothing.

    `interval` is that of the change, where both sides have the evidence for one.
    """

    metric: str
    slice: Slice
    move: Move
    before: Measurement | None
    after: Measurement | None
    better: Direction | None = None
    unit: str = ""
    change: float | None = None
    relative: float | None = None
    interval: Interval | None = None


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


@dataclass(frozen=True, slots=True)
class RunFact:
    """What a run is, in both runs; empty where that is not known. `of` is "run", "data", "policy" or "param"."""

    of: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two recorded runs. `decisions` is there where both were decided on; `facts` are those in which they differ."""

    before: Run
    after: Run
    metrics: MetricsComparison
    decisions: DecisionComparison | None = None
    facts: tuple[RunFact, ...] = ()


Comparison = MetricsComparison | DecisionComparison
