"""Rows as DuckDB sees them: a connection that opens the listed files and nothing else, and its errors in gate's words."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gate.documents.document import shown
from gate.errors import InputError, MissingExtraError, Place, Problem, UsageError
from gate.measure.engines.duckdb_frames import laid_out
from gate.measure.engines.duckdb_progress import watched
from gate.measure.engines.engine import Effort
from gate.measure.source import Source
from gate.measure.sql import text

if TYPE_CHECKING:
    import duckdb

ROWS = "measured_rows"
_QUOTE = '"'
_KINDS = {
    "integer": (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
    ),
    "number": ("FLOAT", "DOUBLE"),
    "boolean": ("BOOLEAN",),
    "text": ("VARCHAR",),
}
_OPENED = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}


class Spelling:
    """How DuckDB writes SQL. `wide` sums need 128 bits for each row, too."""

    def __init__(self, wide: bool = False) -> None:
        self.integer = "hugeint" if wide else "bigint"

    def name(self, column: str) -> str:
        return '"' + column.replace('"', '""') + '"'

    def is_nan(self, expression: str) -> str:
        return f"isnan({expression})"

    def whole(self, expression: str) -> str:
        return f"cast({expression} as {self.integer})"

    def of_hex(self, expression: str) -> str:
        return f"cast('0x' || {expression} as bigint)"


@contextmanager
def connected(source: Source, effort: Effort) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which `ROWS` are the source's rows. Raises InputError, in the body of `with`, too."""
    try:
        import duckdb
    except ModuleNotFoundError:
        raise MissingExtraError("measuring rows", "measure") from None
    with tempfile.TemporaryDirectory(prefix="gate-", ignore_cleanup_errors=True) as spill:
        connection = duckdb.connect(":memory:", config=_settings(effort, spill))
        try:
            with watched(connection, effort.progress):
                if effort.progress is not None:
                    effort.progress("reading", 0)
                _open(connection, source, spill, bool(effort.progress))
                if effort.progress is not None:
                    effort.progress("", 0, fetched(connection, f"select count(*) from {ROWS}")[0][0])
                yield connection
        except duckdb.Error as error:
            raise said(error, source) from None
        except RuntimeError as error:
            if "interrupted" in str(error).lower():  # how DuckDB passes Ctrl-C on
                raise KeyboardInterrupt from None
            raise
        finally:
            connection.close()


def _settings(effort: Effort, spill: str) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "temp_directory": spill,
        # Minima and maxima in Parquet leave NaN out, and the optimizer then takes filters for always true (duckdb#25521).
        "disabled_optimizers": "statistics_propagation",
    }
    settings |= {"memory_limit": effort.memory} if effort.memory else {}
    return settings | ({"threads": effort.threads} if effort.threads else {})


def _open(connection: duckdb.DuckDBPyConnection, source: Source, spill: str, watching: bool) -> None:
    """Make `ROWS`: a view of Parquet, which is cheap to read again, a table of text; then close all other doors."""
    if source.form not in (*_OPENED, "frame", "arrow"):
        what = "this is counted where it is, and cannot be compared row by row with other rows"
        raise UsageError(Problem("not-for-duckdb", what, source.where, "write its rows to Parquet, and name that"))
    paths = [os.path.abspath(path) for path in source.paths]
    connection.execute(f"set allowed_paths = [{', '.join(text(path) for path in paths)}]")
    connection.execute(f"set allowed_directories = [{text(spill)}]")
    connection.execute(f"set enable_progress_bar = {str(watching).lower()}")
    connection.execute("set enable_progress_bar_print = false")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    if source.form in ("frame", "arrow"):
        connection.register(ROWS, _arrow(source) if source.form == "arrow" else laid_out(source.frame))
        return
    listed = f"[{', '.join(text(path) for path in paths)}]"
    kind = "view" if source.form == "parquet" else "table"
    options = _options(source)
    options += _worded(connection, f"read_csv({listed}{options}") if source.form == "csv" else ""
    connection.execute(f"create temp {kind} {ROWS} as select * from {_OPENED[source.form]}({listed}{options})")


def _worded(connection: duckdb.DuckDBPyConnection, opened: str) -> str:
    """Columns of text that DuckDB takes for booleans: a label `yes`, or a slice `T`, stays the word that people wrote."""
    found = [str(row[0]) for row in connection.execute(f"describe select * from {opened})").fetchall() if row[1] == "BOOLEAN"]
    if not found:
        return ""
    names = [Spelling().name(each) for each in found]
    others = ", ".join(f"coalesce(bool_or(lower({each}) not in ('true', 'false')), false)" for each in names)
    row = connection.execute(f"select {others} from {opened}, all_varchar=true)").fetchone() or ()
    kept = [f"{text(each)}: 'VARCHAR'" for each, other in zip(found, row, strict=True) if other]
    return f", types={{{', '.join(kept)}}}" if kept else ""


def _options(source: Source) -> str:
    if source.form == "csv":
        # Nothing is skipped: left to itself, DuckDB takes a header over ragged rows, or above a comment, for none of it.
        strict = "strict_mode=true, null_padding=false, ignore_errors=false, union_by_name=false"
        return f", header=true, skip=0, comment='', {strict}{_separator(source)}"
    if source.form == "jsonl":
        return ", format='newline_delimited'"
    return ", hive_partitioning=true" if any("=" in os.path.dirname(path) for path in source.paths) else ", union_by_name=false"


def _separator(source: Source) -> str:
    """What separates values, as the header shows: left to itself, DuckDB takes ragged rows for one wide column."""
    with open(source.paths[0], "rb") as stream:
        header = stream.readline(1 << 20)
    if header.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return ""
    found = max((b",", b";", b"\t", b"|"), key=header.count)
    if found not in header:
        return ""
    return f", delim={text(found.decode())}, quote={text(_QUOTE)}, escape={text(_QUOTE)}"


def _arrow(source: Source) -> Any:
    try:
        from pyarrow import ArrowException, concat_tables, feather
    except ModuleNotFoundError:
        raise MissingExtraError("reading Arrow files", "arrow") from None
    try:
        return concat_tables([feather.read_table(path, memory_map=True) for path in source.paths])
    except (ArrowException, OSError) as error:
        del error  # its words may quote the file
        raise _broken(source, "") from None


def kinds(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What each column holds, in the words of `Profile.kinds`."""
    return {str(row[0]): _kind(str(row[1])) for row in connection.execute(f"describe {ROWS}").fetchall()}


def _kind(declared: str) -> str:
    bare = declared.partition("(")[0]
    if bare == "DECIMAL":
        return "number"
    if bare == "ENUM":
        return "text"
    return next((kind for kind, names in _KINDS.items() if declared in names), "other")


def fetched(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """All rows of a query's answer."""
    found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    return found


def first(connection: duckdb.DuckDBPyConnection, what: Sequence[str], holds: str, source: str) -> tuple[int, ...] | None:
    """The number, from 1, of the first row of which `holds`, and `what` stands in it; None where there is none."""
    numbered = f"select row_number() over () as row_number_, * from {source}"
    query = f"select row_number_, {', '.join(what)} from ({numbered}) as numbered where {holds} order by 1 limit 1"
    found = fetched(connection, query)
    return found[0] if found else None


# -- errors


def said(error: Exception, source: Source) -> InputError:
    """DuckDB's error in gate's words. Its own are not shown: they quote what the file holds."""
    import duckdb

    words = str(error)
    if isinstance(error, duckdb.OutOfMemoryException) or "out of memory" in words.lower():
        remedy = "give it more (`--memory 8GB`), or measure shards and merge their tallies"
        return InputError(Problem("out-of-memory", "the memory limit was reached while rows were counted", source.where, remedy))
    if "no space left" in words.lower() or "max_temp_directory_size" in words:
        remedy = "free some space in the folder for temporary files"
        return InputError(Problem("disk-full", "the disk is full: rows that do not fit in memory go there", source.where, remedy))
    return _broken(source, words)


def _broken(source: Source, words: str) -> InputError:
    """The error for rows that are not what the file's name says, with the line where DuckDB tells it."""
    line = re.search(r"\bLine: (\d+)|\bline (\d+)", words)
    at = int(line[1] or line[2]) if line else 0
    place = Place(source.name, at) if at else source.where
    if "Invalid unicode" in words or "not utf-8 encoded" in words:
        return InputError(Problem("not-utf8", "the rows are not UTF-8", place, "save them as UTF-8"))
    if "Expected Number of Columns" in words or "sniffing" in words:
        found = _ragged(source)
        if found:
            return InputError(Problem("ragged-rows", found[1], Place(source.name, found[0])))
    column = re.search(r'Error when converting column "([^"\n]*)"', words)
    if column:
        named = f" of the column `{shown(column[1], 40)}`" if source.quotable else ""
        what = f"a value{named} is of another type than those before it"
        return InputError(Problem("wrong-type", what, place, "write numbers as numbers, and nothing where there is none"))
    form = {"csv": "CSV", "parquet": "Parquet", "jsonl": "JSON Lines", "arrow": "Arrow"}.get(source.form, "rows")
    cut = "was the file cut while it was written or copied?"
    return InputError(Problem("broken-rows", f"the file cannot be read as {form}", place, cut))


def _ragged(source: Source) -> tuple[int, str] | None:
    """The line of the first row of another length than the header, and what to say of it."""
    import csv

    with open(source.paths[0], encoding="utf-8", errors="replace", newline="") as stream:
        header = stream.readline()
        stream.seek(0)
        reader = csv.reader(stream, delimiter=max(",;\t|", key=header.count))
        try:
            wanted = len(next(reader))
            for row in reader:
                if row and len(row) != wanted:
                    return reader.line_num, f"a row of {len(row):,} values under {wanted:,} names"
        except (csv.Error, StopIteration):
            return None
    return None
