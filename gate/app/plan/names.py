"""Names of metrics in a plan: whose value a `--truth` is, and names that nothing knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gate.app.plan.parts import CHANGES
from gate.confidence.evidence.single import known_as
from gate.errors import Problem, UsageError
from gate.judge.suggest import suggestion
from gate.judge.world import fact_of
from gate.language.tree import Comparison, Node, Reading, children
from gate.policy.policy import Policy

_ALIKE = 0.8


def resolved(policy: Policy, truths: Mapping[str, float]) -> dict[str, float]:
    """The values by the names that the policy's rules have for metrics: `auc` is `roc_auc`, and `sensitivity` is `recall`.

    A name that rules have themselves is of that metric alone: `recall` is not `train.recall` where both are read.
    """
    read = _read(policy)
    found: dict[str, float] = {}
    for name, value in truths.items():
        found |= dict.fromkeys(_meant(name, policy, read), value)
    return found


def _meant(name: str, policy: Policy, read: Iterable[str]) -> list[str]:
    """The metrics that a name stands for."""
    same = [metric for metric in read if name == metric]
    sources = [metric for metric in read if metric in policy.metrics and policy.metrics[metric].source == name]
    alike = [metric for metric in read if known_as(metric) and known_as(metric) == known_as(name)]
    return same or sources or alike


def refuse_unread(policies: Iterable[Policy], truths: Mapping[str, float]) -> None:
    """Refuse a name that no rule reads: its value would count for nothing. Raises UsageError."""
    every = list(policies)
    read = dict.fromkeys(metric for policy in every for metric in _read(policy))
    problems = [
        Problem("usage", f"--truth {name[:80]}: no rule reads this metric", remedy=suggestion(name, read))
        for name in truths
        if not any(_meant(name, policy, _read(policy)) for policy in every)
    ]
    if problems:
        raise UsageError(*problems)


def misspelt(node: Comparison, policy: Policy) -> str:
    """What a name that nothing is known of may have meant; "" where every name is known, or like no other."""
    from gate.measure.metrics.catalogue import described

    unknown = [metric for metric in _metrics(node) if fact_of(metric, policy) is None and metric not in CHANGES]
    if not unknown:
        return ""
    from difflib import get_close_matches

    known = [each.name for family in described().values() for each in family]
    close = {metric: get_close_matches(metric.rpartition(".")[2], known, 1, _ALIKE) for metric in unknown if metric not in known}
    told = (f"`{metric}` is no metric that is known here: did you mean `{found[0]}`?" for metric, found in close.items() if found)
    return next(told, "")


def _metrics(node: Node) -> Iterator[str]:
    if isinstance(node, Reading):
        yield node.metric
    for child in children(node):
        yield from _metrics(child)


def _read(policy: Policy) -> list[str]:
    return list(dict.fromkeys(reading.metric for rule in policy.rules for reading in rule.expr.readings))
