"""Intervals from tests: the values of a parameter that the data do not rule out."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from gate.stats.normal import upper_quantile
from gate.stats.test import Test

_FAR = 40.0  # standard deviations: beyond, no tail is told from 0
_TINY = 1e-300  # below it, deviates are not worked out
_FINE = 4e-15
_ENOUGH = 200
_LARGEST = 1e300

Tail = Callable[[float], float]


def interval(test: Test, alpha: float) -> tuple[float, float]:
    """The c at which one tail or the other reaches `alpha`, in (0, 1/2): the two-sided 1 - 2 alpha interval.

    Each end is a value that the test rules out, a rounding step from one that it does not; or an end of the parameter's
    range, which may be infinite, where it rules out nothing. The estimate lies inside, and a smaller alpha gives an interval
    that holds the one of a larger.
    """
    if test.problem:
        return test.low, test.high
    return (
        _end(lambda c: test.tails(c).above, test, test.low, alpha),
        _end(lambda c: test.tails(c).below, test, test.high, alpha),
    )


def _end(tail: Tail, test: Test, limit: float, alpha: float) -> float:
    """Where, from the estimate towards the limit, a tail sinks to alpha."""
    inside = test.estimate
    if inside == limit or tail(inside) <= alpha:
        return inside
    if limit in (inf, -inf):
        found = _ruled_out(tail, test, limit, alpha)
        if found is None:
            return limit
        inside, outside = found
    elif tail(limit) > alpha:
        return limit
    else:
        outside = limit
    return _between(lambda c: _deviate(tail(c)), upper_quantile(alpha), inside, outside)


def _ruled_out(tail: Tail, test: Test, limit: float, alpha: float) -> tuple[float, float] | None:
    """The last value that is not ruled out and the first that is, in steps that double from the estimate outwards."""
    direction = 1 if limit > 0 else -1
    if tail(direction * _LARGEST) > alpha:
        return None
    step = test.spread / test.n**0.5 if test.spread and test.n > 0 else abs(test.estimate) * 1e-3
    step = max(step, abs(test.estimate) * 1e-12, 1e-300)
    inside = test.estimate
    while True:
        outside = max(-_LARGEST, min(_LARGEST, test.estimate + direction * step))
        if tail(outside) <= alpha:
            return inside, outside
        inside, step = outside, step * 2


def _deviate(tail: float) -> float:
    """The tail as normal deviate: nearly straight in c, which few steps then solve."""
    if tail <= _TINY:
        return _FAR
    return max(-_FAR, min(_FAR, upper_quantile(tail))) if tail < 1 else -_FAR


def _between(deviate: Tail, wanted: float, inside: float, outside: float) -> float:
    """The first value ruled out (deviate ≥ wanted): false position by Illinois' rule, halving where that is slow."""
    low, high = deviate(inside) - wanted, deviate(outside) - wanted
    width, side = abs(outside - inside), 0
    for step in range(_ENOUGH):
        fine = _FINE * max(abs(inside), abs(outside))
        gap = outside - inside
        if abs(gap) <= fine:
            break
        share = low / (low - high) if high > low else 0.5
        if step % 4 == 3:
            if abs(gap) > width / 8:
                share = 0.5
            width = abs(gap)
        margin = 0.4 * fine / abs(gap)
        middle = inside + gap * min(1 - margin, max(margin, share))
        if middle in (inside, outside):
            break
        value = deviate(middle) - wanted
        if value >= 0:
            outside, high = middle, value
            low = low / 2 if side > 0 else low
            side = 1
        else:
            inside, low = middle, value
            high = high / 2 if side < 0 else high
            side = -1
    return outside
