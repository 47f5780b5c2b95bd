"""What a comparison asks to be shown: a sum of measurements with weights, which is to lie above a line."""

from __future__ import annotations

from collections.abc import Mapping

from gate.language.tree import Arithmetic, Comparison, Expression, Negative, Number, OnBaseline, Reading
from gate.record import dataclass, field
from gate.terms import catalogue
from gate.terms.metric import Metric

Key = tuple[str, Reading]  # the baseline's name ("" for the candidate), and what is read there

# What each row of the denominator is, and which part of all rows that is where the share p of them is positive.
_UNITS = {
    "recall": ("positives", True),
    "fnr": ("positives", True),
    "specificity": ("negatives", False),
    "fpr": ("negatives", False),
    "precision": ("predicted positives", True),
    "fdr": ("predicted positives", True),
    "npv": ("predicted negatives", False),
}
CHANGES = ("prediction_change_rate", "change_rate", "changed", "disagreement", "d")


@dataclass(frozen=True, slots=True)
class Linear:
    """Σ weight · reading + constant."""

    weights: Mapping[Key, float] = field(default_factory=dict)
    constant: float = 0.0

    def plus(self, other: Linear, factor: float = 1.0) -> Linear:
        weights = dict(self.weights)
        for key, weight in other.weights.items():
            weights[key] = weights.get(key, 0.0) + factor * weight
        return Linear({key: weight for key, weight in weights.items() if weight}, self.constant + factor * other.constant)

    def times(self, factor: float) -> Linear:
        return Linear({key: factor * weight for key, weight in self.weights.items()}, factor * self.constant)


def asked(node: Comparison) -> Linear | None:
    """What has to lie above 0, None where it is no weighted sum of single measurements, or `==` or `!=`."""
    if node.operator in ("==", "!="):
        return None
    left, right = linear(node.left), linear(node.right)
    if left is None or right is None:
        return None
    return left.plus(right, -1) if node.operator[0] == ">" else right.plus(left, -1)


def linear(node: Expression, of: str = "") -> Linear | None:
    """An expression as a weighted sum of measurements; `of` is the baseline that it is read on."""
    if isinstance(node, Number):
        return Linear(constant=node.value)
    if isinstance(node, Reading):
        return Linear({(of, node): 1.0})
    if isinstance(node, OnBaseline):
        return linear(node.of, node.name)
    if isinstance(node, Negative):
        inner = linear(node.of, of)
        return None if inner is None else inner.times(-1)
    if isinstance(node, Arithmetic):
        left, right = linear(node.left, of), linear(node.right, of)
        return None if left is None or right is None else _combined(node.operator, left, right)
    return None


def _combined(operator: str, left: Linear, right: Linear) -> Linear | None:
    if operator in ("+", "-"):
        return left.plus(right, 1 if operator == "+" else -1)
    if operator == "/":
        return left.times(1 / right.constant) if not right.weights and right.constant else None
    if not left.weights:
        return right.times(left.constant)
    return left.times(right.constant) if not right.weights else None


def units(metric: str, positives: float) -> tuple[str, float]:
    """What a share's denominator counts, and which part of all rows it is."""
    known = catalogue.find(metric)
    of, positive = _UNITS.get(known.name if known is not None else "", ("rows", None))
    return of, 1.0 if positive is None else positives if positive else 1 - positives


def is_share(fact: Metric | None, metric: str) -> bool:
    """Whether a value is a share of what its denominator counts."""
    return metric in CHANGES or (fact is not None and fact.proportion)


def changes(node: Comparison) -> float | None:
    """The A of a comparison `d < A`, where d is the share of rows whose prediction has changed."""
    found = asked(node)
    if found is None or len(found.weights) != 1:
        return None
    ((_, reading), weight) = next(iter(found.weights.items()))
    line = -found.constant / weight
    return line if reading.metric in CHANGES and weight < 0 and 0 < line < 1 else None
