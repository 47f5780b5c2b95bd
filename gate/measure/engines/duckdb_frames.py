"""Frames as DuckDB can read them: it takes no column that runs backwards in memory, and none of foreign byte order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def laid_out(frame: Any) -> Any:
    """The same rows; columns that DuckDB cannot read are copied."""
    if isinstance(frame, Mapping):
        return {name: _forwards(column) for name, column in frame.items()}
    if type(frame).__module__.partition(".")[0] != "pandas":
        return frame
    import numpy as np

    odd = [at for at, dtype in enumerate(frame.dtypes) if isinstance(dtype, np.dtype) and _is_odd(frame.iloc[:, at].values)]
    if not odd:
        return frame
    columns = {at: _forwards(frame.iloc[:, at].values) for at in odd}
    listed = {at: columns[at] if at in columns else frame.iloc[:, at].array for at in range(len(frame.columns))}
    found = type(frame)(listed, copy=False)
    found.columns = frame.columns
    return found


def _is_odd(column: Any) -> bool:
    return any(stride < 0 for stride in column.strides) or not column.dtype.isnative


def _forwards(column: Any) -> Any:
    if not hasattr(column, "strides") or not _is_odd(column):
        return column
    return column.astype(column.dtype.newbyteorder("="), order="C", copy=True)
