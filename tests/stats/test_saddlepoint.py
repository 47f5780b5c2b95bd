"""Tails of a binomial from its cumulants: where they are known otherwise."""

from __future__ import annotations

from math import exp, log

import pytest

from gate.stats.beta import binomial_at_least
from gate.stats.multinomial import exact_tails, most_likely
from gate.stats.saddlepoint import at_least
from gate.stats.test import Tails


def binomial(n: int, p: float, k: int) -> float:
    def cumulants(t: float) -> tuple[float, float, float]:
        share = p * exp(t) / (1 - p + p * exp(t)) if t < 500 else 1.0
        return n * (log(1 - p + p * exp(min(t, 500)))), n * share, n * share * (1 - share)

    return at_least(k, cumulants, 1.0, 500)


@pytest.mark.parametrize(("n", "p"), [(20, 0.3), (200, 0.05), (1_000, 0.9)])
def test_all_the_way_out(n: int, p: float) -> None:
    for k in range(1, n + 1):
        known = binomial_at_least(k, n, p)
        if 1e-200 < known < 0.45:  # nearer to the mean skewness is neglected
            assert binomial(n, p, k) == pytest.approx(known, rel=0.1 if n < 50 else 0.03), k


def test_at_the_mean_itself() -> None:
    """With the half step to the next value; the rest is skewness."""
    assert binomial(1_000, 0.5, 500) == pytest.approx(binomial_at_least(500, 1_000, 0.5), rel=1e-3)


def test_what_cannot_vary() -> None:
    def fixed(t: float) -> tuple[float, float, float]:
        return 3 * t, 3.0, 0.0

    assert (at_least(3, fixed, 1.0, 500), at_least(4, fixed, 1.0, 500)) == (1, 0)


def test_an_empty_cell_takes_what_the_others_cannot() -> None:
    shares = most_likely((0, 0, 200), (1.0, -1.0, 0.0), -0.02)
    assert shares == pytest.approx([0.0, 0.02, 0.98])


def test_outside_the_weights_all_is_known() -> None:
    tails = exact_tails((3, 2, 5), (1.0, -1.0, 0.0), 1.0)
    assert (tails(-1.0), tails(1.0)) == (Tails(0, 1), Tails(1, 0))
