"""The rows that are judged and those of the reference, each as one open table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gate.measure.definition import label_text
from gate.measure.engines.duckdb_rows import ROWS, Spelling, connected, fetched, kinds, said
from gate.measure.engines.engine import Effort
from gate.measure.moments import seconds
from gate.measure.source import Source, engine_of
from gate.measure.sql import Dialect, text
from gate.record import dataclass
from gate.terms.slice import slice_value

if TYPE_CHECKING:
    import duckdb
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_CATEGORIES = 100_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column's finite and infinite numbers, sorted; null and NaN are missing."""

    values: Array
    missing: int


@dataclass(frozen=True, slots=True)
class Categories:
    """How often each value of a column occurs. `complete` is false where there are too many to count."""

    counts: dict[str, int]
    missing: int
    complete: bool = True


class Side:
    """One table of rows on its own connection. `share` of the rows are looked at where these must be fetched."""

    table = ROWS
    spelling: Dialect = Spelling()
    share = 1.0

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source) -> None:
        self.connection = connection
        self.source = source
        self.kinds = kinds(connection)
        self.declared = {str(row[0]): str(row[1]) for row in self.all(f"describe {ROWS}")}
        self.rows = int(self.all(f"select count(*) from {ROWS}")[0][0])

    @property
    def looked_at(self) -> int:
        """About how many rows are fetched."""
        return round(self.rows * self.share)

    def all(self, query: str) -> list[tuple[Any, ...]]:
        """A query's answer. Raises InputError in this source's name: two are open, and an error must name its own."""
        import duckdb

        try:
            return fetched(self.connection, query)
        except duckdb.Error as error:
            raise said(error, self.source) from None

    def arrays(self, query: str, names: Sequence[str]) -> dict[str, Any]:
        """A query's answer as arrays of NumPy, by the names that it gives. Raises InputError."""
        import duckdb

        del names

        try:
            found: dict[str, Any] = self.connection.execute(query).fetchnumpy()
        except duckdb.Error as error:
            raise said(error, self.source) from None
        return found

    def numbers(self, columns: Sequence[str]) -> list[Any]:
        """Columns as doubles, as they stand; null is masked."""
        names = [f"c{index}" for index in range(len(columns))]
        listed = ", ".join(
            f"cast({self.spelling.name(column)} as double) as {name}" for column, name in zip(columns, names, strict=True)
        )
        found = self.arrays(f"select {listed} from {self.table} where {self.some(self.share)}", names)
        return [found[name] for name in names]

    def some(self, share: float) -> str:
        """SQL that holds for about a share of the rows."""
        if share >= 1:
            return "1 = 1"
        columns = ", ".join(self.value(name) for name in sorted(self.kinds))
        return f"hash({columns}) % {round(1 / share)} = 0"

    def value(self, column: str) -> str:
        """SQL for a column's value to compare."""
        return value(column, self.kinds[column], self.spelling)

    def seconds(self, column: str) -> str:
        """SQL for the seconds since 1970 of a column; "" where it holds no times."""
        return seconds(column, self.kinds[column], self.declared[column], self.spelling)

    def distinct(self, values: Sequence[str]) -> str:
        """SQL for a row's values as one, to count those that differ."""
        return f"hash({', '.join(values)})"

    def shuffled(self, columns: Sequence[str], salt: str) -> str:
        """SQL to order rows by, which tells nothing of them."""
        return f"hash({', '.join([*map(self.value, columns), text(salt)])})"

    @contextmanager
    def near(self, columns: Sequence[str]) -> Iterator[Side | None]:
        """The rows where DuckDB compares them one by one; None where these are too many to be brought here."""
        del columns
        yield self

    @contextmanager
    def kept(self, query: str, names: Sequence[str], called: str) -> Iterator[Side]:
        """A query's answer as a table of DuckDB's. Raises InputError."""
        del names
        self.all(f"create temp table {called} as {query}")
        yield self

    def categories(self, column: str, label: bool) -> Categories:
        """How often each value of a column occurs; labels that mean the same are one, as 1, 1.0 and true."""
        name = self.spelling.name(column)
        found = self.all(f"select {name}, count(*) from {self.table} group by 1 limit {MOST_CATEGORIES + 2}")
        counts: dict[str, int] = {}
        missing = 0
        written = label_text if label else slice_value
        for value, count in found:
            if value is None or value != value:
                missing += count
            else:
                told = written(value)
                counts[told] = counts.get(told, 0) + count
        if len(found) > MOST_CATEGORIES:
            rows = self.all(f"select count(*) - count({name}) from {self.table}")
            return Categories({}, int(rows[0][0]), False)
        return Categories(counts, missing)


def value(column: str, kind: str, spelling: Dialect) -> str:
    """SQL for a value to compare: NaN is null. Enumerations become text, or they would hash as numbers."""
    name = spelling.name(column)
    if kind == "number":
        return f"case when {spelling.is_nan(f'cast({name} as double)')} then null else cast({name} as double) end"
    return f"cast({name} as varchar)" if kind in ("text", "other") else name


def ordered(column: Any) -> Numbers:
    """A column's numbers, sorted."""
    import numpy as np

    masked = isinstance(column, np.ma.MaskedArray)
    values = np.sort(column.compressed() if masked else column)
    known = int(np.searchsorted(values, np.nan))  # NaN sorts last
    return Numbers(values[:known], len(column) - known)


@contextmanager
def opened(source: Source, effort: Effort) -> Iterator[Side]:
    """The rows of a source, open. Raises InputError."""
    if engine_of(source):
        from gate.measure.drift import elsewhere

        with elsewhere.opened(source, effort) as far:
            yield far
        return
    with connected(source, effort) as connection:
        yield Side(connection, source)


@contextmanager
def both(source: Source, reference: Source, effort: Effort) -> Iterator[tuple[Side, Side]]:
    """The rows and the reference, open. Raises InputError."""
    with opened(reference, effort) as there, opened(source, effort) as here:
        yield here, there
