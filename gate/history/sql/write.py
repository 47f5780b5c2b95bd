"""Putting records into the tables of a history, inside one transaction."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from gate.history import rows
from gate.history.merge import decided, key_of, logged_twice, merged_points, merged_run, name_taken, no_such_run, other_document
from gate.terms.run import Entry, Exclusion, Name, Point, Record, Run, State

if TYPE_CHECKING:
    from gate.history.sql.sql import Cursor

_NEW = (
    "insert into runs (number, id, model, branch, started, status, trusted, passed, test_set, verdict, facts)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing"
)
_CHANGED = "update runs set status = ?, passed = ?, test_set = ?, verdict = ?, facts = ? where number = ?"
_KEEP = "insert into {table} (series, run, step, value, evidence) values (?, ?, ?, ?, ?)"
_LATEST, _EARLIER = _KEEP.format(table="latest"), _KEEP.format(table="earlier")
_STATE = (
    "insert into states (name, text, at) values (?, ?, ?) on conflict (name) do update"
    " set text = excluded.text, at = excluded.at"
    " where excluded.at > states.at or (excluded.at = states.at and excluded.text > states.text)"
)
_Row = tuple[int, int, int, float, str | None]


class Writing:
    """One transaction's worth of records; `made` are the series that it knows beyond those that were known."""

    def __init__(self, cursor: Cursor, lock: str, series: Mapping[tuple[str, str, str, str], int]) -> None:
        self._cursor = cursor
        self._lock = lock
        self._series = series
        self.made: dict[tuple[str, str, str, str], int] = {}

    def put(self, record: Record) -> None:
        """Add one record. Raises HistoryError where it contradicts what is there."""
        if isinstance(record, Entry):
            self._entry(record)
        elif isinstance(record, Name):
            self._name(record)
        elif isinstance(record, Exclusion):
            self._exclusion(record)
        else:
            self._state(record)

    def _entry(self, entry: Entry) -> None:
        number, known = self._run(entry.run)
        points = merged_points((), entry.points, entry.run.id)  # each once, and in the order in which everybody locks them
        latest: list[_Row] = []
        earlier: list[_Row] = []
        for place, some in groupby(points, key=lambda point: (point.metric, point.slice)):
            series = self._series_of(entry.run, place[0], rows.slice_text(place[1]))
            if known is None:
                *before, last = [_row(series, number, point) for point in some]
                latest.append(last)
                earlier += before
            else:
                self._further(series, number, known, list(some))
        self._cursor.many(_LATEST, latest)
        self._cursor.many(_EARLIER, earlier)
        for kind, text in entry.documents.items():
            self._document(number, entry.run.id, kind, text)

    # -- runs

    def _run(self, run: Run) -> tuple[int, Run | None]:
        """The number of the run, and how it was before; None for one that is new."""
        number = run.order
        while (found := self._found(run.id)) is None:
            if self._cursor.do(_NEW, [number, run.id, run.model, run.branch, run.started, *_told(run)]):
                return number, None
            number += 1  # somebody else's number, or somebody just recorded this run
        number, known = found
        merged = merged_run(known, run)
        if merged != known:
            status, _, passed, test_set, verdict, facts = _told(merged)
            self._cursor.do(_CHANGED, [status, passed, test_set, verdict, facts, number])
        return number, known

    def _found(self, name: str) -> tuple[int, Run] | None:
        found = self._cursor.all(f"select number, facts from runs where id = ?{self._lock}", [name])
        return (int(found[0][0]), rows.RUN.read(rows.decode(found[0][1]), "")) if found else None

    # -- points

    def _series_of(self, run: Run, metric: str, on: str) -> int:
        key = (run.model, metric, on, run.branch)
        found = self._series.get(key) or self.made.get(key)
        if found is None:
            ask = "select id from series where model = ? and metric = ? and slice = ? and branch = ?"
            rows_ = self._cursor.all(ask, key)
            if not rows_:
                make = "insert into series (model, metric, slice, branch) values (?, ?, ?, ?) on conflict do nothing"
                self._cursor.do(make, key)
                rows_ = self._cursor.all(ask, key)
            found = self.made[key] = int(rows_[0][0])
        return found

    def _further(self, series: int, number: int, run: Run, points: Iterable[Point]) -> None:
        """Points of a run that is there, by step."""
        latest = self._latest(series, number, next(iter(points)))
        for point in points:
            if latest is None:
                self._may_grow(run)
                self._cursor.do(_LATEST, _row(series, number, point))
                latest = point
            elif point.step < latest.step:
                self._earlier(series, number, run, point)
            elif point.step == latest.step:
                _same(latest, point, run)
            else:
                self._may_grow(run)
                self._cursor.do(_EARLIER, _row(series, number, latest))
                update = "update latest set step = ?, value = ?, evidence = ? where series = ? and run = ?"
                self._cursor.do(update, [point.step, point.value, rows.evidence_text(point), series, number])
                latest = point

    def _latest(self, series: int, number: int, like: Point) -> Point | None:
        found = self._cursor.all("select step, value, evidence from latest where series = ? and run = ?", [series, number])
        return rows.point_of(like.metric, rows.slice_text(like.slice), *found[0]) if found else None

    def _earlier(self, series: int, number: int, run: Run, point: Point) -> None:
        ask = "select step, value, evidence from earlier where series = ? and run = ? and step = ?"
        found = self._cursor.all(ask, [series, number, point.step])
        if found:
            _same(rows.point_of(point.metric, rows.slice_text(point.slice), *found[0]), point, run)
            return
        self._may_grow(run)
        self._cursor.do(_EARLIER, _row(series, number, point))

    def _may_grow(self, run: Run) -> None:
        if run.verdict:
            raise decided(run)

    # -- the rest

    def _document(self, number: int, run: str, kind: str, text: str) -> None:
        packed = zlib.compress(text.encode(), 6)
        make = "insert into documents (run, kind, packed) values (?, ?, ?) on conflict do nothing"
        if not self._cursor.do(make, [number, kind, packed]):
            found = self._cursor.all("select packed from documents where run = ? and kind = ?", [number, kind])
            if zlib.decompress(bytes(found[0][0])).decode("utf-8", "surrogatepass") != text:
                raise other_document(run, kind)

    def _name(self, name: Name) -> None:
        found = self._cursor.all(f"select number from runs where id = ?{self._lock}", [name.run])
        if not found:
            raise no_such_run(name.run)
        number = int(found[0][0])
        make = "insert into names (model, name, run, at, made_by) values (?, ?, ?, ?, ?) on conflict do nothing"
        if not self._cursor.do(make, [name.model, name.name, number, name.at, name.by]):
            ask = "select r.id from names n join runs r on r.number = n.run where n.model = ? and n.name = ?"
            owner = str(self._cursor.all(ask, [name.model, name.name])[0][0])
            if owner != name.run:
                raise name_taken(name.name, owner)

    def _exclusion(self, exclusion: Exclusion) -> None:
        make = "insert into exclusions (model, since, until, why, made_by) values (?, ?, ?, ?, ?) on conflict do nothing"
        self._cursor.do(make, [exclusion.model, exclusion.since, exclusion.until, exclusion.why, exclusion.by])

    def _state(self, state: State) -> None:
        self._cursor.do(_STATE, [state.key, state.text, state.at])


def _told(run: Run) -> tuple[str, int, int, str, str, str]:
    facts = rows.encode(rows.RUN.write(run))
    return run.status.value, int(run.trusted), int(run.passed), run.test_set, run.verdict, facts


def _row(series: int, number: int, point: Point) -> _Row:
    return series, number, point.step, point.value, rows.evidence_text(point)


def _same(known: Point, point: Point, run: Run) -> None:
    if known != point and key_of(known) == key_of(point):
        raise logged_twice(known, point, run.id)
