"""The same rows for every engine, what is asked of them, and how far two tallies of them may differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gate.terms.tally import Number, Table, Tally

ROWS = 1_500
QUOTES = 'it\'s \\ "odd" - floor(x) é'  # a label that SQL, Spark's escapes and a careless rewriting would each break

# What is asked, by name: keys of `measure:`.
ASKED: dict[str, dict[str, Any]] = {
    "score": {"label": "y", "score": "p", "slices": [["region"], ["region", "device"]]},
    "pair": {"label": "y", "score": "p", "baseline_score": "q", "slices": [["region"]]},
    "tied": {"label": "y", "score": "tied", "slices": [["device"]], "threshold": 0.3},
    "clusters": {"label": "y", "score": "p", "baseline_score": "q", "cluster": "query", "slices": [["region"]]},
    "clustered-weights": {"label": "class", "prediction": "guess", "weight": "w", "cluster": "query"},
    "clustered-numbers": {"label": "price", "prediction": "offer", "task": "regression", "cluster": "query", "columns": ["w"]},
    "weights": {"label": "y", "score": "p", "baseline_score": "q", "weight": "w", "slices": [["region"]]},
    "predictions": {"label": "y", "prediction": "h", "baseline_prediction": "g", "slices": [["region"]]},
    "no-probability": {"label": "y", "score": "logit", "probability": False, "threshold": 0},
    "text": {"label": "word", "score": "p", "positive": QUOTES, "slices": [["kind of thing"]]},
    "truth": {"label": "truth", "score": "p", "slices": [["truth"]]},
    "gaps": {"label": "gap", "score": "hole", "nan": "exclude", "min_coverage": 0.5, "slices": [["region"]]},
    "classes": {"label": "class", "prediction": "guess", "slices": [["region"]]},
    "class-scores": {"label": "class", "scores": {"a": "pa", "b": "pb", "c": "pc"}, "slices": [["region"]]},
    "numbers": {"label": "price", "prediction": "offer", "task": "regression", "slices": [["region"]]},
    "numbers-paired": {"label": "price", "prediction": "offer", "baseline_prediction": "w", "task": "regression"},
    "numbers-weighted": {"label": "price", "prediction": "offer", "task": "regression", "weight": "heavy"},
    "columns": {"columns": ["price", "w", "truth"], "slices": [["region"]]},
    "queries": {"label": "grade", "score": "p", "query": "query", "task": "ranking"},
    "queries-paired": {"label": "grade", "score": "p", "baseline_score": "q", "query": "query", "slices": [["region"]]},
    "points": {"label": "y", "score": "tied", "ask": ["recall@fpr:0.1", "precision@recall:0.8"]},
}
# Rows that every engine knows again: labels and predictions of every type, ids with gaps and repeated ones.
IDENTIFIED: dict[str, dict[str, Any]] = {
    "identity": {"label": "y", "prediction": "h", "id": "kind of thing"},
    "identity-truth": {"label": "truth", "prediction": "h", "id": "gap"},
    "identity-text": {"label": "word", "score": "logit", "probability": False, "positive": QUOTES, "id": "tied"},
    "identity-queries": {"label": "grade", "score": "q", "query": "query", "task": "ranking", "id": "device"},
    "identity-numbers": {"label": "price", "prediction": "offer", "task": "regression", "id": "w"},
}
# Tables that hold sums of doubles: equal to 1e-12; all others are integers.
FLOATS = {
    "ranks", "bins", "column_order", "error_order", "column_steps", "error_steps", "influence", "cluster_influence", "clusters",
    "cluster_cubes",
}  # fmt: skip


def table() -> pa.Table:
    """Rows with what is hard: values at the edges of doubles, ties, gaps, quotes, weights of all sizes."""
    draw = np.random.default_rng(8)
    label = (draw.random(ROWS) < 0.3).astype(np.int64)
    score = np.clip(draw.normal(0.35 + 0.25 * label, 0.2), 0.0, 1.0)
    score[:8] = [0.0, 1.0, 5e-324, 1e-200, 2e-200, np.nextafter(1, 0), 0.5, np.nextafter(0.5, 1)]
    shares = draw.dirichlet([1, 1, 1], ROWS)
    shares[0] = [1 - 1e-200, 1e-200, 0]
    gap = [None if index % 7 == 0 else int(each) for index, each in enumerate(label)]
    hole = [None if index % 11 == 0 else float("nan") if index % 13 == 0 else each for index, each in enumerate(score.tolist())]
    price = draw.lognormal(3, 4, ROWS)
    price[:4] = [0.0, 1.0, 4.0, 1e-9]
    truth: list[bool | None] = [bool(each) for each in label]
    return pa.table(
        {
            "y": label,
            "p": score,
            "q": np.clip(score + draw.normal(0, 0.1, ROWS), 0.0, 1.0),
            "tied": np.round(score, 1),
            "logit": np.round(draw.normal(label, 30.0), 2),
            "h": (score >= 0.5).astype(np.int64),
            "g": (score >= 0.4).astype(np.int64),
            "w": np.round(draw.lognormal(0, 1, ROWS), 3),
            "heavy": np.where(np.arange(ROWS) % 5, 1e6, draw.lognormal(0, 3, ROWS)),
            "word": [QUOTES if each else "plain" for each in label],
            "truth": truth,
            "gap": pa.array(gap, pa.int64()),
            "hole": pa.array(hole, pa.float64(), from_pandas=False),
            "class": [("a", "b", "c")[each] for each in draw.integers(0, 3, ROWS)],
            "guess": [("a", "b", "c")[each] for each in draw.integers(0, 3, ROWS)],
            "pa": shares[:, 0],
            "pb": shares[:, 1],
            "pc": shares[:, 2],
            "price": price,
            "offer": price * draw.normal(1, 0.1, ROWS),
            "grade": draw.integers(0, 4, ROWS),
            "query": draw.integers(0, 60, ROWS),
            "region": [("eu", "us", None)[each] for each in draw.choice(3, ROWS, p=[0.6, 0.3, 0.1])],
            "device": draw.choice([1, 2], ROWS),
            "kind of thing": [("`tick`", "O'Neil", 'say "a"')[each] for each in draw.integers(0, 3, ROWS)],
        }
    )


def write(path: Path) -> Path:
    """The rows as Parquet."""
    pq.write_table(table(), path)
    return path


def differences(one: Tally, other: Tally) -> list[str]:
    """What two tallies of the same rows differ in, beyond what the engines' `ln` and the order of float sums explain."""
    left, right = one.header, other.header
    found = [f"header: {left.task}, {right.task}"] if (left.task, left.positive) != (right.task, right.positive) else []
    if left.definition != right.definition:
        found.append("definition")
    if set(one.tables) != set(other.tables):
        found.append(f"tables: {sorted(one.tables)} and {sorted(other.tables)}")
    for name in sorted(set(one.tables) & set(other.tables)):
        found += [f"{name}: {each}" for each in _differences(name, one[name], other[name])]
    return found


def _differences(name: str, one: Table, other: Table) -> list[str]:
    if (one.keys, one.fields, one.merges) != (other.keys, other.fields, other.merges):
        return ["another shape"]
    apart = sorted(set(one.rows) ^ set(other.rows), key=str)
    if apart:
        return [f"other keys: {apart[:3]}"]
    found: list[str] = []
    for key, row in one.rows.items():
        for field, left, right in zip(one.fields, row, other.rows[key], strict=True):
            scale = _scale(field, dict(zip(one.fields, row, strict=True)))
            if not _equal(name, field, left, right, scale):
                found.append(f"{field} of {key}: {left!r} and {right!r}")
    return found


def _equal(name: str, field: str, left: Number, right: Number, scale: float) -> bool:
    if left == right and type(left) is type(right):
        return True
    if name in FLOATS:
        return abs(left - right) <= 1e-12 * max(abs(left), abs(right))
    # Logarithms are the engine's own, right to a unit in the last place: then one row's 2^-44th may fall the other way.
    return "log_loss" in field and abs(left - right) <= max(1e-15 * scale, 1)


def _scale(field: str, row: dict[str, Number]) -> float:
    """What the last places of a sum are relative to: a change is a difference of two losses, and its sums cancel."""
    own = abs(row[field])
    if "log_loss" not in field:
        return own
    plain = field.replace("_change", "")
    return float(max(own, abs(row.get(plain, 0))))
