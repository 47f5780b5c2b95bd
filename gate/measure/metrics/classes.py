"""Metrics of a confusion matrix of many classes: averages over classes and each class by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from gate.measure.definition import Definition
from gate.measure.metrics.metric import UP, Cell, Described, Named, Names, Value, View
from gate.measure.questions import CONFUSION
from gate.record import dataclass
from gate.terms.tally import Tally

# A share of one class: from its true positives, its predictions and its labels, the value and its three derivatives.
Share: TypeAlias = Callable[[float, float, float], "tuple[float, float, float, float] | None"]

MOST_SHOWN = 20  # classes of a matrix that is kept: 400 measurements
AVERAGES = ("micro", "macro", "weighted")
_NO_ROWS = "not defined: no row has a label"
_CONSTANT = "not defined: labels or predictions are all the same"
_NONE = "not defined: the class is never {}"


def _ratio(
    top: float, bottom: float, tops: tuple[float, ...], bottoms: tuple[float, ...]
) -> tuple[float, float, float, float] | None:
    """top / bottom and its derivatives by true positives, predictions and labels; None where it is not defined."""
    if not bottom:
        return None
    value = top / bottom
    first, second, third = ((one - value * other) / bottom for one, other in zip(tops, bottoms, strict=True))
    return value, first, second, third


SHARES: dict[str, Share] = {
    "precision": lambda tp, predicted, labelled: _ratio(tp, predicted, (1, 0, 0), (0, 1, 0)),  # noqa: ARG005
    "recall": lambda tp, predicted, labelled: _ratio(tp, labelled, (1, 0, 0), (0, 0, 1)),  # noqa: ARG005
    "f1": lambda tp, predicted, labelled: _ratio(2 * tp, predicted + labelled, (2, 0, 0), (0, 1, 1)),
    "jaccard": lambda tp, predicted, labelled: _ratio(tp, predicted + labelled - tp, (1, 0, 0), (-1, 1, 1)),
}
_LACKING = {"precision": "predicted", "recall": "a label", "f1": "a label or predicted", "jaccard": "a label or predicted"}
_MEANS = {
    "precision": "share of rows predicted as the class that are",
    "recall": "share of the class's rows that are found",
    "f1": "harmonic mean of precision and recall",
    "jaccard": "rows labelled and predicted as the class among those either way",
}
_OVER = {"micro": "over all decisions alike", "macro": "mean over classes", "weighted": "mean over classes by their rows"}

METRICS = (
    Described("accuracy", UP, 0, 1, oracle="accuracy_score", means="share of rows predicted right"),
    Described("balanced_accuracy", UP, 0, 1, oracle="balanced_accuracy_score", means="mean recall over classes with rows"),
    Described("mcc", UP, -1, 1, oracle="matthews_corrcoef", means="correlation of label and prediction (Gorodkin 2004)"),
    Described("kappa", UP, -1, 1, oracle="cohen_kappa_score", means="agreement beyond chance"),
    *(
        Described(f"{name}_{average}", UP, 0, 1, oracle=f"{name}_score(average={average!r})", means=f"{means}; {_OVER[average]}")
        for name, means in _MEANS.items()
        for average in AVERAGES
    ),
    *(
        Described(name, UP, 0, 1, oracle=f"{name}_score(average=None)", means=f"{means}; for each class")
        for name, means in _MEANS.items()
    ),
    Described("support", None, 0, means="rows labelled as the class; for each class"),
    Described(
        "confusion",
        None,
        0,
        means="rows by label and prediction: `confusion[label=cat, prediction=dog]`; `ask: [confusion]`: of slices, too",
    ),
)


def applies(tally: Tally, definition: Definition) -> bool:
    """Labels of several classes with a prediction, or a score for each class."""
    return tally.header.task == "multiclass" and bool(definition.prediction or definition.scores)


def measure(view: View) -> Mapping[Names, Value]:
    """Every metric of the matrix on a slice, and on each of its classes."""
    matrix = Matrix.of(view.matrix())
    found: dict[Names, Value] = {}
    if not matrix.total:
        return dict.fromkeys((each.name for each in METRICS[: -len(SHARES) - 2]), Value(None, problem=_NO_ROWS))
    found["accuracy"] = matrix.accuracy(view.weighted)
    found["balanced_accuracy"] = matrix.average("recall", {each: 1.0 for each in matrix.labels if matrix.labelled[each]})
    found["mcc"], found["kappa"] = matrix.mcc(), matrix.kappa()
    for name in SHARES:
        found[f"{name}_micro"] = matrix.micro(name)
        found[f"{name}_macro"] = matrix.average(name, dict.fromkeys(matrix.labels, 1.0))
        found[f"{name}_weighted"] = matrix.by_rows(name)
    for label in matrix.labels:
        found |= {Named(name, of_class=label): matrix.of_class(name, label, view.weighted) for name in SHARES}
        found[Named("support", of_class=label)] = Value(float(matrix.rows(label)))
    return found | _cells(view, matrix)


def _cells(view: View, matrix: Matrix) -> dict[Names, Value]:
    """The matrix itself, of few classes: that of the whole, which reports show, and of slices where it is asked for."""
    taken = {column for columns in view.definition.slices for column in columns}
    wanted = not view.on or CONFUSION in view.definition.ask
    if not wanted or len(matrix.labels) > MOST_SHOWN or taken & {"label", "prediction"}:
        return {}
    cells = {(true, guess): matrix.cells.get((true, guess)) for true in matrix.labels for guess in matrix.labels}
    return {Named("confusion", of_cell=pair): Value(float(cell.n if cell else 0)) for pair, cell in cells.items()}


@dataclass(frozen=True, slots=True)
class Matrix:
    """A confusion matrix by (label, prediction), with its sums. Classes are those labelled or predicted, in order."""

    cells: Mapping[tuple[str, str], Cell]
    labels: tuple[str, ...]
    labelled: Mapping[str, float]
    predicted: Mapping[str, float]
    right: Mapping[str, float]
    total: float

    @classmethod
    def of(cls, cells: Mapping[tuple[str, str], Cell]) -> Matrix:
        labels = tuple(sorted({label for pair, cell in cells.items() if cell.weight for label in pair}))
        labelled, predicted, right = (dict.fromkeys(labels, 0.0) for _ in range(3))
        for (label, prediction), cell in cells.items():
            if cell.weight:
                labelled[label] += cell.weight
                predicted[prediction] += cell.weight
                right[label] += cell.weight if label == prediction else 0
        return cls(cells, labels, labelled, predicted, right, sum(labelled.values()))

    @property
    def n(self) -> int:
        return sum(cell.n for cell in self.cells.values())

    def rows(self, label: str) -> int:
        """How many rows are labelled as a class."""
        return sum(cell.n for (truth, _), cell in self.cells.items() if truth == label)

    def stderr(self, right: Mapping[str, float], predicted: Mapping[str, float], labelled: Mapping[str, float]) -> float | None:
        """The standard error of a function whose derivatives by the three sums of each class these are.

        A row's influence value (Hampel 1974) is the derivative by its cell, times the whole.
        """
        variance = 0.0
        for (truth, guess), cell in self.cells.items():
            slope = labelled.get(truth, 0.0) + predicted.get(guess, 0.0) + (right.get(truth, 0.0) if truth == guess else 0.0)
            variance += cell.square * slope * slope
        return variance**0.5 if variance > 0 else None

    def accuracy(self, weighted: bool) -> Value:
        """The share of rows on the diagonal."""
        value = sum(self.right.values()) / self.total
        error = self.stderr(dict.fromkeys(self.labels, 1 / self.total), {}, dict.fromkeys(self.labels, -value / self.total))
        k = None if weighted else sum(cell.n for (truth, guess), cell in self.cells.items() if truth == guess)
        return Value(value, n=self.n, k=k, stderr=error)

    def of_class(self, name: str, label: str, weighted: bool) -> Value:
        """A share of one class."""
        found = SHARES[name](self.right[label], self.predicted[label], self.labelled[label])
        if found is None:
            return Value(
                None,
                problem=f"not defined: the class never has {_LACKING[name]}"
                if name == "recall"
                else _NONE.format(_LACKING[name]),
            )
        value, tops, guesses, truths = found
        n, k = self._support(name, label)
        error = self.stderr({label: tops}, {label: guesses}, {label: truths})
        return Value(value, n=n, k=None if weighted or name == "f1" else k, stderr=error)

    def _support(self, name: str, label: str) -> tuple[int, int]:
        """The rows in the denominator of a class's share, and in the numerator."""
        k = n = 0
        for (truth, guess), cell in self.cells.items():
            k += cell.n if truth == guess == label else 0
            inside = {"precision": guess == label, "recall": truth == label}.get(name, label in (truth, guess))
            n += cell.n if inside else 0
        return n, k

    def average(self, name: str, weights: Mapping[str, float]) -> Value:
        """The mean of a share over classes; where it is not defined for a class, that counts 0, as scikit-learn has it."""
        whole = sum(weights.values())
        value = 0.0
        slopes: tuple[dict[str, float], dict[str, float], dict[str, float]] = ({}, {}, {})
        for label, weight in weights.items():
            found = SHARES[name](self.right[label], self.predicted[label], self.labelled[label])
            if found is not None:
                value += found[0] * weight / whole
                for slope, derivative in zip(slopes, found[1:], strict=True):
                    slope[label] = derivative * weight / whole
        return Value(value, n=self.n, stderr=self.stderr(*slopes))

    def by_rows(self, name: str) -> Value:
        """The mean over classes, each counting as much as its rows, which vary, too."""
        plain = self.average(name, {each: weight for each, weight in self.labelled.items() if weight})
        assert plain.value is not None
        slopes: tuple[dict[str, float], dict[str, float], dict[str, float]] = ({}, {}, {})
        for label in self.labels:
            found = SHARES[name](self.right[label], self.predicted[label], self.labelled[label])
            share = found or (0.0, 0.0, 0.0, 0.0)
            for slope, derivative in zip(slopes, share[1:], strict=True):
                slope[label] = derivative * self.labelled[label] / self.total
            slopes[2][label] += (share[0] - plain.value) / self.total
        return Value(plain.value, n=self.n, stderr=self.stderr(*slopes))

    def micro(self, name: str) -> Value:
        """The share of all decisions together; with one label a row it is the accuracy, but for Jaccard."""
        found = SHARES[name](sum(self.right.values()), self.total, self.total)
        assert found is not None
        slopes = [dict.fromkeys(self.labels, derivative) for derivative in found[1:]]
        return Value(found[0], n=self.n, stderr=self.stderr(*slopes))

    def kappa(self) -> Value:
        """Cohen's kappa (1960)."""
        n = self.total
        chance = sum(self.labelled[each] * self.predicted[each] for each in self.labels) / (n * n)
        if chance >= 1:
            return Value(None, problem=_CONSTANT)
        agreed = sum(self.right.values()) / n
        value = (agreed - chance) / (1 - chance)
        # By the agreed share (its own slope), and by chance; both have n in their denominators.
        outer = 1 / (1 - chance)
        by_chance = (agreed - 1) / (1 - chance) ** 2
        constant = -outer * agreed / n - 2 * by_chance * chance / n
        labelled = {each: by_chance * self.predicted[each] / (n * n) + constant for each in self.labels}
        predicted = {each: by_chance * self.labelled[each] / (n * n) for each in self.labels}
        return Value(value, n=self.n, stderr=self.stderr(dict.fromkeys(self.labels, outer / n), predicted, labelled))

    def mcc(self) -> Value:
        """Matthews's correlation coefficient for many classes: covariance of one-hot label and prediction (Gorodkin 2004)."""
        n = self.total
        truth, guess = self.labelled, self.predicted
        within = sum(self.right.values()) * n - sum(truth[each] * guess[each] for each in self.labels)
        truths = n * n - sum(each * each for each in truth.values())
        guesses = n * n - sum(each * each for each in guess.values())
        if truths <= 0 or guesses <= 0:
            return Value(None, problem=_CONSTANT)
        root = (truths * guesses) ** 0.5
        value = within / root
        constant = sum(self.right.values()) / root - value * n * (1 / truths + 1 / guesses)
        labelled = {each: -guess[each] / root + value * truth[each] / truths + constant for each in self.labels}
        predicted = {each: -truth[each] / root + value * guess[each] / guesses for each in self.labels}
        return Value(value, n=self.n, stderr=self.stderr(dict.fromkeys(self.labels, n / root), predicted, labelled))
