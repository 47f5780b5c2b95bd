"""A bar on standard error for work that takes long: rows, rate, what remains; nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gate.measure.engines.engine import Progress

AFTER = 0.5  # seconds: a shorter stage needs no bar


class Bar:
    """A bar for each stage of the work; the one before goes."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.stage = ""
        self.rows = 0

    def __call__(self, what: str, share: float, rows: int = 0) -> None:
        self.rows = rows or self.rows
        if what and what != self.stage:
            self.close()
            self.stage = what
            self.bar = self.made()
        elif self.bar is not None:
            self.bar.update(max(0, round(share * self.bar.total) - self.bar.n))

    def made(self) -> Any:
        from tqdm import tqdm

        unit = " rows" if self.rows else "%"
        return tqdm(desc=self.stage, total=self.rows or 100, unit=unit, unit_scale=bool(self.rows), delay=AFTER, leave=False)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None


@contextmanager
def shown() -> Iterator[Progress | None]:
    """What long work tells; None where standard error is no terminal, or the library for bars is not installed."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    try:
        import tqdm  # noqa: F401
    except ModuleNotFoundError:
        yield None
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()
