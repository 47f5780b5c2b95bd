"""Means of a tally, and what paired and unpaired tests of them need: n, standard error, skewness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from gate.record import dataclass
from gate.stats.sized import Powers, field, total
from gate.stats.tally.tally import BASELINE, Counts, careful
from gate.terms.tally import SCALE

if TYPE_CHECKING:
    from fractions import Fraction

LOSSES = ("log_loss", "brier")
ERRORS = ("mae", "mse", "bias", "mape")
TOLD = 1e-11  # of the mean square: sums of squares in the accuracy of doubles tell no smaller variance
_NO_NUMBER = 9  # the sign of rows without a number
# Where a metric of one model stands in its table: the table, its sizes, and the powers whose sums are Σx, Σx², Σx³.
_ALONE: dict[str, tuple[str, tuple[str, ...], tuple[Powers, Powers, Powers]]] = {
    "mae": ("errors", ("e", "y"), ((("a", 1),), (("a", 2),), (("a", 3),))),
    "mse": ("errors", ("e", "y"), ((("a", 2),), (("a", 4),), (("a", 6),))),
    "bias": ("errors", ("e", "y"), ((("e", 1),), (("a", 2),), (("e", 3),))),
    "mape": ("relative_errors", ("r",), ((("r", 1),), (("r", 2),), (("r", 3),))),
}


@dataclass(frozen=True, slots=True)
class Moments:
    """A mean over `n` rows or queries. `stderr` is that of the mean (weighted by the weights' squares), 0 where all are alike.

    `skew` is the third standardised moment of one row, None where it was not counted (weights).
    """

    n: int
    mean: float
    stderr: float
    skew: float | None


@careful
def mean(at: Counts, metric: str, model: str = "") -> Moments | None:
    """The moments behind a metric that is a mean: `log_loss`, `brier`, `mae`, `mse`, `bias`, `mape`, a metric of queries
    (`ndcg@10`), `COLUMN.mean`, `COLUMN.pass@k`; of the candidate, or with `model` "baseline" of the other in the same rows.

    None where the metric is no such mean, or its sums were not counted. The root of `mse` is `rmse`.
    """
    if metric in LOSSES:
        return _moments(_loss(at, metric, 0.0, model == BASELINE), at.weighted)
    if metric in ERRORS:
        table, sizes, powers = _ALONE[metric]
        return _moments(_sized(at, table, model, sizes, powers), at.weighted)
    return _of_queries(at, "queries", (model, metric)) or (None if model else _of_column(at, metric))


@careful
def margin(at: Counts, metric: str, factor: float = 1.0) -> Moments | None:
    """The moments of (the candidate's loss - factor * the baseline's), row by row: what a paired test of the metric needs.

    For `log_loss`, `brier`, `mae`, `mse`, `bias`, `mape`; for metrics of queries with factor 1. None without a baseline in
    the same rows.
    """
    if metric in LOSSES:
        return _moments(_loss(at, metric, factor, False), at.weighted) if f"{metric}_change" in _named(at) else None
    if metric in ERRORS:
        return _moments(_mixed(at, metric, factor), at.weighted)
    return _of_queries(at, "queries", ("change", metric)) if factor == 1 else None


# -- sums of x, x², x³, once weighted and twice


@dataclass(frozen=True, slots=True)
class _Sums:
    n: int
    weight: Fraction
    square: Fraction
    once: Fraction
    first: Fraction
    second: Fraction
    third: Fraction | None
    told: Fraction  # the least sum of squares about the mean that these sums can tell from none


def _moments(sums: _Sums | None, weighted: bool) -> Moments | None:
    if sums is None or not sums.weight or sums.n < 1:
        return None
    mean = sums.once / sums.weight
    squares = sums.second - 2 * mean * sums.first + mean * mean * sums.square
    if squares <= sums.told:
        return Moments(sums.n, float(mean), 0.0, None)
    if weighted:
        return Moments(sums.n, float(mean), sqrt(squares) / float(sums.weight), None)
    skew = None
    if sums.third is not None:
        cubes = sums.third / sums.n - 3 * mean * sums.second / sums.n + 2 * mean**3
        skew = float(cubes) / float(squares / sums.n) ** 1.5
    return Moments(sums.n, float(mean), sqrt(squares / (sums.n * max(sums.n - 1, 1))), skew)


def _named(at: Counts) -> frozenset[str]:
    """What was added up in the cells."""
    return frozenset(at.tables.get("cells", ((), {}))[0]) | frozenset(
        name.removeprefix("w.w.").removeprefix("w.") for name in at.tables.get("cells", ((), {}))[0]
    )


def _loss(at: Counts, name: str, factor: float, only_baseline: bool) -> _Sums | None:
    """Sums of (1 - factor) l + factor d, d being l less the baseline's loss; or of l - d, the baseline's own."""
    from fractions import Fraction

    usable = [row for key, row in at.rows("cells").items() if key[0] is not None and not key[3] and key[1] is not None]
    change = f"{name}_change"
    of_l, of_d = (Fraction(1), Fraction(-1)) if only_baseline else (1 - Fraction(factor), Fraction(factor))
    if name not in _named(at) or (of_d and change not in _named(at)):
        return None

    def added(times: int, *factors: str) -> Fraction:
        known = ".".join((*(["w"] * times), *factors))
        return Fraction(sum(int(row[known]) for row in usable), SCALE)

    def product(times: int, power: int) -> Fraction:
        """The sum of a power of the mixture, by the binomial theorem."""
        from math import comb

        found = Fraction(0)
        for of_change in range(power + 1):
            worth = comb(power, of_change) * of_l ** (power - of_change) * of_d**of_change
            if worth:
                found += worth * added(times, *([name] * (power - of_change)), *([change] * of_change))
        return found

    n = sum(int(row["n"]) for row in usable)
    once, twice = (1, 2) if at.weighted else (0, 0)
    weight, square = (added(0, "w"), added(0, "w", "w")) if at.weighted else (Fraction(n), Fraction(n))
    cubes = not at.weighted and (not of_d or not of_l or f"{name}.{name}.{change}" in _named(at))
    third, squares = product(0, 3) if cubes else None, product(twice, 2)
    told = max(
        Fraction(2 * n, SCALE), squares * Fraction(TOLD) if at.weighted else Fraction(0)
    )  # products of weights are rounded
    return _Sums(n, weight, square, product(once, 1), product(twice, 1), squares, third, told)


def _sized(at: Counts, table: str, first: str, sizes: tuple[str, ...], powers: tuple[Powers, Powers, Powers]) -> _Sums | None:
    """Sums of a table that is kept by the sizes of numbers, of the rows under one first key."""
    rows = []
    for key, numbers in at.rows(table).items():
        if key[0] == first:
            named = dict(zip(sizes, (int(each) for each in key[-len(sizes) :]), strict=True))
            rows.append((named | ({"a": named["e"]} if "e" in named else {}), numbers))
    return _added(at, rows, powers) if rows else None


def _added(
    at: Counts, rows: Sequence[tuple[Mapping[str, int], Mapping[str, Any]]], powers: tuple[Powers, Powers, Powers]
) -> _Sums:
    from fractions import Fraction

    once, twice = (1, 2) if at.weighted else (0, 0)
    n, weight, square = _weights(at, rows)
    single, double, triple = powers
    cubes = all(field(triple) in numbers for _, numbers in rows) and not at.weighted
    third = total(rows, triple) if cubes else None
    squares = total(rows, double, twice)
    told = squares * Fraction(TOLD)
    return _Sums(n, weight, square, total(rows, single, once), total(rows, single, twice), squares, third, told)


def _weights(at: Counts, rows: Sequence[tuple[Mapping[str, int], Mapping[str, Any]]]) -> tuple[int, Fraction, Fraction]:
    """How many rows, their weight, and the sum of its squares."""
    from fractions import Fraction

    n = sum(int(numbers["n"]) for _, numbers in rows)
    if not at.weighted:
        return n, Fraction(n), Fraction(n)
    weight = sum(int(numbers["w"]) * SCALE + int(numbers.get("w.rest", 0)) for _, numbers in rows)
    return n, Fraction(weight, SCALE * SCALE), Fraction(sum(int(numbers["w.w"]) for _, numbers in rows), SCALE)


def _mixed(at: Counts, metric: str, factor: float) -> _Sums | None:
    """Sums of (1 - factor) l + factor d over `paired_errors`: l the candidate's error, d what it exceeds the baseline's by."""
    from fractions import Fraction
    from math import comb

    rows = [
        ({"l": int(key[1]), "d": int(key[2])}, numbers) for key, numbers in at.rows("paired_errors").items() if key[0] == metric
    ]
    if not rows:
        return None
    of_l, of_d = 1 - Fraction(factor), Fraction(factor)

    def product(times: int, power: int) -> Fraction:
        found = Fraction(0)
        for of_change in range(power + 1):
            worth = comb(power, of_change) * of_l ** (power - of_change) * of_d**of_change
            told: Powers = tuple(each for each in (("l", power - of_change), ("d", of_change)) if each[1])
            found += worth * total(rows, told, times) if worth else 0
        return found

    once, twice = (1, 2) if at.weighted else (0, 0)
    n, weight, square = _weights(at, rows)
    third = None if at.weighted else product(0, 3)
    double = product(twice, 2)
    return _Sums(n, weight, square, product(once, 1), product(twice, 1), double, third, double * Fraction(TOLD))


def _of_queries(at: Counts, table: str, key: tuple[Any, ...]) -> Moments | None:
    """The moments of a mean over queries, which have no weights."""
    from fractions import Fraction

    row = at.rows(table).get(key)
    if row is None:
        return None
    n, (first, second, third) = int(row["n"]), (Fraction(int(row[name]), SCALE) for name in ("v1", "v2", "v3"))
    whole = Fraction(n)
    return _moments(_Sums(n, whole, whole, first, first, second, third, Fraction(2 * n, SCALE)), weighted=False)


def _of_column(at: Counts, metric: str) -> Moments | None:
    column, _, what = metric.rpartition(".")
    if what.startswith("pass@"):
        return _of_queries(at, "passes", (column, int(what.removeprefix("pass@"))))
    rows: Sequence[tuple[Mapping[str, int], Mapping[str, Any]]] = [
        ({"x": int(key[2])}, numbers) for key, numbers in at.rows("columns").items() if key[0] == column and key[1] != _NO_NUMBER
    ]
    if what != "mean" or not rows:
        return None
    return _moments(_added(at, rows, ((("x", 1),), (("x", 2),), (("x", 3),))), at.weighted)
