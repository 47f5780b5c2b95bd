"""MLflow's `mlflow.db`: the latest values of its runs, out of the tables `runs` and `latest_metrics` of a SQLite file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gate.documents.document import shown
from gate.errors import InputError, Problem
from gate.readers.draft import Draft
from gate.readers.mlflow import TOOL, Run, add_runs
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    import sqlite3

MAX_ROWS = 100_000
MAX_STEPS = 20_000  # thousands of SQLite's own steps: a few seconds of work
MOST_LISTED = 10
_HEADER = b"SQLite format 3\0"
_RUNS = "SELECT run_uuid, name, lifecycle_stage, start_time FROM runs LIMIT ?"
_METRICS = """
SELECT run_uuid, key, CASE WHEN is_nan THEN 'NaN' ELSE value END
FROM latest_metrics WHERE run_uuid = coalesce(nullif(?, ''), run_uuid) LIMIT ?"""


def recognises(file: SourceFile) -> bool:
    """Whether it is a SQLite file with MLflow's table in its schema."""
    return file.data.startswith(_HEADER) and b"latest_metrics" in file.data


def chosen(file: SourceFile, run: str) -> SourceFile:
    """The database with the one run that counts, by its id or its name. Raises InputError: there is none, or several."""
    draft = Draft(file, f"{TOOL}'s database")
    with _opened(file, draft) as database:
        runs = _runs(database, draft)
    found = [each for each in runs if each.id == run] or [each for each in runs if each.name == run]
    alive = [each for each in found if not each.deleted] or found
    if len(alive) != 1:
        what = f"several runs are called `{shown(run)}`" if alive else f"there is no run `{shown(run)}` in it"
        raise _which(what, alive or runs, draft)
    return SourceFile(f"{file.name}#{alive[0].id}", file.data, form="mlflow-db", run=alive[0].id)


def read(file: SourceFile) -> Measurements:
    """The latest values of the run that was chosen, or of the only one. Raises InputError."""
    draft = Draft(file, f"{TOOL}'s database")
    with _opened(file, draft) as database:
        runs = [each for each in _runs(database, draft) if file.run in ("", each.id)]
        metrics = _rows(database, _METRICS, draft, file.run)
    measured = [each for each in _joined(runs, metrics, draft) if each.metrics or len(runs) == 1]
    alive = [each for each in measured if not each.deleted]
    if len(alive) > 1:
        raise _which(f"there are {len(alive):,} runs in it", alive, draft)
    return add_runs(measured, draft)


def _which(what: str, runs: Sequence[Run], draft: Draft) -> InputError:
    """The error that asks for a run, with those that there are, the newest first."""
    newest = sorted((run for run in runs if not run.deleted), key=lambda run: -run.started)
    lines = [
        f"{draft.file.name}#{shown(run.id, 40)}  {_time(run.started)}  {shown(run.name, 40)}" for run in newest[:MOST_LISTED]
    ]
    more = [f"… and {len(newest) - MOST_LISTED} older ones"] if len(newest) > MOST_LISTED else []
    return InputError(Problem("which-run", what, draft.place(), "\n".join(["say which, by its id or its name:", *lines, *more])))


def _time(milliseconds: int) -> str:
    from datetime import datetime, timezone

    try:
        return datetime.fromtimestamp(milliseconds // 1000, timezone.utc).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return "no date"


@contextmanager
def _opened(file: SourceFile, draft: Draft) -> Iterator[sqlite3.Connection]:
    """The database, with MLflow's tables in it. Raises InputError, also for what SQLite says while it is used."""
    import sqlite3
    from tempfile import TemporaryDirectory

    if not file.data.startswith(_HEADER):
        raise draft.refusal("this is no SQLite file")
    _refuse_half(file, draft)
    # A copy, so that nothing in the file can make SQLite touch what lies beside it.
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "copy.db")
        with open(path, "wb") as copy:
            copy.write(file.data)
        database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        try:
            _bound(database)
            _refuse_others(database, draft)
            yield database
        except (sqlite3.Error, UnicodeError) as error:  # a damaged schema breaks even the messages about it
            raise draft.refusal(f"SQLite cannot read it: {shown(str(error), 100)}") from None
        finally:
            database.close()


def _refuse_others(database: sqlite3.Connection, draft: Draft) -> None:
    """Refuse a database without MLflow's tables, or with columns that it does not compute itself."""
    database.text_factory = _text
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' LIMIT 10000")}
    if not {"runs", "latest_metrics"} <= tables:
        raise draft.refusal("there are no tables `runs` and `latest_metrics` in it")
    if any(hidden for table in ("runs", "latest_metrics") for *_, hidden in database.execute(f"PRAGMA table_xinfo({table})")):
        raise draft.refusal("a column of it is computed")


def _refuse_half(file: SourceFile, draft: Draft) -> None:
    """Refuse a file whose newest rows still lie in the log beside it (one with a run chosen has passed here before)."""
    for suffix in ("-wal", "-journal"):
        try:
            waits = os.path.getsize(file.name + suffix) > 0
        except (OSError, ValueError):
            continue
        if waits:
            message = f"rows of it still lie in the log beside it (`{suffix}`)"
            raise draft.refusal(
                message, remedy="stop the server that writes it, or: sqlite3 mlflow.db 'PRAGMA wal_checkpoint(TRUNCATE)'"
            )


def _bound(database: sqlite3.Connection) -> None:
    """A schema is data of a stranger: nothing in it may call functions, write, or run without end."""
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    steps = iter(range(MAX_STEPS))
    database.set_progress_handler(lambda: next(steps, None) is None, 1000)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _rows(database: sqlite3.Connection, query: str, draft: Draft, *values: str) -> list[Any]:
    rows = database.execute(query, (*values, MAX_ROWS + 1)).fetchall()
    if len(rows) > MAX_ROWS:
        raise draft.refusal(f"more than {MAX_ROWS:,} rows", remedy=f"choose a run: {draft.file.name}#RUN_ID")
    return rows


def _runs(database: sqlite3.Connection, draft: Draft) -> list[Run]:
    """All runs, without their metrics."""
    return [
        Run(draft.text(run, "runs.run_uuid"), draft.text(name or "", "runs.name"), (), stage == "deleted", _whole(started))
        for run, name, stage, started in _rows(database, _RUNS, draft)
    ]


def _whole(number: Any) -> int:
    return number if isinstance(number, int) else 0


def _joined(runs: list[Run], metrics: list[Any], draft: Draft) -> list[Run]:
    """Runs with their metrics; the table keeps those of deleted runs too."""
    by_run: dict[str, list[tuple[str, Any]]] = {}
    for run, key, value in metrics:
        if isinstance(value, bytes):
            raise draft.refusal("a value in `latest_metrics` is binary, not a number")
        by_run.setdefault(run, []).append((draft.text(key, "latest_metrics.key"), value))
    return [each._replace(metrics=by_run.get(each.id, ())) for each in runs]
