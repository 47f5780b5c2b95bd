"""A confusion matrix among metrics, as scikit-learn has it: rows by label and prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gate.terms.slice import slice_value

KEY = "confusion_matrix"
_MOST = 50  # classes; a larger one is left out


def cells(mapping: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """The label, the prediction and the rows of each cell; empty where it is no square list of lists of counts.

    What the labels are called stands under `labels`, if anywhere; else they are counted from 0.
    """
    matrix = mapping.get(KEY)
    if not isinstance(matrix, list) or not 2 <= len(matrix) <= _MOST:
        return []
    if not all(isinstance(row, list) and len(row) == len(matrix) and all(map(_is_count, row)) for row in matrix):
        return []
    labels = _labels(mapping.get("labels"), len(matrix))
    return [(labels[i], labels[j], n) for i, row in enumerate(matrix) for j, n in enumerate(row)]


def _labels(told: Any, size: int) -> list[str]:
    if isinstance(told, list) and len(told) == size and not any(isinstance(each, (dict, list)) for each in told):
        found = [slice_value(each) for each in told]
        if len(set(found)) == size and all(found):
            return found
    return [str(index) for index in range(size)]


def _is_count(found: Any) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and found >= 0
