"""Sums of many shares: as for one and for two where those are known, right about as often as said, and fast."""

from __future__ import annotations

import random

import pytest

from gate.stats.bounds import interval
from gate.stats.many_shares import Share, most_likely, of_shares
from gate.stats.proportion import of_counts
from gate.stats.unpaired import of_two_shares


@pytest.mark.parametrize("c", [0.6, 0.75, 0.85, 0.9])
def test_one_share_is_wilsons(c: float) -> None:
    assert of_shares([Share(400, 500, 1)]).tails(c) == pytest.approx(of_counts(400, 500).tails(c), abs=1e-12)


@pytest.mark.parametrize("c", [-0.3, -0.1, 0.05, 0.2])
@pytest.mark.parametrize("factor", [1.0, 0.9])
def test_two_shares_are_miettinens_and_nurminens(c: float, factor: float) -> None:
    found = of_shares([Share(70, 100, 1), Share(65, 100, -factor)])
    known = of_two_shares(70, 100, 65, 100, factor)
    assert found.tails(c) == pytest.approx(known.tails(c), abs=5e-4)  # one n / (n - 1) for all of both sides, or for each
    assert found.far_tails(c) == pytest.approx(known.far_tails(c), abs=1e-3)


def test_the_most_likely_shares_have_the_sum() -> None:
    shares = [Share(0, 50, 0.5), Share(50, 50, 0.25), Share(30, 60, -1.0), Share(199, 200, 2.0)]
    for c in (-0.99, -0.5, 0.0, 1.0, 2.2, 2.74):
        likely = most_likely(shares, c)
        assert all(0 <= each <= 1 for each in likely)
        assert sum(each.factor * share for each, share in zip(shares, likely, strict=True)) == pytest.approx(c, abs=1e-12)


@pytest.mark.parametrize(("k", "c"), [(10**9, 1 - 1.37e-8), (0, 1.37e-8)])
def test_very_many_rows_that_are_all_alike(k: int, c: float) -> None:
    assert most_likely([Share(k, 10**9, 1)], c) == pytest.approx([c], abs=1e-15)
    assert min(of_shares([Share(k, 10**9, 1)]).far_tails(c)) < 1e-3


@pytest.mark.parametrize("many", [3, 10])
@pytest.mark.parametrize("truth", [0.9, 0.5])
def test_a_mean_errs_about_as_often_as_it_says(many: int, truth: float) -> None:
    """The bar is 7 %; 1,500 draws are within 1.7 points of the truth."""
    draw, n, above, below = random.Random(7), 50, 0, 0
    for _ in range(1_500):
        shares = [Share(sum(draw.random() < truth for _ in range(n)), n, 1 / many) for _ in range(many)]
        tails = of_shares(shares).tails(truth)
        above += tails.above <= 0.05
        below += tails.below <= 0.05
    assert 0.02 <= above / 1_500 <= 0.07
    assert 0.02 <= below / 1_500 <= 0.07


def test_a_hundred_shares_are_asked_for_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is that of the terms added up, and not multiplied."""
    from gate.stats import many_shares

    asked = 0

    def counted(k: float, n: float, pull: float) -> tuple[float, float]:
        nonlocal asked
        asked += 1
        return share(k, n, pull)

    share = many_shares._share
    monkeypatch.setattr(many_shares, "_share", counted)
    test = of_shares([Share(180 - at % 7, 200, side / 50) for at in range(50) for side in (1, -1)])
    low, high = interval(test, 0.05)
    assert -0.01 < low < 0 < high < 0.01
    assert asked < 100 * 400
