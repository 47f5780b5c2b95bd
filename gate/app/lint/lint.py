"""A policy checked before it judges: what is wrong with it, and what to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from gate.app.clock import clock
from gate.app.evidence import refuse_nothing
from gate.app.lint.fit import misfits, unknown_names
from gate.app.lint.support import too_small
from gate.app.mend import with_names
from gate.errors import GateError, Place, Problem
from gate.judge.judge import check_blocking
from gate.judge.waive import SOON
from gate.judge.world import fact_of
from gate.policy.advice import advise
from gate.policy.dates import days_between
from gate.policy.doubtful import Fact
from gate.policy.extend import checked, layers
from gate.policy.find import find
from gate.policy.load import resolve
from gate.policy.policy import Policy
from gate.policy.text import PolicyText, read
from gate.readers.inputs import read_inputs
from gate.record import dataclass, field, replace
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Metric
from gate.terms.slice import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRequest:
    """What `gate lint` was asked for."""

    policies: Sequence[str] = ()
    metrics: Sequence[str] = ()
    reader: str | None = None
    now: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    stdin: BinaryIO | None = None


@dataclass(frozen=True, slots=True)
class Linted:
    """One policy: with `errors` it cannot judge, `advice` is what to look at. `rules` is 0 where it could not be read."""

    file: str
    rules: int
    errors: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()


def lint(request: LintRequest) -> list[Linted]:
    """Every policy that was asked for. Raises GateError where there is none, or the metrics cannot be read."""
    today = clock(request.now).today
    paths = find(request.policies, request.environ)
    table = read_inputs(request.metrics, format=request.reader, stdin=request.stdin) if request.metrics else None
    if table is not None:
        refuse_nothing(table)
    return [_linted(path, table, today) for path in paths]


def _linted(path: str, table: Measurements | None, today: str) -> Linted:
    try:
        source = read(path)
        policy = resolve(source, today)
    except GateError as error:
        return Linted(path, 0, tuple(with_names(error.problems, table)))
    errors: list[Problem] = []
    try:
        check_blocking(policy, today)
    except GateError as error:
        errors += error.problems
    files = _own_files(source)
    advice = [*advise(policy, files, today, _fact(policy, table)), *_waivers(policy, today), *too_small(policy, table)]
    if table is not None:
        errors += unknown_names(policy, table, {each.file: each for each in files})
        advice += misfits(policy, table, today)
    order = [policy.file, *(each.file for each in reversed(files))]
    return Linted(policy.file, len(policy.rules), *(tuple(_in_order(found, order)) for found in (errors, advice)))


def _in_order(problems: Sequence[Problem], files: Sequence[str]) -> list[Problem]:
    """Each once, by place; the policy before the files that it extends, packs last."""

    def place(problem: Problem) -> tuple[int, int, int]:
        where = problem.where or Place("")
        return (files.index(where.file) if where.file in files else len(files), where.line, where.column)

    return sorted(dict.fromkeys(problems), key=place)


def _own_files(source: PolicyText) -> list[PolicyText]:
    """The policy's files without the packs that come with gate, itself last."""
    return [layer.source for layer in layers(checked(source)) if not layer.origin or "/" in layer.origin]


def _fact(policy: Policy, table: Measurements | None) -> Fact:
    """What is known of a metric; the catalogue's range is not where the metrics go beyond it."""

    def fact(name: str) -> Metric | None:
        known, stated = fact_of(name, policy), policy.metrics.get(name)
        declared = stated is not None and (stated.low, stated.high) != (None, None)
        if known is None or table is None or declared or not _outside(known, table.slices_of(known.source or name)):
            return known
        return replace(known, low=None, high=None)

    return fact


def _outside(known: Metric, slices: Mapping[Slice, Measurement]) -> bool:
    numbers = [found.value for found in slices.values() if found.value is not None]
    return any(
        (known.low is not None and number < known.low) or (known.high is not None and number > known.high) for number in numbers
    )


def _waivers(policy: Policy, today: str) -> Iterator[Problem]:
    for waiver in policy.waivers:
        left = days_between(today, waiver.until)
        if left < 0:
            what = f"the waiver for `{waiver.rule}` ended on {waiver.until}"
            yield Problem("waiver-expired", what, waiver.where, "take it out")
        elif left <= SOON:
            what = f"the waiver for `{waiver.rule}` by {waiver.by} ends on {waiver.until}"
            yield Problem("waiver-ends-soon", what, waiver.where)
