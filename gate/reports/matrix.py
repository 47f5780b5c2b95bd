"""The confusion matrix of the candidate, where it was counted: what was true by what was predicted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gate.reports.numbers import number
from gate.terms.decision import Decision
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE

_TWO = (("tp", "fn"), ("fp", "tn"))  # by what was true: positive, negative; by what was predicted
_KEYS = ("label", "prediction")


class Matrix(NamedTuple):
    """Counts as text: of each class that was true, how often which class was predicted, in the order of `predicted`."""

    predicted: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def matrix(decision: Decision, most: int) -> Matrix | None:
    """The matrix of at most `most` classes; None where there is none, or a larger one."""
    table = decision.candidate
    if table is None:
        return None
    counts = _many(table) or _two(table)
    labels = tuple(dict.fromkeys(label for pair in counts for label in pair))
    if not counts or not 2 <= len(labels) <= most:
        return None
    rows = ((true, tuple(number(counts.get((true, guess), 0.0)) for guess in labels)) for true in labels)
    return Matrix(labels, tuple(rows))


def _two(table: Measurements) -> Mapping[tuple[str, str], float]:
    """That of two classes, where gate counted the rows itself: `rows` stands beside it."""
    names = ("positive", "negative")
    found: dict[tuple[str, str], float] = {}
    for true, cells in zip(names, _TWO, strict=True):
        for guess, name in zip(names, cells, strict=True):
            cell = table.get(name, WHOLE)
            if cell is None or cell.value is None or isinstance(cell.value, bool):
                return {}
            found[true, guess] = float(cell.value)
    return found if table.get("rows", WHOLE) else {}


def _many(table: Measurements) -> Mapping[tuple[str, str], float]:
    """That of many classes: the measurements `confusion[label=…, prediction=…]`."""
    found: dict[tuple[str, str], float] = {}
    for on, cell in table.slices_of("confusion").items():
        if on.columns == _KEYS and cell.value is not None and not isinstance(cell.value, bool):
            (_, true), (_, guess) = on.parts
            found[true, guess] = float(cell.value)
    return dict(sorted(found.items()))
