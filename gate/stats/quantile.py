"""Quantiles by order statistics: true for any distribution."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import ceil, inf

from gate.stats.beta import binomial_at_least, binomial_at_most
from gate.stats.test import Tails, Test, unknown


def of_order_statistics(steps: Sequence[tuple[float, int]], n: int, q: float) -> Test:
    """The quantile q in (0, 1) of what `n` rows were drawn from.

    `steps` are (value, rank) by rank: the rank-th smallest row has this value, the first has rank 1. Not every rank need be
    there, but then bounds fall on those that are, outwards. By the binomial tails of how many rows lie on either side of c.
    """
    method = "order statistics"
    if not steps:
        return unknown("no rows", estimate=0.0, low=-inf, high=inf, method=method, n=n)
    values, ranks = [float(value) for value, _ in steps], [rank for _, rank in steps]

    known: dict[tuple[int, int], Tails] = {}  # between two order statistics the tails are the same

    def tails(c: float) -> Tails:
        below, above = bisect_left(values, c), bisect_right(values, c)
        at_least = ranks[below - 1] if below else 0  # rows below c
        at_most = ranks[above] - 1 if above < len(ranks) else n  # rows at c or below
        if (at_most, at_least) not in known:
            known[at_most, at_least] = Tails(binomial_at_most(at_most, n, q), binomial_at_least(at_least, n, q))
        return known[at_most, at_least]

    place = min(bisect_left(ranks, ceil(n * q)), len(ranks) - 1)
    return Test(tails=tails, estimate=values[place], low=-inf, high=inf, method=method, n=n)
