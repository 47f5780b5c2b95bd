"""A history on a branch of a git repository, by default `gate-history` of this one: no server but that of git is needed.

Every record is a file of its own, so that whoever pushes at the same time changes other files: the one who comes second
fetches, puts its files on top of what is there now and pushes again. The branch only ever goes forward and can be
protected. To be read, it is copied into a folder of gate's own, which goes when the process goes (gate.history.git.copy).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from gate.errors import HistoryError, Problem
from gate.history import lines, merge
from gate.history.git.branch import Branch
from gate.history.git.copy import Copy
from gate.history.git.paths import path_of, path_of_run
from gate.history.git.remote import remote_of
from gate.history.sql.sql import no_history
from gate.history.store import ALL, Store, Which
from gate.terms.run import Entry, Exclusion, Logged, Name, Point, Record, Run, State
from gate.terms.slice import WHOLE, Slice

T = TypeVar("T")
_Made = Callable[[str], dict[str, "bytes | None"]]
SECONDS = 180.0  # for which others may be faster
FRESH = 1.0  # seconds in which the branch is not asked again by a reader


def open_store(url: str, environ: Mapping[str, str], *, write: bool) -> Store:
    """As gate.history.store says; the URL is `git:[REPOSITORY][#BRANCH]`."""
    branch = Branch(remote_of(url, environ), environ)
    store = GitStore(branch)
    if not store.head and not write:
        raise no_history(str(branch.remote))
    return store


class GitStore:
    """As gate.history.store says."""

    direct = False

    def __init__(self, branch: Branch) -> None:
        import threading

        self._branch = branch
        self._turn = threading.RLock()
        self._copy = Copy(branch)
        self._copied = ""  # the commit that it says
        self.head, self._asked = branch.head(), time.monotonic()

    # -- reading

    def models(self) -> list[str]:
        return self._read(lambda copy: copy.models())

    def run(self, name: str) -> Run | None:
        return self._read(lambda copy: copy.run(name))

    def runs(self, which: Which = ALL) -> list[Run]:
        return self._read(lambda copy: copy.runs(which))

    def last(self, metric: str, k: int, which: Which = ALL, on: Slice = WHOLE) -> list[Logged]:
        return self._read(lambda copy: copy.last(metric, k, which, on))

    def points(self, run: str, metric: str = "") -> list[Point]:
        return self._read(lambda copy: copy.points(run, metric))

    def document(self, run: str, kind: str) -> str:
        return self._read(lambda copy: copy.document(run, kind))

    def documents(self, run: str) -> list[str]:
        return self._read(lambda copy: copy.documents(run))

    def names(self, model: str = "") -> list[Name]:
        return self._read(lambda copy: copy.names(model))

    def exclusions(self, model: str = "") -> list[Exclusion]:
        return self._read(lambda copy: copy.exclusions(model))

    def states(self, prefix: str = "") -> list[State]:
        return self._read(lambda copy: copy.states(prefix))

    def close(self) -> None:
        with self._turn:
            self._copy.close()
            self._copied, self._asked = "", float("-inf")

    # -- writing

    def add(self, records: Sequence[Record]) -> None:
        lines.refuse_unreadable(records)
        with self._turn:
            if records:
                self._until_it_is_there(lambda head: self._added(head, records), f"gate: {len(records)} records")

    def others(self) -> set[str]:
        return set()

    def forget(
        self, names: Collection[tuple[str, str]], runs: Collection[str] = (), ranges: Collection[tuple[str, str, str]] = ()
    ) -> None:
        with self._turn:
            gone = [path_of(Name(model, name, "")) for model, name in names]
            gone += [path_of(Exclusion(*each, "")) for each in ranges]
            self._until_it_is_there(lambda head: self._without(head, gone, runs), f"gate: forget {len(gone) + len(runs)}")

    def _until_it_is_there(self, made: _Made, message: str) -> None:
        """Push what `made` makes of the newest commit, again and again while others are faster."""
        ends = time.monotonic() + SECONDS
        tried = 0
        while True:
            head = self._branch.head()
            self._asked = float("-inf")  # what a reader knows is old: also where `made` finds a contradiction
            files = made(head)
            if not files or self._branch.push(head, files, message):
                return
            if time.monotonic() > ends:
                what = f"{self._branch.remote}: others were faster for {SECONDS:g} seconds"
                raise HistoryError(Problem("history-busy", what, remedy="record more at once, or use a database"))
            tried += 1
            time.sleep(random.uniform(0, min(2.0, 0.05 * 2**tried)))

    def _added(self, head: str, records: Sequence[Record]) -> dict[str, bytes | None]:
        """The files that change: each record merged with what is there. Raises HistoryError where they contradict each other."""
        there = self._branch.files(head)
        paths = {path_of(record) for record in records}
        contents = self._branch.contents(there[path] for path in paths if path in there)
        before = {path: self._copy.record(path, contents[there[path]]) for path in paths if path in there}
        after = dict(before)
        for record in records:
            path = path_of(record)
            after[path] = _merged(after[path], record) if path in after else _alone(record)
            if isinstance(record, Name) and path_of_run(record.run) not in {*there, *after}:
                raise merge.no_such_run(record.run)
        return {path: _bytes(record) for path, record in after.items() if before.get(path) != record}

    def _without(self, head: str, others: Collection[str], runs: Collection[str]) -> dict[str, bytes | None]:
        there = self._branch.files(head)
        self._copy.load(head)
        self._copied = head
        gone = {path for path in others if path in there}
        kept = {name.run: name.name for name in self._copy.names() if path_of(name) not in gone}
        for run in runs:
            if run in kept:
                raise merge.named(run, kept[run])
        gone |= {path for run in runs if (path := path_of_run(run)) in there}
        return dict.fromkeys(gone)

    # -- the copy to read

    def _read(self, ask: Callable[[Copy], T]) -> T:
        with self._turn:
            if time.monotonic() > self._asked + FRESH:
                self.head, self._asked = self._branch.head(), time.monotonic()
            if self._copied != self.head:
                self._copy.load(self.head)
                self._copied = self.head
            return ask(self._copy)


def _bytes(record: Record) -> bytes:
    return f"{lines.line_of(record)}\n".encode()


def _alone(record: Record) -> Record:
    """A record without a point that it says twice. Raises HistoryError."""
    if not isinstance(record, Entry):
        return record
    return Entry(record.run, merge.merged_points((), record.points, record.run.id), dict(record.documents))


def _merged(old: Record, new: Record) -> Record:
    if isinstance(old, Entry) and isinstance(new, Entry):
        return merge.merged_entry(old, new)
    if isinstance(old, Name) and isinstance(new, Name):
        if old.run != new.run:
            raise merge.name_taken(new.name, old.run)
        return old
    if isinstance(old, State) and isinstance(new, State):
        return max(old, new, key=lambda state: (state.at, state.text))
    return old
