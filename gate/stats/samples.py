"""Two samples of numbers beside each other; both are sorted arrays of doubles without NaN, not empty."""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_DIRECT = 1 << 16  # so many values are compared one by one; of more, first every so manieth
_CUTS = 1 << 13
_EXACT = 1 << 18


def kolmogorov_smirnov(first: Array, second: Array) -> float:
    """The largest difference of the two distribution functions, exact, 0 to 1.

    Of many values some are compared first; then only those between which the difference could still be larger.
    """
    import numpy as np

    if len(first) + len(second) <= _DIRECT:
        return _largest(first, second, np.concatenate((first, second)))
    steps = [max(1, len(each) // _CUTS) for each in (first, second)]
    cuts = np.unique(np.concatenate((first[:: steps[0]], second[:: steps[1]], first[-1:], second[-1:])))
    found = _largest(first, second, cuts)
    inside = [_inside(one, other, cuts, found) for one, other in ((first, second), (second, first))]
    points = np.concatenate(inside)
    return max(found, _largest(first, second, points)) if len(points) else found


def _largest(first: Array, second: Array, points: Array) -> float:
    import numpy as np

    below = np.searchsorted(first, points, "right") / len(first) - np.searchsorted(second, points, "right") / len(second)
    return float(np.abs(below).max())


def _inside(first: Array, second: Array, cuts: Array, found: float) -> Array:
    """The values of `first` between cuts where it may get further ahead of `second` than `found`."""
    import numpy as np

    after = np.searchsorted(first, cuts[:-1], "right")
    before = np.searchsorted(first, cuts[1:], "left")
    ahead = before / len(first) - np.searchsorted(second, cuts[:-1], "right") / len(second)
    chosen = ahead > found
    return _between(first, after[chosen], before[chosen])


def _between(values: Array, starts: Array, ends: Array) -> Array:
    import numpy as np

    lengths = ends - starts
    offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) if len(lengths) else lengths
    return values[offsets + np.arange(len(offsets))]


def smirnov_margin(n: int, m: int, confidence: float) -> float:
    """How far the true difference may lie from the measured one, by the inequality of Dvoretzky, Kiefer and Wolfowitz (1956).

    With Massart's constant (1990): a sample is farther than ε from its distribution at most 2 exp(-2 n ε²) of the time. Of the
    error each sample may spend a half.
    """
    return sum(sqrt(log(4 / (1 - confidence)) / (2 * rows)) for rows in (n, m))


def wasserstein(first: Array, second: Array) -> float:
    """The first Wasserstein distance: how far values must move on average, in their own unit.

    Exact up to 262,144 values together, or where both sides have as many. Of more, quantiles are compared at as many
    points as the larger side has values, which is off by at most the smaller side's range divided by their number.
    """
    import numpy as np

    n, m = len(first), len(second)
    if n == m:
        return float(np.abs(first - second).mean())
    if n + m > _EXACT:
        small, large = (first, second) if n < m else (second, first)
        beside = ((np.arange(len(large)) + 0.5) * (len(small) / len(large))).astype(np.int64)
        return float(np.abs(large - small[np.minimum(beside, len(small) - 1)]).mean())
    ends = np.sort(np.concatenate((np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)))  # in units of 1 / (n m)
    last = ends - 1
    return float((np.abs(first[last // m] - second[last // n]) * np.diff(ends, prepend=0)).sum() / (n * m))


def equal_mass_cuts(reference: Array, bins: int) -> list[tuple[float, str]]:
    """Where to cut into at most `bins` bins with as many reference values each: (value, side for searchsorted).

    A value that fills a bin alone becomes one: 95 % zeros are a bin, and what lies below is not counted with them.
    """
    import numpy as np

    n = len(reference)
    marks = np.unique(reference[[n * number // bins - 1 for number in range(1, bins)]] if bins > 1 else reference[:1])
    heavy = np.searchsorted(reference, marks, "right") - np.searchsorted(reference, marks, "left") >= n / bins
    sides = [("left", "right") if alone else ("right",) for alone in heavy]
    return [(float(mark), side) for mark, both in zip(marks, sides, strict=True) for side in both]


def counts(values: Array, cuts: list[tuple[float, str]]) -> list[int]:
    """How many values lie between cuts."""
    import numpy as np

    left = np.searchsorted(values, [mark for mark, _ in cuts], "left").tolist()
    right = np.searchsorted(values, [mark for mark, _ in cuts], "right").tolist()
    ends = [low if side == "left" else high for low, high, (_, side) in zip(left, right, cuts, strict=True)]
    return [end - start for start, end in zip([0, *ends], [*ends, len(values)], strict=True)]


def auc(positive: Array, negative: Array) -> tuple[float, float]:
    """The share of pairs in which the positive is higher, ties half, and its standard error (DeLong 1988).

    Both hold two values at least.
    """
    import numpy as np

    n, m = len(positive), len(negative)
    above = (np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")) / (2 * m)
    below = 1 - (np.searchsorted(positive, negative, "left") + np.searchsorted(positive, negative, "right")) / (2 * n)
    return float(above.mean()), float(sqrt(above.var(ddof=1) / n + below.var(ddof=1) / m))
