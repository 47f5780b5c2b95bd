"""Influence values of rank metrics, added up by cell: what paired tests of them need, and expressions that mix metrics.

A row's influence on a metric is how much the metric moves by it: with psi the values of two metrics, the covariance of the
two is the sum of psi psi' over rows, by the square of their number (Hampel 1974).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gate.measure import grid
from gate.measure.further import USABLE, Rows, grouped, weights
from gate.measure.sql import text
from gate.measure.tally import in_order
from gate.stats.tally.clusters import name_of
from gate.stats.tally.scores import AUC, AVERAGE_PRECISION
from gate.stats.tally.tally import CellKey
from gate.terms.tally import EPS, SCALE, Key, Number, Table

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

KEYS = ("label", "prediction", "baseline")
BY_CLUSTER = ("first", "second")
PAIR_KEYS = (*KEYS, "cell", "baseline_cell")
COARSE = 8  # cells of the grid of scores that make one here: 16 for each octave
CLOSE = 16  # numbers for each octave of the odds
_RANKS = (AUC, AVERAGE_PRECISION)
_NONE = -1


def tables(rows: Rows) -> dict[str, Table]:
    """`influence` of every cell of a binary task with a score: of each row, or of counts by close scores where rows are many;
    `pairs`, counts by both models' scores on a coarse grid, where rows are not at hand or parts are to be merged."""
    if rows.profile.task != "binary" or not rows.asked.score or not rows.effort.joint:
        return {}
    count = rows.fetch(f"select count(*) from ({rows.rows}) as r0 where {USABLE}")[0][0]
    few = count <= rows.effort.joint_rows
    if not count:
        return {}
    probable = rows.asked.probability
    wanted = probable and (rows.effort.portable or not (few or rows.at_hand))
    found = {"pairs": _pairs(rows)} if wanted else {}
    return found | (_of_rows(rows) if few else _of_counts(rows) if probable and rows.at_hand else {})


# -- from rows


def _of_rows(rows: Rows) -> dict[str, Table]:
    asked = rows.asked
    taken = ["y", f"{flagged(rows, 'prediction')} as h", "p"]
    taken += [f"{flagged(rows, 'baseline')} as b"] if asked.has_baseline else []
    taken += ["q"] if asked.baseline_score else []
    taken += ["w"] if asked.weight else []
    taken += ["unit"] if asked.cluster else []
    found: dict[Key, tuple[Number, ...]] = {}
    clustered: dict[Key, tuple[Number, ...]] = {}
    fields = names(bool(asked.baseline_score), asked.probability)
    for on, data in rows.apart(taken, USABLE):
        one = Sliced(data, losses=asked.probability)
        for key, row in one.cells():
            at: Key = (on, *_labels(rows, key))
            found[at] = row
        if asked.cluster:
            for first, second, value in one.by_cluster(data["unit"]):
                named = second if isinstance(second, str) else name_of(_labels(rows, second))
                clustered[on, first, named] = (value,)
    told = {"influence": Table(KEYS, fields, in_order(found), merges=False)}
    if clustered:
        told["cluster_influence"] = Table(BY_CLUSTER, ("sum",), in_order(clustered), merges=False)
    return told


def _of_counts(rows: Rows) -> dict[str, Table]:
    """The same without losses, as if scores were equal that are a sixteenth of an octave of their odds apart."""
    keys = {"y": "y", "h": flagged(rows, "prediction"), "p": _close("p")}
    keys |= {"b": flagged(rows, "baseline")} if rows.asked.has_baseline else {}
    keys |= {"q": _close("q")} if rows.asked.baseline_score else {}
    found: dict[Key, tuple[Number, ...]] = {}
    for on, data in rows.counted(keys, USABLE):
        for key, row in Sliced(data, False, data["w"], data["w2"]).cells():
            at: Key = (on, *_labels(rows, key))
            found[at] = row
    return {"influence": Table(KEYS, names(bool(rows.asked.baseline_score), False), in_order(found), merges=False)}


def _close(score: str) -> str:
    """SQL for a number that close scores share, in their order."""
    low = f"{2.0**grid.LOWEST!r}"
    return f"floor({CLOSE}e0 * log2(greatest({score}, {low}) / greatest(1 - {score}, {low})))"


def names(baseline: bool, losses: bool) -> tuple[str, ...]:
    """The fields of `influence`: sums of each value, of the products of two, and of each with each loss."""
    ranks = [f"{model}{metric}" for model in (("", "baseline.") if baseline else ("",)) for metric in _RANKS]
    crossed = [f"{one}.{other}" for index, one in enumerate(ranks) for other in ranks[index:]]
    return (*ranks, *crossed, *(f"{one}.{loss}" for one in ranks for loss in (_losses(baseline) if losses else ())))


def _losses(baseline: bool) -> tuple[str, ...]:
    return ("log_loss", "brier", *(("log_loss_change", "brier_change") if baseline else ()))


def flagged(rows: Rows, role: str) -> str:
    """SQL for 1 where a prediction is the positive label, and 0."""
    column = rows.asked.prediction if role == "prediction" else rows.asked.baseline_prediction
    positive = rows.profile.positive
    if not column:
        return f"case when {role} then 1 else 0 end"
    kind = rows.profile.kinds[column]
    if kind == "boolean":
        return f"case when {role} then {int(positive == '1')} else {int(positive == '0')} end"
    if kind in ("integer", "number"):
        try:
            return f"case when cast({role} as double) = {float(positive)!r} then 1 else 0 end"
        except ValueError:
            return "0"
    return f"case when cast({role} as varchar) = {text(positive)} then 1 else 0 end"


def _labels(rows: Rows, key: tuple[int, int, int]) -> CellKey:
    said = (rows.profile.negative, rows.profile.positive)
    return said[key[0]], said[key[1]], None if key[2] == _NONE else said[key[2]]


class Sliced:
    """One slice's rows, or counts of rows that are alike: `w` the weight of each, `w2` the sum of its squares."""

    def __init__(self, data: Mapping[str, Any], losses: bool, w: Array | None = None, w2: Array | None = None) -> None:
        import numpy as np

        self.y = np.asarray(data["y"]) == 1
        count = len(self.y)
        weight = data.get("w") if w is None else w
        self.w = np.ones(count) if weight is None else np.asarray(weight, dtype=np.float64)
        self.w2 = self.w * self.w if w2 is None else w2
        baseline = np.asarray(data["b"]) if "b" in data else np.full(count, _NONE)
        self.code = (self.y * 2 + np.asarray(data["h"]).astype(np.int64)) * 3 + baseline.astype(np.int64) + 1
        scores = [np.asarray(data[each], dtype=np.float64) for each in ("p", "q") if each in data]
        self.values = [each for score in scores for each in influences(score, self.y, self.w, weight is not None)]
        self.losses = list(_row_losses(scores, self.y)) if losses else []

    def cells(self) -> Iterator[tuple[tuple[int, int, int], tuple[float, ...]]]:
        """The fields of `names` by label, prediction and the baseline's (-1 for none)."""
        import numpy as np

        present = np.flatnonzero(np.bincount(self.code, minlength=12))
        columns = [exact_sums(self.code, self.w2 * each) for each in self._products()]
        for code in present.tolist():
            yield _key(code), tuple(float(column[code]) for column in columns)

    def _products(self) -> Iterator[Array]:
        yield from self.values
        for index, one in enumerate(self.values):
            yield from (one * other for other in self.values[index:])
        for one in self.values:
            yield from (one * loss for loss in self.losses)

    def by_cluster(self, unit: Any) -> Iterator[tuple[str, str | tuple[int, int, int], float]]:
        """Sums over clusters of the products of what two columns add up to in each: of influence values with all columns."""
        import numpy as np

        _, cluster = np.unique(np.asarray(unit).astype(str), return_inverse=True)
        ranks = names(len(self.values) > 2, False)[: len(self.values)]
        columns = dict(zip(ranks, self.values, strict=True))
        columns |= dict(zip(_losses(len(self.values) > 2), self.losses, strict=True)) if self.losses else {}
        added = {name: np.bincount(cluster, self.w * each) for name, each in columns.items()}
        of_cells = {code: np.bincount(cluster, self.w * (self.code == code)) for code in np.unique(self.code).tolist()}
        for index, one in enumerate(ranks):
            for other in [*ranks[index:], *(name for name in columns if name not in ranks)]:
                yield one, other, float(added[one] @ added[other])
            for code, each in of_cells.items():
                yield one, _key(code), float(added[one] @ each)


def _key(code: int) -> tuple[int, int, int]:
    return code // 6, code // 3 % 2, code % 3 - 1


def _row_losses(scores: list[Array], y: Array) -> Iterator[Array]:
    """The losses of `quantities`, with the changes from the baseline behind those of the candidate."""
    import numpy as np

    logs = [-np.log(np.where(y, clipped, 1 - clipped)) for clipped in (np.clip(each, EPS, 1 - EPS) for each in scores)]
    squares = [(each - y) ** 2 for each in scores]
    yield from (logs[0], squares[0])
    if len(scores) > 1:
        yield from (logs[0] - logs[1], squares[0] - squares[1])


def influences(score: Array, positive: Array, weight: Array, weighted: bool) -> tuple[Array, Array]:
    """Every row's influence on the AUC and on average precision; 0 where these are not defined."""
    import numpy as np

    order = np.lexsort((weight, positive, score)) if weighted else np.argsort(score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(score) else np.array([], dtype=int)
    group = np.empty(len(score), dtype=np.int64)
    group[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(score)))
    pos, neg = (np.add.reduceat((weight * each)[order], starts) if len(starts) else np.zeros(0) for each in (positive, ~positive))
    all_pos, all_neg = pos.sum(), neg.sum()
    whole = all_pos + all_neg
    if not all_pos or not all_neg:
        area = np.zeros(len(score))
    else:
        below, above = np.cumsum(neg) - neg / 2, all_pos - np.cumsum(pos) + pos / 2
        auc = (pos * below).sum() / all_pos / all_neg
        of_pos, of_neg = (below / all_neg - auc) * (whole / all_pos), (above / all_pos - auc) * (whole / all_neg)
        area = np.where(positive, of_pos[group], of_neg[group])
    return area, _precision(pos, neg, positive, group) if all_pos else np.zeros(len(score))


def _precision(pos: Array, neg: Array, positive: Array, group: Array) -> Array:
    """The same for average precision, of weights by distinct score."""
    import numpy as np

    both = pos + neg
    from_here = np.cumsum(both[::-1])[::-1]
    whole, all_pos = from_here[0], pos.sum()
    share = np.divide(np.cumsum(pos[::-1])[::-1], from_here, out=np.zeros_like(pos), where=from_here > 0)
    average = (pos * share).sum() / all_pos
    step = np.divide(pos * whole, all_pos * from_here, out=np.zeros_like(pos), where=from_here > 0)
    reached, weighted = np.cumsum(step), np.cumsum(step * share)
    of_pos = (share - average) * (whole / all_pos) + reached - weighted
    found: Array = np.where(positive, of_pos[group], -weighted[group])
    return found


def exact_sums(code: Array, values: Array) -> Array:
    """Sums by code, the same in every order of the rows: of integers below 2^53, in two parts that hold all bits that count."""
    import numpy as np

    largest = float(np.abs(values).max()) if len(values) else 0.0
    if not largest:
        return np.zeros(12)
    room = 52 - len(values).bit_length()
    scale = 2.0 ** (room - int(np.frexp(largest)[1]))
    high = np.rint(values * scale)
    low = np.rint((values * scale - high) * 2.0**room)
    found: Array = np.bincount(code, high, 12) / scale + np.bincount(code, low, 12) / scale * 2.0**-room
    return found


# -- from counts on a coarse grid


def _pairs(rows: Rows) -> Table:
    """Rows by cell and by both models' scores, sixteen cells to an octave: the same for all data, so that shards add up."""
    asked = rows.asked
    keys = {"y": "cast(y as integer)", "h": flagged(rows, "prediction")}
    keys["b"] = flagged(rows, "baseline") if asked.has_baseline else str(_NONE)
    keys["cell"] = coarse("p")
    keys["baseline_cell"] = coarse("q") if asked.baseline_score else str(_NONE)
    found: dict[Key, tuple[Number, ...]] = {}
    usable = f"select * from ({rows.rows}) as r2 where {USABLE}"
    for columns in rows.sets:
        counted = grouped(rows, keys, weights(rows), "true", usable, sets=(columns,))
        for (on, y, h, b, *cells), row in counted.items():
            at: Key = (on, *_labels(rows, (int(y), int(h), int(b))), *map(int, cells))
            found[at] = row
    return Table(PAIR_KEYS, ("n", *weights(rows)), in_order(found))


def coarse(score: str) -> str:
    """SQL for the coarse cell of a score in [0, 1]."""
    return f"cast(floor(({grid.sql(score)}) / {COARSE}e0) as integer)"


def of_pairs(rows: Mapping[Key, tuple[Number, ...]], positive: str) -> dict[Key, tuple[float, ...]]:
    """`influence` of one slice, without losses, from its rows of `pairs`: as if the scores of a cell were equal."""
    import numpy as np

    columns = list(zip(*rows, strict=True))
    numbers = list(zip(*rows.values(), strict=True))
    labels = list(zip(*columns[:3], strict=True))
    y, h, b = ([_NONE if each is None else int(each == positive) for each in column] for column in columns[:3])
    data = {"y": np.array(y), "h": np.array(h), "p": np.array(columns[3])}
    data |= {"b": np.array(b)} if max(b) > _NONE else {}
    data |= {"q": np.array(columns[4])} if max(columns[4]) > _NONE else {}
    first, second = numbers[-2:] if len(numbers) > 1 else (numbers[0], numbers[0])
    scale = SCALE if len(numbers) > 1 else 1
    w, w2 = (np.array([each / scale for each in column]) for column in (first, second))
    sliced = Sliced(data, False, w, w2)
    named: dict[tuple[int, ...], Key] = dict(zip(zip(y, h, b, strict=True), labels, strict=True))
    return {named[key]: row for key, row in sliced.cells()}
