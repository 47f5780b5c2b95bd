"""A history on an MLflow tracking server: runs are MLflow's own runs, in an experiment for each model.

People find metrics, params, tags, the decision and its report where they look for them; what MLflow has no word for
(slices, evidence, who is trusted) lies beside it as one artifact, and a tag that is set last says that it is whole. Runs
that others logged there are read, too: their metrics and steps, and the aliases of registered models as names. They feed
no baseline, as nobody knows what event made them. MLflow has no transactions: a batch that breaks off is there in part,
and whole once it is added again. Nor has it locks: a run that several begin at once is there several times, is read as
one run, and removed as one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.history import lines, merge, rows
from gate.history.meant import meant
from gate.history.mlflow.api import MOST_TEXT, Tracking, key_of
from gate.history.mlflow.runs import (
    RECORD,
    RUN,
    data_of,
    facts_of,
    foreign,
    metrics_of,
    number_of,
    one_run,
    part_tag,
    parts_of,
    points_of,
    readable,
    record_of,
    tags_of,
)
from gate.history.store import ALL, Store, Which
from gate.reports.record import MalformedError
from gate.terms.run import Entry, Exclusion, Logged, Name, Point, Record, Run, State, Status, milliseconds
from gate.terms.slice import WHOLE, Slice

_Served = dict[str, Any]  # a run as the server tells it
_RECORDS = "gate-records"  # the experiment that holds names, exclusions and states
_STATUS = {Status.RUNNING: "RUNNING", Status.FINISHED: "FINISHED", Status.FAILED: "FAILED", Status.HALF_WRITTEN: "KILLED"}


def open_store(url: str, environ: Mapping[str, str], *, write: bool) -> Store:  # noqa: ARG001
    """As gate.history.store says; the URL is `mlflow:[SERVER][#PREFIX]`: names of experiments begin with the prefix."""
    address, _, prefix = url.removeprefix("mlflow:").partition("#")
    store = MlflowStore(Tracking(address.rstrip("/"), environ), prefix)
    store.experiments()
    return store


class MlflowStore:
    """As gate.history.store says. A run has one writer at a time."""

    direct = False

    def __init__(self, tracking: Tracking, prefix: str) -> None:
        self._tracking = tracking
        self._prefix = prefix
        self._entries: dict[tuple[str, str], Entry] = {}

    def experiments(self) -> dict[str, str]:
        """The models that are here, by the id of their experiment."""
        found = self._tracking.experiments()
        return {number: name[len(self._prefix) :] for number, name in found.items() if name.startswith(self._prefix)}

    # -- reading

    def models(self) -> list[str]:
        return sorted({run.model for run, _ in self._all()})

    def run(self, name: str) -> Run | None:
        return next((run for run, _ in self._all() if run.id == name), None)

    def runs(self, which: Which = ALL) -> list[Run]:
        exclusions = self.exclusions() if which.excluded is not None else []
        return meant((run for run, _ in self._all()), which, exclusions)

    def last(self, metric: str, k: int, which: Which = ALL, on: Slice = WHOLE) -> list[Logged]:
        everything = self._all()
        served = {run.id: found for run, found in everything}
        key = key_of(metric, on.parts)
        logged: list[Logged] = []
        exclusions = self.exclusions() if which.excluded is not None else []
        for run in meant((run for run, _ in everything), which, exclusions):
            if len(logged) >= k:
                break
            names = {key for each in served[run.id] for key in data_of(each, "metrics")}
            if key in names or metric in names:
                points = [point for point in self._points(served[run.id], metric) if point.slice == on]
                logged += [Logged(run, points[-1])] if points else []
        return logged

    def points(self, run: str, metric: str = "") -> list[Point]:
        found = self._served(run)
        return self._points(found, metric) if found else []

    def document(self, run: str, kind: str) -> str:
        return self._documents(run).get(kind, "")

    def documents(self, run: str) -> list[str]:
        return sorted(self._documents(run))

    def names(self, model: str = "") -> list[Name]:
        given = {(name.model, name.name): name for name in reversed(self._records(Name))}
        ids = {number_of(each): run.id for run, found in self._all() for each in found}
        for registered, alias, made_by in self._tracking.aliases():
            if made_by in ids:
                given.setdefault((registered, alias), Name(registered, alias, ids[made_by]))
        return [given[key] for key in sorted(given) if model in ("", key[0])]

    def exclusions(self, model: str = "") -> list[Exclusion]:
        found = {(each.model, each.since, each.until): each for each in reversed(self._records(Exclusion))}
        return [found[key] for key in sorted(found) if model in ("", key[0])]

    def states(self, prefix: str = "") -> list[State]:
        found: dict[str, State] = {}
        for state in self._records(State):
            found[state.key] = max(found.get(state.key, state), state, key=lambda each: (each.at, each.text))
        return [found[key] for key in sorted(found) if key.startswith(prefix)]

    def close(self) -> None:
        self._entries.clear()

    # -- writing

    def add(self, records: Sequence[Record]) -> None:
        lines.refuse_unreadable(records)
        entries: dict[str, Entry] = {}
        there: dict[str, list[_Served]] = {}  # looked up once: what others write from here on is not in what is merged
        for record in records:
            if isinstance(record, Entry):
                name = record.run.id
                served = there.setdefault(name, self._served(name))
                entries[name] = self._merged(entries.get(name) or self._entry_of(served), record)
        others = self._new([record for record in records if not isinstance(record, Entry)], entries)
        for entry in entries.values():
            self._put(entry, there[entry.run.id])
        for other in others:
            self._put_record(other)

    def others(self) -> set[str]:
        return {run.id for run, (found, *_) in self._all() if RUN not in data_of(found, "tags")}

    def forget(
        self, names: Collection[tuple[str, str]], runs: Collection[str] = (), ranges: Collection[tuple[str, str, str]] = ()
    ) -> None:
        kept = {name.run: name.name for name in self.names() if (name.model, name.name) not in names} if runs else {}
        not_ours = self.others() if runs else set()
        for each in runs:
            if each in not_ours:
                raise HistoryError(Problem("history-refused", f"run {shown(each)} was not logged by gate: it is not removed"))
            if each in kept:
                raise merge.named(each, kept[each])
        gone = [found for found in self._tracking.runs(self._ids(_RECORDS)) if _is_of(record_of(found), names, ranges)]
        gone += [each for run, found in self._all() if run.id in runs for each in found] if runs else []
        for found in gone:
            self._tracking.delete(number_of(found))

    def _merged(self, old: Entry | None, new: Entry) -> Entry:
        alone = Entry(new.run, merge.merged_points((), new.points, new.run.id), dict(new.documents))
        return alone if old is None else merge.merged_entry(old, alone)

    def _new(self, records: Sequence[Record], entries: Mapping[str, Entry]) -> list[Record]:
        """Those that say something new. Raises HistoryError where one contradicts what is there."""
        taken = {(name.model, name.name): name.run for name in self.names()} if records else {}
        known = {run.id for run, _ in self._all()} | set(entries) if records else set()
        there = [*self._records(Exclusion), *self._records(State)] if records else []
        new: list[Record] = []
        for record in records:
            if isinstance(record, Name):
                if record.run not in known:
                    raise merge.no_such_run(record.run)
                owner = taken.setdefault((record.model, record.name), "")
                if owner not in ("", record.run):
                    raise merge.name_taken(record.name, owner)
                if owner:
                    continue
                taken[record.model, record.name] = record.run
            if record not in there and record not in new:
                new.append(record)
        return new

    def _put(self, entry: Entry, served: Sequence[_Served]) -> None:
        """One run with all that it has; the tag that says so comes last."""
        run, tracking = entry.run, self._tracking
        if served and RUN not in data_of(served[0], "tags"):
            raise HistoryError(Problem("history-refused", f"run {shown(run.id)} was not logged by gate: nothing is added to it"))
        if served and self._whole(served) == entry:
            return
        held = parts_of(served[0]) if served else []
        if served:
            found = served[0]
        else:
            experiment = tracking.make_experiment(f"{self._prefix}{run.model or 'model'}")
            found = tracking.make_run(experiment, run.id, milliseconds(run.started), {RUN: _short(run.id)})
        number = number_of(found)
        data = lines.line_of(entry).encode()
        path = f"gate/run-{sha256(data).hexdigest()[:16]}.json"
        tracking.keep(found, path, data)
        for name, text in readable(entry).items():
            tracking.keep(found, name, text.encode())
        params = {key_of(name, ()): str(value)[:MOST_TEXT] for name, value in run.params.items()}
        tracking.log(number, metrics_of(entry), params, {})
        tracking.log(number, [], {}, {**tags_of(run), part_tag(path): path})
        for part in {*held} - {path}:  # the new one holds what is in them; those that others wrote meanwhile stay
            tracking.untag(number, part_tag(part))
        tracking.update(number, _STATUS[run.status], milliseconds(run.finished) if run.finished else None)

    def _put_record(self, record: Record) -> None:
        text = lines.line_of(record)
        if len(text) > MOST_TEXT:
            raise HistoryError(Problem("history-refused", f"{self._tracking.where} cannot keep this: it is too long for a tag"))
        experiment = self._tracking.make_experiment(f"{self._prefix}{_RECORDS}")
        made = self._tracking.make_run(experiment, type(record).__name__.lower(), 0, {RECORD: text})
        self._tracking.update(number_of(made), "FINISHED", 0)

    # -- what the server has

    def _ids(self, model: str) -> list[str]:
        return [number for number, name in self.experiments().items() if name == model]

    def _all(self) -> list[tuple[Run, list[_Served]]]:
        """Every run that is whole, with what the server says of it: more than once where several began it at once."""
        models = self.experiments()
        runs: dict[str, list[tuple[Run, _Served]]] = {}
        for each in self._tracking.runs([number for number, name in models.items() if name != _RECORDS]):
            tags = data_of(each, "tags")
            if parts_of(each):
                run = self._facts(each)
            elif RUN in tags:
                continue  # somebody is at it, or broke off
            else:
                run = foreign(each, models.get(str((each.get("info") or {}).get("experiment_id")), ""))
            runs.setdefault(run.id, []).append((run, each))
        ordered = [sorted(some, key=lambda one: (one[0].started, number_of(one[1]))) for some in runs.values()]
        return [(one_run([run for run, _ in some]), [each for _, each in some]) for some in ordered]

    def _facts(self, found: _Served) -> Run:
        try:
            told = facts_of(found) if len(parts_of(found)) == 1 else None
            return told or one_run([entry.run for entry in self._parts(found)])
        except MalformedError as error:
            raise rows.corrupt(self._tracking.where, error) from None

    def _served(self, run: str) -> list[_Served]:
        return next((found for each, found in self._all() if each.id == run), [])

    def _entry_of(self, found: Sequence[_Served]) -> Entry | None:
        return self._whole(found) if found and parts_of(found[0]) else None

    def _whole(self, found: Sequence[_Served]) -> Entry:
        """What gate itself has put there. Of two values the one that came first counts, as it would where there are locks."""
        entries = [entry for each in found for entry in self._parts(each)]
        points = {merge.key_of(point): point for entry in reversed(entries) for point in entry.points}
        documents = {kind: text for entry in reversed(entries) for kind, text in entry.documents.items()}
        return Entry(one_run([entry.run for entry in entries]), tuple(points[key] for key in sorted(points)), documents)

    def _parts(self, found: _Served) -> list[Entry]:
        """What gate put there of a run, of who began it first first."""
        return sorted((self._entry(found, path) for path in parts_of(found)), key=lambda entry: entry.run.started)

    def _entry(self, found: _Served, path: str) -> Entry:
        key = (number_of(found), path)
        if key not in self._entries:
            try:
                record = lines.record_of(rows.decode(self._tracking.kept(found, path).decode()))
            except (ValueError, MalformedError) as error:
                raise rows.corrupt(f"{self._tracking.where}: {shown(path)}", error) from None
            if not isinstance(record, Entry):
                raise rows.corrupt(f"{self._tracking.where}: {shown(path)}", ValueError("no run"))
            self._entries[key] = record
        return self._entries[key]

    def _points(self, found: Sequence[_Served], metric: str) -> list[Point]:
        if parts_of(found[0]):
            return [point for point in self._whole(found).points if metric in ("", point.metric)]
        return points_of(self._tracking, found[0], metric)

    def _documents(self, run: str) -> Mapping[str, str]:
        entry = self._entry_of(self._served(run))
        return entry.documents if entry is not None else {}

    def _records(self, kind: type) -> list[Any]:
        found = (record_of(each) for each in self._tracking.runs(self._ids(_RECORDS)))
        return [record for record in found if isinstance(record, kind)]


def _is_of(record: Record | None, names: Collection[tuple[str, str]], ranges: Collection[tuple[str, str, str]]) -> bool:
    if isinstance(record, Name):
        return (record.model, record.name) in names
    return isinstance(record, Exclusion) and (record.model, record.since, record.until) in ranges


def _short(text: str) -> str:
    return text if len(text) <= MOST_TEXT else sha256(text.encode()).hexdigest()
