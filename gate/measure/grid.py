"""The grid of scores: 128 cells for each octave of min(s, 1 - s), the same for all data, so that shards add up."""

from __future__ import annotations

from math import log

LOWEST = -60  # scores nearer to 0 or 1 than 2^-60 share a cell
PER_OCTAVE = 128
MIDDLE = -(LOWEST + 1) * PER_OCTAVE  # the cell of one half, alone
TOP = 2 * MIDDLE


def cell(score: float) -> int:
    """The cell of a score in [0, 1]: 0 to TOP, in the order of the scores."""
    from math import frexp

    near = max(min(score, 1.0 - score), 2.0**LOWEST)
    mantissa, exponent = frexp(near)  # near = mantissa * 2^exponent, mantissa in [0.5, 1)
    found = (exponent - 1 - LOWEST) * PER_OCTAVE + int((2 * mantissa - 1) * PER_OCTAVE)
    return found if score <= 0.5 else TOP - found


def lowest(cell: int) -> float:
    """The lowest score in a cell; the threshold that takes in the cell, and what is above."""
    if cell <= MIDDLE:
        return _edge(cell)
    from math import inf, nextafter

    return nextafter(1.0 - _edge(TOP - cell + 1), inf)


def _edge(cell: int) -> float:
    """The lower edge of a cell in the lower half."""
    octave, within = divmod(cell, PER_OCTAVE)
    return 2.0 ** (octave + LOWEST) * (1 + within / PER_OCTAVE)


def sql(score: str) -> str:
    """The same in SQL, of an expression in [0, 1]; plain arithmetic, as the logarithm alone may be off by one."""
    near = f"greatest(least({score}, 1 - {score}), {2.0**LOWEST!r})"
    guess = f"floor(ln({near}) * {1 / log(2)!r}e0)"
    low, high = f"case when {near} < power(2e0, {guess}) then 1 else 0 end", f"{near} >= power(2e0, {guess} + 1)"
    exponent = f"({guess} - {low} + case when {high} then 1 else 0 end)"
    within = f"floor(({near} / power(2e0, {exponent}) - 1) * {PER_OCTAVE})"
    found = f"cast(({exponent} - ({LOWEST})) * {PER_OCTAVE} + {within} as bigint)"
    return f"case when {score} <= 0.5 then {found} else {TOP} - {found} end"
