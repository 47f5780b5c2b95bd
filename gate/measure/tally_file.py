"""A tally as a file: JSON with a header; what one shard counted, to be merged with the others."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from gate.errors import InputError, Place, Problem
from gate.measure.definition import from_mapping
from gate.measure.tally import order
from gate.terms.slice import Slice
from gate.terms.tally import Header, Key, Number, Part, Table, Tally, key_of, text_of

FORMAT = 1
_MAX_SIZE = 512 << 20


def write(tally: Tally) -> str:
    """The tally as JSON: the same bytes for the same counts, one row of a table a line."""
    header = tally.header
    told: dict[str, Any] = {
        "gate_tally": FORMAT,
        "definition": dict(header.definition),
        "task": header.task,
        "positive": header.positive,
        "negative": header.negative,
        "engine": header.engine,
        "engine_version": header.engine_version,
        "parts": [{"name": part.name, "sha256": part.sha256} for part in header.parts],
        "edges": {name: list(edges) for name, edges in sorted(header.edges.items())},
    }
    lines = [f"  {json.dumps(name)}: {json.dumps(value, sort_keys=True)}" for name, value in told.items()]
    tables = ",\n".join(f"    {json.dumps(name)}: {_table(table)}" for name, table in sorted(tally.tables.items()))
    return "{\n" + ",\n".join([*lines, f'  "tables": {{\n{tables}\n  }}']) + "\n}\n"


def _table(table: Table) -> str:
    head = f'"keys": {json.dumps(table.keys)}, "fields": {json.dumps(table.fields)}, "merges": {json.dumps(table.merges)}'
    rows = sorted(table.rows.items(), key=lambda item: order(item[0]))
    lines = ",\n".join(f"      {json.dumps([dict(key[0].parts), *key[1:], *row])}" for key, row in rows)
    return f'{{{head}, "rows": [\n{lines}\n    ]}}'


def read(path: str) -> Tally:
    """The tally in a file. Raises InputError: not there, no tally, of another format, numbers that are none."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise InputError(Problem("not-a-file", "this is a folder, a device or a pipe, not a file", Place(path)))
        with open(path, "rb") as stream:
            data = stream.read(_MAX_SIZE + 1)
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise InputError(Problem("unreadable", what, Place(path))) from None
    try:
        if len(data) > _MAX_SIZE:
            raise ValueError("too large")
        return _tally(json.loads(data, parse_constant=_no_constant))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        remedy = "write it again: gate measure shard.parquet … -o part.tally.json"
        raise InputError(Problem("broken-tally", "this is no tally of this version of gate", Place(path), remedy)) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _tally(told: Any) -> Tally:
    if told["gate_tally"] != FORMAT:
        raise ValueError("format")
    header = Header(
        definition=from_mapping(told["definition"]).document,
        task=text_of(told["task"]),
        positive=text_of(told["positive"]),
        negative=text_of(told["negative"]),
        engine=text_of(told["engine"]),
        engine_version=text_of(told["engine_version"]),
        parts=tuple(Part(text_of(part["name"]), text_of(part["sha256"])) for part in told["parts"]),
        edges={name: tuple(map(float, edges)) for name, edges in told["edges"].items()},
    )
    tables = {name: _read_table(table) for name, table in told["tables"].items()}
    if "cells" not in tables or not header.parts:
        raise ValueError("nothing counted")
    return Tally(header, tables)


def _read_table(told: Mapping[str, Any]) -> Table:
    keys, fields = tuple(map(text_of, told["keys"])), tuple(map(text_of, told["fields"]))
    rows: dict[Key, tuple[Number, ...]] = {}
    for row in told["rows"]:
        if len(row) != 1 + len(keys) + len(fields):
            raise ValueError("a row of another length")
        on = Slice.of({text_of(column): text_of(value) for column, value in row[0].items()})
        key = (on, *map(key_of, row[1 : 1 + len(keys)]))
        if key in rows:
            raise ValueError("a key twice")
        rows[key] = tuple(map(_number, row[1 + len(keys) :]))
    return Table(keys, fields, rows, merges=told["merges"] is True)


def _number(value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("number")
    return value
