"""Bins that are empty; what scipy knows better stands in tests/oracle."""

from __future__ import annotations

from math import log

import pytest

from gate.stats.divergence import jensen_shannon, population_stability
from gate.stats.holm import holm


def test_a_bin_that_is_empty_on_one_side_counts_half_a_row() -> None:
    found = population_stability([100, 0], [90, 10])
    p, q = 0.5 / 100.5, 10 / 100
    assert found.raw == pytest.approx((p - q) * log(p / q) + ((1 - p) - (1 - q)) * log((1 - p) / (1 - q)), rel=1e-12)


def test_a_bin_that_is_empty_on_both_sides_is_no_bin() -> None:
    assert population_stability([50, 0, 50], [40, 0, 60]) == population_stability([50, 50], [40, 60])


def test_one_bin_has_no_distance() -> None:
    found = population_stability([50], [80])
    assert (found.value, found.expected, found.bins) == (0, 0, 1)


def test_distributions_without_anything_in_common() -> None:
    assert jensen_shannon([10, 0], [0, 20]) == 1


def test_p_values_are_multiplied_by_how_many_are_left_and_stay_in_order() -> None:
    """The example of Holm's paper read as in R's documentation of p.adjust."""
    assert holm([0.01, 0.02, 0.03, 0.04]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm([0.5, 0.001]) == pytest.approx([0.5, 0.002])
    assert holm([]) == []
