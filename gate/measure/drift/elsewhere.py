"""Rows in a table elsewhere, as one side of a comparison: what can be counted is counted there, the rest on a sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from gate import registry
from gate.measure.drift.sides import Side
from gate.measure.engines.duckdb_rows import ROWS, connected
from gate.measure.engines.engine import Effort
from gate.measure.moments import seconds
from gate.measure.source import Source, engine_of, of_frame
from gate.measure.sql import Dialect

if TYPE_CHECKING:
    from gate.errors import InputError

MOST_FETCHED = 500_000  # rows; of more a sample of about so many, by a hash of the row with a fixed seed
MOST_VALUES = 10_000_000  # that are fetched where every row is needed
SEED = 20_261_122
_AMONG = 1 << 30


class Far(Protocol):
    """A table open in an engine."""

    rows: str
    spelling: Dialect

    def kinds(self) -> dict[str, str]: ...
    def fetched(self, query: str) -> list[tuple[Any, ...]]: ...
    def seconds(self, column: str) -> str: ...
    def hashed(self, columns: Sequence[str], seed: int) -> str: ...
    def distinct(self, values: Sequence[str]) -> str: ...
    def picked(self, hashed: str, among: int, least: int) -> str: ...
    def said(self, error: Exception) -> InputError | None: ...


class FarSide(Side):
    """A table that stays where it is."""

    def __init__(self, on: Far, source: Source) -> None:
        self.on = on
        self.source = source
        self.table = on.rows
        self.spelling = on.spelling
        self.kinds = on.kinds()
        self.rows = int(self.all(f"select count(*) from {self.table}")[0][0])
        self.share = min(1.0, MOST_FETCHED / self.rows) if self.rows else 1.0

    def all(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self.on.fetched(query)
        except Exception as error:
            told = self.on.said(error)
            if told is None:
                raise
            raise told from None

    def arrays(self, query: str, names: Sequence[str]) -> dict[str, Any]:
        rows = self.all(query)
        return {name: array([row[index] for row in rows]) for index, name in enumerate(names)}

    def some(self, share: float) -> str:
        if share >= 1:
            return "1 = 1"
        columns = sorted(name for name, kind in self.kinds.items() if kind != "other")
        return self.on.picked(self.on.hashed(columns, SEED), _AMONG, int(share * _AMONG))

    def seconds(self, column: str) -> str:
        if self.kinds[column] in ("integer", "number"):
            return seconds(column, self.kinds[column], "", self.spelling)
        return self.on.seconds(column)

    def distinct(self, values: Sequence[str]) -> str:
        return self.on.distinct(values)

    def shuffled(self, columns: Sequence[str], salt: str) -> str:
        return self.on.hashed([name for name in columns if self.kinds[name] != "other"], SEED + len(salt))

    @contextmanager
    def near(self, columns: Sequence[str]) -> Iterator[Side | None]:
        if self.rows * len(columns) > MOST_VALUES:
            yield None
            return
        expressions = [self.value(name) for name in columns]
        with self._brought(f"select {', '.join(expressions)} from {self.table}", columns) as side:
            side.kinds = {name: self.kinds[name] for name in columns}
            yield side

    @contextmanager
    def kept(self, query: str, names: Sequence[str], called: str) -> Iterator[Side]:
        with self._brought(query, names) as side:
            side.all(f"create temp table {called} as select * from {ROWS}")
            yield side

    @contextmanager
    def _brought(self, query: str, names: Sequence[str]) -> Iterator[Side]:
        frame = self.arrays(query, names)
        with connected(of_frame(frame, self.source.name), Effort()) as connection:
            yield Side(connection, self.source)


def array(values: list[Any]) -> Any:
    """A column of what an engine sent; null is masked."""
    import numpy as np

    missing = [value is None for value in values]
    known = {type(value) for value in values} - {type(None)}
    if known and known <= {int, float, bool}:
        kind = np.float64 if float in known else np.int64 if int in known else np.bool_
        return np.ma.MaskedArray(np.array([0 if value is None else value for value in values], dtype=kind), missing)
    return np.ma.MaskedArray(np.array(values, dtype=object), missing)


@contextmanager
def opened(source: Source, effort: Effort) -> Iterator[Side]:
    """A table elsewhere, open. Raises InputError."""
    with registry.load("engines", engine_of(source)).opened(source, effort) as on:
        yield FarSide(on, source)
