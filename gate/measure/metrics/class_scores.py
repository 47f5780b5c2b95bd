"""Metrics of a score for each class: the losses of probabilities, and whether the class is among the best places."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

from gate.measure.definition import Definition
from gate.measure.metrics.asked import limits
from gate.measure.metrics.metric import DOWN, UP, Described, Named, Names, Value, View
from gate.measure.metrics.scores import loss
from gate.terms.tally import SCALE, Tally

METRICS = (
    Described("log_loss", DOWN, 0, None, oracle="log_loss", means="mean surprise, in nats"),
    Described("brier", DOWN, 0, 2, oracle="brier_score_loss", means="mean squared distance of the probabilities from the class"),
    Described(
        "top_k_accuracy",
        UP,
        0,
        1,
        ("places",),
        oracle="top_k_accuracy_score",
        means="share of rows whose class is among the k best",
    ),
)
USUAL = (2, 3, 5, 10)


def applies(tally: Tally, definition: Definition) -> bool:
    """Labels of several classes with a score for each."""
    return "places" in tally and bool(definition.scores)


def measure(view: View) -> Mapping[Names, Value]:
    """Every metric of the scores on a slice; a baseline has no scores by class."""
    if view.model:
        return {}
    found: dict[Names, Value] = {}
    if view.definition.probability:
        found |= {name: loss(view, name) for name in ("log_loss", "brier")}
    classes = len(view.definition.scores)
    asked = limits(view.definition, "top_k_accuracy")
    for k in sorted({*(each for each in USUAL if each < classes), *asked}):
        found[Named(f"top_k_accuracy@{k}", "top_k_accuracy")] = _top(view, k)
    return found


class _Sums(NamedTuple):
    n: int
    weight: float
    square: float


def _top(view: View, k: int) -> Value:
    """The share of rows in whose scores their class has one of the first k places, ties as scikit-learn breaks them."""
    inside, outside = _places(view, k, True), _places(view, k, False)
    weight = inside.weight + outside.weight
    if not weight:
        return Value(None, problem="not defined: no row has a label")
    value = inside.weight / weight
    variance = inside.square * (1 - value) ** 2 + outside.square * value**2
    hits = None if view.weighted else inside.n
    return Value(value, n=inside.n + outside.n, k=hits, stderr=sqrt(variance) / weight or None)


def _places(view: View, k: int, inside: bool) -> _Sums:
    rows = [numbers for (place,), numbers in view.rows("places").items() if (place <= k) == inside]
    n = sum(int(each["n"]) for each in rows)
    if not view.weighted:
        return _Sums(n, n, n)
    return _Sums(n, sum(int(each["w"]) for each in rows) / SCALE, sum(int(each["w.w"]) for each in rows) / SCALE)
