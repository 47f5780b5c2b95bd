"""Where rows come from: files, globs and folders, or what Python holds in memory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from gate.errors import InputError, Place, Problem
from gate.measure.object_address import is_object, public
from gate.measure.table_address import form as table_form
from gate.measure.table_address import is_table
from gate.record import dataclass
from gate.terms.tally import Part

FORMS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".arrow": "arrow",
    ".feather": "arrow",
}
_COMPRESSED = (".gz", ".zst")
_MAGIC = {b"PAR1": "parquet", b"ARROW1": "arrow", b"FEA1": "arrow"}
MOST_FILES = 10_000
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one form. Engines open `paths` and no other file.

    `form` is "parquet", "csv", "jsonl", "arrow"; "frame" where `frame` holds the rows: a pandas or polars frame, an Arrow
    table, a mapping of column names to arrays, a frame of Spark; or "postgres" or "spark" where `name` is the address of a
    table. Messages may quote values only where `quotable`. `addresses` are those of remote objects, one for each of
    `paths`, once `objects.at_hand` has fetched them; they may hold secrets.
    """

    name: str
    form: str
    paths: tuple[str, ...] = ()
    frame: Any = None
    quotable: bool = True
    addresses: tuple[str, ...] = ()

    @property
    def where(self) -> Place:
        return Place(self.name)

    @property
    def called(self) -> tuple[str, ...]:
        """What the files are called: by their paths, or as objects."""
        return tuple(map(public, self.addresses)) or tuple(path.replace(os.sep, "/") for path in self.paths)


def form_of(path: str, first: bytes = b"") -> str:
    """The form of rows that a file's name or first bytes show; "" where it is none."""
    for magic, form in _MAGIC.items():
        if first.startswith(magic):
            return form
    stem, suffix = os.path.splitext(path.lower())
    if suffix in _COMPRESSED:
        suffix = os.path.splitext(stem)[1]
        return FORMS.get(suffix, "") if FORMS.get(suffix) in ("csv", "jsonl") else ""
    return FORMS.get(suffix, "")


def open_rows(path: str, form: str = "") -> Source:
    """The rows at a path, in a folder, that a glob matches, in a table, or in objects, which are still to be fetched.

    Raises InputError: nothing there, of several forms; UsageError: an address that is none.
    """
    if is_table(path):
        return Source(path, table_form(path))
    if is_object(path):
        from gate.measure.objects import listed

        return listed(path, form)
    paths = _listed(path)
    forms = {form or form_of(each) or _sniffed(each) for each in paths}
    if len(forms) > 1 or not forms - {""}:
        what = "files of several forms" if len(forms) > 1 else "the file is of no form of rows that is known here"
        remedy = f"rows are {', '.join(sorted(set(FORMS.values())))}; name files of one form"
        raise InputError(Problem("unknown-rows", what, Place(path), remedy))
    return Source(path, forms.pop(), paths, quotable=all(is_quotable(each) for each in paths))


def engine_of(source: Source) -> str:
    """Who alone can count the rows, because they are elsewhere: "postgres", "spark"; "" where they are here."""
    if source.form in ("postgres", "spark"):
        return source.form
    return "spark" if type(source.frame).__module__.startswith("pyspark.") else ""


def of_frame(frame: Any, name: str = "rows") -> Source:
    """Rows that Python holds in memory."""
    return Source(name, "frame", frame=frame)


def parts(source: Source) -> tuple[Part, ...]:
    """The files of a source with the digests of their content. Raises InputError where one cannot be read."""
    if source.form == "frame":
        from gate.measure.frame_digest import digest

        return (Part(source.name, digest(source.frame)),)
    return tuple(Part(name, _digest(path)) for name, path in zip(source.called, source.paths, strict=True))


def is_address(path: str) -> bool:
    """Whether a path is no file of this machine, but the address of a table or of objects."""
    return is_table(path) or is_object(path)


def is_quotable(path: str) -> bool:
    """Whether messages may quote the file: it lies in the working folder, or no link led to it."""
    real = os.path.realpath(path)
    here = os.path.realpath(os.curdir)
    return real.startswith(os.path.join(here, "")) or (real == os.path.abspath(path) and not real.startswith("/proc/"))


def _listed(path: str) -> tuple[str, ...]:
    if os.path.isdir(path):
        found = sorted(_in_folder(path))
    elif any(mark in path for mark in "*?[") and not os.path.exists(path):
        from glob import glob

        found = sorted(each for each in glob(path, recursive=True) if os.path.isfile(each))
    else:
        found = [path]
    if not found:
        raise InputError(Problem("no-such-file", "there is no file of rows here", Place(path)))
    if len(found) > MOST_FILES:
        raise InputError(Problem("too-many-files", f"more than {MOST_FILES:,} files", Place(path), "merge them, or use tallies"))
    for each in found:
        _refuse_unreadable(each)
    return tuple(found)


def _in_folder(folder: str) -> Iterable[str]:
    """Files of rows in a folder and those below; hidden ones and `_SUCCESS` and its like are no rows."""
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        yield from (os.path.join(top, name) for name in files if not name.startswith((".", "_")) and form_of(name))


def _refuse_unreadable(path: str) -> None:
    place = Place(path)
    try:
        if not os.path.exists(path):
            raise InputError(Problem("no-such-file", "there is no such file", place))
        if not os.path.isfile(path):
            raise InputError(Problem("not-a-file", "this is a device, a pipe or a socket, not a file", place))
        if os.path.getsize(path) == 0:
            raise InputError(Problem("empty-file", "the file is empty", place, "did the step that writes it succeed?"))
        with open(path, "rb"):
            return
    except PermissionError:
        raise InputError(Problem("no-permission", "no permission to read the file", place)) from None
    except OSError as error:
        raise InputError(Problem("unreadable", f"the file cannot be read: {error.strerror}", place)) from None


def _sniffed(path: str) -> str:
    with open(path, "rb") as stream:
        return form_of("", stream.read(8))


def _digest(path: str) -> str:
    from hashlib import sha256

    digest = sha256()
    with open(path, "rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
