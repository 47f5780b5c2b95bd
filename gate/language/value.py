"""Values with what is not known about them: intervals of rounding noise, and the reasons why a value is unknown.

A non-integer v stands for [v − ε|v|, v + ε|v|] with ε = 5·10⁻¹³; integers up to 2⁵³ are exact. An unknown
value is the whole line with its reasons. Arithmetic on intervals then never lets rounding noise decide, and
still knows what holds whatever the unknown part is.
"""

from __future__ import annotations

import math
from typing import NamedTuple

EPSILON = 5e-13
EXACT = 2**53
_INF = math.inf


class Doubt(NamedTuple):
    """Why something is not known. `weak`: there is a value, only too little evidence; else there is no value.

    `nowhere`: a name that neither candidate nor baseline nor history knows, so that no `or` may absorb it.
    """

    slug: str
    text: str
    remedy: str = ""
    weak: bool = False
    nowhere: bool = False


class Value(NamedTuple):
    """A number for display (NaN when unknown), the interval it stands for, and what is in doubt."""

    point: float
    low: float
    high: float
    doubts: tuple[Doubt, ...] = ()


def known(number: float) -> Value:
    """A measured or written number, which must be finite."""
    value = float(number)
    if value.is_integer() and abs(value) <= EXACT:
        return Value(value, value, value)
    width = EPSILON * abs(value)
    return Value(value, value - width, value + width)


def unknown(*doubts: Doubt) -> Value:
    """The whole line."""
    return Value(math.nan, -_INF, _INF, doubts)


def in_doubt(value: Value, *doubts: Doubt) -> Value:
    """The same value with more doubts."""
    return value._replace(doubts=merged(value.doubts, doubts))


def merged(left: tuple[Doubt, ...], right: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
    """Both, each doubt once, in order."""
    if not left or not right:
        return left or right
    return tuple(dict.fromkeys(left + right))


def negative(value: Value) -> Value:
    return Value(-value.point, -value.high, -value.low, value.doubts)


def add(a: Value, b: Value) -> Value:
    return _made(a.point + b.point, a.low + b.low, a.high + b.high, a, b)


def subtract(a: Value, b: Value) -> Value:
    return _made(a.point - b.point, a.low - b.high, a.high - b.low, a, b)


def multiply(a: Value, b: Value) -> Value:
    if not (_bounded(a) and _bounded(b)):
        return unknown(*merged(a.doubts, b.doubts))
    ends = (a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
    return _made(a.point * b.point, min(ends), max(ends), a, b)


def divide(a: Value, b: Value) -> Value:
    if b.low <= 0 <= b.high:
        doubts = merged(a.doubts, b.doubts)
        if _bounded(b):
            doubts = merged(doubts, (Doubt("division-by-zero", "the divisor is zero", "compare the difference instead"),))
        return unknown(*doubts)
    if not (_bounded(a) and _bounded(b)):
        return unknown(*merged(a.doubts, b.doubts))
    ends = (a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high)
    return _made(a.point / b.point, min(ends), max(ends), a, b)


def absolute(value: Value) -> Value:
    if value.low >= 0:
        return value
    if value.high <= 0:
        return negative(value)
    return Value(abs(value.point), 0.0, max(-value.low, value.high), value.doubts)


def smallest(values: list[Value]) -> Value:
    return Value(_point(min, values), min(v.low for v in values), min(v.high for v in values), _doubts(values))


def largest(values: list[Value]) -> Value:
    return Value(_point(max, values), max(v.low for v in values), max(v.high for v in values), _doubts(values))


def total(values: list[Value]) -> Value:
    result = values[0]
    for value in values[1:]:
        result = add(result, value)
    return result


def mean(values: list[Value]) -> Value:
    return divide(total(values), known(len(values)))


def median(values: list[Value]) -> Value:
    """The middle value; of an even number the mean of the middle two."""
    middle = len(values) // 2
    points = sorted(v.point for v in values) if not any(math.isnan(v.point) for v in values) else None
    lows, highs = sorted(v.low for v in values), sorted(v.high for v in values)
    if len(values) % 2:
        return Value(points[middle] if points else math.nan, lows[middle], highs[middle], _doubts(values))
    pair = [Value(points[i] if points else math.nan, lows[i], highs[i]) for i in (middle - 1, middle)]
    return divide(add(*pair), known(2))._replace(doubts=_doubts(values))


def deviation(values: list[Value]) -> Value:
    """The sample standard deviation (n − 1), ± the widest half-interval of what goes in; unknown for one value."""
    if len(values) < 2:
        return unknown(*_doubts(values), Doubt("too-few-values", "a standard deviation needs two values"))
    points, doubts = [v.point for v in values], _doubts(values)
    if any(math.isnan(p) for p in points) or not all(doubt.weak for doubt in doubts):
        return unknown(*doubts)
    scale = math.ldexp(1.0, math.frexp(max(map(abs, points)))[1] - 1)  # a power of two: exact, and no square is too large
    centre = math.fsum(p / scale for p in points) / len(points)
    sd = scale * math.sqrt(math.fsum((p / scale - centre) ** 2 for p in points) / (len(points) - 1))
    half = max((v.high - v.low) / 2 for v in values)
    if not _is_root(sd, points):
        half += 4 * math.ulp(sd)  # rounded, even where it comes out whole
    return _made(sd, sd - half, sd + half, *values)


def _is_root(sd: float, points: list[float]) -> bool:
    """Whether a whole deviation of whole numbers is exact: n(n − 1)·sd² = n·Σx² − (Σx)²."""
    if not sd:
        return True
    if not (sd.is_integer() and all(point.is_integer() for point in points)):
        return False
    whole, n = [int(point) for point in points], len(points)
    return n * (n - 1) * int(sd) ** 2 == n * sum(x * x for x in whole) - sum(whole) ** 2


def _bounded(value: Value) -> bool:
    return value.low != -_INF and value.high != _INF


def _point(choose: object, values: list[Value]) -> float:
    points = [v.point for v in values]
    if any(math.isnan(p) for p in points):
        return math.nan
    return min(points) if choose is min else max(points)


def _doubts(values: list[Value]) -> tuple[Doubt, ...]:
    doubts: tuple[Doubt, ...] = ()
    for value in values:
        if value.doubts:
            doubts = merged(doubts, value.doubts)
    return doubts


def _made(point: float, low: float, high: float, *sources: Value) -> Value:
    """The result of an operation: widened by its own rounding unless it is an exact integer; overflow is unknown."""
    doubts: tuple[Doubt, ...] = ()
    bounded = True
    for source in sources:
        if source.doubts:
            doubts = merged(doubts, source.doubts)
        bounded = bounded and _bounded(source)
    if bounded and not (math.isfinite(low) and math.isfinite(high)):
        return unknown(*doubts, Doubt("overflow", "the result is too large to represent"))
    if low == high and low.is_integer() and abs(low) < EXACT and all(source.low == source.high for source in sources):
        return Value(point, low, high, doubts)
    return Value(point, math.nextafter(low, -_INF), math.nextafter(high, _INF), doubts)
