"""Rows that drift, repeat and leak, for every engine, and what is measured of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from gate.measure.definition import from_mapping
from gate.measure.engines.engine import Effort
from gate.measure.inspection import inspected
from gate.measure.measuring import Measuring
from gate.measure.source import Source, open_rows
from gate.readers.inputs import merge
from gate.terms.measurements import Measurements

ROWS = 1_000
NOW = "2026-11-22T12:00:00Z"
ASKED = {"label": "y", "score": "p", "id": "txn", "cluster": "user", "timestamp": "at"}


def table(seed: int, shift: float = 0.0) -> pa.Table:
    """Numbers, categories, truth, gaps, rows twice, a column that tells the label, seconds since 1970."""
    draw = np.random.default_rng(seed)
    label = draw.integers(0, 2, ROWS)
    amount: list[float | None] = [None if index % 9 == 0 else value for index, value in enumerate(draw.normal(shift, 2, ROWS))]
    amount[1] = float("nan")
    found = pa.table(
        {
            "y": label,
            "p": draw.random(ROWS),
            "txn": np.arange(ROWS) + 500 * seed,
            "user": [f"u{each}" for each in draw.integers(0, 300, ROWS)],
            "at": 1.7e9 + 3600.0 * draw.integers(0, 1000, ROWS) + 1e6 * seed,
            "amount": pa.array(amount, pa.float64(), from_pandas=False),
            "count": draw.integers(0, 50, ROWS),
            "shop": [("a", "b", None, f"new{seed}")[each] for each in draw.choice(4, ROWS, p=[0.6, 0.3, 0.08, 0.02])],
            "told": label + draw.normal(0, 0.3, ROWS),
            "said": [("yes", "no")[each] for each in label],
            "flag": [bool(each) for each in draw.integers(0, 2, ROWS)],
            "same": np.full(ROWS, 7),
        }
    )
    return pa.concat_tables([found, found.slice(0, 40)])


def found(rows: Source, before: Source, engine: str = "duckdb", ask: tuple[str, ...] = ()) -> Measurements:
    """All that is measured of rows beside others."""
    asked = {**ASKED, "ask": ["quality", "pitfalls", *ask], "reference": "reference", "train": "train"}
    by = Measuring(
        definition=from_mapping(asked), engine=engine, effort=Effort(threads=1), reference=before, train=before, now=NOW
    )
    return merge(inspected(rows, by))


def told(table_: Measurements) -> list[list[Any]]:
    """Each measurement as plain values, in order."""
    return sorted(
        [item.metric, str(item.slice), None if item.value is None else float(item.value), item.support.n, item.problem]
        for item in table_
    )


def differences(here: list[list[Any]], there: list[list[Any]]) -> list[Any]:
    """What is not the same; a leak's halves are chosen by another hash, and a classifier's rows come in another order."""
    apart: list[Any] = []
    for one, other in zip(here, there, strict=True):
        loose = 0.03 if one[0] in ("pitfalls.leakage_auc", "drift.domain_auc") else 1e-12
        same = one[:2] == other[:2] and one[3:] == other[3:] and (one[2] is None) == (other[2] is None)
        if not same or (one[2] is not None and abs(one[2] - other[2]) > loose * max(1.0, abs(one[2]))):
            apart.append((one, other))
    return apart


def found_by_name(rows: str, before: str) -> Measurements:
    """The same of addresses."""
    asked = {**ASKED, "reference": before}
    return merge(inspected(open_rows(rows), Measuring(definition=from_mapping(asked), reference=before)))
