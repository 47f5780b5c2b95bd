"""Rows for tests of measuring: made from a seed, counted by DuckDB."""

from __future__ import annotations

from typing import Any

import numpy as np

from gate.measure.definition import from_mapping
from gate.measure.engines import duckdb
from gate.measure.engines.engine import Effort
from gate.measure.measurements import baseline_measurements, measurements
from gate.measure.source import of_frame
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice
from gate.terms.tally import Tally

SERIAL = Effort(threads=1)


def rows(seed: int = 0, n: int = 400, ties: bool = False) -> dict[str, Any]:
    """Labels y, two correlated scores p and q, predictions h and g, weights w, ids, and slice columns region and device."""
    draw = np.random.default_rng(seed)
    label = (draw.random(n) < 0.3).astype(np.int64)
    score = np.clip(draw.normal(0.35 + 0.25 * label, 0.2), 0.0, 1.0)
    before = np.clip(score + draw.normal(0, 0.1, n), 0.0, 1.0)
    if ties:
        score, before = np.round(score, 1), np.round(before, 1)
    return {
        "y": label,
        "p": score,
        "q": before,
        "h": (score >= 0.5).astype(np.int64),
        "g": (before >= 0.5).astype(np.int64),
        "w": np.round(draw.lognormal(0, 1, n), 3),
        "id": np.arange(n),
        "region": draw.choice(["eu", "us", "latam"], n, p=[0.6, 0.3, 0.1]),
        "device": draw.choice([1, 2], n),
    }


def tally(frame: Any, effort: Effort = SERIAL, **definition: Any) -> Tally:
    """The rows, counted."""
    return duckdb.tally(of_frame(frame), from_mapping(definition), effort)


def measured(frame: Any, **definition: Any) -> Measurements:
    """The candidate's measurements."""
    return measurements(tally(frame, **definition))


def baseline(frame: Any, **definition: Any) -> Measurements:
    """The baseline's measurements."""
    found = baseline_measurements(tally(frame, **definition))
    assert found is not None
    return found


def value(table: Measurements, metric: str, **on: str) -> Any:
    """A value, None where it is missing."""
    found = table.get(metric, Slice.of(on))
    assert found is not None, f"{metric} on {on} was not measured"
    return found.value


def problem(table: Measurements, metric: str, **on: str) -> str:
    """Why a value is missing."""
    found = table.get(metric, Slice.of(on))
    assert found is not None
    assert found.value is None
    return found.problem
