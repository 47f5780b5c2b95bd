"""What is in files, as measurements to write rules against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from gate.app import outputs
from gate.app.evidence import refuse_nothing
from gate.app.outputs import Output
from gate.errors import Problem, UsageError
from gate.readers.inputs import read_inputs
from gate.record import dataclass, replace
from gate.reports import measurements
from gate.terms.measurements import Measurements

FORMS = ("text", "markdown", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRequest:
    """What `gate measure` was asked for."""

    inputs: Sequence[str]
    reader: str | None = None
    stdin: BinaryIO | None = None


def measure(request: MeasureRequest) -> Measurements:
    """The measurements of all inputs, merged. Raises GateError: no input, one that cannot be read, nothing measured."""
    if not request.inputs:
        remedy = "gate measure metrics.json"
        raise UsageError(Problem("no-input", "nothing to measure: name a metrics file", remedy=remedy))
    table = read_inputs(request.inputs, format=request.reader, stdin=request.stdin)
    if not (table.cases or measurements.kept(table)):
        refuse_nothing(replace(table, by_metric={}))
    return table


def wanted(written: Iterable[str]) -> list[Output]:
    """The files asked for by `-o`. Raises UsageError for a form that measurements do not have."""
    found = [outputs.parse(each) for each in written]
    for each in found:
        if each.form not in FORMS:
            what = f"measurements cannot be written as {each.form}"
            raise UsageError(Problem("bad-output", what, remedy=f"forms are {', '.join(FORMS)}"))
    return found


def render(form: str, table: Measurements) -> str:
    """The measurements in one form; `json` is a metrics file."""
    if form == "json":
        from gate.reports import measurements_json

        return measurements_json.render(table)
    if form == "markdown":
        from gate.reports import measurements_markdown

        return measurements_markdown.render(table)
    from gate.reports import measurements_text

    return measurements_text.render(table)
