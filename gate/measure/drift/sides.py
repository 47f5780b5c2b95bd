"""The rows that are judged and those of the reference, each as one open table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gate.measure.definition import label_text
from gate.measure.engines.duckdb_rows import ROWS, Spelling, connected, fetched, kinds, said
from gate.measure.engines.engine import Effort
from gate.measure.source import Source
from gate.record import dataclass
from gate.terms.slice import slice_value

if TYPE_CHECKING:
    import duckdb
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_CATEGORIES = 100_000
SPELLING = Spelling()


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
    """One table of rows on its own connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source) -> None:
        self.connection = connection
        self.source = source
        self.kinds = kinds(connection)
        self.declared = {str(row[0]): str(row[1]) for row in self.all(f"describe {ROWS}")}
        self.rows = int(self.all(f"select count(*) from {ROWS}")[0][0])

    def all(self, query: str) -> list[tuple[Any, ...]]:
        """A query's answer. Raises InputError in this source's name: two are open, and an error must name its own."""
        import duckdb

        try:
            return fetched(self.connection, query)
        except duckdb.Error as error:
            raise said(error, self.source) from None

    def arrays(self, query: str) -> dict[str, Any]:
        """A query's answer as arrays of NumPy. Raises InputError."""
        import duckdb

        try:
            found: dict[str, Any] = self.connection.execute(query).fetchnumpy()
        except duckdb.Error as error:
            raise said(error, self.source) from None
        return found

    def numbers(self, columns: Sequence[str]) -> list[Any]:
        """Columns as doubles, as they stand; null is masked."""
        listed = ", ".join(f"cast({SPELLING.name(column)} as double) as c{index}" for index, column in enumerate(columns))
        found = self.arrays(f"select {listed} from {ROWS}")
        return [found[f"c{index}"] for index in range(len(columns))]

    def categories(self, column: str, label: bool) -> Categories:
        """How often each value of a column occurs; labels that mean the same are one, as 1, 1.0 and true."""
        name = SPELLING.name(column)
        found = self.all(f"select {name}, count(*) from {ROWS} group by 1 limit {MOST_CATEGORIES + 2}")
        counts: dict[str, int] = {}
        missing = 0
        written = label_text if label else slice_value
        for value, count in found:
            if value is None or value != value:
                missing += count
            else:
                text = written(value)
                counts[text] = counts.get(text, 0) + count
        if len(found) > MOST_CATEGORIES:
            rows = self.all(f"select count(*) - count({name}) from {ROWS}")
            return Categories({}, int(rows[0][0]), False)
        return Categories(counts, missing)


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
    with connected(source, effort) as connection:
        yield Side(connection, source)


@contextmanager
def both(source: Source, reference: Source, effort: Effort) -> Iterator[tuple[Side, Side]]:
    """The rows and the reference, open. Raises InputError."""
    with opened(reference, effort) as there, opened(source, effort) as here:
        yield here, there
