"""Two files of rows on one connection, joined by an id: the older model's predictions beside the newer one's, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gate.documents.document import shown
from gate.errors import InputError, Problem
from gate.measure.definition import Definition
from gate.measure.engines.duckdb import Open, RankedCounting
from gate.measure.engines.duckdb_rows import ROWS, Spelling, connected, fetched, kinds
from gate.measure.engines.engine import Effort
from gate.measure.identity import value
from gate.measure.source import Source, parts
from gate.record import replace
from gate.terms.tally import Part, Tally

if TYPE_CHECKING:
    import duckdb

OLD, JOINED = "rows_before", "joined_rows"
_ID, _LABEL = "id_before", "label_before"


class Matched(NamedTuple):
    """How the ids of two files meet: rows of each, those in both, and of these the rows with another label."""

    now: int
    before: int
    both: int
    other_label: int

    @property
    def unmatched(self) -> float:
        """The share of rows of the larger file that have no partner, 0 to 1."""
        return 1 - self.both / max(self.now, self.before, 1)


def tally(now: Source, before: Source, definition: Definition, effort: Effort, most: float) -> tuple[Tally | None, Matched]:
    """The joined rows, counted; no tally where more than the share `most` of rows is without a partner.

    Raises InputError: a column that is not there, an id twice, other labels for the same ids.
    """
    asked = with_baseline(definition)
    old, old_kinds = _old(before, definition, effort)
    with connected(now, effort) as connection:
        here = kinds(connection)
        if definition.id not in here:
            raise _no_id(now, definition.id)
        connection.register(OLD, old)
        ids = _ids(definition, here[definition.id], old_kinds[definition.id])
        matched = _matched(connection, now, definition, ids, _LABEL in old)
        if matched.unmatched > most:
            return None, matched
        told = {asked.baseline_prediction: "prediction_before", asked.baseline_score: "score_before"}
        listed = ", ".join(f'o."{short}" as {_name(name)}' for name, short in told.items() if name)
        joined = f"select n.*, {listed} from {ROWS} as n join {OLD} as o on {ids[0]} = {ids[1]}"
        connection.execute(f"create temp table {JOINED} as {joined}")
        taken = {name: "text" if old[short].dtype.kind == "O" else "number" for name, short in told.items() if name}
        on = OpenPair(connection, now, bool(definition.weight), before, taken)
        return RankedCounting(on, now, asked, effort).tally(), matched


def with_baseline(definition: Definition) -> Definition:
    """The definition for joined rows: the baseline's columns are called by the candidate's."""
    prediction, score = (f"{each} of the baseline" if each else "" for each in (definition.prediction, definition.score))
    return replace(definition, baseline_prediction=prediction, baseline_score=score)


class OpenPair(Open):
    """Joined rows on a connection."""

    rows = JOINED

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, now: Source, wide: bool, before: Source, taken: dict[str, str]
    ) -> None:
        super().__init__(connection, now, wide)
        self.before = before
        self.taken = taken

    def kinds(self) -> dict[str, str]:
        return super().kinds() | self.taken

    def header(self) -> tuple[str, str, tuple[Part, ...]]:
        engine, version, own = super().header()
        return engine, version, (*own, *parts(self.before))


def _old(before: Source, definition: Definition, effort: Effort) -> tuple[dict[str, Any], dict[str, str]]:
    """What is taken of the older rows: their ids, predictions, scores, and labels where they have them."""
    import numpy as np

    with connected(before, replace(effort, progress=None)) as connection:
        found = kinds(connection)
        wanted = {definition.id: _ID, definition.prediction: "prediction_before", definition.score: "score_before"}
        for column in wanted:
            if column and column not in found:
                raise _no_id(before, column)
        wanted |= {definition.label: _LABEL} if definition.label in found else {}
        told = [f"{_plain(column, found[column], short)} as {short}" for column, short in wanted.items() if column]
        data = connection.execute(f"select {', '.join(told)} from {ROWS}").fetchnumpy()
    return {name: _filled(np.ma.asarray(column)) for name, column in data.items()}, found


def _plain(column: str, kind: str, short: str) -> str:
    """A column in a type that has a place for what is missing."""
    name = _name(column)
    if short == _ID and kind != "integer":
        return value(column, kind, Spelling())
    if short == _LABEL:
        return f"cast({name} as varchar)"
    if kind in ("integer", "number", "boolean"):
        return f"cast({name} as {'bigint' if short == _ID else 'double'})"
    return f"cast({name} as varchar)"


def _filled(column: Any) -> Any:
    """Nulls as what stands for them: NaN among numbers, None among texts and ids."""
    import numpy as np

    if column.dtype.kind == "f":
        return column.filled(np.nan)
    if column.dtype.kind in "iu":
        return column.compressed() if not np.ma.is_masked(column) else np.where(column.mask, None, column.data.astype(object))
    return np.where(np.ma.getmaskarray(column), None, column.data)


def _matched(connection: Any, now: Source, definition: Definition, ids: tuple[str, str], labelled: bool) -> Matched:
    """How the ids meet. Raises InputError: an id twice, other labels."""
    for rows, column, which in ((f"{ROWS} as n", ids[0], "the rows"), (f"{OLD} as o", ids[1], "the baseline's rows")):
        twice = fetched(connection, f"select count(*) - count(distinct {column}) from {rows} where {column} is not null")[0][0]
        if twice:
            what = f"the column `{shown(definition.id, 40)}` (id) holds {twice:,} ids more than once in {which}"
            raise InputError(Problem("duplicate-ids", what, now.where, "an id names one row: leave out the repeated ones"))
    both = f"{ROWS} as n join {OLD} as o on {ids[0]} = {ids[1]}"
    label = f"cast(n.{_name(definition.label)} as varchar)" if labelled else "''"
    differs = f"{label} <> o.{_LABEL} and coalesce(try_cast({label} as double) <> try_cast(o.{_LABEL} as double), true)"
    count = f"count(*) filter (where {differs})" if labelled else "0"
    met, other = fetched(connection, f"select count(*), {count} from {both}")[0]
    sizes = [fetched(connection, f"select count(*) from {rows}")[0][0] for rows in (ROWS, OLD)]
    return Matched(sizes[0], sizes[1], met, other)


def _ids(definition: Definition, kind: str, old_kind: str) -> tuple[str, str]:
    """The ids of both rows so that they can be equal: 1 is 1.0, as a file with one empty id has them all."""
    if kind == old_kind == "integer":
        return f"n.{_name(definition.id)}", f"o.{_ID}"
    return value(definition.id, kind, _Now()), f"cast(o.{_ID} as varchar)"


class _Now(Spelling):
    """The columns of the newer rows where they stand beside the older ones."""

    def name(self, column: str) -> str:
        return f"n.{super().name(column)}"


def _no_id(source: Source, column: str) -> InputError:
    return InputError(Problem("no-such-column", f"there is no column `{shown(column, 40)}`, by which rows meet", source.where))


def _name(column: str) -> str:
    return Spelling().name(column)
