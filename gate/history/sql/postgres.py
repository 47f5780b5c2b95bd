"""A history in PostgreSQL, in a schema of its own (`gate`): the tables and the SQL of gate.history.sql.sql, by psycopg.

A connection that is lost is opened again and the transaction done once more: adding what is there changes nothing. A
run that is over is on the server's disk when `add` returns; of one that is going on, the server itself may lose the last
half second if it crashes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from gate.documents.document import shown
from gate.errors import HistoryError, MissingExtraError, Problem
from gate.history.sql.schema import migrate
from gate.history.sql.sql import Cursor, SqlStore
from gate.history.sql.turns import Turns
from gate.history.store import Store, public

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
SCHEMA = "gate"
TRIES = 5
_SETTINGS = (
    f"set search_path = {SCHEMA}, pg_catalog; set statement_timeout = '60s'; set lock_timeout = '60s';"
    " set idle_in_transaction_session_timeout = '120s'; set standard_conforming_strings = on"
)
_AGAIN = frozenset(("40001", "40P01"))  # two transactions that met: one of them has to begin again
_UNIQUE = frozenset(("42P06", "42P07", "23505"))  # two that made the same schema or tables at once


def open_store(url: str, environ: Mapping[str, str], *, write: bool) -> Store:  # noqa: ARG001
    """As gate.history.store says; the URL is one of libpq, which takes what it does not say from PGHOST, PGPASSWORD and so on."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtraError("a history in PostgreSQL", "postgres") from None
    link = PostgresLink(url)
    try:
        if write:
            link.make_schema()
        migrate(link, write)
    except BaseException:
        link.close()
        raise
    return SqlStore(link)


class PostgresLink(Turns["psycopg.Connection[Any]"]):
    """As gate.history.sql.sql says."""

    spelling: dict[str, str] = {  # noqa: RUF012
        "serial": "bigint generated always as identity primary key",
        "clustered": "",
        "bytes": "bytea",
        "text": 'text collate "C"',
    }
    lock = " for update"
    has_table = f"select 1 from pg_catalog.pg_tables where schemaname = '{SCHEMA}' and tablename = ?"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.where = public(url)
        self._url = url

    def make_schema(self) -> None:
        """The schema, where there is none. Raises HistoryError."""
        found = self.read(lambda cursor: cursor.all("select 1 from pg_catalog.pg_namespace where nspname = ?", [SCHEMA]))
        if not found:
            self.write(lambda cursor: cursor.do(f"create schema if not exists {SCHEMA}"))

    def write(self, work: Callable[[Cursor], T], lasting: bool = True) -> T:
        return self._within("begin" if lasting else "begin; set local synchronous_commit = off", work)

    def read(self, work: Callable[[Cursor], T]) -> T:
        return self._within("begin isolation level repeatable read read only", work)

    def _within(self, begin: str, work: Callable[[Cursor], T]) -> T:
        import time

        import psycopg

        for tried in range(TRIES):
            with self._turn():  # not while it waits
                try:
                    return self._once(begin, work)
                except psycopg.Error as error:
                    lost = self._open is None or self._open.closed
                    if lost:
                        self.close()
                    again = (lost and tried < 2) or error.sqlstate in _AGAIN or error.sqlstate in _UNIQUE
                    if not again or tried == TRIES - 1:
                        raise self._told(error, lost) from None
            time.sleep(0.05 * 2**tried)
        raise AssertionError("the last try returns or raises")

    def _once(self, begin: str, work: Callable[[Cursor], T]) -> T:
        import psycopg

        connection = self._connection()
        connection.execute(begin)
        try:
            done = work(PostgresCursor(connection))
            connection.execute("commit")
        except BaseException:
            with suppress(psycopg.Error):
                connection.execute("rollback")
            raise
        return done

    def _connected(self) -> psycopg.Connection[Any]:
        import psycopg

        try:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10, application_name="gate")
        except (psycopg.ProgrammingError, UnicodeEncodeError):
            what = f"`{self.where}` is no address of PostgreSQL"
            raise HistoryError(Problem("unknown-history", what, remedy="write postgresql://user@host/database")) from None
        connection.execute(_SETTINGS)
        return connection

    def _told(self, error: psycopg.Error, lost: bool) -> HistoryError:
        import psycopg

        state, words = error.sqlstate or "", shown(str(error).strip().partition("\n")[0], 160)
        if isinstance(error, psycopg.DataError):
            return HistoryError(Problem("history-refused", f"{self.where} cannot keep this: {words}"))
        if state == "42501" or state == "25006":
            remedy = f"grant usage and create on schema {SCHEMA}, and all on its tables, to this user"
            return HistoryError(Problem("history-unwritable", f"{self.where}: {words}", remedy=remedy))
        if state.startswith("53"):
            return HistoryError(Problem("history-full", f"{self.where}: {words}", remedy="make room on the server"))
        if state in ("55P03", "57014"):
            return HistoryError(
                Problem("history-busy", f"{self.where}: {words}", remedy="is another process stuck? else try again")
            )
        if lost or not state or state.startswith(("08", "57", "28")):
            remedy = "is the server up, and does this machine reach it? a password: PGPASSWORD, or ~/.pgpass"
            return HistoryError(Problem("history-unreachable", f"{self.where}: {words}", remedy=remedy))
        remedy = f"was the schema `{SCHEMA}` made by something else?"
        return HistoryError(Problem("history-corrupt", f"{self.where}: {words}", remedy=remedy))


class PostgresCursor:
    """As gate.history.sql.sql says."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(_spelt(statement), values).fetchall()

    def do(self, statement: str, values: Sequence[Any] = ()) -> int:
        return self._connection.execute(_spelt(statement), values).rowcount

    def many(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        if not values:
            return
        with self._connection.cursor() as cursor:
            cursor.executemany(_spelt(statement), values)


def _spelt(statement: str) -> bytes:
    """With the placeholders of this driver; no statement of the room has a `?` or a `%` of its own."""
    return statement.replace("?", "%s").encode()
