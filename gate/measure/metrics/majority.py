"""A classifier beside one that always says the most frequent label."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from gate.measure.definition import Definition
from gate.measure.metrics.metric import DOWN, UP, Cell, Described, Value, View
from gate.terms.tally import SCALE, Tally

METRICS = (
    Described("no_information_rate", None, 0, 1, means="share of the most frequent label: the accuracy of always saying it"),
    Described("majority_class_gain", UP, -1, 1, means="accuracy less that of always saying the most frequent label"),
    Described(
        "pitfalls.constant_prediction_rate", DOWN, 0, 1, labelled=False,
        means="share of the most frequent prediction: 1 says that the model always says the same",
    ),
)  # fmt: skip
_NO_ROWS = "not defined: no row has a label"


def applies(tally: Tally, definition: Definition) -> bool:
    """Labels and predictions of classes."""
    predicts = definition.prediction or definition.score or definition.scores
    return tally.header.task in ("binary", "multiclass") and bool(definition.label and predicts)


def measure(view: View) -> Mapping[str, Value]:
    """The values of a slice; the most frequent label is that of the slice."""
    predicted = _by_prediction(view)
    found = {"pitfalls.constant_prediction_rate": _largest(predicted)}
    matrix = view.matrix()
    labels: dict[str, Cell] = {}
    for (label, _), cell in matrix.items():
        labels[label] = _and(labels.get(label), cell)
    found["no_information_rate"] = _largest(labels)
    found["majority_class_gain"] = _gain(matrix, labels)
    return found


def _by_prediction(view: View) -> dict[str, Cell]:
    """Every usable row counts, with a label or without."""
    index = 2 if view.model else 1
    found: dict[str, Cell] = {}
    for key, numbers in view.rows("cells").items():
        if not key[3] and key[index] is not None:
            n = int(numbers["n"])
            weight = numbers["w"] / SCALE if view.weighted else n
            found[key[index]] = _and(found.get(key[index]), Cell(n, weight, 0))
    return found


def _and(before: Cell | None, cell: Cell) -> Cell:
    return cell if before is None else Cell(before.n + cell.n, before.weight + cell.weight, before.square + cell.square)


def _largest(cells: Mapping[str, Cell]) -> Value:
    """The share of the heaviest; k and n are rows, and left out where weights make them another share."""
    total = sum(cell.weight for cell in cells.values())
    if not total:
        return Value(None, problem=_NO_ROWS)
    n, heaviest = sum(cell.n for cell in cells.values()), max(cells.values(), key=lambda cell: cell.weight)
    plain = total == n
    return Value(heaviest.weight / total, n=n, k=heaviest.n if plain else None)


def _gain(matrix: Mapping[tuple[str, str], Cell], labels: Mapping[str, Cell]) -> Value:
    """The paired difference of being right: rows that only one of the two gets right decide; its error is McNemar's."""
    total = sum(cell.weight for cell in matrix.values())
    if not total:
        return Value(None, problem=_NO_ROWS)
    majority = max(sorted(labels), key=lambda label: labels[label].weight)
    ours = [cell for (label, said), cell in matrix.items() if label == said and label != majority]
    theirs = [cell for (label, said), cell in matrix.items() if label != said and label == majority]
    gain = (sum(cell.weight for cell in ours) - sum(cell.weight for cell in theirs)) / total
    squares = sum(cell.square * (1 - gain) ** 2 for cell in ours) + sum(cell.square * (1 + gain) ** 2 for cell in theirs)
    others = sum(cell.square for cell in matrix.values()) - sum(cell.square for cell in (*ours, *theirs))
    error = sqrt(squares + others * gain * gain) / total
    return Value(gain, n=sum(cell.n for cell in matrix.values()), stderr=error)
