"""What was before, as far as actions go: the runs of trusted events, what they were, and what was done after them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gate.app.judging import Judging
from gate.app.past import history_of
from gate.errors import GateError
from gate.history.begin import where
from gate.hosts.here import here
from gate.language.value import Doubt
from gate.record import dataclass, field, replace
from gate.terms.acted import DONE, WOULD
from gate.terms.decision import WORST_FIRST, Decision
from gate.terms.run import DECISION, Run, State, Status, milliseconds, moment

if TYPE_CHECKING:
    from gate.history.store import Store
    from gate.hosts.facts import Facts

MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class Last:
    """When an action was done last, and for which run; `begun`: nobody knows whether it was."""

    at: str
    id: str = ""
    begun: bool = False


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run with the decision that it recorded."""

    run: Run
    decision: Mapping[str, Any]

    def state(self, policy: str, rules: tuple[str, ...]) -> str:
        """The verdict, or the worst that rules of a policy contributed to it; empty where it does not tell."""
        if not rules:
            return self.run.verdict
        found = {
            each.get("effect") for each in self._items("findings") if each.get("policy") == policy and each.get("rule") in rules
        }
        return next((each.value for each in WORST_FIRST if each.value in found), "")

    def done(self, key: str, statuses: tuple[str, ...]) -> bool:
        """Whether the action was done then."""
        return any(each.get("key") == key and each.get("status") in statuses for each in self._items("actions"))

    def _items(self, name: str) -> list[Mapping[str, Any]]:
        found = self.decision.get(name)
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """`unknown` says why nothing is known of earlier runs, `why_not` why nothing is done now. `now` is this run's moment."""

    now: str
    simulated: bool
    runs: tuple[PastRun, ...] = ()
    states: Mapping[str, Last] = field(default_factory=dict)
    unknown: str = ""
    why_not: str = ""
    acts: bool = False
    prefix: str = ""
    store: Store | None = None
    facts: Facts | None = None

    @property
    def job(self) -> str:
        return f"{self.facts.host} {self.facts.run}" if self.facts and self.facts.run else ""

    def last(self, key: str) -> Last | None:
        """When the action was done last. Where nothing is ever done, what was named counts, or it would be named each time."""
        statuses = (DONE,) if self.acts else (DONE, WOULD)
        told = [Last(each.run.started) for each in self.runs if each.done(key, statuses)]
        return max((*told[:1], *([self.states[key]] if key in self.states else [])), key=lambda each: each.at, default=None)

    def note(self, key: str, identity: str, status: str) -> str:
        """Remember it; why that cannot be, or nothing."""
        if self.store is None:
            return self.unknown
        at = self.now if self.simulated else moment()
        text = json.dumps({"at": at, "id": identity, "status": status}, sort_keys=True)
        try:
            self.store.add([State(f"{self.prefix}{key}", text, moment())])
        except GateError as error:
            return error.problems[0].message
        return ""


@contextmanager
def opened(decision: Decision, judging: Judging, environ: Mapping[str, str], *, act: bool) -> Iterator[Before]:
    """What was before this decision. Trouble with the history is told in it."""
    run, now = where(environ), decision.judged_at.replace("Z", ".000Z") if decision.simulated else moment()
    acts = act and run.trusted
    blank = Before(
        now=now, simulated=decision.simulated, acts=acts, why_not=_why_not(act, run.trusted), facts=here(environ),
        prefix=f"action {decision.name or 'model'} {run.branch} ",
    )  # fmt: skip
    store: Store | None = None
    try:
        try:
            url = history_of(judging.policies, trusted=judging.revision is not None)
            if isinstance(url, Doubt):
                yield replace(blank, unknown=url.text)
                return
            store = _store(url, environ, write=acts)
            before = _read(blank, store, decision.name or "model", run.branch) if store is not None else blank
        except GateError as error:
            before = replace(blank, unknown=error.problems[0].message)
        yield before
    finally:
        if store is not None:
            store.close()


def _why_not(act: bool, trusted: bool) -> str:
    if not act:
        return "`--act` does it"
    return "" if trusted else "this job runs a change: pushes, the clock and people act"


def _store(url: str, environ: Mapping[str, str], *, write: bool) -> Store | None:
    """The history; None where there is none yet, and nothing is to be written."""
    from gate.history.store import open_store

    try:
        return open_store(url, environ, write=write)
    except GateError as error:
        if error.problems[0].slug == "history-missing":
            return None
        raise


def _read(blank: Before, store: Store, model: str, branch: str) -> Before:
    from gate.history.store import Which

    before = blank.now if blank.simulated else ""
    which = Which(model=model, branch=branch or None, trusted=True, status=Status.FINISHED, before=before, limit=MOST_RUNS)
    runs = [run for run in store.runs(which) if run.verdict]
    past = tuple(PastRun(run, _document(store.document(run.id, DECISION))) for run in runs)
    states = {}
    for state in store.states(blank.prefix):
        found = _state(state, blank.now)
        if found is not None:
            states[state.key.removeprefix(blank.prefix)] = found
    return replace(blank, store=store, runs=past, states=states)


def _state(state: State, now: str) -> Last | None:
    told = _document(state.text)
    at, identity, status = (str(told.get(name, "")) for name in ("at", "id", "status"))
    if status not in ("begun", "done") or not _is_past(at, now):
        return None
    return Last(at, identity, status == "begun")


def _is_past(at: str, now: str) -> bool:
    """Whether it is a moment, and none that is still to come: such a one would keep an alert quiet until then."""
    try:
        return milliseconds(at) <= milliseconds(now)
    except ValueError:
        return False


def _document(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
