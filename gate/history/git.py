"""A history on a branch of a git repository, by default `gate-history` of this one: no server but that of git is needed.

Every record is a file of its own, so that whoever pushes at the same time changes other files: the one who comes second
fetches, puts its files on top of what is there now and pushes again. The branch only ever goes forward and can be
protected. To be read, it is loaded into a database in a folder of gate's own, which goes when the process goes.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256

from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.history import lines, merge, rows
from gate.history.git_branch import Branch
from gate.history.git_remote import remote_of
from gate.history.sql import SqlStore, no_history
from gate.history.sqlite import open_file
from gate.history.store import ALL, Store, Which
from gate.reports.record import MalformedError
from gate.terms.run import Entry, Exclusion, Logged, Name, Point, Record, Run, State
from gate.terms.slice import WHOLE, Slice

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
        self._loaded: dict[str, str] = {}
        self._copy: SqlStore | None = None
        self._asked = float("-inf")
        self.head = ""
        self._refresh()

    # -- reading

    def run(self, name: str) -> Run | None:
        return self._read().run(name)

    def runs(self, which: Which = ALL) -> list[Run]:
        return self._read().runs(which)

    def last(self, metric: str, k: int, which: Which = ALL, on: Slice = WHOLE) -> list[Logged]:
        return self._read().last(metric, k, which, on)

    def points(self, run: str, metric: str = "") -> list[Point]:
        return self._read().points(run, metric)

    def document(self, run: str, kind: str) -> str:
        return self._read().document(run, kind)

    def documents(self, run: str) -> list[str]:
        return self._read().documents(run)

    def names(self, model: str = "") -> list[Name]:
        return self._read().names(model)

    def exclusions(self, model: str = "") -> list[Exclusion]:
        return self._read().exclusions(model)

    def states(self, prefix: str = "") -> list[State]:
        return self._read().states(prefix)

    def close(self) -> None:
        with self._turn:
            if self._copy is not None:
                self._copy.close()
            self._copy, self._loaded = None, {}

    # -- writing

    def add(self, records: Sequence[Record]) -> None:
        with self._turn:
            if records:
                self._until_it_is_there(lambda head: self._added(head, records), f"gate: {len(records)} records")

    def forget(self, names: Collection[tuple[str, str]], runs: Collection[str] = ()) -> None:
        with self._turn:
            gone = [path_of(Name(model, name, "")) for model, name in names]
            self._until_it_is_there(lambda head: self._without(head, gone, runs), f"gate: forget {len(gone) + len(runs)}")

    def _until_it_is_there(self, made: _Made, message: str) -> None:
        """Push what `made` makes of the newest commit, again and again while others are faster."""
        ends = time.monotonic() + SECONDS
        tried = 0
        while True:
            head = self._branch.head()
            files = made(head)
            if not files or self._branch.push(head, files, message):
                self._asked = float("-inf")
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
        before = {path: self._record(path, contents[there[path]]) for path in paths if path in there}
        after = dict(before)
        for record in records:
            path = path_of(record)
            after[path] = _merged(after[path], record) if path in after else _alone(record)
            if isinstance(record, Name) and path_of_run(record.run) not in {*there, *after}:
                raise merge.no_such_run(record.run)
        return {path: _bytes(record) for path, record in after.items() if before.get(path) != record}

    def _without(self, head: str, names: Collection[str], runs: Collection[str]) -> dict[str, bytes | None]:
        there = self._branch.files(head)
        self._load(head)
        gone = {path for path in names if path in there}
        kept = {name.run: name.name for name in self._loaded_copy().names() if path_of(name) not in gone}
        for run in runs:
            if run in kept:
                raise merge.named(run, kept[run])
        gone |= {path for run in runs if (path := path_of_run(run)) in there}
        return dict.fromkeys(gone)

    # -- the copy to read

    def _read(self) -> SqlStore:
        with self._turn:
            if time.monotonic() > self._asked + FRESH:
                self._refresh()
            return self._loaded_copy()

    def _refresh(self) -> None:
        self.head = self._branch.head()
        self._load(self.head)
        self._asked = time.monotonic()

    def _load(self, head: str) -> None:
        """Make the copy say what the commit says."""
        there = self._branch.files(head)
        if self._loaded.keys() - there.keys():
            self.close()
        new = {path: name for path, name in there.items() if self._loaded.get(path) != name}
        contents = self._branch.contents(new.values())
        records = [self._record(path, contents[name]) for path, name in new.items()]
        try:
            self._loaded_copy().add(sorted(records, key=lambda record: not isinstance(record, Entry)))
        except HistoryError:
            if not self._loaded:
                raise
            self.close()  # a run was removed and recorded anew
            self._load(head)
        self._loaded.update(new)

    def _loaded_copy(self) -> SqlStore:
        if self._copy is None:
            path = os.path.join(self._branch.folder.path, "copy.db")
            if os.path.exists(path):
                os.remove(path)
            self._copy = open_file(path, write=True)
        return self._copy

    def _record(self, path: str, data: bytes) -> Record:
        """The record of a file, which has to lie where it belongs."""
        try:
            record = lines.record_of(rows.decode(data.decode()))
            if path_of(record) != path:
                raise MalformedError("", "it lies in another record's place")
        except (MalformedError, UnicodeDecodeError) as error:
            raise rows.corrupt(f"{self._branch.remote}:{shown(path)}", error) from None
        return record


def path_of(record: Record) -> str:
    """Where a record lies: what tells it from others, as a digest."""
    if isinstance(record, Entry):
        return path_of_run(record.run.id)
    if isinstance(record, Name):
        return _path("names", record.model, record.name)
    if isinstance(record, Exclusion):
        return _path("exclusions", record.model, record.since, record.until)
    return _path("states", record.key)


def path_of_run(run: str) -> str:
    return _path("runs", run)


def _path(folder: str, *key: str) -> str:
    digest = sha256(rows.encode(key).encode()).hexdigest()
    return f"{folder}/{digest[:2]}/{digest[2:34]}.json"


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
