"""How far DuckDB is with a query, asked from beside it: long work is seen to go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from gate.measure.engines.engine import Progress

EVERY = 0.2  # seconds


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection, progress: Progress | None) -> Iterator[None]:
    """Tells `progress` the share of the running query that is done, over and over, while the body of `with` runs."""
    if progress is None:
        yield
        return
    from threading import Event, Thread

    done = Event()

    def ask() -> None:
        while not done.wait(EVERY):
            percent = connection.query_progress()
            if 0 <= percent <= 100:
                progress("", percent / 100)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
