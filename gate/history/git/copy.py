"""What a commit of the branch says, to be read: its runs in a database, and of each the line that it came in.

Points and documents are read when they are asked for: a branch of thousands of runs opens within a second, and most
questions are about the newest few of them.
"""

from __future__ import annotations

import os

from gate.documents.document import shown
from gate.errors import HistoryError
from gate.history import lines, merge, rows
from gate.history.git.branch import Branch
from gate.history.git.paths import path_of, path_of_run
from gate.history.sql.sql import SqlStore
from gate.history.sql.sqlite import open_file
from gate.history.store import ALL, Which
from gate.reports.record import MalformedError
from gate.terms.run import Entry, Exclusion, Logged, Name, Point, Record, Run, State
from gate.terms.slice import WHOLE, Slice


class Copy:
    """The reading half of gate.history.store.Store. Its methods raise HistoryError."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        self._database: SqlStore | None = None
        self._names: dict[str, str] = {}  # of files, with the ids of their contents
        self._lines: dict[str, bytes] = {}  # of runs, by path
        self._entries: dict[str, Entry] = {}  # what was read of them

    def load(self, head: str) -> None:
        """Make the copy say what the commit says."""
        there = self._branch.files(head)
        if self._names.keys() - there.keys():
            self.close()
        new = {path: name for path, name in there.items() if self._names.get(path) != name}
        contents = self._branch.contents(new.values())
        records = [self._outline(path, contents[name]) for path, name in new.items()]
        try:
            self._loaded().keep(sorted(records, key=lambda record: not isinstance(record, Entry)))
        except HistoryError:
            if not self._names:
                raise
            self.close()  # a run was removed and recorded anew
            self.load(head)
            return
        self._names.update(new)
        for path, record in zip(new, records, strict=True):
            if isinstance(record, Entry):
                self._lines[path] = contents[new[path]]
                self._entries.pop(path, None)

    def close(self) -> None:
        """Let it go; it can be loaded again."""
        if self._database is not None:
            self._database.close()
        self._database = None
        self._names, self._lines, self._entries = {}, {}, {}

    def models(self) -> list[str]:
        return self._loaded().models()

    def run(self, name: str) -> Run | None:
        return self._loaded().run(name)

    def runs(self, which: Which = ALL) -> list[Run]:
        return self._loaded().runs(which)

    def last(self, metric: str, k: int, which: Which = ALL, on: Slice = WHOLE) -> list[Logged]:
        found: list[Logged] = []
        for run in self.runs(which):
            if len(found) >= k:
                break
            points = [point for point in self._entry(run.id).points if (point.metric, point.slice) == (metric, on)]
            found += [Logged(run, points[-1])] if points else []
        return found

    def points(self, run: str, metric: str = "") -> list[Point]:
        return [point for point in self._entry(run).points if not metric or point.metric == metric] if self.run(run) else []

    def document(self, run: str, kind: str) -> str:
        return self._entry(run).documents.get(kind, "") if self.run(run) else ""

    def documents(self, run: str) -> list[str]:
        return sorted(self._entry(run).documents) if self.run(run) else []

    def names(self, model: str = "") -> list[Name]:
        return self._loaded().names(model)

    def exclusions(self, model: str = "") -> list[Exclusion]:
        return self._loaded().exclusions(model)

    def states(self, prefix: str = "") -> list[State]:
        return self._loaded().states(prefix)

    # -- files

    def record(self, path: str, data: bytes) -> Record:
        """The record of a file, which has to lie where it belongs."""
        return self._read(path, data, whole=True)

    def _outline(self, path: str, data: bytes) -> Record:
        """The same, of a run without what it logged."""
        return self._read(path, data, whole=False)

    def _read(self, path: str, data: bytes, whole: bool) -> Record:
        try:
            told = rows.decode(data.decode())
            record = lines.record_of(told) if whole else lines.outline_of(told)
            if path_of(record) != path:
                raise MalformedError("", "it lies in another record's place")
        except (MalformedError, UnicodeDecodeError) as error:
            raise rows.corrupt(f"{self._branch.remote}:{shown(path)}", error) from None
        return record

    def _entry(self, run: str) -> Entry:
        """All of a run that is there, each point once."""
        path = path_of_run(run)
        if path not in self._entries:
            entry = self.record(path, self._lines[path])
            assert isinstance(entry, Entry)
            points = merge.merged_points((), entry.points, run)
            self._entries[path] = Entry(entry.run, points, entry.documents)
        return self._entries[path]

    def _loaded(self) -> SqlStore:
        if self._database is None:
            path = os.path.join(self._branch.folder.path, "copy.db")
            if os.path.exists(path):
                os.remove(path)
            self._database = open_file(path, write=True)
        return self._database
