"""What a plan rests on: what is assumed to be true, how sure it must be, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf

from gate.policy.policy import Policy
from gate.record import dataclass, field

TOLERANCE, POSITIVES, DIFFER, BASE = 0.02, 0.1, 0.1, 0.9
_HALVINGS = 30
_ROUNDING = 1e-9  # 1 - 0.98 is a little more than 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What a plan rests on; `tolerance`, `positives` and `differ` are None where nobody said them.

    `seen_positives` and `seen_differ` are what given rows show, which counts where nobody said otherwise.
    """

    power: float = 0.8
    tolerance: float | None = None
    positives: float | None = None
    differ: float | None = None
    truths: Mapping[str, float] = field(default_factory=dict)
    rows: int | None = None
    seen_positives: float | None = None
    seen_differ: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of one rule: `alpha` is for one use, `error` for all `uses` together; `clauses` must all hold.

    `changed` is the share of changed predictions that another rule, or a flag, holds the model to. With `far` the judge takes
    the tails that hold far out.
    """

    policy: Policy
    assumed: Assumed
    alpha: float
    error: float
    uses: int = 1
    full: bool = False
    clauses: int = 1
    changed: float | None = None
    far: bool = False


def positives_of(by: Asking) -> float:
    """The share of rows that are positive."""
    return _first(by.assumed.positives, by.assumed.seen_positives, POSITIVES)


def differ_of(by: Asking) -> float:
    """The share of rows on which two models differ."""
    return _first(by.assumed.differ, by.changed, by.assumed.seen_differ, DIFFER)


def _first(*known: float | None) -> float:
    return next(each for each in known if each is not None)


def smallest_provable(
    shown: Callable[[int], Callable[[float], bool]], line: float, end: float, fraction: float, by: Asking
) -> float | None:
    """The smallest distance from the line that the rows asked about would show; infinite where not even the largest is, None
    where none were asked about.

    `shown` says of a number of units whether they show what is true often enough.
    """
    if by.assumed.rows is None:
        return None
    have = int(by.assumed.rows * fraction + 1e-9)
    low, high = 0.0, (end - line) * (1 - 1e-9)
    if have < 1 or high <= 0:
        return inf
    holds = shown(have)
    if not holds(line + high):
        return inf
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle > 0 and holds(line + middle):
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
    return tolerance if tolerance < room - _ROUNDING else room / 2


def whole(needed: float) -> int:
    """Rows, started ones too."""
    return max(1, -int(-needed // 1))


def on_positives(fraction: float) -> tuple[str, ...]:
    """What a size rests on that counts a part of the rows."""
    return ("positives",) if fraction != 1 else ()
