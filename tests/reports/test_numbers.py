from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gate.reports.numbers import MINUS, apart, interval, number, percent, same, signed
from gate.terms.measurement import Interval

finite = st.floats(-1e300, 1e300)
usual = st.floats(-1000, 1000) | st.floats(0, 1) | st.integers(-10_000, 10_000).map(float)


def parsed(text: str) -> float:
    return float(text.replace(MINUS, "-"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.812, "0.812"),
        (0.81234567, "0.8123"),
        (0.1 + 0.2, "0.3"),
        (612.0, "612"),
        (1048576, "1048576"),
        (12345.678, "12346"),
        (-0.038, "−0.038"),
        (-0.0, "0"),
        (0.0, "0"),
        (0.000412, "0.000412"),
        (0.000001234, "1.234e-6"),
        (-1e-300, "−1e-300"),
        (1e22, "1e22"),
        (0.99996, "0.99996"),
        (0.9999999, "0.9999999"),
        (1 - 1e-16, "1"),
        (99.9999, "99.9999"),
        (-0.99996, "−0.99996"),
        (True, "true"),
        (False, "false"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
        (10**400, "∞"),
        (-(10**400), "−∞"),
        (-123456 * 10**20, "−1.235e25"),
    ],
)
def test_numbers_are_short_and_honest(value: float, text: str) -> None:
    assert number(value) == text


@given(finite)
def test_a_number_is_within_half_of_its_last_digit(value: float) -> None:
    assert parsed(number(value)) == pytest.approx(value, rel=6e-4, abs=1e-320)


@given(usual, usual)
def test_numbers_that_differ_look_different(value: float, other: float) -> None:
    left, right = apart(value, other)
    assert (left == right) == same(value, other)


@given(usual, st.integers(-12, 12))
def test_a_threshold_and_its_neighbour_look_different(value: float, steps: int) -> None:
    other = value * (1 + steps * 1e-11)
    assume(not same(value, other))
    left, right = apart(value, other)
    assert (parsed(left) < parsed(right)) == (value < other)


def test_what_only_noise_parts_looks_equal() -> None:
    assert apart(0.99, 0.9 * 1.1) == ("0.99", "0.99")
    assert apart(0.85, 0.8499999) == ("0.85", "0.8499999")
    assert apart(10.0**12 + 1, 10.0**12) == ("1000000000001", "1000000000000")
    assert apart(True, 1.0) == ("true", "1")


@pytest.mark.parametrize(
    ("value", "text"), [(0.021, "+0.021"), (-0.0379999, "−0.038"), (0.0, "0"), (44.0, "+44"), (math.nan, "NaN")]
)
def test_margins_have_a_sign(value: float, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize(
    ("low", "high", "beside", "text"),
    [
        (0.77912, 0.84123, 0.85, "[0.779, 0.842]"),
        (0.7421, 0.8794, 0.8, "[0.74, 0.88]"),
        (0.97301, 0.97323, None, "[0.97301, 0.97323]"),
        (180.2, 260.7, None, "[180, 261]"),
        (0.82590, 0.90423, 0.85, "[0.825, 0.905]"),
        (0.84996, 0.9001, 0.85, "[0.849, 0.901]"),
        (0.29, 0.3, None, "[0.29, 0.3]"),
        (-0.00002, 0.0083, None, "[−0.0001, 0.0083]"),
        (-0.0083, -0.00002, None, "[−0.0083, −0.00002]"),
        (0.9, 0.99996, None, "[0.9, 0.99996]"),
        (0.5, 0.5, None, "[0.5, 0.5]"),
        (-math.inf, 0.2, None, "[−∞, 0.2]"),
        (0.5, 1.0, True, "[0.5, 1]"),
    ],
)
def test_intervals_have_two_digits_of_their_width(low: float, high: float, beside: float | None, text: str) -> None:
    assert interval(Interval(low, high, 0.9), beside) == text


@given(usual, usual, usual)
def test_an_end_never_looks_like_the_threshold_that_it_is_not(low: float, high: float, beside: float) -> None:
    assume(low < high)
    shown_low, shown_high = interval(Interval(low, high, 0.9), beside)[1:-1].split(", ")
    assert shown_low != number(beside) or same(low, beside)
    assert shown_high != number(beside) or same(high, beside)


def test_confidence_in_percent() -> None:
    assert percent(0.9) == "90 %"
    assert percent(0.995) == "99.5 %"
