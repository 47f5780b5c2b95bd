"""What the tails of counts are made of, without the cancellation that log-gamma functions suffer (Loader 2000)."""

from __future__ import annotations

from math import lgamma, log, pi

_HALF_LOG_TWO_PI = 0.5 * log(2 * pi)
_SERIES_FROM = 16.0
_NEAR = 0.1


def deviance(observed: float, expected: float) -> float:
    """x ln(x / m) + m - x for x ≥ 0 and m > 0, also where both are nearly equal; 0 at least."""
    if observed == 0:
        return expected
    apart = observed - expected
    if abs(apart) >= _NEAR * (observed + expected):
        return observed * log(observed / expected) - apart
    ratio = apart / (observed + expected)
    total, term, square = apart * ratio, 2 * observed * ratio, ratio * ratio
    for odd in range(3, 1000, 2):
        term *= square
        before = total
        total += term / odd
        if total == before:
            break
    return total


def stirling_rest(x: float) -> float:
    """ln Γ(x + 1) less Stirling's (x + 1/2) ln x - x + ln √2π, for x > 0."""
    if x < _SERIES_FROM:
        return lgamma(x + 1) - (x + 0.5) * log(x) + x - _HALF_LOG_TWO_PI
    square = x * x
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / x
