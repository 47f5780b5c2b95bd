"""A metric: what a measured number means."""

from __future__ import annotations

from enum import Enum

from gate.record import dataclass


class Direction(Enum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Metric:
    """The definition of a metric, as a catalogue or a policy states it.

    `low` and `high` bound the values that make sense (None: no bound); `source` is the name
    under which the metrics file has it, where that differs; `proportion` says that a value is
    a share k of n, so that n gives an interval. `spread` is the smallest standard deviation from run to run to believe in.
    """

    name: str
    better: Direction | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    source: str = ""
    proportion: bool = False
    spread: float | None = None
