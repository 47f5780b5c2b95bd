"""Drift's formulas beside scipy's, statsmodels' and published values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import special, stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.nonparametric import rank_compare_2indep

from gate.stats import divergence, samples, tails

DRAW = np.random.default_rng(7)
SAMPLES: list[tuple[str, Any, Any]] = [
    ("normal", DRAW.normal(0, 1, 500), DRAW.normal(0.1, 1.2, 700)),
    ("equally many", DRAW.normal(0, 1, 400), DRAW.exponential(1, 400)),
    ("ties", np.round(DRAW.normal(0, 1, 300), 1), np.round(DRAW.normal(0, 2, 1_000), 1)),
    ("constant", np.full(50, 3.0), np.full(20, 3.0)),
    ("apart", np.zeros(20), np.ones(30)),
    ("many", DRAW.normal(0, 1, 60_000), DRAW.normal(0.01, 1, 80_000)),
    ("many, equal", DRAW.normal(0, 1, 50_000), DRAW.normal(0, 1, 90_000)),
    ("many, with zeros", np.maximum(DRAW.normal(-2, 1, 50_000), 0), np.maximum(DRAW.normal(-2, 1.1, 50_000), 0)),
]
COUNTS = [
    ([50, 30, 20], [40, 40, 20]),
    ([1, 1, 1, 1], [1000, 1, 1, 1]),
    ([100, 0, 5], [90, 10, 0]),
    ([7, 3], [70, 30]),
]


@pytest.mark.parametrize(("name", "first", "second"), SAMPLES, ids=[name for name, _, _ in SAMPLES])
def test_distances_of_samples(name: str, first: Any, second: Any) -> None:
    one, other = np.sort(first), np.sort(second)
    assert samples.kolmogorov_smirnov(one, other) == pytest.approx(stats.ks_2samp(first, second).statistic, abs=1e-14), name
    assert samples.wasserstein(one, other) == pytest.approx(stats.wasserstein_distance(first, second), rel=1e-9, abs=1e-15)


def test_wasserstein_of_very_many_is_close(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (np.sort(each) for each in (SAMPLES[5][1], SAMPLES[5][2]))
    exact = samples.wasserstein(one, other)
    monkeypatch.setattr(samples, "_EXACT", 1_000)
    bound = (one[-1] - one[0]) / max(len(one), len(other))
    assert samples.wasserstein(one, other) == pytest.approx(exact, abs=bound)


@pytest.mark.parametrize(("reference", "current"), COUNTS)
def test_distances_of_counts(reference: list[int], current: list[int]) -> None:
    assert divergence.jensen_shannon(reference, current) == pytest.approx(jensenshannon(reference, current, base=2), abs=1e-12)
    table = np.array([reference, current])
    expected = stats.chi2_contingency(table, correction=False)
    statistic, freedom = divergence.chi_square(reference, current)
    assert (statistic, freedom) == pytest.approx((expected.statistic, expected.dof), rel=1e-12)
    assert tails.chi_square_tail(statistic, freedom) == pytest.approx(expected.pvalue, rel=1e-9)
    cramer = stats.contingency.association(table, method="cramer")
    assert divergence.cramers_v(statistic, int(table.sum())) == pytest.approx(cramer, rel=1e-12)


def test_population_stability_of_a_textbook() -> None:
    """A scorecard's table (Siddiqi, Credit Risk Scorecards, 2006): the sum of (A - E) ln(A / E), by hand."""
    reference, current = [100, 200, 400, 200, 100], [150, 250, 350, 150, 100]
    by_hand = sum((c - r) / 1000 * math.log(c / r) for r, c in zip(reference, current, strict=True))
    found = divergence.population_stability(reference, current)
    assert found.raw == pytest.approx(by_hand, rel=1e-12)
    assert found.expected == pytest.approx(4 * 2 / 1000)
    assert found.value == pytest.approx(by_hand - 0.008)


def test_the_null_of_population_stability() -> None:
    """What the research note's table says for ten bins: 95 % of indices lie below .338, .068 and .0034."""
    for rows, quantile in ((100, 0.338), (500, 0.068), (10_000, 0.0034)):
        tail = tails.chi_square_tail(quantile / (2 / rows), 9)
        assert tail == pytest.approx(0.05, abs=0.004)


def test_the_standard_error_of_population_stability_is_that_of_draws() -> None:
    draw = np.random.default_rng(3)
    p, q = [0.4, 0.3, 0.2, 0.1], [0.25, 0.35, 0.2, 0.2]
    found = [
        divergence.population_stability(draw.multinomial(800, p).tolist(), draw.multinomial(500, q).tolist())
        for _ in range(2_000)
    ]
    assert np.std([each.raw for each in found]) == pytest.approx(np.mean([each.stderr for each in found]), rel=0.06)


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 50, 999, 100_000])
@pytest.mark.parametrize("ratio", [0.01, 0.5, 0.9, 1.0, 1.1, 2.0, 5.0])
def test_chi_square_tail(freedom: int, ratio: float) -> None:
    expected = special.gammaincc(freedom / 2, freedom * ratio / 2)
    assert tails.chi_square_tail(freedom * ratio, freedom) == pytest.approx(expected, rel=1e-8, abs=1e-280)


@pytest.mark.parametrize("x", [0.0, 0.1, 0.2, 0.3, 0.5, 1.0, 1.358, 2.0, 4.0])
def test_kolmogorov_tail(x: float) -> None:
    assert tails.kolmogorov_tail(x) == pytest.approx(special.kolmogorov(x), abs=1e-12)


def test_published_tails() -> None:
    """Smirnov 1948: 1.36 at 5 % and 1.63 at 1 %; chi-square tables: 3.841 and 16.919 at 5 %; the normal's 1.96."""
    assert tails.kolmogorov_tail(1.358) == pytest.approx(0.05, abs=2e-4)
    assert tails.kolmogorov_tail(1.628) == pytest.approx(0.01, abs=1e-4)
    assert tails.chi_square_tail(3.841, 1) == pytest.approx(0.05, abs=1e-4)
    assert tails.chi_square_tail(16.919, 9) == pytest.approx(0.05, abs=1e-5)
    assert tails.normal_tail(-1.96) == pytest.approx(0.05, abs=1e-4)


def test_auc_and_its_error_are_delongs() -> None:
    draw = np.random.default_rng(5)
    positive, negative = np.round(draw.normal(0.6, 0.2, 60), 2), np.round(draw.normal(0.4, 0.2, 140), 2)
    expected = rank_compare_2indep(positive, negative, use_t=False)
    value, stderr = samples.auc(np.sort(positive), np.sort(negative))
    assert value == pytest.approx(expected.prob1, rel=1e-12)
    assert stderr**2 == pytest.approx(expected.var_prob, rel=1e-9)
