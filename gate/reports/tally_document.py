"""A tally as plain data, to stand in a metrics file or in a decision, and back again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gate.terms.slice import Slice
from gate.terms.tally import Header, Key, Number, Part, Table, Tally, key_of, text_of

FORMAT = 1
LARGEST = 10**390  # of a number: sums of powers of numbers of all sizes are long; readers of documents take 400 digits
MOST_ROWS = 1_000_000
_ASIDE = "thinned"  # of this table rows that differ in their last key only stand side by side
_CELLS = ("label", "prediction", "baseline", "state")


class TallyError(ValueError):
    """The data is no tally; the text says why, to follow "the tally"."""


# -- written


def written(tally: Tally) -> dict[str, Any]:
    """The tally as objects, lists and numbers: slices are listed once, and rows are [slice, key…, number…]."""
    header = tally.header
    slices = tally_slices(tally)
    places = {on: index for index, on in enumerate(slices)}
    return {
        "format": FORMAT,
        "definition": dict(header.definition),
        "task": header.task,
        "positive": header.positive,
        "negative": header.negative,
        "engine": header.engine,
        "engine_version": header.engine_version,
        "parts": [{"name": part.name, "sha256": part.sha256} for part in header.parts],
        "slices": [dict(on.parts) for on in slices],
        "tables": {name: _table(name, table, places) for name, table in sorted(tally.tables.items())},
    }


def tally_slices(tally: Tally) -> list[Slice]:
    """Every slice of any table, the whole first, then in order."""
    return sorted({key[0] for table in tally.tables.values() for key in table.rows})


def _table(name: str, table: Table, places: Mapping[Slice, int]) -> dict[str, Any]:
    rows = _beside(table, places) if name == _ASIDE else _listed(table, places)
    return {"keys": list(table.keys), "fields": list(table.fields), "rows": list(rows)}


def _listed(table: Table, places: Mapping[Slice, int]) -> Iterator[list[Any]]:
    for key, row in table.rows.items():
        yield [places[key[0]], *key[1:], *row]


def _beside(table: Table, places: Mapping[Slice, int]) -> Iterator[list[Any]]:
    """Rows that differ in their place only: [slice, key…, [first numbers], [second numbers]…]."""
    together: dict[Key, list[tuple[Any, tuple[Number, ...]]]] = {}
    for key, row in table.rows.items():
        together.setdefault(key[:-1], []).append((key[-1], row))
    for key, rows in together.items():
        columns = zip(*(row for _, row in sorted(rows)), strict=True)
        yield [places[key[0]], *key[1:], *map(list, columns)]


# -- read


def read(data: Any) -> Tally:
    """The tally that `written` wrote. It is somebody's word: shapes and sizes are checked, not truth. Raises TallyError."""
    try:
        return _read(data)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        if isinstance(error, TallyError):
            raise
        raise TallyError("is not as this version of gate writes one") from None


def _read(data: Any) -> Tally:
    if data["format"] != FORMAT:
        raise TallyError("is of another format")
    if not isinstance(data["definition"], Mapping):
        raise TallyError("has no definition")
    header = Header(
        definition=dict(data["definition"]),
        task=text_of(data["task"]),
        positive=text_of(data["positive"]),
        negative=text_of(data["negative"]),
        engine=text_of(data["engine"]),
        engine_version=text_of(data["engine_version"]),
        parts=tuple(Part(text_of(each["name"]), text_of(each["sha256"])) for each in data["parts"]),
    )
    slices = [Slice.of({text_of(column): text_of(value) for column, value in each.items()}) for each in data["slices"]]
    if len(set(slices)) < len(slices):
        raise TallyError("names a slice twice")
    tables = {text_of(name): _read_table(name, each, slices) for name, each in data["tables"].items()}
    _refuse_cells(tables.get("cells"), bool(header.definition.get("weight")))
    return Tally(header, tables)


def _refuse_cells(table: Table | None, weighted: bool) -> None:
    """Refuse cells that are not shaped like cells: everything else is looked up with care."""
    if table is None:
        return
    if table.keys != _CELLS or not {"n", *(("w", "w.w") if weighted else ())} <= set(table.fields):
        raise TallyError("has cells of another shape")
    at = table.fields.index("n")
    for key, row in table.rows.items():
        if not all(each is None or isinstance(each, str) for each in key[1:]) or not isinstance(row[at], int) or row[at] < 0:
            raise TallyError("has a cell of no rows")


def _read_table(name: str, told: Any, slices: list[Slice]) -> Table:
    keys, fields = tuple(map(text_of, told["keys"])), tuple(map(text_of, told["fields"]))
    if len(set(fields)) < len(fields):
        raise TallyError("names a field twice")
    aside = name == _ASIDE
    rows: dict[Key, tuple[Number, ...]] = {}
    width = len(keys) - aside
    for row in told["rows"]:
        if len(row) != 1 + width + len(fields):
            raise TallyError("has a row of another length")
        if not isinstance(row[0], int) or isinstance(row[0], bool) or row[0] < 0:
            raise TallyError("has a row of no slice")
        first: Key = (slices[row[0]], *map(key_of, row[1 : 1 + width]))
        for key, numbers in _rows(first, row[1 + width :], aside):
            if key in rows:
                raise TallyError("has a row twice")
            rows[key] = tuple(map(_number, numbers))
        if len(rows) > MOST_ROWS:
            raise TallyError(f"has more than {MOST_ROWS:,} rows")
    return Table(keys, fields, rows, merges=False)


def _rows(first: Key, numbers: Any, aside: bool) -> Iterator[tuple[Key, Any]]:
    if not aside:
        yield first, numbers
        return
    for place, row in enumerate(zip(*numbers, strict=True)):
        yield (*first, place), row


def _number(value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -LARGEST <= value <= LARGEST:
        raise TallyError("holds what is no number of rows, or a sum that none is")
    return value
