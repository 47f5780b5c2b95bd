"""Frozen values to plain data and back, by one table of kinds for each class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from enum import Enum
from math import inf, isfinite, isnan, nan
from operator import attrgetter
from typing import Any, NamedTuple

from gate.errors import Place
from gate.reports.plain import posix
from gate.terms.acted import Acted
from gate.terms.baseline import Baseline, Origin
from gate.terms.case import Case, LostCase
from gate.terms.decision import (
    Certainty,
    Decision,
    Finding,
    InputIdentity,
    Level,
    ModelFile,
    ModelIdentity,
    Outcome,
    Part,
    PolicyIdentity,
    Read,
    Reason,
    Share,
    UsedWaiver,
    Verdict,
)
from gate.terms.measurement import NO_SUPPORT, Interval, Measurement, Support
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.replay import Replay, Replayed
from gate.terms.revision import Proposed, ProposedChange, Revision
from gate.terms.slice import WHOLE, Slice

_NOT_FINITE = {"NaN": nan, "Infinity": inf, "-Infinity": -inf}


class MalformedError(Exception):
    """The data does not describe the value; `path` leads to the spot."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)


class Kind(NamedTuple):
    """How values of a kind are written as data, and read again (with the path to them); `absent` is what stands for none."""

    write: Callable[[Any], Any]
    read: Callable[[Any, str], Any]
    absent: Any = MISSING


def record(of: type, /, **kinds: Kind) -> Kind:
    """A frozen dataclass as an object. What may be absent (None, no text, nothing in it) is left out when it is."""
    untold = {name for name, kind in kinds.items() if kind is NOT_TOLD}
    kinds = {name: kind for name, kind in kinds.items() if name not in untold}
    told_fields = [field for field in fields(of) if field.name not in untold]
    stated = {field.name: kinds[field.name].absent if field.default is MISSING else field.default for field in told_fields}
    defaults = dict(sorted(stated.items()))
    assert set(kinds) == set(defaults), f"{of.__name__}: {set(kinds) ^ set(defaults)}"
    absent = {name: default for name, default in defaults.items() if _may_be_absent(default)}
    needed = [name for name in defaults if name not in absent]

    parts = attrgetter(*defaults)
    table = [(name, absent.get(name, MISSING), None if kinds[name].write is _same else kinds[name].write) for name in defaults]

    def write(value: Any) -> dict[str, Any]:
        return {
            name: write_part(part) if write_part else part
            for (name, default, write_part), part in zip(table, parts(value), strict=True)
            if part is not default and part != default
        }

    def read(data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            raise MalformedError(path, "an object is needed")
        for name in data:
            if name not in kinds:
                raise MalformedError(path, f"`{name[:40]}` is not known here")
        for name in needed:
            if name not in data:
                raise MalformedError(path, f"`{name}` is missing")
        told = {name: kinds[name].read(part, f"{path}.{name}".lstrip(".")) for name, part in data.items()}
        return of(**{**absent, **told})

    return Kind(write, read)


def _may_be_absent(default: Any) -> bool:
    return default is None or default in ("", (), WHOLE, NO_SUPPORT)


def listed(kind: Kind) -> Kind:
    """A tuple as a list."""

    def read(data: Any, path: str) -> Any:
        if not isinstance(data, list):
            raise MalformedError(path, "a list is needed")
        return tuple(kind.read(item, f"{path}[{index}]") for index, item in enumerate(data))

    return Kind(lambda items: [kind.write(item) for item in items], read)


def _same(value: Any) -> Any:
    return value


def _read_text(data: Any, path: str) -> str:
    if not isinstance(data, str):
        raise MalformedError(path, "a text is needed")
    return data


def _read_flag(data: Any, path: str) -> bool:
    if not isinstance(data, bool):
        raise MalformedError(path, "true or false is needed")
    return data


def _write_number(value: Any) -> Any:
    if isfinite(value):
        return value
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _read_number(data: Any, path: str) -> Any:
    if isinstance(data, str) and data in _NOT_FINITE:
        return _NOT_FINITE[data]
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        raise MalformedError(path, "a number is needed")
    return data


def _read_value(data: Any, path: str) -> Any:
    return data if isinstance(data, bool) else _read_number(data, path)


def _read_count(data: Any, path: str) -> int:
    if isinstance(data, bool) or not isinstance(data, (int, float)) or data < 0 or data != int(data):
        raise MalformedError(path, "a whole number from 0 is needed")
    return int(data)


def _chosen(of: type[Enum]) -> Kind:
    by_value = {member.value: member for member in of}

    def read(data: Any, path: str) -> Any:
        if not isinstance(data, str) or data not in by_value:
            raise MalformedError(path, f"one of {', '.join(by_value)} is needed")
        return by_value[data]

    return Kind({member: member.value for member in of}.__getitem__, read)


def _words(*known: str) -> Kind:
    def read(data: Any, path: str) -> str:
        if data not in known:
            raise MalformedError(path, f"one of {', '.join(known)} is needed")
        return str(data)

    return Kind(_same, read)


def _read_slice(data: Any, path: str) -> Slice:
    if not isinstance(data, dict):
        raise MalformedError(path, "columns with their values are needed")
    return Slice.of({column: _read_text(value, f"{path}.{column[:40]}") for column, value in data.items()})


TEXT = Kind(_same, _read_text)
PATH = Kind(posix, _read_text)
FLAG = Kind(_same, _read_flag)
NUMBER = Kind(_write_number, _read_number)
MAYBE = Kind(_write_number, _read_number, None)
VALUE = Kind(_write_number, _read_value, None)
COUNT = Kind(_same, _read_count)
SLICE = Kind(lambda slice_: dict(slice_.parts), _read_slice, WHOLE)
OUTCOME = _chosen(Outcome)
VERDICT = _chosen(Verdict)
EVIDENCE = _words("claimed", "measured")

NOT_TOLD = Kind(_same, _read_text)  # a field that stays out of the file and has its default again when it is read


def _write_table(table: Measurements) -> dict[str, Any]:
    told: dict[str, Any] = {"measurements": [MEASUREMENT.write(each) for each in table]}
    if table.aliases:
        told["aliases"] = dict(sorted(table.aliases.items()))
    if table.cases:
        told["cases"] = [CASE.write(each) for each in table.cases]
    return told


def _read_table(data: Any, path: str) -> Measurements:
    if not isinstance(data, dict) or not set(data) <= {"measurements", "aliases", "cases"} or "measurements" not in data:
        raise MalformedError(path, "`measurements`, perhaps with `aliases` and `cases`, are needed")
    items = listed(MEASUREMENT).read(data["measurements"], f"{path}.measurements")
    cases = listed(CASE).read(data.get("cases", []), f"{path}.cases")
    aliases = data.get("aliases", {})
    if not isinstance(aliases, dict):
        raise MalformedError(f"{path}.aliases", "names with the names that they stand for are needed")
    found = Measurements.of(items, {name: _read_text(stands, f"{path}.aliases") for name, stands in aliases.items()}, cases=cases)
    if len(found) != len(items):
        raise MalformedError(f"{path}.measurements", "a measurement stands there twice")
    return found


PLACE = record(Place, file=PATH, line=COUNT, column=COUNT)
REASON = record(Reason, slug=TEXT, text=TEXT, remedy=TEXT)
INTERVAL = record(Interval, low=NUMBER, high=NUMBER, confidence=NUMBER)
PART = record(Part, text=TEXT, left=VALUE, operator=TEXT, right=VALUE, margin=MAYBE, outcome=OUTCOME, reasons=listed(REASON))
READ = record(Read, of=TEXT, metric=TEXT, slice=SLICE, value=VALUE, n=MAYBE, interval=INTERVAL, unfit=TEXT)
SHARE = record(Share, slice=SLICE, value=NUMBER, before=NUMBER, n=NUMBER, contribution=NUMBER)
WAIVER = record(UsedWaiver, until=TEXT, why=TEXT, by=TEXT, floor=TEXT)
SUPPORT = record(Support, n=MAYBE, k=MAYBE, stderr=MAYBE, std=MAYBE, n_pos=MAYBE, n_neg=MAYBE, interval=INTERVAL, exposure=MAYBE)
SUPPORT = SUPPORT._replace(absent=NO_SUPPORT)
MEASUREMENT = record(
    Measurement,
    metric=TEXT, value=VALUE, slice=SLICE, support=SUPPORT, unit=TEXT, better=_chosen(Direction), problem=TEXT, where=NOT_TOLD,
    evidence=EVIDENCE,
)  # fmt: skip
CASE = record(Case, id=TEXT, metric=TEXT, score=MAYBE, passed=FLAG, slice=SLICE, repeat=COUNT, error=TEXT)
LOST = record(LostCase, id=TEXT, metric=TEXT, baseline=TEXT, before=NUMBER, now=NUMBER, slice=SLICE)
TABLE = Kind(_write_table, _read_table)
ORIGIN = record(Origin, source=TEXT, label=TEXT, commit=TEXT, at=TEXT, verdict=TEXT, url=TEXT, run=TEXT)
BASELINE = record(Baseline, name=TEXT, origin=ORIGIN, measurements=TABLE)
REVISION = record(Revision, ref=TEXT, commit=TEXT, by=TEXT, first=FLAG)
REPLAY = record(
    Replay,
    asked=TEXT, judged=COUNT, skipped=listed(TEXT),
    changed=listed(record(Replayed, run=TEXT, at=TEXT, commit=TEXT, before=TEXT, after=TEXT, rules=listed(TEXT))),
)  # fmt: skip
PROPOSED = record(
    Proposed,
    files=listed(TEXT), loosened=FLAG, verdict=TEXT, messages=listed(TEXT), replay=REPLAY,
    changes=listed(record(ProposedChange, relation=TEXT, before=TEXT, after=TEXT, remarks=listed(TEXT))),
)  # fmt: skip
CERTAINTY = record(
    Certainty,
    confidence=NUMBER, alpha=NUMBER, p_above=NUMBER, p_below=NUMBER, low=MAYBE, high=MAYBE, method=TEXT, n=MAYBE, of=TEXT,
    provable=MAYBE, more=MAYBE, why=TEXT, shown=INTERVAL, family=MAYBE,
)  # fmt: skip
FINDING = record(
    Finding,
    rule=TEXT, policy=TEXT, expression=TEXT, outcome=OUTCOME, effect=VERDICT, level=_chosen(Level), slice=SLICE,
    value=VALUE, operator=TEXT, threshold=VALUE, margin=MAYBE, interval=INTERVAL, n=MAYBE, unit=TEXT, baseline=TEXT,
    baseline_value=MAYBE, reasons=listed(REASON), notes=listed(REASON), parts=listed(PART), reads=listed(READ),
    shares=listed(SHARE), waiver=WAIVER, evidence=EVIDENCE, why=TEXT, owner=TEXT, blocks_from=TEXT, where=PLACE,
    certainty=CERTAINTY,
)  # fmt: skip
ACTED = record(
    Acted,
    do=TEXT, when=TEXT, status=_words("would", "done", "failed", "held"), text=TEXT, key=TEXT, why=TEXT, rules=listed(TEXT),
)  # fmt: skip
DECISION = record(
    Decision,
    verdict=VERDICT, findings=listed(FINDING), messages=listed(TEXT), notes=listed(REASON), unused=listed(TEXT),
    candidate=TABLE, baselines=listed(BASELINE), lost=listed(LOST), revision=REVISION, proposed=PROPOSED, commit=TEXT,
    actions=listed(ACTED),
    run_url=TEXT, judged_at=TEXT, simulated=FLAG, gate_version=TEXT, format=COUNT,
    policies=listed(record(PolicyIdentity, name=TEXT, file=PATH, sha256=TEXT, rules=COUNT, advisory=FLAG, extends=listed(TEXT),
        purpose=TEXT)),
    inputs=listed(record(InputIdentity, role=TEXT, name=PATH, format=TEXT, sha256=TEXT)),
    model=listed(record(ModelIdentity, name=TEXT, sha256=TEXT, files=listed(record(ModelFile, name=TEXT, sha256=TEXT)))),
)  # fmt: skip
