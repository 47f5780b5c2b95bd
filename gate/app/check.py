"""The main job: read, judge, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO

from gate import __version__
from gate.app.clock import Clock, clock
from gate.app.evidence import identities, named_baselines, path_of, refuse_contradiction, refuse_itself, refuse_nothing
from gate.app.protected import named_in
from gate.errors import GateError, PolicyError, Problem, UsageError
from gate.judge.evidence import Evidence
from gate.judge.judge import identity, judge
from gate.policy.find import find
from gate.policy.load import load
from gate.policy.policy import Policy
from gate.readers.inputs import read_inputs
from gate.record import dataclass, field, replace
from gate.terms.decision import Decision, Verdict
from gate.terms.measurements import Measurements


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What `gate check` was asked for."""

    inputs: Sequence[str]
    policies: Sequence[str] = ()
    baselines: Sequence[str] = ()
    reader: str | None = None
    first_release: str = ""
    now: str = ""
    stdin: BinaryIO | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


def policies_of(request: CheckRequest) -> list[Policy]:
    """The policies that judge. Raises GateError, with corrected lines where the metrics tell what was meant."""
    paths, moment = find(request.policies, request.environ), clock(request.now)
    try:
        return load_all(paths, moment)
    except PolicyError as error:
        from gate.app.mend import with_names

        raise PolicyError(*with_names(error.problems, _metrics_if_readable(request))) from None


def _metrics_if_readable(request: CheckRequest) -> Measurements | None:
    """The candidate's measurements, for their names only; standard input is left alone."""
    try:
        return read_inputs([spec for spec in request.inputs if spec != "-"], format=request.reader) if request.inputs else None
    except GateError:
        return None


def check(request: CheckRequest, policies: Sequence[Policy] | None = None) -> Decision:
    """The decision; the policies are loaded unless they are given. Raises GateError where none can be reached."""
    moment = clock(request.now)
    policies = policies_of(request) if policies is None else policies
    if not request.inputs:
        raise UsageError(Problem("no-input", "nothing to check: name a metrics file", remedy="gate check metrics.json"))
    refuse_itself(request.inputs, request.baselines)
    candidate = read_inputs(request.inputs, format=request.reader, stdin=request.stdin)
    given = read_inputs(request.baselines, format=request.reader, stdin=request.stdin) if request.baselines else None
    decision = decide(policies, candidate, given, moment, request.first_release, request.inputs)
    return replace(decision, commit=commit_of(request.environ))


def files_of(request: CheckRequest, policies: Sequence[Policy]) -> list[str]:
    """Every file that a check reads, so that no report overwrites one; without policies, those that they may read."""
    paths = [path_of(spec) for spec in (*request.inputs, *request.baselines) if spec != "-"]
    named: list[str] = []
    with suppress(PolicyError):  # said when the policies are loaded
        named = find(request.policies, request.environ)
    return [*paths, *named, *([path for policy in policies for path in policy.files] if policies else named_in(named))]


def load_all(paths: Sequence[str], moment: Clock) -> list[Policy]:
    """Every policy. Raises one PolicyError with what is wrong in all of them."""
    loaded: list[Policy] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            loaded.append(load(path, moment.today))
        except GateError as error:
            problems += error.problems
    if problems:
        raise PolicyError(*problems)
    return loaded


def decide(
    policies: Sequence[Policy],
    candidate: Measurements,
    given: Measurements | None,
    moment: Clock,
    first_release: str = "",
    inputs: Sequence[str] = (),
) -> Decision:
    """The decision on measurements at hand. Raises GateError."""
    refuse_nothing(candidate)
    refuse_contradiction(policies, candidate)
    baselines = named_baselines(policies, given, inputs)
    if first_release and any(isinstance(found, Measurements) for found in baselines.values()):
        what = "--first-release is for a model without a baseline; one was found"
        raise UsageError(
            Problem("not-first-release", what, remedy="take --first-release out; what must ship all the same needs a waiver")
        )
    evidence = Evidence(candidate, baselines, moment.today, first_release)
    decision = judge(policies, evidence)
    return replace(
        decision,
        inputs=identities(candidate, baselines),
        judged_at=moment.now,
        simulated=moment.simulated,
        gate_version=__version__,
    )


def failed(error: GateError, request: CheckRequest, policies: Sequence[Policy] = ()) -> Decision:
    """The decision that says why there is none: verdict `error`, with the messages."""
    moment = _clock_or_machine(request.now)
    return Decision(
        verdict=Verdict.ERROR,
        policies=tuple(identity(policy) for policy in policies),
        messages=tuple(str(problem) for problem in error.problems),
        commit=commit_of(request.environ),
        judged_at=moment.now,
        simulated=moment.simulated,
        gate_version=__version__,
    )


def _clock_or_machine(given: str) -> Clock:
    try:
        return clock(given)
    except UsageError:
        return clock()


def commit_of(environ: Mapping[str, str]) -> str:
    """The commit that CI says it builds, in full; empty where none is told."""
    for key in ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "BITBUCKET_COMMIT", "CIRCLE_SHA1", "GIT_COMMIT"):
        value = environ.get(key, "")
        if len(value) in (40, 64) and all(letter in "0123456789abcdef" for letter in value):
            return value
    return ""
