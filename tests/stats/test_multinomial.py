"""Shares of largest likelihood under a hypothesis, and the tails that they give."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from gate.stats.multinomial import most_likely
from gate.stats.paired import of_pairs, of_pairs_ratio


@pytest.mark.parametrize("seed", range(40))
def test_shares_are_shares_with_the_weighted_sum_asked_for(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(25):
        weights = [1.0, -1.0, 0.0, *(draw.uniform(-3, 3) for _ in range(draw.choice((0, 0, 1, 3))))]
        counts = [draw.choice((0, 1, draw.randint(0, 50), draw.randint(0, 10**6))) for _ in weights]
        c = round(draw.uniform(min(weights) + 0.01, max(weights) - 0.01), draw.choice((1, 2, 9)))
        if not any(counts) or not min(weights) < c < max(weights):
            continue
        shares = most_likely(counts, weights, c)
        assert min(shares) >= 0, (counts, weights, c)
        assert sum(shares) == pytest.approx(1, abs=1e-9), (counts, weights, c)
        assert sum(share * weight for share, weight in zip(shares, weights, strict=True)) == pytest.approx(c, abs=1e-9)


def test_a_step_beside_a_pole_is_no_root() -> None:
    """Newton's step from 0 lands beside the end where the second cell's share is infinite, and moves no more."""
    assert most_likely((5, 1, 34), (1, -1, 0), -0.1) == pytest.approx([0.061485, 0.161485, 0.777029], abs=1e-6)
    at, near = of_pairs(5, 1, 40).tails(-0.1), of_pairs(5, 1, 40).tails(-0.1001)
    assert at.above == pytest.approx(near.above, rel=0.01)


@pytest.mark.parametrize("counts", [(5, 1, 40), (0, 0, 40), (1, 12, 60), (29, 0, 29), (3, 4, 1_000)])
def test_tails_are_monotone(counts: tuple[int, int, int]) -> None:
    """Where a hypothesis lies higher, it is less shown that the difference is above it."""
    b, c, n = counts
    for test in (of_pairs(b, c, n), of_pairs_ratio(n - b - c, b, c, n, 0.9)):
        tails = [test.tails(at / 200) for at in range(-198, 199)]
        assert all(lower.above <= higher.above * (1 + 1e-6) + 1e-12 for lower, higher in pairwise(tails))
        assert all(lower.below * (1 + 1e-6) + 1e-12 >= higher.below for lower, higher in pairwise(tails))
