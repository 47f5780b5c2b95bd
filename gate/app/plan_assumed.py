"""What a plan rests on: what is assumed to be true, how sure it must be, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gate.policy.policy import Policy
from gate.record import dataclass, field

TOLERANCE, POSITIVES, DIFFER, BASE = 0.02, 0.1, 0.1, 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What a plan rests on; `tolerance`, `positives` and `differ` are None where nobody said them."""

    power: float = 0.8
    tolerance: float | None = None
    positives: float | None = None
    differ: float | None = None
    truths: Mapping[str, float] = field(default_factory=dict)
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of one rule: `alpha` is for one use, `error` for all `uses` together; `clauses` must all hold.

    `changed` is the share of changed predictions that another rule, or a flag, holds the model to.
    """

    policy: Policy
    assumed: Assumed
    alpha: float
    error: float
    uses: int = 1
    full: bool = False
    clauses: int = 1
    changed: float | None = None


def positives_of(by: Asking) -> float:
    """The share of rows that are positive."""
    return by.assumed.positives if by.assumed.positives is not None else POSITIVES


def smallest_provable(needed: Callable[[float], float], line: float, end: float, fraction: float, by: Asking) -> float | None:
    """The smallest distance from the line that the rows asked about would show; None where not even the largest is."""
    if by.assumed.rows is None:
        return None
    have = by.assumed.rows * fraction
    low, high = 0.0, (end - line) * (1 - 1e-9)
    if high <= 0 or needed(line + high) > have:
        return None
    for _ in range(40):
        middle = (low + high) / 2
        if middle > 0 and needed(line + middle) <= have:
            high = middle
        else:
            low = middle
    return high


def settled_truth(line: float, sign: int, by: Asking, metric: str) -> tuple[float, float]:
    """What is assumed to be true of a number in [0, 1], and how far from the line that is."""
    stated = by.assumed.truths.get(metric)
    if stated is not None:
        return stated, by.assumed.tolerance or abs(stated - line) or TOLERANCE
    apart = near(1 - line if sign > 0 else line, by)
    return line + sign * apart, by.assumed.tolerance or apart


def near(room: float, by: Asking) -> float:
    """How far beyond its line a true value is assumed to be, where there is so much room."""
    tolerance = by.assumed.tolerance or TOLERANCE
    return tolerance if tolerance < room else room / 2


def whole(needed: float) -> int:
    """Rows, started ones too."""
    return max(1, -int(-needed // 1))
