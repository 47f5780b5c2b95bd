"""What evidence cannot be."""

from __future__ import annotations

import pytest

from gate.stats import contradictions


@pytest.mark.parametrize(
    ("value", "n"),
    [
        (0.83, 100),
        (0.9, 7),
        (1 / 3, 3),
        (0.333, 3),
        (0.8337, 10_000),
        (1.0, 7),
        (0, 5),
        (0.8337000012397766, 10_000),
        (0.5, 10**30),
    ],
)
def test_shares_that_can_be(value: float, n: int) -> None:
    assert contradictions.of_share(value, n) == ""


@pytest.mark.parametrize(("value", "n"), [(0.8337, 100), (0.833, 100), (0.95, 7), (0.123456789, 1_000)])
def test_shares_that_cannot(value: float, n: float) -> None:
    assert "not a whole number" in contradictions.of_share(value, n)


def test_what_is_no_share() -> None:
    assert contradictions.of_share(1.2, 10) == "1.2 is no share: it is not between 0 and 1"
    assert contradictions.of_share(0.2, 0) == "n is not above 0"


def test_counts() -> None:
    assert contradictions.of_counts(3, 4) == ""
    assert contradictions.of_counts(5, 4) == "k is more than n: 5 of 4"
    assert contradictions.of_counts(-1, 4) == "k is negative: -1"
    assert contradictions.of_counts(0, 0) == "n is not above 0"


def test_intervals() -> None:
    assert contradictions.of_interval(0.8, 0.9, 0.85) == ""
    assert contradictions.of_interval(0.9, 0.8, 0.85) == "the interval is reversed: 0.9 to 0.8"
    assert contradictions.of_interval(0.8, 0.8, 0.8) == "the interval has no width: 0.8 to 0.8"
    assert contradictions.of_interval(0.8, 0.9, 0.95) == "the interval does not hold its value: 0.95 is not in [0.8, 0.9]"


def test_standard_errors() -> None:
    assert contradictions.of_stderr(0.01) == ""
    assert contradictions.of_stderr(-0.01) == "the standard error is negative: -0.01"
    assert contradictions.of_stderr(0.0).startswith("the standard error is 0")


def test_denominators() -> None:
    assert contradictions.of_denominator(100, 100, "positives") == ""
    assert contradictions.of_denominator(1_000, 100, "positives") == "n is 1000, but the value is a share of 100 positives"
