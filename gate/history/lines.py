"""A history as lines of JSON: what `gate history -o runs.jsonl` writes and `gate log runs.jsonl` reads, a record a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gate.documents.document import shown
from gate.errors import HistoryError, Place, Problem
from gate.history import rows
from gate.history.store import ALL, Store, Which
from gate.reports.record import MalformedError
from gate.terms.run import Entry, Exclusion, Name, Record, Run

FORMAT = 1
_KEYS = ("run", "name", "exclude", "state")


def exported(store: Store, which: Which = ALL) -> Iterator[str]:
    """Lines that hold the runs that are meant, oldest first, and after them names, exclusions and what is remembered."""
    known: set[str] = set()
    for run in reversed(store.runs(which)):
        documents = {kind: store.document(run.id, kind) for kind in store.documents(run.id)}
        points = tuple(store.points(run.id))  # last: where they are there, so was all that was read before
        if points or store.run(run.id) is not None:  # else somebody pruned it meanwhile
            known.add(run.id)
            yield line_of(Entry(run, points, documents))
    yield from (line_of(name) for name in store.names(which.model) if name.run in known)
    yield from map(line_of, store.exclusions(which.model))
    if which == ALL:
        yield from map(line_of, store.states())


def line_of(record: Record) -> str:
    """One record as a line without its end, the same for the same record."""
    told = _told(record)
    if isinstance(record, Entry):
        told["points"] = [rows.POINT.write(point) for point in record.points]
        told["documents"] = dict(record.documents)
    return rows.encode(told)


def _told(record: Record) -> dict[str, Any]:
    """A record, of a run only what it says of itself."""
    if isinstance(record, Entry):
        return {"gate": FORMAT, "run": rows.RUN.write(record.run)}
    if isinstance(record, Name):
        return {"gate": FORMAT, "name": rows.NAME.write(record)}
    if isinstance(record, Exclusion):
        return {"gate": FORMAT, "exclude": rows.EXCLUSION.write(record)}
    return {"gate": FORMAT, "state": rows.STATE.write(record)}


def refuse_unreadable(records: Iterable[Record], sound: Run | None = None) -> None:
    """Raises HistoryError where a record could not be read again: one of them makes a whole history unreadable, for good.

    `sound` is a run that was looked at before: one that grows is the same each time.
    """
    for record in records:
        try:
            if not isinstance(record, Entry) or record.run is not sound:
                told = _told(record)
                record_of(told)
                rows.refuse_halves(told)
            if isinstance(record, Entry):
                rows.refuse_halves(record.documents)
                rows.refuse_halves({(each.metric, each.slice.parts, each.unit, each.evidence) for each in record.points})
        except MalformedError as error:
            of = f"run {shown(str(record.run.id))}" if isinstance(record, Entry) else f"this {type(record).__name__.lower()}"
            what = f"{of} cannot be kept: {error}"
            raise HistoryError(
                Problem("history-refused", what, remedy="nothing was written: mend it, and record it again")
            ) from None


def is_record(data: Any) -> bool:
    """Whether a line's data is a record of a history, of this format or a later one."""
    return isinstance(data, dict) and "gate" in data and any(isinstance(data.get(key), dict) for key in _KEYS)


def record_of(data: Any) -> Record:
    """The record of a line's data. Raises MalformedError."""
    if not is_record(data):
        raise MalformedError("", "a run, a name, an exclusion or a state is needed")
    if data["gate"] != FORMAT:
        raise MalformedError("gate", f"this version of gate reads format {FORMAT} only")
    if "run" in data:
        return _entry(data)
    key = next(key for key in _KEYS if key in data)
    record: Record = {"name": rows.NAME, "exclude": rows.EXCLUSION, "state": rows.STATE}[key].read(data[key], key)
    return record


def outline_of(data: Any) -> Record:
    """The same without what a run logged and its documents, which are not looked at. Raises MalformedError."""
    if is_record(data) and data["gate"] == FORMAT and "run" in data:
        return Entry(rows.RUN.read(data["run"], "run"))
    return record_of(data)


def read(lines: Iterable[str], file: str) -> Iterator[Record]:
    """The records of an export; empty lines are passed over. Raises HistoryError at a line that is none."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield record_of(rows.decode(line))
            except MalformedError as error:
                raise malformed(Place(file, number), error) from None


def malformed(where: Place, error: Exception) -> HistoryError:
    """What to raise where a line is no record of a history."""
    what = f"this is no record of a history: {error}"
    return HistoryError(Problem("malformed-history", what, where, "write it with: gate history -o runs.jsonl"))


def _entry(data: dict[str, Any]) -> Entry:
    points, documents = data.get("points", []), data.get("documents", {})
    if not isinstance(points, list):
        raise MalformedError("points", "a list is needed")
    if not isinstance(documents, dict) or not all(isinstance(text, str) for text in documents.values()):
        raise MalformedError("documents", "texts by their kind are needed")
    found = tuple(rows.POINT.read(point, f"points[{index}]") for index, point in enumerate(points))
    return Entry(rows.RUN.read(data["run"], "run"), found, documents)
