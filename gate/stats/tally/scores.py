"""Ranks of scores in a tally: AUC and average precision with their errors, alone and paired; quantiles by order statistics."""

from __future__ import annotations

import re
from math import sqrt

from gate.record import dataclass
from gate.stats.tally.tally import BASELINE, Counts, careful

AUC, AVERAGE_PRECISION = "roc_auc", "average_precision"
_PERCENTILE = re.compile(r"(.+)\.p(\d+)", re.DOTALL)  # of a column


@dataclass(frozen=True, slots=True)
class Ranked:
    """A rank metric, or a difference of two, with the standard error by influence values; rows of both classes.

    For AUC the error is DeLong's (with n - 1 in each class). 0 where the scores tell none. `bound` is by how much the
    value may be off at most, where the scores were counted on a grid; the error of one model has it already, that of a
    difference has not, as both are off alike.
    """

    value: float
    stderr: float
    n_pos: int
    n_neg: int
    bound: float = 0.0


@careful
def rank(at: Counts, metric: str, model: str = "") -> Ranked | None:
    """`roc_auc` or `average_precision` of the candidate, or of the baseline in the same rows."""
    sums = at.rows("ranks").get((model,))
    bound = 0.0
    if sums is None:
        sums = at.rows("grid_ranks").get((model,))
        if sums is None:
            return None
        bound = sums["tied_pairs"] / (2 * sums["w_pos"] * sums["w_neg"]) if metric == AUC else 0.0
    n_pos, n_neg = int(sums["n_pos"]), int(sums["n_neg"])
    if metric == AVERAGE_PRECISION:
        whole = sums["w_pos"] + sums["w_neg"]
        return Ranked(sums["precision_sum"] / sums["w_pos"], sqrt(sums["precision_squares"]) / whole, n_pos, n_neg)
    pos, neg = sums["w_pos"], sums["w_neg"]
    area = sums["twice_u"] / (2 * pos * neg)
    of_pos = sums["pos_squares"] / (4 * neg * neg) - area * sums["pos_linear"] / neg + area * area * sums["w2_pos"]
    of_neg = sums["neg_squares"] / (4 * pos * pos) - area * sums["neg_linear"] / pos + area * area * sums["w2_neg"]
    variance = _once(max(of_pos, 0), n_pos) / (pos * pos) + _once(max(of_neg, 0), n_neg) / (neg * neg)
    return Ranked(area, sqrt(variance) + bound, n_pos, n_neg, bound)


@careful
def rank_margin(at: Counts, metric: str, factor: float = 1.0) -> Ranked | None:
    """The candidate's metric less `factor` times the baseline's, row by row: for AUC DeLong's paired test.

    None where the two were not scored in the same rows, or no influence values were added up.
    """
    here, there = rank(at, metric), rank(at, metric, BASELINE)
    if here is None or there is None or not at.tables.get("influence"):
        return None
    both, own = f"{metric}.baseline.{metric}", f"baseline.{metric}.baseline.{metric}"
    whole = at.tables["ranks" if "ranks" in at.tables else "grid_ranks"]
    weights = dict(zip(whole[0], whole[1][("",)], strict=True))
    total = float(weights["w_pos"] + weights["w_neg"])
    squares = {True: 0.0, False: 0.0}
    for key, numbers in at.rows("influence").items():
        crossed = numbers[f"{metric}.{metric}"] - 2 * factor * numbers[both] + factor * factor * numbers[own]
        squares[key[0] == at.header.positive] += crossed
    if metric == AUC:
        variance = _once(squares[True], here.n_pos) + _once(squares[False], here.n_neg)
    else:
        variance = squares[True] + squares[False]
    value = here.value - factor * there.value
    bound = here.bound + abs(factor) * there.bound
    return Ranked(value, sqrt(max(variance, 0.0)) / total, here.n_pos, here.n_neg, bound)


def _once(squares: float, n: int) -> float:
    """A sum of squares about the mean, as an unbiased variance asks for it."""
    return squares * n / (n - 1) if n > 1 else squares


@careful
def by_score(at: Counts, model: str = "") -> tuple[list[int], list[int]] | None:
    """Positives and negatives by score, ascending: rows, in at most 256 cells of about equal mass, equal scores together.

    None with weights.
    """
    found = sorted((int(key[1]), numbers) for key, numbers in at.rows("thinned").items() if key[0] == model)
    if not found or at.weighted:
        return None
    return [int(each["pos"]) for _, each in found], [int(each["neg"]) for _, each in found]


@careful
def steps(at: Counts, metric: str, model: str = "") -> tuple[list[tuple[float, int]], int, float] | None:
    """For a quantile (`latency_ms.p95`, `median_absolute_error`): (value, rank) pairs, n, and the share.

    A pair says that `rank` of the n numbers are at most `value`, and fewer are below: it is the order statistic of that
    rank, from 1, ascending.
    """
    if metric == "median_absolute_error":
        table, name, share = "error_steps", model, 0.5
    else:
        percentile = _PERCENTILE.fullmatch(metric)
        if percentile is None:
            return None
        table, name, share = "column_steps", percentile[1], float(percentile[2]) / 100
    rows = {key: numbers for key, numbers in at.rows(table).items() if key[0] == name and key[1] == share}
    if not rows or (model and table == "column_steps"):
        return None
    pairs = sorted((int(key[2]), float(numbers["value"])) for key, numbers in rows.items())
    return [(value, place) for place, value in pairs], int(next(iter(rows.values()))["n"]), share
