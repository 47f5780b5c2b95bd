"""Tails of sums of independent draws from their cumulants, to a few per cent however far out (Lugannani and Rice 1980)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, expm1, inf, log, log1p, pi, sqrt

from gate.stats.normal import normal_above

Cumulants = Callable[[float], tuple[float, float, float]]
_STEPS = 200
_CLOSE = 1e-6
NEAR = 0.5  # of 0: there the logarithm of a sum near 1 needs care, as it is taken many times
_EDGE = 1e-9  # of its variance is left where X is all but certain: x is an end of what it can be


def at_least(x: float, cumulants: Cumulants, step: float, reach: float) -> float:
    """P(X ≥ x), where `cumulants` gives K(t) = ln E exp(tX) and its first two derivatives.

    X has values `step` apart (0: no lattice). `reach` is the largest |t| to look at: where K' does not get to x by then, x is an
    end of what X can be, and the chance of just that is given (or 1).
    """
    _, mean, variance = cumulants(0.0)
    if variance <= 0:
        return 1.0 if x <= mean + step / 2 else 0.0
    t = _solve(x, cumulants, mean, variance, reach)
    k, slope, curve = cumulants(t)
    if abs(t) >= reach or curve <= _EDGE * variance:
        return min(1.0, exp(min(0.0, k - t * x))) if x > mean else 1.0
    apart = t * slope - k
    if apart < _CLOSE:
        return normal_above((x - step / 2 - mean) / sqrt(variance))
    w = sqrt(2 * apart) if t > 0 else -sqrt(2 * apart)
    v = (-expm1(-t * step) / step if step else t) * sqrt(curve)
    found = normal_above(w) + exp(-apart) / sqrt(2 * pi) * (1 / v - 1 / w)
    return min(1.0, max(0.0, found))


def _solve(x: float, cumulants: Cumulants, mean: float, variance: float, reach: float) -> float:
    """The t at which K'(t) = x, by Newton's steps inside a bracket; K' rises."""
    low, high = (0.0, reach) if x > mean else (-reach, 0.0)
    t = 0.0
    for _ in range(_STEPS):
        _, slope, curve = cumulants(t)
        if curve <= _EDGE * variance and (slope < x) == (x > mean):
            break
        if slope < x:
            low = max(low, t)
        else:
            high = min(high, t)
        following = t + (x - slope) / curve if curve > 0 else inf
        if not low < following < high:
            following = (low + high) / 2
        if abs(following - t) <= 1e-12 * (1 + abs(t)):
            break
        t = following
    return t


def cumulants_of(parts: Sequence[tuple[float, float, float]]) -> Cumulants:
    """The cumulants of a sum of shares of different rows: of each its p, its n, and what one row counts for."""

    def at(t: float) -> tuple[float, float, float]:
        total = mean = variance = 0.0
        for p, n, weight in parts:
            x = t * weight
            odds = p if x > 0 else p * exp(x)
            rest = (1 - p) * exp(-x) if x > 0 else 1 - p
            share, other = odds / (odds + rest), rest / (odds + rest)
            total += n * (log1p(p * expm1(x)) if abs(x) < NEAR else log(odds + rest) + max(0.0, x))
            mean += n * weight * share
            variance += n * weight * weight * share * other
        return total, mean, variance

    return at
