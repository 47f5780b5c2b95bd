"""Training logs as CSV: a header of names, then rows by epoch or step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gate.documents.document import shown
from gate.errors import GateError
from gate.readers.draft import Draft
from gate.readers.number_text import as_number
from gate.readers.source import SYNTAXES, SourceFile

_SEPARATORS = ",;\t"
_LONGEST_HEADER = 1_000_000
MOST_COLUMNS = 10_000


class Row(NamedTuple):
    """One row, its values by column."""

    line: int
    values: dict[str, str]


def header(file: SourceFile) -> list[str]:
    """The names of the first line; empty where it is no header of a CSV file."""
    try:
        if file.syntax in SYNTAXES:
            return []
        first = file.text.lstrip("\r\n")[:_LONGEST_HEADER].partition("\n")[0]
    except GateError:
        return []
    if "{" in first or first.startswith(("<", "#")):
        return []
    return [name.strip(' "') for name in first.strip().split(_separator(first))]


def rows(draft: Draft, text: str) -> Iterator[Row]:
    """Every row after the header. Raises InputError: no CSV, a row that is longer or shorter, a name twice."""
    import csv
    import io

    text = text.lstrip("\r\n")
    separator = _separator(text.partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] = []
    try:
        for fields in reader:
            fields = [field.strip() for field in fields]
            if not any(fields):
                continue
            if not names:
                names = _names(draft, fields)
            elif len(fields) != len(names):
                raise draft.refusal(f"a row of {len(fields):,} values under {len(names):,} names", reader.line_num)
            else:
                yield Row(reader.line_num, dict(zip(names, fields, strict=True)))
    except csv.Error as error:
        raise draft.refusal(f"no CSV: {error}", reader.line_num) from None


def value(text: str) -> Any:
    """A cell as a number where it is one, else as the text it is."""
    return as_number(text)


def _separator(line: str) -> str:
    return max(_SEPARATORS, key=line.count)


def _names(draft: Draft, fields: list[str]) -> list[str]:
    seen: set[str] = set()
    if len(fields) > MOST_COLUMNS:
        raise draft.refusal(f"more than {MOST_COLUMNS:,} columns", 1)
    for name in fields:
        if name in seen:
            raise draft.refusal(f"the column `{shown(name)}` stands twice", 1)
        seen.add(name)
    return fields
