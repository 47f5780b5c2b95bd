"""The confusion matrix that a file states beside a metric: its counts are what the metric was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gate.confidence.evidence.single import scale_of, test_of
from gate.confidence.evidence.stated import limited, no_surer
from gate.language.value import Doubt
from gate.record import replace
from gate.stats.rounding import NOISE, ROUGHEST, half_a_digit
from gate.stats.test import Test
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Metric
from gate.terms.slice import CLASSES, Slice

if TYPE_CHECKING:
    from gate.confidence.counted.tallies import Tallies

Cells: TypeAlias = "dict[tuple[str, str], float]"  # rows by label and prediction
COUNTS = ("tp", "fp", "fn", "tn")
_POSITIVES, _NEGATIVES, _FLAGGED, _OTHERS = ("tp", "fn"), ("tn", "fp"), ("tp", "fp"), ("tn", "fn")
# What metrics are shares of: the counts that they count, and those that add up to all of it.
SHARES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "recall": (("tp",), _POSITIVES), "fnr": (("fn",), _POSITIVES), "specificity": (("tn",), _NEGATIVES),
    "fpr": (("fp",), _NEGATIVES), "precision": (("tp",), _FLAGGED), "fdr": (("fp",), _FLAGGED), "npv": (("tn",), _OTHERS),
    "accuracy": (("tp", "tn"), COUNTS), "error_rate": (("fp", "fn"), COUNTS), "zero_one_loss": (("fp", "fn"), COUNTS),
}  # fmt: skip
OF_F1 = ("tp", "fp", "fn")
_TILTED = ("mcc", "kappa", "balanced_accuracy")
_POSITIVE = "1"  # where a matrix does not say what its labels are called, scikit-learn's order is meant


class Four(NamedTuple):
    """Counts of a binary matrix, and what tells them; those that nothing tells are None."""

    tp: float | None
    fp: float | None
    fn: float | None
    tn: float | None

    def total(self, names: tuple[str, ...]) -> float | None:
        """The sum of some; None where one is not known."""
        found = [getattr(self, name) for name in names]
        return None if None in found else float(sum(found))


class Beside(NamedTuple):
    """What one source says: the matrix with each label that may be the positive one; of more than two, `right` and wrong."""

    named: str
    every: tuple[Four, ...]
    cells: bool = False
    right: Four | None = None

    @property
    def many(self) -> bool:
        """Whether it has more than two labels: then a metric of one of them may as well be an average."""
        return self.right is not None


def beside(name: str, table: Measurements, on: Slice, tallies: Tallies) -> list[Beside]:
    """The matrices of the same rows that stand beside a metric, as counts and as cells."""
    prefix = name[: name.rfind(".") + 1]
    told = [table.get(prefix + each, on) for each in COUNTS]
    four = Four(*(None if each is None or each.value is None else float(each.value) for each in told))
    found = [Beside("tp, fp, fn and tn", (four,))] if any(each is not None for each in four) else []
    parts = dict(on.parts)
    cells, label = cells_of(prefix, table, on, tallies), None
    for column in CLASSES if not cells else ():
        if column in parts and not cells:
            label = parts[column]
            rest = Slice.of({key: value for key, value in parts.items() if key != column})
            cells = cells_of(prefix, table, rest, tallies)
    if cells:
        labels = sorted({each for pair in cells for each in pair})
        positive = [label] if label is not None else [_POSITIVE] if labels == ["0", _POSITIVE] else labels[::-1]
        right = sum(n for (truth, guess), n in cells.items() if truth == guess)
        many = Four(right, 0.0, sum(cells.values()) - right, 0.0) if len(labels) > 2 and label is None else None
        found.append(Beside("the confusion matrix", tuple(_against_all(cells, each) for each in positive), True, many))
    return found


def cells_of(prefix: str, table: Measurements, on: Slice, tallies: Tallies) -> Cells:
    """The rows of a slice by label and prediction (`confusion[label=…, prediction=…]`)."""
    every = table.slices_of(prefix + "confusion")
    return tallies.cells(every).get(on, {}) if every else {}


def by_slice(every: Mapping[Slice, Measurement]) -> dict[Slice, Cells]:
    """The confusion matrices of all slices, by their cells."""
    found: dict[Slice, Cells] = {}
    for cell, each in every.items():
        parts = dict(cell.parts)
        pair = parts.pop("label", ""), parts.pop("prediction", "")
        if each.value is not None and all(pair):
            found.setdefault(Slice.of(parts), {})[pair] = float(each.value)
    return found


def _against_all(cells: Cells, label: str) -> Four:
    found = [0.0, 0.0, 0.0, 0.0]
    for (truth, guess), n in cells.items():
        found[(0 if guess == label else 2) if truth == label else (1 if guess == label else 3)] += n
    return Four(*found)


# -- tests


class Told(NamedTuple):
    """A metric by a matrix: its value, and the evidence for it; `k` and `n` of a share, `n` alone of an F1."""

    value: float
    k: float | None
    n: float
    four: Four


def told(what: str, four: Four) -> Told | None:
    """What a matrix says of a metric; None where it does not, or has no rows that it is of."""
    if what in SHARES:
        k, n = (four.total(names) for names in SHARES[what])
        return Told(k / n, k, n, four) if k is not None and n else None
    if what == "f1":
        tp, n = four.tp, four.total(OF_F1)
        return Told(2 * tp / (tp + n), None, n, four) if tp is not None and n else None
    if what in _TILTED and None not in four:
        from gate.stats.matrices import formula

        try:
            return Told(float(formula(what)(four)), None, float(sum(map(float, four))), four)  # type: ignore[arg-type]
        except (ZeroDivisionError, TypeError):
            return None
    return None


def agrees(found: Measurement, scale: float, value: float) -> bool:
    """Whether a measured value is that of a matrix, as far as it is written."""
    written = float(found.value or 0)
    moved = min(half_a_digit(written), ROUGHEST * scale) + NOISE * max(scale, abs(written))
    return abs(written - value * scale) <= moved


def fits(found: Measurement, of: Told) -> bool:
    """Whether the stated n, and k, are those of a matrix; of F1 the positives alone are often told."""
    n, k = found.support.n, found.support.k
    same = n is None or abs(n - of.n) <= NOISE * of.n or (of.k is None and of.four.total(OF_F1) == of.n and n < of.n)
    return same and (k is None or of.k is None or abs(k - of.k) <= NOISE * of.n)


def by_matrix(found: Measurement, fact: Metric | None, name: str, what: str, of: Told) -> Test | Doubt | None:
    """The test by the counts of a matrix; None where the measurement says as much for itself."""
    if what in _TILTED:
        scale = scale_of(found, fact)
        return no_surer(_with_error(_tilted(what, of, float(found.value or 0) / scale, scale), found, fact, name), found)
    if found.support.n is not None:
        return None
    return test_of(replace(found, support=replace(found.support, n=of.n, k=of.k)), fact, name)


def _tilted(what: str, of: Told, value: float, scale: float) -> Test:
    from gate.stats.cell_metrics import binary, range_of
    from gate.stats.combine import scaled
    from gate.stats.tilt import of_cells

    metric = binary(what, [("1", "1"), ("0", "1"), ("1", "0"), ("0", "0")], "1")
    counts = [float(each or 0) for each in of.four]
    below, (low, high) = metric.below(counts), range_of(what)
    test = of_cells(counts, metric.value, gradient=metric.gradient, denominators=below, low=low, high=high)
    return scaled(replace(test, estimate=value), scale)


def _with_error(test: Test, found: Measurement, fact: Metric | None, name: str) -> Test:
    """The test, which shows nothing that the stated standard error does not show as well."""
    if not found.support.stderr or test.problem:
        return test
    from gate.stats.combine import agreeing

    other = test_of(replace(found, support=replace(found.support, interval=None, n=None, k=None)), fact, name)
    return limited(agreeing([test, other]), test.low, test.high) if isinstance(other, Test) else test
