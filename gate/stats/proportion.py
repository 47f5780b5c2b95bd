"""Intervals for a share k of n."""

from __future__ import annotations

from math import copysign, erfc, exp, inf, log, pi, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gate.stats.test import Tails, Test

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


FEW = 20  # with fewer successes (failures) the score errs too often where it shows that a share is above (below)
FEWEST_CLUSTERS = 6


def of_counts(k: float, n: float, exact: bool = False) -> Test:
    """The share that `k` successes of `n` show: 0 ≤ k ≤ n, n > 0.

    By the score test (Wilson 1927), which takes the variance under the hypothesis; where `exact`, or on the side of which there
    are fewer than 20, by binomial tails (Clopper and Pearson 1934), which never err more often than they say. So neither side
    errs more often than 7 % at 5 % from n = 50 on, whatever the share. Families get binomial tails in any case.
    """
    k, n = float(k), float(n)  # powers of a very large integer are beyond any float; those of a float are infinite
    share, binomial = k / n, _binomial(k, n)
    few = (exact or k < FEW, exact or n - k < FEW)
    tails = binomial if all(few) else _score(share, n, normal_above)
    method = "exact binomial" if all(few) else "Wilson score"
    if any(few) and not all(few):
        tails = _sides(binomial, tails) if few[0] else _sides(tails, binomial)
        method = "Wilson score, exact where few"
    return _test(tails=tails, estimate=share, method=method, n=n, far=binomial, spread=_spread(share, n))


def of_share(value: float, n: float) -> Test:
    """A share, or the mean of values in [0, 1], on `n` > 0 rows: as if it were counts, which need not be whole.

    Conservative for a mean: no other values in [0, 1] vary more than zeros and ones (Bhatia and Davis 2000).
    """
    return of_counts(value * n, n)


def of_effective(value: float, stderr: float, n: float, clusters: float) -> Test:
    """A share on `n` rows in clusters, with a standard error that knows of them.

    Wilson's score at the number of independent rows that would have this standard error (`n` at most), against Student's t
    with one degree of freedom less than there are clusters. Where no row differs from the rest there is no standard error:
    then every cluster counts as one row. Fewer than 6 clusters say nothing.
    """
    from gate.stats.beta import student_above

    value, stderr, n, clusters = float(value), float(stderr), float(n), float(clusters)
    if clusters < FEWEST_CLUSTERS:
        problem = f"{clusters:g} clusters are too few: from {FEWEST_CLUSTERS} on their spread can be told"
        return _test(tails=None, estimate=value, method="Wilson at the effective n", n=clusters, of="clusters", problem=problem)
    effective = _effective(value * (1 - value), stderr, n, clusters)
    score = _score(value, effective, lambda z: student_above(z, clusters - 1))
    return _test(
        tails=score,
        estimate=value,
        method="Wilson at the effective n, t",
        n=effective,
        of="independent rows",
        far=_larger(score, _binomial(value * effective, effective)),
        spread=_spread(value, effective),
    )


def _effective(variance: float, stderr: float, n: float, clusters: float) -> float:
    if variance == 0:
        return min(n, clusters)
    return min(n, variance / (stderr * stderr)) if stderr > 0 else n


def _binomial(k: float, n: float) -> Callable[[float], Tails]:
    from gate.stats.beta import binomial_at_least, binomial_at_most
    from gate.stats.test import Tails

    def tails(c: float) -> Tails:
        if not 0 <= c <= 1:
            return Tails(0.0, 1.0) if c < 0 else Tails(1.0, 0.0)
        return Tails(binomial_at_least(k, n, c), binomial_at_most(k, n, c))

    return tails


def _score(share: float, n: float, above: Callable[[float], float]) -> Callable[[float], Tails]:
    from gate.stats.test import Tails

    def tails(c: float) -> Tails:
        if not 0 <= c <= 1:
            return Tails(0.0, 1.0) if c < 0 else Tails(1.0, 0.0)
        apart, stderr = share - c, sqrt(c * (1 - c) / n)
        z = apart / stderr if stderr > 0 else copysign(inf, apart) if apart else 0.0
        return Tails(above(z), above(-z))

    return tails


def _sides(above: Callable[[float], Tails], below: Callable[[float], Tails]) -> Callable[[float], Tails]:
    """One test where it shows that the share is above, another where below."""
    from gate.stats.test import Tails

    return lambda c: Tails(above(c).above, below(c).below)


def _larger(one: Callable[[float], Tails], other: Callable[[float], Tails]) -> Callable[[float], Tails]:
    from gate.stats.test import Tails

    def tails(c: float) -> Tails:
        first, second = one(c), other(c)
        return Tails(max(first.above, second.above), max(first.below, second.below))

    return tails


def _spread(share: float, n: float) -> float:
    """The standard deviation of one row; where all are alike, that of half a row more on either side."""
    if not 0 < share < 1:
        share = (share * n + 0.5) / (n + 1)
    return sqrt(share * (1 - share))


def _test(*, tails: Callable[[float], Tails] | None, **rest: Any) -> Test:
    from gate.stats.test import Test, say_nothing

    return Test(tails=tails or say_nothing, low=0.0, high=1.0, **rest)
