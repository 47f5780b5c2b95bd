"""True values of metrics, and statistics of textbook tests: written down apart from gate, to hold it against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
from scipy import integrate, stats

Array = np.ndarray[Any, Any]
Four = Sequence[float]  # tp, fp, fn, tn


def accuracy(c: Four) -> float:
    return (c[0] + c[3]) / sum(c)


def recall(c: Four) -> float:
    return c[0] / (c[0] + c[2])


def precision(c: Four) -> float:
    return c[0] / (c[0] + c[1])


def f1(c: Four) -> float:
    return 2 * c[0] / (2 * c[0] + c[1] + c[2])


def balanced_accuracy(c: Four) -> float:
    return (c[0] / (c[0] + c[2]) + c[3] / (c[3] + c[1])) / 2


def mcc(c: Four) -> float:
    tp, fp, fn, tn = c
    return (tp * tn - fp * fn) / sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


def mixed(c: Four) -> float:
    return 0.7 * recall(c) + 0.3 * precision(c)


METRICS: dict[str, Callable[[Four], float]] = {
    "accuracy": accuracy,
    "recall": recall,
    "precision": precision,
    "f1": f1,
    "balanced_accuracy": balanced_accuracy,
    "mcc": mcc,
    "0.7 * recall + 0.3 * precision": mixed,
}


def macro_f1(matrix: Array) -> float:
    right = np.diag(matrix)
    return float(np.mean(2 * right / (matrix.sum(0) + matrix.sum(1))))


def four(prevalence: float, tpr: float, fpr: float) -> list[float]:
    return [prevalence * tpr, (1 - prevalence) * fpr, prevalence * (1 - tpr), (1 - prevalence) * (1 - fpr)]


# -- Wald's statistic by the delta method, with numerical slopes


def wald(function: Callable[[Sequence[float]], float], limit: float) -> Callable[[Sequence[float]], float]:
    """(f - limit) / SE of a function of cells; half a row is added to each cell, as without it a variance may be 0."""

    def statistic(counts: Sequence[float]) -> float:
        cells = [each + 0.5 for each in counts]
        n = sum(cells)
        shares = [each / n for each in cells]
        slopes = []
        for at, share in enumerate(shares):
            step = 1e-5 * share
            up, down = list(shares), list(shares)
            up[at], down[at] = share + step, share - step
            slopes.append((function(up) - function(down)) / (2 * step))
        centre = sum(share * slope for share, slope in zip(shares, slopes, strict=True))
        variance = sum(share * (slope - centre) ** 2 for share, slope in zip(shares, slopes, strict=True)) / n
        return (function(shares) - limit) / sqrt(variance)

    return statistic


def score(k: float, n: float, limit: float) -> float:
    """The score statistic of a share, as statsmodels' proportions_ztest with prop_var has it."""
    from statsmodels.stats.proportion import proportions_ztest

    if not n:
        return float("-inf")
    return float(proportions_ztest(k, n, limit, alternative="larger", prop_var=limit)[0])


def student(losses: Array, limit: float) -> float:
    """SciPy's t of losses that should be below a limit."""
    return -float(stats.ttest_1samp(losses, limit).statistic)


def delong(y: Array, p: Array, limit: float) -> float:
    """DeLong's z of an AUC, from statsmodels."""
    from statsmodels.stats.nonparametric import rank_compare_2indep

    found = rank_compare_2indep(p[y == 1], p[y == 0], use_t=False)
    return float((found.prob1 - limit) / max(sqrt(found.var_prob), 1e-9))


def paired_delong(y: Array, p: Array, q: Array, limit: float) -> float:
    """DeLong's z of a difference of two AUC, by placements."""
    parts = []
    for score_ in (p, q):
        ranks, pos, neg = stats.rankdata(score_), y == 1, y == 0
        n, m = int(pos.sum()), int(neg.sum())
        parts.append(((ranks[pos] - stats.rankdata(score_[pos])) / m, 1 - (ranks[neg] - stats.rankdata(score_[neg])) / n))
    first, second = parts[0][0] - parts[1][0], parts[0][1] - parts[1][1]
    error = sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
    return float((first.mean() - limit) / max(error, 1e-12))


# -- scores: normal with mean d·y and spread 1; the score is the chance of y = 1


def probability(x: Array, prevalence: float, d: float) -> Array:
    found: Array = 1 / (1 + np.exp(-(np.log(prevalence / (1 - prevalence)) + d * x - d * d / 2)))
    return found


@cache
def auc(d: float) -> float:
    return float(stats.norm.cdf(d / sqrt(2)))


@cache
def average_precision(prevalence: float, d: float) -> float:
    def at(x: float) -> float:
        right, wrong = prevalence * stats.norm.sf(x - d), (1 - prevalence) * stats.norm.sf(x)
        return float(stats.norm.pdf(x - d) * right / (right + wrong))

    return float(integrate.quad(at, d - 9, d + 9, limit=400, epsabs=1e-11)[0])


@cache
def mean_loss(name: str, prevalence: float, d: float, shown: float | None = None) -> float:
    """The mean loss; `shown` is the d that the model believes in, where it is another."""
    found = 0.0
    for y, share in ((1, prevalence), (0, 1 - prevalence)):

        def at(x: float, y: int = y) -> float:
            p = float(probability(np.array([x]), prevalence, shown or d)[0])
            loss = -np.log(p if y else 1 - p) if name == "log_loss" else (p - y) ** 2
            return float(loss * stats.norm.pdf(x - d * y))

        found += share * integrate.quad(at, d * y - 9, d * y + 9, limit=400, epsabs=1e-11)[0]
    return float(found)
