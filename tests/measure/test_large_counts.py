"""Counts of billions of rows: no sum wraps around."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gate.measure import ranks
from gate.terms.tally import SCALE


def grid(rows: int, cells: int = 60) -> dict[Any, dict[str, int]]:
    """Counts on the grid of scores, about as many rows in all, the higher cells with more positives."""
    draw = np.random.default_rng(1)
    found: dict[Any, dict[str, int]] = {}
    for cell in range(cells):
        for truth in (0, 1):
            n = int(rows * (cell + 1 if truth else cells - cell) / cells**2 * draw.uniform(0.9, 1.1))
            found["", truth, cell] = {"n": n, "w": n * SCALE, "w.w": n * SCALE, "w.score": n * SCALE // 2}
    return found


@pytest.mark.parametrize("rows", [10**4, 3 * 10**7, 10**9, 10**10, 10**11])
def test_rank_sums_are_exact(rows: int) -> None:
    counts = grid(rows)
    found = ranks.of_grid(counts, "")
    assert found is not None
    sums = dict(zip(ranks.FIELDS, found.sums, strict=True))
    cells = sorted({key[2] for key in counts})
    pos, neg = ([counts["", truth, cell]["n"] for cell in cells] for truth in (1, 0))
    below = [2 * sum(neg[:at]) + neg[at] for at, _ in enumerate(cells)]
    above = [2 * sum(pos[at + 1 :]) + pos[at] for at, _ in enumerate(cells)]
    assert sums["twice_u"] == sum(n * v for n, v in zip(pos, below, strict=True))
    assert sums["pos_squares"] == sum(n * v * v for n, v in zip(pos, below, strict=True))
    assert sums["neg_squares"] == sum(n * v * v for n, v in zip(neg, above, strict=True))
    assert sums["tied_pairs"] == sum(n * m for n, m in zip(pos, neg, strict=True))
