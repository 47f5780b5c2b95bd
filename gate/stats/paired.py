"""Two models on the same rows, each right or wrong."""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, inf, sqrt

from gate.stats.multinomial import exact_tails, score_tails
from gate.stats.normal import normal_above
from gate.stats.test import Tails, Test

FEW = 30  # with fewer rows that differ the score errs up to 7 % at 5 %


def of_pairs(b: float, c: float, n: float) -> Test:
    """The new model's share of right rows less the old one's: `b` rows only the new one has right, `c` only the old, of `n` > 0.

    By Tango's score (1998), the variance taken under the hypothesis: where both agree everywhere, the interval is as wide as what
    `n` rows could have missed. Where fewer than 30 rows differ, and in families, by tails that hold there too.
    """
    b, c, n = float(b), float(c), float(n)
    difference = (b - c) / n
    exact = exact_tails((b, c, n - b - c), (1.0, -1.0, 0.0), 1.0)
    few = b + c < FEW
    return Test(
        tails=exact if few else tango(b, c, n),
        estimate=difference,
        low=-1.0,
        high=1.0,
        method="exact Tango, paired" if few else "Tango score, paired",
        n=n,
        of="pairs",
        far=exact,
        spread=_spread(b, c, n),
    )


def of_pairs_ratio(a: float, b: float, c: float, n: float, factor: float) -> Test:
    """The new model's share less `factor` > 0 times the old one's: `a` rows both have right, `b` only the new, `c` only the old.

    By the same score test as without a factor (Nam and Blackwelder 2002 at a difference of 0).
    """
    if factor == 1:
        return of_pairs(b, c, n)
    a, b, c, n = float(a), float(b), float(c), float(n)
    counts, weights = (a, b, c, n - a - b - c), (1 - factor, 1.0, -factor, 0.0)
    value = (a + b - factor * (a + c)) / n
    variance = sum(count * (weight - value) ** 2 for count, weight in zip(counts, weights, strict=True)) / n
    exact, few = exact_tails(counts, weights, 0.0), b + c < FEW
    return Test(
        tails=exact if few else score_tails(counts, weights),
        estimate=value,
        low=min(weights),
        high=max(weights),
        method="exact score of a ratio, paired" if few else "score of a ratio, paired",
        n=n,
        of="pairs",
        far=exact,
        spread=sqrt(variance) or None,
    )


def tango(b: float, c: float, n: float) -> Callable[[float], Tails]:
    """Tango's score itself, however few rows differ."""

    def tails(d: float) -> Tails:
        if not -1 < d < 1:
            return Tails(0.0, 1.0) if d < 0 else Tails(1.0, 0.0)
        linear = (2 * n - b + c) * d - b - c
        root = sqrt(max(0.0, linear * linear + 8 * n * c * d * (1 - d)))
        # (root - linear) / (4 n), without the cancellation where `linear` is positive
        share = (root - linear) / (4 * n) if linear <= 0 else 2 * c * d * (1 - d) / (root + linear)
        variance = n * (2 * share + d * (1 - d))
        apart = b - c - n * d
        z = apart / sqrt(variance) if variance > 0 else copysign(inf, apart) if apart else 0.0
        return Tails(normal_above(z), normal_above(-z))

    return tails


def _spread(b: float, c: float, n: float) -> float:
    """The standard deviation of one pair's difference; where no pair differs, as if half a pair each way did."""
    if b == c == 0:
        return sqrt(1 / (n + 1))
    difference = (b - c) / n
    return sqrt(max((b + c) / n - difference * difference, 1 / (n + 1)))
