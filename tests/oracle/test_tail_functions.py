"""Tails and quantiles beside scipy's."""

from __future__ import annotations

from itertools import product
from math import inf, sqrt

import pytest
from scipy import stats

from gate.stats.beta import binomial_at_least, binomial_at_most, student_above
from gate.stats.normal import normal_above, upper_quantile
from gate.stats.tails import gamma_above, gamma_below

COUNTS = (1, 2, 7, 20, 59, 300, 1_000, 50_000, 10**7)
SHARES = (1e-9, 1e-4, 0.02, 0.3, 0.5, 0.9, 0.999, 1 - 1e-7)
DEVIATES = (-6, -3, -1.6, -0.2, 0, 0.2, 1.6, 3, 6)
# scipy's own tails of very many are off by this much (compared with 40 digits)
LOOSE = 2e-10


def close(mine: float, theirs: float) -> bool:
    return mine == pytest.approx(theirs, rel=1e-9, abs=1e-11) or abs(mine - theirs) < LOOSE * min(1, theirs * 1e3)


@pytest.mark.parametrize("n", COUNTS)
def test_binomial(n: int) -> None:
    for p, z in product(SHARES, DEVIATES):
        k = min(n, max(0, round(n * p + z * sqrt(n * p * (1 - p)))))
        assert close(binomial_at_least(k, n, p), stats.binom.sf(k - 1, n, p)), (k, n, p)
        assert close(binomial_at_most(k, n, p), stats.binom.cdf(k, n, p)), (k, n, p)


def test_binomial_of_a_share_that_is_0_or_1() -> None:
    assert (binomial_at_least(0, 5, 0.0), binomial_at_least(1, 5, 0.0), binomial_at_most(0, 5, 0.0)) == (1, 0, 1)
    assert (binomial_at_least(5, 5, 1.0), binomial_at_most(4, 5, 1.0), binomial_at_most(5, 5, 1.0)) == (1, 0, 1)


@pytest.mark.parametrize("mean", [1e-12, 0.01, 0.7, 3, 15, 16, 99.5, 5_000, 900_000])
def test_poisson(mean: float) -> None:
    for z in DEVIATES:
        k = max(0, round(mean + z * sqrt(mean)))
        assert close(gamma_above(k + 1, mean), stats.poisson.cdf(k, mean)), k
        if k:
            assert close(gamma_below(k, mean), stats.poisson.sf(k - 1, mean)), k


def test_poisson_of_very_many() -> None:
    """Summed with 40 digits; scipy gives 1.51e-9 and 2.0703e-6."""
    assert gamma_below(76_720_272, 76_668_746.9997869) == pytest.approx(2.0048477822387826537e-9, rel=1e-9)
    assert gamma_below(1_632_025, 1_626_149.8835401644) == pytest.approx(2.0706729744596046333e-6, rel=1e-9)


@pytest.mark.parametrize("freedom", [1, 1.5, 2, 5.3, 29, 200, 99_999, 5e6, inf])
def test_student(freedom: float) -> None:
    for t in (-1e8, -40, -3, -0.1, 0, 1e-9, 0.5, 1.645, 4, 12):
        theirs = stats.norm.sf(t) if freedom == inf else stats.t.sf(t, freedom)
        assert student_above(t, freedom) == pytest.approx(theirs, rel=1e-5 if t > 10 else 1e-9, abs=1e-300), t


def test_normal() -> None:
    for tail in (1e-300, 1e-20, 1e-9, 0.001, 0.05, 0.3, 0.5, 0.9, 1 - 1e-9):
        assert upper_quantile(tail) == pytest.approx(stats.norm.isf(tail), rel=1e-12, abs=1e-15)
        assert normal_above(stats.norm.isf(tail)) == pytest.approx(tail, rel=1e-9)
