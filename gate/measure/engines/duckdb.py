"""DuckDB, inside this process: counts in SQL, ranks with numpy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem
from gate.measure import further, grid, ranks, sql, sql_tasks
from gate.measure.definition import Definition, label_text
from gate.measure.engines.duckdb_columns import Columns, crossed
from gate.measure.engines.duckdb_rows import ROWS, Spelling, connected, fetched, first, kinds
from gate.measure.engines.engine import Effort
from gate.measure.profile import MOST_CLASSES, MOST_CROSSED, MOST_SLICES, Profile, profile, refuse_columns
from gate.measure.quantities import fixed
from gate.measure.source import Source, parts
from gate.measure.tally import Header, Key, Number, Table, Tally, order, rolled
from gate.terms.slice import WHOLE, Slice, slice_value

if TYPE_CHECKING:
    import duckdb

ATOMS = "atoms"
CELL_KEYS = ("label", "prediction", "baseline", "state")


def tally(source: Source, definition: Definition, effort: Effort) -> Tally:
    """The rows, counted. Raises InputError: what is wrong with columns or rows, with the first row's number."""
    with connected(source, effort) as connection:
        return Counting(connection, source, definition, effort).tally()


class Counting:
    """One source on one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source, definition: Definition, effort: Effort) -> None:
        self.connection = connection
        self.source = source
        self.asked = definition
        self.effort = effort
        self.spelling = Spelling(wide=bool(definition.weight))
        self.columns = tuple(dict.fromkeys(column for each in definition.slices for column in each))
        self.sets: tuple[tuple[str, ...], ...] = ((), *definition.slices)
        self.profile = self.looked()
        self.rows = sql_tasks.rows(definition, self.profile, self.spelling, self.columns, ROWS)

    def tally(self) -> Tally:
        self.tell("counting", 0.1)
        cells = self.cells()
        self.refuse_rows(cells)
        tables = {"cells": Table(CELL_KEYS, sql.fields(self.asked, self.profile), cells)}
        rows = sum(row[0] for key, row in cells.items() if key[0] == WHOLE)
        if self.profile.task == "binary" and self.asked.score:
            self.tell("ranking", 0.5)
            if rows <= self.effort.exact_rows:
                tables |= self.ranks()
            if self.effort.portable or rows > self.effort.exact_rows:
                tables["scores"] = self.scores()
        tables |= further.tables(Columns(self))
        return Tally(self.header(), tables)

    def header(self) -> Header:
        import duckdb

        return Header(
            definition=self.asked.document,
            task=self.profile.task,
            positive=self.profile.positive,
            negative=self.profile.negative,
            engine="duckdb",
            engine_version=duckdb.__version__,
            parts=parts(self.source),
        )

    def tell(self, what: str, share: float) -> None:
        if self.effort.progress is not None:
            self.effort.progress(what, share)

    # -- a first look

    def looked(self) -> Profile:
        found = kinds(self.connection)
        refuse_columns(self.source, self.asked, found)
        labels: list[Any] = []
        if self.asked.label and self.asked.task not in ("regression", "ranking"):
            label = self.spelling.name(self.asked.label)
            query = f"select distinct {label} from {ROWS} limit {MOST_CLASSES + 3}"
            labels = sorted((row[0] for row in fetched(self.connection, query)), key=str)
        return profile(self.source, self.asked, found, labels)

    # -- cells

    def cells(self) -> dict[Key, tuple[Number, ...]]:
        """The cells of every set of slices, by way of the crossed ones where these are few."""
        names = [f"g{index}" for index in range(len(self.columns))]
        crossed = self.distinct() <= MOST_CROSSED
        if crossed:
            query = sql.counted(self.asked, self.profile, self.spelling, names, self.rows)
            self.connection.execute(f"create temp table {ATOMS} as {query}")
        found: dict[Key, tuple[Number, ...]] = {}
        for columns in self.sets:
            groups = [f"g{self.columns.index(column)}" for column in columns]
            if crossed:
                query = sql.added(groups, len(sql.fields(self.asked, self.profile)) - 1, ATOMS)
            else:
                query = sql.counted(self.asked, self.profile, self.spelling, groups, self.rows)
            counted = ((row[: len(columns) + 4], row[len(columns) + 4 :]) for row in fetched(self.connection, query))
            found |= rolled(((key, row) for key, row in counted), lambda key, columns=columns: self.key(columns, key))  # type: ignore[misc]
            if len({key[0] for key in found}) > MOST_SLICES:
                raise self.too_many(columns)
        return dict(sorted(found.items(), key=lambda item: order(item[0])))

    def distinct(self) -> int:
        """How many slices all columns crossed may give; every column by itself is within the limit."""
        counts: list[int] = []
        for column in self.columns:
            name = self.spelling.name(column)
            found = fetched(self.connection, f"select count(*) from (select distinct {name} from {ROWS} limit {MOST_SLICES + 1})")
            if found[0][0] > MOST_SLICES:
                raise self.too_many((column,))
            counts.append(found[0][0])
        return reduce(lambda product, count: product * count, counts, 1)

    def too_many(self, columns: Sequence[str]) -> InputError:
        named = " × ".join(f"`{shown(column, 40)}`" for column in columns)
        what = f"more than {MOST_SLICES:,} slices by {named}"
        return InputError(Problem("too-many-slices", what, self.source.where, "slice by columns of few values"))

    def key(self, columns: tuple[str, ...], raw: Key) -> Key:
        """A key as a tally has it: the slice, then labels as text."""
        label, prediction, baseline, state = raw[len(columns) :]
        on = Slice.of(zip(columns, map(slice_value, raw[: len(columns)]), strict=True)) if columns else WHOLE
        return (
            on,
            _text(label),
            self.predicted(prediction, bool(self.asked.prediction)),
            self.predicted(baseline, bool(self.asked.baseline_prediction)),
            state,
        )

    def predicted(self, raw: Any, by_column: bool) -> str | None:
        """A prediction as text: of its own column, or by the threshold."""
        if raw is None or by_column or self.profile.task != "binary":
            return _text(raw)
        return self.profile.positive if raw else self.profile.negative

    def refuse_rows(self, cells: dict[Key, tuple[Number, ...]]) -> None:
        """Refuse rows that cannot be used, by their first."""
        bad = {key[4] for key in cells if key[0] == WHOLE} - {""}
        if self.asked.nan == "exclude":
            bad -= {sql.NOT_FINITE, sql.NULL, sql.BASELINE}
        for state in (sql.WEIGHT, sql.RANGE, sql.NOT_FINITE, sql.NULL, sql.BASELINE):
            if state in bad:
                count = sum(int(row[0]) for key, row in cells.items() if key[0] == WHOLE and key[4] == state)
                raise self.unusable(state, count)
        if self.asked.weight and not sum(row[1] for key, row in cells.items() if key[0] == WHOLE):
            what = f"all weights in `{shown(self.asked.weight, 40)}` are zero"
            raise InputError(Problem("bad-weight", what, self.source.where))

    def unusable(self, state: str, count: int) -> InputError:
        number = first(self.connection, ["state"], f"state = {sql.text(state)}", f"({self.rows})")
        at = f"in {count:,} rows; row {number[0]:,} is the first" if number else f"in {count:,} rows"
        return InputError(_unusable(state, at, self.source.where))

    # -- ranks

    def ranks(self) -> dict[str, Table]:
        """Exact rank sums of the scores, and bins of calibration, on every slice."""
        import numpy as np

        codes, values = self.codes
        taken = ["p", "y", *(["q"] if self.asked.baseline_score else []), *(["w"] if self.asked.weight else []), *codes]
        columns = self.connection.execute(
            f"select {', '.join(taken)} from ({self.rows}) as r0 where state = '' and y is not null"
        ).fetchnumpy()
        data = {name: np.asarray(columns[name.rpartition(" as ")[2]]) for name in taken}
        positive, weight = data["y"] == 1, data.get("w")
        sums: dict[Key, tuple[Any, ...]] = {}
        bins: dict[Key, tuple[Any, ...]] = {}
        models = [("", "p"), *([("baseline", "q")] if self.asked.baseline_score else [])]
        for columns_of in self.sets:
            chosen = [self.columns.index(column) for column in columns_of]
            code, slices = crossed([data[codes[index]] for index in chosen], [values[index] for index in chosen], columns_of)
            for model, score in models:
                for each, found in ranks.of_rows(data[score], positive, weight, code, len(slices)).items():
                    sums[slices[each], model] = found.sums
                    bins |= {(slices[each], model, number): row for number, row in found.bins.items()}
        return {
            "ranks": Table(("model",), ranks.FIELDS, _sorted(sums), merges=False),
            "bins": Table(("model", "bin"), ranks.BIN_FIELDS, _sorted(bins), merges=False),
        }

    @cached_property
    def codes(self) -> tuple[list[str], list[list[str]]]:
        """For each slice column an expression that numbers its values, and these as text; null is the last."""
        expressions: list[str] = []
        texts: list[list[str]] = []
        for index, _ in enumerate(self.columns):
            distinct = f"select distinct g{index} from ({self.rows}) as r0 where g{index} is not null"
            query = f"select cast(g{index} as varchar) as text_, g{index} from ({distinct}) as r1 order by 1"
            by_text = {row[0]: slice_value(row[1]) for row in fetched(self.connection, query)}
            listed = ", ".join(sql.text(each) for each in by_text) or "''"
            self.connection.execute(f"create type values_{index} as enum ({listed})")
            code = f"enum_code(cast(cast(g{index} as varchar) as values_{index}))"
            expressions.append(f"coalesce(cast({code} as integer), {len(by_text)}) as c{index}")
            texts.append([*by_text.values(), slice_value(None)])
        return expressions, texts

    def scores(self) -> Table:
        """Counts on the grid of scores: they merge."""
        found: dict[Key, tuple[Number, ...]] = {}
        weight = "w" if self.asked.weight else "1e0"
        whole = Spelling(wide=True).whole
        for model, score in (("", "p"), *((("baseline", "q"),) if self.asked.baseline_score else ())):
            total, squares = whole(fixed(f"{weight}")), whole(fixed(f"{weight} * {weight}"))
            for columns in self.sets:
                groups = [f"g{self.columns.index(column)}" for column in columns]
                by = ", ".join([*groups, "cast(y as integer)", grid.sql(score)])
                sums = f"count(*), sum({total}), sum({squares}), sum({whole(fixed(f'{weight} * {score}'))})"
                query = f"select {by}, {sums} from ({self.rows}) as r0 where state = '' and y is not null group by all"
                counted = ((row[: len(columns) + 2], row[len(columns) + 2 :]) for row in fetched(self.connection, query))
                found |= rolled(counted, lambda key, columns=columns, model=model: _score_key(columns, model, key))  # type: ignore[misc]
        return Table(("model", "y", "cell"), ("n", "w", "w.w", "w.score"), _sorted(found))


def _score_key(columns: tuple[str, ...], model: str, raw: Key) -> Key:
    on = Slice.of(zip(columns, map(slice_value, raw[: len(columns)]), strict=True)) if columns else WHOLE
    return (on, model, *raw[len(columns) :])


def _sorted(rows: dict[Key, tuple[Any, ...]]) -> dict[Key, tuple[Any, ...]]:
    return dict(sorted(rows.items(), key=lambda item: order(item[0])))


def _text(raw: Any) -> str | None:
    return None if raw is None or raw != raw else label_text(raw)


_EXCLUDE = "write numbers there, or say `nan: exclude` to count such rows and leave them out"


def _unusable(state: str, at: str, where: Place) -> Problem:
    """Why rows cannot be used."""
    if state == sql.WEIGHT:
        what = f"a weight that is missing, negative or above 1,000,000 {at}"
        return Problem("bad-weight", what, where, "weights are numbers from 0 to 1,000,000")
    if state == sql.RANGE:
        remedy = "scores that are no probabilities need `probability: false`, and a `threshold`"
        return Problem("score-range", f"a score outside [0, 1] {at}", where, remedy)
    if state == sql.NOT_FINITE:
        return Problem("score-nan", f"a score that is NaN or infinite {at}", where, _EXCLUDE)
    whose = "of the baseline " if state == sql.BASELINE else ""
    return Problem("score-null", f"no usable prediction or score {whose}{at}", where, _EXCLUDE)
