"""Where a tail reaches alpha."""

from __future__ import annotations

from math import inf

import pytest

from gate.record import replace
from gate.stats.bounds import interval
from gate.stats.means import of_mean
from gate.stats.proportion import of_counts
from gate.stats.test import UNKNOWN, Tails, Test, unknown


def straight(c: float) -> Tails:
    """Above θ with p = 1/2 + (c - 3) / 4."""
    above = min(1.0, max(0.0, 0.5 + (c - 3) / 4))
    return Tails(above, 1 - above)


TEST = Test(tails=straight, estimate=3.0, low=-inf, high=inf, method="straight", n=4)


def test_each_end_is_where_its_tail_is_alpha() -> None:
    assert interval(TEST, 0.05) == pytest.approx((1.2, 4.8), abs=1e-12)
    assert interval(TEST, 0.25) == pytest.approx((2.0, 4.0), abs=1e-12)


def test_a_range_ends_an_interval() -> None:
    assert interval(replace(TEST, low=2.5, high=3.1), 0.05) == (2.5, 3.1)


def test_what_rules_nothing_out_has_no_end() -> None:
    assert interval(replace(TEST, tails=lambda _: UNKNOWN), 0.05) == (-inf, inf)


def test_a_guard_gives_the_whole_range() -> None:
    assert interval(unknown("too few", estimate=0.5, low=0.0, high=1.0, method="none", n=1), 0.05) == (0.0, 1.0)


def test_steps_are_found_to_the_last_digit() -> None:
    stepped = replace(TEST, tails=lambda c: Tails(0.01 if c < 2 else 0.6, 0.01 if c > 5 else 0.6))
    assert interval(stepped, 0.05) == pytest.approx((2.0, 5.0), rel=1e-14)


@pytest.mark.parametrize("value", [0.0, 1e-200, 1e9, -1e200])
def test_any_scale(value: float) -> None:
    stderr = abs(value) * 1e-9 or 1e-9
    low, high = interval(of_mean(value, inf, stderr), 0.05)
    assert (value - low, high - value) == pytest.approx((1.6448536269514722 * stderr,) * 2, rel=1e-6)


def test_it_takes_few_looks() -> None:
    looks = 0
    plain = of_counts(850, 1_000)

    def counted(c: float) -> Tails:
        nonlocal looks
        looks += 1
        return plain.tails(c)

    interval(replace(plain, tails=counted), 0.05)
    assert looks < 40
