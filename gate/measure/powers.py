"""Sums of powers of numbers of any size, exact as integers: rows are counted apart by the size of their numbers.

Numbers of one size, divided by its power of two, lie in [1, 4); their products are added in 2^-44ths. So a sum is as
exact for prices of 1e9 as for rates of 1e-9, the same in every order, and shards add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import log
from typing import Any

from gate.errors import InputError, Problem
from gate.measure.quantities import fixed
from gate.stats import sized
from gate.stats.sized import Powers
from gate.terms.tally import SCALE

OCTAVES = 2
LOWEST, HIGHEST = -1000, 1000


def size(number: str) -> str:
    """SQL for the size of a finite number: an even exponent e with |number| in [2^e, 2^(e+2)); 0 where it is 0.

    The logarithm alone may be off by one, and not by the same one in every engine.
    """
    near = f"floor(ln(abs({number})) * {1 / (OCTAVES * log(2))!r}e0) * {OCTAVES}"
    guess = f"greatest(least({near}, {HIGHEST}), {LOWEST})"
    less = f"case when abs({number}) < power(2e0, {guess}) and {guess} > {LOWEST} then {OCTAVES} else 0 end"
    more = f"case when abs({number}) >= power(2e0, {guess} + {OCTAVES}) and {guess} < {HIGHEST} then {OCTAVES} else 0 end"
    return f"case when {number} = 0 then 0 else cast({guess} - {less} + {more} as integer) end"


def product(powers: Powers, weights: int = 0) -> str:
    """SQL for a product of normalised numbers."""
    factors = [*(["w"] * weights), *(name for name, power in powers for _ in range(power))]
    return " * ".join(factors)


def rest(expression: str) -> str:
    """SQL for what rounding to 2^-44ths leaves of a number, in 2^-44ths itself: both together hold all bits of a double."""
    return f"({expression}) * {SCALE}e0 - {fixed(expression)}"


def total(rows: Iterable[tuple[Mapping[str, int], Mapping[str, Any]]], powers: Powers, weights: int = 0) -> Fraction:
    """The sum of a field over rows of all sizes: (the size of each number by its name, the fields). Raises InputError."""
    try:
        return sized.total(rows, powers, weights)
    except ValueError:
        raise InputError(Problem("broken-tally", "a tally holds a number of a size that none has")) from None
