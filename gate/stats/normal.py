"""The standard normal distribution."""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt

# The quantiles that reports ask for every day.
_QUANTILES = {0.95: 1.6448536269514722, 0.975: 1.959963984540054, 0.9: 1.2815515655446004}


def normal_quantile(probability: float) -> float:
    """The standard normal quantile of a probability in (0, 1)."""
    found = _QUANTILES.get(probability)
    if found is not None:
        return found
    return -upper_quantile(probability) if probability < 0.5 else upper_quantile(1 - probability)


def normal_above(z: float) -> float:
    """P(Z ≥ z) for a standard normal Z: one-sided."""
    return 0.5 * erfc(z / sqrt(2))


def upper_quantile(tail: float) -> float:
    """The z that a standard normal is above with probability `tail` in (0, 1), however small: to about 1e-15 of it.

    Started by Hastings' rational function (Abramowitz and Stegun, 26.2.23) and refined by two of Halley's steps.
    """
    if tail > 0.5:
        return -upper_quantile(1 - tail)
    root = sqrt(-2 * log(tail))
    z = root - (2.515517 + root * (0.802853 + root * 0.010328)) / (1 + root * (1.432788 + root * (0.189269 + root * 0.001308)))
    for _ in range(2):
        step = (normal_above(z) - tail) * sqrt(2 * pi) * exp(z * z / 2)
        z += step / (1 - step * z / 2)
    return z
