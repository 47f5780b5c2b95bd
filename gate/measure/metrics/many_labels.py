"""Metrics of rows that may be of several classes: over all decisions, over rows, and each class by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from gate.measure.definition import Definition
from gate.measure.metrics.classes import SHARES
from gate.measure.metrics.confusion import stderr
from gate.measure.metrics.label_averages import stderrs
from gate.measure.metrics.metric import DOWN, UP, Described, Named, Names, Value, View
from gate.terms.tally import SCALE, Tally

Overlap: TypeAlias = tuple[int, int, int]  # of a row: labels that were predicted, predicted ones, labels

_AVERAGES = {
    "micro": "over all decisions alike",
    "macro": "mean over classes",
    "weighted": "mean over classes by their labels",
    "samples": "mean over rows",
}
_MEANS = {
    "precision": "predicted labels that are right",
    "recall": "labels that are predicted",
    "f1": "harmonic mean of precision and recall",
    "jaccard": "labels predicted and true among those either way",
}
METRICS = (
    Described("subset_accuracy", UP, 0, 1, ("overlaps",), oracle="accuracy_score", means="rows whose labels are all right"),
    Described("hamming_loss", DOWN, 0, 1, ("overlaps",), oracle="hamming_loss", means="share of decisions that are wrong"),
    *(
        Described(
            f"{name}_{average}", UP, 0, 1, ("overlaps",), oracle=f"{name}_score(average={average!r})", means=f"{means}; {over}"
        )
        for name, means in _MEANS.items()
        for average, over in _AVERAGES.items()
    ),
    *(
        Described(name, UP, 0, 1, ("labels",), oracle=f"{name}_score(average=None)", means=f"{means}; for each class")
        for name, means in _MEANS.items()
    ),
    Described("support", None, 0, needs=("labels",), means="rows that have the class; for each class"),
)
_NO_ROWS = "not defined: no row has all its labels"
_LACKING = {"precision": "predicted", "recall": "a label", "f1": "a label or predicted", "jaccard": "a label or predicted"}


def applies(tally: Tally, definition: Definition) -> bool:
    """Several label columns with a prediction or score for each."""
    del definition
    return "overlaps" in tally


def measure(view: View) -> Mapping[Names, Value]:
    """Every metric on a slice, and on each class."""
    if view.model:
        return {}
    rows = view.rows("overlaps")
    keys: list[Overlap] = [(int(both), int(guessed), int(true)) for both, guessed, true in rows]
    n = [int(each["n"]) for each in rows.values()]
    weight = [int(each["w"]) / SCALE for each in rows.values()] if view.weighted else n
    square = [int(each["w.w"]) / SCALE for each in rows.values()] if view.weighted else n
    found: dict[Names, Value] = {}
    for name, value in _of_rows(keys, len(view.definition.labels)).items():
        found[name] = _value(value, n, weight, square) if sum(weight) else Value(None, problem=_NO_ROWS)
    if sum(weight) and not view.weighted:
        right = sum(count for key, count in zip(keys, n, strict=True) if key[0] == key[1] == key[2])
        found["subset_accuracy"] = Value(right / sum(n), n=sum(n), k=right, stderr=found["subset_accuracy"].stderr)
    return found | _of_classes(view)


def _value(function: Callable[[Any], Any], n: list[int], weight: Any, square: Any) -> Value:
    return Value(float(function(weight)), n=sum(n), stderr=stderr(function, tuple(weight), tuple(square)))


def _of_rows(keys: list[Overlap], classes: int) -> dict[str, Callable[[Any], Any]]:
    """The metrics that the overlaps tell, as functions of how much weight each has."""
    found: dict[str, Callable[[Any], Any]] = {
        "subset_accuracy": _mean([float(both == guessed == true) for both, guessed, true in keys]),
        "hamming_loss": _mean([(guessed + true - 2 * both) / classes for both, guessed, true in keys]),
    }
    for name, share in SHARES.items():
        each = [(share(*key) or (0.0,))[0] for key in keys]  # of a row without labels and predictions: 0, as scikit-learn has it
        found[f"{name}_samples"] = _mean(each)
        found[f"{name}_micro"] = _share_of_sums(name, keys)
    return found


def _mean(values: list[float]) -> Callable[[Any], Any]:
    return lambda weight: sum(value * each for value, each in zip(values, weight, strict=True)) / sum(weight)


def _share_of_sums(name: str, keys: list[Overlap]) -> Callable[[Any], Any]:
    def value(weight: Any) -> Any:
        both, guessed, true = (sum(key[at] * each for key, each in zip(keys, weight, strict=True)) for at in range(3))
        found = SHARES[name](both, guessed, true)
        return 0.0 * both if found is None else found[0]

    return value


def _of_classes(view: View) -> dict[Names, Value]:
    """Each class by itself, and their means; where a share is not defined for a class, that counts 0 in a mean."""
    found: dict[Names, Value] = {}
    shares: dict[str, dict[str, float]] = {name: {} for name in SHARES}
    labelled: dict[str, float] = {}
    counted: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {}
    rows = view.rows("labels")
    for label in view.definition.labels:
        cells = {(key[1], key[2]): numbers for key, numbers in rows.items() if key[0] == label}
        if not cells:
            continue
        n = [int(cells[at]["n"]) for at in ((1, 1), (0, 1), (1, 0))]
        weight = tuple(int(cells[at]["w"]) / SCALE for at in ((1, 1), (0, 1), (1, 0))) if view.weighted else tuple(n)
        square = tuple(int(cells[at]["w.w"]) / SCALE for at in ((1, 1), (0, 1), (1, 0))) if view.weighted else tuple(n)
        labelled[label] = weight[0] + weight[2]
        counted[label] = (weight[0], weight[2], weight[1]), (square[0], square[2], square[1])
        found[Named("support", of_class=label)] = Value(float(n[0] + n[2]))
        for name in SHARES:
            found[Named(name, of_class=label)] = value = _of_class(name, n, weight, square, view.weighted)
            shares[name][label] = value.value or 0.0
    if labelled:
        count = sum(int(each["n"]) for each in view.rows("overlaps").values())
        whole = sum(labelled.values())
        for name, values in shares.items():
            plain, by_labels = stderrs(view, counted, name)
            found[f"{name}_macro"] = Value(sum(values.values()) / len(values), n=count, stderr=plain)
            mean = sum(values[each] * labelled[each] for each in values) / whole if whole else 0.0
            found[f"{name}_weighted"] = Value(mean, n=count, stderr=by_labels)
    return found


def _of_class(name: str, n: list[int], weight: tuple[float, ...], square: tuple[float, ...], weighted: bool) -> Value:
    """A share of one class, of its (true positives, false positives, false negatives)."""

    def value(c: Any) -> Any:
        found = SHARES[name](c[0], c[0] + c[1], c[0] + c[2])
        assert found is not None
        return found[0]

    if SHARES[name](weight[0], weight[0] + weight[1], weight[0] + weight[2]) is None:
        why = f"not defined: the class {'never has' if name == 'recall' else 'is never'} {_LACKING[name]}"
        return Value(None, problem=why)
    support = n[0] + (n[1] if name != "recall" else 0) + (n[2] if name != "precision" else 0)
    k = None if weighted or name == "f1" else n[0]
    return Value(float(value(weight)), n=support, k=k, stderr=stderr(value, weight, square))
