"""Shares as people write them: which are of n rows, and which cannot be."""

from __future__ import annotations

import pytest

from gate.stats.rounding import count_of, half_a_digit


@pytest.mark.parametrize(
    ("value", "n", "k"),
    [
        (0.83, 100, 83),
        (0.9, 7, 6),
        (1 / 3, 3, 1),
        (0.333, 3, 1),
        (0.8337, 10_000, 8337),
        (1.0, 7, 7),
        (0, 5, 0),
        (0.8337000012397766, 10_000, 8337),
        (0.9143, 70, 64),
        (0.5, 10**15, 5 * 10**14),
    ],
)
def test_shares_that_can_be(value: float, n: int, k: int) -> None:
    assert count_of(value, n) == k


@pytest.mark.parametrize(("value", "n"), [(0.8337, 100), (0.833, 100), (0.95, 7), (0.123456789, 1_000), (0.99, 7)])
def test_shares_that_cannot(value: float, n: float) -> None:
    assert count_of(value, n) is None


def test_percents() -> None:
    assert count_of(91.4, 70, 0.01) == 64
    assert count_of(91.5, 70, 0.01) is None


@pytest.mark.parametrize("n", [1, 2, 3, 7, 19, 40, 97, 1_000])
def test_every_share_is_found_however_it_is_rounded(n: int) -> None:
    for k in range(n + 1):
        for digits in (3, 4, 6, 17):
            assert count_of(round(k / n, digits), n) == k


@pytest.mark.parametrize(("value", "half"), [(0.9, 0.05), (0.91, 0.005), (91.0, 0.05), (1e-5, 0.5e-5), (1.25e-7, 0.5e-9)])
def test_half_a_digit(value: float, half: float) -> None:
    assert half_a_digit(value) == pytest.approx(half)
