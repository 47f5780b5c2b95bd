"""The main job: read, judge, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from gate import __version__
from gate.app.clock import Clock, clock
from gate.app.evidence import (
    Found,
    baseline_given,
    beside,
    had,
    identities,
    labels,
    named_baselines,
    other_runs,
    path_of,
    refuse_contradiction,
    refuse_nothing,
    repeated,
    tables,
)
from gate.app.judging import Judging, load_all, reads_history
from gate.app.trust.protected import named_in
from gate.baselines.baseline import Surroundings
from gate.errors import GateError, PolicyError, Problem, UsageError
from gate.hosts.here import here
from gate.judge.evidence import Evidence
from gate.judge.judge import identity, judge
from gate.judge.waive import does_not_exist_yet
from gate.policy.find import find
from gate.policy.policy import Policy
from gate.readers.inputs import read_inputs
from gate.record import dataclass, field, replace
from gate.terms.baseline import Baseline
from gate.terms.decision import Decision, ModelIdentity, Reason, Verdict
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    from gate.hosts.facts import Facts
    from gate.judge.past import Past
    from gate.measure.engines.engine import Progress
    from gate.measure.measuring import Measuring


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What `gate check` was asked for. `policy_from` is a revision, "base", or empty for the work tree.

    `definition` is what flags say of the columns of rows, where no policy says it.
    """

    inputs: Sequence[str]
    policies: Sequence[str] = ()
    baselines: Sequence[str] = ()
    policy_from: str = ""
    reader: str | None = None
    first_release: str = ""
    start_ledger: bool = False
    now: str = ""
    stdin: BinaryIO | None = None
    progress: Progress | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    models: Sequence[str] = ()
    definition: Mapping[str, Any] = field(default_factory=dict)
    engine: str = "duckdb"
    memory: str = ""


def judging_of(request: CheckRequest) -> Judging:
    """Who judges. Raises GateError, with corrected lines where the metrics tell what was meant."""
    moment = clock(request.now)
    try:
        if request.policy_from:
            from gate.app.trust.trusted import trusted

            return trusted(request.policy_from, request.policies, moment, request.environ)
        return Judging(tuple(load_all(find(request.policies, request.environ), moment)))
    except PolicyError as error:
        from gate.app.mend import with_names

        raise PolicyError(*with_names(error.problems, _metrics_if_readable(request))) from None


def _metrics_if_readable(request: CheckRequest) -> Measurements | None:
    """The candidate's measurements, for their names only; standard input is left alone."""
    try:
        return read_inputs([spec for spec in request.inputs if spec != "-"], format=request.reader) if request.inputs else None
    except GateError:
        return None


def check(request: CheckRequest, judging: Judging | None = None) -> Decision:
    """The decision; who judges is found out unless it is given. Raises GateError where none can be reached."""
    moment = clock(request.now)
    judging = judging_of(request) if judging is None else judging
    if not request.inputs:
        raise UsageError(Problem("no-input", "nothing to check: name a metrics file", remedy="gate check metrics.json"))
    at = with_history(judging, surroundings(request, judging.policies, moment.now), moment, request.baselines)
    model = _model(request.models)
    candidate, at = _read(request, judging, at)
    given = baseline_given(request.baselines, request.inputs, at, request.stdin) or beside(candidate, at)
    candidate, given = _together(replace(candidate, beside=None, digests=tuple(sorted(each.sha256 for each in model))), given)
    decision = decide(judging, candidate, given, moment, request.first_release, at, request.start_ledger)
    return replace(decision, commit=commit_of(at.facts), run_url=at.facts.run_url if at.facts else "", model=model)


def _read(request: CheckRequest, judging: Judging, at: Surroundings) -> tuple[Measurements, Surroundings]:
    """What is judged: files, rows, or a recorded run, whose own steps are then its past."""
    if not any(each.startswith("run:") for each in request.inputs):
        return read_inputs(request.inputs, format=request.reader, stdin=request.stdin, measuring=at.measuring), at
    from gate.app.past import history_of
    from gate.app.run_input import judged_run
    from gate.history.store import Which

    url, revision = history_of(judging.policies, trusted=False), judging.revision
    among = Which(model=at.model, before=clock(request.now).before)
    found = judged_run(request.inputs, str(url), request.environ, trusted=revision is not None, among=among)
    return found.candidate, replace(at, run=found.run.id)


def _model(paths: Sequence[str]) -> tuple[ModelIdentity, ...]:
    """The digests of the model that is judged. Raises GateError."""
    if not paths:
        return ()
    from gate.attest.model import identified

    return identified(paths)


def _together(candidate: Measurements, given: Found | None) -> tuple[Measurements, Found | None]:
    """The candidate and a baseline that was measured in its rows, with one evidence for both."""
    if not isinstance(given, Baseline) or given.measurements.beside is None:
        return candidate, given
    from gate.app.pairing import with_evidence

    return with_evidence(candidate, given)


def _remarks(baselines: Sequence[Baseline]) -> tuple[Reason, ...]:
    if not any(each.measurements.remarks for each in baselines):
        return ()
    from gate.app.pairing import remarks

    return remarks(baselines)


def surroundings(request: CheckRequest, policies: Sequence[Policy], now: str = "") -> Surroundings:
    """What baselines may be found by."""
    return Surroundings(
        inputs=tuple(request.inputs),
        format=request.reader,
        facts=here(request.environ),
        policies=tuple((policy.file, policy.name) for policy in policies),
        environ=request.environ,
        measuring=measuring_of(policies, now, request),
        metrics={name: fact for policy in policies for name, fact in policy.metrics.items()},
    )


def measuring_of(policies: Sequence[Policy], now: str = "", request: CheckRequest | None = None) -> Measuring | None:
    """What rows are measured by: the policies that judge say it, so that a change cannot choose its own labels."""
    asked = request.definition if request else {}
    if not asked and all(policy.measure is None for policy in policies):
        return None
    from gate.app.measuring import of_flags, refuse_again
    from gate.measure.engines.engine import Effort

    refuse_again(asked, policies)
    effort = Effort(memory=request.memory, progress=request.progress) if request else Effort()
    return of_flags(asked, policies, effort, request.engine if request else "duckdb", now)


def files_of(request: CheckRequest, policies: Sequence[Policy]) -> list[str]:
    """Every file that a check reads, so that no report overwrites one; without policies, those that they may read."""
    paths = [path_of(spec) for spec in (*request.inputs, *request.baselines) if spec != "-"] + list(request.models)
    paths += [str(request.definition[role]) for role in ("reference", "train") if role in request.definition]
    named: list[str] = []
    with suppress(PolicyError):  # said when the policies are loaded
        named = find(request.policies, {} if request.policy_from else request.environ)
    return [*paths, *named, *([path for policy in policies for path in policy.files] if policies else named_in(named))]


def decide(
    judging: Judging | Sequence[Policy],
    candidate: Measurements,
    given: Found | None,
    moment: Clock,
    first_release: str = "",
    at: Surroundings | None = None,
    start_ledger: bool = False,
) -> Decision:
    """The decision on measurements at hand. Raises GateError."""
    judging = judging if isinstance(judging, Judging) else Judging(tuple(judging))
    refuse_nothing(candidate)
    refuse_contradiction(judging.policies, candidate)
    at = with_history(judging, at or Surroundings(), moment)
    baselines = other_runs(named_baselines(judging.policies, given, at), candidate)
    if any(isinstance(each, Baseline) and each.measurements.model for each in baselines.values()):
        from gate.app.pairing import with_named

        candidate, baselines = with_named(candidate, baselines)
    past = _past(judging, candidate, at)
    evidence = Evidence(
        candidate, tables(baselines), moment.today, first_release, labels(baselines), past=past, dependent=repeated(candidate)
    )
    decision = _replayed(judging, _within_budget(judging, evidence, moment, at, start_ledger), at)
    if first_release and had(baselines) and not any(map(does_not_exist_yet, decision.findings)):
        what = "--first-release is for rules whose baseline or history does not exist yet; all were found"
        raise UsageError(
            Problem("not-first-release", what, remedy="take --first-release out; what must ship all the same needs a waiver")
        )
    return replace(
        decision,
        inputs=identities(candidate, baselines),
        baselines=tuple(had(baselines)),
        notes=(*decision.notes, *_remarks(had(baselines))),
        judged_at=moment.now,
        simulated=moment.simulated,
        gate_version=__version__,
    )


def with_history(judging: Judging, at: Surroundings, moment: Clock, given: Sequence[str] = ()) -> Surroundings:
    """The surroundings with the history that the policies name, where these or a baseline that is given look anything up."""
    if not (reads_history(judging.policies) or any(each.startswith("run:") for each in given)):
        return at
    from gate.app.past import history_of

    url = history_of(judging.policies, trusted=judging.revision is not None)
    return replace(at, history=url, before=moment.before)


def _past(judging: Judging, candidate: Measurements, at: Surroundings) -> Past:
    if not reads_history(judging.policies):
        return None
    from gate.app.past import past_of

    return past_of(judging.policies, candidate, at)


def _within_budget(judging: Judging, evidence: Evidence, moment: Clock, at: Surroundings, start_ledger: bool) -> Decision:
    """The decision, on what the budget of the test set leaves where a policy states one."""
    if not (start_ledger or any(policy.holdout is not None for policy in judging.policies)):
        return _judged(judging, evidence)
    from gate.app.holdout.holdout import Run, granted

    with granted(judging.policies, evidence.candidate, Run(moment, at.facts, start_ledger, at.environ)) as grant:
        return grant.noted(_judged(judging, replace(evidence, alpha_share=grant.share, holdout=grant.doubt)))


def _replayed(judging: Judging, decision: Decision, at: Surroundings) -> Decision:
    """With what a changed policy would have said of recorded runs, where the trusted one names a history."""
    if decision.proposed is None or judging.proposal is None or not any(policy.history for policy in judging.policies):
        return decision
    from gate.app.backtest import with_replay

    return with_replay(decision, judging.policies, judging.proposal.policies, at)


def _judged(judging: Judging, evidence: Evidence) -> Decision:
    decision = judge(judging.policies, evidence)
    if judging.revision is None:
        return decision
    from gate.app.trust.proposed import by_revision

    return by_revision(decision, judging, evidence)


def failed(error: GateError, request: CheckRequest, judging: Judging | None = None) -> Decision:
    """The decision that says why there is none: verdict `error`, with the messages."""
    moment, facts = _clock_or_machine(request.now), here(request.environ)
    return Decision(
        verdict=Verdict.ERROR,
        policies=tuple(identity(policy) for policy in judging.policies) if judging else (),
        revision=judging.revision if judging else None,
        messages=tuple(str(problem) for problem in error.problems),
        commit=commit_of(facts),
        run_url=facts.run_url if facts else "",
        judged_at=moment.now,
        simulated=moment.simulated,
        gate_version=__version__,
    )


def _clock_or_machine(given: str) -> Clock:
    try:
        return clock(given)
    except UsageError:
        return clock()


def commit_of(facts: Facts | None) -> str:
    """The commit that is judged: a change's own newest one, not the merge that CI made for the test."""
    return (facts.head or facts.commit) if facts else ""
