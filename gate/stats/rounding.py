"""How far a number can be from what was measured, by the digits that it is written with."""

from __future__ import annotations

# Values are often written by single-precision floats, which are off by 6e-8 of themselves.
NOISE = 1e-7
ROUGHEST = 0.005  # a share written with fewer than two decimals says too little to be one


def half_a_digit(value: float) -> float:
    """How far rounding can have moved a number that is written with as many decimals as this one."""
    mantissa, _, exponent = repr(float(value)).partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return 0.5 * 10.0**-decimals if decimals < 300 else 0.0


def count_of(value: float, n: float, unit: float = 1.0) -> float | None:
    """The whole number of `n` whose share, rounded to the digits of `value`, is `value` times `unit`; None where none is."""
    share = value * unit
    k = float(round(share * n))
    return k if abs(share * n - k) <= (half_a_digit(value) * unit * (1 + NOISE) + NOISE) * n else None


def is_noise(width: float, *values: float) -> bool:
    """Whether a width of these values is none, but what is left where equal numbers are subtracted."""
    return abs(width) <= NOISE * max(map(abs, values))
