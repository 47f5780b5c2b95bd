"""Sizes and powers beside statsmodels and scipy."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import normal_power_het, normal_sample_size_one_tail
from statsmodels.stats.proportion import proportion_confint

from gate.stats import rows_needed

CASES = [(0.8, 0.82, 0.05, 0.8), (0.5, 0.6, 0.01, 0.9), (0.95, 0.97, 0.05 / 32, 0.8), (0.9, 0.99, 1e-6, 0.5)]


@pytest.mark.parametrize(("line", "truth", "alpha", "power"), CASES)
def test_a_share(line: float, truth: float, alpha: float, power: float) -> None:
    null, true = sqrt(line * (1 - line)), sqrt(truth * (1 - truth))
    theirs = normal_sample_size_one_tail(truth - line, power, alpha, std_null=null, std_alternative=true)
    assert rows_needed.share(line, truth, alpha, power) == pytest.approx(theirs, rel=1e-9)
    n = round(theirs)
    told = normal_power_het(truth - line, n, alpha, std_null=null, std_alternative=true, alternative="larger")
    assert rows_needed.normal_power(n, truth - line, null, true, alpha) == pytest.approx(told, rel=1e-9)


@pytest.mark.parametrize(("n", "line", "truth"), [(50, 0.8, 0.9), (400, 0.8, 0.85), (2408, 0.8, 0.82), (300, 0.95, 0.99)])
def test_the_exact_power_of_wilson(n: int, line: float, truth: float) -> None:
    k = np.arange(n + 1)
    shown = proportion_confint(k, n, 0.1, method="wilson")[0] > line
    assert rows_needed.share_power(n, line, truth, 0.05) == pytest.approx(stats.binom.pmf(k[shown], n, truth).sum(), abs=1e-9)


def test_the_power_of_pairs_by_drawing_them() -> None:
    from gate.stats import paired

    random = np.random.default_rng(2)
    n, line, truth, differ = 400, -0.03, 0.0, 0.06
    draws = random.multinomial(n, [(differ + truth) / 2, (differ - truth) / 2, 1 - differ], 4000)
    seen: dict[tuple[int, int], bool] = {}
    for b, c, _ in draws.tolist():
        if (b, c) not in seen:
            seen[b, c] = paired.of_pairs(b, c, n).tails(line).above <= 0.05
    share = sum(seen[b, c] for b, c, _ in draws.tolist()) / len(draws)
    assert rows_needed.pairs_power(n, line, truth, differ, 0.05) == pytest.approx(share, abs=0.025)
