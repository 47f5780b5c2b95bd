"""Sums over clusters: rows of one user or document are not independent, and the spread is that of what clusters add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement

from gate.measure.further import Rows, whole
from gate.measure.influence import flagged
from gate.measure.quantities import quantities
from gate.measure.sql import WEIGHT, text
from gate.measure.sql_tasks import finite
from gate.measure.tally import in_order
from gate.stats.tally.clusters import name_of
from gate.terms.slice import WHOLE, Slice, slice_value
from gate.terms.tally import SCALE, Key, Number, Table

KEYS = ("first", "second")
CUBE_KEYS = (*KEYS, "third")
MOST_CELLS = 32
MOST_CUBED = 12  # columns: of so many there are 364 products of three
TINY = 1e-25  # its powers are nothing in 2^-44ths
_ERRORS = {"mae": "abs({0} - y)", "mse": "({0} - y) * ({0} - y)", "bias": "({0} - y)"}


def tables(rows: Rows) -> dict[str, Table]:
    """`clusters`: for every two columns the sum over clusters of the product of what each adds up to in the cluster;
    `cluster_cubes`: for every three, where columns are few.

    Columns are cells (as `name_of` says them), losses, and with `n.` before its name how many rows one is averaged over; the
    product with "" is the column's own sum, and that of "" and "" the number of clusters. Rows without a cluster's name are
    one cluster.
    """
    if not rows.asked.cluster:
        return {}
    pairs: dict[Key, tuple[Number, ...]] = {}
    cubes: dict[Key, tuple[Number, ...]] = {}
    for where, columns in _wanted(rows):
        for key, each in _crossed(rows, where, columns):
            into = pairs if len(key) == 1 + len(KEYS) else cubes
            into[key] = (into.get(key, (0,))[0] + each,)
    named = {"clusters": (KEYS, pairs), "cluster_cubes": (CUBE_KEYS, cubes)}
    return {name: Table(keys, ("sum",), in_order(found), merges=False) for name, (keys, found) in named.items() if found}


def _wanted(rows: Rows) -> list[tuple[str, dict[str, tuple[str, bool]]]]:
    """Which rows count, and of these the columns by name: SQL, and whether it is bounded."""
    usable = f"state = '' and {'label' if rows.profile.task == 'multiclass' else 'y'} is not null"
    wanted: list[tuple[str, dict[str, tuple[str, bool]]]] = []
    if rows.profile.task in ("binary", "multiclass"):
        cells = _cells(rows, usable)
        losses = {
            each.name: (each.sql, each.bounded)
            for each in quantities(rows.asked, rows.profile.task)
            if not each.name.startswith("z_")
        }
        wanted += [(usable, cells | losses)] if cells else []
    if rows.profile.task == "regression":
        models = {"": "p", "baseline.": "q"} if rows.asked.has_baseline else {"": "p"}
        of = {f"{model}{name}": (each.format(guess), False) for model, guess in models.items() for name, each in _ERRORS.items()}
        wanted.append((usable, {"n.mae": ("1e0", True), **of}))
    for index, column in enumerate(rows.asked.columns):
        if rows.profile.kinds[column] != "text":
            holds = f"state <> {text(WEIGHT)} and {finite(f'x{index}')}"
            wanted.append((holds, {f"n.{column}.mean": ("1e0", True), f"{column}.mean": (f"x{index}", False)}))
    return wanted


def _cells(rows: Rows, usable: str) -> dict[str, tuple[str, bool]]:
    """SQL for whether a row is in a cell, by the cell's name; none where there are too many cells."""
    binary = rows.profile.task == "binary"
    said = (rows.profile.negative, rows.profile.positive)
    if binary:
        parts = ["cast(y as integer)", flagged(rows, "prediction")]
        parts += [flagged(rows, "baseline")] if rows.asked.has_baseline else []
    else:
        parts = [f"cast({each} as varchar)" for each in ("label", "prediction", "baseline")][: 2 + rows.asked.has_baseline]
    listed = ", ".join(f"{each} as k{index}" for index, each in enumerate(parts))
    seen = rows.fetch(f"select distinct {listed} from ({rows.rows}) as r0 where {usable} limit {MOST_CELLS + 1}")
    if len(seen) > MOST_CELLS:
        return {}
    found: dict[str, tuple[str, bool]] = {}
    for values in sorted(seen, key=str):
        literals = [str(int(each)) if binary else text(str(each)) for each in values]
        told = [said[int(each)] if binary else str(each) for each in values] + [None] * (3 - len(values))
        holds = " and ".join(f"{part} = {literal}" for part, literal in zip(parts, literals, strict=True))
        found[name_of((str(told[0]), str(told[1]), told[2]))] = (f"(case when {holds} then 1e0 else 0e0 end)", True)
    return found


def _crossed(rows: Rows, where: str, columns: Mapping[str, tuple[str, bool]]) -> Iterator[tuple[Key, Number]]:
    """The products of every two columns' sums by cluster, and of every three, added up on every slice."""
    exact = dict(zip(columns, (bounded for _, bounded in columns.values()), strict=True))
    places = {name: f"c{index}" for index, name in enumerate(columns)}
    products: list[tuple[str, ...]] = [*combinations_with_replacement(columns, 2), *((name, "") for name in columns)]
    whole_ones = [all(exact.get(name, True) for name in each) for each in products]
    told = [" * ".join(places[name] for name in each if name) for each in products]
    told = [whole(rows, each) if bounded else each for each, bounded in zip(told, whole_ones, strict=True)]
    if len(columns) <= MOST_CUBED:  # as doubles: the cube of a large cluster is beyond an integer of 128 bits in 2^-44ths
        cubed = list(combinations_with_replacement(columns, 3))
        told += [" * ".join(places[name] for name in each) for each in cubed]
        products, whole_ones = [*products, *cubed], [*whole_ones, *([False] * len(cubed))]
    added = ", ".join(["count(*)", *(f"sum({each})" for each in told)])
    for cut in rows.sets:
        groups = [f"g{rows.columns.index(each)}" for each in cut]
        by = ", ".join(groups)
        query = f"select {by + ', ' if by else ''}{added} from ({_by_cluster(rows, where, columns, groups)}) as r9"
        for row in rows.fetch(f"{query}{f' group by {by}' if by else ''}"):
            on = Slice.of(zip(cut, map(slice_value, row[: len(cut)]), strict=True)) if cut else WHOLE
            count, *sums = row[len(cut) :]
            if not count:
                continue
            yield (on, "", ""), count
            for each, bounded, number in zip(products, whole_ones, sums, strict=True):
                yield (on, *each), number / SCALE if bounded else float(number)


def _by_cluster(rows: Rows, where: str, columns: Mapping[str, tuple[str, bool]], groups: list[str]) -> str:
    """A select of what each column adds up to in every cluster of a slice: c0, c1…"""
    weight = f"{_tame('w')} * " if rows.asked.weight else ""
    tamed = {name: _tame(name) for name in ("p", "q")} if rows.profile.task == "binary" else {}
    kept = [*(f"g{index}" for index, _ in enumerate(rows.columns)), "unit", "y", "w", "label", "prediction", "baseline"]
    kept += [f"{tamed.get(name, name)} as {name}" for name in ("p", "q")]
    kept += ["t", "square_sum"] if rows.profile.task == "multiclass" and rows.asked.scores else []
    kept += [f"x{index}" for index, _ in enumerate(rows.asked.columns)]
    inner = f"select {', '.join(kept)} from ({rows.rows}) as r7 where {where}"
    sums = [
        f"cast(sum({whole(rows, f'{weight}({each})')}) as double) / {SCALE}e0" if bounded else f"sum({weight}({each}))"
        for each, bounded in columns.values()
    ]
    listed = ", ".join(f"{each} as c{index}" for index, each in enumerate(sums))
    return f"select {', '.join([*groups, listed])} from ({inner}) as r8 group by {', '.join([*groups, 'unit'])}"


def _tame(number: str) -> str:
    """A number whose powers are nothing as nothing: PostgreSQL refuses products that underflow."""
    return f"(case when {number} > 0 and {number} < {TINY!r} then 0e0 else {number} end)"
