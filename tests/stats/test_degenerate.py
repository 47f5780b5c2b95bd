"""Data from which textbook formulas make a width of 0, or nothing at all."""

from __future__ import annotations

from math import inf

import pytest

from gate.stats import f1, poisson
from gate.stats.auc import of_auc, of_auc_pair
from gate.stats.average_precision import of_average_precision
from gate.stats.bounds import interval
from gate.stats.means import of_mean, of_stated_interval
from gate.stats.paired import of_pairs, of_pairs_ratio
from gate.stats.proportion import of_counts
from gate.stats.quantile import of_order_statistics
from gate.stats.unpaired import of_two, of_two_shares


def test_all_correct() -> None:
    """The rule of three, by its exact form: 0.05^(1/n)."""
    assert interval(of_counts(200, 200), 0.05) == (pytest.approx(wilson_of_all(200)), 1.0)
    assert interval(of_counts(59, 59, exact=True), 0.05) == (pytest.approx(0.05 ** (1 / 59)), 1.0)


def wilson_of_all(n: int) -> float:
    return n / (n + 1.6448536269514722**2)


def test_none_correct() -> None:
    assert interval(of_counts(0, 59, exact=True), 0.05) == (0.0, pytest.approx(1 - 0.05 ** (1 / 59)))


def test_one_row() -> None:
    assert interval(of_counts(1, 1), 0.05) == (pytest.approx(0.05), 1.0)
    assert of_mean(0.3, 1, 0.0).problem == "one value has no spread: two at least are needed"
    assert interval(of_pairs(0, 0, 1), 0.05) == (pytest.approx(-0.95), pytest.approx(0.95))


def test_zero_variance() -> None:
    test = of_mean(0.3, 100, 0.0)
    assert test.problem == "all values are the same: how much they can differ is not known"
    assert (test.tails(-5), interval(test, 0.05)) == ((1, 1), (-inf, inf))


def test_rounding_noise_is_no_variance() -> None:
    assert of_mean(0.86, 7, 1.1e-16).problem == "all values are the same: how much they can differ is not known"
    assert not of_mean(0.86, 7, 1e-9).problem


def test_two_models_that_agree_everywhere() -> None:
    """How many rows could differ and none of n does: with exact tails 1 - 0.05^(1/n)."""
    low, high = interval(of_pairs(0, 0, 200), 0.05)
    assert (low, high) == (pytest.approx(-high), pytest.approx(1 - 0.05 ** (1 / 200), rel=1e-6))
    assert of_pairs(0, 0, 200).tails(0.0) == (1, 1)
    assert of_auc_pair(0.0, 0.0, 50, 50).problem == "both models rank all rows alike: how much they can differ is not known"
    low, high = interval(of_pairs_ratio(190, 0, 0, 200, 0.98), 0.05)
    assert low < 0.02 * 0.95 < high


def test_perfect_separation() -> None:
    test = of_auc(1.0, 50, 450, 0.0)
    low, high = interval(test, 0.05)
    assert test.method == "Hanley-McNeil score"
    assert 0.97 < low < high == 1


@pytest.mark.parametrize(("n_pos", "n_neg"), [(0, 100), (1, 100), (4, 100), (100, 4)])
def test_too_few_of_a_class_for_an_auc(n_pos: int, n_neg: int) -> None:
    assert interval(of_auc(0.9, n_pos, n_neg, 0.1), 0.05) == (0, 1)
    assert "too few" in of_auc(0.9, n_pos, n_neg).problem


def test_too_few_to_compare_two_aucs() -> None:
    assert "too few" in of_auc_pair(0.1, 0.01, 19, 400).problem
    assert of_auc_pair(0.1, 0.01, 20, 400).problem == ""


def test_too_few_positives_for_average_precision() -> None:
    assert "too few" in of_average_precision(0.9, 19, 0.1).problem
    assert interval(of_average_precision(0.9, 0), 0.05) == (0, 1)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_an_average_precision_without_a_logit(value: float) -> None:
    low, high = interval(of_average_precision(value, 40, 0.0), 0.05)
    assert low < high
    assert high - low < 0.1


def test_no_events() -> None:
    assert interval(poisson.of_counts(0, 400), 0.05) == (0.0, pytest.approx(2.995732273553991 / 400))


def test_no_true_positives() -> None:
    low, high = interval(f1.of_f1(0.0, 40), 0.05)
    assert low == 0 < high < 0.15


@pytest.mark.parametrize(("n", "bounded"), [(58, False), (59, True)])
def test_a_quantile_needs_rows(n: int, bounded: bool) -> None:
    """59 rows are the fewest that bound p95 from above with 95 % confidence."""
    steps = [(float(rank), rank) for rank in range(1, n + 1)]
    assert (interval(of_order_statistics(steps, n, 0.95), 0.05)[1] < inf) == bounded


def test_a_quantile_of_no_rows() -> None:
    assert of_order_statistics([], 0, 0.95).problem == "no rows"


def test_a_quantile_of_kept_ranks_only_is_wider() -> None:
    every = [(float(rank), rank) for rank in range(1, 401)]
    low, high = interval(of_order_statistics(every, 400, 0.9), 0.05)
    wider = interval(of_order_statistics(every[::7], 400, 0.9), 0.05)
    assert wider[0] <= low < high <= wider[1]
    assert wider[1] - wider[0] < high - low + 20


def test_skewness_that_leaves_nothing_to_say() -> None:
    """Rare large losses: that the mean is below anything cannot be shown, that it is above zero can."""
    test = of_mean(0.5, 50, 0.1, skew=4.5)
    low, high = interval(test, 0.05)
    assert low > 0.3
    assert high == inf
    assert test.notes == ("too skewed for 50 rows (skewness 4.5)",)


def test_paired_losses_take_the_widest_of_three() -> None:
    ends = [interval(of_mean(0.5, 50, 0.1, **given), 0.05) for given in ({}, {"skew": 1.0})]
    both = interval(of_mean(0.5, 50, 0.1, skew=1.0, paired=True), 0.05)
    assert both[0] <= min(low for low, _ in ends)
    assert both[1] >= max(high for _, high in ends)


def test_without_skewness_it_is_said() -> None:
    assert "skewness is not known" in of_mean(0.5, 50, 0.1).notes[0]


def test_an_interval_that_cannot_be() -> None:
    assert of_stated_interval(0.8, 0.8, 0.95, 0.8).problem == "the interval has no width"
    assert of_stated_interval(0.8, 0.9, 0.95, 0.7).problem == "the interval does not hold its value"


def test_a_stated_interval_is_given_back() -> None:
    assert interval(of_stated_interval(0.8, 0.9, 0.95, 0.87), 0.025) == pytest.approx((0.8, 0.9), abs=1e-12)
    assert interval(of_stated_interval(0.9, 1.0, 0.90, 1.0), 0.05) == pytest.approx((0.9, 1.1), abs=1e-12)


def test_a_guard_on_one_of_two_holds_for_their_difference() -> None:
    test = of_two(of_counts(9, 10), of_auc(0.9, 2, 2))
    assert test.problem == "2 positives are too few: 5 of each class at least"
    assert interval(test, 0.05) == (-1, 1)


def test_two_shares_that_are_all_correct() -> None:
    low, high = interval(of_two_shares(40, 40, 60, 60), 0.05)
    assert -0.1 < low < 0 < high < 0.1


def test_very_many() -> None:
    """Counts that no float can square."""
    for n in (10**15, 10**200):
        assert 0.49 < interval(of_counts(n // 2, n), 0.05)[0] <= 0.5
        assert abs(interval(of_pairs(n // 4, n // 4, n), 0.05)[0]) < 1e-6
        assert abs(interval(of_two_shares(n // 4, n, n // 4, n), 0.05)[0]) < 1e-6
        assert interval(poisson.of_counts(n, n), 0.05) == pytest.approx((1, 1), abs=1e-6)
