"""Standard errors from the tally against influence values of every row (statistics, 2.2): the same to 1e-10."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gate.terms.slice import WHOLE
from tests.measure.rows import measured, rows

DATA = {name: rows(seed, n, ties) for name, seed, n, ties in (("scores", 0, 600, False), ("ties", 1, 300, True))}


def influence(data: dict[str, Any], w: Any) -> dict[str, Any]:
    """The influence value of every row, all of weighted mean 0."""
    y, p, h = data["y"].astype(float), data["p"], (data["p"] >= 0.5).astype(float)

    def mean(x: Any) -> Any:
        return (w * x).sum() / w.sum()

    right = (y == h).astype(float)
    precision, recall = mean(y * h) / mean(h), mean(y * h) / mean(y)
    special = mean((1 - y) * (1 - h)) / mean(1 - y)
    f1 = 2 * mean(y * h) / mean(y + h)
    loss = -np.log(np.where(y == 1, np.clip(p, 2.0**-52, 1 - 2.0**-52), 1 - np.clip(p, 2.0**-52, 1 - 2.0**-52)))
    brier = (p - y) ** 2
    of_recall = y * (h - recall) / mean(y)
    of_special = (1 - y) * ((1 - h) - special) / mean(1 - y)
    return {
        "accuracy": right - mean(right),
        "precision": h * (y - precision) / mean(h),
        "recall": of_recall,
        "specificity": of_special,
        "balanced_accuracy": (of_recall + of_special) / 2,
        "f1": (2 * y * h - f1 * (y + h)) / mean(y + h),
        "log_loss": loss - mean(loss),
        "brier": brier - mean(brier),
        "roc_auc": _of_auc(y, p, w),
        "average_precision": _of_average_precision(y, p, w),
    }


def _of_auc(y: Any, p: Any, w: Any) -> Any:
    above = np.array([(w * (1 - y) * ((p < s) + 0.5 * (p == s))).sum() for s in p]) / (w * (1 - y)).sum()
    below = np.array([(w * y * ((p > s) + 0.5 * (p == s))).sum() for s in p]) / (w * y).sum()
    area = (w * y * above).sum() / (w * y).sum()
    share = (w * y).sum() / w.sum()
    return y * (above - area) / share + (1 - y) * (below - area) / (1 - share)


def _of_average_precision(y: Any, p: Any, w: Any) -> Any:
    """By a small change of each row's weight: a derivative, with no formula in common."""

    def average(weights: Any) -> Any:
        found = 0
        for row in np.flatnonzero(y):
            from_here = p >= p[row]
            found += weights[row] * (weights * y)[from_here].sum() / weights[from_here].sum()
        return found / (weights * y).sum()

    step = 1e-20
    moved = []
    for row in range(len(y)):
        weights = w.astype(complex)
        weights[row] += step * 1j
        moved.append(average(weights).imag / step)
    return np.array(moved) * w.sum()


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_standard_errors_are_those_of_influence_values(name: str, weighted: bool) -> None:
    data = DATA[name]
    w = data["w"] if weighted else np.ones(len(data["y"]))
    found = measured(data, label="y", score="p", **({"weight": "w"} if weighted else {}))
    for metric, psi in influence(data, w).items():
        item = found.get(metric, WHOLE)
        assert item is not None
        assert (w * psi).sum() / w.sum() == pytest.approx(0, abs=1e-9), metric
        expected = np.sqrt((w * w * psi * psi).sum()) / w.sum()
        assert item.support.stderr == pytest.approx(expected, rel=1e-10), metric
