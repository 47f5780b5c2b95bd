"""The score test on tilted scores: the area as scikit-learn has it, never certain by mistake, and as often wrong as it says."""

from __future__ import annotations

import random
from itertools import pairwise
from statistics import NormalDist

import pytest

from gate.stats.auc import of_auc
from gate.stats.bounds import interval
from gate.stats.test import Tails
from gate.stats.tilted_auc import LEAST, of_scores


def scored(n_pos: int, n_neg: int, apart: float, places: int = 2, seed: int = 1) -> list[tuple[float, int]]:
    chance = random.Random(seed)
    rows = [(round(chance.gauss(apart, 1), places), 1) for _ in range(n_pos)]
    return sorted(rows + [(round(chance.gauss(0, 1), places), 0) for _ in range(n_neg)])


def by_score(rows: list[tuple[float, int]]) -> tuple[list[int], list[int]]:
    every = sorted({score for score, _ in rows})
    places = {score: at for at, score in enumerate(every)}
    found = ([0] * len(every), [0] * len(every))
    for score, label in rows:
        found[1 - label][places[score]] += 1
    return found


@pytest.mark.parametrize("places", [0, 1, 8])
def test_the_area_is_that_of_scikit_learn(places: int) -> None:
    from sklearn.metrics import roc_auc_score

    rows = scored(80, 200, 1.2, places)
    found = of_scores(*by_score(rows))
    assert found.estimate == pytest.approx(roc_auc_score([label for _, label in rows], [score for score, _ in rows]), rel=1e-12)


def test_cells_between_which_nothing_is_ranked_may_be_one() -> None:
    apart = of_scores([0, 0, 20, 5, 30, 20], [60, 30, 5, 0, 0, 0])
    together = of_scores([0, 20, 55], [90, 5, 0])
    assert apart.tails(0.95) == pytest.approx(together.tails(0.95), rel=1e-12)


def test_of_many_rows_the_interval_is_delongs() -> None:
    from statsmodels.stats.nonparametric import rank_compare_2indep

    rows = scored(1500, 2500, 1.0)
    pos, neg = ([score for score, label in rows if label == wanted] for wanted in (1, 0))
    found = of_scores(*by_score(rows))
    error = rank_compare_2indep(pos, neg, use_t=False).var_prob ** 0.5
    assert found.spread is not None
    assert found.spread / found.n**0.5 == pytest.approx(error, rel=0.02)
    low, high = interval(found, 0.05)
    assert (low, high) == pytest.approx((found.estimate - 1.645 * error, found.estimate + 1.645 * error), abs=0.1 * error)


def test_it_agrees_roughly_with_the_test_for_fewer_rows() -> None:
    found = of_scores(*by_score(scored(120, 400, 1.5)))
    assert found.spread is not None
    other = of_auc(found.estimate, 120, 400, found.spread / found.n**0.5)
    for here, there in zip(interval(found, 0.05), interval(other, 0.05), strict=True):
        assert here == pytest.approx(there, abs=0.012)


def test_perfect_separation_proves_no_more_than_its_rows() -> None:
    found = of_scores([0] * 60 + [1] * 60, [1] * 60 + [0] * 60)
    low, high = interval(found, 0.05)
    assert found.estimate == 1
    assert 0.93 < low < 0.999
    assert high == 1
    assert found.tails(1.0).above > 0.4


def test_a_ranking_that_is_all_wrong_is_refuted() -> None:
    found = of_scores([1] * 60 + [0] * 60, [0] * 60 + [1] * 60)
    assert found.estimate == 0
    assert interval(found, 0.05) == (0, pytest.approx(0.0427, abs=1e-4))
    assert found.tails(0.6).below < 1e-6


def test_scores_the_other_way_round_say_the_opposite() -> None:
    for apart in (0.0, 0.4, 2.0):
        pos, neg = by_score(scored(60, 90, apart))
        here, there = of_scores(pos, neg), of_scores(pos[::-1], neg[::-1])
        for c in (0.3, 0.5, 0.6, 0.9):
            for tails, turned in ((here.tails(c), there.tails(1 - c)), (here.far_tails(c), there.far_tails(1 - c))):
                assert (tails.above, tails.below) == pytest.approx((turned.below, turned.above), abs=1e-9)


def test_no_order_at_all_is_one_half() -> None:
    found = of_scores([60], [70])
    low, high = interval(found, 0.05)
    assert low < found.estimate == 0.5 < high


EDGES = [  # positives and negatives by score
    ([10_000], [10_000]),
    ([60], [70]),
    ([60], [20_000]),
    ([60, 0], [19_980, 20]),
    ([9_999, 1], [10_000, 0]),
    ([5_000, 5_000], [5_000, 5_000]),
    ([55, 5], [10_000, 10_000]),
    ([300, 300, 400], [400, 300, 300]),
    ([0, 1_000], [1_000, 0]),
]


@pytest.mark.parametrize(("positives", "negatives"), [*EDGES, *((pos[::-1], neg[::-1]) for pos, neg in EDGES)])
def test_what_is_far_from_the_area_is_ruled_out_on_both_sides(positives: list[int], negatives: list[int]) -> None:
    """Of few scores, or one, too: no AUC has a larger error than a share of as many rows as the smaller class has."""
    found = of_scores(positives, negatives)
    for c in [each / 20 for each in range(21)]:
        off = (found.estimate - c) * min(sum(positives), sum(negatives)) ** 0.5
        if abs(off) > 5 * (c * (1 - c)) ** 0.5:
            assert (found.tails(c).above if off > 0 else found.tails(c).below) < 0.01


def test_equal_scores_say_as_much_of_either_side() -> None:
    low, high = interval(of_scores([10_000], [10_000]), 0.05)
    assert (low + high, high) == pytest.approx((1, 0.500144), abs=1e-6)


def test_few_rows_of_a_class_show_nothing() -> None:
    found = of_scores(*by_score(scored(LEAST - 1, 400, 1)))
    assert found.problem == "49 positives are too few, 50 are needed"
    assert found.tails(0.1) == Tails(1, 1)
    assert of_scores([0], [100]).problem
    assert of_scores([], []).problem


def test_tails_are_monotone() -> None:
    for apart in (-0.5, 0.0, 1.5, 3.0):
        found = of_scores(*by_score(scored(60, 90, apart, 1)))
        tails = [found.tails(each / 50) for each in range(51)]
        assert all(left.above <= right.above + 1e-9 and left.below >= right.below - 1e-9 for left, right in pairwise(tails))
        assert tails[0].above < 1e-6
        assert tails[-1].below < 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("area", "n_pos", "n_neg"), [(0.8, 100, 900), (0.9, 60, 140), (0.7, 100, 100), (0.95, 60, 600)])
def test_errors_keep_their_bar(area: float, n_pos: int, n_neg: int) -> None:
    """6 % of 3,000 draws, and two standard errors."""
    import numpy as np

    chance, wrong = np.random.default_rng(11), [0, 0]
    apart = NormalDist().inv_cdf(area) * 2**0.5
    labels = np.r_[np.ones(n_pos, int), np.zeros(n_neg, int)]
    for _ in range(3000):
        scores = chance.standard_normal(n_pos + n_neg) + apart * labels
        ordered = labels[np.argsort(scores)]
        found = of_scores(ordered.tolist(), (1 - ordered).tolist()).tails(area)
        wrong[0] += found.above < 0.05
        wrong[1] += found.below < 0.05
    assert max(wrong) / 3000 <= 0.06 + 0.008


@pytest.mark.slow
def test_far_out_it_errs_about_as_often_as_it_says() -> None:
    """One of ten slices, 0.5 %."""
    import numpy as np

    area, n_pos, n_neg, draws = 0.9, 50, 450, 8000
    chance, far = np.random.default_rng(11), 0
    apart, labels = NormalDist().inv_cdf(area) * 2**0.5, np.r_[np.ones(n_pos, int), np.zeros(n_neg, int)]
    for _ in range(draws):
        ordered = labels[np.argsort(chance.standard_normal(n_pos + n_neg) + apart * labels)]
        found = of_scores(ordered.tolist(), (1 - ordered).tolist())
        if found.estimate < area - 0.03:
            far += found.far_tails(area).below < 0.005
    assert far / draws < 0.006
