"""Tail probabilities: how often chance alone gives a statistic at least so large."""

from __future__ import annotations

from math import erfc, exp, pi, sqrt

from gate.stats.deviance import deviance, stirling_rest

_STEPS = 100_000
_TINY = 1e-300
_LARGE = 1_000_000.0  # from here on the expansion for a large shape is good to 1e-9, and the rest slow


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(X ≥ statistic) for chi-square with `freedom` ≥ 0 degrees of freedom; 1 with none."""
    return 1.0 if freedom <= 0 else gamma_above(freedom / 2, statistic / 2)


def gamma_above(shape: float, x: float) -> float:
    """The regularized upper incomplete gamma function Q; for a whole shape, P(N < shape) of a Poisson count with mean x.

    By its series below the mean and by Lentz's continued fraction above (Press et al., Numerical Recipes, 6.2).
    """
    if x <= 0:
        return 1.0
    if shape > _LARGE:
        return _large(shape, x, above=True)
    scale = _scale(shape, x)
    if x < shape + 1:
        return max(0.0, 1 - scale * _series(shape, x))
    return min(1.0, scale * _fraction(shape, x))


def gamma_below(shape: float, x: float) -> float:
    """1 - Q without the cancellation; for a whole shape, P(N ≥ shape) of a Poisson count with mean x."""
    if x <= 0:
        return 0.0
    if shape > _LARGE:
        return _large(shape, x, above=False)
    scale = _scale(shape, x)
    if x < shape + 1:
        return min(1.0, scale * _series(shape, x))
    return max(0.0, 1 - scale * _fraction(shape, x))


def _scale(shape: float, x: float) -> float:
    """x^shape e^-x / Γ(shape)."""
    return exp(-stirling_rest(shape) - deviance(shape, x)) * sqrt(shape / (2 * pi))


def _large(shape: float, x: float, *, above: bool) -> float:
    """The uniform expansion for a large shape (Temme 1979; DLMF 8.12.3), with its first correction."""
    apart = deviance(shape, x)
    sign = 1 if x > shape else -1
    over = (x - shape) / shape
    eta = sign * sqrt(2 * apart / shape)
    correction = 1 / over - 1 / eta if abs(over) > 1e-5 else -1 / 3
    rest = exp(-apart) / sqrt(2 * pi * shape) * correction
    found = 0.5 * erfc(sign * sqrt(apart)) + rest if above else 0.5 * erfc(-sign * sqrt(apart)) - rest
    return min(1.0, max(0.0, found))


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
