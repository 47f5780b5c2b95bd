"""A history in a file of SQLite: many processes write at once, and whoever is killed leaves a file that opens.

Readers and writers do not wait for each other (WAL). A record is acknowledged when its transaction is committed: it then
outlives the process, whatever kills it; the last ones of a second in which the machine itself loses power may be lost,
without harm to the rest.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from gate.documents.document import shown
from gate.documents.files import is_missing
from gate.errors import HistoryError, Problem
from gate.history.sql.schema import migrate
from gate.history.sql.sql import Cursor, SqlStore, no_history
from gate.history.sql.turns import Turns
from gate.history.store import Store

T = TypeVar("T")
SECONDS = 60.0  # that a writer waits for the others
_AT_A_TIME = 0.2  # of them, in SQLite itself
_SETTINGS = (
    "pragma trusted_schema = off",  # the file may be anybody's
    "pragma cell_size_check = on",
    "pragma synchronous = normal",
    "pragma temp_store = memory",
)


def open_store(url: str, environ: Mapping[str, str], *, write: bool) -> Store:  # noqa: ARG001
    """As gate.history.store says; the URL is a path, or `sqlite:` and one."""
    return open_file(url.removeprefix("sqlite:///").removeprefix("sqlite:") if url.startswith("sqlite:") else url, write=write)


def open_file(path: str, *, write: bool) -> SqlStore:
    """The history in the file; one that is not there is made where it may be written. Raises HistoryError."""
    if os.path.isdir(path):
        what = f"{shown(path)} is a folder, and a history a file"
        raise HistoryError(Problem("history-unwritable", what, remedy=f"name a file: {shown(os.path.join(path, 'history.db'))}"))
    if write:
        _make_folder(path)
    elif is_missing(path):
        raise no_history(shown(path))
    link = SqliteLink(path, write)
    try:
        migrate(link, write)
    except BaseException:
        link.close()
        raise
    return SqlStore(link)


class SqliteLink(Turns[sqlite3.Connection]):
    """As gate.history.sql.sql says."""

    spelling: dict[str, str] = {  # noqa: RUF012
        "serial": "integer primary key",
        "clustered": " without rowid",
        "bytes": "blob",
        "text": "text",
    }
    lock = ""
    has_table = "select 1 from sqlite_master where type = 'table' and name = ?"

    def __init__(self, path: str, write: bool, patience: float = SECONDS) -> None:
        super().__init__()
        self.where = shown(path)
        self._path = os.path.abspath(path)
        self._write = write
        self._patience = patience

    def write(self, work: Callable[[Cursor], T], lasting: bool = True) -> T:  # noqa: ARG002
        return self._within("begin immediate", work)

    def read(self, work: Callable[[Cursor], T]) -> T:
        return self._within("begin", work)

    def _within(self, begin: str, work: Callable[[Cursor], T]) -> T:
        """SQLite's own timeout is not enough: it hears no Ctrl-C, and where two open a new file at once, or one opens it as the
        last other closes it, one of them is told at once that it is locked."""
        until = time.monotonic() + self._patience
        try:
            while True:
                begun = False
                try:
                    with self._turn(), _ended(self._connection()) as connection:
                        connection.execute(begin)
                        connection.execute("pragma schema_version").fetchone()  # the lock of a reader: no work begins twice
                        begun = True
                        done = work(SqliteCursor(connection))
                        connection.execute("commit")
                        return done
                except sqlite3.OperationalError as error:
                    if begun or not _locked(error) or time.monotonic() > until:
                        raise
                time.sleep(0.01)
        except sqlite3.Error as error:
            raise self._told(error) from None
        except OverflowError:
            raise self._told(sqlite3.DatabaseError("a number of more than 64 bits")) from None

    def _connected(self) -> sqlite3.Connection:
        from urllib.parse import quote

        mode = "rwc" if self._write else "ro"
        if not self._write and not _has_journal(self._path) and not os.access(os.path.dirname(self._path), os.W_OK):
            mode = "ro&immutable=1"  # nobody writes there, and the files that readers share cannot be made
        connection = sqlite3.connect(
            f"file:{quote(os.fsencode(self._path))}?mode={mode}",
            uri=True,
            timeout=min(_AT_A_TIME, self._patience),
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
            if self._write and connection.execute("pragma journal_mode = wal").fetchone() != ("wal",):
                # a file system that has none: there a writer waits for readers, and in the middle of its transaction
                connection.execute(f"pragma busy_timeout = {int(self._patience * 1000)}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _told(self, error: sqlite3.Error) -> HistoryError:
        words = str(error).lower()
        access = "check the file, its folder and their permissions"
        if "full" in words or ("disk i/o" in words and self._no_room()):
            what = f"there is no room left for {self.where}"
            return HistoryError(Problem("history-full", what, remedy="make room on the disk, or `gate history --prune`"))
        if _locked(error):
            what = f"{self.where} was being written by others for {self._patience:g} seconds"
            return HistoryError(Problem("history-busy", what, remedy="is one of them stuck? else try again"))
        if "readonly" in words or "unable to open" in words:
            return HistoryError(Problem("history-unwritable", f"{self.where} cannot be opened or written", remedy=access))
        if "disk i/o" in words:
            return HistoryError(Problem("history-unwritable", f"{self.where} cannot be read or written: the disk fails"))
        what = f"{self.where} is damaged, or no history of gate's: {shown(str(error), 120)}"
        remedy = "move it away, and bring back what was exported: `gate log export.jsonl`"
        return HistoryError(Problem("history-corrupt", what, remedy=remedy))

    def _no_room(self) -> bool:
        """Whether the disk is full: SQLite's shared memory then fails without saying why."""
        import shutil

        try:
            return shutil.disk_usage(os.path.dirname(self._path)).free < 2**16
        except OSError:
            return False


class SqliteCursor:
    """As gate.history.sql.sql says."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(statement, values).fetchall()

    def do(self, statement: str, values: Sequence[Any] = ()) -> int:
        return self._connection.execute(statement, values).rowcount

    def many(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        if values:
            self._connection.executemany(statement, values)


@contextmanager
def _ended(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """No transaction is left open by whatever ends it."""
    try:
        yield connection
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("rollback")
        raise


def _locked(error: sqlite3.Error) -> bool:
    return "lock" in str(error).lower()  # "database is locked", "locking protocol"


def _has_journal(path: str) -> bool:
    """Whether a writer left, or keeps, what is not in the file itself yet."""
    try:
        return os.path.getsize(f"{path}-wal") > 0
    except OSError:  # the last writer takes it away
        return False


def _make_folder(path: str) -> None:
    """The folder of the file; a new `.gate` says to git that nothing in it is to be committed. Raises HistoryError."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        for own in (os.path.dirname(folder), folder):
            if os.path.basename(own) == ".gate" and (not os.path.isdir(own) or not os.listdir(own)):  # or killed before it wrote
                os.makedirs(own, exist_ok=True)
                with open(os.path.join(own, ".gitignore"), "w") as file:
                    file.write("*\n")
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        what = f"{shown(path)} cannot be made: {error.strerror}"
        raise HistoryError(Problem("history-unwritable", what, remedy="check the folder and its permissions")) from None
