"""Two files compared: metrics with metrics, a decision with a decision, a policy with a policy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from gate.app.clock import Clock, clock
from gate.app.diff.decisions import compare_decisions
from gate.app.diff.metrics import compare_metrics
from gate.app.diff.policies import compare_policies, read_policy, replayed, tried
from gate.app.diff.runs import compare_runs, is_run, read_run
from gate.app.evidence import path_of
from gate.errors import GateError, Problem, UsageError
from gate.policy.change import PolicyComparison
from gate.policy.policy import Policy
from gate.readers import decision
from gate.readers.inputs import open_input
from gate.readers.reader import choose
from gate.readers.source import SYNTAXES, SourceFile, is_stdin, open_stdin, run_in
from gate.record import dataclass, field
from gate.reports import json as decision_json
from gate.reports.plain import brief
from gate.terms.comparison import Comparison, RunComparison
from gate.terms.decision import Decision
from gate.terms.measurements import Measurements, Source

FORMS = ("text", "markdown", "json", "html")
_POLICY_LINE = re.compile(r"^gate\s*:", re.MULTILINE)
Compared = Comparison | PolicyComparison | RunComparison
Read = Decision | Measurements | Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRequest:
    """What `gate diff` was asked for: two paths, `-` for standard input; `metrics` and `baselines` to try policies on;
    `on` names recorded runs ("run:last-40").
    """

    before: str
    after: str
    reader: str | None = None
    stdin: BinaryIO | None = None
    metrics: Sequence[str] = ()
    baselines: Sequence[str] = ()
    now: str = ""
    on: str = ""
    store: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)


def diff(request: DiffRequest) -> Compared:
    """What became of A in B. Raises GateError: a file that cannot be read, two that are not of a kind."""
    moment = clock(request.now)
    if is_run(request.before) and is_run(request.after):
        return compare_runs(request.before, request.after, request.store, request.environ, moment.before)
    if is_stdin(request.before) and is_stdin(request.after):
        raise UsageError(Problem("stdin-twice", "standard input can be read only once", remedy="write it to a file first"))
    (first, a), (second, b) = (_read(path, request, moment) for path in (request.before, request.after))
    a, b = _beside(a, b, request.before), _beside(b, a, request.after)
    if isinstance(a, Policy) and isinstance(b, Policy):
        trial = tried(a, b, request.metrics, request.baselines, moment) if request.metrics else None
        replay = replayed(a, b, request.on, request.store, request.environ, moment) if request.on else None
        return compare_policies(a, b, moment.today, trial, replay)
    if request.metrics or request.baselines or request.on:
        what = "`--metrics`, `--baseline` and `--on` are for two policies, which are tried on them"
        raise UsageError(Problem("usage", what, remedy="gate diff old/gate.yaml gate.yaml --metrics metrics.json"))
    if isinstance(a, Decision) and isinstance(b, Decision):
        return compare_decisions(a, b, first, second)
    if isinstance(a, Measurements) and isinstance(b, Measurements):
        return compare_metrics(a, b, first, second)
    kinds = [f"`{brief(each.name)}` is {_kind(read)}" for each, read in ((first, a), (second, b))]
    remedy = "compare metrics with metrics, a decision with a decision, a policy with a policy"
    raise UsageError(Problem("not-of-a-kind", f"{kinds[0]} and {kinds[1]}", remedy=remedy))


def files_of(request: DiffRequest, compared: Compared) -> list[str]:
    """Every file that was read, so that no report overwrites one."""
    own = [run_in(each)[0] for each in (request.before, request.after) if not is_run(each)]
    own = [*own, *map(path_of, (*request.metrics, *request.baselines))]
    more = compared.files if isinstance(compared, PolicyComparison) else ()
    return [path for path in (*own, *more) if path != "-"]


def _kind(read: Read) -> str:
    return "a policy" if isinstance(read, Policy) else "a decision" if isinstance(read, Decision) else "a metrics file"


def _beside(one: Read, other: Read, path: str) -> Read:
    """A recorded run holds its decision and its numbers: beside numbers it is its own."""
    if is_run(path) and isinstance(one, Decision) and isinstance(other, Measurements) and one.candidate is not None:
        return one.candidate
    return one


def _read(path: str, request: DiffRequest, moment: Clock) -> tuple[Source, Read]:
    """The file as what its content is; a recorded run as its decision, else as what it measured."""
    if is_run(path):
        return read_run(path, request.store, request.environ, moment.before)
    form = request.reader
    syntax = form if form in SYNTAXES else ""
    file = open_stdin(request.stdin, syntax) if is_stdin(path) else open_input(path, syntax)
    document = file.mapping if form is None else None
    if document is not None and decision.recognises(file):
        return file.source("decision"), decision_json.read(file.text, file=file.name)
    if form is None and _is_policy(file, document):
        return file.source("policy"), read_policy(file, path, moment.today)
    return _measured(file, form)


def _measured(file: SourceFile, form: str | None) -> tuple[Source, Measurements]:
    name, reader = choose(file, form)
    return file.source(name), reader.read(file)


def _is_policy(file: SourceFile, document: dict[str, Any] | None) -> bool:
    """Whether it is meant as one: also where it does not load, so that the errors are those of a policy."""
    if document is not None:
        return "gate" in document and ("rules" in document or "extends" in document)
    return file.syntax == "yaml" and _POLICY_LINE.search(_text(file)) is not None


def _text(file: SourceFile) -> str:
    try:
        return file.text
    except GateError:
        return ""


# -- reports


def render(form: str, comparison: Compared) -> str:
    """The comparison in one form. Raises UsageError: a web page of anything but two runs."""
    if isinstance(comparison, RunComparison):
        from gate.reports import run_comparison

        return run_comparison.render(form, comparison)
    if form == "html":
        remedy = "write .md, .json or .txt; of two runs there is a page: gate diff run:A run:B -o diff.html"
        raise UsageError(Problem("bad-output", "this comparison cannot be written as html", remedy=remedy))
    if isinstance(comparison, PolicyComparison):
        return _render_policies(form, comparison)
    if form == "json":
        from gate.reports import comparison_json

        return comparison_json.render(comparison)
    if form == "markdown":
        from gate.reports import comparison_markdown

        return comparison_markdown.render(comparison)
    from gate.reports import comparison_text

    return comparison_text.render(comparison)


def _render_policies(form: str, comparison: PolicyComparison) -> str:
    if form == "json":
        from gate.reports import difference_json

        return difference_json.render(comparison)
    if form == "markdown":
        from gate.reports import difference_markdown

        return difference_markdown.render(comparison)
    from gate.reports import difference_text

    return difference_text.render(comparison)
