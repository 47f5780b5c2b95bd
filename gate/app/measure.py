"""What is in files, as measurements to write rules against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from gate.app.clock import clock
from gate.app.evidence import path_of, refuse_nothing
from gate.app.judging import load_all
from gate.errors import Problem, UsageError
from gate.readers.inputs import read_inputs
from gate.record import dataclass, field, replace
from gate.reports import measurements
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    from gate.measure.engines.engine import Progress
    from gate.measure.measuring import Measuring

FORMS = ("text", "markdown", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRequest:
    """What `gate measure` was asked for."""

    inputs: Sequence[str]
    reader: str | None = None
    stdin: BinaryIO | None = None
    policies: Sequence[str] = ()
    definition: Mapping[str, Any] = field(default_factory=dict)
    engine: str = "duckdb"
    memory: str = ""
    threads: int = 0
    progress: Progress | None = None
    kept: bool = True


def measure(request: MeasureRequest) -> Measurements:
    """The measurements of all inputs, merged. Raises GateError: no input, one that cannot be read, nothing measured."""
    if not request.inputs:
        remedy = "gate measure metrics.json"
        raise UsageError(Problem("no-input", "nothing to measure: name a metrics file", remedy=remedy))
    table = read_inputs(request.inputs, format=request.reader, stdin=request.stdin, measuring=measuring(request))
    if not (table.cases or measurements.kept(table)):
        refuse_nothing(replace(table, by_metric={}))
    return table


def measuring(request: MeasureRequest, portable: bool = False) -> Measuring | None:
    """What rows are measured by; None where neither a policy nor a flag says. Raises GateError."""
    if not (request.policies or request.definition):
        return _of_tally(request.inputs)
    from gate.app.measuring import of_flags
    from gate.measure.engines.engine import Effort

    how: dict[str, Any] = {"memory": request.memory, "threads": request.threads, "progress": request.progress}
    effort = Effort(portable=portable, joint=portable or request.kept, **how)
    moment = clock()
    policies = load_all(request.policies, moment)
    return of_flags(request.definition, policies, effort, request.engine, moment.now)


def _of_tally(inputs: Sequence[str]) -> Measuring | None:
    """What the first tally counts: here it is taken at its word, and the others have to count the same."""
    path = next((path_of(spec) for spec in inputs if spec.endswith(".tally.json")), "")
    if not path:
        return None
    from gate.measure import tally_file
    from gate.measure.definition import from_mapping
    from gate.measure.measuring import Measuring

    return Measuring(definition=from_mapping(tally_file.read(path).header.definition))


def write_tally(request: MeasureRequest) -> str:
    """The rows of all inputs as one tally file, which merges with others. Raises GateError."""
    from gate.app import tallying

    return tallying.written(request.inputs, request.reader, measuring(request, portable=True))


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
