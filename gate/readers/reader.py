"""The room's Protocol, and which reader a file gets: the one that knows it by its content, or the one that was named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from gate import registry
from gate.documents.document import DocumentError
from gate.errors import InputError, Place, Problem
from gate.readers.source import SYNTAXES, SourceFile
from gate.terms.measurements import Measurements

PLAIN = "metrics"  # reads what no other reader knows


class Reader(Protocol):
    """One format of files. Modules of this room offer these functions."""

    def recognises(self, file: SourceFile) -> bool:
        """Whether the content is of this format; never raises."""

    def read(self, file: SourceFile) -> Measurements:
        """The measurements in it, without sources. Raises InputError or DocumentError."""


def choose(file: SourceFile, form: str | None) -> tuple[str, Reader]:
    """The reader called `form`, else the one that recognises the file. Raises InputError, UsageError for an unknown name."""
    form = file.form or form
    if form in SYNTAXES:
        return PLAIN, registry.load("readers", PLAIN)
    if form is not None:
        return form, registry.load("readers", form)
    possible = [name for name in registry.names("readers") if name != PLAIN and registry.marked(name, file.data)]
    readers = [(name, registry.load("readers", name)) for name in possible]
    every = [name for name in registry.names("readers") if name != PLAIN]
    return recognised(file, readers, registry.load("readers", PLAIN), every)


def recognised(
    file: SourceFile, readers: Iterable[tuple[str, Reader]], plain: Reader, every: Iterable[str] = ()
) -> tuple[str, Reader]:
    """The one reader that knows the file; the plain one only where no other does. Raises InputError: none, or several.

    `every` are the formats that there are, for the message; by default those of `readers`.
    """
    known = list(readers)
    found = [(name, reader) for name, reader in known if reader.recognises(file)]
    if len(found) == 1:
        return found[0]
    where = Place(file.name)
    if found:
        candidates = " or ".join(f"`--from {name}`" for name, _ in found)
        raise InputError(Problem("several-formats", "the file could be of several formats", where, f"say which: {candidates}"))
    if plain.recognises(file):
        return PLAIN, plain
    formats = list(every) or [name for name, _ in known]
    candidates = ", ".join([*formats, f"{PLAIN} (JSON, YAML, TOML)"])
    remedy = f"formats that are recognised: {candidates}\nsay which it is with `--from FORMAT`"
    raise InputError(Problem("unknown-format", "the file is of no format known here" + _not_text(file), where, remedy))


def _not_text(file: SourceFile) -> str:
    """Why the file is not text, for the end of a message; empty when it is."""
    try:
        _ = file.text
    except DocumentError as error:
        return f"; {error.problems[0].message}"
    return ""
