"""The content of rows in memory as a digest, so that nobody counts them twice, and evidence says which they were."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from gate.measure.engines.duckdb_frames import laid_out


def digest(frame: Any) -> str:
    """SHA-256 over names, types and values, as hex; "" for frames that hold what has no bytes of its own, and for Spark's.

    Of an Arrow table, and of a pandas frame where pyarrow is installed, over its bytes as Arrow writes them; of a polars
    frame over those that polars writes. Equal content in another kind of frame, or in another order, has another digest.
    """
    if isinstance(frame, Mapping):
        return _of_arrays(frame)
    kind = type(frame).__module__.partition(".")[0]
    try:
        if kind == "polars":
            return _of_polars(frame)
        if kind == "pandas":
            return _of_pandas(laid_out(frame))
        return _of_arrow(frame) if kind == "pyarrow" else ""
    except (TypeError, ValueError, NotImplementedError):  # columns of objects that are no values: Arrow's own errors are such
        return ""


class _Sink:
    """A file that keeps nothing but the digest of what is written."""

    def __init__(self) -> None:
        from hashlib import sha256

        self.found = sha256()
        self.closed = False
        self.at = 0

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        self.found.update(data)
        self.at += size
        return size

    def tell(self) -> int:
        return self.at

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


def _of_arrays(columns: Mapping[str, Any]) -> str:
    import numpy as np

    sink = _Sink()
    for name in sorted(columns):
        column = columns[name]
        sink.write(f"{name}\0{column.dtype}\0{len(column)}\0".encode())
        if isinstance(column, np.ma.MaskedArray):
            sink.write(np.ma.getmaskarray(column).tobytes())
            fill = b"" if column.dtype.kind == "S" else "" if column.dtype.kind in "UO" else 0
            column = np.ma.filled(column, fill)
        sink.write(repr(column.tolist()).encode() if column.dtype == object else np.ascontiguousarray(column).data)
    return sink.found.hexdigest()


def _of_arrow(table: Any) -> str:
    from pyarrow import PythonFile, Table, ipc

    whole = table if isinstance(table, Table) else Table.from_batches([table]) if hasattr(table, "to_struct_array") else None
    if whole is None:
        return ""
    whole = whole.combine_chunks().replace_schema_metadata(None)
    sink = _Sink()
    with ipc.new_stream(PythonFile(sink, mode="w"), whole.schema) as stream:
        stream.write_table(whole)
    return sink.found.hexdigest()


def _of_pandas(frame: Any) -> str:
    try:
        from pyarrow import Table
    except ModuleNotFoundError:
        hash_pandas_object = import_module("pandas.util").hash_pandas_object
        sink = _Sink()
        sink.write(repr([(str(name), str(dtype)) for name, dtype in frame.dtypes.items()]).encode())
        sink.write(hash_pandas_object(frame, index=False).to_numpy().tobytes())
        return sink.found.hexdigest()
    return _of_arrow(Table.from_pandas(frame, preserve_index=False))


def _of_polars(frame: Any) -> str:
    sink = _Sink()
    frame.rechunk().write_ipc_stream(sink)
    return sink.found.hexdigest()
