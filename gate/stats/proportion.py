"""Intervals for a share k of n."""

from __future__ import annotations

from math import copysign, inf, sqrt
from typing import TYPE_CHECKING

from gate.stats.normal import normal_above, normal_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.stats.test import Tails, Test


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


def of_counts(k: float, n: float, exact: bool = False) -> Test:
    """The share that `k` successes of `n` show: 0 ≤ k ≤ n, n > 0.

    By the score test (Wilson 1927), which takes the variance under the hypothesis; where `exact`, or on the side of which there
    are fewer than 20, by binomial tails (Clopper and Pearson 1934), which never err more often than they say. So neither side
    errs more often than 7 % at 5 % from n = 50 on, whatever the share. Families get binomial tails in any case.
    """
    from gate.stats.test import Test

    k, n = float(k), float(n)  # powers of a very large integer are beyond any float; those of a float are infinite
    share, binomial = k / n, _binomial(k, n)
    few = (exact or k < FEW, exact or n - k < FEW)
    tails = binomial if all(few) else _score(share, n, normal_above)
    method = "exact binomial" if all(few) else "Wilson score"
    if any(few) and not all(few):
        tails = _sides(binomial, tails) if few[0] else _sides(tails, binomial)
        method = "Wilson score, exact where few"
    spread = _spread(share, n)
    return Test(tails=tails, estimate=share, low=0.0, high=1.0, method=method, n=n, far=binomial, spread=spread)


def of_share(value: float, n: float) -> Test:
    """A share, or the mean of values in [0, 1], on `n` > 0 rows: as if it were counts, which need not be whole.

    Conservative for a mean: no other values in [0, 1] vary more than zeros and ones (Bhatia and Davis 2000).
    """
    return of_counts(value * n, n)


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


def _spread(share: float, n: float) -> float:
    """The standard deviation of one row; where all are alike, that of half a row more on either side."""
    if not 0 < share < 1:
        share = (share * n + 0.5) / (n + 1)
    return sqrt(share * (1 - share))
