"""DuckDB, inside this process: counts in SQL, ranks with numpy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from gate.measure import ranks, sql
from gate.measure.definition import Definition
from gate.measure.engines.counting import Counting, Rows
from gate.measure.engines.duckdb_columns import Columns, crossed
from gate.measure.engines.duckdb_rows import ROWS, Spelling, connected, fetched, first, kinds
from gate.measure.engines.engine import Effort
from gate.measure.source import Source, parts
from gate.terms.slice import slice_value
from gate.terms.tally import Key, Part, Table, Tally

if TYPE_CHECKING:
    import duckdb

ATOMS = "atoms"
_IN_CACHE = 1 << 10  # crossed slices whose sums stay in the processor's cache: many more take longer than a second pass


def tally(source: Source, definition: Definition, effort: Effort) -> Tally:
    """The rows, counted. Raises InputError: what is wrong with columns or rows, with the first row's number."""
    with connected(source, effort) as connection:
        return RankedCounting(Open(connection, source, wide=bool(definition.weight)), source, definition, effort).tally()


class Open:
    """The rows of one source on a connection."""

    rows = ROWS

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source, wide: bool) -> None:
        self.connection = connection
        self.source = source
        self.spelling: sql.Dialect = Spelling(wide)

    def kinds(self) -> dict[str, str]:
        return kinds(self.connection)

    def fetched(self, query: str) -> Rows:
        return fetched(self.connection, query)

    def header(self) -> tuple[str, str, tuple[Part, ...]]:
        import duckdb

        return "duckdb", duckdb.__version__, parts(self.source)


class RankedCounting(Counting):
    """Counting where the scores of all rows fit in memory, and rows have an order."""

    def __init__(self, connection: Open, source: Source, definition: Definition, effort: Effort) -> None:
        self.connection = connection.connection
        super().__init__(connection, source, definition, effort)

    def offered(self) -> Columns:
        return Columns(self)

    def crossed(self) -> Iterator[tuple[tuple[str, ...], Rows]]:
        count = len(sql.fields(self.asked, self.profile)) - 1
        atoms: list[tuple[tuple[str, ...], str]] = []
        for index, columns in enumerate(passes(self.sets, self.distinct)):
            query = sql.counted(self.asked, self.profile, self.spelling, self.groups(columns), self.rows)
            self.connection.execute(f"create temp table {ATOMS}{index} as {query}")
            atoms.append((columns, f"{ATOMS}{index}"))
        for columns in self.sets:
            source = next(name for held, name in atoms if {*columns} <= {*held})
            yield columns, self.on.fetched(sql.added(self.groups(columns), count, source))

    def first(self, state: str) -> int:
        found = first(self.connection, ["state"], f"state = {sql.text(state)}", f"({self.rows})")
        return found[0] if found else 0

    # -- ranks

    def ranks(self, rows: int) -> dict[str, Table]:
        """Exact rank sums of the scores, and bins of calibration, on every slice; nothing where there are too many rows."""
        import numpy as np

        if rows > self.effort.exact_rows:
            return {}

        codes, values = self.codes
        taken = ["p", "y = 1 as y", *(["q"] if self.asked.baseline_score else []), *(["w"] if self.asked.weight else []), *codes]
        columns = self.connection.execute(
            f"select {', '.join(taken)} from ({self.rows}) as r0 where state = '' and y is not null"
        ).fetchnumpy()
        data = {name.rpartition(" as ")[2]: np.asarray(columns[name.rpartition(" as ")[2]]) for name in taken}
        positive, weight = data["y"], data.get("w")
        told: dict[Key, ranks.Ranked] = {}
        scored = {model: ranks.scored(data[score], positive, weight) for model, score in self.models()}

        def rank(columns_of: tuple[str, ...]) -> None:
            chosen = [self.columns.index(column) for column in columns_of]
            code, slices = crossed([data[f"c{index}"] for index in chosen], [values[index] for index in chosen], columns_of)
            for model in scored:
                for each, found in ranks.of_rows(scored[model], code, len(slices)).items():
                    told[slices[each], model] = found

        self.side_by_side(rank)
        return ranks.tables(told, bool(self.asked.weight))

    def side_by_side(self, rank: Callable[[tuple[str, ...]], None]) -> None:
        """Rank the whole, which needs the most memory, then the sets of slices on two threads: numpy sorts without a lock."""
        from concurrent.futures import ThreadPoolExecutor

        rank(self.sets[0])
        with ThreadPoolExecutor(1 if self.effort.threads == 1 else 2) as pool:
            list(pool.map(rank, self.sets[1:]))

    @cached_property
    def codes(self) -> tuple[list[str], list[list[str]]]:
        """For each slice column an expression that numbers its values, and these as text; null is the last."""
        expressions: list[str] = []
        texts: list[list[str]] = []
        for index, _ in enumerate(self.columns):
            distinct = f"select distinct g{index} from ({self.rows}) as r0 where g{index} is not null"
            query = f"select cast(g{index} as varchar) as text_, g{index} from ({distinct}) as r1 order by 1"
            by_text = {row[0]: slice_value(row[1]) for row in self.on.fetched(query)}
            small = "utinyint" if len(by_text) < 1 << 8 else "usmallint"
            expressions.append(f"coalesce(cast({self.code(index, list(by_text))} as {small}), {len(by_text)}) as c{index}")
            texts.append([*by_text.values(), slice_value(None)])
        return expressions, texts

    def code(self, index: int, texts: list[str]) -> str:
        """An expression that numbers these values of a slice column."""
        told, listed = f"cast(g{index} as varchar)", ", ".join(map(sql.text, texts)) or "''"
        few = len(texts) < 1 << 8 and self.profile.kinds[self.columns[index]] == "text"
        if few and self.source.form == "parquet":
            # Found once for each value of a dictionary, as Parquet keeps text; a cast to an enum looks at every row.
            return f"list_position([{listed}], {told}) - 1"
        self.connection.execute(f"create type values_{index} as enum ({listed})")
        return f"enum_code(cast({told} as values_{index}))"


def passes(sets: Iterable[tuple[str, ...]], distinct: Mapping[str, int]) -> list[tuple[str, ...]]:
    """The slice columns that each pass crosses: all in one; or two passes, where only so the sums stay in the cache."""
    whole = tuple(distinct)
    together: list[set[str]] = []
    for columns in sets:
        apart = [each for each in together if not each & {*columns}]
        together = [*apart, {*columns}.union(*(each for each in together if each not in apart))]
    held: tuple[set[str], set[str]] = (set(), set())

    def size(columns: set[str]) -> int:
        return prod(distinct[each] for each in columns)

    for each in sorted(together, key=size, reverse=True):
        min(held, key=size).update(each)
    if size({*whole}) <= 4 * _IN_CACHE or max(map(size, held)) > _IN_CACHE:
        return [whole]
    return [tuple(column for column in whole if column in each) for each in held]
