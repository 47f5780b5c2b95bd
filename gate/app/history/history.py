"""What `gate history` shows and does: runs as tables and numbers, names, ranges taken out, and what may go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from gate.app.clock import Clock, clock
from gate.app.history.chronicle import chronicles, grants, runs_by_model
from gate.app.history.naming import refuse_odd
from gate.app.policy_here import history_here
from gate.errors import HistoryError, PolicyError, Problem, UsageError
from gate.history.store import VARIABLE, Store, Which, default_path, open_store, public
from gate.record import dataclass
from gate.terms.chronicle import Chronicle, Grant
from gate.terms.metric import Metric
from gate.terms.run import Exclusion, Name, Run, moment

FORMS = {".json": "json", ".csv": "csv", ".txt": "text", ".jsonl": "export"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_AGE = re.compile(r"(\d{1,5})([hdw])\Z", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 168}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """What `gate history` was asked for: whose runs, where from, and how many of each model.

    `policies` are those whose baselines must stay when runs are pruned, and that say where the history is; none: those of this
    folder, if it has one. `passed` means what a rollback may go to: a change's own job says what it likes of its branch.
    """

    metric: str = ""
    model: str = ""
    branch: str = ""
    since: str = ""
    until: str = ""
    passed: bool = False
    most: int | None = None
    store: str = ""
    now: str = ""
    simulated: bool = False
    policies: Sequence[str] = ()
    environ: Mapping[str, str]

    @property
    def ahead(self) -> str:
        """The moment from which on runs lie ahead: they are shown, and count for nothing."""
        return (Clock(self.now, self.simulated) if self.now else clock()).before

    @property
    def which(self) -> Which:
        """The runs. Raises UsageError: a date that is none."""
        until = started(self.until, self.now, "--until")
        return Which(
            model=self.model,
            branch=self.branch,
            since=started(self.since, self.now),
            before=min(until or self.ahead, self.ahead) if self.passed else until,
            passed=True if self.passed else None,
            trusted=True if self.passed else None,
            excluded=False if self.passed else None,
            limit=self.most,
        )


def started(written: str, now: str = "", flag: str = "--since") -> str:
    """`2026-11-01`, a moment, or an age (`90d`, `12w`, `6h`), as a moment. Raises UsageError."""
    from datetime import datetime, timedelta

    from gate.terms.run import milliseconds

    if not written:
        return ""
    age = _AGE.match(written)
    try:
        if age:
            at = datetime.fromisoformat((now or moment())[:19]) - timedelta(hours=int(age[1]) * _HOURS[age[2]])
            return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
        full = f"{written}T00:00:00.000Z" if _DAY.match(written) else written
        milliseconds(full)
    except (ValueError, OverflowError):
        remedy = f"write {flag} 2026-11-01, or an age: 90d, 12w, 6h"
        raise UsageError(Problem("bad-moment", f"`{written[:40]}` is no day and no age", remedy=remedy)) from None
    return full


@contextmanager
def opened(request: HistoryRequest, *, write: bool = False) -> Iterator[Store]:
    """The history that is meant, to be looked at or, with `write`, looked after. Raises HistoryError."""
    store = open_store(_url(request), request.environ, write=write)
    try:
        if write:
            from gate.history.recording import refuse_care

            refuse_care(store, request.environ)
        yield store
    finally:
        store.close()


def look(request: HistoryRequest) -> list[Chronicle]:
    """What the runs measured. Raises GateError."""
    which = request.which
    with opened(request) as store:
        return chronicles(store, which, request.metric)


def waivers(request: HistoryRequest) -> list[Grant]:
    """The waivers that these runs saw. Raises GateError."""
    which = request.which
    with opened(request) as store:
        return grants(store, which)


def export(request: HistoryRequest) -> str:
    """The runs with all that belongs to them, as lines that `gate log` reads into another history. Raises GateError."""
    from gate.history.lines import exported

    which = request.which
    with opened(request) as store:
        return "".join(f"{line}\n" for line in exported(store, which))


def where(request: HistoryRequest) -> str:
    """The history as it may be shown."""
    return public(_url(request) or request.environ.get(VARIABLE, "") or default_path())


def _url(request: HistoryRequest) -> str:
    return history_here(request.store, request.environ, policies=request.policies)


def render(form: str, found: Sequence[Chronicle]) -> str:
    """Chronicles in one form that a file can hold."""
    from gate.reports import history_data, history_text

    if form == "json":
        return history_data.render_json(found)
    return history_data.render_csv(found) if form == "csv" else history_text.render(found, show_all=True)


# -- names, ranges, retention


def name(request: HistoryRequest, run: str, named: str) -> Run:
    """Give a run a name: `run:NAME` then finds it. Raises HistoryError: no such run, or a name that is another's."""
    refuse_odd(named)
    with opened(request, write=True) as store:
        found = store.run(run)
        if found is None:
            raise HistoryError(Problem("no-such-run", f"there is no run `{run[:80]}` in this history", remedy="gate history"))
        store.add([Name(found.model, named, found.id, moment(), _who(request))])
        return found


def unname(request: HistoryRequest, named: str) -> Run | None:
    """Take a name away; the run that had it. Raises HistoryError: no run, or runs of several models have it."""
    with opened(request, write=True) as store:
        having = [each for each in store.names(request.model) if each.name == named]
        if len(having) != 1:
            what = f"runs of several models have the name `{named[:80]}`" if having else f"no run has the name `{named[:80]}`"
            raise HistoryError(Problem("no-such-run", what, remedy="say which: --model" if having else "gate history --all"))
        store.forget([(having[0].model, named)])
        return store.run(having[0].run)


def exclude(request: HistoryRequest, written: str, why: str) -> Exclusion:
    """Take a range of days out of what is compared with: FIRST..LAST, both included. Raises GateError."""
    since, until = _range(written, "--exclude")
    if not why:
        remedy = f'gate history --exclude {written} --why "labels were wrong"'
        raise UsageError(Problem("usage", "a range is excluded for a reason", remedy=remedy))
    found = Exclusion(request.model or _only_model(request), since, until, why, _who(request))
    with opened(request, write=True) as store:
        store.add([found])
    return found


def include(request: HistoryRequest, written: str) -> Exclusion:
    """Take back what was excluded: the same FIRST..LAST. Raises GateError: no such range, or several models have it."""
    from gate.reports.history import days

    since, until = _range(written, "--include")
    with opened(request, write=True) as store:
        there = store.exclusions(request.model)
        found = [each for each in there if (each.since, each.until) == (since, until)]
        if len(found) != 1:
            ranges = ", ".join(dict.fromkeys("..".join(days(each)) for each in there[:8])) or "none"
            what = f"`{written}` is excluded for several models" if found else f"`{written}` is not excluded"
            raise UsageError(Problem("usage", what, remedy="say which: --model" if found else f"what is excluded: {ranges}"))
        store.forget((), (), [(found[0].model, since, until)])
    return found[0]


def _range(written: str, flag: str) -> tuple[str, str]:
    """From the midnight before the first day to the one after the last. Raises UsageError."""
    first, dots, last = written.partition("..")
    if not (dots and _DAY.match(first) and _DAY.match(last) and first <= last):
        remedy = f"gate history {flag} 2026-03-01..2026-03-07"
        raise UsageError(Problem("usage", "a range has a first and a last day", remedy=remedy))
    return started(first, flag=flag), moment(_seconds(started(last, flag=flag)) + 86400)


def prune(request: HistoryRequest, newest: int | None, *, dry: bool) -> list[Run]:
    """Remove runs that started before `until`, and all but the newest of each model and branch; those that went.

    Never the last that passed, one with a name, one that a baseline stands for, or one that a waiver of today stands on.
    Raises GateError: no run of this model or branch; a policy that cannot be read, as nobody knows then what its baselines are.
    """
    from gate.baselines.run import stands_for
    from gate.history.retention import Keep, superfluous
    from gate.history.retention import prune as remove

    if newest is None and not request.until:
        remedy = "gate history --prune --keep 500, or --prune --until 365d"
        raise UsageError(Problem("usage", "say what may go: all but the newest, or what is older", remedy=remedy))
    if newest is not None and newest < 0:
        raise UsageError(Problem("usage", f"--keep {newest} is no number of runs", remedy="gate history --prune --keep 500"))
    before, named, ahead = started(request.until, request.now, "--until"), list(_baselines(request)), request.ahead
    place = (request.model, request.branch)
    with opened(request) as store:  # to be looked at: none is made where there is none
        runs_by_model(store, Which(model=request.model, branch=request.branch, limit=1))
        stay = {run for model, text, metrics in named for run in stands_for(store, text, model, metrics, ahead)}
        keep = Keep(since=before, newest=newest, named=stay, today=request.now[:10], ahead=ahead)
        if dry:
            return superfluous(store, keep, *place)
    with opened(request, write=True) as store:
        return remove(store, keep, *place)


def _baselines(request: HistoryRequest) -> Iterator[tuple[str, str, Mapping[str, Metric]]]:
    """What the policies compare with in a history: a model's name, `run:…`, and what they say of metrics. Raises PolicyError.

    Several policies may decide on one model together, or each on its own.
    """
    from gate.app.judging import load_all
    from gate.baselines.baseline import model_of
    from gate.policy.find import find

    try:
        paths = find(request.policies, request.environ)
    except PolicyError as error:
        if error.problems[0].slug != "no-policy":
            raise
        return
    policies = load_all(paths, clock(request.now))
    together = model_of(policy.name for policy in policies)
    for policy in policies:
        for source in policy.baselines.values():
            if source.text.startswith("run:"):
                yield policy.name, source.text, policy.metrics
                yield together, source.text, policy.metrics


def _only_model(request: HistoryRequest) -> str:
    with opened(request) as store:
        found = store.models()
    if len(found) != 1:
        raise UsageError(Problem("usage", f"the history holds {len(found)} models", remedy="say which: --model NAME"))
    return found[0]


def _who(request: HistoryRequest) -> str:
    from gate.hosts.actor import actor

    return actor(request.environ)


def _seconds(at: str) -> float:
    from gate.terms.run import milliseconds

    return milliseconds(at) / 1000
