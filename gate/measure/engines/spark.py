"""Spark: the session at hand, a Connect server's, or one of gate's own; rows are counted where they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from gate.documents.document import shown
from gate.errors import GateError, InputError, MissingExtraError, Problem, UsageError
from gate.measure.definition import Definition
from gate.measure.engines.counting import Rows
from gate.measure.engines.engine import Effort
from gate.measure.engines.remote import RemoteCounting
from gate.measure.engines.spark_spelling import Spelling, written
from gate.measure.source import Source, form_of, parts
from gate.measure.sql import Dialect
from gate.measure.table_address import SPARK
from gate.terms.tally import Part, Tally

_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    "boolean": "boolean",
    **dict.fromkeys(("string", "varchar", "char"), "text"),
}
_FORMATS = {"parquet": "parquet", "csv": "csv", "jsonl": "json"}
_OPTIONS = {"csv": {"header": "true", "inferSchema": "true", "mode": "FAILFAST"}, "jsonl": {"mode": "FAILFAST"}}
_PATTERN = set("*?[]{}\\")


def tally(source: Source, definition: Definition, effort: Effort) -> Tally:
    """The rows, counted. Raises InputError: columns or rows that cannot be used, a table that is not there; UsageError."""
    with opened(source, effort, bool(definition.weight)) as on:
        return RemoteCounting(on, source, definition, effort).tally()


@contextmanager
def opened(source: Source, effort: Effort, wide: bool = False) -> Iterator[Open]:
    """The rows, open. Raises InputError, in the body of `with`, too; UsageError for what Spark does not read."""
    _refuse_form(source)
    with _session(source, effort) as session:
        on = Open(session, source, wide)
        try:
            yield on
        finally:
            on.close()


class Open:
    """Rows under a name of their own in a session."""

    def __init__(self, session: Any, source: Source, wide: bool) -> None:
        self.session = session
        self.source = source
        self.spelling: Dialect = Spelling(wide)
        self.wide: Dialect = Spelling(wide=True)
        self.rows = f"gate_rows_{os.urandom(8).hex()}"
        self.frame = _frame(session, source)
        self.frame.createOrReplaceTempView(self.rows)

    def close(self) -> None:
        """Leave nothing in the session."""
        with suppress(Exception):  # a session that broke has nothing left
            self.session.catalog.dropTempView(self.rows)

    def kinds(self) -> dict[str, str]:
        return {name: _KINDS.get(declared.partition("(")[0], "other") for name, declared in self.frame.dtypes}

    def fetched(self, query: str) -> Rows:
        return [tuple(map(_plain, row)) for row in self.session.sql(written(query)).collect()]

    def scored(self, query: str) -> Rows:
        return self.fetched(query)

    def seconds(self, column: str) -> str:
        """SQL for the seconds since 1970 of a column of times or dates; "" for others."""
        name, declared = self.spelling.name(column), dict(self.frame.dtypes)[column]
        if declared == "timestamp":
            return f"(unix_micros({name}) / 1e6)"
        return f"(unix_date({name}) * 86400e0)" if declared == "date" else ""

    def hashed(self, columns: Sequence[str], seed: int) -> str:
        """SQL for a whole number of 64 bits by the values of a row, and nothing else."""
        return f"xxhash64({seed}, {', '.join(map(self.spelling.name, columns))})"

    def distinct(self, values: Sequence[str]) -> str:
        """SQL for a row's values as one, to count those that differ."""
        return f"struct({', '.join(f'{each} as v{index}' for index, each in enumerate(values))})"

    def picked(self, hashed: str, among: int, least: int) -> str:
        """SQL for the rows whose hash is among the first `least` of `among`, a power of two."""
        return f"pmod({hashed}, {among}) < {least}"

    def said(self, error: Exception) -> InputError | None:
        """An error as gate says it; None where it is not Spark's."""
        return InputError(_said(error, self.source)) if _is_spark_error(error) else None

    def header(self) -> tuple[str, str, tuple[Part, ...]]:
        local = bool(self.source.paths)
        return "spark", str(self.session.version), parts(self.source) if local else (Part(self.source.name, ""),)


def _plain(value: Any) -> Any:
    from decimal import Decimal

    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


# -- what is read


def _refuse_form(source: Source) -> None:
    """Refuse what Spark does not read here."""
    if source.form == "frame" and not _is_spark(source.frame):
        what = "the engine `spark` counts Spark's frames, tables and files, not rows in the memory of this process"
        raise UsageError(Problem("not-for-spark", what, source.where, "leave out `engine`, or give a DataFrame of Spark"))
    if source.form not in ("frame", "spark", *_FORMATS):
        raise UsageError(Problem("not-for-spark", f"Spark does not read {source.form} here", source.where, "write Parquet"))
    odd = next((path for path in source.paths if _PATTERN & set(path)), "")
    if odd:
        what = f"Spark would read `{shown(odd, 80)}` as a pattern of names"
        raise UsageError(Problem("not-for-spark", what, source.where, "rename the file"))


def _is_spark(frame: Any) -> bool:
    return type(frame).__module__.startswith("pyspark.sql") and hasattr(frame, "sparkSession")


def _frame(session: Any, source: Source) -> Any:
    if source.form == "frame":
        return source.frame
    if source.form == "spark":
        named = source.name[len(SPARK) :]
        if "://" in named:
            form = form_of(named.rstrip("/")) or "parquet"
            return session.read.format(_FORMATS.get(form, "parquet")).options(**_OPTIONS.get(form, {})).load(named)
        return session.table(".".join(Spelling().name(part) for part in named.split(".")))
    paths = [os.path.abspath(path) for path in source.paths]
    options = dict(_OPTIONS.get(source.form, {}))
    if any("=" in os.path.dirname(path) for path in paths):
        options["basePath"] = "file://" + _partitioned(paths)
    return session.read.format(_FORMATS[source.form]).options(**options).load([f"file://{path}" for path in paths])


def _partitioned(paths: list[str]) -> str:
    """The folder below which folders are called `column=value`."""
    common = os.path.commonpath([os.path.dirname(path) for path in paths])
    kept: list[str] = []
    for part in common.split(os.sep):
        if "=" in part:
            break
        kept.append(part)
    return os.sep.join(kept)


# -- the session


@contextmanager
def _session(source: Source, effort: Effort) -> Iterator[Any]:
    """The session to count in; one that was made here is stopped. Raises InputError, in the body of `with`, too."""
    try:
        sessions = import_module("pyspark.sql").SparkSession
    except ImportError:  # parts of it need more packages
        raise MissingExtraError("counting rows by Spark", "spark") from None
    active = source.frame.sparkSession if source.form == "frame" else sessions.getActiveSession()
    session = active if active is not None else _made(sessions, source, effort)
    try:
        yield session
    except GateError:
        raise
    except Exception as error:
        if not _is_spark_error(error):
            raise
        raise InputError(_said(error, source)) from None
    finally:
        if active is None:
            session.stop()


def _is_spark_error(error: Exception) -> bool:
    broken: type[Exception] = import_module("pyspark.errors").PySparkException
    return isinstance(error, broken) or type(error).__module__.startswith(("py4j", "grpc"))


def _made(builder: Any, source: Source, effort: Effort) -> Any:
    """A session by SPARK_REMOTE, or by Spark's own settings; with neither on this machine."""
    asked = builder.builder.appName("gate")
    if not os.environ.get("SPARK_REMOTE"):
        quiet = {"spark.ui.showConsoleProgress": "false", "spark.log.level": "OFF"}  # its words quote what rows hold
        asked = asked.config(map=quiet)
        if effort.threads:
            asked = asked.master(f"local[{effort.threads}]")
        if effort.memory:
            asked = asked.config("spark.driver.memory", _memory(effort.memory))
    try:
        session = asked.getOrCreate()
    except Exception as error:  # whatever a JVM, a network or a cluster may say; it may quote SPARK_REMOTE with its token
        del error
        what = "no session of Spark could be started"
        remedy = "Spark needs Java 17 (JAVA_HOME), or SPARK_REMOTE with the address of a Connect server that answers"
        raise InputError(Problem("spark-unavailable", what, source.where, remedy)) from None
    _quiet()
    return session


def _quiet() -> None:
    from logging import CRITICAL, getLogger

    getLogger("SQLQueryContextLogger").setLevel(CRITICAL)


def _memory(text: str) -> str:
    """A size like "4GB" as Java has it."""
    found = re.fullmatch(r"(\d+)\s*([kmgt])i?b?", text.strip(), re.IGNORECASE)
    if not found:
        what = f"`{shown(text, 40)}` is no amount of memory"
        raise UsageError(Problem("bad-memory", what, remedy="write it like 4GB"))
    return found[1] + found[2].lower()


def _said(error: Exception, source: Source) -> Problem:
    """Spark's error in gate's words. Its own are not shown: they quote what rows hold."""
    words = str(error)
    name = next(iter(re.findall(r"\[([A-Z][A-Z_]+)[A-Z_.]*\]", words)), "")
    if name in ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND"):
        what = "there is no such table, or this user cannot see it"
        return Problem("no-such-table", what, source.where, "name it in full: spark:catalog.schema.table")
    if name == "PATH_NOT_FOUND":
        return Problem("no-such-file", "there is no such file", source.where, "can the machines of the cluster see it?")
    if "MALFORMED" in words or name in ("CANNOT_READ_FILE_FOOTER", "FAILED_READ_FILE"):
        return Problem("broken-rows", "the rows cannot be read", source.where, "was a file cut while it was written or copied?")
    if "OutOfMemoryError" in words or name == "UNABLE_TO_ACQUIRE_MEMORY":
        what = "Spark has no memory left to count the rows"
        return Problem("out-of-memory", what, source.where, "give its driver and workers more")
    told = f" ({name})" if name else ""
    return Problem("spark-failed", f"Spark could not count the rows{told}", source.where, "its log says more")
