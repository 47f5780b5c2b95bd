"""What becomes of a run, a point or a document that is recorded again: the same, more of it, or a contradiction.

Merging is commutative and associative, so that writers who do not know of each other end up with the same history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.record import replace
from gate.terms.run import Entry, Point, Run, Status
from gate.terms.slice import Slice

# What may be said later than at the start of a run, once.
_LATER = ("test_set", "model_digest", "version", "policy", "verdict")
_FIXED = ("started", "model", "branch", "commit", "event", "actor", "trusted", "params", "url", "gate_version")
_SAID = ("test_set", "model_digest", "version")
RANK = {Status.RUNNING: 0, Status.HALF_WRITTEN: 1, Status.FINISHED: 2, Status.FAILED: 3}

Key = tuple[str, Slice, int]


def merged_run(old: Run, new: Run) -> Run:
    """Both as one. Raises HistoryError where they contradict each other."""
    if old == new:
        return old
    for name in _FIXED:
        if getattr(old, name) != getattr(new, name):
            raise _contradiction(old, name, getattr(old, name), getattr(new, name))
    later = {name: _either(old, name, getattr(new, name)) for name in _LATER}
    status = max(old.status, new.status, key=RANK.__getitem__)
    writer = min(writer for writer in (old.writer, new.writer) if writer) if old.writer or new.writer else ""
    return replace(old, **later, status=status, finished=max(old.finished, new.finished), writer=writer)


def joined(known: Run, new: Run, **said: str) -> Run:
    """The run that is there, for one that would begin it again: with what that one says of it, and `said` more exactly (empty:
    nothing). When and where it began is what the first one says. Raises HistoryError where they contradict each other."""
    for name, value in said.items():
        if value and value != getattr(known, name):
            raise _contradiction(known, name, getattr(known, name), value)
    for name, given in new.params.items():
        if name not in known.params or str(known.params[name]) != str(given):
            told = f"{name}={known.params[name]}" if name in known.params else f"no {name}"
            raise _contradiction(known, "params", told, f"{name}={given}")
    return replace(known, **{name: _either(known, name, getattr(new, name)) for name in _SAID})


def merged_points(old: Iterable[Point], new: Iterable[Point], run: str) -> tuple[Point, ...]:
    """All of them, each once, by metric, slice and step. Raises HistoryError where a point has two values."""
    found: dict[Key, Point] = {}
    for point in (*old, *new):
        known = found.setdefault(key_of(point), point)
        if known != point:
            raise logged_twice(known, point, run)
    return tuple(found[key] for key in sorted(found))


def merged_documents(old: Mapping[str, str], new: Mapping[str, str], run: str) -> dict[str, str]:
    """All of them. Raises HistoryError where one has two texts."""
    for kind, text in new.items():
        if old.get(kind, text) != text:
            raise other_document(run, kind)
    return {**old, **new}


def merged_entry(old: Entry, new: Entry) -> Entry:
    """Both as one. Raises HistoryError where they contradict each other, or points come after the decision."""
    points = merged_points(old.points, new.points, old.run.id)
    if old.run.verdict and len(points) != len(old.points):
        raise decided(old.run)
    return Entry(merged_run(old.run, new.run), points, merged_documents(old.documents, new.documents, old.run.id))


def key_of(point: Point) -> Key:
    """What a point is known by in its run: there is one with it, whoever wrote it."""
    return point.metric, point.slice, point.step


def logged_twice(known: Point, point: Point, run: str) -> HistoryError:
    """What to raise where a point has another value, or other evidence, than the one that is there."""
    on = f" on {shown(str(point.slice))}" if point.slice else ""
    point_of = f"`{shown(point.metric)}`{on} at step {point.step} of run {shown(run)}"
    what = f"{point_of} was logged as {known.value:g}, and now as {point.value:g}"
    if known.value == point.value:
        what = f"{point_of} was logged before with other evidence"
    return HistoryError(Problem("logged-twice", what, remedy="a number is logged once: count the steps up, or start another run"))


def other_document(run: str, kind: str) -> HistoryError:
    """What to raise where a run has another text of this kind."""
    what = f"run {shown(run)} has another {shown(kind)} already"
    return HistoryError(Problem("run-contradiction", what, remedy="what is recorded stays: start another run"))


def decided(run: Run) -> HistoryError:
    """What to raise where a point comes after the decision."""
    what = f"run {shown(run.id)} was decided on ({shown(run.verdict)}): it takes no more numbers"
    return HistoryError(Problem("run-decided", what, remedy="start another run"))


def name_taken(name: str, run: str) -> HistoryError:
    """What to raise where a name is that of another run."""
    what = f"the name `{shown(name)}` is that of run {shown(run)}"
    return HistoryError(Problem("name-taken", what, remedy="choose another name, or take this one away first"))


def no_such_run(run: str) -> HistoryError:
    """What to raise where nothing is recorded of a run."""
    what = f"there is no run `{shown(run)}` in this history"
    return HistoryError(Problem("no-such-run", what, remedy="`gate history` lists them"))


def named(run: str, name: str) -> HistoryError:
    """What to raise where a run is to be removed that somebody has named."""
    what = f"run {shown(run)} has a name, `{shown(name)}`: it is not removed"
    return HistoryError(Problem("run-named", what, remedy="take the name away first"))


def _either(old: Run, field: str, new: Any) -> Any:
    known = getattr(old, field)
    if known and new and known != new:
        raise _contradiction(old, field, known, new)
    return known or new


def _contradiction(run: Run, field: str, old: object, new: object) -> HistoryError:
    what = f"run {shown(run.id)} says `{field}: {shown(str(old), 60)}`, and now `{shown(str(new), 60)}`"
    return HistoryError(Problem("run-contradiction", what, remedy="what is recorded stays: start another run"))
