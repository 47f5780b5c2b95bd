"""A tally: tables of integers by slice, which add up, and the header that says of what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from gate.errors import InputError, Place, Problem
from gate.record import dataclass, field, replace
from gate.terms.slice import Slice

SCALE = 1 << 44  # fixed-point sums count 2^-44ths: exact when added, within 3e-14 a row
EPS = 2.0**-52  # probabilities are clipped to [EPS, 1 - EPS] for log loss, as scikit-learn clips doubles

Number: TypeAlias = "int | float"
# The slice first, then what the table counts by: a label, a prediction, a cell of the grid; None is null.
Key: TypeAlias = "tuple[Any, ...]"


@dataclass(frozen=True, slots=True)
class Table:
    """Counts and sums by key: `keys` names what follows the slice in a key, `fields` the numbers of a row.

    A row's integers add up exactly. Fields called like `log_loss` or `log_loss.brier` are sums of a row's quantity, or of
    a product, in 2^-44ths (`SCALE`). `merges` is false where the rows of two parts cannot simply be added (ranks).
    """

    keys: tuple[str, ...]
    fields: tuple[str, ...]
    rows: Mapping[Key, tuple[Number, ...]]
    merges: bool = True

    def of(self, on: Slice) -> dict[Key, dict[str, Number]]:
        """The rows of a slice by the rest of their key."""
        return {key[1:]: dict(zip(self.fields, row, strict=True)) for key, row in self.rows.items() if key[0] == on}

    def by_slice(self) -> dict[Slice, dict[Key, dict[str, Number]]]:
        """Every slice's rows by the rest of their key, in one pass."""
        found: dict[Slice, dict[Key, dict[str, Number]]] = {}
        for key, row in self.rows.items():
            found.setdefault(key[0], {})[key[1:]] = dict(zip(self.fields, row, strict=True))
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """One file of rows, or what stands for one: what it is called, the SHA-256 of its content ("" where it has none)."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was counted, by whom. Tallies merge only where `definition` (as `Definition.document` says it) is equal.

    `positive` and `negative` are the labels of a binary task ("" in others), `task` what the rows turned out to be.
    """

    definition: Mapping[str, Any]
    task: str
    positive: str = ""
    negative: str = ""
    engine: str
    engine_version: str
    parts: tuple[Part, ...]
    edges: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tally:
    """All that metrics are computed from. `cells` is always there; which others, the definition and the engine decide.

    cells   slice, label, prediction, baseline, state -> n, sums of losses     (state: "" usable, else why not: nan, null)
    ranks   slice, model -> exact rank sums of one score                       (does not merge)
    scores  slice, model, label, grid -> n, sum of the score                   (grid.py; merges)
    """

    header: Header
    tables: Mapping[str, Table]

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    @property
    def slices(self) -> list[Slice]:
        """Every slice that has rows, the whole first, then in order."""
        return sorted({key[0] for key in self.tables["cells"].rows})


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
    return replace(tables[0], rows=dict(sorted(rows.items(), key=lambda item: order(item[0]))))


def order(key: Key) -> tuple[Any, ...]:
    """Sorts keys whose parts may be null, numbers or text."""
    return (key[0], *((part is not None, isinstance(part, str), part if part is not None else 0) for part in key[1:]))


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
