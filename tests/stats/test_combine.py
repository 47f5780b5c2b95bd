"""Several tests as one."""

from __future__ import annotations

import pytest

from gate.stats.bounds import interval
from gate.stats.combine import agreeing, both, either, scaled
from gate.stats.proportion import of_counts
from gate.stats.test import unknown

FEW, MANY = of_counts(40, 50), of_counts(850, 1_000)


def test_the_smallest_is_above_where_all_are_and_below_where_one_is() -> None:
    found, one, other = both([FEW, MANY]).tails(0.82), FEW.tails(0.82), MANY.tails(0.82)
    assert found.above == max(one.above, other.above)
    assert found.below == 2 * min(one.below, other.below)
    assert both([FEW, MANY]).estimate == 0.8


def test_the_largest_the_other_way_round() -> None:
    found, one, other = either([FEW, MANY]).tails(0.82), FEW.tails(0.82), MANY.tails(0.82)
    assert found.above == 2 * min(one.above, other.above)
    assert found.below == max(one.below, other.below)
    assert either([FEW, MANY]).estimate == 0.85


def test_one_alone_is_itself() -> None:
    assert both([FEW]) is FEW


def test_one_that_says_nothing_keeps_all_from_being_shown() -> None:
    mute = unknown("3 clusters are too few", estimate=0.9, low=0, high=1, method="", n=3)
    joint = both([MANY, mute])
    assert joint.tails(0.1).above == 1
    assert joint.tails(0.95).below < 0.05  # that some one is below is shown by the other
    assert joint.notes == (mute.problem,)


def test_agreeing_is_never_surer() -> None:
    exact = of_counts(850, 1_000, exact=True)
    joint = agreeing([MANY, exact])
    low, high = interval(joint, 0.05)
    assert low == pytest.approx(min(interval(MANY, 0.05)[0], interval(exact, 0.05)[0]))
    assert high == pytest.approx(max(interval(MANY, 0.05)[1], interval(exact, 0.05)[1]))
    assert joint.method == "Wilson score and exact binomial"


def test_scaled() -> None:
    """From a share to per cent of errors."""
    low, high = interval(MANY, 0.05)
    errors = scaled(MANY, -100, 100)
    assert interval(errors, 0.05) == pytest.approx((100 - 100 * high, 100 - 100 * low))
    assert (errors.low, errors.high, errors.estimate) == (0, 100, pytest.approx(15))
    assert errors.far_tails(10).above == MANY.far_tails(0.9).below
