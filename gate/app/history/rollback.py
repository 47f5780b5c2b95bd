"""Where to roll back to: the newest run that passed before a model in production failed."""

from __future__ import annotations

from collections.abc import Mapping

from gate.app.clock import Clock
from gate.app.judging import Judging
from gate.app.past import history_of
from gate.baselines.baseline import Surroundings
from gate.baselines.run import branch_of
from gate.errors import GateError
from gate.language.value import Doubt
from gate.record import replace
from gate.terms.decision import Decision, Reason
from gate.terms.run import Run


def with_target(decision: Decision, judging: Judging, environ: Mapping[str, str]) -> Decision:
    """The decision with a note that names the run; only where a monitor fails. Trouble with the history is none here."""
    if not decision.monitors or decision.passed:
        return decision
    run = _newest(decision, judging, environ)
    if isinstance(run, Doubt):
        text, remedy = f"there is no run to roll back to: {run.text}", run.remedy
    elif run is None:
        text, remedy = "there is no recorded run that passed, to roll back to", "record runs: `gate check --record`"
    else:
        text, remedy = (
            f"the newest run that passed is {run.id} of {run.started[:10]}{_facts(run)}",
            f"roll back to {_target(run)}",
        )
    return replace(decision, notes=(*decision.notes, Reason("rollback", text, remedy)))


def _newest(decision: Decision, judging: Judging, environ: Mapping[str, str]) -> Run | Doubt | None:
    """The newest passing run of trusted events on this branch; runs of a day to come do not count."""
    from gate.history.store import Which, open_store

    branch = branch_of(Surroundings(environ=environ))
    if isinstance(branch, Doubt):
        return branch
    which = Which(
        model=decision.name or "model",
        branch=branch,
        trusted=True,
        passed=True,
        excluded=False,
        before=Clock(decision.judged_at, decision.simulated).before,
        limit=1,
    )
    try:
        url = history_of(judging.policies, trusted=judging.revision is not None)
        if isinstance(url, Doubt):
            return None
        store = open_store(url, environ)
    except GateError:
        return None
    try:
        return next(iter(store.runs(which)), None)
    except GateError:
        return None
    finally:
        store.close()


def _facts(run: Run) -> str:
    told = [f"version {run.version}"] * bool(run.version) + [f"commit {run.commit[:12]}"] * bool(run.commit)
    told += [f"model {run.model_digest[:12]}"] * bool(run.model_digest)
    return f" ({', '.join(told)})" if told else ""


def _target(run: Run) -> str:
    if run.version:
        return f"version {run.version}"
    return (
        f"model {run.model_digest[:12]}" if run.model_digest else f"commit {run.commit[:12]}" if run.commit else f"run {run.id}"
    )
