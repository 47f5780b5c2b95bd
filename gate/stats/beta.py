"""The incomplete beta function, and the binomial and Student tails that it gives; a relative error of 1e-12 or so."""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, exp, inf, pi, sqrt

from gate.stats.deviance import deviance, stirling_rest

_TINY = 1e-300
_STEPS = 20_000
_NORMAL = 1e6  # degrees of freedom from which the normal with its first correction is closer than rounding
_LARGE = 500_000.0  # from here on the expansion for large parameters is good to 1e-9, and the fraction slow


def binomial_at_least(k: float, n: float, p: float) -> float:
    """P(X ≥ k) for X ~ Binomial(n, p); between whole k by the beta function."""
    if k <= 0:
        return 1.0
    return beta_below(k, n - k + 1, p, 1 - p) if k < n + 1 else 0.0


def binomial_at_most(k: float, n: float, p: float) -> float:
    """P(X ≤ k) for X ~ Binomial(n, p); between whole k by the beta function."""
    if k >= n:
        return 1.0
    return beta_below(n - k, k + 1, 1 - p, p) if k > -1 else 0.0


def student_above(t: float, freedom: float) -> float:
    """P(T ≥ t) for Student's t with `freedom` > 0 degrees of freedom, which may be infinite."""
    square = t * t
    if freedom > _NORMAL or square == inf:
        correction = t * (square + 1) / (4 * freedom) * exp(-square / 2) / sqrt(2 * pi) if square < 1e4 else 0.0
        return min(1.0, max(0.0, 0.5 * erfc(t / sqrt(2)) + correction))
    half = 0.5 * beta_below(freedom / 2, 0.5, freedom / (freedom + square), square / (freedom + square))
    return half if t > 0 else 1 - half


def student(freedom: float) -> Callable[[float], float]:
    """P(T ≥ t) as a function of t."""
    return lambda t: student_above(t, freedom)


def beta_below(a: float, b: float, x: float, y: float) -> float:
    """I_x(a, b), the probability of at most x under Beta(a, b); `y` is 1 - x, `a` and `b` are positive."""
    if x <= 0:
        return 0.0
    if y <= 0:
        return 1.0
    if min(a, b) > _LARGE:
        return _large(a, b, x, y)
    if x < (a + 1) / (a + b + 2):
        return min(1.0, _front(a, b, x, y) * _fraction(a, b, x))
    return max(0.0, 1 - _front(b, a, y, x) * _fraction(b, a, y))


def _front(a: float, b: float, x: float, y: float) -> float:
    """x^a y^b / (a B(a, b))."""
    n = a + b
    power = stirling_rest(n) - stirling_rest(a) - stirling_rest(b) - deviance(a, n * x) - deviance(b, n * y)
    return exp(power) * sqrt(b / (2 * pi * a * n))


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction by Lentz's method (Press et al., Numerical Recipes, 6.4)."""
    both, up, down = a + b, a + 1, a - 1
    left, right = 1.0, 1 / ((1 - both * x / up) or _TINY)
    total = right
    for m in range(1, _STEPS):
        twice = a + 2 * m
        for factor in (m * (b - m) * x / ((down + 2 * m) * twice), -(a + m) * (both + m) * x / (twice * (up + 2 * m))):
            right = 1 / ((1 + factor * right) or _TINY)
            left = (1 + factor / left) or _TINY
            change = left * right
            total *= change
        if abs(change - 1) < 1e-15:
            break
    return total


def _large(a: float, b: float, x: float, y: float) -> float:
    """The uniform expansion for large parameters (Temme 1982; DLMF 8.18.9), with its first correction."""
    n = a + b
    middle, rest = a / n, b / n
    apart = deviance(a, n * x) + deviance(b, n * y)
    sign = 1 if x > middle else -1
    scale = sqrt(middle * rest)
    eta = sign * sqrt(2 * apart / n)
    close = abs(x - middle) < 1e-5 * scale * scale
    correction = (1 - 2 * middle) / (3 * scale) if close else 1 / eta - scale / (x - middle)
    found = 0.5 * erfc(-sign * sqrt(apart)) + exp(-apart) / sqrt(2 * pi * n) * correction
    return min(1.0, max(0.0, found))
