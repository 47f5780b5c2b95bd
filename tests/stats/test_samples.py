"""Bins and margins of samples; what scipy knows better stands in tests/oracle."""

from __future__ import annotations

import numpy as np

from gate.stats.samples import counts, equal_mass_cuts, smirnov_margin


def binned(reference: list[float], current: list[float], bins: int = 4) -> tuple[list[int], list[int]]:
    cuts = equal_mass_cuts(np.sort(np.array(reference, dtype=float)), bins)
    return counts(np.sort(np.array(reference, dtype=float)), cuts), counts(np.sort(np.array(current, dtype=float)), cuts)


def test_bins_have_as_many_values_each() -> None:
    assert binned(list(range(100)), list(range(50)))[0] == [25, 25, 25, 25]
    assert binned(list(range(100)), list(range(50)))[1] == [25, 25, 0, 0]


def test_values_beyond_the_reference_fall_into_the_outer_bins() -> None:
    assert binned(list(range(100)), [-1e9, 1e9, np.inf, -np.inf])[1] == [2, 0, 0, 2]


def test_a_value_that_fills_a_bin_is_one() -> None:
    reference, current = binned([0] * 95 + [1, 2, 3, 4, 5], [-1, 0, 0, 7])
    assert reference == [0, 95, 5]
    assert current == [1, 2, 1]


def test_a_constant_that_moved_is_seen() -> None:
    assert binned([5] * 30, [4] * 30) == ([0, 30, 0], [30, 0, 0])


def test_the_margin_shrinks_with_rows() -> None:
    assert smirnov_margin(100, 100, 0.95) > 10 * smirnov_margin(100_000, 100_000, 0.95) > 0
