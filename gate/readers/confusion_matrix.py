"""A confusion matrix as counts: `{"confusion_matrix": [[50, 2], [3, 45]], "labels": ["no", "yes"]}`; rows are the truth."""

from __future__ import annotations

import math
from typing import Any

from gate.readers.draft import HIGHER, Draft
from gate.readers.source import SourceFile
from gate.readers.values import is_number
from gate.terms.measurements import Measurements
from gate.terms.slice import slice_value

MAX_CLASSES = 2_000
_KEYS = frozenset(("confusion_matrix", "labels"))


def recognises(file: SourceFile) -> bool:
    """Whether it holds a list of lists under that name, and at most the labels beside it."""
    document = file.mapping
    if document is None or not document.keys() <= _KEYS:
        return False
    matrix = document.get("confusion_matrix")
    return isinstance(matrix, list) and bool(matrix) and all(isinstance(row, list) for row in matrix)


def read(file: SourceFile) -> Measurements:
    """`accuracy`, and `recall`, `precision` and `f1_score` of every class as successes k of n. Raises InputError."""
    draft = Draft(file, "scikit-learn's confusion_matrix")
    document = draft.mapping(file.document, "the document")
    matrix = _matrix(document.get("confusion_matrix"), draft)
    labels = _labels(document.get("labels"), len(matrix), draft)
    columns = [sum(column) for column in zip(*matrix, strict=True)]
    hits = [row[index] for index, row in enumerate(matrix)]
    draft.add("accuracy", **_share(sum(hits), sum(columns)))
    for index, label in enumerate(labels):
        on = draft.slice({"class": label})
        truly, called = sum(matrix[index]), columns[index]
        draft.add("recall", on=on, **_share(hits[index], truly))
        draft.add("precision", on=on, **_share(hits[index], called))
        f1 = 2 * hits[index] / (truly + called) if truly + called else math.nan
        draft.add("f1_score", f1, on=on, n=truly, better=HIGHER)
        draft.add("support", truly, on=on)
    return draft.finished()


def _share(k: int, n: int) -> dict[str, Any]:
    """k of n; on no rows there is no value, whatever stands here."""
    return {"value": k / n if n else 0.0, "k": k, "n": n, "better": HIGHER}


def _matrix(found: Any, draft: Draft) -> list[list[int]]:
    """The matrix when it is square and holds counts."""
    rows = draft.list(found, "confusion_matrix")
    if len(rows) > MAX_CLASSES:
        raise draft.refusal(f"more than {MAX_CLASSES:,} classes")
    matrix = [[_count(cell, draft) for cell in draft.list(row, "confusion_matrix[…]")] for row in rows]
    if not matrix or any(len(row) != len(matrix) for row in matrix):
        raise draft.refusal("the matrix is not square", remedy="rows are the truth, columns what was predicted")
    return matrix


def _count(cell: Any, draft: Draft) -> int:
    if not is_number(cell):
        raise draft.broken("a cell of the matrix", cell, "a number of rows")
    if cell < 0 or cell != int(cell):
        remedy = "write it without `normalize` and `sample_weight`: shares do not say of how many rows"
        raise draft.refusal(f"a cell of the matrix is {cell!r}, not a number of rows", remedy=remedy)
    return int(cell)


def _labels(found: Any, count: int, draft: Draft) -> list[str]:
    """The names of the classes; their places where the file has none."""
    if found is None:
        return [str(index) for index in range(count)]
    given = draft.list(found, "labels")
    labels = [slice_value(each) for each in given if not isinstance(each, (dict, list))]
    if len(set(labels)) != count or len(given) != count:
        raise draft.refusal(f"{len(set(labels))} different labels for {count} classes")
    return labels
