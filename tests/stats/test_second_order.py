"""Bias and skewness of smooth functions of cells, against what is known exactly, and the statistic that allows for them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import pytest

from gate.stats.second_order import Departure, departure

N = 400


def influence(slopes: list[float], shares: list[float]) -> list[float]:
    centre = sum(share * slope for share, slope in zip(shares, slopes, strict=True))
    return [each - centre for each in slopes]


@pytest.mark.parametrize("p", [0.03, 0.5, 0.9])
def test_a_binomial_share(p: float) -> None:
    found = departure(lambda c: c[0] / (c[0] + c[1]), [p, 1 - p], influence([1 - p, -p], [p, 1 - p]), N)
    assert found.bias == pytest.approx(0, abs=1e-6)
    assert found.skewness == pytest.approx((1 - 2 * p) / sqrt(N * p * (1 - p)), abs=1e-6)


def test_whether_shares_are_normalised_inside_does_not_matter() -> None:
    p = [0.2, 0.5, 0.3]
    slopes = [2 * p[0] - 2 * p[0] * p[0], -2 * p[0] * p[0], -2 * p[0] * p[0]]
    plain = departure(lambda c: c[0] ** 2, p, influence([2 * p[0], 0, 0], p), N)
    scaled = departure(lambda c: (c[0] / (c[0] + c[1] + c[2])) ** 2, p, influence(slopes, p), N)
    assert (plain.bias, plain.skewness) == pytest.approx((scaled.bias, scaled.skewness), rel=1e-4)
    # E (k/n)² - p² = p(1 - p)/n, and the standard error is 2p sqrt(p(1 - p)/n)
    assert plain.bias == pytest.approx(p[0] * (1 - p[0]) / N / (2 * p[0] * sqrt(p[0] * (1 - p[0]) / N)), rel=1e-4)


def test_a_ratio_is_as_biased_and_skewed_as_its_draws() -> None:
    import numpy as np

    shares = [0.1, 0.05, 0.02, 0.83]  # F1 of few positives
    drawn = np.random.default_rng(3).multinomial(N, shares, size=400_000)
    values = 2 * drawn[:, 0] / (2 * drawn[:, 0] + drawn[:, 1] + drawn[:, 2])
    f1 = 2 * 0.1 / 0.27
    slopes = [(2 - 2 * f1) / 0.27, -f1 / 0.27, -f1 / 0.27, 0]
    found = departure(lambda c: 2 * c[0] / (2 * c[0] + c[1] + c[2]), shares, influence(slopes, shares), N)
    assert found.bias == pytest.approx((values.mean() - f1) / values.std(), abs=0.01)
    assert found.skewness == pytest.approx(((values - values.mean()) ** 3).mean() / values.std() ** 3, abs=0.03)


@pytest.mark.parametrize("departed", [Departure(0, 0), Departure(0.1, 0.5), Departure(-0.3, -1.4), Departure(0, 8)])
def test_the_corrected_statistic_rises_everywhere(departed: Departure) -> None:
    found = [departed.corrected(each / 10) for each in range(-300, 301)]
    assert all(left <= right for left, right in pairwise(found))


def test_without_bias_and_skewness_nothing_is_corrected() -> None:
    assert Departure(0, 0).corrected(1.7) == 1.7


def test_nothing_departs_where_nothing_varies() -> None:
    assert departure(lambda c: c[0], [1.0, 0.0], [0.0, -1.0], N) == Departure(0, 0)


def test_a_share_of_next_to_nothing_has_a_bias_and_a_skewness() -> None:
    """As far out on a path as certainty is: a difference of nearly equal numbers would be all rounding."""
    tiny = 1e-9
    shares = [tiny, 0.95 - tiny, 0.05 - tiny, tiny]

    def balanced(c: Sequence[Any]) -> Any:
        return (c[0] / (c[0] + c[1]) + c[2] / (c[2] + c[3])) / 2

    slopes = [0.5 / 0.95, 0, 0.5 * tiny / 0.05**2, -0.5 * (0.05 - tiny) / 0.05**2]
    found = departure(balanced, shares, influence(slopes, shares), 1e9)
    assert found.bias == pytest.approx(0, abs=1e-6)
    # of two Poisson counts, one of which counts 0.95 / 0.05 times as much, and downwards
    assert found.skewness == pytest.approx((1 - 19**3) / (1 + 19**2) ** 1.5, rel=1e-3)
