"""Intervals for a share k of n."""

from __future__ import annotations

from math import sqrt

# The quantiles that reports ask for every day; the rest costs an import.
_QUANTILES = {0.95: 1.6448536269514722, 0.975: 1.959963984540054, 0.9: 1.2815515655446004}


def normal_quantile(probability: float) -> float:
    """The standard normal quantile of a probability in (0, 1)."""
    found = _QUANTILES.get(probability)
    if found is not None:
        return found
    from statistics import NormalDist

    return NormalDist().inv_cdf(probability)


def wilson(share: float, n: float, confidence: float) -> tuple[float, float]:
    """The two-sided score interval (Wilson 1927) of a share in [0, 1] observed on n > 0; `confidence` in (0, 1).

    Its lower end at confidence 1 - 2a is the one-sided bound at 1 - a.
    """
    n = float(n)  # the square of a very large integer is beyond any float; that of a float is infinite
    z = normal_quantile(round((1 + confidence) / 2, 12))
    z2 = z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # rounding may carry an end past the share, or out of [0, 1]
    return (max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)))
