"""The INPUTs of a command, and mappings from Python, as one table of measurements."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem, UsageError
from gate.readers.names import clean
from gate.readers.reader import choose
from gate.readers.source import SYNTAXES, SourceFile, is_remote, is_stdin, open_path, open_stdin, run_in
from gate.readers.table import Table
from gate.record import replace
from gate.terms.measurement import NO_SUPPORT, Measurement
from gate.terms.measurements import Measurements, Source

if TYPE_CHECKING:
    from gate.measure.measuring import Measuring
    from gate.terms.tally import Tally

_TALLY = ".tally.json"
_NO_ROWS = (".json", ".yaml", ".yml", ".toml", ".xml", ".txt", ".db", ".prom")
_CELLS = frozenset(("tp", "fp", "fn", "tn", "confusion"))
_NAMED = re.compile(r"([A-Za-z_][\w.-]*)=(.*)", re.DOTALL)


def read_inputs(
    specs: Sequence[str],
    *,
    format: str | None = None,  # noqa: A002
    stdin: BinaryIO | None = None,
    measuring: Measuring | None = None,
) -> Measurements:
    """The measurements of every INPUT, merged; `measuring` says what the columns of rows mean, and tallies must count just that.

    An INPUT is a path, `-`, the address of a run on an MLflow server, or `NAME=` and one of these, whose measurements
    are called `NAME.…`; a path that looks like that is written `./a=b`. `format` is a reader's name, or json, yaml or
    toml where the text alone does not show it. Raises GateError.
    """
    read = [named(spec) for spec in specs]
    if sum(is_stdin(path) for _, path in read) > 1:
        raise UsageError(Problem("stdin-twice", "standard input can be read only once", remedy="write it to a file first"))
    found: list[Measurements] = []
    tallies: dict[str, list[str]] = {}  # those of one name belong together, wherever they stand
    for prefix, path in read:
        if path.endswith(_TALLY):
            tallies.setdefault(prefix, []).append(path)
        else:
            found.append(_read(prefix, path, format, stdin, measuring))
    return merge([*found, *(prefixed(_rows(paths, None, measuring), prefix) for prefix, paths in tallies.items())])


def read_file(file: SourceFile, format: str | None = None) -> Measurements:  # noqa: A002
    """The measurements of a file that is at hand. Raises GateError."""
    name, reader = choose(file, format)
    return replace(reader.read(file), sources=(file.source(name),))


def read_mapping(mapping: Mapping[Any, Any], name: str = "metrics") -> Measurements:
    """The measurements of a mapping from Python, read as the same mapping in JSON would be.

    Scalars of numpy and its kin become Python's. Raises InputError, as for a file called `name`.
    """
    from gate.readers import metrics, python

    document = python.plain(mapping, Place(name))
    return replace(metrics.from_document(document, name), sources=(Source(name, "metrics", python.digest(document)),))


def merge(tables: Sequence[Measurements]) -> Measurements:
    """One table of several. Raises InputError where they disagree about a measurement."""
    if len(tables) == 1:
        return tables[0]
    merged = Table()
    aliases: dict[str, str] = {}
    tallies = [(table.tally, table.model) for table in tables if table.tally is not None]
    tally, model = tallies[0] if len(tallies) == 1 else (None, "")  # two of them are of rows of their own each
    for table in tables:
        for item in table if tally is not None else _by_themselves(table):
            merged.add(item)
        for unused in table.unused:
            merged.leave(unused.name, unused.why, None)
        for alias, name in table.aliases.items():
            if aliases.setdefault(alias, name) != name:
                message = f"`{shown(alias)}` would stand for `{shown(aliases[alias])}` and for `{shown(name)}`"
                raise InputError(Problem("names-meet", message, remedy="give one input a name: val=FILE"))
    sources = dict.fromkeys(source for table in tables for source in table.sources)
    cases = tuple(case for table in tables for case in table.cases)
    beside = [table.beside for table in tables if table.beside is not None]
    both = merge(beside) if beside else None
    return replace(merged.measurements(aliases, tuple(sources)), cases=cases, beside=both, tally=tally, model=model)


def split(spec: str) -> tuple[str, str]:
    """The name and the path of an INPUT; the name is empty where it has none."""
    match = _NAMED.fullmatch(spec)
    return (match[1], match[2]) if match else ("", spec)


def named(spec: str) -> tuple[str, str]:
    """The prefix of an INPUT's names, with its point, and its path. Raises UsageError, InputError."""
    name, path = split(spec)
    if not name:
        return "", path
    if not path:
        message = f"`{shown(spec)}` names no file"
        raise UsageError(Problem("no-such-file", message, remedy=f"write `{shown(spec)}FILE`, or `./{shown(spec)}` for a path"))
    return clean(name, Place(spec)) + ".", path


def _read(prefix: str, path: str, form: str | None, stdin: BinaryIO | None, measuring: Measuring | None = None) -> Measurements:
    if may_be_rows(path, form):
        from gate.readers import rows

        if rows.are_rows(path, form, measuring):
            return prefixed(_rows([path], form, measuring), prefix)
    syntax = form if form in SYNTAXES else ""
    table = read_file(open_stdin(stdin, syntax) if is_stdin(path) else open_input(path, syntax), form)
    return prefixed(table, prefix)


def may_be_rows(path: str, form: str | None) -> bool:
    """A first look at the name alone, so that a plain check loads nothing that measures."""
    if is_stdin(path) or path.startswith("mlflow:") or form in SYNTAXES:
        return False
    return not path.lower().endswith(_NO_ROWS)


def _rows(paths: Sequence[str], form: str | None, measuring: Measuring | None) -> Measurements:
    from gate.readers import rows

    return merge(rows.read_rows(paths, form, measuring))


def open_input(path: str, syntax: str = "") -> SourceFile:
    """The file at a path, or the one that the address of a run, or its folder, stands for. Raises GateError."""
    if is_remote(path):
        from gate.readers import mlflow_server

        return mlflow_server.fetch(path, os.environ).file
    file, run = run_in(path)
    if run:
        from gate.readers import mlflow_db

        return mlflow_db.chosen(open_path(file), run)
    if os.path.isdir(path):
        from gate.readers import run_folder

        if run_folder.is_run(path):
            return run_folder.open_run(path)
    return open_path(path, syntax)


def prefixed(table: Measurements, prefix: str) -> Measurements:
    """The same measurements, every name with the prefix before it.

    What was counted together stays behind: it knows metrics by their own names.
    """
    if not prefix:
        return table
    return Measurements.of(
        (replace(item, metric=prefix + item.metric) for item in _by_themselves(table)),
        {prefix + alias: prefix + name for alias, name in table.aliases.items()},
        table.sources,
        tuple(replace(unused, name=prefix + unused.name) for unused in table.unused),
        tuple(replace(case, metric=prefix + case.metric) for case in table.cases),
        prefixed(table.beside, prefix) if table.beside else None,
    )


def _by_themselves(table: Measurements) -> Iterable[Measurement]:
    """Its measurements where its tally is left behind: of rows in clusters that alone says how alike they are, so that
    without it neither a metric's n nor the cells beside it are evidence."""
    if table.tally is None or not _belong_together(table.tally):
        return table
    return (replace(item, support=NO_SUPPORT) for item in table if item.metric not in _CELLS)


def _belong_together(tally: Tally) -> bool:
    """Whether its rows are in clusters, or several have one id."""
    from gate.measure.identity import identity

    found = identity(tally)
    return bool(tally.header.definition.get("cluster")) or (found is not None and found.repeated > 0)
