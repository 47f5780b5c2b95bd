"""A comparison as data: the same bytes for the same two files."""

from __future__ import annotations

from math import isfinite, isnan
from typing import Any

from gate.reports.comparison import ORDER
from gate.reports.json_text import document
from gate.reports.record import DECISION
from gate.terms.comparison import Comparison, DecisionComparison, FindingMove, MeasurementMove, MetricsComparison, PolicyMove
from gate.terms.decision import Decision, Finding
from gate.terms.measurement import Measurement
from gate.terms.measurements import Source

FORMAT = 1


def render(comparison: Comparison) -> str:
    """The comparison as JSON of `format` 1, ending in a newline: keys sorted, ASCII, a move a line.

    What a side does not have is not there. A number that is not finite is one of the texts "NaN", "Infinity", "-Infinity".
    """
    return document(told(comparison) | {"format": FORMAT}, "moves")


def told(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data."""
    data = _metrics(comparison) if isinstance(comparison, MetricsComparison) else _decisions(comparison)
    return data | {"counts": {move.value: sum(each.move is move for each in comparison.moves) for move in ORDER}}


def _metrics(comparison: MetricsComparison) -> dict[str, Any]:
    moves = [_measurement_move(each) for each in comparison.moves]
    return {"kind": "metrics", "a": _file(comparison.before), "b": _file(comparison.after), "moves": moves}


def _measurement_move(each: MeasurementMove) -> dict[str, Any]:
    told = {
        "metric": each.metric,
        "slice": dict(each.slice.parts),
        "move": each.move.value,
        "a": _measurement(each.before),
        "b": _measurement(each.after),
        "better": each.better.value if each.better else None,
        "unit": each.unit or None,
        "change": _number(each.change),
        "relative": _number(each.relative),
        "interval": [_number(each.interval.low), _number(each.interval.high)] if each.interval else None,
        "confidence": each.interval.confidence if each.interval else None,
    }
    return _without_none(told)


def _measurement(found: Measurement | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return _without_none({"value": found.value, "problem": found.problem or None, "n": found.support.n})


def _decisions(comparison: DecisionComparison) -> dict[str, Any]:
    return {
        "kind": "decisions",
        "a": _file(comparison.before_file) | _decision(comparison.before),
        "b": _file(comparison.after_file) | _decision(comparison.after),
        "moves": [_finding_move(each) for each in comparison.moves],
        "policies": [_policy(each) for each in comparison.policies],
    }


def _policy(each: PolicyMove) -> dict[str, Any]:
    return _without_none({"name": each.name, "file": each.file, "a": each.before or None, "b": each.after or None})


def _decision(decision: Decision) -> dict[str, Any]:
    """A decision without its findings, which are the moves."""
    whole = DECISION.write(decision)
    return {key: whole[key] for key in ("verdict", "commit", "judged_at", "inputs", "messages") if key in whole}


def _finding_move(each: FindingMove) -> dict[str, Any]:
    one = each.after or each.before
    assert one is not None
    told = {
        "rule": one.rule,
        "slice": dict(one.slice.parts),
        "move": each.move.value,
        "a": _finding(each.before),
        "b": _finding(each.after),
    }
    return _without_none(told)


def _finding(found: Finding | None) -> dict[str, Any] | None:
    if found is None:
        return None
    told = {
        "expression": found.expression,
        "outcome": found.outcome.value,
        "level": found.level.value,
        "effect": found.effect.value,
        "waived": True if found.waiver else None,
        "value": _number(found.value),
        "threshold": _number(found.threshold),
        "margin": _number(found.margin),
        "n": _number(found.n),
    }
    return _without_none(told)


def _file(source: Source) -> dict[str, Any]:
    return {"file": source.name, "format": source.format, "sha256": source.sha256}


def _without_none(told: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value is not None and value != {}}


def _number(value: Any) -> Any:
    if not isinstance(value, float) or isfinite(value):
        return value
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
