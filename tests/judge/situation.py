"""Policies and metrics as people write them, judged: what the tests of this room start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.language.value import Doubt
from gate.policy.load import loads
from gate.policy.policy import Policy
from gate.readers.inputs import read_mapping
from gate.terms.decision import Decision, Finding

TODAY = "2026-06-15"

Metrics = Mapping[str, Any]


def policy(text: str) -> Policy:
    """A policy: its rules, one a line, or all of it where it has more keys."""
    if "rules:" not in text:
        text = "rules:\n" + "".join(f"  - {line.strip()}\n" for line in text.splitlines() if line.strip())
    return loads(f"gate: 1\nname: m\n{text}", TODAY)


def evidence(
    metrics: Metrics,
    baseline: Metrics | Doubt | None = None,
    *,
    pinned: Metrics | None = None,
    today: str = TODAY,
    first_release: str = "",
) -> Evidence:
    tables = {name: found for name, found in (("baseline", baseline), ("pinned", pinned)) if found is not None}
    read = {name: found if isinstance(found, Doubt) else read_mapping(found) for name, found in tables.items()}
    return Evidence(read_mapping(metrics), read, today, first_release)


def decide(text: str, metrics: Metrics, baseline: Metrics | Doubt | None = None, **more: Any) -> Decision:
    return judge([policy(text)], evidence(metrics, baseline, **more))


def finding(text: str, metrics: Metrics, baseline: Metrics | Doubt | None = None, **more: Any) -> Finding:
    """The only finding of a policy."""
    (found,) = decide(text, metrics, baseline, **more).findings
    return found


def findings(text: str, metrics: Metrics, baseline: Metrics | Doubt | None = None, **more: Any) -> dict[str, str]:
    """The outcomes by slice."""
    return {str(found.slice): found.outcome.value for found in decide(text, metrics, baseline, **more).findings}


def slices(column: str, metric: str, values: Mapping[str, Any], **whole: Any) -> dict[str, Any]:
    """Metrics with a metric on slices of one column."""
    return {**whole, "slices": [{"slice": {column: name}, "metrics": {metric: value}} for name, value in values.items()]}


def slugs(found: Finding) -> list[str]:
    return [reason.slug for reason in found.reasons]


def notes(decision: Decision) -> list[str]:
    return [note.slug for note in decision.notes]
