"""Rows as families of metrics ask DuckDB for them: grouped in SQL, or column by column and slice by slice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

from gate.measure.engines.duckdb_rows import Spelling, fetched
from gate.measure.sql import Dialect
from gate.terms.slice import WHOLE, Slice

if TYPE_CHECKING:
    from gate.measure.engines.duckdb import RankedCounting


CODED = "coded"


class Columns:
    """What `further.Rows` asks of an engine."""

    at_hand = True

    def __init__(self, counting: RankedCounting) -> None:
        self.source = counting.source
        self.asked = counting.asked
        self.profile = counting.profile
        self.effort = counting.effort
        self.columns = counting.columns
        self.sets = counting.sets
        self.rows = counting.rows
        self.dialect: Dialect = Spelling(wide=True)
        self._counting = counting

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query's answer."""
        return fetched(self._counting.connection, query)

    def apart(self, taken: Sequence[str], where: str) -> Iterator[tuple[Slice, dict[str, Any]]]:
        """Columns of the rows of which `where` holds, slice by slice: arrays by name."""
        import numpy as np

        codes, values = self._counting.codes
        query = f"select {', '.join([*taken, *codes])} from ({self.rows}) as r0 where {where}"
        columns = self._counting.connection.execute(query).fetchnumpy()
        data = {name.rpartition(" as ")[2]: np.asarray(columns[name.rpartition(" as ")[2]]) for name in [*taken, *codes]}
        names = [name.rpartition(" as ")[2] for name in taken]
        for columns_of in self.sets:
            yield from self._cut(data, names, columns_of, values)

    def counted(self, keys: Mapping[str, str], where: str) -> Iterator[tuple[Slice, dict[str, Any]]]:
        """Rows by keys, numbers all, slice by slice."""
        import numpy as np

        codes, values = self._counting.codes
        w = "w" if self.asked.weight else "1e0"
        listed = [*(f"cast({each} as smallint) as {name}" for name, each in keys.items()), *codes, f"{w} as w"]
        connection = self._counting.connection
        connection.execute(f"create temp table {CODED} as select {', '.join(listed)} from ({self.rows}) as r0 where {where}")
        for columns_of in self.sets:
            by = ", ".join([*(f"c{self.columns.index(column)}" for column in columns_of), *keys])
            query = f"select {by}, sum(w) as w, sum(w * w) as w2 from {CODED} group by {by} order by {by}"
            data = {name: np.asarray(column) for name, column in connection.execute(query).fetchnumpy().items()}
            yield from self._cut(data, [*keys, "w", "w2"], columns_of, values)
        connection.execute(f"drop table {CODED}")

    def _cut(
        self, data: Mapping[str, Any], names: Sequence[str], columns_of: tuple[str, ...], values: list[list[str]]
    ) -> Iterator[tuple[Slice, dict[str, Any]]]:
        """Columns slice by slice."""
        import numpy as np

        chosen = [self.columns.index(column) for column in columns_of]
        code, slices = crossed([data[f"c{index}"] for index in chosen], [values[index] for index in chosen], columns_of)
        if code is None:
            yield WHOLE, {name: data[name] for name in names}
            return
        order = np.argsort(code, kind="stable")
        edges = [0, *np.cumsum(np.bincount(code, minlength=len(slices))).tolist()]
        for each, (start, end) in enumerate(pairwise(edges)):
            if end > start:
                yield slices[each], {name: data[name][order[start:end]] for name in names}


def crossed(codes: list[Any], texts: list[list[str]], columns: tuple[str, ...]) -> tuple[Any, list[Slice]]:
    """The slice of each row by number, and the slices in that order; slices without rows may be among them."""
    import numpy as np

    if not codes:
        return None, [WHOLE]
    names = [list(dict.fromkeys(each)) for each in texts]  # values that are written alike are one slice
    most = prod(map(len, names))
    small = np.uint8 if most < 1 << 8 else np.uint16 if most < 1 << 16 else np.int64
    places = [{text: place for place, text in enumerate(name)} for name in names]
    again = [np.array([place[text] for text in each], dtype=small) for place, each in zip(places, texts, strict=True)]
    code = again[0][codes[0]] if len(names[0]) < len(texts[0]) else codes[0].astype(small)
    slices: list[tuple[str, ...]] = [(name,) for name in names[0]]
    for raw, table, name in zip(codes[1:], again[1:], names[1:], strict=True):
        code = code * len(name) + table[raw]
        slices = [(*before, each) for before in slices for each in name]
    return code, [Slice.of(zip(columns, values, strict=True)) for values in slices]
