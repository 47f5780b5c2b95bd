"""Hanley and McNeil's standard error in Newcombe's form, and how it joins DeLong's."""

from __future__ import annotations

from math import sqrt

import pytest

from gate.stats.auc import hanley_mcneil_error, of_auc
from gate.stats.bounds import interval


def test_the_standard_error_at_one_half_is_that_of_wilcoxon_but_for_half_a_row() -> None:
    """Mann and Whitney's is (n + m + 1) / (12 n m); at 1/2 the form gives (1/4 + ((n + m) / 2 - 1) / 6) / (n m)."""
    assert hanley_mcneil_error(0.5, 40, 60) == pytest.approx(sqrt((0.25 + 49 / 6) / 2_400), rel=1e-12)
    assert hanley_mcneil_error(0.5, 4_000, 6_000) == pytest.approx(sqrt(10_001 / (12 * 24e6)), rel=1e-4)


def test_by_hand() -> None:
    """A = 0.9, 41 positives and 72 negatives: Q1 = 0.9 / 1.1, Q2 = 1.62 / 1.9."""
    by_hand = (0.09 + 55.5 * (0.9 / 1.1 + 1.62 / 1.9 - 1.62)) / 2_952
    assert hanley_mcneil_error(0.9, 41, 72) == pytest.approx(sqrt(by_hand), rel=1e-12)


def test_the_wider_of_both_counts() -> None:
    """A small error by DeLong does not help where the score is in doubt, a large one widens."""
    alone = interval(of_auc(0.95, 20, 180), 0.05)
    assert interval(of_auc(0.95, 20, 180, 0.001), 0.05) == pytest.approx(alone)
    wider = interval(of_auc(0.95, 20, 180, 0.08), 0.05)
    assert wider[0] < alone[0]
    assert wider[1] > alone[1]
