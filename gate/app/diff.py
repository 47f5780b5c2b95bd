"""Two files compared: metrics with metrics, a decision with a decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

from gate.app import outputs
from gate.app.diff_decisions import compare_decisions
from gate.app.diff_metrics import compare_metrics
from gate.app.outputs import Output
from gate.errors import InputError, Place, Problem, UsageError
from gate.readers.reader import choose
from gate.readers.source import SYNTAXES, SourceFile, is_stdin, open_path, open_stdin
from gate.record import dataclass
from gate.reports import json as decision_json
from gate.reports.plain import brief
from gate.terms.comparison import Comparison
from gate.terms.decision import Decision, Verdict
from gate.terms.measurements import Measurements, Source

FORMS = ("text", "markdown", "json")
_VERDICTS = frozenset(verdict.value for verdict in Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRequest:
    """What `gate diff` was asked for: two paths, `-` for standard input."""

    before: str
    after: str
    reader: str | None = None
    stdin: BinaryIO | None = None


def diff(request: DiffRequest) -> Comparison:
    """What became of A in B. Raises GateError: a file that cannot be read, two that are not of a kind."""
    if is_stdin(request.before) and is_stdin(request.after):
        raise UsageError(Problem("stdin-twice", "standard input can be read only once", remedy="write it to a file first"))
    (first, a), (second, b) = (_read(path, request) for path in (request.before, request.after))
    if isinstance(a, Decision) and isinstance(b, Decision):
        return compare_decisions(a, b, first, second)
    if isinstance(a, Measurements) and isinstance(b, Measurements):
        return compare_metrics(a, b, first, second)
    kinds = [f"`{brief(each.name)}` is {_kind(read)}" for each, read in ((first, a), (second, b))]
    remedy = "compare metrics with metrics, a decision with a decision"
    raise UsageError(Problem("not-of-a-kind", f"{kinds[0]} and {kinds[1]}", remedy=remedy))


def _kind(read: Decision | Measurements) -> str:
    return "a decision" if isinstance(read, Decision) else "a metrics file"


def _read(path: str, request: DiffRequest) -> tuple[Source, Decision | Measurements]:
    """The file as what its content is."""
    form = request.reader
    syntax = form if form in SYNTAXES else ""
    file = open_stdin(request.stdin, syntax) if is_stdin(path) else open_path(path, syntax)
    document = file.mapping if form is None else None
    if document is not None and _is_decision(document):
        return file.source("decision"), decision_json.read(file.text, file=file.name)
    if document is not None and _is_policy(document):
        what = "this is a policy; this version of `gate diff` compares metrics files and decisions"
        raise InputError(Problem("not-comparable", what, Place(file.name), "compare the decisions that two policies reach"))
    return _measured(file, form)


def _measured(file: SourceFile, form: str | None) -> tuple[Source, Measurements]:
    name, reader = choose(file, form)
    return file.source(name), reader.read(file)


def _is_decision(document: dict[str, Any]) -> bool:
    """Whether it is what `-o decision.json` wrote, of this format or a later one."""
    verdict = document.get("verdict")
    return isinstance(verdict, str) and verdict in _VERDICTS and "exit_code" in document and "format" in document


def _is_policy(document: dict[str, Any]) -> bool:
    return "gate" in document and any(isinstance(document.get(key), list) for key in ("rules", "extends"))


# -- reports


def wanted(written: Iterable[str]) -> list[Output]:
    """The reports asked for by `-o`. Raises UsageError for a form that a comparison does not have."""
    found = [outputs.parse(each) for each in written]
    for each in found:
        if each.form not in FORMS:
            what = f"a comparison cannot be written as {each.form}"
            raise UsageError(Problem("bad-output", what, remedy=f"forms are {', '.join(FORMS)}"))
    return found


def render(form: str, comparison: Comparison) -> str:
    """The comparison in one form."""
    if form == "json":
        from gate.reports import comparison_json

        return comparison_json.render(comparison)
    if form == "markdown":
        from gate.reports import comparison_markdown

        return comparison_markdown.render(comparison)
    from gate.reports import comparison_text

    return comparison_text.render(comparison)
