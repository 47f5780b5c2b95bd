"""Rank sums of sorted keys, in blocks, beside sums of Python's integers over all rows, one score at a time."""

from __future__ import annotations

from itertools import groupby
from random import Random
from typing import Any

import pytest

np = pytest.importorskip("numpy")

from gate.measure import sorted_ranks  # noqa: E402
from gate.measure.ranks import FIELDS  # noqa: E402


def slow(rows: list[tuple[int, int]]) -> dict[str, Any]:
    """The integers among `FIELDS`, of rows of (score, class)."""
    pos_all = sum(each for _, each in rows)
    groups = [[each for _, each in group] for _, group in groupby(sorted(rows), key=lambda row: row[0])]
    found = dict.fromkeys(("twice_u", "pos_squares", "neg_squares", "tied_pairs"), 0)
    pos_below = neg_below = 0
    for group in groups:
        pos, neg = sum(group), len(group) - sum(group)
        below, above = 2 * neg_below + neg, 2 * (pos_all - pos_below - pos) + pos
        found["twice_u"] += pos * below
        found["pos_squares"] += pos * below**2
        found["neg_squares"] += neg * above**2
        found["tied_pairs"] += pos * neg
        pos_below, neg_below = pos_below + pos, neg_below + neg
    linear = {"pos_linear": found["twice_u"], "neg_linear": found["twice_u"]}
    return {"n_pos": pos_all, "n_neg": len(rows) - pos_all, "distinct": len(groups)} | linear | found


@pytest.mark.parametrize("count", [1, 2, 9, 300, 65_535, 65_536, 65_537, 140_000])
@pytest.mark.parametrize("distinct", [1, 3, 50, 40_000, 10**9])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_sums_are_exact_whatever_the_ties_and_blocks(count: int, distinct: int, share: float) -> None:
    random = Random(f"{count} {distinct} {share}")
    rows = [(random.randrange(distinct), int(random.random() < share)) for _ in range(count)]
    packed = np.sort(np.array([score << 1 | each for score, each in rows], dtype=np.uint64))
    found = dict(zip(FIELDS, sorted_ranks.sums(sorted_ranks.Sorted(packed)), strict=True))
    wanted = slow(rows)
    assert {name: found[name] for name in wanted} == wanted


def test_bins_hold_every_row_once_and_leave_no_score_apart() -> None:
    scores = np.repeat(np.array([1, 2, 3, 9], dtype=np.uint64), [5, 90_000, 1, 4])
    packed = scores << np.uint64(1)
    found = sorted_ranks.bins(sorted_ranks.Sorted(packed), packed, lambda keys: keys.astype(np.float64))
    assert [(row[0], row[4]) for row in found.values()] == [(90_005, 180_005.0), (5, 39.0)]


@pytest.mark.parametrize(("count", "slices"), [(0, 3), (1, 1), (70_000, 5), (70_000, 20_000)])
def test_parts_hold_the_keys_of_their_slice(count: int, slices: int) -> None:
    random = np.random.default_rng(count + slices)
    keys, code = random.integers(0, 1 << 40, count).astype(np.uint64), random.integers(0, slices, count).astype(np.uint16)
    parts, edges = sorted_ranks.parted(keys, code, slices)
    assert len(edges) == slices + 1
    for each in {0, slices // 2, slices - 1}:
        assert parts[edges[each] : edges[each + 1]].tolist() == keys[code == each].tolist()
