"""What is PostgreSQL's own: connections that go away, users who may not, and text that it cannot hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gate.errors import HistoryError
from gate.history.sql.postgres import PostgresLink
from gate.history.sql.sql import SqlStore
from gate.history.sql.write import Writing
from gate.terms.run import Entry
from tests.conftest import Desk
from tests.history.conftest import Opened
from tests.history.examples import entry, logged, run


@contextmanager
def administrator() -> Iterator[Any]:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect("dbname=postgres", autocommit=True) as connection:
        yield connection


def disconnect(address: str, shut: bool = False) -> None:
    """End every connection to the database; with `shut`, let none in any more."""
    name = address.rpartition("/")[2]
    with administrator() as connection:
        if shut:
            connection.execute(f"alter database {name} allow_connections false")
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])


def slug(caught: pytest.ExceptionInfo[HistoryError]) -> str:
    return caught.value.problems[0].slug


class Meanwhile(Writing):
    """Something happens in the middle of a transaction, once."""

    happens: Any = None

    def put(self, record: Any) -> None:
        super().put(record)
        happens, Meanwhile.happens = Meanwhile.happens, None
        if happens is not None:
            happens()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> type[Meanwhile]:
    monkeypatch.setattr("gate.history.sql.sql.Writing", Meanwhile)
    return Meanwhile


def test_a_connection_that_is_lost_between_two_batches_is_opened_again(empty_database: str, opened: Opened) -> None:
    store = opened(empty_database)
    store.add([entry(0)])
    disconnect(empty_database)
    store.add([entry(1)])
    assert len(store.runs()) == 2


def test_a_connection_that_is_lost_in_mid_transaction_loses_and_doubles_nothing(
    empty_database: str, opened: Opened, meanwhile: type[Meanwhile]
) -> None:
    store = opened(empty_database)
    meanwhile.happens = lambda: disconnect(empty_database)
    store.add([entry(number, {"f1": 0.9}) for number in range(3)])
    assert meanwhile.happens is None
    assert len(store.runs()) == 3
    assert len(store.last("f1", 9)) == 3


def test_a_server_that_stays_away_is_said_and_nothing_of_the_batch_is_there(
    empty_database: str, opened: Opened, meanwhile: type[Meanwhile]
) -> None:
    store = opened(empty_database)
    meanwhile.happens = lambda: disconnect(empty_database, shut=True)
    with pytest.raises(HistoryError) as caught:
        store.add([entry(number) for number in range(3)])
    assert slug(caught) == "history-unreachable"
    with administrator() as connection:
        connection.execute(f"alter database {empty_database.rpartition('/')[2]} allow_connections true")
    assert opened(empty_database).runs() == []
    store.add([entry(number) for number in range(3)])
    assert len(store.runs()) == 3


def test_a_check_gives_its_verdict_all_the_same(empty_database: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_HISTORY", empty_database)
    desk.rules("f1 > 0.8")
    assert desk.check({"f1": 0.9}, "--record").err == ""
    disconnect(empty_database, shut=True)
    done = desk.check({"f1": 0.5}, "--record")
    assert done.code == 1
    assert "the run is not recorded: postgresql:///" in done.err
    assert os.environ["PGPASSWORD"] not in done.said
    assert desk.check({"f1": 0.9}, "--record", "--strict-publish").code == 2


def test_who_may_only_read_can_read(empty_database: str, opened: Opened) -> None:
    opened(empty_database).add([entry(0, {"f1": 0.9})])
    user = f"reader_{empty_database.rpartition('_')[2]}"
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(f"create role {user} login password '{os.environ['PGPASSWORD']}'")
        connection.execute(f"grant usage on schema gate to {user}")
        connection.execute(f"grant select on all tables in schema gate to {user}")
    reading = f"postgresql://{user}@/{empty_database.rpartition('/')[2]}"
    store = opened(reading, write=False)
    assert [each.run.id for each in store.last("f1", 3)] == ["run-0000"]
    with pytest.raises(HistoryError) as caught:
        store.add([entry(1)])
    assert slug(caught) == "history-unwritable"


def test_another_password_is_not_repeated(empty_database: str, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    monkeypatch.setenv("PGPASSWORD", "wrong-word")
    with pytest.raises(HistoryError) as caught:
        opened(empty_database)
    assert slug(caught) == "history-unreachable"
    assert "wrong-word" not in str(caught.value)


def test_nothing_is_read_before_there_is_a_history(empty_database: str, opened: Opened) -> None:
    with pytest.raises(HistoryError) as caught:
        opened(empty_database, write=False)
    assert slug(caught) == "history-missing"


def test_a_zero_character_is_refused_in_words(empty_database: str, opened: Opened) -> None:
    store = opened(empty_database)
    with pytest.raises(HistoryError) as caught:
        store.add([Entry(run(), (logged("a\0b", 1),))])
    assert slug(caught) == "history-refused"
    assert store.runs() == []


def test_a_schema_of_somebody_else_is_left_alone(empty_database: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create table public.runs (x integer)")
    link = PostgresLink(empty_database)
    link.close()
    store = SqlStore(link)
    with pytest.raises(HistoryError):
        store.runs()
    link.close()
