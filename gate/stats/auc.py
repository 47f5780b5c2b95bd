"""The area under the ROC curve: the chance that a positive scores above a negative."""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, inf, log, sqrt

from gate.stats.beta import student, student_above
from gate.stats.normal import normal_above
from gate.stats.test import Tails, Test, unknown

FEWEST = 5
FEWEST_PAIRED = 20


def of_auc(value: float, n_pos: float, n_neg: float, stderr: float | None = None) -> Test:
    """An AUC in [0, 1] on `n_pos` positives and `n_neg` negatives, `stderr` by DeLong (1988).

    Two tests must agree: DeLong's on the logit scale, and the score with the variance that Hanley and McNeil (1982, in Newcombe's
    form of 2006) give at c; far out, both against t with the smaller class less one. Without a standard error, or where it is 0,
    the score alone. Fewer than 5 of a class say nothing.
    """
    value, n_pos, n_neg = float(value), float(n_pos), float(n_neg)
    smaller = min(n_pos, n_neg)
    of = "positives" if n_pos <= n_neg else "negatives"
    logit = stderr is not None and stderr > 0 and 0 < value < 1
    method = "logit DeLong and Hanley-McNeil score" if logit else "Hanley-McNeil score"
    if smaller < FEWEST:
        problem = f"{smaller:g} {of} are too few: {FEWEST} of each class at least"
        return unknown(problem, estimate=value, low=0.0, high=1.0, method=method, n=smaller, of=of)
    known = float(stderr) if logit and stderr is not None else hanley_mcneil_error(_inside(value, n_pos, n_neg), n_pos, n_neg)

    def tails(tail: Callable[[float], float]) -> Callable[[float], Tails]:
        score = _hanley_mcneil(value, n_pos, n_neg, tail)
        return _and_logit(value, known, score, tail) if logit else score

    return Test(
        tails=tails(normal_above),
        far=tails(student(smaller - 1)),
        estimate=value,
        low=0.0,
        high=1.0,
        method=method,
        n=smaller,
        of=of,
        spread=known * sqrt(smaller),
    )


def of_auc_pair(difference: float, stderr: float, n_pos: float, n_neg: float) -> Test:
    """An AUC less another on the same rows, with the standard error of DeLong for pairs: t with the smaller class less one."""
    difference, stderr = float(difference), float(stderr)
    smaller = min(n_pos, n_neg)
    of = "positives" if n_pos <= n_neg else "negatives"
    problem = ""
    if smaller < FEWEST_PAIRED:
        problem = f"{smaller:g} {of} are too few to compare two AUCs: {FEWEST_PAIRED} of each class at least"
    elif not 0 < stderr < inf:
        problem = "both models rank all rows alike: how much they can differ is not known"
    method = "paired DeLong, t"
    if problem:
        return unknown(problem, estimate=difference, low=-1.0, high=1.0, method=method, n=smaller, of=of)

    def tails(c: float) -> Tails:
        if not -1 <= c <= 1:
            return Tails(0.0, 1.0) if c < 0 else Tails(1.0, 0.0)
        t = (difference - c) / stderr
        return Tails(student_above(t, smaller - 1), student_above(-t, smaller - 1))

    spread = stderr * sqrt(smaller)
    return Test(tails=tails, estimate=difference, low=-1.0, high=1.0, method=method, n=smaller, of=of, spread=spread)


def hanley_mcneil_error(auc: float, n_pos: float, n_neg: float) -> float:
    """The standard error of an AUC whose true value is `auc`: method 5 of Newcombe (2006)."""
    first, second = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    half = (n_pos + n_neg) / 2 - 1
    square = auc * auc
    return sqrt(max(0.0, auc * (1 - auc) + half * (first - square + second - square)) / (n_pos * n_neg))


def _inside(value: float, n_pos: float, n_neg: float) -> float:
    """The value, but half a pair away from 0 and 1."""
    half = 0.5 / (n_pos * n_neg)
    return min(1 - half, max(half, value))


def _hanley_mcneil(value: float, n_pos: float, n_neg: float, tail: Callable[[float], float]) -> Callable[[float], Tails]:
    def tails(c: float) -> Tails:
        if not 0 <= c <= 1:
            return Tails(0.0, 1.0) if c < 0 else Tails(1.0, 0.0)
        apart, stderr = value - c, hanley_mcneil_error(c, n_pos, n_neg)
        z = apart / stderr if stderr > 0 else copysign(inf, apart) if apart else 0.0
        return Tails(tail(z), tail(-z))

    return tails


def _and_logit(
    value: float, stderr: float, score: Callable[[float], Tails], tail: Callable[[float], float]
) -> Callable[[float], Tails]:
    centre, scale = log(value / (1 - value)), stderr / (value * (1 - value))

    def tails(c: float) -> Tails:
        found = score(c)
        if not 0 < c < 1:
            return found
        z = (centre - log(c / (1 - c))) / scale
        return Tails(max(found.above, tail(z)), max(found.below, tail(-z)))

    return tails
