"""A run while it is recorded: every number is kept when the call that logged it returns.

A store that is slow to reach (a branch, a server) gets the whole run at its end; until then it lies in a file beside the
default history, from where it is sent the next time if this process does not come to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256

from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.history import lines, merge, writers
from gate.history.begin import is_trusted
from gate.history.sql.sql import SqlStore
from gate.history.store import Store, Which, default_path
from gate.record import replace
from gate.terms.run import Entry, Point, Record, Run, Status, moment

UNSENT = "unsent"
_MANY = 5  # that begin one run at once
REFUSED = "refused.jsonl"
BEGUN_TWICE = "run-contradiction"  # what a store says where two begin one run, among others
_REFUSALS = ("logged-twice", BEGUN_TWICE, "run-decided", "run-trusted", "history-refused")  # for good


class Recording:
    """A run that is going on. Its methods may be called from any thread; they raise HistoryError."""

    def __init__(self, store: Store, near: Store, run: Run, mine: bool = True) -> None:
        self.run = run
        self._store = store
        self._near = near  # where numbers go first: the store itself where that is fast
        self._mine = mine
        self._process = os.getpid()
        points, documents = _held(store, near, run.id) if not mine else ((), {})
        self._near.add([Entry(run, points, documents)])  # what it says elsewhere, too: a contradiction is told when it is logged

    def add(self, points: Sequence[Point], documents: Mapping[str, str] | None = None) -> None:
        """Log; kept when this returns."""
        self._near.add([Entry(self.run, tuple(points), documents or {})])

    def end(self, status: Status = Status.FINISHED) -> None:
        """Say that it is done, and send what was only kept here. Whoever joined a run leaves that to who began it, while that
        one is at it."""
        if os.getpid() != self._process:
            return  # a process that was forked off in between
        if self._mine:
            self.run = replace(self.run, status=status, finished=moment())
            self._near.add([Entry(self.run)])
        near = self._near
        if isinstance(near, SqlStore) and near is not self._store and (run := self.run if self._mine else self._left(near)):
            _send(near, self._store, run)
        self.close()

    def _left(self, near: SqlStore) -> Run | None:
        """The run of others as it lies here, where none of them will send it any more."""
        found = near.run(self.run.id)
        if found is None or found.status is not Status.RUNNING or writers.is_gone(found.writer):
            return found
        self._store.close()  # what it said a moment ago is old
        try:
            there = self._store.run(found.id)
        except HistoryError:
            return None
        return found if there is not None and there.status is not Status.RUNNING else None

    def close(self) -> None:
        """Let go of the stores."""
        self._store.close()
        self._near.close()


def record(store: Store, run: Run, join: bool = False, url: str = "", model: str = "") -> Recording:
    """Begin to record. With `join`, a run of this id that is there already goes on, as trusted as it was; `model` is what was
    said, not only found. Raises HistoryError: also where that run says otherwise, and where a process that is not trusted
    would go on with a trusted one."""
    near: Store = store
    if not store.direct:
        near = waiting = nearby(url)
        writers.settle(waiting)
        deliver(waiting, store)
    else:
        writers.settle(store)
    known = (near.run(run.id) or store.run(run.id)) if join else None
    if known is not None:
        return Recording(store, near, _joined(known, run, model), mine=False)
    try:
        return Recording(store, near, run)
    except HistoryError:
        known = near.run(run.id) if join else None  # another process began it in between
        if known is None:
            raise
        return Recording(store, near, _joined(known, run, model), mine=False)


def _joined(known: Run, run: Run, model: str) -> Run:
    _refuse_change(known, trusted=run.trusted)
    return merge.joined(known, run, model=model)


def _held(store: Store, near: Store, run: str) -> tuple[tuple[Point, ...], Mapping[str, str]]:
    """What a run says that is not near, but at the store."""
    if near is store or near.run(run) is not None:
        return (), {}
    return tuple(store.points(run)), {kind: store.document(run, kind) for kind in store.documents(run)}


def add(store: Store, records: Sequence[Record]) -> None:
    """Put records there at once, and mark the runs of processes that are gone. Raises HistoryError: also where a process
    that is not trusted would add to a trusted run."""
    trusted = is_trusted(os.environ)
    for each in records:
        _refuse_change(each.run if isinstance(each, Entry) else None, trusted=trusted)
    if not all(isinstance(each, Entry) for each in records):
        refuse_care(store, os.environ)
    if store.direct:
        writers.settle(store)
    store.add(records)


def refuse_care(store: Store, environ: Mapping[str, str]) -> None:
    """Names, ranges that are taken out and what is remembered say which trusted runs are compared with: who is not trusted
    says so only where there are none, as in a store of its own. Raises HistoryError."""
    if not is_trusted(environ) and store.runs(Which(trusted=True, limit=1)):
        what = "this history has runs that are trusted, and this job is not: it names, excludes and removes nothing there"
        raise HistoryError(Problem("run-trusted", what, remedy="do it outside of CI, or in a job of a push or of a schedule"))


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
    """Send what processes that are gone, or could not reach the store, have left. What it refuses stops no other run."""
    for run in near.runs():
        if run.status is not Status.RUNNING:
            try:
                _send(near, store, run)
            except HistoryError as error:
                if error.problems[0].slug not in _REFUSALS:
                    raise
                print(f"gate: {error}", file=sys.stderr)


def _send(near: SqlStore, store: Store, run: Run) -> None:
    """Send all of a run; what another process logs meanwhile stays, and is sent next."""
    while near.run(run.id) is not None:
        documents = {kind: near.document(run.id, kind) for kind in near.documents(run.id)}
        entry = Entry(run, tuple(near.points(run.id)), documents)
        try:
            _sent(store, entry)
        except HistoryError as error:
            if error.problems[0].slug in _REFUSALS:
                raise _kept_aside(near, entry, error) from None
            raise
        near.forget_sent(entry)


def _sent(store: Store, entry: Entry) -> None:
    """Two that began one run far from each other: the store has the one that came first, and the other goes on with it.

    Where there are no locks, one that began still earlier may show up meanwhile.
    """
    for _ in range(_MANY):
        try:
            store.add([entry])
        except HistoryError as error:
            known = store.run(entry.run.id) if error.problems[0].slug == BEGUN_TWICE else None
            if known is None:
                raise
            run = _joined(known, entry.run, entry.run.model)
            entry = replace(entry, run=replace(run, status=entry.run.status, finished=entry.run.finished))
        else:
            return
    store.add([entry])


def _kept_aside(near: SqlStore, entry: Entry, error: HistoryError) -> HistoryError:
    """Put what the store will never take where it is in no other's way; what to raise."""
    path = os.path.join(os.path.dirname(default_path()), UNSENT, REFUSED)
    try:
        with open(path, "a", encoding="ascii") as file:
            file.write(f"{lines.line_of(entry)}\n")
    except OSError as failed:
        what = f"{shown(path)} cannot be written: {failed.strerror}"
        return HistoryError(Problem("history-unwritable", what, remedy="check the folder and its permissions"))
    near.forget_sent(entry)
    first = error.problems[0]
    what = f"run {shown(entry.run.id)} is not sent: {first.message}"
    return HistoryError(replace(first, message=what, remedy=f"what it logged lies in {shown(path)}"))
