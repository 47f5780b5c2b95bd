"""What it takes to show a comparison of several cells of a matrix, by the tilted test: MCC, a weighted mix, two models.

A model is described by one number, which is both its precision and its recall: so that the rule's value is what is assumed to
be true. Of two models it is the same, and they differ as often one way as the other, on positives and on negatives alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gate.app.plan.assumed import BASE, TOLERANCE, Asking, differ_of, near, positives_of, smallest_provable, whole
from gate.app.plan.parts import Linear
from gate.confidence.evidence.single import known_as
from gate.record import dataclass, replace
from gate.stats import rows_needed
from gate.stats.cell_metrics import CellMetric, binary, every_cell, fewest, known
from gate.stats.tilt import LEAST, LEAST_PAIRED, METHOD
from gate.terms.plan import PartPlan, Size

_ROUNDS = 80
_NEAR = 1e-9
_SINGLE, _PAIRED = every_cell(["0", "1"]), every_cell(["0", "1"], paired=True)
_END = "the line is an end of what the value can be: no number of rows shows it"


@dataclass(frozen=True, slots=True)
class _Model:
    """The shares of cells of one model, or of two that are equally good, where so many rows are positive."""

    positives: float

    def one(self, rate: float) -> list[float]:
        """In the order of `every_cell`."""
        missed = self.positives * (1 - rate)
        return [1 - self.positives - missed, missed, missed, self.positives - missed]

    def two(self, rate: float, differ: float, gain: float) -> list[float]:
        """The new one is right on the share `gain` of all rows more than the other, whose errors are as `rate` says."""
        differ = min(differ, self.most_apart(rate) - gain)
        better, worse = (differ + gain) / 4, (differ - gain) / 4  # of each class
        wrong = self.positives * (1 - rate) - better
        right = [rows - wrong - better - worse for rows in (1 - self.positives, self.positives)]
        return [right[0], better, worse, wrong, wrong, worse, better, right[1]]

    def most_apart(self, rate: float) -> float:
        """The share of rows on which two that are equally good can differ."""
        return 4 * self.positives * (1 - rate)


def tilted(told: PartPlan, found: Linear, by: Asking) -> PartPlan | None:
    """The plan of a weighted sum of metrics of one matrix, or of one and a baseline's; None where it is something else."""
    metric = _metric(found)
    if metric is None or positives_of(by) >= 0.5:  # where most are positive, what is rare is the other class
        return None
    line, model = -found.constant + 0.0, _Model(positives_of(by))
    told = replace(told, line=line, shows=f"`{told.text}` holds")
    try:
        return (_pair if any(name for name, _ in found.weights) else _one)(told, metric, model, line, found, by)
    except ZeroDivisionError:
        return None


def _metric(found: Linear) -> CellMetric | None:
    """The sum as a function of cells."""
    keys = list(found.weights)
    names = [known_as(reading.metric) for _, reading in keys]
    others = {name for name, _ in keys if name}
    places = {(reading.selector, reading.metric.rpartition(".")[0]) for _, reading in keys}  # train.accuracy is of other rows
    if len(others) > 1 or len(places) > 1 or not all(known(name, "binary") for name in names):
        return None
    cells = _PAIRED if others else _SINGLE
    every = [
        (binary(name, [(label, str(other) if of else new) for label, new, other in cells], "1"), weight)
        for name, ((of, _), weight) in zip(names, found.weights.items(), strict=True)
    ]
    return _sum(every)


def _sum(every: Sequence[tuple[CellMetric, float]]) -> CellMetric:
    def value(cells: Sequence[Any]) -> Any:
        return sum(weight * metric.value(cells) for metric, weight in every)

    def gradient(cells: Sequence[float]) -> list[float]:
        slopes = [[weight * each for each in metric.gradient(cells)] for metric, weight in every]
        return [sum(column) for column in zip(*slopes, strict=True)]

    return CellMetric(value, gradient, lambda cells: fewest(*(metric.below(cells) for metric, _ in every)))


# -- one model


def _one(told: PartPlan, metric: CellMetric, model: _Model, line: float, found: Linear, by: Asking) -> PartPlan:
    def value(rate: float) -> float:
        return float(metric.value(model.one(rate)))

    rates = sorted((1e-6, 1.0), key=value)
    end = value(rates[1])
    if not value(rates[0]) <= line < end - _NEAR:
        return replace(told, why=_END)
    truth = _truth(line, end, found, by)
    told = replace(told, truth=truth, tolerance=by.assumed.tolerance or abs(truth - line))
    if not line < truth <= end + _NEAR:
        return replace(told, why=f"the truth is assumed to be {truth:g}, which does not hold: no number of rows shows it")

    def needed(true: float) -> float:
        rate = _root(value, true, rates)
        return _needed(metric, model.one(rate), line, by, LEAST)

    rows = needed(truth)
    rate = _root(value, truth, rates)
    supposed = f"its value is {truth:.6g}: precision and recall are {rate:.4g}"
    ours = Size(method=METHOD, units=rows, power=_power(metric, model.one(rate), line, rows, by))
    return replace(
        told,
        supposed=supposed,
        ours=ours,
        provable=smallest_provable(lambda rows: lambda true: needed(true) <= rows, line, end, 1.0, by),
        assumed=("positives", "balanced"),
    )


def _truth(line: float, end: float, found: Linear, by: Asking) -> float:
    """The value of the sum that is assumed to be true."""
    stated = [by.assumed.truths.get(reading.metric) for _, reading in found.weights]
    if None not in stated:
        return sum(weight * float(each or 0.0) for weight, each in zip(found.weights.values(), stated, strict=True))
    return line + near(end - line, by)


# -- two models on the same rows


def _pair(told: PartPlan, metric: CellMetric, model: _Model, line: float, found: Linear, by: Asking) -> PartPlan:
    rate = _rate(model, found, by)
    differ = min(differ_of(by), model.most_apart(rate))

    def value(gain: float) -> float:
        return float(metric.value(model.two(rate, differ, gain)))

    gains = -differ, min(differ, model.most_apart(rate) / 2)
    same, end = value(0.0), value(gains[1])
    tolerance = by.assumed.tolerance or (same - line if same > line else TOLERANCE)
    truth = same if same > line else line + tolerance
    told = replace(told, truth=truth, tolerance=tolerance)
    if not line < truth <= max(same, end) + _NEAR:
        return replace(told, why=f"models that differ on {100 * differ:.3g} % of rows cannot be so far apart")

    def needed(true: float) -> float:
        gain = _root(value, true, gains)
        return _needed(metric, model.two(rate, differ, gain), line, by, LEAST_PAIRED)

    rows = needed(truth)
    shares = model.two(rate, differ, _root(value, truth, gains))
    ours = Size(method=METHOD, units=rows, of="pairs", power=_power(metric, shares, line, rows, by))
    supposed = (
        "the new model is just as good" if truth == same else f"the new model is so much better that it does by {tolerance:g}"
    )
    models = f"precision and recall of both models are {rate:.4g}, and they differ on {100 * differ:.3g} % of the rows"
    return replace(
        told,
        supposed=supposed,
        ours=ours,
        provable=smallest_provable(lambda rows: lambda true: needed(true) <= rows, line, end, 1.0, by),
        assumed=("positives",),
        said=(f"{models} (--truth, --differ)",),
    )


def _rate(model: _Model, found: Linear, by: Asking) -> float:
    """What makes one of the metrics what it is said to be; without a word on any, 0.9."""
    for _, reading in found.weights:
        stated = by.assumed.truths.get(reading.metric)
        if stated is not None:
            metric = binary(known_as(reading.metric), [cell[:2] for cell in _SINGLE], "1")
            return _root(lambda rate, of=metric: float(of.value(model.one(rate))), stated, (1e-6, 1.0))  # type: ignore[misc]
    return BASE


# -- sizes


def _needed(metric: CellMetric, shares: Sequence[float], line: float, by: Asking, least: int) -> float:
    """Rows, at least as many as the test's guard wants below each fraction."""
    found = rows_needed.tilted_spreads(shares, metric.value, metric.gradient, line)
    smallest = min(metric.below(shares).values())
    if found is None or smallest <= 0:
        raise ZeroDivisionError
    gap = float(metric.value(shares)) - line
    return max(least / smallest, rows_needed.of_spreads(gap, *found, by.alpha, by.assumed.power))


def _power(metric: CellMetric, shares: Sequence[float], line: float, rows: float, by: Asking) -> float | None:
    found = rows_needed.tilted_spreads(shares, metric.value, metric.gradient, line)
    gap = float(metric.value(shares)) - line
    return None if found is None else rows_needed.normal_power(whole(rows), gap, *found, by.alpha)


def _root(value: Callable[[float], float], wanted: float, between: Sequence[float]) -> float:
    """Where a function that rises between two ends has a value; the nearer end where it has not."""
    low, high = between
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if value(middle) < wanted else (low, middle)
    return high
