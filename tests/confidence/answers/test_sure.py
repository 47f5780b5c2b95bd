"""Confidence in words: as many nines as there are, and never all."""

from __future__ import annotations

import pytest

from gate.confidence.answers.sure import of_interval, percent, singular


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (0.05, "95 %"),
        (0.1, "90 %"),
        (0.025, "97.5 %"),
        (1 - 0.95, "95 %"),  # with the noise of a subtraction
        (1 - 0.9, "90 %"),
        (0.49, "51 %"),
        (0.05 / 32, "99.84 %"),
        (1e-9, "99.9999999 %"),
        (0.05 / 2**40, "99.9999999999954 %"),
        (1e-30, "more than 99.999999999999 %"),
    ],
)
def test_an_error_rate_is_said_as_confidence(error: float, said: str) -> None:
    assert percent(error) == said


def test_the_confidence_of_an_interval_is_a_short_number_below_1() -> None:
    assert of_interval(0.05) == 0.9
    assert of_interval(0.05 / 2**40) == pytest.approx(1 - 0.1 / 2**40, abs=1e-16)
    assert of_interval(1e-30) < 1


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("positives", "positive"),
        ("predicted positives", "predicted positive"),
        ("pairs of positives", "pair of positives"),
        ("rows labelled or predicted positive", "row labelled or predicted positive"),
        ("independent rows", "independent row"),
        ("queries", "query"),
    ],
)
def test_one_of_many(many: str, one: str) -> None:
    assert singular(many) == one
