"""MLflow's `mlflow.db`: the latest values of its runs, out of the tables `runs` and `latest_metrics` of a SQLite file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gate.documents.document import shown
from gate.readers.draft import Draft
from gate.readers.mlflow import TOOL, Run, add_runs
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    import sqlite3

MAX_ROWS = 100_000
MAX_STEPS = 20_000  # thousands of SQLite's own steps: a few seconds of work
_HEADER = b"SQLite format 3\0"
_RUNS = "SELECT run_uuid, name, lifecycle_stage FROM runs LIMIT ?"
_METRICS = "SELECT run_uuid, key, CASE WHEN is_nan THEN 'NaN' ELSE value END FROM latest_metrics LIMIT ?"


def recognises(file: SourceFile) -> bool:
    """Whether it is a SQLite file with MLflow's table in its schema."""
    return file.data.startswith(_HEADER) and b"latest_metrics" in file.data


def read(file: SourceFile) -> Measurements:
    """The latest values of the one run, or of several on slices `run=…`. Raises InputError."""
    from tempfile import TemporaryDirectory

    draft = Draft(file, f"{TOOL}'s database")
    if not file.data.startswith(_HEADER):
        raise draft.refusal("this is no SQLite file")
    _refuse_half(file, draft)
    # A copy, so that nothing in the file can make SQLite touch what lies beside it.
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "copy.db")
        with open(path, "wb") as copy:
            copy.write(file.data)
        return add_runs(_runs(path, draft), draft)


def _refuse_half(file: SourceFile, draft: Draft) -> None:
    """Refuse a file whose newest rows still lie in the log beside it."""
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


def _runs(path: str, draft: Draft) -> list[Run]:
    import sqlite3

    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        _bound(database)
        database.text_factory = _text
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' LIMIT 10000")}
        if not {"runs", "latest_metrics"} <= tables:
            raise draft.refusal("there are no tables `runs` and `latest_metrics` in it")
        if any(hidden for table in ("runs", "latest_metrics") for *_, hidden in database.execute(f"PRAGMA table_xinfo({table})")):
            raise draft.refusal("a column of it is computed")
        runs = _rows(database, _RUNS, draft)
        metrics = _rows(database, _METRICS, draft)
    except (sqlite3.Error, UnicodeError) as error:  # a damaged schema breaks even the messages about it
        raise draft.refusal(f"SQLite cannot read it: {shown(str(error), 100)}") from None
    finally:
        database.close()
    return _joined(runs, metrics, draft)


def _bound(database: sqlite3.Connection) -> None:
    """A schema is data of a stranger: nothing in it may call functions, write, or run without end."""
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    steps = iter(range(MAX_STEPS))
    database.set_progress_handler(lambda: next(steps, None) is None, 1000)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _rows(database: sqlite3.Connection, query: str, draft: Draft) -> list[Any]:
    rows = database.execute(query, (MAX_ROWS + 1,)).fetchall()
    if len(rows) > MAX_ROWS:
        raise draft.refusal(
            f"more than {MAX_ROWS:,} rows", remedy="write the one run to a file: json.dump(run.to_dictionary(), file)"
        )
    return rows


def _joined(runs: list[Any], metrics: list[Any], draft: Draft) -> list[Run]:
    """Runs with their metrics; the table keeps those of deleted runs too."""
    by_run: dict[str, list[tuple[str, Any]]] = {}
    for run, key, value in metrics:
        if isinstance(value, bytes):
            raise draft.refusal("a value in `latest_metrics` is binary, not a number")
        by_run.setdefault(run, []).append((draft.text(key, "latest_metrics.key"), value))
    return [
        Run(draft.text(run, "runs.run_uuid"), draft.text(name or "", "runs.name"), by_run.get(run, []), stage == "deleted")
        for run, name, stage in runs
        if run in by_run or len(runs) == 1
    ]
