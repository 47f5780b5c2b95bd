"""Two compared policies as data: the same bytes for the same two policies."""

from __future__ import annotations

from typing import Any

from gate.policy.change import Change, PartChange, PolicyComparison, Relation, Side, Trial
from gate.reports import replay
from gate.reports.json_text import document
from gate.terms.decision import Decision
from gate.terms.measurements import Source

FORMAT = 1


def render(comparison: PolicyComparison) -> str:
    """The comparison as JSON of `format` 1, ending in a newline: keys sorted, ASCII, a part a line.

    What a side does not have is not there. `sha256` is over what a policy means, not over its file.
    """
    difference = comparison.difference
    data: dict[str, Any] = {
        "format": FORMAT,
        "kind": "policies",
        "a": _source(comparison.before),
        "b": _source(comparison.after),
        "loosened": difference.loosened,
        "counts": {relation.value: len(difference.of(relation)) for relation in Relation},
        "parts": [_part(part) for part in difference.parts],
    }
    if comparison.trial is not None:
        data["trial"] = _trial(comparison.trial)
    if comparison.replay is not None:
        data["replay"] = replay.data(comparison.replay)
    return document(data, "parts")


def _source(source: Source) -> dict[str, Any]:
    return {"file": source.name, "sha256": source.sha256}


def _part(part: PartChange) -> dict[str, Any]:
    told = {
        "kind": part.kind,
        "name": part.name,
        "relation": part.relation.value,
        "a": _side(part.before),
        "b": _side(part.after),
        "changes": [_change(each) for each in part.changes] if part.before is not None and part.after is not None else None,
        "why": part.why,
    }
    return {key: value for key, value in told.items() if value}


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    told: dict[str, Any] = {"text": side.text}
    if side.where is not None:
        told |= {"file": side.where.file, "line": side.where.line, "column": side.where.column}
    return told


def _change(change: Change) -> dict[str, Any]:
    told = {"key": change.key, "a": change.before, "b": change.after, "relation": change.relation.value, "why": change.why}
    return {key: value for key, value in told.items() if value or key in ("a", "b")}


def _trial(trial: Trial) -> dict[str, Any]:
    return {"metrics": list(trial.metrics), "a": _decision(trial.before), "b": _decision(trial.after)}


def _decision(decision: Decision) -> dict[str, Any]:
    return {"verdict": decision.verdict.value, "exit_code": decision.exit_code}
