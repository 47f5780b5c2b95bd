"""Numbers to log: a name and a finite number are required, and what is neither is said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import isfinite
from operator import index
from typing import Any

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem
from gate.readers.names import clean
from gate.terms.measurement import Measurement
from gate.terms.run import Point, Scalar
from gate.terms.slice import WHOLE, Slice, slice_value

_HERE = Place("log")


def point(name: Any, value: Any, step: Any = 0, on: Slice | Mapping[str, Any] | None = None) -> Point:
    """What is to be logged. Raises InputError: no name, no finite number, a step that is no whole number, an odd slice."""
    if not isinstance(name, str) or not name.strip():
        raise _refused("a number without a name", 'log a name with it: name="accuracy"')
    metric = clean(name, Place(f"`{shown(name, 40)}`"))
    return Point(metric, _number(metric, value), _slice(metric, on), _step(metric, step))


def points_of(table: Iterable[Measurement], step: int = 0) -> tuple[Point, ...]:
    """Measurements as points. Raises InputError where one has no value, or is true or false."""
    found: list[Point] = []
    for item in table:
        if item.value is None:
            raise _no_number(item.metric, item.problem or "missing", item.where)
        if isinstance(item.value, bool):
            raise _no_number(item.metric, str(item.value).lower(), item.where)
        found.append(of_measurement(item, step))
    return tuple(found)


def of_measurement(item: Measurement, step: int = 0) -> Point:
    """A measurement that has a number."""
    value = float(item.value)  # type: ignore[arg-type]
    return Point(item.metric, value, item.slice, step, item.support, item.unit, item.better, item.evidence)


def scalars(params: Mapping[Any, Any] | None) -> dict[str, Scalar]:
    """Parameters of a run as texts and numbers. Raises InputError where they have no names."""
    from gate.readers import python

    if params is not None and not isinstance(params, Mapping):
        raise _refused(f"`params` are values by their names, not a {type(params).__name__}", 'write `params={"depth": 6}`')
    plain = python.plain(dict(params or {}), _HERE)
    for name, value in plain.items():
        if isinstance(value, float) and not isfinite(value):
            plain[name] = str(value)
        elif value is not None and not isinstance(value, (str, int, float, bool)):
            plain[name] = shown(str(value), 500)
    return dict(plain)


def text(argument: str, value: Any) -> str:
    """What a run is told about itself; a version may be a number. Raises InputError for what is no text."""
    if argument == "version" and not isinstance(value, (str, bool)):
        with suppress(TypeError):
            return str(index(value))
    if not isinstance(value, str):
        found = "None" if value is None else f"{shown(repr(value), 40)} ({type(value).__name__})"
        raise _refused(f"`{argument}` is a text, not {found}", f'write `{argument}="…"`, or leave it out')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise _refused(f"`{argument}` holds half of a character (a lone surrogate): {shown(value, 40)}", "write it in UTF-8")
    return str.__str__(value)


def _number(metric: str, value: Any) -> float:
    from gate.readers import python

    plain = value if isinstance(value, (int, float)) else python.plain(value, _HERE)
    if isinstance(plain, bool):
        raise _no_number(metric, str(plain).lower())
    if not isinstance(plain, (int, float)):
        words = {type(None): "missing (None)", str: f"text ({shown(repr(plain), 40)})"}
        raise _no_number(metric, words.get(type(plain), f"a {type(plain).__name__}"))
    try:
        number = float(plain)
    except OverflowError:
        raise _no_number(metric, "too large for a number") from None
    if not isfinite(number):
        raise _no_number(metric, str(plain))
    return number


def _step(metric: str, step: Any) -> int:
    try:
        found = index(step)
    except TypeError:
        found = None
    if found is None or isinstance(step, bool) or not -(2**63) <= found < 2**63:
        raise _refused(f"`{shown(metric)}`: the step {shown(repr(step), 40)} is no whole number", "write `step=3`")
    return found


def _slice(metric: str, on: Slice | Mapping[str, Any] | None) -> Slice:
    if on is None or isinstance(on, Slice):
        return on or WHOLE
    if not isinstance(on, Mapping):
        raise _refused(f"`{shown(metric)}`: a slice is a mapping of columns to values", 'write `slice={"region": "eu"}`')
    place = Place(f"`{shown(metric, 40)}`")
    return Slice.of({clean(str(column), place): clean(slice_value(value), place) for column, value in on.items()})


def _no_number(metric: str, found: str, where: Place | None = None) -> InputError:
    what = f"`{shown(metric)}` cannot be logged: its value is {found}; a finite number is needed"
    return InputError(Problem("not-loggable", what, where, "what is no number belongs into the params of the run"))


def _refused(what: str, remedy: str) -> InputError:
    return InputError(Problem("not-loggable", what, remedy=remedy))
