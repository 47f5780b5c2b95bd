"""A recorded run beside a recorded run: what it measured, how it was judged, and what else is not the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from gate.app.diff.decisions import compare_decisions
from gate.app.diff.metrics import compare_metrics
from gate.app.policy_here import default_model, history_here
from gate.errors import GateError, HistoryError, Problem
from gate.history.store import Store, Which, open_store
from gate.record import replace
from gate.reports import json as decision_json
from gate.reports.plain import brief
from gate.terms import catalogue
from gate.terms.comparison import MeasurementMove, RunComparison, RunFact
from gate.terms.decision import Decision
from gate.terms.measurement import Interval, Measurement
from gate.terms.measurements import Measurements, Source
from gate.terms.run import DECISION, Run, Status

PREFIX = "run:"
LATEST = "latest"
CONFIDENCE = 0.95
_FINISHED = Which(status=Status.FINISHED)
_FACTS = ("model", "status", "branch", "commit", "event", "actor", "model_digest", "version", "gate_version")
Recorded = tuple[Run, Source, Decision | None, Measurements]


def is_run(written: str) -> bool:
    return written.startswith(PREFIX)


def compare_runs(before: str, after: str, store: str, environ: Mapping[str, str], ahead: str = "") -> RunComparison:
    """What became of run A in run B; what started from `ahead` on is not the latest. Raises GateError: no such run or history."""
    opened = open_store(history_here(store, environ), environ)
    try:
        among = _compared(opened, (before, after), environ, ahead)
        (old, first, a, was), (new, second, b, is_) = (_read(opened, each, among) for each in (before, after))
    finally:
        opened.close()
    metrics = compare_metrics(was, is_, first, second)
    metrics = replace(metrics, moves=tuple(_with_interval(each) for each in metrics.moves))
    decisions = compare_decisions(a, b, first, second) if a is not None and b is not None else None
    return RunComparison(old, new, metrics, decisions, tuple(_facts(old, new)))


def read_run(written: str, store: str, environ: Mapping[str, str], ahead: str = "") -> tuple[Source, Decision | Measurements]:
    """A run to be compared with a file. Raises GateError."""
    opened = open_store(history_here(store, environ), environ)
    try:
        _, source, decision, table = _read(opened, written, _compared(opened, (written,), environ, ahead))
    finally:
        opened.close()
    return source, decision if decision is not None else table


def find(store: Store, written: str, among: Which = _FINISHED) -> Run:
    """`run:ID`, `run:NAME`, or the newest `among` these: `run:latest`, `run:latest@BRANCH`. Raises HistoryError."""
    wanted, at, branch = written.removeprefix(PREFIX).partition("@")
    if _is_latest(written):
        newest = store.runs(replace(among, branch=branch, limit=1))
        if newest:
            return newest[0]
    named = dict.fromkeys(each.run for each in store.names() if each.name == written.removeprefix(PREFIX))
    if len(named) > 1:
        what = f"`{written[:80]}` names runs of {len(named)} models"
        raise HistoryError(Problem("no-such-run", what, remedy=f"say its id: {', '.join(f'run:{each}' for each in named)}"))
    found = store.run(next(iter(named), wanted + at + branch))
    if found is None:
        raise HistoryError(Problem("no-such-run", f"there is no `{written[:80]}`", remedy="`gate history` lists the runs"))
    return found


def _compared(store: Store, written: Sequence[str], environ: Mapping[str, str], ahead: str) -> Which:
    """Among which runs the latest is looked for, as rules do: trusted ones of the model, none that lies ahead.

    Whether it passed does not matter: that is what one wants to see. The model is that of the other run, else the only one
    of the history, else that of the policy here. Raises GateError where none of these tells it.
    """
    among = replace(_FINISHED, trusted=True, before=ahead)
    named = [each for each in written if not _is_latest(each)]
    if len(named) == len(written):
        return among
    if named:
        return replace(among, model=find(store, named[0]).model)
    models = store.models()
    if len(models) > 1:
        own = default_model(environ)
        if own not in models:
            what = (
                f"the history is of {len(models)} models, and `{brief(own)}` is none of them: `{brief(written[0])}` is of which?"
            )
            raise HistoryError(Problem("no-such-run", what, remedy="name a run: `gate history` lists their ids"))
        models = [own]
    return replace(among, model=models[0] if models else "")


def _is_latest(written: str) -> bool:
    return written.removeprefix(PREFIX).partition("@")[0] == LATEST


def _read(store: Store, written: str, among: Which) -> Recorded:
    run = find(store, written, among)
    document = store.document(run.id, DECISION)
    decision: Decision | None = None
    try:
        decision = decision_json.read(document) if document else None
    except GateError:
        decision = None  # made by another version of gate: its numbers were logged, too
    last = {(point.metric, point.slice): point.measurement for point in store.points(run.id)}
    table = decision.candidate if decision is not None and decision.candidate is not None else Measurements.of(last.values())
    digest = sha256(document.encode()).hexdigest() if document else ""
    return run, Source(f"{PREFIX}{run.id}", "history", digest), decision, table


def _facts(old: Run, new: Run) -> Iterator[RunFact]:
    """What is not the same."""
    told = [("run", name.replace("_", " "), str(getattr(old, name)), str(getattr(new, name))) for name in _FACTS]
    told[1] = ("run", "status", old.status.value, new.status.value)
    told += [("policy", "policy", old.policy, new.policy), ("data", "test set", old.test_set, new.test_set)]
    for name in dict.fromkeys((*old.params, *new.params)):
        a, b = (str(run.params[name]) if name in run.params else "" for run in (old, new))
        told.append(("param", name, a, b))
    yield from (RunFact(*each) for each in told if each[2] != each[3])


def _with_interval(moved: MeasurementMove) -> MeasurementMove:
    """The interval of the change, as if both had measured rows of their own: of the same rows it is shorter."""
    if moved.before is None or moved.after is None or moved.change is None:
        return moved
    found = _interval(moved.after, moved.before)
    return replace(moved, interval=found) if found is not None else moved


def _interval(new: Measurement, old: Measurement) -> Interval | None:
    from gate.confidence.evidence.single import counts_of, scale_of, test_of
    from gate.stats.bounds import interval
    from gate.stats.test import Test
    from gate.stats.unpaired import of_two, of_two_shares

    fact = catalogue.find(new.metric)
    first, second = counts_of(new, fact), counts_of(old, fact)
    scale = scale_of(new, fact)
    if first is not None and second is not None and scale == scale_of(old, fact):
        low, high = interval(of_two_shares(*first, *second), (1 - CONFIDENCE) / 2)
        return Interval(low * scale, high * scale, CONFIDENCE)
    tests = test_of(new, fact, new.metric), test_of(old, fact, old.metric)
    if not (isinstance(tests[0], Test) and isinstance(tests[1], Test)):
        return None
    both = of_two(tests[0], tests[1])
    return None if both.problem else Interval(*interval(both, (1 - CONFIDENCE) / 2), CONFIDENCE)
