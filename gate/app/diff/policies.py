"""A policy beside a policy, and both on the same metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.app.check import decide
from gate.app.clock import Clock
from gate.app.evidence import baseline_given
from gate.baselines.baseline import Surroundings
from gate.judge.judge import check_blocking
from gate.policy import text
from gate.policy.change import PolicyComparison, Trial
from gate.policy.difference import difference
from gate.policy.load import resolve
from gate.policy.policy import Policy
from gate.readers.inputs import read_inputs
from gate.readers.source import SourceFile, is_stdin
from gate.record import replace
from gate.terms.measurements import Source
from gate.terms.replay import Replay


def read_policy(file: SourceFile, path: str, today: str) -> Policy:
    """The policy in a file. Raises PolicyError; also where nothing in it can block, as no model is judged by such a one."""
    policy = resolve(text.parse(file.data, file.name, "" if is_stdin(path) else path), today)
    check_blocking(policy, today)
    return policy


def compare_policies(
    old: Policy, new: Policy, today: str, trial: Trial | None = None, replay: Replay | None = None
) -> PolicyComparison:
    """What became of the old policy."""
    sources = [Source(policy.file, "policy", policy.sha256) for policy in (old, new)]
    return PolicyComparison(sources[0], sources[1], difference(old, new, today), trial, (*old.files, *new.files), replay)


def tried(old: Policy, new: Policy, metrics: Sequence[str], baselines: Sequence[str], moment: Clock) -> Trial:
    """Both policies on the same files. Raises GateError where these cannot be read."""
    at = Surroundings(inputs=metrics)
    candidate = read_inputs(metrics)
    given = baseline_given(baselines, metrics, at)
    decisions = [decide([policy], candidate, given, moment, at=at) for policy in (old, new)]
    return Trial(tuple(metrics), decisions[0], decisions[1])


def replayed(old: Policy, new: Policy, runs: str, store: str, environ: Mapping[str, str], moment: Clock) -> Replay:
    """Both policies on recorded runs, in this history, else the one that the old one names. Raises GateError: there is none."""
    from gate.app.backtest import replay
    from gate.app.past import history_of

    at = Surroundings(environ=environ, policies=((old.file, old.name),), before=moment.before)
    return replay([old], [new], runs, replace(at, history=store or history_of([old], trusted=False)))
