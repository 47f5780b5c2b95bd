"""Runs to record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gate.terms.run import Entry, Point, Run, Status
from gate.terms.slice import WHOLE, Slice

EU = Slice.of({"region": "eu"})


def run(number: int = 0, **facts: Any) -> Run:
    """Run NUMBER of a model on main: each a minute after the one before, finished, and passed on a push."""
    at = f"2026-11-22T{number // 60:02d}:{number % 60:02d}:00.000Z"
    told: dict[str, Any] = {
        "model": "fraud", "branch": "main", "event": "push", "trusted": True, "status": Status.FINISHED,
        "finished": f"{at[:17]}30.000Z", "verdict": "pass", "params": {"rate": 0.1, "deep": True, "kind": "tree", "seed": None},
    }  # fmt: skip
    return Run(id=f"run-{number:04d}", **{"started": at, **told, **facts})


def entry(number: int = 0, metrics: Mapping[str, float] | None = None, **facts: Any) -> Entry:
    points = tuple(Point(name, float(value)) for name, value in (metrics or {}).items())
    return Entry(run(number, **facts), points)


def logged(metric: str, value: float, step: int = 0, on: Slice = WHOLE) -> Point:
    return Point(metric, float(value), on, step)
