"""`gate check --record`: a decision with its measurements, as a run in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from gate.app.diff.runs import PREFIX
from gate.app.log.log import RUN
from gate.app.past import test_set_of
from gate.errors import GateError
from gate.history import recording
from gate.history.begin import begun
from gate.history.points import of_measurement
from gate.history.store import Store, open_store
from gate.policy.policy import Policy, Waiver
from gate.record import replace
from gate.reports import json
from gate.terms.decision import Decision, Verdict
from gate.terms.measurements import Measurements
from gate.terms.run import DECISION, WAIVERS, Entry, Point, Run, Status, moment, new_id


def trouble(decision: Decision, policies: Sequence[Policy], environ: Mapping[str, str]) -> str:
    """Keep the decision in the history; why it is not kept, or nothing. The verdict is what it is either way."""
    try:
        remember(decision, policies, environ)
    except GateError as error:
        return f"the run is not recorded: {error}"
    return ""


def remember(decision: Decision, policies: Sequence[Policy], environ: Mapping[str, str]) -> Run:
    """Keep the decision, and all that it was made from, where the policies say, else the environment. Raises GateError."""
    documents = {DECISION: json.render(decision)}
    waivers = [_waiver(policy, waiver) for policy in policies for waiver in policy.waivers]
    if waivers:
        from gate.history.rows import encode

        documents[WAIVERS] = encode(waivers)
    named = next((policy.history for policy in policies if policy.history), "")
    store = open_store(named, environ, write=True)
    try:
        run = _of_known(_run(decision, environ), _known(decision, store, environ), decision)
        recording.add(store, [Entry(run, _points(decision.candidate), documents)])
    finally:
        store.close()
    return run


def _run(decision: Decision, environ: Mapping[str, str]) -> Run:
    """The run of a decision. One that was made as if on another day was made on that day."""
    begun_ = begun(environ, decision.name or "model")
    at = decision.judged_at.replace("Z", ".000Z") if decision.simulated else begun_.started
    return replace(
        begun_,
        id=new_id(at),
        started=at,
        finished=at if decision.simulated else moment(),
        status=Status.FAILED if decision.verdict is Verdict.ERROR else Status.FINISHED,
        commit=decision.commit or begun_.commit,
        url=decision.run_url or begun_.url,
        verdict=decision.verdict.value,
        policy=" + ".join(policy.sha256 for policy in decision.policies),
        model_digest=" + ".join(model.sha256 for model in decision.model),
        test_set=test_set_of(decision.candidate),
    )


def _judged_run(decision: Decision) -> str:
    """The id of the recorded run that was judged, empty where files were."""
    return next(
        (
            each.name.removeprefix(PREFIX)
            for each in decision.inputs
            if (each.role, each.format) == ("metrics", "history") and each.name.startswith(PREFIX)
        ),
        "",
    )


def _known(decision: Decision, store: Store, environ: Mapping[str, str]) -> Run | None:
    """The recorded run of the model that was judged: the INPUT `run:ID`, else the one of this model that $GATE_RUN names."""
    judged, joined = _judged_run(decision), environ.get(RUN, "")
    found = store.run(judged or joined) if judged or joined else None
    return found if judged or (found is not None and found.model == (decision.name or "model")) else None


def _of_known(run: Run, known: Run | None, decision: Decision) -> Run:
    """The run with what an earlier one says of the same model: params, version, digest, which rows were measured.

    What is not trusted says nothing of a run that is, and the numbers of such a run make the decision on them no more trusted:
    a rollback, and a baseline, go to what a trusted job recorded.
    """
    versions = {source.version for source in decision.candidate.sources if source.version} if decision.candidate else set()
    run = replace(run, version=versions.pop()) if len(versions) == 1 else run
    if known is None:
        return run
    if _judged_run(decision):
        run = replace(run, trusted=run.trusted and known.trusted)
    another = run.model_digest and known.model_digest and run.model_digest != known.model_digest
    if another or (run.trusted and not known.trusted):
        return run
    return replace(
        run,
        params=known.params,
        version=run.version or known.version,
        model_digest=run.model_digest or known.model_digest,
        test_set=run.test_set or known.test_set,
    )


def _points(table: Measurements | None) -> tuple[Point, ...]:
    """Every measurement that is a number; what is none stands in the decision."""
    numbers = (item for item in table or () if item.value is not None and not isinstance(item.value, bool))
    return tuple(of_measurement(item) for item in numbers if isfinite(float(item.value or 0)))


def _waiver(policy: Policy, waiver: Waiver) -> dict[str, object]:
    """A waiver as the policy states it, for those who list them."""
    told: dict[str, object] = {
        "policy": policy.name,
        "rule": waiver.rule,
        "until": waiver.until,
        "why": waiver.why,
        "by": waiver.by,
    }
    if waiver.slice:
        told["slice"] = dict(waiver.slice.parts)
    return {**told, "floor": waiver.floor.text} if waiver.floor is not None else told
