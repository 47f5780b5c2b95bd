"""PostgreSQL: rows are counted where they are, in one read-only transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gate.errors import InputError, MissingExtraError, Problem, UsageError
from gate.measure.definition import Definition
from gate.measure.engines.counting import Rows
from gate.measure.engines.engine import Effort
from gate.measure.engines.exactly import halves
from gate.measure.engines.remote import RemoteCounting
from gate.measure.source import Source
from gate.measure.sql import Dialect
from gate.measure.table_address import PostgresAddress, postgres
from gate.terms.tally import Part, Tally

if TYPE_CHECKING:
    import psycopg

TINY = 1e-25  # its powers are nothing in 2^-44ths, and PostgreSQL refuses products that underflow
_SETTINGS = (
    "set search_path = pg_catalog",
    "set statement_timeout = '{timeout}s'",
    "set lock_timeout = '10s'",
    "set idle_in_transaction_session_timeout = '60s'",
    "set standard_conforming_strings = on",
    "set extra_float_digits = 1",
    "set timezone = 'UTC'",
)
# OIDs of types, which are the same in every database.
_KINDS = {
    **dict.fromkeys((20, 21, 23), "integer"),
    **dict.fromkeys((700, 701, 1700), "number"),
    16: "boolean",
    **dict.fromkeys((18, 19, 25, 1042, 1043), "text"),
}
_TIMES = (1082, 1114, 1184)  # date, timestamp, timestamptz
_NAME = r'"(?:[^"]|"")*"'
_SQUARE = rf"cast\(({_NAME}) as double\) \* cast\(\2 as double\)"
_TOKEN = re.compile(rf"('(?:[^']|'')*'|{_NAME})|{_SQUARE}|( as double\))|\b(\d+(?:\.\d+)?e[+-]?\d+)\b")
_FACTORS = ("p", "q", "t", "w")  # what losses and weights are made of


def tally(source: Source, definition: Definition, effort: Effort) -> Tally:
    """The rows of a table, counted. Raises InputError: no such table, no permission, columns or rows that cannot be used."""
    if source.form != "postgres":
        what = "the engine `postgres` counts tables of PostgreSQL"
        raise UsageError(Problem("not-a-table", what, source.where, "name one: postgres://host/database#schema.table"))
    with opened(source, effort, bool(definition.weight)) as on:
        return PostgresCounting(on, source, definition, effort).tally()


@contextmanager
def opened(source: Source, effort: Effort, wide: bool = False) -> Iterator[Open]:
    """The table, open. Raises InputError, in the body of `with`, too."""
    address = postgres(source.name)
    with _opened(address, source, effort) as connection:
        yield Open(connection, address, source, wide)


class Spelling:
    """How PostgreSQL writes SQL. `wide` integers are wider than 64 bits."""

    def __init__(self, wide: bool = False) -> None:
        self.wide = wide

    def name(self, column: str) -> str:
        return '"' + column.replace('"', '""') + '"'

    def is_nan(self, expression: str) -> str:
        return f"({expression} = 'NaN')"

    def whole(self, expression: str) -> str:
        if not self.wide:
            return f"cast({expression} as bigint)"
        high, low = halves(expression)
        return f"(cast(cast({high} as bigint) as numeric) * 1099511627776 + cast({low} as bigint))"

    def of_hex(self, expression: str) -> str:
        return f"cast(cast('x' || {expression} as bit(60)) as bigint)"


def written(query: str) -> str:
    """A query with its doubles as PostgreSQL writes them; what is quoted stays as it is."""
    return _TOKEN.sub(_token, query)


def _token(found: re.Match[str]) -> str:
    quoted, column, _, number = found.groups()
    if number:
        return f"float8 '{number}'"
    if column:
        double = f"cast({column} as double precision)"
        return f"(case when abs({double}) < {TINY!r} then float8 '0' else {double} * {double} end)"
    return quoted or " as double precision)"


class PostgresCounting(RemoteCounting):
    """Counting where a product that underflows is an error."""

    def __init__(self, on: Open, source: Source, definition: Definition, effort: Effort) -> None:
        super().__init__(on, source, definition, effort)
        self.tamed = self.rows
        if definition.probability:
            columns = (_tamed(column) if column in _FACTORS else column for column in on.columns(self.rows))
            self.tamed = f"select {', '.join(columns)} from ({self.rows}) as r0"

    def summed(self) -> str:
        return self.tamed


def _tamed(column: str) -> str:
    return f"case when {column} > 0 and {column} < {TINY!r} then 0e0 else {column} end as {column}"


class Open:
    """A table on a connection."""

    def __init__(self, connection: psycopg.Connection[Any], address: PostgresAddress, source: Source, wide: bool) -> None:
        self.connection = connection
        self.address = address
        self.source = source
        self.spelling: Dialect = Spelling(wide)
        self.wide: Dialect = Spelling(wide=True)
        self.rows = f"{self.spelling.name(address.schema)}.{self.spelling.name(address.table)}"

    def kinds(self) -> dict[str, str]:
        found = self.connection.execute(_query(f"select * from {self.rows} limit 0")).description or []
        others = ", ".join(str(each.type_code) for each in found if each.type_code not in _KINDS) or "0"
        enumerated = f"select cast(oid as bigint) from pg_type where typtype = 'e' and oid in ({others})"
        enums = {row[0] for row in self.fetched(enumerated)}
        return {each.name: "text" if each.type_code in enums else _KINDS.get(each.type_code, "other") for each in found}

    def columns(self, query: str) -> list[str]:
        """What the columns of a query's answer are called."""
        found = self.connection.execute(_query(written(f"select * from ({query}) as r0 limit 0"))).description or []
        return [each.name for each in found]

    def fetched(self, query: str) -> Rows:
        found = self.connection.execute(_query(written(query))).fetchall()
        return [tuple(map(_plain, row)) for row in found]

    def seconds(self, column: str) -> str:
        """SQL for the seconds since 1970 of a column of times or dates; "" for others."""
        name = self.spelling.name(column)
        found = self.connection.execute(_query(f"select {name} from {self.rows} limit 0")).description or []
        return f"cast(extract(epoch from {name}) as double)" if found and found[0].type_code in _TIMES else ""

    def hashed(self, columns: Sequence[str], seed: int) -> str:
        """SQL for a whole number of 64 bits by the values of a row, and nothing else."""
        return f"hashtextextended(cast(row({', '.join(map(self.spelling.name, columns))}) as text), {seed})"

    def distinct(self, values: Sequence[str]) -> str:
        """SQL for a row's values as one, to count those that differ."""
        return f"row({', '.join(values)})"

    def picked(self, hashed: str, among: int, least: int) -> str:
        """SQL for the rows whose hash is among the first `least` of `among`, a power of two."""
        return f"({hashed} & {among - 1}) < {least}"

    def said(self, error: Exception) -> InputError | None:
        """An error as gate says it; None where it is not PostgreSQL's."""
        import psycopg

        return InputError(_said(error, self.source, self.address)) if isinstance(error, psycopg.Error) else None

    def header(self) -> tuple[str, str, tuple[Part, ...]]:
        version = self.connection.info.server_version
        return "postgres", f"{version // 10_000}.{version % 10_000}", (Part(self.source.name, ""),)


def _query(text: str) -> Any:
    return text.encode()  # psycopg asks for literal texts of those who type; bytes are taken as they are


def _plain(value: Any) -> Any:
    from decimal import Decimal

    if isinstance(value, Decimal):
        return int(value) if value == value and value == value.to_integral_value() else float(value)
    return value


# -- the connection


@contextmanager
def _opened(address: PostgresAddress, source: Source, effort: Effort) -> Iterator[psycopg.Connection[Any]]:
    """A connection in a transaction that reads one state and can write nothing. Raises InputError, in the body of `with`, too."""
    try:
        import psycopg
    except ImportError:  # without libpq it is not there, either
        raise MissingExtraError("counting rows in PostgreSQL", "postgres") from None
    try:
        connection = psycopg.connect(**address.parameters, connect_timeout=10, application_name="gate", autocommit=True)
    except psycopg.Error as error:
        raise InputError(_unreachable(str(error), source)) from None
    try:
        for setting in _SETTINGS:
            connection.execute(_query(setting.format(timeout=address.timeout)))
        if effort.memory:
            connection.execute("select set_config('work_mem', %s, false)", [effort.memory])
        connection.execute("begin transaction isolation level repeatable read, read only")
        yield connection
    except psycopg.Error as error:
        raise InputError(_said(error, source, address)) from None
    finally:
        connection.close()


def _unreachable(words: str, source: Source) -> Problem:
    """Why there is no connection. The server's own words are not shown: they quote who and where."""
    if "password" in words or "authentication" in words or "pg_hba" in words:
        remedy = "give credentials by the environment: PGUSER, PGPASSWORD, PGPASSFILE or PGSERVICE"
        return Problem("postgres-refused", "PostgreSQL refuses the user or the password", source.where, remedy)
    if "does not exist" in words:
        remedy = "check the name of the database, and PGUSER"
        return Problem("postgres-refused", "PostgreSQL has no such database, or no such user", source.where, remedy)
    remedy = "is the server running there, and may this machine reach it?"
    return Problem("postgres-unreachable", "PostgreSQL cannot be reached", source.where, remedy)


def _said(error: psycopg.Error, source: Source, address: PostgresAddress) -> Problem:
    """PostgreSQL's error in gate's words. Its own are not shown: they quote what rows hold."""
    state = error.sqlstate or ""
    if state in ("42P01", "3F000"):
        what = "there is no such table, or this user cannot see it"
        return Problem("no-such-table", what, source.where, f"name it with its schema: #{address.schema}.{address.table}")
    if state == "42501":
        return Problem("no-permission", "this user has no permission to read the table", source.where, "grant select on it")
    if state == "57014":
        remedy = f"give it longer, in seconds: ?timeout={10 * address.timeout} before the #"
        return Problem("query-timeout", f"counting took longer than {address.timeout} s", source.where, remedy)
    if state == "22003":
        what = "the rows hold a number that is too large, or too near zero, for PostgreSQL to calculate with"
        return Problem("number-range", what, source.where, "measure the rows as files, or leave such rows out by a view")
    if state in ("53200", "53100", "54000"):
        what = "PostgreSQL has no memory or disk left to count the rows"
        return Problem("out-of-memory", what, source.where, "give `work_mem` less (`--memory 64MB`), or slice less")
    what = f"PostgreSQL could not count the rows (SQLSTATE {state or 'none'})"
    return Problem("postgres-failed", what, source.where, "its log says more")
