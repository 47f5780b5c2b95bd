"""The tables of a history in a database, and how an older one becomes a newer one.

`number` is the order of a run, so that the newest stand last in every index. A `series` is a metric on a slice, of a
model on a branch: the numbers of all its runs lie side by side. Of each run `latest` has the number at the highest step,
which is what is nearly always asked for, and `earlier` the ones before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gate.errors import HistoryError, Problem
from gate.history.sql.sql import no_history

if TYPE_CHECKING:
    from gate.history.sql.sql import Cursor, Link

VERSION_TABLE = "create table if not exists gate_history (version integer not null)"

_FIRST = (
    """create table runs (
        number bigint primary key, id {text} not null unique, model {text} not null, branch {text} not null,
        started {text} not null, status {text} not null, trusted integer not null, passed integer not null,
        test_set {text} not null, verdict {text} not null, facts {text} not null)""",
    "create index runs_of_model on runs (model, branch, number)",
    "create index runs_open on runs (number) where status = 'running'",
    """create table series (
        id {serial}, model {text} not null, branch {text} not null, metric {text} not null, slice {text} not null,
        unique (model, metric, slice, branch))""",
    """create table latest (
        series bigint not null, run bigint not null, step bigint not null, value double precision not null, evidence text,
        primary key (series, run)){clustered}""",
    """create table earlier (
        series bigint not null, run bigint not null, step bigint not null, value double precision not null, evidence text,
        primary key (series, run, step)){clustered}""",
    """create table documents (
        run bigint not null, kind {text} not null, packed {bytes} not null, primary key (run, kind))""",
    """create table names (
        model {text} not null, name {text} not null, run bigint not null, at {text} not null, made_by {text} not null,
        primary key (model, name))""",
    "create index names_of_run on names (run)",
    """create table exclusions (
        model {text} not null, since {text} not null, until {text} not null, why {text} not null, made_by {text} not null,
        primary key (model, since, until))""",
    "create table states (name text primary key, text {text} not null, at {text} not null)",
)

# One tuple of statements leads from each version to the next; what was released is never edited.
MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)


def migrate(link: Link, write: bool, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring the tables to this version. Raises HistoryError: made by a newer gate, or not made at all where nothing may be."""

    def version_of(cursor: Cursor) -> int:
        if not cursor.all(link.has_table, ["gate_history"]):
            return 0
        rows_ = cursor.all("select version from gate_history")
        return int(rows_[0][0]) if rows_ else 0

    def work(cursor: Cursor) -> None:
        cursor.do(VERSION_TABLE)
        version = version_of(cursor)
        _refuse_newer(version, len(migrations), link.where)
        for statements in migrations[version:]:
            for statement in statements:
                cursor.do(_spelt(statement, link.spelling))
        if version != len(migrations):
            cursor.do("delete from gate_history")
            cursor.do("insert into gate_history (version) values (?)", [len(migrations)])

    found = link.read(version_of)
    _refuse_newer(found, len(migrations), link.where)
    if found == len(migrations):
        return
    if not write:
        raise no_history(link.where) if not found else _older(link.where)
    link.write(work)


def _refuse_newer(version: int, known: int, where: str) -> None:
    if version > known:
        what = f"{where} was written by a newer gate: its tables are of version {version}, this gate knows {known}"
        raise HistoryError(Problem("history-newer", what, remedy="pip install --upgrade mlgate"))


def _older(where: str) -> HistoryError:
    what = f"{where} has tables of an older gate, which change with the next run that is recorded"
    return HistoryError(Problem("history-older", what, remedy="open it once with permission to write: `gate log`"))


def _spelt(statement: str, spelling: dict[str, str]) -> str:
    for word, spelt in spelling.items():
        statement = statement.replace("{" + word + "}", spelt)
    return statement
