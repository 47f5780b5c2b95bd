"""The number that a first rule asks for: a little on the worse side of what was measured."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from math import floor, isfinite, log10
from typing import NamedTuple

from gate.judge.interval import interval_of
from gate.record import replace
from gate.terms.measurement import Measurement
from gate.terms.metric import Direction, Metric

DIGITS = 2  # significant digits of a floor that no evidence gives
_MOST_DIGITS = 17
_EXACT = Context(prec=1000, Emin=-5000, Emax=5000)  # holds every double to its last digit
_PERCENT = "%"


class Floor(NamedTuple):
    """The end of a rule, `operator number`. `sure` is the one-sided confidence, in (0, 1), that it is met; None for a guess."""

    operator: str
    number: str
    sure: float | None = None


def floor_of(found: Measurement, fact: Metric) -> Floor | None:
    """The floor for a finite value and a known direction: the 95 % bound that its evidence gives, else two digits, outwards.

    A floor is never the value itself, so that what was measured passes with room to spare, except at 0 where no range
    says how much room that is. None where no floor could ever fail: the value is at the worst end of the metric's range.
    """
    assert fact.better is not None
    assert found.value is not None
    up = fact.better is Direction.LOWER  # a ceiling stands above the value
    operator = "<=" if up else ">="
    bound = _bound(found, fact, up)
    if bound is not None:
        number = _rounded(bound[0], abs(found.value - bound[0]), fact, up)
        if number is not None:
            return Floor(operator, _written(number), bound[1])
    number = _beside(found.value, fact, up)
    return None if number is None else Floor(operator, _written(number))


def _bound(found: Measurement, fact: Metric, up: bool) -> tuple[float, float] | None:
    """The worse end of the value's interval with its one-sided confidence, where the evidence gives one beyond the value."""
    value = found.value
    assert value is not None
    scale = 100 if found.unit == _PERCENT and found.support.interval is None and found.support.stderr is None else 1
    of = interval_of(replace(found, value=value / scale) if scale != 1 else found, fact)
    if of is None:
        return None
    end = scale * (of.high if up else of.low)
    beyond = end > float(value) if up else end < float(value)  # an integer is compared as exactly as it is subtracted
    return (end, round((1 + of.confidence) / 2, 12)) if beyond and isfinite(end) else None


def _rounded(bound: float, width: float, fact: Metric, up: bool) -> Decimal | None:
    """The bound to two digits of its distance from the value, outwards; to more where that would reach the range's end."""
    first = 1 - floor(log10(width))
    for decimals in range(first, first + _MOST_DIGITS):
        number = Decimal(bound).quantize(Decimal(1).scaleb(-decimals), ROUND_CEILING if up else ROUND_FLOOR, _EXACT)
        if can_fail(number, fact, up):
            return number
    return None


def _beside(value: float, fact: Metric, up: bool) -> Decimal | None:
    """The next number of two significant digits on the worse side; of more where that would reach the range's end."""
    exact = _decimal(value)
    if not exact:
        room = Decimal("0.01") * int(fact.high or 0) if up and fact.low == 0 and fact.high in (1, 100) else exact
        return room if can_fail(room, fact, up) else None
    for digits in range(DIGITS, _MOST_DIGITS):
        number = _next(exact, digits, up)
        if can_fail(number, fact, up):
            return number
    return None


def _next(value: Decimal, digits: int, up: bool) -> Decimal:
    step = Decimal(1).scaleb(value.adjusted() - digits + 1, _EXACT)
    steps = _EXACT.divide(abs(value), step)  # from 10 to below 100 for two digits
    if up == (value > 0):
        whole = steps.to_integral_value(ROUND_FLOOR) + 1
    elif steps == 10 ** (digits - 1):  # below 1.0 comes 0.99
        whole, step = 10 * steps - 1, step / 10
    else:
        whole = steps.to_integral_value(ROUND_CEILING) - 1
    return _EXACT.multiply(whole, step).copy_sign(value)


def can_fail(number: Decimal, fact: Metric, up: bool) -> bool:
    """Whether a value of the metric's range can be on the other side of the number."""
    end = fact.high if up else fact.low
    return isfinite(float(number)) and (end is None or (number < end if up else number > end))


def _decimal(value: float) -> Decimal:
    """The number as people read it: 0.1 is a tenth."""
    return Decimal(value) if isinstance(value, int) else Decimal(repr(value))


def _written(number: Decimal) -> str:
    """The number as the rule language reads it."""
    if not number:
        return "0"
    plain = number.normalize(_EXACT)
    if -6 <= plain.adjusted() < 15:
        return f"{plain:f}"
    mantissa, _, exponent = f"{plain:e}".partition("e")
    return f"{mantissa}e{int(exponent)}"
