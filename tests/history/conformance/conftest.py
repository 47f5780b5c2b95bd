"""Every store, one after the other, empty."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gate.history.store import Store
from tests.history.conftest import Opened


def sqlite(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("tmp_path") / "history.db")


def postgres(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("empty_database"))


def git(request: pytest.FixtureRequest) -> str:
    return f"git:{request.getfixturevalue('empty_repository')}"


def mlflow(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("empty_experiments"))


EMPTY: dict[str, Callable[[pytest.FixtureRequest], str]] = {"sqlite": sqlite, "postgres": postgres, "git": git, "mlflow": mlflow}


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.slow if name == "mlflow" else ()) for name in EMPTY])
def url(request: pytest.FixtureRequest) -> str:
    """Where an empty store of each kind is."""
    return EMPTY[request.param](request)


@pytest.fixture
def opened(opened: Opened, url: str) -> Opened:
    """Opens the store once more, as another process would."""
    return lambda: opened(url)


@pytest.fixture
def store(opened: Opened) -> Store:
    return opened()
