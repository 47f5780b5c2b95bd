"""Measurements as they are gathered: the same one twice with another value is refused, and so are too many."""

from __future__ import annotations

from collections.abc import Mapping

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements, Source, Unused
from gate.terms.slice import Slice

MAX_MEASUREMENTS = 100_000
MAX_SLICES = 10_000


class Table:
    """Fills up, then becomes Measurements. `add` and `leave` raise InputError."""

    def __init__(self) -> None:
        self.by_metric: dict[str, dict[Slice, Measurement]] = {}
        self.unused: list[Unused] = []
        self.slices: set[Slice] = set()
        self.count = 0

    def add(self, item: Measurement) -> None:
        """Takes a measurement; one that is there already must say the same."""
        known = self.by_metric.setdefault(item.metric, {})
        before = known.setdefault(item.slice, item)
        if before is not item:
            if not (before.same_as(item) and before.better == item.better):
                raise _measured_twice(before, item)
            return
        self.count += 1
        if self.count > MAX_MEASUREMENTS:
            raise _too_many("measurements", item.where)
        if item.slice and item.slice not in self.slices:
            self.slices.add(item.slice)
            if len(self.slices) > MAX_SLICES:
                raise InputError(Problem("too-many-slices", f"more than {MAX_SLICES:,} slices", item.where))

    def leave(self, name: str, why: str, where: Place | None) -> None:
        """Notes something that is not a measurement."""
        self.unused.append(Unused(name, why))
        if len(self.unused) > MAX_MEASUREMENTS:
            raise _too_many("entries that are not measurements", where)

    def measurements(self, aliases: Mapping[str, str] | None = None, sources: tuple[Source, ...] = ()) -> Measurements:
        return Measurements(self.by_metric, aliases or {}, sources, tuple(self.unused))


def _too_many(what: str, where: Place | None) -> InputError:
    place = Place(where.file) if where else None
    remedy = "rows of predictions belong in Parquet or CSV"
    return InputError(Problem("too-many-measurements", f"more than {MAX_MEASUREMENTS:,} {what}", place, remedy))


def _measured_twice(first: Measurement, second: Measurement) -> InputError:
    name = f"`{shown(second.metric)}`" + (f" ({shown(str(second.slice))})" if second.slice else "")
    if first.value == second.value and first.problem == second.problem:
        message = f"{name} is measured twice, with other evidence"
    else:
        message = f"{name} is measured twice: {_said(first)} and {_said(second)}"
    return InputError(Problem("measured-twice", message, second.where, _other(first.where, second.where)))


def _other(first: Place | None, second: Place | None) -> str:
    """Where the first of two stands, and what to do with two files that both have a name."""
    if first is None or second is None or first == second:
        return ""
    both = f"\nto keep both, give one a name: val={shown(second.file)}" if first.file != second.file else ""
    return f"the other one: {first}{both}"


def _said(item: Measurement) -> str:
    if item.problem:
        return item.problem
    return str(item.value).lower() if isinstance(item.value, bool) else repr(item.value)
