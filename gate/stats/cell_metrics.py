"""Metrics of confusion matrices as functions of any vector of cells: of one model or two, of slices side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from gate.record import dataclass
from gate.stats.matrices import MANY, OF_A_CLASS, SHARES, SMOOTH, Many, below, formula, of_class
from gate.stats.tilt import Function, Gradient, complex_step

# Where a cell of the vector stands in a metric's matrix: (label, prediction); None if its rows are not in it.
Place: TypeAlias = "tuple[str, str] | None"
_NOTABLE = 0.05  # of all rows: a class of fewer cannot matter much in a mean by rows


@dataclass(frozen=True, slots=True)
class CellMetric:
    """A metric of a vector of cells, in counts or shares: it does not change when all of them grow alike.

    `below` tells what stands below its fractions, by what that counts: a test of the metric needs some of each.
    """

    value: Function
    gradient: Gradient
    below: Callable[[Sequence[float]], dict[str, float]]


def fewest(*every: Mapping[str, float]) -> dict[str, float]:
    """Denominators of several metrics together, the smaller one where two count the same."""
    found: dict[str, float] = {}
    for each in every:
        for what, count in each.items():
            found[what] = min(count, found.get(what, count))
    return found


def every_cell(labels: Sequence[str], paired: bool = False) -> list[tuple[str, str, str | None]]:
    """(label, prediction, baseline's prediction) of every cell there may be: those without rows count in a test, too."""
    others: Sequence[str | None] = labels if paired else (None,)
    return [(label, prediction, other) for label in labels for prediction in labels for other in others]


def known(name: str, task: str) -> bool:
    """Whether a metric is a function of cells of this task, `binary` or `multiclass`."""
    return name in (SHARES.keys() | SMOOTH.keys() if task == "binary" else MANY.keys() | OF_A_CLASS)


def range_of(name: str) -> tuple[float, float]:
    """Between what a metric of a matrix lies."""
    return (-1.0, 1.0) if name in ("mcc", "kappa") else (0.0, 1.0)


def binary(name: str, places: Sequence[Place], positive: str) -> CellMetric:
    """A metric of a binary matrix, the cells of which stand in these places."""
    groups: tuple[list[int], ...] = ([], [], [], [])  # tp, fp, fn, tn
    for at, place in enumerate(places):
        if place is not None:
            true, flagged = place[0] == positive, place[1] == positive
            groups[(0 if flagged else 2) if true else (1 if flagged else 3)].append(at)
    four, of_four = _grouped(groups), formula(name)
    slopes = complex_step(of_four)

    def gradient(cells: Sequence[float]) -> list[float]:
        found = [0.0] * len(cells)
        for group, slope in zip(groups, slopes(four(cells)), strict=True):
            for at in group:
                found[at] = slope
        return found

    return CellMetric(lambda cells: of_four(four(cells)), gradient, lambda cells: below(name, four(cells)))


def _grouped(groups: Sequence[Sequence[int]]) -> Callable[[Sequence[Any]], Any]:
    """The sums of four groups of cells, for one model and for two without a loop: a test asks a thousand times."""
    if all(len(group) == 1 for group in groups):
        return itemgetter(*[group[0] for group in groups])
    if all(len(group) == 2 for group in groups):
        (a, b), (c, d), (e, f), (g, h) = groups
        return lambda x: (x[a] + x[b], x[c] + x[d], x[e] + x[f], x[g] + x[h])
    return lambda cells: tuple([sum([cells[at] for at in group]) for group in groups])


# -- many classes


def many(name: str, places: Sequence[Place], labels: Sequence[str], of: str | None = None) -> CellMetric:
    """A metric of a matrix of many classes, or of one class of it (`of`); `labels` are those that count as classes."""
    function = of_class(name, of) if of is not None else MANY[name]
    inside = [(at, place) for at, place in enumerate(places) if place is not None]

    def sums(cells: Sequence[Any]) -> list[Any]:
        found: list[Any] = [0] * (3 * len(labels) + 1)
        for at, (truth, guess) in inside:
            share = cells[at]
            found[order[truth]] += share
            found[size + order[guess]] += share
            found[-1] += share
            if truth == guess:
                found[2 * size + order[truth]] += share
        return found

    order, size = {label: at for at, label in enumerate(labels)}, len(labels)
    of_sums = _of_sums(function, labels)
    slopes_of = complex_step(of_sums)

    def gradient(cells: Sequence[float]) -> list[float]:
        slopes = slopes_of(sums(cells))
        found = [0.0] * len(cells)
        for at, (truth, guess) in inside:
            both = slopes[2 * size + order[truth]] if truth == guess else 0.0
            found[at] = slopes[order[truth]] + slopes[size + order[guess]] + both + slopes[-1]
        return found

    def beneath(cells: Sequence[float]) -> dict[str, float]:
        return _below(name, sums(cells), labels, of)

    return CellMetric(lambda cells: of_sums(sums(cells)), gradient, beneath)


def _of_sums(function: Many, labels: Sequence[str]) -> Function:
    """A metric as a function of one list: rows labelled, predicted and right of each class, and all rows."""
    size = len(labels)

    def value(sums: Sequence[Any]) -> Any:
        labelled, predicted, right = (dict(zip(labels, sums[start : start + size], strict=True)) for start in _thirds(size))
        return function(labelled, predicted, right, sums[-1])

    return value


def _thirds(size: int) -> tuple[int, int, int]:
    return 0, size, 2 * size


def _below(name: str, sums: Sequence[float], labels: Sequence[str], of: str | None) -> dict[str, float]:
    size, rows = len(labels), sums[-1]
    share, _, average = name.rpartition("_") if name not in OF_A_CLASS else (name, "", "")
    if name == "balanced_accuracy":
        share, average = "recall", "macro"
    if name in ("mcc", "kappa"):  # what is not the commonest class: of two classes, the rarer one
        found = {"rows outside the commonest class": rows - max(sums[:size])}
        return found | ({"rows predicted otherwise than commonest": rows - max(sums[size : 2 * size])} if name == "mcc" else {})
    if name == "accuracy" or average == "micro":
        return {"rows": rows}
    found = {}
    for at, label in enumerate(labels):
        labelled, predicted, right = (sums[start + at] for start in _thirds(size))
        if (of is not None and label != of) or (average == "weighted" and labelled < _NOTABLE * rows):
            continue
        if share == "precision":
            found[f"rows predicted as {label}"] = predicted
        elif share == "recall" or (of is None and average == "macro"):
            found[f"rows labelled {label}"] = labelled
        else:
            found[f"rows labelled or predicted as {label}"] = labelled + predicted - right
    return found
