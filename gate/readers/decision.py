"""gate's own decision.json: the candidate's measurements in it, so that they can be judged again or compared with."""

from __future__ import annotations

from json import loads

from gate.errors import InputError, Place, Problem
from gate.readers import metrics
from gate.readers.names import clean
from gate.readers.source import SourceFile
from gate.record import replace
from gate.reports import json, measurements_json
from gate.terms.decision import Decision, Verdict
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

_VERDICTS = frozenset(verdict.value for verdict in Verdict)


def recognises(file: SourceFile) -> bool:
    """Whether it is what `-o decision.json` wrote, of this format or a later one."""
    document = file.mapping or {}
    verdict = document.get("verdict")
    return isinstance(verdict, str) and verdict in _VERDICTS and "exit_code" in document and "format" in document


def read(file: SourceFile) -> Measurements:
    """The candidate's measurements. Raises InputError: another format, not a decision, one that never came to judging."""
    return measurements(json.read(file.text, file=file.name), file.name)


def measurements(decision: Decision, name: str) -> Measurements:
    """The same, of a decision at hand. It is data like any other: names and their number are checked as in a metrics file."""
    if decision.candidate is None:
        remedy = "it says why: " + _first_line(decision) if decision.messages else "write it with: gate check … -o decision.json"
        raise InputError(Problem("no-measurements", "there are no measurements in this decision", Place(name), remedy))
    return replace(checked(decision.candidate, name), digests=tuple(sorted(each.sha256 for each in decision.model)))


def checked(given: Measurements, name: str) -> Measurements:
    """Measurements that somebody else wrote down, held to all that is asked of a metrics file: by way of one."""
    where = Place(name)
    try:
        document = loads(measurements_json.render(replace(given, tally=None, beside=None)))
    except ValueError:
        raise InputError(Problem("malformed-decision", "this is not a decision of gate: a number is not finite", where)) from None
    table = metrics.from_document(document, name)
    aliases = {clean(alias, where): stands for alias, stands in given.aliases.items() if stands in table.by_metric}
    by_metric = _with_problems(table, given)
    return replace(table, by_metric=by_metric, aliases=aliases, cases=given.cases, tally=given.tally, model=given.model)


def _with_problems(table: Measurements, given: Measurements) -> dict[str, dict[Slice, Measurement]]:
    """Why there is no value, in the words of who read the first file: here it is null."""
    return {
        metric: {
            on: replace(item, problem=before.problem)
            if item.value is None and (before := given.get(metric, on)) is not None and before.problem
            else item
            for on, item in slices.items()
        }
        for metric, slices in table.by_metric.items()
    }


def _first_line(decision: Decision) -> str:
    """The first line of what went wrong."""
    return decision.messages[0].partition("\n")[0]
