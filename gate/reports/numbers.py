"""Numbers for people: short, yet never so that two that differ look the same."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, inf, isfinite, isnan, log10

from gate.terms.measurement import Interval

DIGITS = 4  # significant digits of a value
MARGIN_DIGITS = 3
ALL_DIGITS = 17  # enough to tell any two doubles apart
MINUS = "−"
# The judge's tie band: inputs are v ± 5e-13·|v|, so two of them differ by noise only below this share.
NOISE = 1e-12
_WHOLE = 2.0**52  # from here on, floats have no decimals
# A rounded number must not claim to be one of these: "100" is said only of what is 100.
_LANDMARKS = frozenset({"0", "−0", "1", "100", "−1", "−100"})


def number(value: float | bool, digits: int = DIGITS) -> str:
    """The number to about `digits` significant digits; the whole part is never rounded away, booleans are words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= 10**15:
        value = _as_float(value)
    if not isfinite(value):
        return "NaN" if isnan(value) else "∞" if value == inf else f"{MINUS}∞"
    if value == int(value) and abs(value) < 1e15:
        return _typeset(str(int(value)))
    text = _rounded(value, digits)
    while text in _LANDMARKS and digits < 12:
        digits += 1
        text = _rounded(value, digits)
    return text


def signed(value: float, digits: int = MARGIN_DIGITS) -> str:
    """The number with its sign: +0.021, −0.038, 0."""
    text = number(value, digits)
    return text if value <= 0 or isnan(value) else f"+{text}"


def apart(value: float | bool, other: float | bool) -> tuple[str, str]:
    """Both numbers, with as many digits as it takes to tell them apart; equal ones look equal."""
    if same(value, other):
        return number(other), number(other)
    for digits in range(DIGITS, ALL_DIGITS):
        texts = number(value, digits), number(other, digits)
        if texts[0] != texts[1]:
            return texts
    return number(value, ALL_DIGITS), number(other, ALL_DIGITS)


def same(value: float | bool, other: float | bool) -> bool:
    """Whether nothing but rounding noise lies between the two; whole numbers are exact."""
    if isinstance(value, bool) or isinstance(other, bool) or value == other:
        return value is other or (value == other and isinstance(value, bool) == isinstance(other, bool))
    if not (isfinite(value) and isfinite(other)) or (value == int(value) and other == int(other)):
        return False
    return abs(value - other) <= NOISE * max(abs(value), abs(other))


def interval(of: Interval, beside: float | bool | None = None) -> str:
    """`[low, high]`, to two digits of its width, outwards; an end that is not the number `beside` it never looks like it."""
    width = of.high - of.low
    decimals = max(0, 1 - floor(log10(width))) if 0 < width < inf else DIGITS
    return f"[{_end(of.low, decimals, beside, floor)}, {_end(of.high, decimals, beside, ceil)}]"


def _end(value: float, decimals: int, beside: float | bool | None, outwards: Callable[[float], int]) -> str:
    if not isfinite(value) or value == int(value):
        return number(value)
    limit = None if beside is None or same(value, beside) else number(beside)
    for places in range(decimals, ALL_DIGITS):
        shown = _cut(value, places, outwards)
        text = _typeset(f"{shown:.{places}f}".rstrip("0").rstrip(".") if places else f"{shown:.0f}")
        if text not in _LANDMARKS and text != limit:
            return text
    return number(value, ALL_DIGITS)


def _cut(value: float, places: int, outwards: Callable[[float], int]) -> float:
    """The number with so many decimals, on its outer side; one that has no more stays: 0.29 * 100 is a little below 29."""
    scaled = value * 10.0**places
    if abs(scaled) >= _WHOLE:
        return value
    near = round(scaled)
    return (near if abs(scaled - near) <= NOISE * abs(scaled) else outwards(scaled)) / 10.0**places


def percent(share: float) -> str:
    """A confidence: 0.95 is "95 %"; 100 % is only said of 1."""
    shown = round(100 * share, 10)
    if shown == 100 and share < 1:  # nothing is that sure
        from gate.confidence.answers.sure import percent as of_error

        return of_error(1 - share)
    return f"{number(shown)} %"


def _rounded(value: float, digits: int) -> str:
    if 1 <= abs(value) < 1e15:
        digits = max(digits, len(str(int(abs(value)))))
    text = f"{value:.{digits}g}"
    if "e+" in text and abs(value) < 1e15:  # rounded up to one more digit
        text = f"{value:.{digits + 1}g}"
    mantissa, _, exponent = text.partition("e")
    return _typeset(f"{mantissa}e{int(exponent)}" if exponent else mantissa)


def _as_float(value: int) -> float:
    """A whole number so large that its first digits do."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _typeset(text: str) -> str:
    return f"{MINUS}{text[1:]}" if text.startswith("-") else text
