"""Quantiles of weighted rows: where half the weight lies below, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from statistics import NormalDist
from typing import Any

from gate.measure import number_grid, orders
from gate.measure.further import USABLE, Rows, grouped, weights
from gate.terms.tally import SCALE, Key, Number

_EVEN = 1e-12  # of the whole weight: nearer than this to a step, both sides of it are the quantile


def of(rows: Rows, number: str, shares: tuple[float, ...], where: str = USABLE) -> dict[Key, tuple[Number, ...]]:
    """The quantiles of a number on every slice, by (slice, share), as `orders.of` has them; nothing where rows are too many."""
    counted = rows.fetch(f"select count(*) from ({rows.rows}) as r0 where {where}")
    if counted[0][0] > rows.effort.exact_rows or not counted[0][0]:
        return {}
    found: dict[Key, tuple[Number, ...]] = {}
    for on, data in rows.apart([f"{number} as number_", "w"], where):
        found |= {(on, share): row for share, row in quantiles(data["number_"], data["w"], shares).items()}
    return dict(sorted(found.items()))


def on_grid(rows: Rows, number: str, where: str = USABLE) -> dict[Key, tuple[Number, ...]]:
    """Rows, weights and their squares by cell of `number_grid`, where `orders.on_grid` has rows alone."""
    counted = rows.fetch(f"select count(*) from ({rows.rows}) as r0 where {where}")
    if counted[0][0] <= rows.effort.exact_rows and not rows.effort.portable:
        return {}
    known = f"case when {where} then {number} else 0e0 end"
    return grouped(rows, {"cell": number_grid.sql(f"({known})")}, weights(rows), where)


def quantiles(numbers: Any, weight: Any, shares: tuple[float, ...]) -> dict[float, tuple[Number, ...]]:
    """Quantiles as scikit-learn's weighted ones: of the distribution function's steps, their mean where it is level.

    With each the numbers that hold it with `orders.CONFIDENCE`: the share of the weight below it is a mean, whose normal
    interval is turned into numbers (Woodruff 1952).
    """
    import numpy as np

    values, mass = np.asarray(numbers, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    order = np.argsort(values[mass > 0], kind="stable")
    values, mass = values[mass > 0][order], mass[mass > 0][order]
    if not len(values):
        return {}
    below = np.cumsum(mass)
    whole = float(below[-1])

    def at(target: float) -> int:
        return min(int(np.searchsorted(below, target - _EVEN * whole)), len(values) - 1)

    found: dict[float, tuple[Number, ...]] = {}
    for share in shares:
        here = at(share * whole)
        level = abs(float(below[here]) - share * whole) <= _EVEN * whole and here + 1 < len(values)
        value = float((values[here] + values[here + 1]) / 2) if level else float(values[here])
        variance = float((mass**2 * ((values <= value) - share) ** 2).sum()) / whole**2
        low, high = _ends(share, variance)
        bounded = low > 0 and high < 1
        edges = (float(values[at(low * whole)]), float(values[at(high * whole)])) if bounded else (value, value)
        found[share] = (len(numbers), value, *edges, int(bounded))
    return found


def _ends(share: float, variance: float) -> tuple[float, float]:
    margin = NormalDist().inv_cdf((1 + orders.CONFIDENCE) / 2) * sqrt(variance)
    return share - margin, share + margin


def of_cells(cells: Mapping[int, Mapping[str, Number]], share: float) -> dict[str, Number] | None:
    """A quantile from counts by cell, like a row of `orders.FIELDS`: its middle, and the outer edges of the interval's cells."""
    held = sorted((cell, int(row["w"]) / SCALE, int(row["w.w"]) / SCALE) for cell, row in cells.items() if row["w"])
    whole = sum(weight for _, weight, _ in held)
    if not whole:
        return None

    def at(target: float) -> int:
        passed = 0.0
        for cell, weight, _ in held:
            passed += weight
            if passed >= target * whole:
                return cell
        return held[-1][0]

    here = at(share)
    low, high = number_grid.edges(here)
    variance = sum(square * ((cell <= here) - share) ** 2 for cell, _, square in held) / whole**2
    ends = _ends(share, variance)
    bounded = ends[0] > 0 and ends[1] < 1
    least, most = (number_grid.edges(at(ends[0]))[0], number_grid.edges(at(ends[1]))[1]) if bounded else (low, high)
    n = sum(int(row["n"]) for row in cells.values())
    return {"n": n, "value": (low + high) / 2, "low": least, "high": most, "bounded": int(bounded)}
