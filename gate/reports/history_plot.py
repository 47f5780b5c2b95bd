"""One metric over runs, plotted in a terminal: dots of braille, its limit as dashes.

A plotting library would do more; the one that is kept (plotext) is 3 MB and changed its interface with its latest version.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from gate.reports.numbers import number

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row and column within one character
_BLANK = 0x2800
HEIGHT = 12  # rows of characters
LARGEST = 1e300  # what is larger has no room on an axis
_LEAST = 16  # columns
_ALIKE, _SMALLEST = 1e-12, 1e-290  # values that differ by less are one


def plot(
    values: Sequence[float | None],
    limits: Sequence[Sequence[float | None]],
    columns: int,
    *,
    height: int = HEIGHT,
    ascii_only: bool = False,
) -> list[tuple[str, str]]:
    """Lines of the picture, each an axis label and what is drawn beside it; none where there is nothing that can be drawn.

    Each of the `limits` is aligned with the values. Time goes from left to right, each run as wide as the others.
    """
    shown = [value for series in (values, *limits) for value in series if value is not None]
    if not any(value is not None for value in values) or max(map(abs, shown)) > LARGEST:
        return []
    low, high, step = _axis(min(shown), max(shown), height)
    labels = {row: number(round(high - (high - low) * row / (height - 1), 12)) for row in range(0, height, step)}
    margin = max(map(len, labels.values()))
    wide = max(_LEAST, columns - margin - 2)
    cells = _cells(values, limits, (low, high), wide, height)
    drawn = (_row(row, ascii_only) for row in cells)
    tick, bar = ("+", "|") if ascii_only else ("┤", "│")
    return [(f"{labels.get(at, ''):>{margin}} {tick if at in labels else bar}", line) for at, line in enumerate(drawn)]


def _axis(low: float, high: float, height: int) -> tuple[float, float, int]:
    """Where the axis ends, and every how many rows it has a label: round numbers around what is shown."""
    largest = max(abs(low), abs(high))
    if high - low <= max(_ALIKE * largest, _SMALLEST):
        pad = largest * 0.05 if largest > 1 / LARGEST else 1.0
        low, high = low - pad, high + pad
    size: float = 10.0 ** floor(log10(high - low))
    unit = next(size * share for share in (0.1, 0.2, 0.25, 0.5, 1, 2) if (high - low) / (size * share) <= height - 1.5)
    start = floor(low / unit) * unit
    return start, start + unit * (height - 1), 2 if height > 6 else 1


def _cells(
    values: Sequence[float | None], limits: Sequence[Sequence[float | None]], ends: tuple[float, float], wide: int, height: int
) -> list[list[int | str]]:
    """Each character's dots, or the dash of a limit where there are none."""
    cells: list[list[int | str]] = [[0] * wide for _ in range(height)]
    low, high = ends
    down, across = height * 4 - 1, wide * 2 - 1

    def row(value: float) -> int:
        """Of dots; the middle of a character's row is what its label says."""
        return min(down, max(0, round((high - value) / (high - low) * (height - 1) * 4 + 1.5)))

    def column(at: int) -> int:
        return round(at * across / max(1, len(values) - 1))

    for at, limit in ((at, each) for series in limits for at, each in enumerate(series)):
        if limit is not None:
            for x in range(column(at) // 2, (column(min(at + 1, len(values) - 1)) // 2) + 1):
                cells[row(limit) // 4][x] = "-"
    last: tuple[int, int] | None = None
    for at, value in enumerate(values):
        if value is not None:
            here = column(at), row(value)
            for x, y in _between(last or here, here):
                found = cells[y // 4][x // 2]
                cells[y // 4][x // 2] = (0 if isinstance(found, str) else found) | _DOTS[y % 4][x % 2]
            last = here
    return cells


def _between(one: tuple[int, int], other: tuple[int, int]) -> list[tuple[int, int]]:
    """The dots of a straight line."""
    steps = max(abs(other[0] - one[0]), abs(other[1] - one[1]), 1)
    return [
        (round(one[0] + (other[0] - one[0]) * at / steps), round(one[1] + (other[1] - one[1]) * at / steps))
        for at in range(steps + 1)
    ]


def _row(cells: Sequence[int | str], ascii_only: bool) -> str:
    dash = "-" if ascii_only else "╌"
    drawn = (dash if isinstance(cell, str) else " " if not cell else "*" if ascii_only else chr(_BLANK + cell) for cell in cells)
    return "".join(drawn).rstrip()
