"""Metrics of confusion matrices as functions of counts, weights or shares: numbers, complex ones for gradients, or arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Four: TypeAlias = tuple[Any, Any, Any, Any]  # true positives, false positives, false negatives, true negatives


def _balanced(c: Four) -> Any:
    tp, fp, fn, tn = c
    return (tp / (tp + fn) + tn / (tn + fp)) / 2


def _fbeta(beta: float) -> Callable[[Four], Any]:
    """F-beta: recall counts beta times as much as precision (van Rijsbergen 1979)."""
    square = beta * beta

    def value(c: Four) -> Any:
        tp, fp, fn, _ = c
        return (1 + square) * tp / ((1 + square) * tp + square * fn + fp)

    return value


def _mcc(c: Four) -> Any:
    """Matthews's correlation coefficient (1975)."""
    tp, fp, fn, tn = c
    return (tp * tn - fp * fn) / (((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) ** 0.5)


def _kappa(c: Four) -> Any:
    """Cohen's kappa (1960)."""
    tp, fp, fn, tn = c
    n = tp + fp + fn + tn
    chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / (n * n)
    return ((tp + tn) / n - chance) / (1 - chance)


# Shares of rows: numerator and denominator.
SHARES: dict[str, tuple[Callable[[Four], Any], Callable[[Four], Any]]] = {
    "accuracy": (lambda c: c[0] + c[3], sum),
    "precision": (lambda c: c[0], lambda c: c[0] + c[1]),
    "recall": (lambda c: c[0], lambda c: c[0] + c[2]),
    "specificity": (lambda c: c[3], lambda c: c[3] + c[1]),
    "fpr": (lambda c: c[1], lambda c: c[3] + c[1]),
    "fnr": (lambda c: c[2], lambda c: c[0] + c[2]),
    "jaccard": (lambda c: c[0], lambda c: c[0] + c[1] + c[2]),
}
SMOOTH: dict[str, Callable[[Four], Any]] = {
    "balanced_accuracy": _balanced, "f1": _fbeta(1), "f2": _fbeta(2), "f0_5": _fbeta(0.5), "mcc": _mcc, "kappa": _kappa,
}  # fmt: skip


def formula(name: str) -> Callable[[Any], Any]:
    """A metric of a binary matrix as a function of tp, fp, fn, tn."""
    if name in SMOOTH:
        return SMOOTH[name]
    top, bottom = SHARES[name]
    return lambda c: top(c) / bottom(c)


def below(name: str, c: Four) -> dict[str, float]:
    """What stands below the fractions of a metric of a binary matrix, by what it counts."""
    tp, fp, fn, tn = c
    positives, negatives = {"positives": tp + fn}, {"negatives": fp + tn}
    if name in ("recall", "fnr"):
        return positives
    if name in ("specificity", "fpr"):
        return negatives
    if name == "precision":
        return {"predicted positives": tp + fp}
    if name == "accuracy":
        return {"rows": tp + fp + fn + tn}
    if name in ("f1", "f2", "f0_5", "jaccard"):
        return {"rows labelled or predicted positive": tp + fp + fn}
    predicted = {"predicted positives": tp + fp, "predicted negatives": fn + tn} if name == "mcc" else {}
    return {**positives, **negatives, **predicted}


# -- many classes

Sums: TypeAlias = Mapping[str, Any]  # by class
Many: TypeAlias = Callable[[Sums, Sums, Sums, Any], Any]  # of rows labelled, predicted, right, and all of them

_ONE: dict[str, Callable[[Any, Any, Any], tuple[Any, Any]]] = {  # labelled, predicted, right -> numerator, denominator
    "precision": lambda labelled, predicted, right: (right, predicted),  # noqa: ARG005
    "recall": lambda labelled, predicted, right: (right, labelled),  # noqa: ARG005
    "f1": lambda labelled, predicted, right: (2 * right, labelled + predicted),
    "jaccard": lambda labelled, predicted, right: (right, labelled + predicted - right),
}


def of_class(name: str, label: str) -> Many:
    """Precision, recall, f1 or jaccard of one class against all others."""

    def value(labelled: Sums, predicted: Sums, right: Sums, _: Any) -> Any:
        top, bottom = _ONE[name](labelled[label], predicted[label], right[label])
        return top / bottom

    return value


def _average(name: str, by_rows: bool) -> Many:
    """The mean over classes, alike or by their rows; a class for which it is not defined counts 0, as scikit-learn has it."""

    def value(labelled: Sums, predicted: Sums, right: Sums, n: Any) -> Any:
        total: Any = 0
        for label, rows in labelled.items():
            top, bottom = _ONE[name](rows, predicted[label], right[label])
            if bottom:
                total = total + top / bottom * (rows / n if by_rows else 1 / len(labelled))
        return total

    return value


def _micro(name: str) -> Many:
    def value(labelled: Sums, predicted: Sums, right: Sums, n: Any) -> Any:
        del labelled, predicted
        top, bottom = _ONE[name](n, n, sum(right.values()))
        return top / bottom

    return value


def _many_accuracy(labelled: Sums, predicted: Sums, right: Sums, n: Any) -> Any:
    del labelled, predicted
    return sum(right.values()) / n


def _many_balanced(labelled: Sums, predicted: Sums, right: Sums, n: Any) -> Any:
    del predicted, n
    found = [right[label] / rows for label, rows in labelled.items() if rows]
    return sum(found) / len(found)


def _many_kappa(labelled: Sums, predicted: Sums, right: Sums, n: Any) -> Any:
    chance = sum(rows * predicted[label] for label, rows in labelled.items()) / (n * n)
    return (sum(right.values()) / n - chance) / (1 - chance)


def _many_mcc(labelled: Sums, predicted: Sums, right: Sums, n: Any) -> Any:
    """Gorodkin 2004."""
    within = sum(right.values()) * n - sum(rows * predicted[label] for label, rows in labelled.items())
    truths = n * n - sum(rows * rows for rows in labelled.values())
    guesses = n * n - sum(rows * rows for rows in predicted.values())
    return within / (truths * guesses) ** 0.5


MANY: dict[str, Many] = {
    "accuracy": _many_accuracy, "balanced_accuracy": _many_balanced, "mcc": _many_mcc, "kappa": _many_kappa,
    **{f"{name}_micro": _micro(name) for name in _ONE},
    **{f"{name}_macro": _average(name, by_rows=False) for name in _ONE},
    **{f"{name}_weighted": _average(name, by_rows=True) for name in _ONE},
}  # fmt: skip
OF_A_CLASS = frozenset(_ONE)
