"""Smooth functions of the cells of a tally: the score test on tilted cells for any expression of metrics of a matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isclose
from typing import Any, NamedTuple

from gate.confidence.expressions.tree import Atom, Tree, compiled, leaves, linear, reach
from gate.stats.cell_metrics import CellMetric, Place, binary, every_cell, fewest, known, many, range_of
from gate.stats.matrices import OF_A_CLASS
from gate.stats.tally.tally import BASELINE, Counted, Counts, cells
from gate.stats.test import Test
from gate.stats.tilt import LEAST, LEAST_PAIRED, Weights, complex_step, of_cells
from gate.terms.slice import Slice, apart, class_column

MOST_CELLS = 30  # of a slice that are all there, seen or not; of more classes only those seen, and right ones
_AGREES = 1e-9
_NO_ROWS = Counted(0, 0, 0)

At = Mapping[Slice, Counts]
Cell = tuple[str, str, "str | None"]  # the label, the prediction of one model, that of the other where there are two
Cells = dict[Cell, Counted]


class Placed(NamedTuple):
    """A metric of one model on a slice of rows; `label` is the class whose metric it is, None where it is that of all."""

    name: str
    on: Slice
    label: str | None
    model: str


def placed(on: Slice, name: str, model: str, at: At) -> Placed | None:
    """Where a metric comes from, if it is one of a confusion matrix."""
    if not at:
        return None
    header = next(iter(at.values())).header
    if not known(name, header.task):
        return None
    label = None
    if header.task == "multiclass" and name in OF_A_CLASS:
        column = class_column(header.definition.get("slices", ()))
        parts = dict(on.parts)
        if column not in parts:
            return None
        label, on = parts.pop(column), Slice.of(parts)
    return Placed(name, on, label, model) if on in at else None


def tilted(term: Tree, where: Mapping[Atom, Placed], at: At, values: Mapping[Atom, float]) -> Test | None:
    """The test of an expression whose atoms all come from one tally; None where that is not laid out for it."""
    models = sorted({each.model for each in where.values()})
    regions = _regions(sorted({each.on for each in where.values()}, key=lambda on: -len(on.parts)), at, models)
    if regions is None or not any(cell.n for region in regions for cell in region.cells.values()):
        return None
    one = next(iter(at.values()))
    listed = _listed(regions, one.header.task == "binary")
    counts = [regions[index].cells.get(cell, _NO_ROWS) for index, cell in listed]
    metrics = {atom: _metric(each, models.index(each.model), regions, listed, one) for atom, each in where.items()}
    weights = [float(each.weight) for each in counts]
    if not _agree(metrics, weights, values):
        return None
    low, high = reach(term, {atom: range_of(each.name) for atom, each in where.items()})
    return of_cells(
        [float(each.n) for each in counts],
        _value(term, metrics),
        gradient=_gradient(term, metrics),
        denominators=fewest(*(each.below([float(cell.n) for cell in counts]) for each in metrics.values())),
        least=LEAST_PAIRED if len(models) > 1 or len(regions) > 1 else LEAST,
        weights=Weights(sums=weights, squares=[float(each.square) for each in counts]) if one.weighted else None,
        low=low,
        high=high,
        of="pairs" if len(models) > 1 else "rows",
    )


def agrees(counted: float, value: float) -> bool:
    """Whether what was counted gives the value that is judged: a tally in a file is somebody's word."""
    return isclose(counted, value, rel_tol=_AGREES, abs_tol=_AGREES)


def _agree(metrics: Mapping[Atom, CellMetric], weights: Sequence[float], values: Mapping[Atom, float]) -> bool:
    """Whether the cells give the values that are judged."""
    try:
        found = {atom: metrics[atom].value(weights) for atom in values}
        return all(agrees(found[atom], value) for atom, value in values.items())
    except (ZeroDivisionError, TypeError, ValueError):
        return False


def _value(term: Tree, metrics: Mapping[Atom, CellMetric]) -> Callable[[Sequence[Any]], Any]:
    if isinstance(term, Atom):
        return metrics[term].value
    found, values = compiled(term, list(metrics)), [metric.value for metric in metrics.values()]
    return lambda p: found([value(p) for value in values])


def _gradient(term: Tree, metrics: Mapping[Atom, CellMetric]) -> Callable[[Sequence[float]], Sequence[float]]:
    """By the chain rule: the slopes of the expression by its measurements, times theirs by the cells."""
    if isinstance(term, Atom):
        return metrics[term].gradient
    listed = list(metrics.values())
    straight, slopes = linear(term), complex_step(compiled(term, list(metrics)))
    factors = None if straight is None else [straight.factors.get(atom, 0.0) for atom in metrics]

    def gradient(p: Sequence[float]) -> list[float]:
        outer = factors or slopes([float(metric.value(p)) for metric in listed])
        every = [[slope * each for each in metric.gradient(p)] for slope, metric in zip(outer, listed, strict=True)]
        return [sum(inner) for inner in zip(*every, strict=True)]

    return gradient


def _metric(of: Placed, model: int, regions: Sequence[_Region], listed: Sequence[tuple[int, Cell]], one: Counts) -> CellMetric:
    places: list[Place] = []
    for index, cell in listed:
        guess = cell[1 + model]
        places.append((cell[0], guess) if of.on in regions[index].slices and guess is not None else None)
    if one.header.task == "binary":
        return binary(of.name, places, one.header.positive)
    seen = {
        each
        for (index, cell), place in zip(listed, places, strict=True)
        if place is not None and regions[index].cells.get(cell, _NO_ROWS).n
        for each in place
    }
    inside = [place if place is not None and seen.issuperset(place) else None for place in places]
    return many(of.name, inside, sorted(seen), of.label)


# -- regions: rows that are in the same slices


class _Region:
    """Rows apart from all others: their cells, and the slices that they are in."""

    def __init__(self, cells_: Cells, on: Slice) -> None:
        self.cells = cells_
        self.on = on
        self.slices = {on}


def _regions(slices: Sequence[Slice], at: At, models: Sequence[str]) -> list[_Region] | None:
    """The rows of the slices apart, narrow slices first; None where some overlap without lying within each other."""
    found: list[_Region] = []
    for on in slices:
        own = _cells(at[on], models)
        for region in found:
            if set(on.parts) <= set(region.on.parts):
                own = {key: _less(own.get(key, _NO_ROWS), region.cells.get(key, _NO_ROWS)) for key in {**own, **region.cells}}
                region.slices.add(on)
            elif not apart(on, region.on):
                return None
        if any(cell.n < 0 for cell in own.values()):
            return None
        found.append(_Region(own, on))
    return found


def _cells(at: Counts, models: Sequence[str]) -> Cells:
    found: Cells = {}
    for (label, prediction, baseline), cell in cells(at).items():
        here: str | None = baseline if models[0] == BASELINE else prediction
        other = baseline if len(models) > 1 else None
        if here is None or (len(models) > 1 and other is None):
            continue
        before = found.get((label, here, other), _NO_ROWS)
        found[label, here, other] = Counted(before.n + cell.n, before.weight + cell.weight, before.square + cell.square)
    return found


def _less(cell: Counted, part: Counted) -> Counted:
    return Counted(cell.n - part.n, cell.weight - part.weight, cell.square - part.square)


def _listed(regions: Sequence[_Region], is_binary: bool) -> list[tuple[int, Cell]]:
    """Every cell, those in which no row was seen as well."""
    labels = sorted({each for region in regions for cell in region.cells for each in cell if each is not None})
    paired = any(cell[2] is not None for region in regions for cell in region.cells)
    right: list[Cell] = [(label, label, label if paired else None) for label in labels]
    few = is_binary or len(labels) ** (3 if paired else 2) <= MOST_CELLS
    listed: list[tuple[int, Cell]] = []
    for index, region in enumerate(regions):
        seen = [cell for cell, counted in region.cells.items() if counted.n]
        if seen:
            kept = every_cell(labels, paired) if few else sorted({*seen, *right}, key=str)
            listed += [(index, cell) for cell in dict.fromkeys((*kept, *seen))]
    return listed


def atoms(term: Tree) -> list[Atom]:
    """The measurements in a term; empty where something else is in it, too."""
    found = leaves(term)
    only = [each for each in found if isinstance(each, Atom)]
    return only if len(only) == len(found) else []
