"""A tally as measurements: every metric on every slice, with the evidence for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gate.measure.definition import Definition, from_mapping
from gate.measure.metrics import catalogue
from gate.measure.metrics.counts import coverage
from gate.measure.metrics.metric import Described, Value, View, values
from gate.record import replace
from gate.terms.measurement import NO_SUPPORT, Interval, Measurement, Support
from gate.terms.measurements import Measurements, Source
from gate.terms.slice import Slice
from gate.terms.tally import Key, Number, Tally

CANDIDATE, BASELINE = "", "baseline"


def measurements(tally: Tally, form: str = "rows") -> Measurements:
    """The candidate's measurements, marked as measured. `form` is what its sources are called."""
    return _measurements(tally, CANDIDATE, form)


def baseline_measurements(tally: Tally, form: str = "rows") -> Measurements | None:
    """Those of the baseline in the same rows; None where the rows hold none."""
    return _measurements(tally, BASELINE, form) if from_mapping(tally.header.definition).has_baseline else None


def _measurements(tally: Tally, model: str, form: str) -> Measurements:
    definition = from_mapping(tally.header.definition)
    sources = tuple(Source(part.name, form, part.sha256) for part in tally.header.parts)
    found = (item for view in views(tally, definition, model) for item in _of_view(view, tally, definition))
    return replace(Measurements.of(found, sources=sources), model=model)


def views(tally: Tally, definition: Definition, model: str = CANDIDATE) -> Iterator[View]:
    """Every slice as one model sees it, the whole first."""
    by_table = {name: table.by_slice() for name, table in tally.tables.items()}
    for on in tally.slices:
        tables: Mapping[str, Mapping[Key, Mapping[str, Number]]] = {name: by.get(on, {}) for name, by in by_table.items()}
        yield View(tally, definition, on, model, tables)


def _of_view(view: View, tally: Tally, definition: Definition) -> Iterator[Measurement]:
    doubt = too_little(view, definition)
    for (name, on), (described, value) in values(view, catalogue.families(tally, definition)).items():
        shown = Value(None, problem=doubt) if doubt and described.labelled else value
        yield measurement(name, described, shown, on)


def too_little(view: View, definition: Definition) -> str:
    """Why labelled metrics of a slice are missing; "" where enough rows have labels and scores."""
    rows, labelled, usable = coverage(view)
    for count, what in (
        (labelled if definition.label or definition.labels else rows, "have a label"),
        (usable, "have a usable score"),
    ):
        if count < definition.min_coverage * rows:
            return f"not measured: {count:,} of {rows:,} rows {what}, and `min_coverage` is {definition.min_coverage:.6g}"
    return ""


def measurement(name: str, described: Described, value: Value, on: Slice) -> Measurement:
    """A value with its evidence, as rules read it. A value that is no finite number is none."""
    number, problem = value.value, value.problem
    if number is not None and number - number != 0:
        number, problem = None, "not a finite number"
    return Measurement(
        metric=name,
        value=number,
        slice=on,
        support=_support(value) if number is not None else NO_SUPPORT,
        unit=described.unit,
        better=described.better,
        problem=problem,
        evidence="measured",
    )


def _support(value: Value) -> Support:
    told: dict[str, Any] = {name: getattr(value, name) for name in ("n", "k", "stderr", "n_pos", "n_neg")}
    if value.interval is not None:
        told["interval"] = Interval(*value.interval)
    return Support(**told)
