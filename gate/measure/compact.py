"""A tally as measurements carry it: what tests need and no more, small enough to stand in a metrics file and in a decision."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from gate.measure import influence, number_grid, ranks
from gate.measure.orders import STEP_FIELDS, ladder
from gate.measure.sorted_ranks import CELLS
from gate.measure.sql_columns import SHARES
from gate.measure.tally import in_order, rolled
from gate.record import replace
from gate.reports.tally_document import LARGEST
from gate.terms.slice import Slice
from gate.terms.tally import Key, Number, Table, Tally

KEPT = (
    "ranks", "influence", "clusters", "cluster_cubes", "cluster_influence", "points", "queries", "passes", "places", "results",
    "overlaps", "labels", "column_steps", "error_steps", "identity",
)  # fmt: skip
_LONG = ("influence", "clusters", "cluster_cubes", "cluster_influence")
_SIZED = {
    "errors": ("e", "y"), "relative_errors": ("r",), "paired_errors": ("l", "d"), "explained": ("d", "y"), "columns": ("x",),
}  # fmt: skip
MOST_CELLS = 50_000  # of all slices: more, as thousands of classes make, are left out
MOST_THINNED = 80_000
FEWEST_THINNED = 64
_SPREAD = 256  # octaves between the largest and the smallest of numbers that are brought to one size
_FACTOR = re.compile(r"([a-z])([0-9])")


def compacted(tally: Tally) -> Tally:
    """The same evidence in less room: scores in cells of equal mass, numbers of all sizes brought to one, quantiles as order
    statistics, no rows. What merges with other parts is not in it."""
    found = {name: _rounded(tally[name]) if name in _LONG else tally[name] for name in KEPT if name in tally}
    if len(tally["cells"].rows) <= MOST_CELLS:
        found["cells"] = tally["cells"]
    found |= {name: _resized(tally[name], sizes) for name, sizes in _SIZED.items() if name in tally}
    if "thinned" in tally:
        found["thinned"] = _fewer(tally["thinned"])
    if "ranks" not in tally and "scores" in tally:
        found |= _of_grid(tally)
    if "influence" not in tally and "pairs" in tally:
        found |= _of_pairs(tally)
    for name, keys in (("column", ("column", "at", "rank")), ("error", ("model", "at", "rank"))):
        if f"{name}_steps" not in tally and f"{name}_cells" in tally:
            shares = SHARES if name == "column" else (0.5,)
            found[f"{name}_steps"] = Table(keys, STEP_FIELDS, _steps(tally[f"{name}_cells"], shares), merges=False)
    return Tally(tally.header, dict(sorted(found.items())))


def _rounded(table: Table) -> Table:
    """Sums of doubles to 13 digits: the last ones are noise, and a file is read by people, too."""
    rows = {
        key: tuple(each if isinstance(each, int) else float(f"{each:.13g}") for each in row) for key, row in table.rows.items()
    }
    return replace(table, rows=rows)


# -- scores


def _fewer(table: Table) -> Table:
    """Fewer cells of each slice, where there are many slices."""
    if len(table.rows) <= MOST_THINNED:
        return table
    most = max(FEWEST_THINNED, MOST_THINNED // len({key[:-1] for key in table.rows}))
    by = -(-CELLS // most)
    onto: Callable[[Key], Key] = lambda key: (*key[:-1], key[-1] // by)  # noqa: E731
    return replace(table, rows=rolled(table.rows.items(), onto))


def _of_grid(tally: Tally) -> dict[str, Table]:
    """`grid_ranks` and `thinned` from counts on the grid of scores."""
    found: dict[Key, ranks.Ranked] = {}
    for on, rows in tally["scores"].by_slice().items():
        for model in sorted({key[0] for key in rows}):
            ranked = ranks.of_grid(rows, model)
            if ranked is not None:
                found[on, model] = ranked
    told = ranks.tables(found, bool(tally.header.definition.get("weight")))
    return {"grid_ranks": told["ranks"]} | ({"thinned": _fewer(told["thinned"])} if "thinned" in told else {})


def _of_pairs(tally: Tally) -> dict[str, Table]:
    """`influence` from counts by both models' scores."""
    apart: dict[Slice, dict[Key, tuple[Number, ...]]] = {}
    for key, row in tally["pairs"].rows.items():
        apart.setdefault(key[0], {})[key[1:]] = row
    found: dict[Key, tuple[Number, ...]] = {}
    for on, rows in apart.items():
        for cell, row in influence.of_pairs(rows, tally.header.positive).items():
            at: Key = (on, *cell)
            found[at] = row
    baseline = bool(tally.header.definition.get("baseline_score"))
    return {"influence": _rounded(Table(influence.KEYS, influence.names(baseline, False), in_order(found), merges=False))}


# -- numbers of all sizes


def _resized(table: Table, sizes: tuple[str, ...]) -> Table:
    """Rows that differ in the size of their numbers only as one row of the smallest size: exact, as integers have no end."""
    count = len(sizes)
    groups: dict[Key, list[tuple[Key, tuple[Number, ...]]]] = {}
    for key, row in table.rows.items():
        groups.setdefault(key[:-count], []).append((key[-count:], row))
    powers = [_powers(field, sizes) for field in table.fields]
    found: dict[Key, tuple[Number, ...]] = {}
    for key, rows in groups.items():
        least = tuple(min(size[at] for size, _ in rows) for at in range(count))
        if any(size[at] - least[at] > _SPREAD for size, _ in rows for at in range(count)):
            found |= {(*key, *size): row for size, row in rows}
            continue
        one = rolled((((), _moved(row, size, least, powers)) for size, row in rows), lambda key: key)[()]
        if max(map(abs, one)) > LARGEST:
            found |= {(*key, *size): row for size, row in rows}
        else:
            at: Key = (*key, *least)
            found[at] = one
    return replace(table, rows=in_order(found), merges=False)


def _powers(field: str, sizes: tuple[str, ...]) -> tuple[int, ...]:
    """With which power a field grows with each size; `a` is the absolute `e`."""
    told = dict.fromkeys(sizes, 0)
    for factor in field.split("."):
        match = _FACTOR.fullmatch(factor)
        name = "e" if match and match[1] == "a" else match[1] if match else ""
        if match and name in told:
            told[name] += int(match[2])
    return tuple(told[name] for name in sizes)


def _moved(row: Iterable[Number], size: Key, least: Key, powers: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    shifts = (sum((here - there) * power for here, there, power in zip(size, least, each, strict=True)) for each in powers)
    return tuple(int(number) << shift for number, shift in zip(row, shifts, strict=True))


# -- quantiles


def _steps(table: Table, shares: Iterable[float]) -> Mapping[Key, tuple[Number, ...]]:
    """Order statistics from counts on the grid of numbers: the upper edge of a cell, and how many numbers are not above it."""
    apart: dict[Key, dict[int, int]] = {}
    for (on, name, cell), row in table.rows.items():
        apart.setdefault((on, name), {})[int(cell)] = int(row[0])
    found: dict[Key, tuple[Number, ...]] = {}
    for key, cells in apart.items():
        n = sum(cells.values())
        for share in shares:
            wanted = ladder(n, share)
            low, high = (wanted[0], wanted[-1]) if wanted else (1, 0)
            passed = 0
            for cell, count in sorted(cells.items()):
                passed += count
                if low <= passed <= high:
                    at: Key = (*key, share, passed)
                    found[at] = (n, number_grid.edges(cell)[1])
    return in_order(found)
