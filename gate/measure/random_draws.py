"""Rows held in memory, and random draws from them: what other test sets of the same kind would have been.

Drawn with replacement (Efron 1979), so that two draws have nothing to do with each other. Two halves of the same rows have: what
one has above the mean the other has below, so that on the line they always disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gate.errors import InputError, Problem
from gate.measure.definition import Definition
from gate.measure.engines.engine import Effort
from gate.measure.source import Source
from gate.record import dataclass

MOST_ROWS = 5_000_000
FEWEST = 4


@dataclass(frozen=True, slots=True)
class Held:
    """Columns by name, all of one length. `units` numbers what is drawn together: rows of one cluster, or of one query."""

    columns: dict[str, Any]
    units: Any
    rows: int

    @property
    def count(self) -> int:
        """How many units there are."""
        return int(self.units.max()) + 1


def held(source: Source, asked: Definition, effort: Effort) -> Held:
    """The columns that are measured. Raises InputError: too few rows or too many, columns that are not there."""
    import numpy as np

    from gate.measure.engines.duckdb_rows import ROWS, Spelling, connected, kinds
    from gate.measure.profile import refuse_columns

    with connected(source, effort) as connection:
        refuse_columns(source, asked, kinds(connection))
        count = connection.execute(f"select count(*) from {ROWS}").fetchall()[0][0]
        if not FEWEST <= count <= MOST_ROWS:
            what = f"{count:,} rows cannot be drawn from: {FEWEST} to {MOST_ROWS:,} can"
            raise InputError(Problem("rows-to-draw", what, source.where, "give a sample of them"))
        names = ", ".join(map(Spelling().name, needed(asked)))
        found = connection.execute(f"select {names} from {ROWS}").fetchnumpy()
    columns = {name: _plain(column) for name, column in found.items()}
    together = asked.cluster or asked.query
    units = np.unique(columns[together].astype(str), return_inverse=True)[1].ravel() if together else np.arange(count)
    if units.max() + 1 < FEWEST:
        what = f"{int(units.max()) + 1} values of `{together}` are too few to draw from"
        raise InputError(Problem("rows-to-draw", what, source.where, "rows that belong together are drawn together"))
    return Held(columns, units, count)


def needed(asked: Definition) -> list[str]:
    """Every column that the definition names, but for those that are compared with other rows."""
    single: Iterable[str] = (
        asked.label, asked.prediction, asked.score, asked.baseline_prediction, asked.baseline_score, asked.weight, asked.id,
        asked.cluster, asked.timestamp, asked.query, *asked.scores.values(), *asked.labels.values(), *asked.predictions.values(),
        *asked.columns, *(column for each in asked.slices for column in each),
    )  # fmt: skip
    return [name for name in dict.fromkeys(single) if name]


def _plain(column: Any) -> Any:
    """A column without a mask: what is missing is NaN, or None."""
    import numpy as np

    if not isinstance(column, np.ma.MaskedArray):
        return column
    if not column.mask.any():
        return column.data
    numbers = column.dtype.kind in "iuf"
    found = np.array(column.data, dtype=float if numbers else object)
    found[column.mask] = np.nan if numbers else None
    return found


def drawn(rows: Held, asked: Definition, size: int, random: Any) -> dict[str, Any]:
    """About `size` rows, drawn with replacement, of clusters and queries all rows; a copy counts as another row, or cluster."""
    import numpy as np

    units = random.integers(0, rows.count, max(1, round(size * rows.count / rows.rows)))
    if rows.count == rows.rows:
        chosen, copy = units, np.arange(len(units))
    else:
        order = np.argsort(rows.units, kind="stable")
        starts = np.searchsorted(rows.units[order], np.arange(rows.count + 1))
        chosen = np.concatenate([order[starts[unit] : starts[unit + 1]] for unit in units])
        copy = np.repeat(np.arange(len(units)), starts[units + 1] - starts[units])
    found = {name: column[chosen] for name, column in rows.columns.items()}
    found |= {name: copy for name in (asked.cluster, asked.query) if name}
    return found | ({asked.id: np.arange(len(chosen))} if asked.id else {})


def worse(columns: dict[str, Any], asked: Definition, right: Any, drop: float, random: Any) -> dict[str, Any]:
    """The same rows, a share `drop` of them answered wrongly that were right: each as some row was that is answered otherwise.

    `right` says which rows are right. What is not right or wrong (a number, a ranking) is left as it is.
    """
    import numpy as np

    candidates = np.flatnonzero(right)
    count = min(len(candidates), round(drop * len(right)))
    answers = [name for name in (asked.prediction, asked.score, *asked.scores.values()) if name]
    if not (count and answers):
        return columns
    spoilt = random.choice(candidates, count, replace=False)
    answer = columns[asked.prediction].astype(str) if asked.prediction else columns[asked.score] >= asked.threshold
    donors = _donors(answer, spoilt, random)
    made = dict(columns)
    for name in answers:
        made[name] = columns[name].copy()
        made[name][spoilt] = columns[name][donors]
    return made


def _donors(answer: Any, spoilt: Any, random: Any) -> Any:
    """For each of these rows a random one with another answer; the row itself where there is none."""
    import numpy as np

    donors = spoilt.copy()
    for each in np.unique(answer[spoilt]):
        here, others = answer[spoilt] == each, np.flatnonzero(answer != each)
        if len(others):
            donors[here] = random.choice(others, int(here.sum()))
    return donors
