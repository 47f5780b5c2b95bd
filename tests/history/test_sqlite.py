"""What is SQLite's own: how the file is opened, grows with gate, and what is said where it cannot be read."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.errors import HistoryError
from gate.history.lines import exported
from gate.history.sql.schema import MIGRATIONS, migrate
from gate.history.sql.sql import Cursor, SqlStore
from gate.history.sql.sqlite import SqliteLink, open_file
from gate.history.store import Which, default_path, open_store, public
from gate.terms.run import Entry
from tests.history.conftest import Opened
from tests.history.examples import entry, logged, run

LATER = (*MIGRATIONS, ("create table more (x {text} not null)", "insert into more values ('from version 2')"))


def migrated(path: Path, migrations: Sequence[Sequence[str]], write: bool = True) -> SqliteLink:
    link = SqliteLink(str(path), write)
    try:
        migrate(link, write, migrations)
    except HistoryError:
        link.close()
        raise
    return link


def slug(caught: pytest.ExceptionInfo[HistoryError]) -> str:
    return caught.value.problems[0].slug


def test_an_older_file_becomes_a_newer_one_and_keeps_its_runs(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    store = open_file(str(path), write=True)
    store.add([entry(0, {"f1": 0.9})])
    store.close()
    for _ in range(2):
        link = migrated(path, LATER)
        assert link.read(lambda cursor: cursor.all("select x from more")) == [("from version 2",)]
        assert SqlStore(link).points("run-0000") == [logged("f1", 0.9)]
        link.close()


def test_who_opens_a_new_file_waits_for_the_one_who_is_making_it(tmp_path: Path) -> None:
    """SQLite says at once that the file is locked, with no regard to the timeout, as long as it has no journal of its own."""
    other = sqlite3.connect(tmp_path / "history.db", isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    release = threading.Timer(0.2, other.rollback)
    release.start()
    store = open_file(str(tmp_path / "history.db"), write=True)
    store.add([entry(0, {"f1": 0.9})])
    assert store.points("run-0000") == [logged("f1", 0.9)]
    store.close()
    release.join()
    other.close()


def test_who_waits_too_long_is_told_for_how_long(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(HistoryError, match=r"was being written by others for 0\.2 seconds") as caught:
        migrate(SqliteLink(str(tmp_path / "history.db"), write=True, patience=0.2), write=True)
    assert slug(caught) == "history-busy"
    other.close()


def test_an_older_file_is_not_changed_by_who_only_reads(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    open_file(str(path), write=True).close()
    with pytest.raises(HistoryError) as caught:
        migrated(path, LATER, write=False)
    assert slug(caught) == "history-older"


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "history.db"
    opened(str(path)).add([entry(0, {"f1": 0.9})])
    with pytest.raises(HistoryError):
        migrated(path, (*LATER, ("create table yet_more (x integer)", "no SQL at all")))
    with sqlite3.connect(path) as connection:
        assert connection.execute("select version from gate_history").fetchall() == [(len(MIGRATIONS),)]
        assert connection.execute("select name from sqlite_master where name = 'more'").fetchall() == []


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    migrated(path, LATER).close()
    for write in (True, False):
        with pytest.raises(HistoryError) as caught:
            open_file(str(path), write=write)
        assert slug(caught) == "history-newer"


def test_reading_makes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HistoryError) as caught:
        open_store("", {})
    assert slug(caught) == "history-missing"
    assert list(tmp_path.iterdir()) == []


def test_who_is_killed_before_the_folder_is_marked_leaves_that_to_the_next(tmp_path: Path, opened: Opened) -> None:
    (tmp_path / ".gate").mkdir()
    opened(str(tmp_path / ".gate" / "history.db"))
    assert (tmp_path / ".gate" / ".gitignore").read_text() == "*\n"
    (tmp_path / ".gate" / ".gitignore").unlink()  # somebody wants it so
    opened(str(tmp_path / ".gate" / "history.db"))
    assert not (tmp_path / ".gate" / ".gitignore").exists()


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_ctrl_c_is_heard_while_others_write(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    open_file(str(path), write=True).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    program = (
        "import sys; from gate.history.sql.sqlite import open_file; from gate.terms.run import State\n"
        "store = open_file(sys.argv[1], write=True); print(flush=True); store.add([State('a', 'b', 'c')])"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.3)
        writer.send_signal(signal.SIGINT)
        try:
            _, err = writer.communicate(timeout=30)  # of the 60 seconds that it would wait
        finally:
            other.close()
    assert b"KeyboardInterrupt" in err


def test_a_number_that_somebody_changed_is_said_to_be_damage(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "history.db"
    opened(str(path)).add([Entry(run(), (logged("f1", 0.9), logged("f1", 0.8, 1)), {"decision": "{}"})])
    for statement in (
        "update latest set value = 'high'",
        "update latest set value = 9e999",
        "update latest set value = 0.8, evidence = '{'",
        "update latest set evidence = '[]'",
        "update latest set evidence = null, step = 'x'",
    ):
        with sqlite3.connect(path) as connection:
            connection.execute(statement)
        with pytest.raises(HistoryError) as caught:
            opened(str(path)).points("run-0000")
        assert slug(caught) == "history-corrupt", statement
    with sqlite3.connect(path) as connection:
        connection.execute("update runs set facts = replace(facts, '2026', 'year')")
        connection.execute("update documents set packed = x'00'")
    for ask in (lambda: opened(str(path)).runs(), lambda: opened(str(path)).document("run-0000", "decision")):
        with pytest.raises(HistoryError) as caught:
            ask()
        assert slug(caught) == "history-corrupt"


def test_a_document_with_half_of_a_character_that_an_older_gate_took_can_be_read(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "history.db"
    opened(str(path)).add([Entry(run(), (), {"decision": "{}"})])
    with sqlite3.connect(path) as connection:
        connection.execute("update documents set packed = ?", [zlib.compress("\ud800".encode("utf-8", "surrogatepass"))])
    assert opened(str(path)).document("run-0000", "decision") == "\ud800"
    assert "\\ud800" in next(exported(opened(str(path))))


def test_who_asks_for_half_of_a_character_is_told(tmp_path: Path, opened: Opened) -> None:
    with pytest.raises(HistoryError) as caught:
        opened(str(tmp_path / "history.db")).run("s\ud800")
    assert slug(caught) == "history-refused"


def test_the_name_of_a_file_need_not_be_utf8(tmp_path: Path, opened: Opened) -> None:
    path = f"{tmp_path}/h\udcff.db"
    opened(path).add([entry(0, {"f1": 0.9})])
    assert os.listdir(os.fsencode(tmp_path))[0].startswith(b"h\xff.db")


class Watching(SqliteLink):
    """Says how each question is worked out."""

    def read(self, work: Callable[[Cursor], Any]) -> Any:
        def watched(cursor: Cursor) -> Any:
            self.asked: list[tuple[str, Sequence[Any]]] = getattr(self, "asked", [])
            return work(Asking(cursor, self.asked))

        return super().read(watched)


class Asking:
    def __init__(self, cursor: Cursor, asked: list[tuple[str, Sequence[Any]]]) -> None:
        self._cursor = cursor
        self._asked = asked

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        plan = self._cursor.all(f"explain query plan {statement}", values)
        self._asked.append((statement, [row[3] for row in plan]))
        return self._cursor.all(statement, values)


@pytest.mark.parametrize(
    "which", [Which(), Which(model="fraud", branch="main", trusted=True, passed=True, excluded=False, test_set="x")]
)
def test_the_last_of_a_metric_is_found_by_an_index_newest_first(tmp_path: Path, which: Which) -> None:
    link = Watching(str(tmp_path / "history.db"), True)
    migrate(link, True)
    store = SqlStore(link)
    store.add([entry(number, {"f1": 0.9}) for number in range(10)])
    link.asked.clear()
    store.last("f1", 3, which)
    plans = [plan for statement, plan in link.asked if "latest" in statement]
    assert plans
    assert all("PRIMARY KEY (series=?)" in plan[0] and not any("TEMP B-TREE" in step for step in plan) for plan in plans), plans
    link.close()


def test_the_default_is_at_the_root_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert default_path() == os.path.join(".gate", "history.db")
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert default_path() == os.path.join("..", "..", ".gate", "history.db")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:secret@db.example:5433/gate?password=secret", "postgresql://db.example:5433/gate"),
        ("postgresql:///gate", "postgresql:///gate"),
        ("postgresql://a:p@ss@db/gate", "postgresql://db/gate"),
        (".gate/history.db", ".gate/history.db"),
        ("git:https://tok:en@host/x.git", "git:https://host/x.git"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert public(url) == shown
