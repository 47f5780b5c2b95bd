"""A history of many runs, made fast: the store's own code makes the rows, and the database takes them by the thousand."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gate.history.sql.write import Writing
from gate.history.store import open_store
from gate.terms.run import DECISION, Entry, Point, Run, Status, moment

METRICS = ("accuracy", "precision", "recall", "f1", "auc", "log_loss", "brier", "latency_p95", "fpr", "coverage")
MODELS = 50
DECIDED = 2000  # the newest runs of the model that is looked at: they have a decision
LOOKED_AT = "model-07"
FIRST = 1_700_000_000  # seconds since 1970
_AT_ONCE = 20_000
_INTO = {
    "runs": "number, id, model, branch, started, status, trusted, passed, test_set, verdict, facts",
    "latest": "series, run, step, value, evidence",
}
Rows = dict[str, list[Sequence[Any]]]


def entry(number: int, verdict: str = "pass", decision: str = "") -> Entry:
    """Run NUMBER: the models take turns, a minute lies between two runs, and one in five is a change's."""
    chosen = random.Random(number)
    of, place = f"model-{number % MODELS:02d}", number // MODELS
    change = place % 5 == 4
    at = moment(FIRST + 60 * number)
    run = Run(
        id=f"run-{number:08d}", started=at, finished=at, model=of, status=Status.FINISHED,
        branch=f"change-{place // 5 % 10}" if change else "main", commit=f"{chosen.getrandbits(160):040x}",
        event="pull_request" if change else "push", trusted=not change, actor="someone", verdict=verdict,
        params={"depth": 6, "rate": 0.1, "seed": number}, model_digest=f"{chosen.getrandbits(256):064x}",
    )  # fmt: skip
    points = tuple(Point(metric, round(chosen.gauss(0.9, 0.01), 6)) for metric in METRICS)
    return Entry(run, points, {DECISION: decision} if decision else {})


class Gathered:
    """What a transaction would write, where nothing of it is there yet; stands for a gate.history.sql.sql.Cursor."""

    def __init__(self) -> None:
        self.rows: Rows = {table: [] for table in _INTO}

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:  # noqa: ARG002
        return []

    def do(self, statement: str, values: Sequence[Any] = ()) -> int:
        self.many(statement, [values])
        return 1

    def many(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        if values:
            self.rows[statement.split()[2]].extend(values)


def fill(addresses: Sequence[str], runs: int, decision: str) -> None:
    """Put as many runs into each of the stores; the newest ones of one model with a decision, one by one."""
    plain = range(min(runs, MODELS * 50), runs)  # the first make all series
    series = [_begun(address, runs) for address in addresses]
    assert all(each == series[0] for each in series), "the stores number their series differently"
    for part in _parts(plain, series[0]):
        for address in addresses:
            _put(address, part)
    more = [entry(number, decision=decision) for number in range(runs, runs + DECIDED * MODELS) if _looked_at(number)]
    for address in addresses:
        store = open_store(address, {}, write=True)
        for start in range(0, len(more), 100):
            store.add(more[start : start + 100])
        store.close()
        _settled(address)


def _looked_at(number: int) -> bool:
    return f"model-{number % MODELS:02d}" == LOOKED_AT


def _begun(address: str, runs: int) -> dict[tuple[str, str, str, str], int]:
    store = open_store(address, {}, write=True)
    store.add([entry(number) for number in range(min(runs, MODELS * 50))])
    store.close()
    found = _asked(address, "select model, metric, slice, branch, id from series")
    return {(str(row[0]), str(row[1]), str(row[2]), str(row[3])): int(row[4]) for row in found}


def _parts(numbers: range, series: dict[tuple[str, str, str, str], int]) -> Iterator[Rows]:
    for start in range(numbers.start, numbers.stop, _AT_ONCE):
        gathered = Gathered()
        writing = Writing(gathered, "", series)
        for number in range(start, min(start + _AT_ONCE, numbers.stop)):
            writing.put(entry(number))
        yield gathered.rows


def _put(address: str, rows: Rows) -> None:
    if address.startswith("postgresql:"):
        _copy(address, rows)
        return
    connection = sqlite3.connect(address)
    with connection:
        for table, columns in _INTO.items():
            marks = ", ".join("?" * len(columns.split(", ")))
            connection.executemany(f"insert into {table} ({columns}) values ({marks})", rows[table])
    connection.close()


def _copy(address: str, rows: Rows) -> None:
    import psycopg

    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        for table, columns in _INTO.items():
            with cursor.copy(f"copy gate.{table} ({columns}) from stdin".encode()) as copy:
                for row in rows[table]:
                    copy.write_row(row)


def _asked(address: str, question: str) -> list[Any]:
    if not address.startswith("postgresql:"):
        connection = sqlite3.connect(address)
        found = connection.execute(question).fetchall()
        connection.close()
        return found
    import psycopg

    with psycopg.connect(address, options="-c search_path=gate") as server:
        return server.execute(question.encode()).fetchall()


def _settled(address: str) -> None:
    """What a server that runs for longer does by itself: count, so that it plans well."""
    if address.startswith("postgresql:"):
        import psycopg

        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("vacuum analyze")


def size(address: str) -> float:
    """MiB that the history takes."""
    if address.startswith("postgresql:"):
        return float(_asked(address, "select pg_database_size(current_database())")[0][0]) / 2**20
    return Path(address).stat().st_size / 2**20
