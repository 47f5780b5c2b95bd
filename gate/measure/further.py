"""What is counted besides cells and ranks, where a task or a question needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

from gate.measure.definition import Definition
from gate.measure.engines.engine import Effort
from gate.measure.profile import Profile
from gate.measure.quantities import fixed
from gate.measure.source import Source
from gate.measure.sql import Dialect
from gate.measure.tally import in_order, rolled
from gate.terms.slice import WHOLE, Slice, slice_value
from gate.terms.tally import Key, Number, Table

USABLE = "state = '' and y is not null"
# Each offers `tables(rows)`, and counts nothing where nothing asks for it.
_COUNTS = ("sql_labels", "sql_errors", "sql_columns", "sql_queries", "points", "by_name", "flips", "influence", "clusters")


class Rows(Protocol):
    """One source, as an engine offers it: `rows` is the select of `sql_tasks.rows`; integers of `dialect` have 128 bits."""

    source: Source
    asked: Definition
    profile: Profile
    effort: Effort
    columns: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...]
    rows: str
    dialect: Dialect
    at_hand: bool  # whether rows are in this process: then `counted` is there

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query's answer."""

    def apart(self, taken: Sequence[str], where: str) -> Iterator[tuple[Slice, dict[str, Any]]]:
        """Columns of the rows of which `where` holds, slice by slice: arrays by name."""

    def counted(self, keys: Mapping[str, str], where: str) -> Iterator[tuple[Slice, dict[str, Any]]]:
        """Rows by keys, numbers all, slice by slice: arrays by name, with `w` the weight of rows that are alike, `w2` the sum
        of its squares."""


def tables(rows: Rows) -> dict[str, Table]:
    """Every further table that the definition asks for. Raises InputError."""
    found: dict[str, Table] = {}
    for name in _COUNTS:
        found |= import_module(f"gate.measure.{name}").tables(rows)
    return found


def grouped(
    rows: Rows,
    keys: Mapping[str, str],
    sums: Mapping[str, str],
    where: str = USABLE,
    source: str | None = None,
    aggregate: str = "sum",
    sets: Sequence[tuple[str, ...]] | None = None,
) -> dict[Key, tuple[Number, ...]]:
    """Sums over the rows of every slice by further keys: SQL by name. `n` is counted first, always."""
    found: dict[Key, tuple[Number, ...]] = {}
    inner = source if source is not None else rows.rows
    told = "".join(f", {each} as k{index}" for index, each in enumerate(keys.values()))
    added = ", ".join(["count(*)", *(f"{aggregate}({each})" for each in sums.values())])
    from_ = f"from (select *{told} from ({inner}) as r0) as r1 where {where}"
    names = [f"k{index}" for index in range(len(keys))]
    for columns, counted in _by_set(rows, rows.sets if sets is None else sets, names, added, from_):
        width = len(columns) + len(keys)
        found |= rolled(((row[:width], row[width:]) for row in counted if row[width]), _onto(columns))
    return in_order(found)


def _by_set(
    rows: Rows, sets: Sequence[tuple[str, ...]], keys: Sequence[str], added: str, from_: str
) -> Iterator[tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """The sums of each set of slices: its columns, the keys, the numbers. Several sets are counted in one pass."""
    groups = [[f"g{rows.columns.index(each)}" for each in columns] for columns in sets]
    if len(sets) == 1:
        by = ", ".join([*groups[0], *keys])
        yield sets[0], rows.fetch(f"select {by + ', ' if by else ''}{added} {from_}{f' group by {by}' if by else ''}")
        return
    names = [f"g{index}" for index in range(len(rows.columns))]
    told = ", ".join([*(f"grouping({name})" for name in names), *names, *keys, added])
    listed = ", ".join(f"({', '.join([*group, *keys])})" for group in groups)
    apart: dict[tuple[bool, ...], list[tuple[Any, ...]]] = {}
    for row in rows.fetch(f"select {told} {from_} group by grouping sets ({listed})"):
        apart.setdefault(tuple(not each for each in row[: len(names)]), []).append(row[len(names) :])
    for columns, group in zip(sets, groups, strict=True):
        here = tuple(name in group for name in names)
        chosen = [names.index(name) for name in group]
        yield columns, [(*(row[index] for index in chosen), *row[len(names) :]) for row in apart.get(here, [])]


def _onto(columns: tuple[str, ...]) -> Callable[[Key], Key]:
    def onto(raw: Key) -> Key:
        on = Slice.of(zip(columns, map(slice_value, raw[: len(columns)]), strict=True)) if columns else WHOLE
        return (on, *raw[len(columns) :])

    return onto


def whole(rows: Rows, expression: str) -> str:
    """A bounded number in 2^-44ths, as an integer."""
    return rows.dialect.whole(fixed(expression))


def weights(rows: Rows) -> dict[str, str]:
    """The sums of weights and of their squares, where there are weights."""
    return {"w": whole(rows, "w"), "w.w": whole(rows, "w * w")} if rows.asked.weight else {}
