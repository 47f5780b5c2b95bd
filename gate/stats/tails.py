"""Tail probabilities: how often chance alone gives a statistic at least so large."""

from __future__ import annotations

from math import erfc, exp, lgamma, log, sqrt

_STEPS = 100_000
_TINY = 1e-300


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(X ≥ statistic) for chi-square with `freedom` ≥ 0 degrees of freedom; 1 with none.

    The regularized upper incomplete gamma function, by its series below the mean and by Lentz's continued fraction above
    (Press et al., Numerical Recipes, 6.2).
    """
    if freedom <= 0 or statistic <= 0:
        return 1.0
    shape, x = freedom / 2, statistic / 2
    scale = exp(max(-745.0, shape * log(x) - x - lgamma(shape)))
    if x < shape + 1:
        return min(1.0, max(0.0, 1 - scale * _series(shape, x)))
    return min(1.0, scale * _fraction(shape, x))


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for step in range(1, _STEPS):
        term *= x / (shape + step)
        total += term
        if term < total * 1e-16:
            break
    return total


def _fraction(shape: float, x: float) -> float:
    lead = x + 1 - shape
    ratio, inverse = 1 / _TINY, 1 / lead
    total = inverse
    for step in range(1, _STEPS):
        factor = -step * (step - shape)
        lead += 2
        inverse = 1 / (factor * inverse + lead or _TINY)
        ratio = lead + factor / ratio or _TINY
        change = ratio * inverse
        total *= change
        if abs(change - 1) < 1e-15:
            break
    return total


def normal_tail(z: float) -> float:
    """P(|Z| ≥ |z|) for a standard normal Z: two-sided."""
    return erfc(abs(z) / sqrt(2))


def kolmogorov_tail(x: float) -> float:
    """P(K ≥ x) for Kolmogorov's limiting distribution (1933); with few or tied values a test by it errs towards no alarm."""
    if x < 0.2:  # below 1 - 1e-12, where the series converges slowly
        return 1.0
    total = 0.0
    for step in range(1, 101):
        term = exp(-2 * step * step * x * x)
        total += term if step % 2 else -term
        if term < 1e-18:
            break
    return min(1.0, max(0.0, 2 * total))
