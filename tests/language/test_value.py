"""Numbers with their noise: what an interval holds, and how doubt travels (items 1, 3 and 4 of the semantics)."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from gate.language import value as v
from gate.language.value import EPSILON, EXACT, Doubt, Value, known, unknown

MISSING = Doubt("missing", "no value")
WEAK = Doubt("weak", "too little evidence", weak=True)


def is_unknown(value: Value, *slugs: str) -> bool:
    whole_line = (value.low, value.high) == (-math.inf, math.inf) and math.isnan(value.point)
    return whole_line and tuple(doubt.slug for doubt in value.doubts) == slugs


def holds(value: Value, exact: Fraction) -> bool:
    return Fraction(value.low) <= exact <= Fraction(value.high)


def test_a_number_with_a_fraction_is_as_wide_as_its_noise() -> None:
    half = known(0.5)
    assert (half.point, half.low, half.high) == (0.5, 0.5 - EPSILON * 0.5, 0.5 + EPSILON * 0.5)
    assert known(-0.5).low < -0.5 < known(-0.5).high


@pytest.mark.parametrize("number", [0, 3, -7, 85.0, EXACT, -EXACT])
def test_whole_numbers_are_exact(number: float) -> None:
    assert known(number)[:3] == (number, number, number)


def test_whole_numbers_beyond_two_to_the_53_are_not() -> None:
    value = known(EXACT + 2)
    assert value.low < EXACT + 2 < value.high


def test_unknown_is_the_whole_line_with_its_reasons() -> None:
    assert is_unknown(unknown(MISSING, WEAK), "missing", "weak")


@pytest.mark.parametrize(
    "made",
    [
        v.add(known(1), unknown(MISSING)),
        v.subtract(unknown(MISSING), known(1)),
        v.multiply(known(0), unknown(MISSING)),
        v.multiply(unknown(MISSING), known(0)),
        v.divide(unknown(MISSING), known(2)),
        v.divide(known(0), unknown(MISSING)),
        v.negative(unknown(MISSING)),
        v.total([known(1), unknown(MISSING), known(2)]),
        v.mean([known(1), unknown(MISSING)]),
        v.deviation([known(1), known(2), unknown(MISSING)]),
    ],
)
def test_what_is_made_of_an_unknown_is_unknown_with_its_reason(made: Value) -> None:
    assert is_unknown(made, "missing")


def test_zero_times_unknown_is_unknown_not_zero() -> None:
    assert is_unknown(v.multiply(known(0), unknown(MISSING)), "missing")


@pytest.mark.parametrize("divisor", [known(0), v.subtract(known(0.3), known(0.3)), v.subtract(known(0.1 + 0.2), known(0.3))])
def test_division_by_what_may_be_zero_is_unknown(divisor: Value) -> None:
    assert is_unknown(v.divide(known(1), divisor), "division-by-zero")


def test_division_by_zero_keeps_the_reasons_it_had() -> None:
    weak = v.in_doubt(known(1), WEAK)
    assert is_unknown(v.divide(weak, known(0)), "weak", "division-by-zero")


def test_a_doubt_is_told_once() -> None:
    assert is_unknown(v.add(unknown(MISSING), unknown(MISSING)), "missing")


def test_too_large_is_unknown() -> None:
    assert is_unknown(v.multiply(known(1e300), known(1e300)), "overflow")
    assert is_unknown(v.add(known(1.7e308), known(1.7e308)), "overflow")


@pytest.mark.parametrize(
    ("operation", "exact"),
    [(v.add, Fraction.__add__), (v.subtract, Fraction.__sub__), (v.multiply, Fraction.__mul__), (v.divide, Fraction.__truediv__)],
)
@pytest.mark.parametrize(("a", "b"), [(0.1, 0.2), (-0.1, 0.3), (1e-9, -7.3), (1 / 3, -2 / 3), (3.0, 7.0), (12345678.9, 1e-12)])
def test_an_interval_holds_the_exact_result(operation: object, exact: object, a: float, b: float) -> None:
    assert callable(operation)
    assert callable(exact)
    made = operation(known(a), known(b))
    assert holds(made, exact(Fraction(a), Fraction(b)))
    ends = [exact(Fraction(x), Fraction(y)) for x in known(a)[1:3] for y in known(b)[1:3]]
    assert all(holds(made, end) for end in ends)


def test_whole_numbers_stay_exact_in_sums_and_products() -> None:
    assert v.add(known(10**12 + 1), known(-(10**12)))[:3] == (1, 1, 1)
    assert v.multiply(known(3), known(-7))[:3] == (-21, -21, -21)
    assert v.divide(known(6), known(3))[:3] == (2, 2, 2)


def test_a_sum_of_whole_numbers_that_is_rounded_is_not_exact() -> None:
    rounded = v.add(known(EXACT), known(1))
    assert holds(rounded, Fraction(EXACT + 1))
    assert rounded.low < rounded.high


def test_absolute() -> None:
    assert v.absolute(known(-3))[:3] == (3, 3, 3)
    around = v.subtract(known(0.3), known(0.3))
    assert v.absolute(around).low == 0
    assert v.absolute(around).high == around.high
    assert is_unknown(v.absolute(unknown(MISSING))._replace(low=-math.inf), "missing")
    assert v.absolute(unknown(MISSING)).low == 0


def test_smallest_and_largest_know_what_holds_whatever_the_unknown_is() -> None:
    values = [known(2), unknown(MISSING), known(5)]
    assert (v.largest(values).low, v.largest(values).high) == (5, math.inf)
    assert (v.smallest(values).low, v.smallest(values).high) == (-math.inf, 2)
    assert math.isnan(v.largest(values).point)
    assert v.largest(values).doubts == (MISSING,)


@pytest.mark.parametrize(("numbers", "middle"), [([3, 1, 2], 2), ([4, 1, 3, 2], 2.5), ([7], 7), ([1, 1, 9, 9], 5)])
def test_median(numbers: list[float], middle: float) -> None:
    found = v.median([known(number) for number in numbers])
    assert found.point == middle
    assert holds(found, Fraction(middle))


def test_median_with_an_unknown_lies_between_its_neighbours() -> None:
    found = v.median([known(1), unknown(MISSING), known(3)])
    assert (found.low, found.high, found.doubts) == (1, 3, (MISSING,))
    assert math.isnan(found.point)


def test_mean_and_total() -> None:
    values = [known(0.1), known(0.2), known(0.6)]
    assert holds(v.total(values), Fraction(0.1) + Fraction(0.2) + Fraction(0.6))
    assert v.mean(values).point == pytest.approx(0.3)


def test_deviation_is_of_a_sample() -> None:
    found = v.deviation([known(2), known(4), known(4), known(4), known(5), known(5), known(7), known(9)])
    assert found.point == pytest.approx(2.13808993529939)
    assert found.low < found.point < found.high or found.low == found.high


def test_deviation_is_as_wide_as_the_widest_part() -> None:
    found = v.deviation([known(0.95), known(0.85), known(0.9)])
    assert found.high - found.point == pytest.approx(EPSILON * 0.95, rel=1e-3)


def test_deviation_of_the_same_values_is_zero_within_noise() -> None:
    found = v.deviation([known(0.95)] * 10)
    assert found.point == 0
    assert found.low < 0 < found.high
    assert is_unknown(v.divide(known(1), found), "division-by-zero")


def test_deviation_of_what_is_only_known_to_lie_between_is_unknown() -> None:
    between = v.median([known(1), unknown(MISSING), known(3)])
    assert is_unknown(v.deviation([known(2), between]), "missing")


def test_deviation_of_very_large_and_very_small_values() -> None:
    assert v.deviation([known(1e200), known(-1e200)]).point == pytest.approx(2**0.5 * 1e200)
    assert is_unknown(v.deviation([known(1.7e308), known(-1.7e308), known(1.7e308)]), "overflow")
    assert v.deviation([known(1e-200), known(3e-200)]).point == pytest.approx(2**0.5 * 1e-200)
    assert v.deviation([known(0), known(0)])[:3] == (0, 0, 0)


@pytest.mark.parametrize(
    ("numbers", "sd"), [((1, 2, 3), 1), ((0, 2, 4), 2), ((10, 20, 30), 10), ((7, 7, 7), 0), ((0, 3, 6, 3), None)]
)
def test_deviation_of_whole_numbers_is_exact_where_it_is_whole(numbers: tuple[int, ...], sd: int | None) -> None:
    found = v.deviation([known(number) for number in numbers])
    assert sd is None or found[:3] == (sd, sd, sd)
    assert sd is not None or found.low < found.high


def test_deviation_of_one_value_is_unknown() -> None:
    assert is_unknown(v.deviation([known(0.95)]), "too-few-values")
