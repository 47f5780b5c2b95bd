"""A baseline in the history: `run:latest`, `run:latest@main`, `run:best(f1)`, or a run by its name or id.

Only what a trusted run measured and its decision let through is compared with: a run that a change's job recorded never is,
whatever branch it claims, nor one in a range that was taken out, nor one that started later than what is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from gate.baselines.baseline import Surroundings, not_compared, unfit
from gate.errors import GateError
from gate.history.store import Store, Which, open_store
from gate.hosts.facts import Event
from gate.hosts.here import here
from gate.language.value import Doubt
from gate.policy.find import repository_root
from gate.record import replace
from gate.terms import catalogue
from gate.terms.baseline import Baseline, Origin
from gate.terms.measurements import Measurements, Source
from gate.terms.metric import Direction, Metric
from gate.terms.run import DECISION, Run, Status

LATEST = "latest"
MOST_COMPARED = 10_000  # runs among which the best is looked for
_BEST = re.compile(r"best\((.+)\)")
_REMEDY = "record a passing run: `gate check --record`, or give a baseline: `-b FILE`"


def find(name: str, text: str, at: Surroundings) -> Baseline | Doubt:
    """The measurements of the run that is meant; a Doubt where there is none, or the history cannot be read."""
    if isinstance(at.history, Doubt):
        return at.history
    if not _parts(text)[0]:
        return Doubt("baseline-unavailable", f"`{text}` names no run", "write `run:latest`, or `run:NAME`")
    try:
        store = open_store(at.history, at.environ)
        try:
            found = _run(store, text, at, lambda: branch_of(at))
            return found if isinstance(found, Doubt) else _baseline(store, name, text, found)
        finally:
            store.close()
    except GateError as error:
        first = error.problems[0]
        missing = first.slug == "history-missing"
        what = f"there is no baseline `{text}`: {first.message}" if missing else f"`{text}` cannot be had: {first.message}"
        return Doubt("no-baseline" if missing else "baseline-unavailable", what, first.remedy or _REMEDY)


def as_of(store: Store, name: str, text: str, run: Run, metrics: Mapping[str, Metric]) -> Baseline | Doubt:
    """The measurements that `text` meant when a recorded run was judged, of its model and on its branch. Raises HistoryError."""
    wanted, _ = _parts(text)
    if run.id in (wanted, *(each.run for each in store.names(run.model) if each.name == wanted)):
        return Doubt("same-file", f"`{text}` is this very run")
    at = Surroundings(policies=(("", run.model),), before=run.started, metrics=metrics)
    found = _run(store, text, at, lambda: run.branch or None)
    return found if isinstance(found, Doubt) else _baseline(store, name, text, found)


def stands_for(store: Store, text: str, model: str, metrics: Mapping[str, Metric] | None = None, before: str = "") -> set[str]:
    """The ids of the runs that `text` may name in a policy of this model, which says this of its metrics, on any branch.

    `before` is the moment from which on runs lie ahead, and stand for nothing yet. Raises HistoryError.
    """
    wanted, branch = _parts(text)
    best = _BEST.fullmatch(wanted)
    if wanted != LATEST and best is None:
        return {wanted, *(each.run for each in store.names(model) if each.name == wanted)}
    fit = _fit(model, branch, before)
    branches = [branch] if branch else dict.fromkeys(run.branch for run in store.runs(fit))
    found: set[str] = set()
    for each in branches:
        which = replace(fit, branch=each or None)
        runs = _best(store, best[1], which, metrics or {}) if best else store.runs(replace(which, limit=1))
        found |= set() if isinstance(runs, Doubt) else {run.id for run in runs}
    return found


def branch_of(at: Surroundings) -> str | Doubt | None:
    """The branch whose runs are compared with: the one that a change would go to; else the job's own, or the folder's.

    For a tag, or a commit that is checked out, it is the default branch where the host tells it, else that is not known.
    Outside of a repository and of CI there are no branches: None, which are the runs that have none.
    """
    facts = here(at.environ) if at.facts is None else at.facts
    if facts is not None:
        own = "" if facts.event is Event.CHANGE else facts.branch
        return facts.base_branch or own or facts.default_branch or _unknown_branch(facts.event is Event.CHANGE)
    from gate.history.begin import where

    return where(at.environ).branch or (_unknown_branch() if repository_root(".") else None)


def _unknown_branch(change: bool = False) -> Doubt:
    why = "the host does not say to which the change would go" if change else "a tag or a commit is checked out, and no branch"
    remedy = "say it in a baseline: `run:latest@main`; what reads several runs needs a job of the branch"
    return Doubt("branch-unknown", f"with the runs of which branch to compare is not known: {why}", remedy)


def _fit(model: str, branch: str | None, before: str) -> Which:
    """The runs that may be compared with."""
    return Which(model=model, branch=branch, trusted=True, passed=True, status=Status.FINISHED, before=before, excluded=False)


def _parts(text: str) -> tuple[str, str]:
    """What is wanted, and the branch that is named: `run:best(f1)@main` is `best(f1)`, `main`."""
    wanted, _, branch = text.partition(":")[2].partition("@")
    return wanted, branch


def _run(store: Store, text: str, at: Surroundings, own_branch: Callable[[], str | Doubt | None]) -> Run | Doubt:
    wanted, named = _parts(text)
    best = _BEST.fullmatch(wanted)
    if wanted != LATEST and best is None:
        return _named(store, text, wanted, at)
    branch = named or own_branch()
    if isinstance(branch, Doubt):
        return branch
    which = _fit(at.model, branch, at.before)
    found = _best(store, best[1], which, at.metrics) if best else store.runs(replace(which, limit=1))
    if isinstance(found, Doubt):
        return found
    if found:
        return found[0]
    where = f" on `{branch}`" if branch else " without a branch"
    return Doubt("no-baseline", f"no trusted run of `{at.model}`{where} has passed: `{text}` is none yet", _REMEDY)


def _best(store: Store, metric: str, which: Which, metrics: Mapping[str, Metric]) -> list[Run] | Doubt:
    """The run with the best value on the whole; of equal ones the newest. What the policy says of the metric counts."""
    stated, common = metrics.get(metric), catalogue.find(metric)
    better = (stated and stated.better) or (common and common.better)
    if not better:
        what = f"`best({metric})` cannot tell which way is better"
        return Doubt("direction-unknown", what, f"write `metrics: {{{metric}: {{better: higher}}}}`, or name a run: `run:NAME`")
    logged = store.last((stated and stated.source) or metric, MOST_COMPARED, which)
    sign = 1 if better is Direction.HIGHER else -1
    return [max(logged, key=lambda each: (sign * each.point.value, each.run.order)).run] if logged else []


def _named(store: Store, text: str, wanted: str, at: Surroundings) -> Run | Doubt:
    model = at.model
    named = {each.name: each.run for each in store.names(model)}
    run = store.run(named.get(wanted, wanted))
    if run is None or run.model != model:
        known = ", ".join(f"`run:{each}`" for each in sorted(named)[:8])
        return Doubt("no-baseline", f"there is no run `{wanted}` of `{model}`", f"there is {known}" if known else _REMEDY)
    excluded = not store.runs(Which(model=model, since=run.started, excluded=False, before=_after(run.started)))
    why = unfit(run) or ("was taken out of what is compared with" if excluded else "")
    if not why and at.before and run.started >= at.before:
        why = f"started at {run.started}, which is later than what is judged"
    return not_compared(text, run.id, why) if why else run


def _after(moment: str) -> str:
    """The next millisecond."""
    from gate.terms import run

    return run.moment((run.milliseconds(moment) + 1) / 1000)


def _baseline(store: Store, name: str, text: str, run: Run) -> Baseline:
    """The run's measurements: those of its decision, with all that stands behind them, else the numbers that it logged."""
    label = text.partition(":")[2].partition("@")[0]
    label = f"{run.branch or run.model} run {run.id}" if label == LATEST or _BEST.fullmatch(label) else label
    origin = Origin(text, label, run.commit, run.finished or run.started, run.verdict, run.url, run.id)
    written = store.document(run.id, DECISION)
    table = _decided(written) if written else None
    if table is None:
        last = {(point.metric, point.slice): point.measurement for point in store.points(run.id)}
        table = Measurements.of(last.values())
    return Baseline(name, origin, replace(table, sources=(Source(f"run:{run.id}", "history", _digest(written)),)))


def _decided(written: str) -> Measurements | None:
    from gate.readers import decision as decision_reader
    from gate.reports import json

    try:
        return decision_reader.measurements(json.read(written, file="decision.json"), "decision.json")
    except GateError:
        return None  # made by another version of gate: its numbers were logged, too


def _digest(written: str) -> str:
    from hashlib import sha256

    return sha256(written.encode()).hexdigest() if written else ""
