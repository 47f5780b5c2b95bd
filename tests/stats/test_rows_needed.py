"""Sizes and powers: published formulas, and the tests themselves, run."""

from __future__ import annotations

from math import ceil

import pytest

from gate.stats import paired, proportion, rows_needed
from gate.stats.auc import of_auc


def test_a_share_above_a_line() -> None:
    """`need-n-threshold`: 0.82 against 0.80 at one-sided 5 %."""
    assert ceil(rows_needed.share(0.8, 0.82, 0.05, 0.8)) == 2408
    assert ceil(rows_needed.share(0.8, 0.82, 0.05, 0.5)) == 1083
    assert rows_needed.share_power(2408, 0.8, 0.82, 0.05) == pytest.approx(0.803, abs=0.002)
    assert rows_needed.share_power(1083, 0.8, 0.82, 0.05) == pytest.approx(0.489, abs=0.002)


@pytest.mark.parametrize(
    ("uses", "full", "rows"), [(1, False, 2408), (10, False, 4582), (32, False, 5666), (100, False, 6721), (32, True, 22453)]
)
def test_the_price_of_uses(uses: int, full: bool, rows: int) -> None:
    """statistics.md 5.3: prove 0.80 when the truth is 0.82, with power 80 %."""
    alpha = 0.05 * 2.0**-uses if full else 0.05 / uses
    assert rows_needed.share(0.8, 0.82, alpha, 0.8) == pytest.approx(rows, abs=1)


def test_pairs() -> None:
    """`need-n-mcnemar`: two points more where 10 % of predictions differ."""
    assert ceil(rows_needed.pairs(0, 0.02, 0.1, 0.05, 0.8)) == 1544


@pytest.mark.parametrize(
    ("line", "truth", "differ"), [(0.0, 0.02, 0.1), (-0.02, 0.0, 0.04), (0.01, 0.05, 0.1), (-0.02, 0.0, 0.02)]
)
def test_the_power_of_pairs_is_about_what_was_asked_for(line: float, truth: float, differ: float) -> None:
    n = ceil(rows_needed.pairs(line, truth, differ, 0.05, 0.8))
    assert rows_needed.pairs_power(n, line, truth, differ, 0.05) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize(
    ("line", "truth", "n"), [(0.0, 0.02, 80), (0.8, 0.82, 2408), (0.65, 0.67, 3484), (0.8, 1.0, 14), (0.0, 0.0001, 16_094)]
)
def test_a_size_has_the_power_that_was_asked_for(line: float, truth: float, n: int) -> None:
    """Where the line is 0, one right row in n shows it: 1 - 0.98^80 > 0.8."""

    def power(n: int) -> float:
        return rows_needed.share_power(n, line, truth, 0.05)

    found = rows_needed.reached(rows_needed.share(line, truth, 0.05, 0.8), power, 0.8)
    assert found == n
    assert power(found) >= 0.8


@pytest.mark.parametrize("differ", [0.0001, 0.005, 0.04, 0.3])
def test_pairs_have_the_power_that_was_asked_for(differ: float) -> None:
    def power(n: int) -> float:
        return rows_needed.pairs_power(n, -0.02, 0, differ, 0.05)

    formula = rows_needed.pairs(-0.02, 0, differ, 0.05, 0.8)
    found = rows_needed.reached(formula, power, 0.8)
    assert power(found) >= 0.8
    assert found == ceil(formula) or power(found - 1) < 0.8


def test_a_large_size_is_found_to_a_small_part_of_it() -> None:
    asked: list[int] = []

    def power(n: int) -> float:
        asked.append(n)
        return float(n >= 1_234_567)

    assert 1_234_567 <= rows_needed.reached(1_000_000, power, 0.8) < 1_235_000
    assert len(asked) < 40


def test_the_tails_that_hold_far_out() -> None:
    assert rows_needed.fewest_right(100, 0.9, 0.05) == 95
    assert rows_needed.fewest_right(100, 0.9, 0.05, far=True) == 96
    assert rows_needed.fewest(0.8, 1e-11) == 180
    assert rows_needed.fewest(0.8, 1e-11, far=True) == 114
    assert rows_needed.share_power(100, 0.9, 0.95, 0.05, far=True) < rows_needed.share_power(100, 0.9, 0.95, 0.05)


def test_the_power_of_pairs_by_counting_all_outcomes() -> None:
    from math import comb

    n, better, worse, line, alpha = 40, 0.15, 0.05, -0.11, 0.05
    total = sum(
        comb(n, b) * comb(n - b, c) * better**b * worse**c * (1 - better - worse) ** (n - b - c)
        for b in range(n + 1)
        for c in range(n + 1 - b)
        if paired.of_pairs(b, c, n).tails(line).above <= alpha
    )
    assert rows_needed.pairs_power(n, line, better - worse, better + worse, alpha) == pytest.approx(total, abs=1e-9)


def test_the_power_of_a_share_by_counting_all_outcomes() -> None:
    from math import comb

    n, line, truth = 60, 0.8, 0.93
    shown = [k for k in range(n + 1) if proportion.of_counts(k, n).tails(line).above <= 0.05]
    total = sum(comb(n, k) * truth**k * (1 - truth) ** (n - k) for k in shown)
    assert rows_needed.share_power(n, line, truth, 0.05) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize(("line", "exactly"), [(0.8, 14), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_the_fewest_rows_that_can_prove(line: float, exactly: int) -> None:
    assert rows_needed.fewest_exactly(line, 0.05) == exactly
    few = rows_needed.fewest(line, 0.05)
    assert few <= exactly
    assert proportion.of_counts(few, few).tails(line).above <= 0.05
    assert all(proportion.of_counts(n, n).tails(line).above > 0.05 for n in range(1, few))


@pytest.mark.parametrize(("line", "rows"), [(0.8, 31), (0.9, 66), (0.95, 135), (0.99, 688)])
def test_the_fewest_in_a_family_of_fifty(line: float, rows: int) -> None:
    assert rows_needed.fewest_exactly(line, 0.05 / 50) == rows


def test_no_line_at_all_takes_one_row() -> None:
    assert rows_needed.fewest_exactly(0, 0.05) == 1
    assert rows_needed.fewest(0, 0.05) == 1


def test_an_auc() -> None:
    n = rows_needed.auc(0.8, 0.85, 0.1, 0.05, 0.8)
    assert rows_needed.auc_power(n, 0.8, 0.85, 0.1, 0.05) >= 0.8 > rows_needed.auc_power(n - 1, 0.8, 0.85, 0.1, 0.05)
    assert of_auc(0.85, n * 0.1, n * 0.9).tails(0.8).above < 0.05


def test_very_small_error_rates() -> None:
    alpha = 0.05 * 2.0**-500
    n = ceil(rows_needed.share(0.8, 0.85, alpha, 0.8))
    assert 0.7 < rows_needed.share_power(n, 0.8, 0.85, alpha) < 0.9
    assert rows_needed.fewest(0.8, alpha) > 100
