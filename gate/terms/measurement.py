"""A measurement: the value of a metric on a slice, with its evidence."""

from __future__ import annotations

from gate.errors import Place
from gate.record import dataclass
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE, Slice


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided interval, `low` ≤ `high`, with its confidence in (0, 1)."""

    low: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Support:
    """What stands behind a value: `n` is the denominator, `k` the successes in it.

    Of a rate of events, `k` is how many there were, and `exposure` in how many hours, requests or releases.
    """

    n: float | None = None
    k: float | None = None
    stderr: float | None = None
    std: float | None = None
    n_pos: float | None = None
    n_neg: float | None = None
    interval: Interval | None = None
    exposure: float | None = None


NO_SUPPORT = Support()


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value with its support.

    `value` is None when there is no finite number or boolean; `problem` then says why, in words
    that follow "is": "null", "not a number (NaN)", "text". `evidence` is "measured" where gate
    itself counted it from rows; what a file says is a claim ("").
    """

    metric: str
    value: float | bool | None
    slice: Slice = WHOLE
    support: Support = NO_SUPPORT
    unit: str = ""
    better: Direction | None = None
    problem: str = ""
    where: Place | None = None
    evidence: str = ""

    def same_as(self, other: Measurement) -> bool:
        """Whether both say the same: value, kind of value, support, unit and evidence."""
        return (
            self.value == other.value
            and isinstance(self.value, bool) == isinstance(other.value, bool)
            and self.support == other.support
            and self.unit == other.unit
            and self.problem == other.problem
            and self.evidence == other.evidence
        )
