"""gate from Python: the same job as `gate check`, on mappings or files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from gate.app.check import decide, measuring_of, with_history
from gate.app.clock import Clock, clock
from gate.app.evidence import baseline_given, beside, stated
from gate.app.judging import Judging, load_all
from gate.app.listener import listener
from gate.baselines.baseline import Surroundings
from gate.errors import Problem, UsageError
from gate.policy.find import find
from gate.policy.policy import Policy
from gate.readers.inputs import merge, read_inputs, read_mapping
from gate.record import replace
from gate.terms.decision import Decision
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    from gate.measure.measuring import Measuring

Metrics: TypeAlias = Mapping[str, Any] | Measurements | str | os.PathLike[str]


def check(
    metrics: Metrics | Sequence[Metrics],
    policy: str | os.PathLike[str] | Policy | Sequence[str | os.PathLike[str] | Policy] | None = None,
    *,
    baseline: Metrics | None = None,
    first_release: str = "",
    now: str = "",
) -> Decision:
    """Judge metrics by a policy.

    `metrics` and `baseline` are mappings (`{"accuracy": 0.85}`, `{"recall": {"value": 0.9, "n": 400}}`), what
    `gate.measure` returned, or paths of metrics files, or of rows that the policy's `measure:` describes; `policy` is a
    path, a loaded Policy or several, by default `$GATE_POLICY` or the nearest gate.yaml. Raises GateError where no
    decision can be reached; otherwise the decision is true where the model may be deployed: look at `.passed`,
    `.verdict`, `.findings`, or print it.
    """
    moment = clock(now)
    policies = _policies(policy, moment)
    if isinstance(baseline, (Mapping, Measurements)) and any(each is baseline for each in _listed(metrics)):
        what = "the baseline is the very object that is checked"
        raise UsageError(Problem("same-file", what, remedy="give the metrics of the model in production"))
    inputs = [os.fspath(each) for each in _listed(metrics) if isinstance(each, (str, os.PathLike))]
    by = measuring_of(policies, moment.now)
    at = Surroundings(inputs=inputs, environ=os.environ, measuring=by, policies=[(each.file, each.name) for each in policies])
    candidate = _tables(metrics, by)
    if isinstance(baseline, (str, os.PathLike)):
        named = os.fspath(baseline)
        given = baseline_given([named], inputs, with_history(Judging(tuple(policies)), at, moment, [named]))
    else:
        given = beside(candidate) if baseline is None else stated(_tables(baseline, by))
    decision = decide(policies, replace(candidate, beside=None), given, moment, first_release, at)
    hear = listener.get()
    if hear is not None:
        hear(decision)
    return decision


def _policies(policy: Any, moment: Clock) -> list[Policy]:
    chosen = [] if policy is None else [policy] if isinstance(policy, (str, os.PathLike, Policy)) else list(policy)
    loaded = [each for each in chosen if isinstance(each, Policy)]
    paths = [os.fspath(each) for each in chosen if not isinstance(each, Policy)]
    if paths or not loaded:
        loaded += load_all(find(paths, os.environ), moment)
    return loaded


def _listed(metrics: Any) -> list[Metrics]:
    return [metrics] if isinstance(metrics, (Mapping, Measurements, str, os.PathLike)) else list(metrics)


def _tables(metrics: Any, by: Measuring | None) -> Measurements:
    tables = [_table(each, by) for each in _listed(metrics)]
    if not tables:
        raise UsageError(
            Problem("no-input", "nothing to check: give a mapping or a metrics file", remedy='gate.check({"accuracy": 0.9})')
        )
    return merge(tables)


def _table(metrics: Metrics, by: Measuring | None) -> Measurements:
    if isinstance(metrics, Measurements):
        return metrics
    return read_mapping(metrics) if isinstance(metrics, Mapping) else read_inputs([os.fspath(metrics)], measuring=by)
