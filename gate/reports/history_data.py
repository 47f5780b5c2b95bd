"""A history for programs: JSON with a run an object, CSV with a number a row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

from gate.reports.history import days
from gate.terms.chronicle import Chronicle, Grant, Limit
from gate.terms.run import Exclusion, Run

FORMAT = 1
_RUN = (
    "id", "started", "finished", "model", "status", "verdict", "passed", "branch", "commit", "event", "actor", "trusted",
    "model_digest", "version", "test_set", "policy", "url", "gate_version",
)  # fmt: skip
_COLUMNS = (
    "model", "run", "started", "status", "verdict", "branch", "commit", "event", "trusted", "model_digest", "version", "test_set",
    "metric", "slice", "value", "operator", "threshold", "outcome", "standing",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet recognises what it would run


def render_json(found: Sequence[Chronicle]) -> str:
    """All runs, newest first: what deployed a model is the first one of `gate history --passed -n 1 --json`."""
    runs = [told for chronicle in found for told in _runs(chronicle)]
    runs.sort(key=lambda told: (str(told["started"]), str(told["id"])), reverse=True)
    exclusions = [told for chronicle in found for told in map(_exclusion, chronicle.exclusions)]
    return _written({"format": FORMAT, "runs": runs, "exclusions": exclusions})


def _exclusion(of: Exclusion) -> dict[str, Any]:
    first, last = days(of)
    return {"model": of.model, "first": first, "last": last, "since": of.since, "until": of.until, "why": of.why, "by": of.by}


def render_waivers(found: Sequence[Grant]) -> str:
    """The waivers as JSON."""
    names = ("model", "rule", "until", "by", "why", "floor", "stated", "used", "passed")
    told = [{**{name: getattr(each, name) for name in names}, "slice": dict(each.slice.parts)} for each in found]
    return _written({"format": FORMAT, "waivers": told})


def _written(data: Any) -> str:
    return json.dumps(data, ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def run_fields(run: Run) -> dict[str, Any]:
    """What there is to say of a run; who wrote it is nobody's business."""
    told = {name: getattr(run, name) for name in _RUN}
    return {name: value.value if isinstance(value, Enum) else value for name, value in told.items()} | {
        "params": dict(run.params)
    }


def _runs(chronicle: Chronicle) -> Iterator[dict[str, Any]]:
    for at, run in enumerate(chronicle.runs):
        metrics = [
            {"metric": line.metric, "slice": dict(line.slice.parts), "value": value, "unit": line.unit}
            for line in chronicle.lines
            if (value := line.values[at]) is not None
        ]
        limits = [
            {
                "rule": each.rule,
                "metric": each.metric,
                "slice": dict(each.slice.parts),
                "operator": each.operator,
                "threshold": each.thresholds[at],
                "outcome": each.outcomes[at],
                "level": each.level,
                "standing": each.standings[at],
            }
            for each in chronicle.limits
            if each.outcomes[at]
        ]
        more = {"names": chronicle.named(run.id), "excluded": chronicle.excluded(run)}
        yield {**run_fields(run), **more, "metrics": metrics, "limits": limits}


def render_csv(found: Sequence[Chronicle]) -> str:
    """A row for each number, oldest run first; beside it the limit by which it stood worst.

    A number that a rule missed is an empty one. A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for chronicle in found:
        worst = [chronicle.worst(line) for line in chronicle.lines]
        for at, run in enumerate(chronicle.runs):
            for line, asked in zip(chronicle.lines, worst, strict=True):
                value, limit = line.values[at], asked[at]
                if value is not None or limit is not None:
                    beside = _judged(limit, at) if limit else ("", "", "", "")
                    writer.writerow([*map(_cell, (*_head(run), line.metric, str(line.slice))), value, *beside])
    return text.getvalue()


def _judged(limit: Limit, at: int) -> tuple[str, float | None, str, str]:
    return limit.operator, limit.thresholds[at], limit.outcomes[at], limit.standings[at]


def _head(run: Run) -> tuple[str, ...]:
    return (
        run.model, run.id, run.started, run.status.value, run.verdict, run.branch, run.commit, run.event,
        str(run.trusted).lower(), run.model_digest, run.version, run.test_set,
    )  # fmt: skip


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
