"""What follows a verdict: which actions of the policies are due, by the history; and with `--act`, they are done.

The verdict is there before, and stays as it is. Only runs of trusted events count, and only those act: a change neither
sends an alert nor keeps one quiet. What is held back is told, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from gate.app.judging import Judging
from gate.errors import GateError
from gate.policy.action import STARTING, Action, When
from gate.policy.policy import Policy
from gate.record import dataclass, replace
from gate.terms.acted import DONE, FAILED, HELD, WOULD, Acted
from gate.terms.decision import WORST_FIRST, Decision, Verdict
from gate.terms.run import moment

if TYPE_CHECKING:
    from gate.actions.order import Doer, Order
    from gate.app.acting.acted_before import Before

_BAD = ("fail", "undecided", "error")
_GOOD = ("pass", "warn")


class Standing(Enum):
    """Whether an action is held back whose condition holds: it waits, it was done, or nobody knows what was before."""

    FREE = "free"
    WAITS = "waits"
    DONE = "done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Due:
    """An action of a policy on this decision; `why` says why it is held back, if it is."""

    policy: Policy
    action: Action
    id: str
    standing: Standing = Standing.FREE
    why: str = ""


def acted(decision: Decision, judging: Judging, environ: Mapping[str, str], *, act: bool) -> Decision:
    """The decision with what follows it: done where `act` is, else only named. Raises nothing of the history's or a server's."""
    if decision.verdict is Verdict.ERROR or not any(policy.actions for policy in judging.policies):
        return decision
    from gate.app.acting.acted_before import opened

    with opened(decision, judging, environ, act=act) as before:
        told = [_one(due, decision, before, environ) for due in _due(decision, judging.policies, before)]
    return replace(decision, actions=tuple(told))


def _due(decision: Decision, policies: Sequence[Policy], before: Before) -> Iterator[Due]:
    for policy in policies:
        for action in policy.actions:
            found = _weighed(policy, action, decision, before)
            if found is not None:
                yield found


def _weighed(policy: Policy, action: Action, decision: Decision, before: Before) -> Due | None:
    """Whether the action is due; None where its time has not come, or it is long done and nobody waits for it."""
    now = state_now(decision, policy, action)
    if not _holds(action.when, now):
        return None
    identity = _identity(action, decision, before.job)
    if before.unknown:
        return _blindly(Due(policy, action, identity), before.unknown)
    count, since, was = 1, "", ""
    for run in before.runs:
        was = run.state(policy.file, action.rules)
        since = run.run.started
        if not _holds(action.when, was):
            break
        count, since, was = count + 1, "", ""
    if action.when is When.RECOVERED and was not in _BAD:
        return None
    standing, why = _standing(action, before, _key(action, decision), identity, count, since)
    quiet = action.when in (When.RECOVERED, When.PASS) and standing is Standing.DONE
    return None if quiet else Due(policy, action, identity, standing, why)


def _blindly(due: Due, unknown: str) -> Due:
    """What is due where nobody knows what was before: an alert goes out once too often, nothing else is started."""
    action = due.action
    if action.when is When.RECOVERED:
        what = "it has failed before"
    elif action.runs > 1:
        what = f"this is run {action.runs} in a row"
    elif action.do in STARTING:
        what = "it was started already"
    else:
        return due
    return replace(due, standing=Standing.UNKNOWN, why=f"whether {what} is not known: {unknown}")


def _standing(action: Action, before: Before, key: str, identity: str, count: int, since: str) -> tuple[Standing, str]:
    """Whether an action whose condition holds is done now, and why not. `since` is the last run that was otherwise."""
    if count < action.runs:
        return Standing.WAITS, f"run {count} of {action.runs} in a row"
    last = before.last(key)
    if last is None:
        return Standing.FREE, ""
    on = _minute(last.at)
    done = "done" if before.acts else "named"
    if last.begun and action.do in STARTING:
        what = f"it was begun on {on}, and whether it was done is not known: look there, then `gate history`"
        return Standing.UNKNOWN, what
    if last.begun:
        return Standing.FREE, ""
    if last.id == identity:
        return Standing.DONE, f"{done} on {on} already, for this very run"
    if action.hours:
        again = _later(last.at, action.hours)
        late = before.now >= again
        return (Standing.FREE, "") if late else (Standing.DONE, f"{done} on {on}, and not again before {_minute(again)}")
    otherwise = last.at <= since
    return (Standing.FREE, "") if otherwise else (Standing.DONE, f"{done} on {on}, and it has not been otherwise since")


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _later(at: str, hours: int) -> str:
    from gate.terms.run import milliseconds

    return moment(milliseconds(at) / 1000 + hours * 3600)


def _holds(when: When, state: str) -> bool:
    return state in _GOOD if when is When.RECOVERED else state == when.value


def state_now(decision: Decision, policy: Policy, action: Action) -> str:
    """The verdict, or the worst of what the action's rules contribute to it; empty where they have no finding."""
    if not action.rules:
        return decision.verdict.value
    found = {each.effect for each in decision.findings if each.policy == policy.file and each.rule in action.rules}
    return next((each.value for each in WORST_FIRST if each in found), "")


def _key(action: Action, decision: Decision) -> str:
    """What the action is known by from run to run. To promote another model is another thing, though the last one passed, too."""
    if action.do != "promote":
        return action.key
    from hashlib import sha256

    return f"{action.key}-{sha256(' '.join(each.sha256 for each in decision.model).encode()).hexdigest()[:16]}"


def _identity(action: Action, decision: Decision, job: str) -> str:
    """The same where the same run is judged again: by CI's number of it, and by what was judged."""
    from hashlib import sha256

    digests = [[each.sha256 for each in decision.policies], [each.sha256 for each in decision.inputs]]
    judged = [action.key, job, decision.commit, *digests, [each.sha256 for each in decision.model]]
    return sha256(json.dumps([*judged, decision.judged_at[:10] if decision.simulated else ""]).encode()).hexdigest()[:32]


# -- doing


def _one(due: Due, decision: Decision, before: Before, environ: Mapping[str, str]) -> Acted:
    from gate import registry
    from gate.actions.order import Order

    doer: Doer = registry.load("actions", due.action.do)
    free = due.standing is Standing.FREE
    order = Order(action=due.action, decision=decision, id=due.id, facts=before.facts)
    told = Acted(
        do=due.action.do,
        when=due.action.when.value,
        rules=due.action.rules,
        status=WOULD if free else HELD,
        text=doer.said(order),
        why=due.why or before.why_not,
        key=_key(due.action, decision),
    )
    return _done(doer, order, told, before, environ) if before.acts and free else told


def _done(doer: Doer, order: Order, told: Acted, before: Before, environ: Mapping[str, str]) -> Acted:
    """It is written down before it is begun: whoever breaks off in between leaves a trace."""
    from gate.actions.order import UnsureError

    noted = before.note(told.key, order.id, "begun")
    if noted and order.action.do in STARTING:
        return replace(told, status=HELD, why=f"it cannot be noted that it was started: {noted}")
    try:
        doer.perform(order, environ)
    except GateError as error:
        if not isinstance(error, UnsureError):
            before.note(told.key, order.id, "failed")
        return replace(told, status=FAILED, why="; ".join(_reasons(error)))
    noted = before.note(told.key, order.id, "done")
    why = f"it may be done again, as that cannot be noted: {noted}" if noted else ""
    return replace(told, status=DONE, why=why)


def _reasons(error: GateError) -> Iterator[str]:
    for each in error.problems[:3]:
        yield each.message
        if each.remedy:
            yield each.remedy.replace("\n", " ")
