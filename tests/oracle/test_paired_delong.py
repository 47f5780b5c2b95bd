"""Two areas under ROC curves of the same rows: from rows to the test, beside numbers of others and their formula written out."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from gate.stats.auc import of_auc_pair
from gate.stats.bounds import interval
from gate.stats.tally import tally as from_tally
from gate.stats.tally.scores import Ranked, rank_margin
from gate.stats.test import Test
from gate.terms.slice import WHOLE
from tests.measure.rows import rows, tally

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "tests.json").read_text(encoding="utf-8"))


def counted(label: Any, new: Any, old: Any) -> tuple[Test, Ranked]:
    """gate's paired test of two AUCs, from rows; and what it is made of."""
    at = from_tally.by_slice(tally({"y": label, "p": new, "q": old}, label="y", score="p", baseline_score="q"))[WHOLE]
    found = rank_margin(at, "roc_auc")
    assert found is not None
    return of_auc_pair(found.value, found.stderr, found.n_pos, found.n_neg), found


def delong(label: Any, *scores: Any) -> tuple[float, float]:
    """The difference of two AUCs and its standard error by covariance matrices (DeLong, DeLong and Clarke-Pearson 1988)."""
    ten, one = [], []
    for score in scores:
        pos, neg = score[label == 1], score[label == 0]
        kernel = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
        ten.append(kernel.mean(axis=1))
        one.append(kernel.mean(axis=0))
    both = np.cov(ten) / len(ten[0]) + np.cov(one) / len(one[0])
    return float(ten[0].mean() - ten[1].mean()), float(sqrt(both[0, 0] + both[1, 1] - 2 * both[0, 1]))


def test_published_paired_delong() -> None:
    """Z of two models on the same 14 rows, too few for gate to judge by it."""
    given, expected, tolerance = (PUBLISHED["auc-delong-inline"][key] for key in ("inputs", "expected", "tolerance"))
    label = np.repeat([1, 0], [6, 8])
    test, found = counted(label, *(np.array([*given[f"pos{model}"], *given[f"neg{model}"]]) for model in "AB"))
    assert found.value / found.stderr == pytest.approx(expected[2], abs=tolerance)
    assert "too few" in test.problem


@pytest.mark.parametrize("ties", [False, True])
def test_paired_delong_from_rows(ties: bool) -> None:
    """Against Student's t with the smaller class less one."""
    told = rows(5, n=300, ties=ties)
    test, _ = counted(told["y"], told["p"], told["q"])
    (difference, stderr), freedom = delong(told["y"], told["p"], told["q"]), int(min(told["y"].sum(), (1 - told["y"]).sum())) - 1
    for margin in (0.0, -0.02, 0.01):
        z = (difference - margin) / stderr
        assert test.tails(margin) == pytest.approx((stats.t.sf(z, freedom), stats.t.cdf(z, freedom)), rel=1e-9)
    half = stats.t.isf(0.025, freedom) * stderr
    assert interval(test, 0.025) == pytest.approx((difference - half, difference + half), abs=1e-11)
