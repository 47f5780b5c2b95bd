"""Metrics at an operating point, and what errors cost.

Where the threshold is chosen on the rows that measure it (`recall@fpr:0.01`), the value flatters, and its spread is not
that of a share: it comes without n and standard error, so that no bound is drawn from it. At a threshold from elsewhere
(`recall@threshold:0.31`) a metric has all its evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from gate.measure.definition import Definition
from gate.measure.metrics import confusion
from gate.measure.metrics.metric import DOWN, Described, Named, Names, Value, View
from gate.measure.points import FIELDS, chosen, of_grid, value_of
from gate.measure.questions import BEST_COST, COSTS, POINT_METRICS, Point, points
from gate.record import replace
from gate.terms.tally import Tally

_POINTS = ("points",)
_BY_NAME = {each.name: each for each in confusion.METRICS}
METRICS = (
    *(
        replace(_BY_NAME[name], name=f"{name}@…", needs=_POINTS, means=f"{name} at an operating point: {name}@{limit}")
        for name, limit in zip(POINT_METRICS, ("fpr:0.01", "recall:0.8", *["threshold:0.3"] * len(POINT_METRICS)), strict=False)
    ),
    Described("expected_cost", DOWN, means="mean cost of a row at the threshold, by `costs`"),
    Described("expected_cost@best", DOWN, needs=_POINTS, means="the least mean cost of a row at any threshold"),
    Described("threshold", None, needs=_POINTS, means="the threshold of an operating point: `recall@fpr:0.01.threshold`"),
)
_NO_ROWS = "not defined: no row has a label"
_NOWHERE = "not defined: no threshold keeps the limit"
_ABOVE_ALL = "not defined: the limit is kept only above every score, where no row is predicted positive"


def applies(tally: Tally, definition: Definition) -> bool:
    """Binary labels with operating points asked for, or costs."""
    return tally.header.task == "binary" and bool(points(definition) or definition.costs)


def measure(view: View) -> Mapping[Names, Value]:
    """The costs, and every point asked for, on a slice. A baseline with a score has points of its own."""
    found: dict[Names, Value] = {}
    predicted = view.definition.prediction or view.definition.score
    if view.definition.costs and predicted:
        cells = confusion.four(view)
        found["expected_cost"] = _cost(view, *([getattr(cell, kind) for cell in cells] for kind in ("n", "weight", "square")))
    if not (view.definition.baseline_score if view.model else view.definition.score):
        return found
    curve = None
    for point in points(view.definition):
        row = view.rows("points").get((view.model, point.name))
        if row is None and view.rows("scores"):
            curve = curve or of_grid(view.rows("scores"), view.model)
            numbers = chosen(curve, point, view.definition.costs)
            row = dict(zip(FIELDS, numbers, strict=True)) if numbers else None
        found |= _point(view, point, row)
    return found


def _point(view: View, point: Point, row: Mapping[str, Any] | None) -> dict[Names, Value]:
    named = Named(point.name, point.name if point.name == BEST_COST else f"{point.metric}@…")
    at = Named(f"{point.name}.threshold", "threshold")
    if row is None:
        return dict.fromkeys((named, at), Value(None, problem=_NOWHERE))
    n, weight, square = ([row[f"{kind}{cell}"] for cell in COSTS] for kind in ("n.", "w.", "w.w."))
    if point.metric == "expected_cost":
        value = _cost(view, n, weight, square)
    else:
        weights = tuple(n) if not view.weighted else tuple(weight)
        value = confusion.of_counts(point.metric, tuple(map(int, n)), weights, tuple(square))
    if not point.chosen:
        return {named: value}
    threshold = Value(float(row["threshold"])) if row["flagged"] else Value(None, problem=_ABOVE_ALL)
    return {named: Value(value.value, problem=value.problem), at: threshold}


def _cost(view: View, n: list[Any], weight: list[Any], square: list[Any]) -> Value:
    whole = sum(weight)
    if not whole:
        return Value(None, problem=_NO_ROWS)
    mean = float(value_of("expected_cost", view.definition.costs)(weight))
    variance = sum(each * (view.definition.costs.get(cell, 0.0) - mean) ** 2 for cell, each in zip(COSTS, square, strict=True))
    return Value(mean, n=int(sum(n)), stderr=sqrt(variance) / whole or None)
