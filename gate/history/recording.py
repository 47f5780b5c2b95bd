"""A run while it is recorded: every number is kept when the call that logged it returns.

A store that is slow to reach (a branch, a server) gets the whole run at its end; until then it lies in a file beside the
default history, from where it is sent the next time if this process does not come to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256

from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.history import writers
from gate.history.begin import is_trusted
from gate.history.sql.sql import SqlStore
from gate.history.store import Store, default_path
from gate.record import replace
from gate.terms.run import Entry, Point, Record, Run, Status, moment

UNSENT = "unsent"


class Recording:
    """A run that is going on. Its methods may be called from any thread; they raise HistoryError."""

    def __init__(self, store: Store, near: Store, run: Run, mine: bool = True) -> None:
        self.run = run
        self._store = store
        self._near = near  # where numbers go first: the store itself where that is fast
        self._mine = mine
        self._process = os.getpid()
        self._near.add([Entry(run)])

    def add(self, points: Sequence[Point], documents: Mapping[str, str] | None = None) -> None:
        """Log; kept when this returns."""
        self._near.add([Entry(self.run, tuple(points), documents or {})])

    def end(self, status: Status = Status.FINISHED) -> None:
        """Say that it is done, and send what was only kept here. Whoever joined somebody else's run leaves that to them."""
        if os.getpid() != self._process:
            return  # a process that was forked off in between
        if self._mine:
            self.run = replace(self.run, status=status, finished=moment())
            self._near.add([Entry(self.run)])
        if isinstance(self._near, SqlStore) and self._near is not self._store and self._mine:
            _send(self._near, self._store, self.run)
        self.close()

    def close(self) -> None:
        """Let go of the stores."""
        self._store.close()
        self._near.close()


def record(store: Store, run: Run, join: bool = False, url: str = "") -> Recording:
    """Begin to record. With `join`, a run of this id that is there already goes on, as trusted as it was. Raises HistoryError:
    also where a process that is not trusted would go on with a trusted one."""
    near: Store = store
    if not store.direct:
        near = waiting = nearby(url)
        writers.settle(waiting)
        deliver(waiting, store)
    else:
        writers.settle(store)
    known = (near.run(run.id) or store.run(run.id)) if join else None
    _refuse_change(known, trusted=run.trusted)
    try:
        return Recording(store, near, known or run, mine=known is None)
    except HistoryError:
        known = near.run(run.id) if join else None  # another process began it in between
        if known is None:
            raise
        _refuse_change(known, trusted=run.trusted)
        return Recording(store, near, known, mine=False)


def add(store: Store, records: Sequence[Record]) -> None:
    """Put records there at once, and mark the runs of processes that are gone. Raises HistoryError: also where a process
    that is not trusted would add to a trusted run."""
    trusted = is_trusted(os.environ)
    for each in records:
        _refuse_change(each.run if isinstance(each, Entry) else None, trusted=trusted)
    if store.direct:
        writers.settle(store)
    store.add(records)


def _refuse_change(run: Run | None, *, trusted: bool) -> None:
    """What a trusted run says may become a baseline: a process that is not trusted adds nothing to it."""
    if run is not None and run.trusted and not trusted:
        what = f"run {shown(run.id)} is trusted, and what this job records is not: it adds nothing to it"
        raise HistoryError(Problem("run-trusted", what, remedy="record a run of its own: leave out --run, and GATE_RUN"))


def nearby(url: str) -> SqlStore:
    """The file in which runs wait to be sent to the store at `url`."""
    from gate.history.sql.sqlite import open_file

    name = f"{sha256(url.encode()).hexdigest()[:16]}.db"
    return open_file(os.path.join(os.path.dirname(default_path()), UNSENT, name), write=True)


def deliver(near: SqlStore, store: Store) -> None:
    """Send what processes that are gone, or could not reach the store, have left."""
    for run in near.runs():
        if run.status is not Status.RUNNING:
            _send(near, store, run)


def _send(near: SqlStore, store: Store, run: Run) -> None:
    """Send all of a run; what another process logs meanwhile stays, and is sent next."""
    while near.run(run.id) is not None:
        documents = {kind: near.document(run.id, kind) for kind in near.documents(run.id)}
        entry = Entry(run, tuple(near.points(run.id)), documents)
        store.add([entry])
        near.forget_sent(entry)
