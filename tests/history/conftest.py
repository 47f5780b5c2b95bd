"""Servers that keep histories, one for all tests."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.measure.postgres_server import serving

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
