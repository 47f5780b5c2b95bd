"""Tests and intervals beside scipy's and statsmodels', and beside the numbers that others published."""

from __future__ import annotations

import json
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats import rates
from statsmodels.stats.proportion import proportion_confint, score_test_proportions_2indep
from statsmodels.stats.weightstats import DescrStatsW

from gate.record import replace
from gate.stats import f1, poisson
from gate.stats.auc import hanley_mcneil_error, of_auc
from gate.stats.bounds import interval
from gate.stats.means import of_mean
from gate.stats.normal import upper_quantile
from gate.stats.paired import of_pairs, of_pairs_ratio, tango
from gate.stats.proportion import of_counts, wilson
from gate.stats.quantile import of_order_statistics
from gate.stats.samples import auc
from gate.stats.test import Tails
from gate.stats.unpaired import most_likely, of_two_shares, score_tails

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "tests.json").read_text(encoding="utf-8"))
TANGO = [name for name in PUBLISHED if name.startswith("paired-tango")]
ALPHAS = (0.001, 0.025, 0.05, 0.2)


def said(name: str) -> tuple[dict[str, Any], Any, float]:
    case = PUBLISHED[name]
    return case["inputs"], case["expected"], case["tolerance"]


def wanted(expected: Any, tolerance: float) -> Any:
    return pytest.approx(expected, abs=tolerance)


def test_published_exact_bound() -> None:
    given, expected, tolerance = said("prop-exact-onesided-20-100")
    test = of_counts(given["k"], given["n"], exact=True)
    assert (interval(test, 0.05)[0], test.tails(given["p0"]).above) == wanted((expected[0], expected[2]), tolerance)


def test_published_exact_interval() -> None:
    given, expected, tolerance = said("newcombe1998-1-29")
    assert interval(of_counts(given["count"], given["nobs"], exact=True), 0.025) == wanted(tuple(expected[2:]), tolerance)


def test_published_wilson_interval() -> None:
    """Of 4 in 200 the upper end, which the score gives, is Wilson's; the lower, of fewer than 20 successes, is exact."""
    given, expected, tolerance = said("prop-wilson-4-200")
    low, high = interval(of_counts(given["count"], given["nobs"]), 0.025)
    assert high == wanted(expected[1], tolerance)
    assert low == pytest.approx(proportion_confint(4, 200, 0.05, "beta")[0], abs=1e-12)


@pytest.mark.parametrize("name", TANGO)
def test_published_tango_interval(name: str) -> None:
    given, expected, tolerance = said(name)
    n = given["a"] + given["b"] + given["c"] + given["d"]
    test = replace(of_pairs(given["b"], given["c"], n), tails=tango(given["b"], given["c"], n))
    assert interval(test, 0.025) == wanted(tuple(expected), tolerance)


def test_published_mcnemar() -> None:
    """Tango's score at a difference of 0 is McNemar's."""
    given, expected, tolerance = said("mcnemar-bentur")
    (a, b), (c, d) = given["table"]
    assert 2 * tango(b, c, a + b + c + d)(0.0).below == wanted(expected[0], tolerance)


def test_published_ratio_of_shares() -> None:
    """Koopman's interval of p1 / p2 holds the factors at which p1 - factor · p2 = 0 is not ruled out, without n / (n - 1)."""
    given, expected, _ = said("unpaired-ratio-koopman")
    counts = given["c1"], given["n1"], given["c2"], given["n2"]
    rows = given["n1"] + given["n2"]
    for factor, side in zip(expected, ("above", "below"), strict=True):
        tail = getattr(score_tails(*counts, factor)(0.0), side)
        assert upper_quantile(tail) * sqrt(rows / (rows - 1)) == pytest.approx(upper_quantile(0.025), abs=1e-5)


def test_published_quantile_interval() -> None:
    given, expected, tolerance = said("quantile-ci-0.3")
    steps = [(exp(number / 100), number + 1) for number in range(101)]
    found = interval(of_order_statistics(steps, 101, given["p"]), (1 - given["conf"]) / 2)
    assert found == wanted(tuple(expected), tolerance)


def test_published_poisson_interval() -> None:
    given, expected, tolerance = said("poisson-exact-15-400")
    assert interval(poisson.of_counts(given["count"], given["exposure"]), 0.025) == wanted(tuple(expected), tolerance)


def test_published_delong() -> None:
    """The value, its error, and the logit interval made of them."""
    given, expected, tolerance = said("auc-delong-inline")
    value, stderr = auc(np.sort(given["posA"]), np.sort(given["negA"]))
    assert (value, stderr) == wanted(tuple(expected[:2]), tolerance)
    low = interval(of_auc(value, 6, 8, stderr), 0.05)[0]
    logit = log(value / (1 - value)) - upper_quantile(0.05) * stderr / (value * (1 - value))
    score = optimize.brentq(lambda c: (value - c) / hanley_mcneil_error(c, 6, 8) - upper_quantile(0.05), 0.01, value)
    assert low == pytest.approx(min(score, 1 / (1 + exp(-logit))), abs=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize(
    ("k", "n"), [(0, 1), (1, 1), (0, 30), (30, 30), (3, 30), (21, 42), (170, 200), (999, 1_000), (500_000, 10**6)]
)
def test_shares(k: int, n: int, alpha: float) -> None:
    exact = interval(of_counts(k, n, exact=True), alpha)
    assert exact == pytest.approx(proportion_confint(k, n, 2 * alpha, "beta"), abs=1e-11)
    score = interval(of_counts(k, n), alpha)
    by_score = wilson(k / n, n, 1 - 2 * alpha)
    assert score == pytest.approx((exact[0] if k < 20 else by_score[0], exact[1] if n - k < 20 else by_score[1]), abs=1e-11)


@pytest.mark.parametrize("c", [0.2, 0.5, 0.83, 0.97])
def test_p_values_of_shares(c: float) -> None:
    for k, n in ((3, 30), (170, 200), (970, 1_000)):
        tails = of_counts(k, n, exact=True).tails(c)
        assert tails.above == pytest.approx(stats.binomtest(k, n, c, "greater").pvalue, rel=1e-9)
        assert tails.below == pytest.approx(stats.binomtest(k, n, c, "less").pvalue, rel=1e-9)


def test_f1_is_the_jaccard_index_in_other_words() -> None:
    low, high = wilson(60 / 100, 100, 0.90)
    assert interval(f1.of_f1(0.75, 100), 0.05) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)), abs=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_counts_per_exposure(alpha: float) -> None:
    for count, exposure in ((0, 2.5), (1, 1), (15, 400), (1_000, 3)):
        expected = rates.confint_poisson(count, exposure, "exact-c", 2 * alpha)
        assert interval(poisson.of_counts(count, exposure), alpha) == pytest.approx(
            (0.0 if count == 0 else expected[0], expected[1]), rel=1e-10
        )


@pytest.mark.parametrize("alpha", ALPHAS)
def test_means(alpha: float) -> None:
    values = [3.0, 4.5, 4.7, 5.0, 9.0, 2.0, 3.3]
    theirs = DescrStatsW(values)
    test = of_mean(theirs.mean, len(values), theirs.std_mean)
    assert interval(test, alpha) == pytest.approx(theirs.tconfint_mean(2 * alpha), abs=1e-10)
    assert test.tails(4.0).above == pytest.approx(theirs.ttest_mean(4.0, "larger")[1], rel=1e-10)


def test_johnsons_interval() -> None:
    """The roots of Johnson's parabola."""
    value, n, stderr, skew = 0.4, 60, 0.05, 1.2
    low, high = interval(of_mean(value, n, stderr, skew), 0.05)
    share, t = skew / (6 * sqrt(n)), stats.t.isf(0.05, n - 1)
    for end, sign in ((low, 1), (high, -1)):
        root = (-1 + sqrt(1 - 8 * share * (share - sign * t))) / (4 * share)
        assert (value - end) / stderr == pytest.approx(root, abs=1e-9)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.95, 0.99])
def test_quantiles(q: float) -> None:
    values = np.sort(np.random.default_rng(5).lognormal(size=400))
    test = of_order_statistics([(float(value), rank) for rank, value in enumerate(values, 1)], 400, q)
    for alpha in (0.01, 0.05):
        low = stats.quantile_test(values, p=q, alternative="greater").confidence_interval(1 - alpha).low
        high = stats.quantile_test(values, p=q, alternative="less").confidence_interval(1 - alpha).high
        found = interval(test, alpha)
        assert found[0] == pytest.approx(low, rel=1e-12)
        assert found[1] == (pytest.approx(high, rel=1e-12) if high == high else float("inf"))
    for c in (0.3, 1.0, 3.0):
        assert test.tails(c).above == pytest.approx(stats.quantile_test(values, q=c, p=q, alternative="greater").pvalue, rel=1e-9)
        assert test.tails(c).below == pytest.approx(stats.quantile_test(values, q=c, p=q, alternative="less").pvalue, rel=1e-9)


@pytest.mark.parametrize("factor", [1.0, 0.98, 1.5])
@pytest.mark.parametrize("counts", [(7, 34, 1, 34), (80, 100, 170, 200), (20, 20, 29, 30), (0, 20, 3, 9)])
def test_most_likely_shares(counts: tuple[int, int, int, int], factor: float) -> None:
    """Against a search; statsmodels 0.15 finds shares of a lower likelihood, some of them negative."""
    k1, n1, k2, n2 = counts

    def less_likely(second: float) -> float:
        first = factor * second + c
        parts = ((k1, first), (n1 - k1, 1 - first), (k2, second), (n2 - k2, 1 - second))
        return -sum(count * log(max(share, 1e-300)) for count, share in parts if count)

    for c in (-0.3, -0.05, 0.0, 0.02, 0.3):
        low, high = max(0.0, -c / factor), min(1.0, (1 - c) / factor)
        found = optimize.minimize_scalar(less_likely, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
        first, second = most_likely(*counts, factor, c)
        assert first - factor * second == pytest.approx(c, abs=1e-12)
        assert less_likely(second) <= found.fun + 1e-9


def test_two_shares_that_are_equal_under_the_hypothesis() -> None:
    for counts in ((7, 34, 1, 34), (80, 100, 170, 200), (25, 60, 200, 900)):
        theirs = score_test_proportions_2indep(*counts, value=0, alternative="larger")
        assert score_tails(*counts, 1.0)(0.0).above == pytest.approx(theirs.pvalue, rel=1e-9)
    theirs = score_test_proportions_2indep(80, 100, 170, 200, value=0.9, compare="ratio", alternative="larger")
    assert score_tails(80, 100, 170, 200, 0.9)(0.0).above == pytest.approx(theirs.pvalue, rel=1e-6)


def test_unpaired_exact_tails() -> None:
    """Beside sums over all tables; a saddlepoint is good to a percent or so."""
    for k1, n1, k2, n2 in ((45, 50, 30, 50), (95, 100, 60, 80), (3, 120, 9, 60)):
        test = of_two_shares(k1, n1, k2, n2)
        for c in (-0.3, -0.1, 0.05, 0.1):
            first, second = most_likely(k1, n1, k2, n2, 1.0, c)
            table = np.outer(stats.binom.pmf(range(n1 + 1), n1, first), stats.binom.pmf(range(n2 + 1), n2, second))
            apart = np.subtract.outer(np.arange(n1 + 1) / n1, np.arange(n2 + 1) / n2)
            summed = Tails(table[apart >= test.estimate - 1e-12].sum(), table[apart <= test.estimate + 1e-12].sum())
            score, exact = score_tails(k1, n1, k2, n2, 1.0)(c), test.far_tails(c)
            for side in (0, 1):
                assert exact[side] == pytest.approx(max(score[side], summed[side]), rel=0.08), (c, side)


def test_paired_exact_tails() -> None:
    for b, c, n in ((0, 9, 100), (2, 12, 300), (15, 15, 400), (40, 3, 200)):
        test = of_pairs(b, c, n)
        for d in (-0.1, -0.02, 0.0, 0.05):
            share = pair_shares(b, c, n, d)
            summed = difference_tails(share, n, b - c)
            score = tango(b, c, n)(d)
            for side in (0, 1):
                assert test.far_tails(d)[side] == pytest.approx(max(score[side], summed[side]), rel=0.08, abs=1e-12), (d, side)


def pair_shares(b: int, c: int, n: int, d: float) -> tuple[float, float]:
    """The most likely shares of rows that only the new, only the old model has right, by a search."""

    def less_likely(only_old: float) -> float:
        parts = ((b, only_old + d), (c, only_old), (n - b - c, 1 - 2 * only_old - d))
        return -sum(count * log(max(share, 1e-300)) for count, share in parts if count)

    low, high = max(0.0, -d), (1 - d) / 2
    inside = optimize.minimize_scalar(less_likely, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x
    only_old = min((low, inside), key=less_likely)
    return only_old + d, only_old


def difference_tails(shares: tuple[float, float], n: int, difference: int) -> Tails:
    """P(B - C ≥ difference), P(B - C ≤ difference), summed over the number of rows that differ."""
    differ = sum(shares)
    above = below = 0.0
    for m in range(n + 1):
        chance = stats.binom.pmf(m, n, differ)
        if chance > 1e-16:
            above += chance * stats.binom.sf((m + difference + 1) // 2 - 1, m, shares[0] / differ)
            below += chance * stats.binom.cdf((m + difference) // 2, m, shares[0] / differ)
    return Tails(above, below)


def test_pairs_are_a_ratio_with_factor_1() -> None:
    """The general score of weighted cells gives Tango's, and is continuous in the factor."""
    for counts in ((100, 12, 40, 300), (3, 0, 40, 90), (50, 31, 0, 90)):
        a, b, c, n = counts
        near = of_pairs_ratio(a, b, c, n, 1 + 1e-9)
        for d in (-0.2, -0.02, 0.0, 0.1):
            assert near.tails(d) == pytest.approx(tango(b, c, n)(d), abs=1e-6)
