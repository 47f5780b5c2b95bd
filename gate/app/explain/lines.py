"""Measurements with the lines that they stand in: also from JSON, which is YAML that keeps its places."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from gate.app.evidence import Found, path_of
from gate.errors import GateError
from gate.readers.inputs import read_inputs
from gate.readers.source import is_remote, is_stdin
from gate.record import replace
from gate.terms.baseline import Baseline
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

MOST_PLACED = 5000  # measurements in one file whose lines are looked up


def placed(specs: Sequence[str], form: str | None, stdin: BinaryIO | None = None) -> Measurements:
    """The measurements of every INPUT, with their lines where these can be had. Raises GateError."""
    read = read_inputs(specs, format=form, stdin=stdin)
    if len(read) > MOST_PLACED or any(is_stdin(path_of(spec)) or is_remote(path_of(spec)) for spec in specs):
        return read
    try:
        lines = read_inputs(specs, format="yaml")
    except GateError:
        return read
    found = {name: dict(_with_lines(slices, lines.slices_of(name))) for name, slices in read.by_metric.items()}
    return replace(read, by_metric=found)


def with_lines(found: Found | None, specs: Sequence[str], form: str | None) -> Found | None:
    """A baseline that was given as files, with its lines."""
    if not isinstance(found, Baseline) or not all(os.path.isfile(path_of(spec)) for spec in specs):
        return found
    return replace(found, measurements=placed(specs, form))


def _with_lines(slices: Mapping[Slice, Measurement], lines: Mapping[Slice, Measurement]) -> Iterator[tuple[Slice, Measurement]]:
    for on, item in slices.items():
        line = lines.get(on)
        known = item.where is not None and item.where.line
        yield on, item if known or line is None else replace(item, where=line.where)
