"""Operating points of a score: the threshold that keeps a limit and is best by a metric, on every slice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gate.measure import grid
from gate.measure.further import USABLE, Rows
from gate.measure.questions import COSTS, Point, points
from gate.record import dataclass
from gate.stats.matrices import formula
from gate.terms.tally import SCALE, Key, Table

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

# flagged: rows at or above the threshold; 0 where the threshold is above every score. Then tp, fp, fn, tn as rows, as
# weights, and as sums of squared weights.
FIELDS = ("threshold", "flagged", *(f"{kind}{cell}" for kind in ("n.", "w.", "w.w.") for cell in COSTS))
_DOWN = ("fpr", "fnr", "expected_cost")


def tables(rows: Rows) -> dict[str, Table]:
    """`points`: of each model, question and slice the matrix at the threshold; where rows are few enough to rank."""
    asked = points(rows.asked)
    if not asked or rows.profile.task != "binary" or not rows.asked.score:
        return {}
    counted = rows.fetch(f"select count(*) from ({rows.rows}) as r0 where {USABLE}")
    if counted[0][0] > rows.effort.exact_rows:
        return {}
    models = {"": "p"} | ({"baseline": "q"} if rows.asked.baseline_score else {})
    taken = ["y", *models.values(), *(["w"] if rows.asked.weight else [])]
    found: dict[Key, tuple[Any, ...]] = {}
    for on, data in rows.apart(taken, USABLE):
        for model, score in models.items():
            curve = of_rows(data[score], data["y"] == 1, data.get("w"))
            for point in asked:
                row = chosen(curve, point, rows.asked.costs)
                found |= {(on, model, point.name): row} if row else {}
    return {"points": Table(("model", "asked"), FIELDS, dict(sorted(found.items())), merges=False)}


@dataclass(frozen=True, slots=True)
class Curve:
    """Thresholds from high to low; of each the rows, weights and squared weights at or above it, positive and negative.

    The first threshold is above every score, and flags nothing.
    """

    thresholds: Array
    pos: tuple[Array, Array, Array]
    neg: tuple[Array, Array, Array]

    def cells(self, kind: int) -> tuple[Array, Array, Array, Array]:
        """tp, fp, fn, tn at every threshold: of rows (0), weights (1) or squared weights (2)."""
        tp, fp = self.pos[kind], self.neg[kind]
        return tp, fp, tp[-1] - tp, fp[-1] - fp


def of_rows(score: Array, positive: Array, weight: Array | None) -> Curve:
    """The curve of rows with finite scores."""
    import numpy as np

    order = np.argsort(-score, kind="stable")
    score, positive = score[order] + 0.0, positive[order]
    ends = np.flatnonzero(np.append(score[1:] != score[:-1], True)) if len(score) else np.array([], dtype=np.int64)
    one = np.ones(len(score), dtype=np.int64)
    each = (one, one, one) if weight is None else (one, weight[order], weight[order] ** 2)
    pos, neg = ([np.concatenate(([0], np.cumsum(kind * chosen)[ends])) for kind in each] for chosen in (positive, ~positive))
    return Curve(np.concatenate(([np.inf], score[ends])), (pos[0], pos[1], pos[2]), (neg[0], neg[1], neg[2]))


def of_grid(rows: Mapping[Any, Mapping[str, Any]], model: str) -> Curve:
    """The curve of counts on the grid of scores: thresholds are edges of cells."""
    import numpy as np

    cells = sorted({key[2] for key in rows if key[0] == model}, reverse=True)
    nothing = {"n": 0, "w": 0, "w.w": 0}

    def added(truth: int) -> tuple[Array, Array, Array]:
        found = [[0.0], [0.0], [0.0]]
        for cell in cells:
            numbers = rows.get((model, truth, cell), nothing)
            for column, worth in zip(found, (numbers["n"], numbers["w"] / SCALE, numbers["w.w"] / SCALE), strict=True):
                column.append(column[-1] + worth)
        return np.array(found[0]), np.array(found[1]), np.array(found[2])

    return Curve(np.array([np.inf, *(grid.lowest(cell) for cell in cells)]), added(1), added(0))


def chosen(curve: Curve, point: Point, costs: Mapping[str, float]) -> tuple[Any, ...] | None:
    """The row of `points` for a question; None where no threshold keeps the limit, or the metric is defined at none."""
    import numpy as np

    value = value_of(point.metric, costs)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.asarray(value(curve.cells(1)), dtype=np.float64)
        allowed = _kept(curve, point)
    if point.limit in ("top", "threshold"):
        at = int(np.flatnonzero(allowed)[-1])
        return _row(curve, at, point.at if point.limit == "threshold" else None)
    usable = allowed & np.isfinite(worth)
    if not usable.any():
        return None
    gain = np.where(usable, -worth if point.metric in _DOWN else worth, -np.inf)
    return _row(curve, int(np.argmax(gain)), None)


def value_of(metric: str, costs: Mapping[str, float]) -> Callable[[Any], Any]:
    """A metric as a function of tp, fp, fn, tn; the expected cost is that of one row."""
    if metric != "expected_cost":
        return formula(metric)
    each = [costs.get(cell, 0.0) for cell in COSTS]
    return lambda c: sum(cost * count for cost, count in zip(each, c, strict=True)) / sum(c)


def _kept(curve: Curve, point: Point) -> Array:
    """At which thresholds the limit is kept."""
    import numpy as np

    every = np.ones(len(curve.thresholds), dtype=bool)
    if not point.limit:
        return every
    if point.limit == "threshold":
        return curve.thresholds >= point.at
    if point.limit == "top":
        return curve.pos[0] + curve.neg[0] <= point.at
    found = np.asarray(formula(point.limit)(curve.cells(1)), dtype=np.float64)
    return found <= point.at + 1e-12 if point.limit == "fpr" else found >= point.at - 1e-12


def _row(curve: Curve, at: int, threshold: float | None) -> tuple[Any, ...]:
    numbers = [cell[at].item() for kind in range(3) for cell in curve.cells(kind)]
    flagged = int(curve.pos[0][at] + curve.neg[0][at])
    stands = threshold if threshold is not None else float(curve.thresholds[at]) if flagged else 0.0
    return (stands, flagged, *numbers)
