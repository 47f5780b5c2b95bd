"""Where a series of values changes its level, for remarks on a chart; not a test to block on."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt

from gate.stats.beta import student_above
from gate.stats.trend import centre_and_spread

MOST = 400  # values that are looked at, the latest ones: the work grows with their square
FEWEST = 3  # values on each side of a change
LEVEL = 0.001


def change_points(values: Sequence[float]) -> list[int]:
    """The indexes at which a new level begins, in order.

    The split of a stretch is where the energy distance of its two sides, weighted by their sizes, is largest (E-divisive,
    Matteson and James 2014). It is kept where the t-test of the sides gives a p-value that is at most `LEVEL` after
    Bonferroni's correction for the splits that were tried; then both sides are looked at again.
    """
    start = max(0, len(values) - MOST)
    return sorted(start + each for each in _within(list(values[start:]), 0))


def _within(values: list[float], offset: int) -> list[int]:
    tried = len(values) - 2 * FEWEST + 1
    if tried < 1:
        return []
    at = split(values)
    before, after = values[:at], values[at:]
    if _p_value(before, after) * tried > LEVEL:
        return []
    return [*_within(before, offset), offset + at, *_within(after, offset + at)]


def split(values: Sequence[float]) -> int:
    """Where what is before is farthest from what is after, by mn/(m+n)·(2E|X-Y| - E|X-X'| - E|Y-Y'|)."""
    n = len(values)
    within, behind = 0.0, sum(abs(one - other) for at, one in enumerate(values) for other in values[:at])
    across = 0.0  # sums of distances of pairs: both before, both after, one on each side
    best, where = -inf, FEWEST
    for at in range(1, n):
        moved = values[at - 1]
        to_before = sum(abs(moved - each) for each in values[: at - 1])
        to_after = sum(abs(moved - each) for each in values[at:])
        within, behind, across = within + to_before, behind - to_after, across + to_after - to_before
        m, k = at, n - at
        if min(m, k) >= FEWEST:
            found = m * k / n * (2 * across / (m * k) - 2 * within / (m * m) - 2 * behind / (k * k))
            if found > best:
                best, where = found, at
    return where


def _p_value(before: Sequence[float], after: Sequence[float]) -> float:
    """Two-sided, by Student (1908). Where nothing varies on either side, any difference is a change."""
    (one, spread), (other, wide) = centre_and_spread(before), centre_and_spread(after)
    m, k = len(before), len(after)
    error = sqrt(((m - 1) * spread**2 + (k - 1) * wide**2) / (m + k - 2) * (1 / m + 1 / k))
    if not error:
        return 0.0 if one != other else 1.0
    return min(1.0, 2 * student_above(abs(one - other) / error, m + k - 2))
