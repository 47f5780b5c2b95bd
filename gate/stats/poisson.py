"""Counts per exposure: errors an hour, incidents a release."""

from __future__ import annotations

from math import inf, sqrt

from gate.stats.tails import gamma_above, gamma_below
from gate.stats.test import Tails, Test


def of_counts(count: float, exposure: float) -> Test:
    """The rate that `count` ≥ 0 events in `exposure` > 0 show, by Poisson tails (Garwood 1936)."""
    count, exposure = float(count), float(exposure)

    def tails(c: float) -> Tails:
        if c < 0:
            return Tails(0.0, 1.0)
        expected = c * exposure
        if expected == inf:
            return Tails(1.0, 0.0)
        return Tails(gamma_below(count, expected) if count > 0 else 1.0, gamma_above(count + 1, expected))

    return Test(
        tails=tails,
        estimate=count / exposure,
        low=0.0,
        high=inf,
        method="exact Poisson",
        n=exposure,
        of="units of exposure",
        spread=sqrt((count or 0.5) / exposure),
    )
