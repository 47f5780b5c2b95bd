"""Servers that keep histories, one for all tests."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gate.history.store import Store, open_store
from tests.measure.postgres_server import serving
from tests.readers.test_mlflow_real import wait_for

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


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running MLflow, whose program GATE_MLFLOW names."""
    program = os.environ.get("GATE_MLFLOW", "")
    if not program:
        pytest.skip("GATE_MLFLOW does not name MLflow's program (build/ci/mlflow/bin/mlflow)")
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environ = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    store = ["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "artifacts"]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            [program, "server", *store, "--host", "127.0.0.1", "--port", port, "--workers", "1"],
            cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/health", server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, 15)
        server.wait(30)


@pytest.fixture
def empty_experiments(mlflow_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Experiments of a prefix that nobody has used."""
    for name in ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server)
    return f"mlflow:#{next(_NUMBERS)}/"
