"""Taking runs and names out of the tables of a history, inside one transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from gate.history.merge import named
from gate.terms.run import Entry

if TYPE_CHECKING:
    from gate.history.sql.sql import Cursor


def forget(
    cursor: Cursor, names: Collection[tuple[str, str]], runs: Collection[str], ranges: Collection[tuple[str, str, str]]
) -> None:
    """Names and ranges first, then runs. Raises HistoryError where a run still has a name."""
    for model, name in names:
        cursor.do("delete from names where model = ? and name = ?", [model, name])
    for each in ranges:
        cursor.do("delete from exclusions where model = ? and since = ? and until = ?", each)
    for run in runs:
        _run(cursor, run)


def forget_sent(cursor: Cursor, entry: Entry) -> None:
    """The run, if it has no other points than the entry."""
    of_run = "select count(*) from {0} where run = (select number from runs where id = ?)"
    counted = [cursor.all(of_run.format(table), [entry.run.id])[0][0] for table in ("latest", "earlier")]
    if sum(counted) == len(entry.points):
        _run(cursor, entry.run.id)


def _run(cursor: Cursor, run: str) -> None:
    found = cursor.all("select number, model, branch from runs where id = ?", [run])
    if not found:
        return
    number, model, branch = found[0]
    names = cursor.all("select name from names where run = ?", [number])
    if names:
        raise named(run, str(names[0][0]))
    for table in ("latest", "earlier"):
        mine = "select id from series where model = ? and branch = ?"
        cursor.do(f"delete from {table} where run = ? and series in ({mine})", [number, model, branch])
    cursor.do("delete from documents where run = ?", [number])
    cursor.do("delete from runs where number = ?", [number])
