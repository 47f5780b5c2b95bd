"""Tests combined by the ends of their intervals."""

from __future__ import annotations

import random

import pytest

from gate.record import replace
from gate.stats.bounds import interval
from gate.stats.combine import either, summed
from gate.stats.ends import AnyhowSum, Ends, OfTest, Outermost, Part, Sum, tails_of
from gate.stats.means import of_stated_interval
from gate.stats.normal import normal_above
from gate.stats.proportion import of_counts
from gate.stats.test import Tails, Test
from gate.stats.unpaired import of_two

NORMAL = of_stated_interval(0.7, 0.9, 0.95, 0.8)
ALPHA = 0.05
Z = 1.6448536269514722


def found(ends: Ends) -> tuple[float, float]:
    test = replace(NORMAL, tails=tails_of(lambda: ends), estimate=ends.estimate, low=ends.low, high=ends.high)
    return interval(test, ALPHA)


def parts(*tests: Test, factor: float = 1.0) -> list[Part]:
    return [Part(OfTest(each), factor) for each in tests]


def test_of_one_test_its_interval() -> None:
    test = of_counts(160, 200)
    assert found(OfTest(test)) == pytest.approx(interval(test, ALPHA), abs=1e-4)


def test_normal_errors_add_up_in_squares() -> None:
    low, high = found(Sum([parts(NORMAL, factor=0.25)] * 4))
    one = interval(NORMAL, ALPHA)
    assert (low, high) == pytest.approx((0.8 - (0.8 - one[0]) / 2, 0.8 + (one[1] - 0.8) / 2), abs=1e-9)


def test_in_a_group_they_add_up_as_they_are() -> None:
    assert found(Sum([parts(*[NORMAL] * 4, factor=0.25)])) == pytest.approx(interval(NORMAL, ALPHA), abs=1e-9)


def test_two_shares_are_as_by_least_squares() -> None:
    one, other = of_counts(80, 100), of_counts(130, 200)
    free = interval(of_two(one, other), ALPHA)
    assert found(Sum([parts(one), parts(other, factor=-1)])) == pytest.approx(free, abs=2e-3)


def test_whatever_their_dependence_each_has_its_part_of_the_level() -> None:
    one, other = of_counts(160, 200), of_counts(210, 300)
    first, second = interval(one, ALPHA / 2), interval(other, ALPHA / 2)
    low, high = found(AnyhowSum([*parts(one), *parts(other, factor=-1)], 0.1))
    assert (low, high) == pytest.approx((first[0] - second[1] + 0.1, first[1] - second[0] + 0.1), abs=1e-4)
    assert low < interval(of_two(one, other), ALPHA)[0] + 0.1


def test_the_largest_is_as_by_every_one() -> None:
    tests = [of_counts(60 + at, 100, exact=True) for at in range(5)]
    low, high = found(Outermost([OfTest(each, far=True) for each in tests], largest=True))
    assert (low, high) == pytest.approx(interval(either(tests), ALPHA), abs=1e-3)


def test_a_sum_says_nothing_where_one_does_not() -> None:
    mute = of_stated_interval(0.8, 0.8, 0.95, 0.8)
    test = summed([(NORMAL, 1.0), (mute, 1.0)], 0.0, "", NORMAL.tails, NORMAL.tails)
    assert test.problem == "the interval has no width"
    assert test.tails(0.0) == Tails(1.0, 1.0)


def test_the_steps_and_the_bias_of_exact_tests_do_not_add_up() -> None:
    """Each has a step of half a row at its estimate: fifty of them added up would be as wide again."""
    tests = [of_counts(45, 50, exact=True)] * 50
    low, high = found(Sum([parts(each, factor=0.02) for each in tests]))
    stderr = (0.09 / 50 / 50) ** 0.5
    assert 0.9 - low == pytest.approx(Z * stderr, rel=0.3)
    assert high - 0.9 == pytest.approx(Z * stderr, rel=0.3)


@pytest.mark.parametrize("many", [3, 10])
@pytest.mark.parametrize("truth", [0.9, 0.5])
def test_a_mean_errs_about_as_often_as_it_says(many: int, truth: float) -> None:
    """Conservative where the parts are; the bar is 7 %."""
    draw, n, above, below = random.Random(11), 50, 0, 0
    known = {k: OfTest(of_counts(k, n)) for k in range(n + 1)}
    for _ in range(1_500):
        drawn = [known[sum(draw.random() < truth for _ in range(n))] for _ in range(many)]
        tails = tails_of(lambda drawn=drawn: Sum([[Part(each, 1 / many)] for each in drawn]))(truth)  # type: ignore[misc]
        above += tails.above <= ALPHA
        below += tails.below <= ALPHA
    assert 0.01 <= above / 1_500 <= 0.07
    assert 0.01 <= below / 1_500 <= 0.07


def test_far_out_p_values_are_told() -> None:
    tails = tails_of(lambda: Sum([parts(NORMAL), parts(NORMAL, factor=-1)]))
    stderr = 0.1 / 1.959963984540054 * 2**0.5
    for z in (0.5, 2.0, 6.0):
        assert tails(-z * stderr).above == pytest.approx(normal_above(z), rel=1e-6)
    assert tails(-20 * stderr).above <= 1e-18
    assert tails(0.0) == Tails(1.0, 1.0)
