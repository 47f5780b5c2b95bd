"""Metrics of a binary confusion matrix: functions of four counts, with standard errors by their gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gate.measure.definition import Definition
from gate.measure.metrics.metric import DOWN, UP, Cell, Described, Value, View
from gate.stats.matrices import SHARES, SMOOTH, Four
from gate.terms.tally import Tally

NO_POSITIVES, NO_NEGATIVES = "not defined: no row is labelled positive", "not defined: no row is labelled negative"
_NONE_PREDICTED = "not defined: no row is predicted positive"
_NO_ROWS = "not defined: no row has a label"
_NEITHER = "not defined: no row is labelled or predicted positive"
_CONSTANT = "not defined: labels or predictions are all the same"


_LACKING = {  # what is wrong where a share's denominator is 0
    "accuracy": _NO_ROWS, "precision": _NONE_PREDICTED, "recall": NO_POSITIVES, "specificity": NO_NEGATIVES,
    "fpr": NO_NEGATIVES, "fnr": NO_POSITIVES, "jaccard": _NEITHER,
}  # fmt: skip
_COUNTS = ("tp", "fp", "fn", "tn")

METRICS = (
    Described("accuracy", UP, 0, 1, oracle="accuracy_score", means="share of rows predicted right"),
    Described("balanced_accuracy", UP, 0, 1, oracle="balanced_accuracy_score", means="mean of recall and specificity"),
    Described("precision", UP, 0, 1, oracle="precision_score", means="share of rows predicted positive that are"),
    Described("recall", UP, 0, 1, oracle="recall_score", means="share of positives that are found"),
    Described("specificity", UP, 0, 1, oracle="recall_score(pos_label=…)", means="share of negatives that are left alone"),
    Described("fpr", DOWN, 0, 1, means="share of negatives predicted positive"),
    Described("fnr", DOWN, 0, 1, means="share of positives that are missed"),
    Described("f1", UP, 0, 1, oracle="f1_score", means="harmonic mean of precision and recall"),
    Described("f2", UP, 0, 1, oracle="fbeta_score(beta=2)", means="F-beta in which recall counts twice as much"),
    Described("f0_5", UP, 0, 1, oracle="fbeta_score(beta=0.5)", means="F-beta in which precision counts twice as much"),
    Described("jaccard", UP, 0, 1, oracle="jaccard_score", means="true positives among labelled or predicted positives"),
    Described("mcc", UP, -1, 1, oracle="matthews_corrcoef", means="correlation of label and prediction"),
    Described("kappa", UP, -1, 1, oracle="cohen_kappa_score", means="agreement beyond chance"),
    *(Described(name, None, 0, means=f"{name} of the confusion matrix, rows") for name in _COUNTS),
)


def applies(tally: Tally, definition: Definition) -> bool:
    """Binary labels with a prediction, or a score that a threshold cuts."""
    return tally.header.task == "binary" and bool(definition.prediction or definition.score)


def measure(view: View) -> Mapping[str, Value]:
    """Every metric of the matrix on a slice."""
    cells = four(view)
    n: Four = tuple(cell.n for cell in cells)  # type: ignore[assignment]
    weight: Four = tuple(cell.weight for cell in cells)  # type: ignore[assignment]
    square: Four = tuple(cell.square for cell in cells)  # type: ignore[assignment]
    found = {name: _share(name, n, weight, square) for name in SHARES}
    found |= {name: _smooth(name, n, weight, square) for name in SMOOTH}
    return found | {name: Value(float(count)) for name, count in zip(_COUNTS, n, strict=True)}


def four(view: View) -> tuple[Cell, Cell, Cell, Cell]:
    """The confusion matrix: true positives, false positives, false negatives, true negatives."""
    positive = view.tally.header.positive
    found = [Cell(0, 0, 0)] * 4
    for (label, prediction), cell in view.matrix().items():
        index = (0 if prediction == positive else 2) if label == positive else (1 if prediction == positive else 3)
        before = found[index]
        found[index] = Cell(before.n + cell.n, before.weight + cell.weight, before.square + cell.square)
    return found[0], found[1], found[2], found[3]


def of_counts(name: str, n: Any, weight: Any, square: Any) -> Value:
    """A metric of tp, fp, fn, tn: as rows, weights, and sums of squared weights."""
    return _share(name, n, weight, square) if name in SHARES else _smooth(name, n, weight, square)


def _share(name: str, n: Four, weight: Four, square: Four) -> Value:
    top, bottom = SHARES[name]
    whole = bottom(weight)
    if not whole:
        return Value(None, problem=_LACKING[name])
    value = top(weight) / whole
    k = top(n) if weight == n else None  # weighted, a value is no share of rows
    return Value(value, n=bottom(n), k=k, stderr=stderr(lambda c: top(c) / bottom(c), weight, square))


def _smooth(name: str, n: Four, weight: Four, square: Four) -> Value:
    wrong = _undefined(name, weight)
    if wrong:
        return Value(None, problem=wrong)
    function = SMOOTH[name]
    tp, fp, fn, tn = n
    support = tp + fp + fn if name.startswith("f") else sum(n)
    return Value(float(function(weight)), n=support, stderr=stderr(function, weight, square), n_pos=tp + fn, n_neg=fp + tn)


def _undefined(name: str, c: Four) -> str:
    tp, fp, fn, tn = c
    if name.startswith("f"):
        return "" if tp + fp + fn else _NEITHER
    if name == "balanced_accuracy":
        return NO_POSITIVES if not tp + fn else "" if fp + tn else NO_NEGATIVES
    if name == "mcc":
        return "" if (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn) else _CONSTANT
    n = tp + fp + fn + tn
    return "" if n and (tp + fp) * (tp + fn) + (fn + tn) * (fp + tn) < n * n else _CONSTANT


def stderr(function: Callable[[Any], Any], weight: tuple[Any, ...], square: tuple[Any, ...]) -> float | None:
    """The standard error of a function of cells that does not change when all of them grow alike.

    Its influence value (Hampel 1974) in a cell is the derivative there, times the whole; the derivative
    comes from a complex step, exact to rounding. None where that says 0: no evidence is not certainty.
    """
    variance = 0.0
    step = 1e-20 * (sum(weight) or 1.0)
    for index, each in enumerate(square):
        if each:
            moved = tuple(value + step * 1j if at == index else value for at, value in enumerate(weight))
            variance += each * (function(moved).imag / step) ** 2
    return variance**0.5 if variance > 0 else None
