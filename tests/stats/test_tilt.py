"""The score test on tilted cells: equal to what is known, monotone, never certain by mistake, and as often wrong as it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import erfc, inf, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.stats.bounds import interval
from gate.stats.cell_metrics import CellMetric, binary, every_cell, many
from gate.stats.proportion import wilson
from gate.stats.test import Tails
from gate.stats.tilt import Weights, of_cells
from tests.stats.differences import less

FOUR = [("1", "1"), ("0", "1"), ("1", "0"), ("0", "0")]  # true positives, false positives, false negatives, true negatives
PAIRED = every_cell(["0", "1"], paired=True)


def single(name: str) -> CellMetric:
    return binary(name, FOUR, "1")


def difference(name: str) -> CellMetric:
    new = binary(name, [(label, new) for label, new, _ in PAIRED], "1")
    return less(new, binary(name, [(label, str(old)) for label, _, old in PAIRED], "1"))


def share(cells: Sequence[Any]) -> Any:
    return cells[0]


# -- what it must be equal to


@pytest.mark.parametrize(("k", "n", "c"), [(90, 100, 0.8), (1, 50, 0.1), (0, 30, 0.05), (30, 30, 0.9), (45_000, 100_000, 0.452)])
def test_a_proportion_is_wilsons(k: int, n: int, c: float) -> None:
    z = (k / n - c) / sqrt(c * (1 - c) / n)
    found = of_cells([k, n - k], share, corrected=False).tails(c)
    assert found == pytest.approx((erfc(z / sqrt(2)) / 2, erfc(-z / sqrt(2)) / 2), rel=1e-9)


@pytest.mark.parametrize(("k", "n"), [(90, 100), (1, 50), (3, 4), (998, 1000), (30, 30), (0, 30)])
def test_a_proportions_interval_is_wilsons(k: int, n: int) -> None:
    test = of_cells([k, n - k], share, corrected=False, low=0, high=1)
    assert interval(test, 0.05) == pytest.approx(wilson(k / n, n, 0.9), abs=1e-9)


@pytest.mark.parametrize(
    ("gained", "lost", "n", "c"), [(5, 3, 200, -0.02), (0, 0, 200, -0.02), (9, 12, 500, -0.02), (30, 20, 900, 0)]
)
def test_paired_shares_are_close_to_tangos(gained: int, lost: int, n: int, c: float) -> None:
    a, b = 2 * n, -gained - lost + (2 * n - gained + lost) * c
    q = (sqrt(b * b + 8 * n * lost * c * (1 - c)) - b) / (2 * a)
    tango = (gained - lost - n * c) / sqrt(n * (2 * q + c * (1 - c)))
    found = of_cells([gained, lost, n - gained - lost], lambda p: p[0] - p[1], corrected=False).tails(c)
    assert found.above == pytest.approx(erfc(tango / sqrt(2)) / 2, abs=0.006)


def test_rows_of_equal_weight_are_rows() -> None:
    counts = [80, 20, 15, 200]
    weights = Weights(sums=[3 * each for each in counts], squares=[9 * each for each in counts])
    metric = single("mcc")
    weighed = of_cells(counts, metric.value, weights=weights)
    assert weighed.tails(0.7) == pytest.approx(of_cells(counts, metric.value).tails(0.7), rel=1e-9)


def test_weights_widen_by_their_squares() -> None:
    counts = [400, 100, 75, 1000]
    # half of the rows weigh 1, half 3: Kish's design effect is n * 10/2 / (n * 4/2)^2 * n = 5/4
    weights = Weights(sums=[2 * each for each in counts], squares=[5 * each for each in counts])
    metric = single("f1")
    weighed, plain = of_cells(counts, metric.value, weights=weights), of_cells(counts, metric.value)
    assert weighed.spread is not None
    assert plain.spread is not None
    assert weighed.spread / plain.spread == pytest.approx(sqrt(5 / 4), rel=1e-3)


def test_a_gradient_of_ones_own_changes_nothing() -> None:
    metric = difference("f1")
    counts = [700, 4, 9, 40, 12, 20, 15, 200]
    assert of_cells(counts, metric.value, gradient=metric.gradient).tails(-0.02) == pytest.approx(
        of_cells(counts, metric.value).tails(-0.02), rel=1e-9
    )


def test_a_design_effect_of_two_is_half_the_rows() -> None:
    metric = single("kappa")
    half = of_cells([200, 50, 40, 500], metric.value)
    whole = of_cells([400, 100, 80, 1000], metric.value, design=2)
    assert whole.tails(0.7) == pytest.approx(half.tails(0.7), rel=0.02)


# -- what it may never say


def test_too_few_rows_below_a_fraction_show_nothing() -> None:
    metric = single("balanced_accuracy")
    counts = [7, 0, 0, 500]
    found = of_cells(counts, metric.value, denominators=metric.below(counts))
    assert found.problem == "7 positives are too few, 10 are needed"
    assert found.tails(0.1) == Tails(1, 1)
    assert not of_cells([10, 0, 0, 500], metric.value, denominators=metric.below([10, 0, 0, 500])).problem


def test_what_is_not_defined_shows_nothing() -> None:
    found = of_cells([0, 0, 20, 80], single("precision").value, low=0, high=1)
    assert found.problem
    assert found.tails(0.5) == Tails(1, 1)


def test_no_rows_show_nothing() -> None:
    assert of_cells([0, 0, 0, 0], single("mcc").value).problem


def test_what_is_the_same_whatever_the_rows_shows_nothing() -> None:
    assert of_cells([5, 6], lambda p: 0 * p[0] + 0.5).problem == "it does not depend on these rows"


@pytest.mark.parametrize("name", ["balanced_accuracy", "mcc", "kappa", "f1"])
def test_perfect_predictions_prove_no_more_than_their_number(name: str) -> None:
    found = of_cells([20, 0, 0, 20], single(name).value, low=-1, high=1)
    low, high = interval(found, 0.05)
    assert found.estimate == 1
    assert 0.8 < low < 0.97
    assert high == 1


def test_two_models_that_agree_everywhere_may_differ_a_little() -> None:
    found = of_cells([700, 0, 0, 50, 40, 0, 0, 210], difference("f1").value, low=-1, high=1)
    low, high = interval(found, 0.05)
    assert found.estimate == 0
    assert -0.02 < low < -0.001
    assert 0.001 < high < 0.02


def test_hypotheses_far_from_all_data_are_ruled_out() -> None:
    """There, the nearest tilt leads to shares that resemble nothing: that must not count for the hypothesis."""
    for counts, name, far in (([675, 8, 309, 8], "kappa", 0.895), ([88704, 2, 1115, 10178], "balanced_accuracy", 0.41)):
        above, below = of_cells(counts, single(name).value).tails(far)
        assert min(above, below) < 1e-9
    found = of_cells([20, 15, 400, 5], single("mcc").value)
    assert (found.tails(inf), found.tails(-inf)) == (Tails(1, 0), Tails(0, 1))


@pytest.mark.parametrize("name", ["balanced_accuracy", "kappa"])
@pytest.mark.parametrize("positives", [20, 200, 1_000, 10_000])
@pytest.mark.parametrize("guess", ["0", "1"])
def test_a_constant_prediction_is_far_from_good_and_from_all_wrong(name: str, positives: int, guess: str) -> None:
    negatives = 20_000 - positives
    counts = [positives, negatives, 0, 0] if guess == "1" else [0, 0, positives, negatives]
    metric = single(name)
    found = of_cells(
        counts, metric.value, denominators=metric.below(counts), low=0 if name == "balanced_accuracy" else -1, high=1
    )
    assert found.tails(0.9).below < 0.05
    assert found.tails(found.low + 0.1).above < 0.05


def test_values_that_the_parameter_cannot_have_are_ruled_out() -> None:
    found = of_cells([20, 0, 0, 20], single("mcc").value, low=-1, high=1)
    assert (found.tails(1.001), found.tails(-1.001)) == (Tails(1, 0), Tails(0, 1))


@pytest.mark.parametrize("function", [lambda p: p[0] / (p[1] - p[1]), lambda p: 1 / (p[0] - p[1]) + 0 * p[2]])
def test_an_expression_that_divides_by_nothing_shows_nothing(function: Callable[[Sequence[Any]], Any]) -> None:
    found = of_cells([30, 30, 40], function)
    assert found.problem
    assert found.tails(0.2) == Tails(1, 1)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 400), min_size=4, max_size=4),
    st.sampled_from(["balanced_accuracy", "mcc", "kappa", "f1", "f2", "jaccard", "precision", "recall"]),
)
def test_tails_are_monotone_and_intervals_are_nested(counts: list[int], name: str) -> None:
    metric = single(name)
    found = of_cells(counts, metric.value, denominators=metric.below(counts), low=-1, high=1)
    tails = [found.tails(each / 40) for each in range(-40, 41)]
    for left, right in pairwise(tails):
        assert left.above <= right.above + 1e-9
        assert left.below >= right.below - 1e-9
    wide, narrow = interval(found, 0.01), interval(found, 0.05)
    assert wide[0] <= narrow[0] <= found.estimate <= narrow[1] <= wide[1]
    if not found.problem:
        assert narrow[0] < narrow[1]


# -- how often it errs


def matrix(prevalence: float, recall: float, fpr: float) -> list[float]:
    return [prevalence * recall, (1 - prevalence) * fpr, prevalence * (1 - recall), (1 - prevalence) * (1 - fpr)]


def two_models(prevalence: float, recall: float, specificity: float, value: Callable[[Sequence[Any]], Any]) -> list[float]:
    """Shares of (label, new, old) such that the new model is worse by 0.02, by losing what only the old one had right."""

    def shares(lost: float) -> list[float]:
        moved = 0.02
        negatives = [specificity - moved, moved, moved, 1 - specificity - moved]
        positives = [1 - recall - moved, moved + lost, moved, recall - moved - lost]
        return [(1 - prevalence) * each for each in negatives] + [prevalence * each for each in positives]

    low, high = 0.0, recall - 0.1
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if value(shares(middle)) < -0.02 else (middle, high)
    return shares(low)


def error_rates(truth: Sequence[float], metric: CellMetric, n: int, least: float, draws: int = 6000) -> tuple[float, float]:
    """How often the test shows more, and less, than a value that is the true one."""
    import numpy as np

    drawn = np.random.default_rng(7).multinomial(n, truth, size=draws)
    value, wrong = float(metric.value(truth)), [0, 0]
    for counts, times in Counter(map(tuple, drawn.tolist())).items():
        found = of_cells(counts, metric.value, gradient=metric.gradient, denominators=metric.below(counts), least=least).tails(
            value
        )
        wrong[0] += times * (found.above < 0.05)
        wrong[1] += times * (found.below < 0.05)
    return wrong[0] / draws, wrong[1] / draws


def mixed(first: CellMetric, second: CellMetric) -> CellMetric:
    """0.7 of one metric and 0.3 of another."""
    return CellMetric(
        lambda p: 0.7 * first.value(p) + 0.3 * second.value(p),
        lambda p: [0.7 * a + 0.3 * b for a, b in zip(first.gradient(p), second.gradient(p), strict=True)],
        lambda p: {**first.below(p), **second.below(p)},
    )


def cases() -> Iterator[Any]:
    for name in ("balanced_accuracy", "mcc", "kappa"):
        for n, prevalence, recall, fpr in ((200, 0.1, 0.95, 0.05), (1000, 0.02, 0.8, 0.01), (50, 0.5, 0.8, 0.2)):
            yield pytest.param(matrix(prevalence, recall, fpr), single(name), n, 10, 0.065, id=f"{name}-{n}-{prevalence}")
    blend = mixed(single("recall"), single("precision"))
    yield pytest.param(matrix(0.1, 0.95, 0.05), blend, 200, 10, 0.07, id="expression")
    for name in ("precision", "f1", "mcc", "balanced_accuracy"):
        metric = difference(name)
        truth = two_models(0.3, 0.8, 0.95, metric.value)
        yield pytest.param(truth, metric, 200, 20, 0.065, id=f"paired {name}")
    classes = ["a", "b", "c"]
    shares = [
        own * (0.8 if guess == label else 0.1) for label, own in zip(classes, (0.2, 0.3, 0.5), strict=True) for guess in classes
    ]
    macro = many("f1_macro", [(label, guess) for label in classes for guess in classes], classes)
    yield pytest.param(shares, macro, 200, 10, 0.065, id="macro-F1")


@pytest.mark.slow
@pytest.mark.parametrize(("truth", "metric", "n", "least", "bar"), list(cases()))
def test_errors_keep_their_bars(truth: list[float], metric: CellMetric, n: int, least: float, bar: float) -> None:
    """The bars of issue 5, and a margin of two standard errors of 6,000 draws."""
    above, below = error_rates(truth, metric, n, least)
    assert max(above, below) <= bar + 0.006


@pytest.mark.slow
def test_without_its_correction_it_would_not() -> None:
    """At a recall near 1 of few positives: the simulation can tell a test that errs too often."""
    metric, wrong = single("balanced_accuracy"), 0
    import numpy as np

    truth = matrix(0.1, 0.95, 0.05)
    for counts in np.random.default_rng(7).multinomial(200, truth, size=6000).tolist():
        wrong += of_cells(counts, metric.value, corrected=False).tails(float(metric.value(truth))).below < 0.05
    assert wrong / 6000 > 0.07


@pytest.mark.slow
def test_far_out_it_errs_no_more_often_than_it_says() -> None:
    """As one of fifty slices with 25 positives: one in a thousand."""
    import numpy as np

    metric, truth, draws = single("balanced_accuracy"), matrix(0.025, 0.7, 0.02), 40_000
    value, near, far = float(metric.value(truth)), 0, 0
    drawn = np.random.default_rng(7).multinomial(1000, truth, size=draws)
    for counts, times in Counter(map(tuple, drawn.tolist())).items():
        found = of_cells(counts, metric.value, gradient=metric.gradient, denominators=metric.below(counts), least=20)
        near += times * (found.tails(value).below < 0.001)
        far += times * (found.far_tails(value).below < 0.001)
    assert far / draws < 0.001 < 0.0013 < near / draws


def test_far_out_a_conclusion_needs_more() -> None:
    counts, metric = [10, 20, 15, 955], single("balanced_accuracy")
    found = of_cells(counts, metric.value, denominators=metric.below(counts))
    assert found.far is not None
    assert found.far(0.9).below > 10 * found.tails(0.9).below > 0
    assert found.far(0.55).above > found.tails(0.55).above
