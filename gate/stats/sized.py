"""Sums of powers of numbers of any size, as tallies keep them: by the size of the numbers, each sum in 2^-44ths of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from gate.terms.tally import SCALE

if TYPE_CHECKING:
    from fractions import Fraction

LARGEST = 6000  # an exponent that no sum has: sizes are within 2^±1000, and no power is higher than the sixth
# A field: its name is its factors, each with its power, like `e2.y1` for the sum of e² y.
Powers: TypeAlias = "tuple[tuple[str, int], ...]"


def field(powers: Powers, weights: int = 0) -> str:
    """A field's name; `weights` is how many times the weight is a factor."""
    return ".".join([*(["w"] * weights), *(f"{name}{power}" for name, power in powers)])


def total(rows: Iterable[tuple[Mapping[str, int], Mapping[str, Any]]], powers: Powers, weights: int = 0) -> Fraction:
    """The sum of a field over rows of all sizes: (the size of each number by its name, the fields). Raises ValueError."""
    from fractions import Fraction

    name = field(powers, weights)
    added: dict[int, int] = {}
    for sizes, numbers in rows:
        exponent = sum(sizes[each] * power for each, power in powers)
        if abs(exponent) > LARGEST:
            raise ValueError("a size that none has")
        added[exponent] = added.get(exponent, 0) + int(numbers[name]) * SCALE + int(numbers.get(f"{name}.rest", 0))
    if not added:
        return Fraction(0)
    lowest = min(added)
    scaled = sum(each << (exponent - lowest) for exponent, each in added.items())
    return Fraction(scaled, SCALE * SCALE) * Fraction(2) ** lowest
