"""`gate log`: numbers from the command line, from metrics files and from lines of JSON, and runs that were exported."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from gate.app.clock import clock
from gate.app.history.naming import refuse_odd
from gate.app.log.log import RUN
from gate.app.policy_here import default_model, history_here
from gate.documents.document import shown
from gate.errors import HistoryError, InputError, Place, Problem, UsageError
from gate.history import lines, recording
from gate.history.begin import begun
from gate.history.merge import joined
from gate.history.points import point, points_of, scalars
from gate.history.store import VARIABLE, Store, default_path, open_store, public
from gate.readers.inputs import read_inputs, split
from gate.readers.number_text import number
from gate.record import dataclass, field, replace
from gate.reports.record import MalformedError
from gate.terms.measurements import Measurements
from gate.terms.run import MEASUREMENTS, Entry, Name, Point, Record, Run, Status, moment, new_id

_STEPS = ("step", "_step", "global_step", "epoch", "iteration")
_LINES = (".jsonl", ".ndjson")
_SLICED = re.compile(r"([^\[\]=]+)\[([^\[\]]+)\]=([^=]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRequest:
    """What `gate log` was asked for. `named` is a name that the run gets, `run` the id of one to go on with, `at` when it was."""

    inputs: Sequence[str]
    step: int = 0
    model: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    slice: Mapping[str, str] = field(default_factory=dict)
    run: str = ""
    named: str = ""
    at: str = ""
    test_set: str = ""
    model_digest: str = ""
    version: str = ""
    store: str = ""
    reader: str | None = None
    stdin: BinaryIO | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What was logged: into a run, None where there was nothing for one, how many runs were imported, and `where`."""

    run: Run | None
    points: int
    imported: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """What the inputs hold."""

    points: tuple[Point, ...]
    documents: Mapping[str, str]
    records: tuple[Record, ...]


def log(request: LogRequest) -> Done:
    """Record a run with all that the inputs say, or none of it. Raises GateError."""
    if not request.inputs:
        raise UsageError(Problem("no-input", "nothing to log: name a number or a file", remedy="gate log accuracy=0.85 --step 3"))
    refuse_odd(request.named)
    found = _read(request)
    url = history_here(request.store, request.environ, "--to git:origin") or request.environ.get(VARIABLE, "") or default_path()
    store = open_store(url, request.environ, write=True)
    try:
        return replace(_recorded(request, found, store), where=public(url))
    finally:
        store.close()


def _recorded(request: LogRequest, found: _Read, store: Store) -> Done:
    """All in one batch. Two that begin one run at once: the store takes one, and the other goes on with it."""
    imported = list(_as_trusted_as_here(found.records, request.environ))
    entries = [each for each in imported if isinstance(each, Entry)]
    if not found.points:
        recording.add(store, imported)
        return Done(None, 0, len(entries))
    wanted = request.run or request.environ.get(RUN, "")
    known = _known(wanted, store, entries)
    try:
        run = _run(request, wanted, known)
        recording.add(store, [*imported, *_told(request, run, found)])
    except HistoryError as error:
        begun_twice = known is None and error.problems[0].slug == recording.BEGUN_TWICE
        first = _known(wanted, store, entries) if begun_twice else None
        if first is None:
            raise
        run = _run(request, wanted, first)
        recording.add(store, [*imported, *_told(request, run, found)])
    return Done(run, len(found.points), len(entries))


def _known(wanted: str, store: Store, imported: Sequence[Entry]) -> Run | None:
    """The run to go on with, where it is there or comes with this very batch."""
    if not wanted:
        return None
    return store.run(wanted) or next((each.run for each in imported if each.run.id == wanted), None)


def _told(request: LogRequest, run: Run, found: _Read) -> Iterator[Record]:
    yield Entry(run, found.points, found.documents)
    if request.named:
        yield Name(run.model, request.named, run.id, moment(), run.actor)


def _run(request: LogRequest, wanted: str, known: Run | None) -> Run:
    """The run that the points go into: one that is there already, or one that is finished with this command."""
    model = request.model or default_model(request.environ)
    begun_ = begun(request.environ, model, scalars(request.params), wanted)
    at = clock(request.at, "--at").now.replace("Z", ".000Z") if request.at else ""
    new = replace(
        begun_,
        id=begun_.id if wanted or not at else new_id(at),
        started=at or begun_.started,
        test_set=request.test_set,
        model_digest=request.model_digest,
        version=request.version,
        status=Status.FINISHED,
        finished=at or moment(),
    )
    return new if known is None else joined(known, new, model=request.model, started=at)


def _as_trusted_as_here(records: Iterable[Record], environ: Mapping[str, str]) -> Iterator[Record]:
    """Runs of a file that somebody brings are trusted no more than who brings it: a change cannot import a release."""
    trusted = begun(environ, "").trusted
    for record in records:
        if isinstance(record, Entry) and record.run.trusted and not trusted:
            yield Entry(replace(record.run, trusted=False), record.points, record.documents)
        else:
            yield record


# -- what the inputs say


def _read(request: LogRequest) -> _Read:
    points: list[Point] = []
    records: list[Record] = []
    files: list[str] = []
    for each in request.inputs:
        name, value = split(each)
        if name and _is_value(value):
            points.append(point(name, _value(name, value), request.step, request.slice))
        elif each.lower().endswith(_LINES):
            more, exported = _lines(each, request)
            points += more
            records += exported
        else:
            _refuse_number(each)
            files.append(each)
    table = read_inputs(files, format=request.reader, stdin=request.stdin) if files else Measurements()
    if files and not len(table):
        raise _nothing(Place(", ".join(files)))
    points += points_of(table, request.step)
    return _Read(tuple(points), _documents(table), tuple(records))


def _documents(table: Measurements) -> dict[str, str]:
    """What was measured is kept as a whole: it can be judged again."""
    if not any(item.evidence == "measured" for item in table):
        return {}
    from gate.reports import measurements_json

    return {MEASUREMENTS: measurements_json.render(table)}


def _refuse_number(written: str) -> None:
    """Raises GateError where it is no file but a number that is written in another way than NAME=VALUE."""
    if os.path.exists(written):
        return
    if written.startswith("="):
        point("", written)  # says that the name is missing
    sliced = _SLICED.fullmatch(written)
    if sliced is not None:
        name, on, value = map(shown, sliced.groups())
        told = " ".join(f"--slice {each.strip()}" for each in on.split(","))
        what = f"`{shown(written)}`: the slice of what is logged stands apart"
        raise UsageError(Problem("usage", what, remedy=f"gate log {name}={value} {told}"))


def _nothing(where: Place) -> InputError:
    """What to raise where a file has not one number: whoever logs it believes that there is one."""
    return InputError(Problem("not-loggable", "there is no number in it, so nothing to log", where, '{"accuracy": 0.91}'))


def _is_value(written: str) -> bool:
    """Whether what stands behind `=` is meant as a number and not as a file: `1.e5` is one, `m.e5` is none."""
    if number(written) is not None:
        return not os.path.exists(written)
    return not (os.path.exists(written) or os.path.splitext(written)[1][1:2].isalpha() or "/" in written)


def _value(name: str, written: str) -> Any:
    if not written.strip():
        raise InputError(Problem("not-loggable", f"`{shown(name)}` has no value", remedy=f"gate log {shown(name)}=0.85"))
    found = number(written.removesuffix("%")) if written.endswith("%") else number(written)
    if found is None:
        return written
    return found / 100 if written.endswith("%") else found


def _lines(path: str, request: LogRequest) -> tuple[list[Point], list[Record]]:
    """The points and the records of a file of JSON lines."""
    points: list[Point] = []
    records: list[Record] = []
    try:
        with open(path, encoding="utf-8") as file:
            for at, line in enumerate(file, 1):
                if line.strip():
                    _line(line, Place(path, at), request, points, records)
    except OSError as error:
        raise InputError(Problem("unreadable", f"the file cannot be read: {error.strerror}", Place(path))) from None
    except UnicodeDecodeError:
        raise InputError(Problem("not-utf8", "the file is not UTF-8", Place(path))) from None
    if not points and not records:
        raise _nothing(Place(path))
    return points, records


def _line(line: str, where: Place, request: LogRequest, points: list[Point], records: list[Record]) -> None:
    from gate.documents import json

    data = json.load(line, where.file)
    try:
        if lines.is_record(data):
            records.append(lines.record_of(data))
            return
    except MalformedError as error:
        raise lines.malformed(where, error) from None
    if not isinstance(data, dict):
        raise InputError(Problem("not-a-mapping", "a line is a mapping of names to numbers", where, '{"step": 3, "loss": 0.35}'))
    try:
        points += _logged(data, request)
    except InputError as error:
        raise InputError(*(replace(problem, where=where) for problem in error.problems)) from None


def _logged(data: Mapping[str, Any], request: LogRequest) -> list[Point]:
    """A line of a training log: `{"name": "f1", "value": 0.9, "step": 3}`, or numbers by their names."""
    key = next((each for each in _STEPS if each in data), "")
    step, on = data.get(key, request.step), data.get("slice") or request.slice
    if "name" in data or "value" in data:
        return [point(data.get("name", ""), data.get("value"), step, on)]
    return [point(name, value, step, on) for name, value in data.items() if name not in (key, "slice")]
