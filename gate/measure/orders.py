"""Quantiles with intervals by order statistics: of sorted rows, which do not merge, or of counts on a grid, which do."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

from gate.measure import number_grid
from gate.measure.further import USABLE, Rows, grouped
from gate.terms.tally import Key, Number

CONFIDENCE = 0.9  # two-sided: each end is a one-sided bound of 95 %
# value; low and high order statistics (NaN-free: equal to the value where there are too few rows, `bounded` 0 then)
FIELDS = ("n", "value", "low", "high", "bounded")
STEP_FIELDS = ("n", "value")
USUAL = (0.9, 0.95, 0.975, 0.99, 0.995, 0.999)


def of(
    rows: Rows, number: str, shares: tuple[float, ...], where: str = USABLE
) -> tuple[dict[Key, tuple[Number, ...]], dict[Key, tuple[Number, ...]]]:
    """The quantiles of a number on every slice, by (slice, share), and the order statistics around each, by (slice, share,
    rank from 1); nothing where there are more rows than rank in memory."""
    counted = rows.fetch(f"select count(*) from ({rows.rows}) as r0 where {where}")
    if counted[0][0] > rows.effort.exact_rows or not counted[0][0]:
        return {}, {}
    found: dict[Key, tuple[Number, ...]] = {}
    steps: dict[Key, tuple[Number, ...]] = {}
    for on, data in rows.apart([f"{number} as number_"], where):
        import numpy as np

        ordered = np.sort(np.asarray(data["number_"], dtype=np.float64))
        found |= {(on, share): row for share, row in quantiles(ordered, shares).items()}
        for share in shares:
            steps |= {(on, share, rank): (len(ordered), float(ordered[rank - 1])) for rank in ladder(len(ordered), share)}
    return dict(sorted(found.items())), dict(sorted(steps.items()))


def ladder(n: int, share: float) -> list[int]:
    """The ranks, from 1, of order statistics that bound a quantile at about any confidence: a fifth of a standard error
    apart up to five, and those at usual levels."""
    spread = sqrt(n * share * (1 - share))
    levels = sorted({*(step / 5 for step in range(26)), *(NormalDist().inv_cdf(each) for each in USUAL)})
    near = {round(n * share + sign * level * spread) + more for level in levels for sign in (-1, 1) for more in (0, 1)}
    return sorted(rank for rank in near if 1 <= rank <= n)


def quantiles(numbers: Any, shares: tuple[float, ...]) -> dict[float, tuple[Number, ...]]:
    """Quantiles as numpy's, linear between two numbers, and the order statistics that hold them with `CONFIDENCE`."""
    import numpy as np

    ordered = np.sort(np.asarray(numbers, dtype=np.float64))  # what is in order already costs nothing
    n = len(ordered)
    found: dict[float, tuple[Number, ...]] = {}
    for share in shares:
        value = float(np.quantile(ordered, share))
        ranks = bounds(n, share)
        low, high = (float(ordered[ranks[0]]), float(ordered[ranks[1]])) if ranks else (value, value)
        found[share] = (n, value, low, high, int(ranks is not None))
    return found


def on_grid(rows: Rows, number: str, where: str = USABLE) -> dict[Key, tuple[Number, ...]]:
    """Rows by slice and cell of `number_grid`, where parts are to be merged, or the rows are too many to sort."""
    counted = rows.fetch(f"select count(*) from ({rows.rows}) as r0 where {where}")
    if counted[0][0] <= rows.effort.exact_rows and not rows.effort.portable:
        return {}
    known = f"case when {where} then {number} else 0e0 end"
    return grouped(rows, {"cell": number_grid.sql(f"({known})")}, {}, where)


def of_cells(cells: Mapping[int, int], share: float) -> dict[str, Number] | None:
    """A quantile from counts by cell, like a row of `FIELDS`: its middle, and the outer edges of the interval's cells."""
    n = sum(cells.values())
    if not n:
        return None
    low, high = number_grid.edges(_cell_at(cells, int(share * (n - 1))))
    places = bounds(n, share)
    least = number_grid.edges(_cell_at(cells, places[0]))[0] if places else low
    most = number_grid.edges(_cell_at(cells, places[1]))[1] if places else high
    return {"n": n, "value": (low + high) / 2, "low": least, "high": most, "bounded": int(places is not None)}


def _cell_at(cells: Mapping[int, int], place: int) -> int:
    """The cell of the order statistic at a place, from 0."""
    passed = 0
    for cell, count in sorted(cells.items()):
        passed += count
        if passed > place:
            return cell
    raise AssertionError("a place behind the last row")


def bounds(n: int, share: float) -> tuple[int, int] | None:
    """The places (from 0) of the order statistics between which the quantile lies with `CONFIDENCE`; None where n is too small.

    Distribution-free: the count of rows below the quantile is binomial (Hahn and Meeker 1991, sec. 5.2).
    """
    tail = (1 - CONFIDENCE) / 2
    low = _largest_below(n, share, tail)
    high = n - 1 - _largest_below(n, 1 - share, tail)
    return (low, high) if low >= 0 and high < n else None


def _largest_below(n: int, share: float, tail: float) -> int:
    """The largest l - 1 with P(Binomial(n, share) < l) <= tail; -1 where there is none."""
    if n > 2000:
        # The normal quantile with a correction for skewness (Cornish and Fisher); one place less, to be safe.
        sd = sqrt(n * share * (1 - share))
        z = NormalDist().inv_cdf(tail)
        near = n * share + z * sd + (1 - 2 * share) * (z * z - 1) / 6
        return max(ceil(near) - 2, -1)
    from math import exp, lgamma, log

    cumulated, place = 0.0, -1
    for k in range(n + 1):
        cumulated += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(share) + (n - k) * log(1 - share))
        if cumulated > tail:
            break
        place = k
    return place
