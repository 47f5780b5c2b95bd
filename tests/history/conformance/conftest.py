"""Every store, one after the other, empty."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from gate.history.store import Store, open_store

Opened = Callable[[], Store]


def sqlite(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("tmp_path") / "history.db")


def postgres(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("empty_database"))


def git(request: pytest.FixtureRequest) -> str:
    return f"git:{request.getfixturevalue('empty_repository')}"


EMPTY: dict[str, Callable[[pytest.FixtureRequest], str]] = {"sqlite": sqlite, "postgres": postgres, "git": git}


@pytest.fixture(params=EMPTY)
def url(request: pytest.FixtureRequest) -> str:
    """Where an empty store of each kind is."""
    return EMPTY[request.param](request)


@pytest.fixture
def opened(url: str) -> Iterator[Opened]:
    """Opens the store once more, as another process would; all are closed in the end."""
    with ExitStack() as stack:

        def open_again() -> Store:
            store = open_store(url, os.environ, write=True)
            stack.callback(store.close)
            return store

        yield open_again


@pytest.fixture
def store(opened: Opened) -> Store:
    return opened()
