"""Runs and points as rows of a database or lines of JSON, and back; what comes back is checked."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from math import isfinite
from typing import Any

from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.reports.record import FLAG, NUMBER, SLICE, SUPPORT, TEXT, Kind, MalformedError, record
from gate.terms.measurement import NO_SUPPORT
from gate.terms.metric import Direction
from gate.terms.run import Exclusion, Name, Point, Run, Scalar, State, Status, milliseconds
from gate.terms.slice import WHOLE, Slice

_ENCODE = json.JSONEncoder(ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_STEPS = range(-(2**63), 2**63)
_MOST_BITS = 13_000  # of a whole number: Python reads none of more than 4,300 digits
_ORDERED = range(-(2**43), 2**43)  # milliseconds: runs are ordered by them and 20 bits more (Run.order)


def encode(data: object) -> str:
    """As JSON in one line of ASCII, the same for the same data."""
    return _ENCODE(data)


def decode(text: str) -> Any:
    """The data of a line of JSON. Raises MalformedError."""
    try:
        return json.loads(text, parse_constant=_constant)
    except RecursionError:
        raise MalformedError("", "it is nested too deeply") from None
    except ValueError as error:
        raise MalformedError("", f"it is not JSON: {str(error)[:80]}") from None


def _constant(word: str) -> float:
    raise MalformedError("", f"{word} is not a number of JSON")


def corrupt(where: str, error: Exception) -> HistoryError:
    """What to raise where something stands in a history that gate did not write so."""
    what = f"{where} holds what gate did not write: {error}"
    return HistoryError(Problem("history-corrupt", what, remedy="restore it from a copy: `gate log export.jsonl` reads one"))


def refuse_halves(data: Any) -> None:
    """Raises MalformedError where a text of the data holds half of a character: no report could carry it."""
    if isinstance(data, str):
        if not data.isascii() and any("\ud800" <= character <= "\udfff" for character in data):
            raise MalformedError("", f"`{shown(data, 40)}` holds half of a character (a lone surrogate)")
    elif isinstance(data, Mapping):
        for each in data.items():
            refuse_halves(each)
    elif isinstance(data, Collection):
        for each in data:
            refuse_halves(each)


# -- kinds of fields


def _read_params(data: Any, path: str) -> dict[str, Scalar]:
    if not isinstance(data, dict):
        raise MalformedError(path, "an object is needed")
    for name, value in data.items():
        if value is not None and not isinstance(value, (str, int, float, bool)):
            raise MalformedError(f"{path}.{name[:40]}", "a text, a number, true, false or null is needed")
        if (isinstance(value, float) and not isfinite(value)) or (isinstance(value, int) and value.bit_length() > _MOST_BITS):
            raise MalformedError(f"{path}.{name[:40]}", "a finite number of at most 4,000 digits is needed")
    return data


def _read_step(data: Any, path: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or data not in _STEPS:
        raise MalformedError(path, "a whole number is needed")
    return data


def _read_finite(data: Any, path: str) -> float:
    number = NUMBER.read(data, path)
    if (isinstance(data, int) and abs(data) > 2**1023) or not isfinite(number):
        raise MalformedError(path, "a finite number is needed")
    return float(number)


def _read_moment(data: Any, path: str) -> str:
    text = TEXT.read(data, path)
    try:
        at = milliseconds(text)
    except (ValueError, OverflowError):
        raise MalformedError(path, "a moment is needed, as 2026-11-22T10:36:12.345Z") from None
    if at not in _ORDERED:
        raise MalformedError(path, f"a moment between the years 1692 and 2248 is needed, not {text}")
    return str(text)


def _chosen(of: Any) -> Kind:
    def read(data: Any, path: str) -> Any:
        try:
            return of(data)
        except ValueError:
            raise MalformedError(path, f"one of {', '.join(member.value for member in of)} is needed") from None

    return Kind(lambda member: member.value, read)


_MOMENT = Kind(lambda value: value, _read_moment)
_PARAMS = Kind(dict, _read_params, {})
_STATUS = _chosen(Status)
RUN = record(
    Run,
    id=TEXT, started=_MOMENT, model=TEXT, status=_STATUS, finished=TEXT, branch=TEXT, commit=TEXT, event=TEXT, actor=TEXT,
    trusted=FLAG, params=_PARAMS, test_set=TEXT, model_digest=TEXT, version=TEXT, policy=TEXT, verdict=TEXT, url=TEXT,
    writer=TEXT, gate_version=TEXT,
)  # fmt: skip
POINT = record(
    Point,
    metric=TEXT, value=Kind(float, _read_finite), slice=SLICE, step=Kind(int, _read_step), support=SUPPORT, unit=TEXT,
    better=_chosen(Direction), evidence=TEXT,
)  # fmt: skip
NAME = record(Name, model=TEXT, name=TEXT, run=TEXT, at=TEXT, by=TEXT)
EXCLUSION = record(Exclusion, model=TEXT, since=TEXT, until=TEXT, why=TEXT, by=TEXT)
STATE = record(State, key=TEXT, text=TEXT, at=TEXT)
_EVIDENCE = ("support", "unit", "better", "evidence")


# -- points


def slice_text(on: Slice) -> str:
    """A slice as a text that is the same for the same slice; empty for everything."""
    return _ENCODE(on.parts) if on else ""


def slice_of(text: str) -> Slice:
    """Back again. Raises MalformedError."""
    if not text:
        return WHOLE
    data = decode(text)
    try:
        return Slice.of({TEXT.read(column, "slice"): TEXT.read(value, "slice") for column, value in data})
    except (TypeError, ValueError):
        raise MalformedError("slice", "columns with their values are needed") from None


def evidence_text(point: Point) -> str | None:
    """What a point says beside its number; None where that is nothing."""
    if point.support is NO_SUPPORT and not point.unit and point.better is None and not point.evidence:
        return None
    told = {name: part for name, part in POINT.write(point).items() if name in _EVIDENCE}
    return _ENCODE(told) if told else None


def point_of(metric: str, on: str, step: int, value: float, evidence: str | None) -> Point:
    """A point of its row. Raises MalformedError."""
    if evidence is None:
        return Point(metric, _read_finite(value, "value"), slice_of(on), _read_step(step, "step"))
    told = decode(evidence)
    if not isinstance(told, Mapping):
        raise MalformedError("evidence", "an object is needed")
    point: Point = POINT.read({**told, "metric": metric, "value": value, "step": step, "slice": dict(slice_of(on).parts)}, "")
    return point
