"""Servers that keep histories, one for all tests."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gate.history.store import Store, open_store
from tests.measure.postgres_server import serving

Opened = Callable[..., Store]
_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[dict[str, str]]:
    """The environment that leads to a running PostgreSQL."""
    pytest.importorskip("psycopg")
    with serving() as environ:
        yield environ


@pytest.fixture
def empty_database(postgres_server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A database without tables; its address says neither where nor who."""
    import psycopg

    for name, value in postgres_server.items():
        monkeypatch.setenv(name, value)
    name = f"history_{next(_NUMBERS)}"
    with psycopg.connect(autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return f"postgresql:///{name}"


@pytest.fixture
def empty_repository(tmp_path: Path) -> Path:
    """A bare repository, as a server keeps it."""
    folder = tmp_path / "server.git"
    subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
    return folder


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens a store at an address; all are closed in the end."""
    with ExitStack() as stack:

        def open_again(address: str, write: bool = True) -> Store:
            store = open_store(address, os.environ, write=write)
            stack.callback(store.close)
            return store

        yield open_again
