"""Standard errors of means over classes, where a row may be of several: by influence values, with what classes share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from gate.measure.metrics.classes import SHARES
from gate.measure.metrics.metric import View
from gate.measure.sql_labels import CELLS
from gate.terms.tally import SCALE

Gradients: TypeAlias = "dict[str, tuple[float, ...]]"
Cells: TypeAlias = "Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]"
"""Of each class the weight of (true positives, false negatives, false positives), as `CELLS`, and the sums of its squares."""


def stderrs(view: View, cells: Cells, name: str) -> tuple[float | None, float | None]:
    """Of the plain mean of a share over classes, and of the mean by their labels; None where pairs were not counted.

    Both are functions f of the cells of all classes that do not change when all of them grow alike: a row's influence is
    the gradient of f, added up over the cells that it is in, and squares of that need each pair of cells.
    """
    if len(cells) > 1 and not view.rows("label_pairs"):
        return None, None
    defined = [label for label, (weight, _) in cells.items() if _share(name, weight) is not None]
    plain: Gradients = {label: _gradient(name, weight) for label, (weight, _) in cells.items() if label in defined}
    whole = sum(weight[0] + weight[1] for weight, _ in cells.values())
    if not whole:
        return _root(view, cells, _scaled(plain, 1 / len(cells))), None
    value = {label: _share(name, weight) or 0.0 for label, (weight, _) in cells.items()}
    mean = sum(value[label] * (weight[0] + weight[1]) for label, (weight, _) in cells.items()) / whole
    by_labels: Gradients = {}
    for label, (weight, _) in cells.items():
        own = plain.get(label, (0.0, 0.0, 0.0))
        labelled = (weight[0] + weight[1]) / whole
        away = (value[label] - mean) / whole  # what one more label of this class adds by its weight alone
        by_labels[label] = (own[0] * labelled + away, own[1] * labelled + away, own[2] * labelled)
    return _root(view, cells, _scaled(plain, 1 / len(cells))), _root(view, cells, by_labels)


def _scaled(gradients: Gradients, by: float) -> Gradients:
    return {label: tuple(each * by for each in found) for label, found in gradients.items()}


def _share(name: str, weight: tuple[Any, ...]) -> Any:
    """A share of one class; None where it is not defined, which counts 0 in means."""
    both, missed, wrong = weight
    found = SHARES[name](both, both + wrong, both + missed)
    return None if found is None else found[0]


def _gradient(name: str, weight: tuple[float, ...]) -> tuple[float, ...]:
    step = 1e-20 * (sum(weight) or 1.0)
    moved = (tuple(each + step * 1j if at == index else each for at, each in enumerate(weight)) for index in range(3))
    return tuple(_share(name, each).imag / step for each in moved)


def _root(view: View, cells: Cells, gradients: Gradients) -> float | None:
    """The root of g' G g, G being the sums over rows of the products of any two cells."""
    found = 0.0
    for label, gradient in gradients.items():
        found += sum(slope**2 * square for slope, square in zip(gradient, cells[label][1], strict=True))
    for (first, cell, second, other), numbers in sorted(view.rows("label_pairs").items(), key=lambda item: item[0]):
        if first in gradients and second in gradients:
            both = int(numbers["w.w"]) / SCALE if view.weighted else int(numbers["n"])
            found += 2 * gradients[first][CELLS.index(cell)] * gradients[second][CELLS.index(other)] * both
    return found**0.5 if found > 1e-18 else None
