"""Rows of predictions among the inputs: known by name and header, measured by a definition of their columns."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gate.documents.document import shown
from gate.errors import GateError, InputError, Place, Problem
from gate.measure import measuring, tally_file
from gate.measure.definition import Definition
from gate.measure.inspection import inspected
from gate.measure.measuring import Measuring
from gate.measure.object_address import is_object, key
from gate.measure.objects import at_hand
from gate.measure.source import Source, form_of, is_quotable, open_rows
from gate.measure.table_address import is_table
from gate.readers import keras, lightning, training_log
from gate.readers.source import SourceFile, is_remote
from gate.registry import marked
from gate.terms.measurements import Measurements

FORMS = ("parquet", "csv", "jsonl", "arrow")
TALLY = ".tally.json"
_FIRST = 1 << 20  # what is looked at


def are_rows(path: str, form: str | None, by: Measuring | None) -> bool:
    """Whether an INPUT is rows. A log of training, or of an evaluation by example, is one only with every column asked for."""
    if form in FORMS or path.endswith(TALLY) or is_table(path):
        return True
    if is_object(path):
        return not is_remote(path) or form_of(key(path)) != ""
    if form is not None:
        return False
    if os.path.isdir(path):
        return _holds_rows(path)
    if any(mark in path for mark in "*?[") and not os.path.exists(path):
        return form_of(path.rstrip("*?[]")) != "" or form_of(path) != ""
    found = form_of(path, _first_bytes(path, 8))
    if found in ("parquet", "arrow"):
        return True
    return bool(found) and (_fits(path, found, by) or not _is_log(path, found))


def read_rows(paths: Sequence[str], form: str | None, by: Measuring | None) -> list[Measurements]:
    """What is measured on rows, and on all tallies together. Raises GateError; InputError where no column is named.

    A tally that counts by `by` is measured evidence; where nobody says what it has to count, its numbers are claims.
    """
    tallies = [path for path in paths if path.endswith(TALLY)]
    found = [_merged(tallies, by)] if tallies else []
    for path in paths:
        if path not in tallies:
            source = open_rows(path, form or "")
            asked = _asked(source, by)
            with at_hand(source, asked.effort) as near:
                found += [measuring.measured(measuring.tally_of(near, asked), near.form), *inspected(near, asked)]
    return found


def _merged(paths: Sequence[str], by: Measuring | None) -> Measurements:
    tallies = [tally_file.read(path) for path in paths]
    found = measuring.merged(tallies)
    if by is None:
        return measuring.claimed(found)
    for path, tally in zip(paths, tallies, strict=True):
        if tally.header.definition != by.definition.document:
            what = "the tally does not count what `measure:` asks for"
            remedy = "count the shards by this policy: gate measure shard.parquet -p POLICY -o part.tally.json"
            raise InputError(Problem("unequal-tallies", what, Place(path), remedy))
    return found


def _asked(source: Source, by: Measuring | None) -> Measuring:
    if by is not None:
        return by
    columns = _columns(source.paths[0], source.form)[:20] if source.quotable and source.paths else []
    names = ", ".join(shown(name, 40) for name in columns)
    has = f"; it has {names}" if names else ""
    remedy = "gate measure ROWS --label COLUMN --score COLUMN\nor in the policy: `measure: {label: COLUMN, score: COLUMN}`"
    raise InputError(
        Problem("no-definition", f"these are rows, and nothing says what their columns mean{has}", source.where, remedy)
    )


def _holds_rows(folder: str) -> bool:
    try:
        return any(form_of(name) for name in os.listdir(folder)) or any("=" in name for name in os.listdir(folder))
    except OSError:
        return False


def _first_bytes(path: str, count: int) -> bytes:
    if not os.path.isfile(path):  # to look into a pipe is to wait for it, and to take away what it brings
        return b""
    try:
        with open(path, "rb") as stream:
            return stream.read(count)
    except OSError:
        return b""


def _columns(path: str, form: str) -> list[str]:
    """The columns that the beginning of a text file names."""
    data = _first_bytes(path, _FIRST)
    if form == "csv":
        return training_log.header(SourceFile("rows.csv", data.rpartition(b"\n")[0] or data))
    if form == "jsonl":
        from json import loads

        try:
            first = loads(data.partition(b"\n")[0])
        except ValueError:
            return []
        return [str(name) for name in first] if isinstance(first, dict) else []
    return []


def _fits(path: str, form: str, by: Measuring | None) -> bool:
    return by is not None and set(needed(by.definition)) <= set(_columns(path, form))


def needed(definition: Definition) -> list[str]:
    """The columns without which nothing can be measured."""
    return [column for column in (definition.label, definition.prediction, definition.score) if column]


def _is_log(path: str, form: str) -> bool:
    """Whether a reader of metrics knows the file by its beginning."""
    data = _first_bytes(path, _FIRST)
    if form == "jsonl":
        return marked("lm-eval-samples", data)
    file = SourceFile("rows.csv", data.rpartition(b"\n")[0] or data, quotable=is_quotable(path))
    try:
        return lightning.recognises(file) or keras.recognises(file)
    except GateError:
        return False
