"""The difference of two metrics of the same cells, which tests of one vector are held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gate.stats.cell_metrics import CellMetric, fewest


def less(one: CellMetric, other: CellMetric, factor: float = 1.0) -> CellMetric:
    """The first less `factor` times the other."""

    def value(cells: Sequence[Any]) -> Any:
        return one.value(cells) - factor * other.value(cells)

    def gradient(cells: Sequence[float]) -> list[float]:
        both = zip(one.gradient(cells), other.gradient(cells), strict=True)
        return [first - factor * second for first, second in both]

    return CellMetric(value, gradient, lambda cells: fewest(one.below(cells), other.below(cells)))
