"""A confusion matrix among other metrics of a file."""

from __future__ import annotations

from typing import Any

import pytest

from gate.readers.inputs import read_mapping
from gate.terms.slice import Slice

MATRIX = [[880, 20], [10, 90]]


def cell(metrics: dict[str, Any], label: str, prediction: str, name: str = "confusion", **more: str) -> float | None:
    found = read_mapping(metrics).get(name, Slice.of({"label": label, "prediction": prediction, **more}))
    return None if found is None or found.value is None else float(found.value)


def test_its_cells_are_called_as_gate_calls_them() -> None:
    assert cell({"accuracy": 0.97, "confusion_matrix": MATRIX}, "1", "0") == 10
    assert cell({"accuracy": 0.97, "confusion_matrix": MATRIX, "labels": ["ok", "fraud"]}, "ok", "fraud") == 20
    assert cell({"test": {"accuracy": 0.97, "confusion_matrix": MATRIX}}, "0", "1", "test.confusion") == 20
    sliced = {"slices": [{"slice": {"r": "eu"}, "metrics": {"accuracy": 0.97, "confusion_matrix": MATRIX}}]}
    assert cell(sliced, "1", "1", r="eu") == 90


@pytest.mark.parametrize(
    "matrix",
    [[[1, 2], [3]], [[1]], [], [[1.5, 2], [3, 4]], [[True, 2], [3, 4]], [[-1, 2], [3, 4]], ["a"], [[1, 2], "34"], 7],
)
def test_what_is_none_is_left_as_it_was(matrix: Any) -> None:
    table = read_mapping({"accuracy": 0.97, "confusion_matrix": matrix})
    assert "confusion" not in table
    assert "accuracy" in table
