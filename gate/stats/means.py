"""Means of values per row: losses, errors, scores of any kind."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt

from gate.stats.beta import student_above
from gate.stats.normal import normal_above, normal_quantile
from gate.stats.test import Tails, Test, unknown

_FAR = 1e8  # standard errors; what is beyond is no farther, and its powers stay numbers
_NOISE = 1e-12  # of the value: no spread, but what is left where equal numbers are subtracted
_TOO_SKEWED = 0.45  # times sqrt(n): the skewness from which one of the sides cannot be shown at 95 %


def of_mean(
    value: float,
    n: float,
    stderr: float,
    skew: float | None = None,
    *,
    paired: bool = False,
    low: float = -inf,
    high: float = inf,
    of: str = "rows",
) -> Test:
    """The mean of `n` values, with its standard error and their skewness (third central moment by the cube of the deviation).

    With the skewness by Johnson's t (1978), which a few large values do not fool; for `paired` differences the plain t and
    Hall's transformed t (1992) must agree as well. Without it by the plain t, which for skewed values errs too often. `n` may be
    infinite, where only the standard error is known. Values lie in [low, high].
    """
    value, n, stderr = float(value), float(n), float(stderr)
    problem = _nothing_to_go_by(value, n, stderr)
    method = _method(skew, paired)
    if problem:
        return unknown(problem, estimate=value, low=low, high=high, method=method, n=n, of=of)
    return Test(
        tails=_tails(value, stderr, n - 1, _statistics(n, skew or 0.0, paired), (low, high)),
        estimate=value,
        low=low,
        high=high,
        method=method,
        n=n,
        of=of,
        spread=stderr * sqrt(n) if n < inf else None,
        notes=_notes(n, skew, of),
    )


def _tails(
    value: float, stderr: float, freedom: float, statistics: list[Callable[[float], float]], ends: tuple[float, float]
) -> Callable[[float], Tails]:
    def tails(c: float) -> Tails:
        if not ends[0] <= c <= ends[1]:
            return Tails(0.0, 1.0) if c < ends[0] else Tails(1.0, 0.0)
        t = max(-_FAR, min(_FAR, (value - c) / stderr))
        found = [each(t) for each in statistics]
        return Tails(max(student_above(each, freedom) for each in found), max(student_above(-each, freedom) for each in found))

    return tails


def _method(skew: float | None, paired: bool) -> str:
    if skew is None:
        return "t"
    return "t, Johnson's t and Hall's" if paired else "Johnson's t"


def _nothing_to_go_by(value: float, n: float, stderr: float) -> str:
    if not n >= 2:
        return "one value has no spread: two at least are needed"
    if not _NOISE * abs(value) < stderr < inf:
        return "all values are the same: how much they can differ is not known"
    return ""


def _notes(n: float, skew: float | None, of: str) -> tuple[str, ...]:
    if skew is None:
        return ("the skewness is not known: large rare values would make this too sure",)
    if abs(skew) > _TOO_SKEWED * sqrt(n):
        return (f"too skewed for {n:.4g} {of} (skewness {skew:.3g})",)
    return ()


def _statistics(n: float, skew: float, paired: bool) -> list[Callable[[float], float]]:
    """What each of the tests makes of t; all rise with t."""
    if not skew:
        return [lambda t: t]
    scaled = skew / sqrt(n)
    vertex = -1.5 / scaled

    def johnson(t: float) -> float:
        # a parabola; past its vertex it would turn back, so it stays there
        t = max(t, vertex) if scaled > 0 else min(t, vertex)
        return t + scaled * (1 + 2 * t * t) / 6

    def hall(t: float) -> float:
        return t + scaled * t * t / 3 + scaled * scaled * t * t * t / 27 + scaled / 6

    return [lambda t: t, johnson, hall] if paired else [johnson]


def of_stated_interval(low: float, high: float, confidence: float, value: float) -> Test:
    """What somebody else's two-sided interval around `value` shows: a normal on either side, with this interval.

    Where the value is one end of the interval, both sides are as wide as the other.
    """
    method = f"stated {100 * confidence:g} % interval"
    if not low <= value <= high or not low < high:
        problem = "the interval has no width" if low == high else "the interval does not hold its value"
        return unknown(problem, estimate=value, low=-inf, high=inf, method=method, n=inf)
    low, high, value = float(low), float(high), float(value)
    z = normal_quantile(round((1 + confidence) / 2, 12))
    left, right = (value - low) / z, (high - value) / z
    left, right = left or right, right or left

    def tails(c: float) -> Tails:
        deviate = (value - c) / (left if c < value else right)
        return Tails(normal_above(deviate), normal_above(-deviate))

    notes = ("how the interval was made is not known",)
    return Test(tails=tails, estimate=value, low=-inf, high=inf, method=method, n=inf, notes=notes)
