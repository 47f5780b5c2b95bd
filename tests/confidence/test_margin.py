"""Several margins at once: no correction to show that all hold, one for each to show that one does not."""

from __future__ import annotations

import pytest

from gate.confidence.expressions.median import median
from gate.confidence.expressions.smooth import certain
from gate.confidence.margin import Extreme, Margin
from gate.stats.combine import scaled
from gate.stats.proportion import of_counts
from gate.stats.test import unknown


def share(k: float, n: float, limit: float) -> Margin:
    return Margin(scaled(of_counts(k, n), 1.0, -limit))


def test_the_smallest_is_above_where_each_is() -> None:
    members = [share(95, 100, 0.85), share(93, 100, 0.85), share(92, 100, 0.85)]
    found = Extreme(members, largest=False)
    assert found.tails().above == max(each.tails().above for each in members)
    assert found.tails().below == 1
    assert found.estimate == pytest.approx(0.07)
    assert found.deciding is members[2]


def test_one_that_is_below_is_shown_by_exact_tails_and_a_correction() -> None:
    members = [share(70, 100, 0.85), share(93, 100, 0.85), share(92, 100, 0.85)]
    found = Extreme(members, largest=False)
    assert found.tails().below == pytest.approx(3 * members[0].tails(far=True).below)
    assert members[0].tails(far=True).below > members[0].tails().below


def test_the_largest_is_the_mirror() -> None:
    members = [share(70, 100, 0.85), share(93, 100, 0.85)]
    found, turned = Extreme(members, largest=True), Extreme([Margin(scaled(each.test, -1.0)) for each in members], largest=False)
    assert found.tails() == pytest.approx(tuple(reversed(turned.tails())))
    low, high = found.interval(0.05)
    assert (low, high) == pytest.approx(tuple(-end for end in reversed(turned.interval(0.05))))


def test_a_number_has_no_chance_to_be_wrong() -> None:
    one = share(70, 100, 0.85)
    assert Extreme([one, Margin(certain(0.05))], largest=False).tails().below == one.tails(far=True).below


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("limit", [0.7, 0.85, 0.9, 0.95])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_the_interval_says_what_the_p_values_say(largest: bool, limit: float, alpha: float) -> None:
    members = [share(k, 100, limit) for k in range(80, 100, 2)]
    found = Extreme(members, largest)
    low, high = found.interval(alpha)
    above, below = found.tails()
    assert (above <= alpha) == (low >= 0)
    assert (below <= alpha) == (high <= 0)
    assert low < found.estimate < high


def test_a_median_needs_more_than_half() -> None:
    tests = [scaled(of_counts(k, 100), 1.0, -0.85) for k in (99, 98, 97, 60, 50)]
    found = Margin(median(tests))
    assert found.estimate == pytest.approx(0.12)
    assert found.tails().above < 0.05
    assert Margin(median(tests[1:])).tails().above > 0.05  # two of four are not more than half


def test_a_median_of_what_is_mostly_unknown_is_unknown() -> None:
    nothing = unknown("why", estimate=0.9, low=0, high=1, method="", n=1)
    assert median([of_counts(99, 100), nothing, nothing]).tails(0.5) == (1, 1)
    assert median([of_counts(99, 100), of_counts(98, 100), nothing]).tails(0.5).above < 0.05  # two of three are
