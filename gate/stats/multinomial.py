"""A weighted sum of the shares of cells: the score test with cells at their most likely shares under the hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import copysign, exp, expm1, inf, log, log1p, sqrt

from gate.stats.normal import normal_above
from gate.stats.saddlepoint import NEAR, at_least
from gate.stats.test import Tails

_STEPS = 200
_ROUNDING = 4e-15
_FAR = 600.0


def score_tails(counts: Sequence[float], weights: Sequence[float]) -> Callable[[float], Tails]:
    """P-values of θ = Σ weight · share, for cells with these counts (some of them 0, not all)."""
    n = sum(counts)
    value = sum(weight * count for weight, count in zip(weights, counts, strict=True)) / n

    def tails(c: float) -> Tails:
        outside = _outside(c, weights)
        if outside is not None:
            return outside
        shares = most_likely(counts, weights, c)
        variance = sum(share * (weight - c) ** 2 for share, weight in zip(shares, weights, strict=True)) / n
        apart = value - c
        z = apart / sqrt(variance) if variance > 0 else copysign(inf, apart) if apart else 0.0
        return Tails(normal_above(z), normal_above(-z))

    return tails


def exact_tails(counts: Sequence[float], weights: Sequence[float], step: float) -> Callable[[float], Tails]:
    """How often a weighted sum is so large, or so small, where the other parameters are what is most likely under the hypothesis.

    Those p-values hold far out too (Lloyd 2008), where a score taken for normal does not; they are not below those of the score.
    """
    n = sum(counts)
    total = sum(weight * count for weight, count in zip(weights, counts, strict=True))
    score = score_tails(counts, weights)
    reach = _FAR / max(abs(weight) for weight in weights)

    def tails(c: float) -> Tails:
        outside = _outside(c, weights)
        if outside is not None:
            return outside
        shares = most_likely(counts, weights, c)
        found = score(c)
        return Tails(
            max(found.above, at_least(total, _cumulants(shares, weights, n), step, reach)),
            max(found.below, at_least(-total, _cumulants(shares, [-weight for weight in weights], n), step, reach)),
        )

    return tails


def most_likely(counts: Sequence[float], weights: Sequence[float], c: float) -> list[float]:
    """The shares of largest likelihood whose weighted sum is `c`, strictly between the least and the largest weight.

    They are proportional to count / (1 + λ (weight - c)); where no λ does, an empty cell of an extreme weight takes the rest.
    """
    n = sum(counts)
    apart = [weight - c for weight in weights]
    largest, least = max(apart), min(apart)
    low, high = -1 / largest, -1 / least
    factor = _multiplier(counts, apart, low, high)
    shares = [count / (n * (1 + factor * far)) if count else 0.0 for count, far in zip(counts, apart, strict=True)]
    rest = 1 - sum(shares)
    if rest > 1e-12 and factor in (low, high):
        shares[apart.index(largest if factor == low else least)] += rest
    return shares


def _multiplier(counts: Sequence[float], apart: Sequence[float], low: float, high: float) -> float:
    """The λ in [low, high] at which the weighted sum is right; the nearer end where none is."""
    cells = [(count, far) for count, far in zip(counts, apart, strict=True) if count and far]
    for end in (low, high):
        if all(1 + end * far > 1e-15 for _, far in cells):
            slope = sum(count * far / (1 + end * far) for count, far in cells)
            if (slope <= 0) if end == low else (slope >= 0):
                return end
    factor, last = 0.0, high - low
    for _ in range(_STEPS):
        terms = [(count * far / (1 + factor * far), far / (1 + factor * far)) for count, far in cells]
        slope = sum(term for term, _ in terms)
        if abs(slope) <= _ROUNDING * sum(abs(term) for term, _ in terms):
            break  # by the sum, not by the step: beside an end, where the sum has a pole, steps are small far from the root
        low, high = (factor, high) if slope > 0 else (low, factor)
        step = slope / sum(term * far for term, far in terms)
        if not low < factor + step < high or 2 * abs(step) > last:
            step = (low + high) / 2 - factor
            if not low < factor + step < high:
                break
        factor, last = factor + step, abs(step)
    return factor


def _outside(c: float, weights: Sequence[float]) -> Tails | None:
    """The tails where `c` is no value that θ can have, or an end."""
    low, high = min(weights), max(weights)
    if low < c < high:
        return None
    return Tails(0.0, 1.0) if c <= low else Tails(1.0, 0.0)


def _cumulants(shares: Sequence[float], weights: Sequence[float], n: float) -> Callable[[float], tuple[float, float, float]]:
    cells = [(share, weight) for share, weight in zip(shares, weights, strict=True) if share > 0]

    def at(t: float) -> tuple[float, float, float]:
        largest = max(t * weight for _, weight in cells)
        terms = [(share * exp(t * weight - largest), weight) for share, weight in cells]
        total = sum(term for term, _ in terms)
        mean = sum(term * weight for term, weight in terms) / total
        variance = sum(term * (weight - mean) ** 2 for term, weight in terms) / total
        near = largest < NEAR and min(t * weight for _, weight in cells) > -NEAR
        k = log1p(sum(share * expm1(t * weight) for share, weight in cells)) if near else log(total) + largest
        return n * k, n * mean, n * variance

    return at
