"""How tallies add up: rows under common keys, parts into one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gate.errors import InputError, Place, Problem
from gate.record import replace
from gate.terms.tally import Header, Key, Number, Part, Table, Tally


def rolled(rows: Iterable[tuple[Key, tuple[Number, ...]]], onto: Callable[[Key], Key]) -> dict[Key, tuple[Number, ...]]:
    """Rows added up under the keys that `onto` makes of theirs."""
    found: dict[Key, tuple[Number, ...]] = {}
    for key, row in rows:
        target = onto(key)
        before = found.get(target)
        found[target] = row if before is None else tuple(map(_add, before, row))
    return found


def _add(first: Number, second: Number) -> Number:
    return first + second


def merge(tallies: Iterable[Tally]) -> Tally:
    """One tally of several, to the same bytes whatever their order. Raises InputError: unequal headers, a part twice.

    Tables that do not merge are left out: what only ranks can tell comes from the grid of scores then, with its bound.
    """
    every = list(tallies)
    first = every[0]
    if len(every) == 1:
        return first
    for other in every[1:]:
        _refuse_unequal(first.header, other.header)
    parts = tuple(sorted((part for each in every for part in each.header.parts), key=lambda part: (part.name, part.sha256)))
    _refuse_overlap(parts)
    names = [name for name, table in first.tables.items() if table.merges and all(name in each for each in every)]
    tables = {name: _added([each[name] for each in every]) for name in names}
    return Tally(replace(first.header, parts=parts), tables)


def _added(tables: list[Table]) -> Table:
    rows = rolled((item for table in tables for item in table.rows.items()), lambda key: key)
    return replace(tables[0], rows=in_order(rows))


def order(key: Key) -> tuple[Any, ...]:
    """Sorts keys whose parts may be null, numbers or text."""
    return (key[0], *((part is not None, isinstance(part, str), part if part is not None else 0) for part in key[1:]))


def in_order(rows: Mapping[Key, Any]) -> dict[Key, Any]:
    """The rows of a table in the order in which tallies keep them."""
    return dict(sorted(rows.items(), key=lambda item: order(item[0])))


def _refuse_unequal(first: Header, other: Header) -> None:
    def said(header: Header) -> list[tuple[str, Any]]:
        return [
            ("what the columns mean", header.definition),
            ("the task", header.task),
            ("the positive label", header.positive),
            ("the edges", dict(header.edges)),
        ]

    for (what, mine), (_, theirs) in zip(said(first), said(other), strict=True):
        if mine != theirs:
            where = Place(other.parts[0].name) if other.parts else None
            message = f"the tallies differ in {what}, so that they count different things"
            raise InputError(Problem("unequal-tallies", message, where, "count all shards by the same definition"))


def _refuse_overlap(parts: tuple[Part, ...]) -> None:
    seen: dict[str, Part] = {}
    for part in parts:
        identity = part.sha256 or part.name
        if identity in seen:
            message = f"the same rows would count twice: {part.name} and {seen[identity].name} have the same content"
            raise InputError(Problem("overlapping-tallies", message, Place(part.name), "give every shard once"))
        seen[identity] = part
