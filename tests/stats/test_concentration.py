"""The numbers that ease.ml/ci publishes (Renggli et al., MLSys 2019; the repository's notebook)."""

from __future__ import annotations

from math import ceil

import pytest

from gate.stats.concentration import bennett, bennett_h, hoeffding, labels_where_they_differ


@pytest.mark.parametrize(
    ("weights", "tolerance", "error", "uses", "full", "rows"),
    [
        ((1,), 0.01, 1e-4, 1, False, 46_052),  # 46K
        ((1,), 0.01, 1e-4, 32, False, 63_381),  # 63K
        ((1,), 0.01, 1e-4, 32, True, 156_956),  # 156,955
        ((1,), 0.05, 1e-4, 32, True, 6_279),  # n > 0.8 +/- 0.05
        ((1, -1), 0.02, 0.002, 7, False, 44_269),  # SemEval: 44,268
        ((1, -1), 0.02, 0.002, 7, True, 58_799),  # "up to 58K"
        ((1, -1), 0.1, 0.01, 32, True, 5_496),  # the notebook
    ],
)
def test_hoeffding(weights: tuple[float, ...], tolerance: float, error: float, uses: int, full: bool, rows: int) -> None:
    assert ceil(hoeffding(weights, tolerance, error, uses, full, 1)) == rows


@pytest.mark.parametrize(("full", "rows"), [(False, 29_048), (True, 67_706)])  # 29K, 67K
def test_bennett(full: bool, rows: int) -> None:
    assert abs(ceil(bennett(0.1, 0.01, 1e-4, 32, full)) - rows) <= 1


def test_labelling_only_where_models_differ() -> None:
    assert int(labels_where_they_differ(0.1, 0.01, 1e-4)) == 2188


def test_h() -> None:
    assert bennett_h(0.1) == pytest.approx(0.0048411978, abs=1e-9)


def test_a_weight_costs_its_square_and_clauses_a_little() -> None:
    one = hoeffding((1,), 0.01, 1e-4, 1, False, 1)
    assert hoeffding((2,), 0.01, 1e-4, 1, False, 1) == 4 * one
    assert one < hoeffding((1,), 0.01, 1e-4, 1, False, 2) < 1.1 * one
