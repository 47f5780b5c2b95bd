"""`gate.measure` in Python: arrays, frames and files of rows as measurements."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from gate.errors import InputError, Problem, UsageError
from gate.measure.definition import from_mapping
from gate.measure.engines.engine import Effort
from gate.measure.inspection import inspected
from gate.measure.measuring import Measuring, measured, tally_of
from gate.measure.objects import at_hand
from gate.measure.source import Source, of_frame, open_rows
from gate.readers.inputs import merge
from gate.terms.measurements import Measurements

_ARRAYS = {
    "y_true": "label",
    "y_pred": "prediction",
    "y_score": "score",
    "baseline_pred": "baseline_prediction",
    "baseline_score": "baseline_score",
    "sample_weight": "weight",
}


def measure(
    rows: Any = None,
    /,
    *,
    y_true: Any = None,
    y_pred: Any = None,
    y_score: Any = None,
    baseline_pred: Any = None,
    baseline_score: Any = None,
    sample_weight: Any = None,
    slices: Any = (),
    engine: str = "duckdb",
    memory: str = "",
    **definition: Any,
) -> Measurements:
    """Measure rows of predictions.

    Either `rows` (the path of Parquet, CSV, JSON Lines or Arrow, a folder, a glob, a pandas or polars frame, an Arrow
    table), with columns named as in a policy's `measure:`: `measure("p.parquet", label="y", score="p", slices=["region"])`.
    Or arrays of equal length, as scikit-learn takes them: `measure(y_true=y, y_score=p, slices={"region": regions})`;
    `slices` are then arrays by name, each a set of slices by itself. Further keywords are keys of `measure:`
    (`positive`, `threshold`, `nan`, …); `reference` and `train` are paths or frames. What it returns can be given to
    `gate.check`; measurements of a baseline in the same rows are its `beside`. Raises GateError.
    """
    given = {
        "y_true": y_true, "y_pred": y_pred, "y_score": y_score, "baseline_pred": baseline_pred,
        "baseline_score": baseline_score, "sample_weight": sample_weight,
    }  # fmt: skip
    arrays = {name: value for name, value in given.items() if value is not None}
    if rows is None:
        source, named = _of_arrays(arrays, slices)
    else:
        source = open_rows(os.fspath(rows)) if isinstance(rows, (str, os.PathLike)) else of_frame(rows)
        named = {_ARRAYS[name]: value for name, value in arrays.items()} | ({"slices": list(slices)} if slices else {})
    reference, train = (_other(definition, name) for name in ("reference", "train"))
    asked = from_mapping({**named, **definition})
    effort = Effort(memory=memory, identify=bool(asked.id))
    by = Measuring(definition=asked, engine=engine, effort=effort, reference=reference, train=train)
    with at_hand(source, by.effort) as near:
        return merge([measured(tally_of(near, by), near.form), *inspected(near, by)])


def _other(definition: dict[str, Any], name: str) -> Source | str:
    """Rows to compare with: a path, or a frame, which the definition then calls by its role."""
    if name not in definition:
        return ""
    given = definition[name]
    path = isinstance(given, (str, os.PathLike))
    definition[name] = os.fspath(given) if path else name
    return os.fspath(given) if path else of_frame(given, name)


def _of_arrays(arrays: Mapping[str, Any], slices: Any) -> tuple[Source, dict[str, Any]]:
    """Arrays as columns that are called like their roles."""
    if not arrays:
        what = "nothing to measure: give rows, or y_true with y_pred or y_score"
        raise UsageError(Problem("no-input", what, remedy="gate.measure(y_true=y, y_score=p)"))
    if not (isinstance(slices, Mapping) or hasattr(slices, "columns") or not len(slices)):
        remedy = 'slices={"region": regions}'
        raise UsageError(Problem("bad-measure", "`slices` of arrays are arrays by name", remedy=remedy))
    cut = {str(name): slices[name] for name in _names(slices)}
    columns = {_ARRAYS[name]: _array(value, name) for name, value in arrays.items()}
    clash = next((name for name in cut if name in columns), "")
    if clash:
        raise UsageError(Problem("bad-measure", f"a slice column may not be called `{clash}` here", remedy="rename it"))
    columns |= {name: _array(value, name) for name, value in cut.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {count:,}" for name, count in lengths.items())
        raise InputError(Problem("unequal-lengths", f"the arrays are not of one length: {told}"))
    named: dict[str, Any] = {_ARRAYS[name]: _ARRAYS[name] for name in arrays}
    return of_frame(columns, "arrays"), named | ({"slices": [[name] for name in cut]} if cut else {})


def _names(slices: Any) -> Iterable[Any]:
    return list(slices.columns) if hasattr(slices, "columns") else list(slices)


def _array(value: Any, name: str) -> Any:
    """One column as a one-dimensional array."""
    import numpy as np

    found = np.asarray(value)
    if found.ndim == 2 and 1 in found.shape:
        found = found.ravel()
    if found.ndim != 1:
        remedy = "the score of the positive class is one column: model.predict_proba(X)[:, 1]"
        raise InputError(Problem("wrong-type", f"`{name}` has {found.ndim} dimensions, not one", remedy=remedy))
    if found.dtype.kind in "mM":
        return found.astype("datetime64[us]").astype(str)
    return found.astype(np.float32) if found.dtype == np.float16 else found
