"""The delta method: gradients, covariances, and tests of what is more than cells, or comes in clusters."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

import pytest

from gate.stats.average_precision import of_average_precision_pair
from gate.stats.bounds import interval
from gate.stats.cell_metrics import binary
from gate.stats.influence import covariance_of, of_clusters, of_estimates, slopes
from gate.stats.test import Tails
from gate.stats.tilt import of_cells
from gate.stats.unequal import Clusters, alike, of_sizes

FOUR = [("1", "1"), ("0", "1"), ("1", "0"), ("0", "0")]


def multinomial(counts: list[float]) -> list[list[float]]:
    """The covariance of shares of independent rows."""
    n = sum(counts)
    p = [each / n for each in counts]
    return [[(p[j] * (j == k) - p[j] * p[k]) / n for k in range(len(p))] for j in range(len(p))]


def test_a_gradient_is_exact() -> None:
    found = slopes(lambda v: v[0] ** 2 / v[1], [3.0, 2.0])
    assert found is not None
    assert found == (4.5, pytest.approx([3.0, -2.25], rel=1e-15))


@pytest.mark.parametrize("values", [[1.0, 0.0], [1e308, 1e-300]])
def test_what_is_not_defined_has_no_gradient(values: list[float]) -> None:
    assert slopes(lambda v: v[0] / v[1], values) is None


def test_variances_and_covariances_go_by_gradients() -> None:
    covariance = [[4.0, 1.0], [1.0, 9.0]]
    assert covariance_of([1, -1], [1, -1], covariance) == 4 + 9 - 2
    assert covariance_of([1, 0], [0.5, 2], covariance) == 0.5 * 4 + 2 * 1


def test_its_n_is_that_of_the_smallest_denominator() -> None:
    """About so many more rows were said to settle it, where so many positives were meant."""
    few = {"positives": 30.0, "predicted positives": 40.0}
    found = of_estimates([0.9, 0.1], multinomial([90.0, 10.0]), lambda p: p[0], n=100, denominators=few)
    assert (found.n, found.of) == (30, "positives")
    assert of_estimates([0.9, 0.1], multinomial([90.0, 10.0]), lambda p: p[0], n=100, denominators={"rows": 100.0}).of == "rows"


def test_of_shares_it_gives_the_well_known_error() -> None:
    counts = [90.0, 10.0]
    found = of_estimates([0.9, 0.1], multinomial(counts), lambda p: p[0] / (p[0] + p[1]), n=100)
    assert found.estimate == pytest.approx(0.9)
    assert found.spread == pytest.approx(sqrt(0.9 * 0.1), rel=1e-12)


def test_an_expression_of_a_loss_and_a_share_is_students() -> None:
    from scipy import stats

    covariance = [[4e-4, -1e-4], [-1e-4, 1e-4]]
    found = of_estimates([0.5, 0.8], covariance, lambda v: v[1] - 0.4 * v[0], n=300)
    error = sqrt(1e-4 + 0.16 * 4e-4 + 0.8 * 1e-4)
    low, high = interval(found, 0.05)
    reach = float(stats.t(299).ppf(0.95)) * error
    assert (low, high) == pytest.approx((0.6 - reach, 0.6 + reach), rel=1e-9)
    assert (found.method, found.of) == ("delta method, t", "rows")


def test_the_least_denominator_is_what_it_stands_on() -> None:
    wide = of_estimates([0.5], [[1e-4]], lambda v: v[0], n=300, denominators={"positives": 12, "negatives": 288})
    narrow = of_estimates([0.5], [[1e-4]], lambda v: v[0], n=300)
    assert interval(wide, 0.05)[0] < interval(narrow, 0.05)[0]
    assert wide.n == 12
    assert of_estimates([0.5], [[1e-4]], lambda v: v[0], n=300, denominators={"positives": 9}).problem


@pytest.mark.parametrize(
    ("values", "covariance", "named"),
    [
        ([1.0, 0.0], [[1e-4, 0], [0, 1e-4]], {}),
        ([1.0, 1.0], [[0.0, 0], [0, 0.0]], {}),
        ([1.0, 1.0], [[1e-4, 0], [0, 1e-4]], {"clusters": alike(5)}),
        ([1.0, inf], [[1e-4, 0], [0, 1e-4]], {}),
    ],
)
def test_where_nothing_can_be_said(values: list[float], covariance: list[list[float]], named: dict[str, Any]) -> None:
    found = of_estimates(values, covariance, lambda v: v[0] / v[1], n=100, **named)
    assert found.problem
    assert found.tails(0.2) == Tails(1, 1)


# -- clusters


def test_independent_rows_in_clusters_are_as_many_rows() -> None:
    counts = [80.0, 20.0, 15.0, 200.0]
    metric = binary("mcc", FOUR, "1")
    found = of_clusters(counts, multinomial(counts), metric.value, alike(100_000))
    assert found.tails(0.7) == pytest.approx(of_cells(counts, metric.value).tails(0.7), rel=1e-3)


def test_of_a_share_it_is_close_to_wilsons_at_the_effective_n() -> None:
    """200 rows that vary as a third as many would, in 20 clusters: Wilson's score of 66.7 rows, held against t(19)."""
    counts = [170.0, 30.0]
    covariance = [[each * 3 for each in row] for row in multinomial(counts)]
    found = of_clusters(counts, covariance, lambda p: p[0] / (p[0] + p[1]), Clusters(20, 20, 1.0))
    assert found.tails(0.75).above == pytest.approx(0.0373657, rel=0.05)


def test_clusters_alike_are_no_more_than_that_many_rows() -> None:
    counts = [200.0, 0.0, 0.0, 300.0]
    metric = binary("balanced_accuracy", FOUR, "1")
    found = of_clusters(counts, [[0.0] * 4] * 4, metric.value, alike(50))
    assert interval(found, 0.05)[0] < 0.97


def test_guards_of_clusters() -> None:
    counts = [80.0, 20.0, 15.0, 200.0]
    metric = binary("mcc", FOUR, "1")
    assert of_clusters(counts, multinomial(counts), metric.value, alike(5)).problem
    assert of_clusters([0.0] * 4, multinomial(counts), metric.value, alike(50)).problem
    doubled = [[each * 10 for each in row] for row in multinomial(counts)]
    thin = of_clusters(counts, doubled, metric.value, Clusters(50, 50, 1.0), denominators={"positives": 95})
    assert thin.problem == "9.5 positives are too few, 10 are needed"


def test_what_is_left_of_residuals_makes_them_surer() -> None:
    counts = [170.0, 30.0]
    covariance = [[each * 3 for each in row] for row in multinomial(counts)]
    tails = [
        of_clusters(counts, covariance, lambda p: p[0] / (p[0] + p[1]), each).tails(0.75).above
        for each in (Clusters(20, 20, 1.0), Clusters(20, 20, 0.7), Clusters(20, 8, 1.0))
    ]
    assert tails[0] < min(tails[1:])
    assert not of_estimates([0.5], [[1e-4]], lambda v: v[0], n=300, clusters=Clusters(40, 5.5, 0.7)).problem
    wide, plain = (
        interval(of_estimates([0.5], [[1e-4]], lambda v: v[0], n=300, clusters=each), 0.05)[0]
        for each in (Clusters(40, 5.5, 0.7), alike(40))
    )
    assert wide < plain


def test_a_known_skewness_of_clusters_is_minded() -> None:
    def end(skew: float | None) -> float:
        test = of_estimates([0.1], [[1e-4]], lambda v: v[0], n=300, clusters=alike(40), skewness=lambda _, __: skew)
        return interval(test, 0.05)[1]

    assert end(0.2) > end(0.0) == end(None)
    assert end(0.6) == inf  # of so few no bound can be told


def test_an_area_is_tested_by_its_logit() -> None:
    from gate.stats.influence import on_logits

    test = of_estimates([0.9], [[9e-4]], lambda v: v[0], n=300, clusters=alike(20))
    low, high = interval(on_logits(test), 0.05)
    plain = interval(test, 0.05)
    assert low < plain[0]
    assert high < min(plain[1], 1.0)
    assert on_logits(test).tails(1.2) == Tails(1.0, 0.0)
    assert on_logits(test).tails(0.9) == pytest.approx(test.tails(0.9))


SIZES = {"12": [20] * 12, "40": [20] * 40, "zipf": [100 // (1 + at) for at in range(40)], "one large": [60, *[10] * 30]}


@pytest.mark.slow
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_errors_in_clusters_keep_their_bar(sizes: list[int]) -> None:
    """6.5 % of 3,000 draws, and two standard errors: clusters of rows that differ in how well they are predicted."""
    import numpy as np

    chance, wrong, done = np.random.default_rng(5), [0, 0], 0
    metric, size, draws = binary("balanced_accuracy", FOUR, "1"), np.array(sizes), 3000
    n, of = size.sum(), of_sizes(len(size), size.sum(), (size**2).sum(), (size**3).sum())
    for _ in range(draws):
        right = chance.beta(0.85 * 9, 0.15 * 9, size=(len(size), 2))  # intraclass correlation 0.1
        positives = chance.binomial(size, 0.5)
        hits, rejected = chance.binomial(positives, right[:, 0]), chance.binomial(size - positives, right[:, 1])
        vectors = np.stack([hits, size - positives - rejected, positives - hits, rejected], axis=1)
        off = vectors - size[:, None] * vectors.sum(axis=0) / n
        counts = vectors.sum(axis=0).tolist()
        found = of_clusters(counts, (off.T @ off / n**2).tolist(), metric.value, of)
        done += not found.problem
        tails = found.tails(0.85)
        wrong[0] += tails.above < 0.05
        wrong[1] += tails.below < 0.05
    assert done > 0.9 * draws
    assert max(wrong) / draws <= 0.065 + 0.009


# -- average precision


def test_a_difference_of_average_precisions_is_students_by_positives() -> None:
    from scipy import stats

    found = of_average_precision_pair(-0.01, 0.02, 40)
    assert found.tails(-0.05).above == pytest.approx(float(stats.t(39).sf(2)), rel=1e-9)
    assert found.notes
    assert of_average_precision_pair(-0.01, 0.02, 19).problem
    assert of_average_precision_pair(0, 0, 100).problem
