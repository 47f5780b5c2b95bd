"""Rank sums of a score: what ROC AUC, average precision and calibration need, from rows or from a grid."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.measure import sorted_ranks
from gate.measure.sorted_ranks import BINS, CELLS, Sorted, parted
from gate.measure.tally import in_order
from gate.record import dataclass
from gate.terms.tally import SCALE, Key, Table

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

# n: rows of each class; w, w2: sums of weights and of their squares (the counts again without weights).
# twice_u: twice the number of pairs in which the positive has the higher score, ties counting half.
# pos_linear, pos_squares: over positives, the sum of w² v and w² v², v being twice the weight of the negatives below, ties half;
# neg_linear, neg_squares: the same over negatives, of the positives above. precision_sum: over positives, w times the
# precision at their score. precision_squares: the sum of squared influence values of average precision, times n².
FIELDS = (
    "n_pos", "n_neg", "w_pos", "w_neg", "w2_pos", "w2_neg", "twice_u", "pos_linear", "pos_squares", "neg_linear",
    "neg_squares", "precision_sum", "precision_squares", "distinct", "tied_pairs",
)  # fmt: skip
BIN_FIELDS = ("n", "w", "w2", "positives", "score")
_LOW = 24
_FULL = 1 << 63  # from here on 64 bits wrap around


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows by distinct score, ascending: positives and negatives of each, their weights, and the sum of w times the score."""

    pos: Array
    neg: Array
    pos_w: Array
    neg_w: Array
    pos_w2: Array
    neg_w2: Array
    score: Array


class Ranked(NamedTuple):
    """What a tally keeps of one slice's scores: a row of `ranks`, and rows of `bins` and of `thinned` by their number."""

    sums: tuple[Any, ...]
    bins: dict[int, tuple[Any, ...]]
    thinned: dict[int, tuple[int, int]]


def ranked(groups: Groups) -> Ranked:
    """The rank sums of one slice."""
    return Ranked(_sums(groups), _bins(groups), thinned(groups.pos, groups.neg))


def _sums(by: Groups) -> tuple[Any, ...]:
    import numpy as np

    below = 2 * (np.cumsum(by.neg_w) - by.neg_w) + by.neg_w
    above = 2 * (by.pos_w.sum() - np.cumsum(by.pos_w)) + by.pos_w
    precision_sum, precision_squares = _precision(by)
    return (
        int(by.pos.sum()),
        int(by.neg.sum()),
        _total(by.pos_w),
        _total(by.neg_w),
        _total(by.pos_w2),
        _total(by.neg_w2),
        _dot(by.pos_w, below),
        _dot(by.pos_w2, below),
        _dot_squares(by.pos_w2, below),
        _dot(by.neg_w2, above),
        _dot_squares(by.neg_w2, above),
        precision_sum,
        precision_squares,
        len(by.pos),
        _dot(by.pos_w, by.neg_w),
    )


def _precision(by: Groups) -> tuple[float, float]:
    """The sum over positives of the precision at their score, and of the squared influence values (Hampel 1974)."""
    import numpy as np

    positives = float(by.pos_w.sum())
    if not positives:
        return 0.0, 0.0
    pos = by.pos_w.astype(np.float64)
    both = pos + by.neg_w
    from_here = np.cumsum(both[::-1])[::-1]
    precision = np.divide(np.cumsum(pos[::-1])[::-1], from_here, out=np.zeros_like(pos), where=from_here > 0)
    total, average = from_here[0], float((pos * precision).sum()) / positives
    step = np.divide(pos * total, positives * from_here, out=np.zeros_like(pos), where=from_here > 0)
    share, weighted = np.cumsum(step), np.cumsum(step * precision)
    for_pos = (precision - average) * (total / positives) + share - weighted
    squares = float((by.pos_w2 * for_pos * for_pos).sum() + (by.neg_w2 * weighted * weighted).sum())
    return float((pos * precision).sum()), squares


def _bins(by: Groups) -> dict[int, tuple[Any, ...]]:
    """At most 15 bins of about as many rows each; equal scores stay together."""
    import numpy as np

    rows = by.pos + by.neg
    starts = _starts(rows, BINS)
    added = [
        np.add.reduceat(each, starts) for each in (rows, by.pos_w + by.neg_w, by.pos_w2 + by.neg_w2, by.pos_w, by.score)
    ] if len(starts) else []  # fmt: skip
    return {index: tuple(column[index].item() for column in added) for index in range(len(starts))}


def thinned(pos: Array, neg: Array) -> dict[int, tuple[int, int]]:
    """Rows by distinct score, ascending, in at most 256 cells of about as many each."""
    import numpy as np

    starts = _starts(pos + neg, CELLS)
    found = [np.add.reduceat(each, starts).tolist() for each in (pos, neg)] if len(starts) else [[], []]
    return dict(enumerate(zip(*found, strict=True)))


def _starts(rows: Array, parts: int) -> Array:
    """Where parts of about as many rows each start."""
    import numpy as np

    number = (np.cumsum(rows) - rows) * parts // max(int(rows.sum()), 1)
    return np.flatnonzero(np.diff(number, prepend=-1))


def tables(found: Mapping[Key, Ranked], weighted: bool) -> dict[str, Table]:
    """`ranks`, `bins` and `thinned` of every slice and model. Weighted rows are not thinned: tests take counts."""
    ordered = in_order(found)
    told = {"ranks": Table(("model",), FIELDS, {key: each.sums for key, each in ordered.items()}, merges=False)}
    bins = {(*key, number): row for key, each in ordered.items() for number, row in each.bins.items()}
    told["bins"] = Table(("model", "bin"), BIN_FIELDS, bins, merges=False)
    cells = {} if weighted else {(*key, at): row for key, each in ordered.items() for at, row in each.thinned.items()}
    return told | ({"thinned": Table(("model", "place"), ("pos", "neg"), cells, merges=False)} if cells else {})


def _total(values: Array) -> Any:
    return values.sum().item()


def _dot(first: Array, second: Array) -> Any:
    """The sum of products: exact for integers, which are added two parts at a time, or one by one where these would not fit."""
    import numpy as np

    if first.dtype.kind == "f" or second.dtype.kind == "f":
        return float((first * second).sum())
    largest = max(_largest(second) >> _LOW, 1 << _LOW)
    if int(first.sum()) * largest >= _FULL:
        return sum(one * other for one, other in zip(first.tolist(), second.tolist(), strict=True))
    high, low = second >> _LOW, second & ((1 << _LOW) - 1)
    return (int(np.dot(first, high)) << _LOW) + int(np.dot(first, low))


def _dot_squares(weights: Array, values: Array) -> Any:
    """The sum of weights times squared values, exact for integers: the squares are taken apart, or they would not fit."""
    if weights.dtype.kind == "f" or values.dtype.kind == "f":
        return float((weights * values * values).sum())
    if _largest(values) ** 2 >= _FULL:
        return sum(weight * value * value for weight, value in zip(weights.tolist(), values.tolist(), strict=True))
    return _dot(weights, values * values)


def _largest(values: Array) -> int:
    return int(values.max()) if len(values) else 0


# -- from rows


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of all rows, made ready once for every way to cut them into slices: `keys` hold the class in the lowest bit."""

    keys: Array
    values: Any
    score: Array
    positive: Array
    weight: Array | None


def scored(score: Array, positive: Array, weight: Array | None) -> Scored:
    """Finite scores, with booleans for the positive class. Raises MemoryError."""
    import numpy as np

    if weight is not None:
        return Scored(score, None, score, positive, weight)
    keys, values = _orderable(score)
    keys <<= np.uint64(1)  # in place: new memory costs more than the shift
    keys |= positive
    return Scored(keys, values, score, positive, None)


def of_rows(rows: Scored, code: Array | None, slices: int) -> dict[int, Ranked]:
    """The rank sums of every slice: `code` is the slice of each row, 0 to `slices` - 1 (None: all are in slice 0)."""
    if rows.weight is not None:
        return _weighted(rows.score, rows.positive, rows.weight, code, slices)
    import numpy as np

    if code is None:
        return {0: _of_sorted(np.sort(rows.keys), rows.values)} if len(rows.keys) else {}
    keys, edges = parted(rows.keys, code, slices)  # each part then fits the cache
    found: dict[int, Ranked] = {}
    for each, (start, end) in enumerate(pairwise(edges)):
        if end > start:
            part = keys[start:end]
            part.sort()
            found[each] = _of_sorted(part, rows.values)
    return found


def _orderable(score: Array) -> tuple[Array, Any]:
    """The scores as integers below 2^63 that order and tie as the scores do; and the way back.

    Doubles in [0, 1] sort as their own bits; others are numbered in order.
    """
    import numpy as np

    score = score + 0.0  # -0.0 is 0.0
    if not len(score) or (score.min() >= 0 and score.max() <= 1):
        return score.view(np.uint64), lambda keys: keys.view(np.float64)
    distinct = np.unique(score)
    return np.searchsorted(distinct, score).astype(np.uint64), lambda keys: distinct[keys.astype(np.int64)]


def _of_sorted(packed: Array, values: Any) -> Ranked:
    """The rank sums of one slice's sorted keys."""
    by = Sorted(packed)
    return Ranked(sorted_ranks.sums(by), sorted_ranks.bins(by, packed, values), sorted_ranks.thinned(by))


def _weighted(score: Array, positive: Array, weight: Array, code: Array | None, slices: int) -> dict[int, Ranked]:
    import numpy as np

    code = np.zeros(len(score), dtype=np.int64) if code is None else code
    order = np.lexsort((weight, positive, score, code))  # weights, too: equal rows in any order add up to the same bytes
    score, positive, weight, code = score[order] + 0.0, positive[order], weight[order], code[order]
    edges = np.searchsorted(code, np.arange(slices + 1)).tolist()
    found: dict[int, Ranked] = {}
    for each, (start, end) in enumerate(pairwise(edges)):
        if end > start:
            found[each] = ranked(_weighted_groups(score[start:end], positive[start:end], weight[start:end]))
    return found


def _weighted_groups(score: Array, positive: Array, weight: Array) -> Groups:
    import numpy as np

    starts = np.flatnonzero(np.concatenate(([True], score[1:] != score[:-1])))

    def added(values: Array) -> Array:
        return np.add.reduceat(values, starts)

    here = positive.astype(bool)
    pos = added(here.astype(np.int64))
    neg = np.diff(starts, append=len(score)) - pos
    squares = weight * weight
    return Groups(
        pos,
        neg,
        added(weight * here),
        added(weight * ~here),
        added(squares * here),
        added(squares * ~here),
        added(weight * score),
    )


# -- from the grid


def of_grid(rows: Mapping[Any, Mapping[str, Any]], model: str) -> Ranked | None:
    """The rank sums of one slice's counts on the grid of scores: as if the scores of a cell were equal. None without rows."""
    import numpy as np

    cells = sorted({key[2] for key in rows if key[0] == model})
    if not cells:
        return None
    names = ("n", "w", "w.w", "w.score")
    nothing = dict.fromkeys(names, 0)

    def column(truth: int, name: str) -> Array:
        return np.array([rows.get((model, truth, cell), nothing)[name] for cell in cells], dtype=object)

    counts = [column(1, "n"), column(0, "n")]  # Python's integers: 2^44 times a count does not fit in 64 bits
    pos, neg = (each.astype(np.int64) for each in counts)
    weights = [column(truth, name) for name in ("w", "w.w") for truth in (1, 0)]
    plain = all((each == count * SCALE).all() for each, count in zip(weights, (*counts, *counts), strict=True))
    scaled = [pos, neg, pos, neg] if plain else [(each / SCALE).astype(np.float64) for each in weights]
    score = ((column(1, "w.score") + column(0, "w.score")) / SCALE).astype(np.float64)
    return ranked(Groups(pos, neg, scaled[0], scaled[1], scaled[2], scaled[3], score))
