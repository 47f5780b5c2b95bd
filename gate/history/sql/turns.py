"""One connection, for which the threads of a process take turns, and which no other process gets by a fork.

SQLite's locks are the process's: a child that has a connection of its parent's takes the parent's locks for its own, and
what both write is lost. A server hears two processes on one line. So a process that forks first waits until nobody is at
a connection, and closes them all; whoever needs one after that, parent or child, opens it anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet


class Closable(Protocol):
    def close(self) -> Any:
        """Let it go."""


C = TypeVar("C", bound=Closable)


class Turns(Generic[C]):
    """What a link to a database is made of; how it connects is its own."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._open: C | None = None
        with _fork.door:
            _all.add(self)

    def _connected(self) -> C:
        """A new connection."""
        raise NotImplementedError

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Nobody else uses the connection meanwhile."""
        with _fork.door:  # who wants to fork goes first: a thread that logs without a pause would always be faster
            pass
        with self._lock:
            yield

    def _connection(self) -> C:
        """The connection, within a turn."""
        if self._open is None:
            self._open = self._connected()
        return self._open

    def close(self) -> None:
        """Let go of the connection; the next turn opens another one."""
        with self._lock:
            connection, self._open = self._open, None
            if connection is not None:
                with suppress(Exception):  # a server that is gone need not be told goodbye
                    connection.close()


class _Fork:
    """What happens around a fork. `door` is shut while a process forks."""

    def __init__(self) -> None:
        self.door = RLock()
        self._held: list[Turns[Any]] = []

    def before(self) -> None:
        self.door.acquire()
        for turns in list(_all):
            turns._lock.acquire()
            self._held.append(turns)
            turns.close()

    def in_parent(self) -> None:
        while self._held:
            self._held.pop()._lock.release()
        self.door.release()

    def in_child(self) -> None:
        """The threads that waited for a lock are not here: every lock is a new one."""
        self._held.clear()
        for turns in list(_all):
            turns._lock = RLock()
        self.door = RLock()


_all: WeakSet[Turns[Any]] = WeakSet()
_fork = _Fork()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_fork.before, after_in_parent=_fork.in_parent, after_in_child=_fork.in_child)
