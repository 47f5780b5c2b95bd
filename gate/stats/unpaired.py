"""Two models, or two slices, on different rows."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, copysign, floor, gcd, hypot, inf, sqrt
from typing import Any

from gate.stats.beta import binomial_at_least, binomial_at_most
from gate.stats.normal import normal_above, upper_quantile
from gate.stats.saddlepoint import at_least, cumulants_of
from gate.stats.test import Tails, Test, unknown

FEW = 20

_STEPS = 100
_AT_AN_END = 1e-11  # a share so near to 0 or 1 is that
_SUMMED = 40  # rows on one side: as many terms are summed, where a saddlepoint would smooth what has steps
_NOTHING = 1e-13
_EQUAL = 1e-12
_SEARCH = 32
_GOLDEN = 0.6180339887498949
_FAR = 37.0

Tailed = Callable[[float], Tails]


def of_two_shares(k1: float, n1: float, k2: float, n2: float, factor: float = 1.0) -> Test:
    """p1 - factor · p2 from `k1` of `n1` and `k2` of `n2` other rows, factor > 0.

    By the score test of Miettinen and Nurminen (1985), with their n / (n - 1). Where of both sides together fewer than 20 are
    right, or wrong, and in families, by tails that hold there too.
    """
    k1, n1, k2, n2 = float(k1), float(n1), float(k2), float(n2)
    first, second = k1 / n1, k2 / n2
    value = first - factor * second
    rows = min(n1, n2)
    variance = (first * (1 - first) / n1 + factor * factor * second * (1 - second) / n2) * rows
    score = score_tails(k1, n1, k2, n2, factor)
    exact, few = _exact_tails(score, k1, n1, k2, n2, factor), min(k1 + k2, n1 - k1 + n2 - k2) < FEW
    return Test(
        tails=exact if few else score,
        estimate=value,
        low=-factor,
        high=1.0,
        method="exact Miettinen-Nurminen, unpaired" if few else "Miettinen-Nurminen score, unpaired",
        n=rows,
        of="rows on the smaller side",
        far=exact,
        spread=sqrt(variance) or None,
    )


def most_likely(k1: float, n1: float, k2: float, n2: float, factor: float, c: float) -> tuple[float, float]:
    """The shares of largest likelihood with p1 - factor · p2 = c, -factor < c < 1."""
    low, high = ends = max(0.0, -c / factor), min(1.0, (1 - c) / factor)
    second = (low + high) / 2  # inside: at an end the slope below is 0 whatever the counts
    for _ in range(_STEPS):
        first = factor * second + c
        rise = k1 - n1 * first
        other = k2 - n2 * second
        room, space = second * (1 - second), first * (1 - first)
        slope = factor * rise * room + space * other
        if slope > 0:
            low = second
        else:
            high = second
        curve = factor * (rise * (1 - 2 * second) - n1 * factor * room + (1 - 2 * first) * other) - n2 * space
        following = second - slope / curve if curve else (low + high) / 2
        if not low < following < high:
            following = (low + high) / 2
        if abs(following - second) <= 1e-15:
            break
        second = following
    for end in ends:
        second = end if abs(second - end) < _AT_AN_END else second
    first = factor * second + c
    return (0.0 if first < _AT_AN_END else 1.0 if first > 1 - _AT_AN_END else first), second


def score_tails(k1: float, n1: float, k2: float, n2: float, factor: float) -> Callable[[float], Tails]:
    """Miettinen and Nurminen's score itself, however few there are."""
    value, rows = k1 / n1 - factor * k2 / n2, n1 + n2

    def tails(c: float) -> Tails:
        if not -factor < c < 1:
            return Tails(0.0, 1.0) if c < 0 else Tails(1.0, 0.0)
        first, second = most_likely(k1, n1, k2, n2, factor, c)
        variance = first * (1 - first) / n1 + factor * factor * second * (1 - second) / n2
        apart = value - c
        stderr = sqrt(variance * rows / (rows - 1))
        z = apart / stderr if stderr > 0 else copysign(inf, apart) if apart else 0.0
        return Tails(normal_above(z), normal_above(-z))

    return tails


def _exact_tails(
    score: Callable[[float], Tails], k1: float, n1: float, k2: float, n2: float, factor: float
) -> Callable[[float], Tails]:
    """As in multinomial.exact_tails: how often a difference is so large with the shares most likely under the hypothesis."""
    value = k1 / n1 - factor * k2 / n2
    whole = factor == 1 and n1 == int(n1) and n2 == int(n2)
    step = gcd(int(n1), int(n2)) / (n1 * n2) if whole else 0.0
    reach = 600 * min(n1, n2 / factor)
    few = n1 == int(n1) and n2 == int(n2) and min(n1, n2) <= _SUMMED

    def tails(c: float) -> Tails:
        found = score(c)
        if not -factor < c < 1:
            return found
        first, second = most_likely(k1, n1, k2, n2, factor, c)
        if few:
            sums = _sums(value, n1, first, n2, second, factor)
            return Tails(max(found.above, sums.above), max(found.below, sums.below))
        parts = ((first, n1, 1 / n1), (second, n2, -factor / n2))
        up, down = cumulants_of(parts), cumulants_of([(p, n, -weight) for p, n, weight in parts])
        return Tails(max(found.above, at_least(value, up, step, reach)), max(found.below, at_least(-value, down, step, reach)))

    return tails


def _sums(value: float, n1: float, p1: float, n2: float, p2: float, factor: float) -> Tails:
    """The chances of a difference so large, and so small: over the side of fewer rows, term by term."""
    if n2 < n1:
        turned = _sums(-value / factor, n2, p2, n1, p1, 1 / factor)
        return Tails(turned.below, turned.above)
    above = below = 0.0
    rows = int(n1)
    for k in range(rows + 1):
        chance = comb(rows, k) * p1**k * (1 - p1) ** (rows - k)
        if chance > _NOTHING:
            other = (k / n1 - value) * n2 / factor
            whole = round(other)
            equal = abs(other - whole) < _EQUAL * max(1.0, n2)
            at_most = binomial_at_most(whole if equal else floor(other), n2, p2)
            above += chance * at_most
            below += chance * (binomial_at_least(whole, n2, p2) if equal else 1 - at_most)
    return Tails(min(1.0, above), min(1.0, below))


def of_two(first: Test, second: Test, factor: float = 1.0) -> Test:
    """θ1 - factor · θ2 from a test of each, on rows of their own, factor > 0.

    The signed root of the least sum of squared normal deviates over all pairs of parameters with that difference, which for
    two normal tests is the usual one: a profile likelihood, each test's square being twice the log likelihood that its
    p-values stand for (Schweder and Hjort 2002).
    """
    smaller = min((first, second), key=lambda each: each.n)
    fields: dict[str, Any] = {
        "estimate": first.estimate - factor * second.estimate,
        "low": first.low - factor * second.high,
        "high": first.high - factor * second.low,
        "method": f"{' and '.join(dict.fromkeys((first.method, second.method)))}, unpaired",
        "n": smaller.n,
        "of": smaller.of,
    }
    problem = "; ".join(dict.fromkeys(each.problem for each in (first, second) if each.problem))
    if problem:
        return unknown(problem, **fields)
    return Test(
        tails=_least_squares(first, second, first.tails, second.tails, factor),
        far=_least_squares(first, second, first.far_tails, second.far_tails, factor),
        spread=_joint_spread(first, second, factor, smaller.n),
        notes=tuple(dict.fromkeys((*first.notes, *second.notes))),
        **fields,
    )


def _joint_spread(first: Test, second: Test, factor: float, n: float) -> float | None:
    if first.spread is None or second.spread is None:
        return None
    return sqrt((first.spread**2 / first.n + (factor * second.spread) ** 2 / second.n) * n)


def _way(first: Test, second: Test, factor: float, c: float) -> Callable[[float], tuple[float, float]]:
    """The pairs of parameters that differ by c, from that with the second's estimate (0) to that with the first's (1)."""
    start, end = c + factor * second.estimate, (first.estimate - c) / factor

    def at(share: float) -> tuple[float, float]:
        rest = 1 - share
        return rest * start + share * first.estimate, rest * second.estimate + share * end

    return at


def _least_squares(first: Test, second: Test, one: Tailed, other: Tailed, factor: float) -> Tailed:
    value = first.estimate - factor * second.estimate

    def tails(c: float) -> Tails:
        up, way = c < value, _way(first, second, factor, c)

        def distance(share: float) -> float:
            left, right = (test(where) for test, where in zip((one, other), way(share), strict=True))
            return hypot(_deviate(left.above if up else left.below), _deviate(right.below if up else right.above))

        root = _least(distance, 0.0, 1.0) if c != value else 0.0
        z = root if up else -root
        return Tails(normal_above(z), normal_above(-z))

    return tails


def _least(function: Callable[[float], float], low: float, high: float) -> float:
    """The least value in between, by golden section."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    least = min(function(low), function(high), at_left, at_right)
    for _ in range(_SEARCH):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
        least = min(least, at_left, at_right)
    return least


def _deviate(tail: float) -> float:
    """A p-value as normal deviate, 0 from one half on."""
    if tail >= 0.5:
        return 0.0
    return upper_quantile(tail) if tail > 1e-300 else _FAR
