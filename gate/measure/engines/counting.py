"""How rows are counted by SQL, whichever engine runs it: a first look, cells, the grid of scores, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import prod
from typing import Any, Protocol, TypeAlias

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem
from gate.measure import further, grid, identity, sql, sql_tasks
from gate.measure.definition import Definition, label_text
from gate.measure.engines.engine import Effort
from gate.measure.profile import MOST_CLASSES, MOST_CROSSED, MOST_SLICES, Profile, profile, refuse_columns
from gate.measure.quantities import fixed
from gate.measure.source import Source
from gate.measure.tally import in_order, rolled
from gate.terms.slice import WHOLE, Slice, slice_value
from gate.terms.tally import Header, Key, Number, Part, Table, Tally

CELL_KEYS = ("label", "prediction", "baseline", "state")
ON_GRID = ("count(*)", "sum(f0)", "sum(f1)", "sum(f2)")
_UNUSABLE = (sql.WEIGHT, sql.RANGE, sql.BASELINE_RANGE, sql.NOT_FINITE, sql.NULL, sql.BASELINE)

Rows: TypeAlias = "list[tuple[Any, ...]]"


class Connection(Protocol):
    """The rows of one source, open in an engine."""

    rows: str  # what stands after `from`
    spelling: sql.Dialect

    def kinds(self) -> dict[str, str]:
        """What each column holds, in the words of `Profile.kinds`."""

    def fetched(self, query: str) -> Rows:
        """All rows of a query's answer; whole numbers as int."""

    def header(self) -> tuple[str, str, tuple[Part, ...]]:
        """The engine's name and version, and what is counted."""


class Counting:
    """One source on one connection."""

    def __init__(self, connection: Connection, source: Source, definition: Definition, effort: Effort) -> None:
        self.on: Connection = connection
        self.source = source
        self.asked = definition
        self.effort = effort
        self.spelling = connection.spelling
        self.columns = tuple(dict.fromkeys(column for each in definition.slices for column in each))
        self.sets: tuple[tuple[str, ...], ...] = ((), *definition.slices)
        self.profile = self.looked()
        self.rows = sql_tasks.rows(definition, self.profile, self.spelling, self.columns, connection.rows)

    def tally(self) -> Tally:
        self.tell("counting", 0.1)
        cells = self.cells()
        self.refuse_rows(cells)
        tables = {"cells": Table(CELL_KEYS, sql.fields(self.asked, self.profile), cells)}
        if self.profile.task == "binary" and self.asked.score:
            self.tell("ranking", 0.5)
            exact = self.ranks(sum(int(row[0]) for key, row in cells.items() if key[0] == WHOLE))
            tables |= exact
            if self.effort.portable or not exact:
                tables["scores"] = self.scores()
        tables |= further.tables(self.offered())
        tables |= identity.tables(self.on, self.asked, self.profile.kinds) if self.effort.identify else {}
        return Tally(self.header(), tables)

    def header(self) -> Header:
        engine, version, parts = self.on.header()
        return Header(
            definition=self.asked.document,
            task=self.profile.task,
            positive=self.profile.positive,
            negative=self.profile.negative,
            engine=engine,
            engine_version=version,
            parts=parts,
        )

    def offered(self) -> further.Rows:
        """The rows, for what is counted besides."""
        raise NotImplementedError

    def tell(self, what: str, share: float) -> None:
        if self.effort.progress is not None:
            self.effort.progress(what, share)

    # -- a first look

    def looked(self) -> Profile:
        found = self.on.kinds()
        refuse_columns(self.source, self.asked, found)
        labels: list[Any] = []
        if self.asked.label and self.asked.task not in ("regression", "ranking"):
            label = self.spelling.name(self.asked.label)
            query = f"select distinct {label} from {self.on.rows} limit {MOST_CLASSES + 3}"
            labels = sorted((row[0] for row in self.on.fetched(query)), key=str)
        return profile(self.source, self.asked, found, labels)

    # -- cells

    def cells(self) -> dict[Key, tuple[Number, ...]]:
        """The cells of every set of slices, by way of the crossed ones where these are few."""
        found: dict[Key, tuple[Number, ...]] = {}
        counts = self.crossed() if prod(self.distinct.values()) <= MOST_CROSSED else self.one_by_one()
        for columns, rows in counts:
            counted = ((row[: len(columns) + 4], row[len(columns) + 4 :]) for row in rows)
            found |= rolled(((key, row) for key, row in counted), lambda key, columns=columns: self.key(columns, key))  # type: ignore[misc]
            if len({key[0] for key in found}) > MOST_SLICES:
                raise self.too_many(columns)
        return in_order(found)

    def crossed(self) -> Iterator[tuple[tuple[str, ...], Rows]]:
        """The counts of each set of slices, all of them added up from one count of the crossed cells."""
        counted = sql.counted(self.asked, self.profile, self.spelling, self.groups(self.columns), self.summed())
        count = len(sql.fields(self.asked, self.profile)) - 1
        return self.by_sets(CELL_KEYS, ["sum(n)", *(f"sum(f{index})" for index in range(count))], counted)

    def by_sets(self, keys: Sequence[str], numbers: Sequence[str], source: str) -> Iterator[tuple[tuple[str, ...], Rows]]:
        """What `source` selects, added up by keys for each set of slices, all in one pass."""
        names = self.groups(self.columns)
        told = ", ".join([*(f"grouping({name})" for name in names), *names, *keys, *numbers])
        sets = ", ".join(f"({', '.join([*self.groups(columns), *keys])})" for columns in self.sets)
        by_set: dict[tuple[bool, ...], Rows] = {}
        for row in self.on.fetched(f"select {told} from ({source}) as atoms group by grouping sets ({sets})"):
            by_set.setdefault(tuple(not each for each in row[: len(names)]), []).append(row[len(names) :])
        for columns in self.sets:
            here = tuple(column in columns for column in self.columns)
            chosen = [self.columns.index(column) for column in columns]
            yield columns, [(*(row[index] for index in chosen), *row[len(names) :]) for row in by_set.get(here, [])]

    def one_by_one(self) -> Iterator[tuple[tuple[str, ...], Rows]]:
        """The counts of each set of slices, each in a pass of its own."""
        for columns in self.sets:
            query = sql.counted(self.asked, self.profile, self.spelling, self.groups(columns), self.summed())
            yield columns, self.on.fetched(query)

    def groups(self, columns: Iterable[str]) -> list[str]:
        """What slice columns are called in `rows`."""
        return [f"g{self.columns.index(column)}" for column in columns]

    def summed(self) -> str:
        """The rows, for products of their numbers."""
        return self.rows

    @cached_property
    def distinct(self) -> dict[str, int]:
        """How many values each slice column has, all of them within the limit."""
        counts: dict[str, int] = {}
        for column in self.columns:
            name = self.spelling.name(column)
            distinct = f"(select distinct {name} from {self.on.rows} limit {MOST_SLICES + 1}) as r0"
            counts[column] = self.on.fetched(f"select count(*) from {distinct}")[0][0]
            if counts[column] > MOST_SLICES:
                raise self.too_many((column,))
        return counts

    def too_many(self, columns: Sequence[str]) -> InputError:
        named = " × ".join(f"`{shown(column, 40)}`" for column in columns)
        what = f"more than {MOST_SLICES:,} slices by {named}"
        return InputError(Problem("too-many-slices", what, self.source.where, "slice by columns of few values"))

    def key(self, columns: tuple[str, ...], raw: Key) -> Key:
        """A key as a tally has it: the slice, then labels as text."""
        label, prediction, baseline, state = raw[len(columns) :]
        return (
            sliced(columns, raw),
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
        for state in _UNUSABLE:
            if state in bad:
                count = sum(int(row[0]) for key, row in cells.items() if key[0] == WHOLE and key[4] == state)
                number = self.first(state)
                at = f"in {count:,} rows" + (f"; row {number:,} is the first" if number else "")
                raise InputError(_unusable(state, at, self.source.where))
        if self.asked.weight and not sum(row[1] for key, row in cells.items() if key[0] == WHOLE):
            what = f"all weights in `{shown(self.asked.weight, 40)}` are zero"
            raise InputError(Problem("bad-weight", what, self.source.where))

    def first(self, state: str) -> int:
        """The number, from 1, of the first row in this state; 0 where rows have no order."""
        del state
        return 0

    # -- scores

    def models(self) -> list[tuple[str, str]]:
        """Whose scores there are, and what they are called in `rows`."""
        return [("", "p"), *([("baseline", "q")] if self.asked.baseline_score else [])]

    def ranks(self, rows: int) -> dict[str, Table]:
        """Exact rank sums of the scores, and bins of calibration, on every slice; nothing where there are too many rows."""
        raise NotImplementedError

    def on_grid(self, usable: str) -> Iterator[tuple[tuple[str, ...], Rows]]:
        """The counts by class and cell of each set of slices: a pass for each, where passes cost less than grouping."""
        for columns in self.sets:
            keys = ", ".join([*self.groups(columns), "y", "cell"])
            query = f"select {keys}, {', '.join(ON_GRID)} from ({usable}) as r1 group by {keys}"
            yield columns, self.on.fetched(query)

    def scores(self) -> Table:
        """Counts on the grid of scores: they merge."""
        found: dict[Key, tuple[Number, ...]] = {}
        weight, whole = "w" if self.asked.weight else "1e0", self.spelling.whole
        for model, score in self.models():
            numbers = [whole(fixed(each)) for each in (weight, f"{weight} * {weight}", f"{weight} * {score}")]
            by = [*self.groups(self.columns), "cast(y as integer) as y", f"{grid.sql(score)} as cell"]
            each_row = f"select {', '.join([*by, *(f'{each} as f{index}' for index, each in enumerate(numbers))])}"
            usable = f"{each_row} from ({self.summed()}) as r0 where state = '' and y is not null"
            for columns, rows in self.on_grid(usable):
                counted = ((row[: len(columns) + 2], row[len(columns) + 2 :]) for row in rows)
                found |= rolled(counted, lambda key, columns=columns, model=model: _score_key(columns, model, key))  # type: ignore[misc]
        return Table(("model", "y", "cell"), ("n", "w", "w.w", "w.score"), in_order(found))


def sliced(columns: tuple[str, ...], raw: Key) -> Slice:
    """The slice of a key that starts with the values of these columns."""
    return Slice.of(zip(columns, map(slice_value, raw[: len(columns)]), strict=True)) if columns else WHOLE


def _score_key(columns: tuple[str, ...], model: str, raw: Key) -> Key:
    return (sliced(columns, raw), model, *raw[len(columns) :])


def _text(raw: Any) -> str | None:
    return None if raw is None or raw != raw else label_text(raw)


_EXCLUDE = "write numbers there, or say `nan: exclude` (--nan exclude) to count such rows and leave them out"


def _unusable(state: str, at: str, where: Place) -> Problem:
    """Why rows cannot be used."""
    if state == sql.WEIGHT:
        what = f"a weight that is missing, negative or above 1,000,000 {at}"
        return Problem("bad-weight", what, where, "weights are numbers from 0 to 1,000,000")
    whose = "of the baseline " if state in (sql.BASELINE, sql.BASELINE_RANGE) else ""
    if state in (sql.RANGE, sql.BASELINE_RANGE):
        remedy = "scores that are no probabilities need `probability: false`, and a `threshold`"
        return Problem("score-range", f"a score {whose}outside [0, 1] {at}", where, remedy)
    if state == sql.NOT_FINITE:
        return Problem("score-nan", f"a score that is NaN or infinite {at}", where, _EXCLUDE)
    return Problem("score-null", f"no usable prediction or score {whose}{at}", where, _EXCLUDE)
