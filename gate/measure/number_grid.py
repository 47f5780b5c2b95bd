"""The grid of numbers: 128 cells for each octave of their size, the same for all data, so that shards add up.

A number is known by its cell to 0.8 %: what quantiles are had from where rows cannot be sorted.
"""

from __future__ import annotations

from math import log

PER_OCTAVE = 128
LARGEST = 1000  # octaves either way: what is nearer to 0, or larger, shares a cell


def sql(number: str) -> str:
    """The cell of a finite number in SQL; plain arithmetic, as the logarithm alone may be off by one."""
    near = f"greatest(least(abs({number}), {2.0**LARGEST!r}), {2.0**-LARGEST!r})"
    guess = f"floor(ln({near}) * {1 / log(2)!r}e0)"
    less, more = f"case when {near} < power(2e0, {guess}) then 1 else 0 end", f"{near} >= power(2e0, {guess} + 1)"
    octave = f"({guess} - {less} + case when {more} then 1 else 0 end)"
    within = f"floor(({near} / power(2e0, {octave}) - 1) * {PER_OCTAVE})"
    found = f"cast(({octave} + {LARGEST}) * {PER_OCTAVE} + {within} + 1 as bigint)"
    return f"case when {number} = 0 then 0 when {number} > 0 then {found} else -({found}) end"


def edges(cell: int) -> tuple[float, float]:
    """Between which numbers a cell lies."""
    if cell == 0:
        return 0.0, 0.0
    if cell < 0:
        low, high = edges(-cell)
        return -high, -low
    return _edge(cell - 1), _edge(cell)


def _edge(place: int) -> float:
    octave, within = divmod(min(place, (2 * LARGEST + 1) * PER_OCTAVE), PER_OCTAVE)
    return float(2.0 ** (octave - LARGEST) * (1 + within / PER_OCTAVE))
