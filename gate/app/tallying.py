"""Rows as a tally file: what one shard counted."""

from __future__ import annotations

from collections.abc import Sequence

from gate.errors import Problem, UsageError
from gate.measure import tally_file
from gate.measure.measuring import Measuring, tally_of
from gate.measure.objects import at_hand
from gate.measure.source import open_rows
from gate.measure.tally import merge
from gate.readers.rows import FORMS, TALLY
from gate.terms.tally import Tally


def written(inputs: Sequence[str], form: str | None, by: Measuring | None) -> str:
    """One tally of all inputs, rows and tallies alike. Raises GateError."""
    rows = [path for path in inputs if not path.endswith(TALLY)]
    if rows and by is None:
        what = "a tally counts rows, and nothing says what their columns mean"
        raise UsageError(Problem("no-definition", what, remedy="name them: --label COLUMN --score COLUMN"))
    known = form if form and form in FORMS else ""
    counted = [_counted(path, known, by) for path in rows if by is not None]
    return tally_file.write(merge([*counted, *(tally_file.read(path) for path in inputs if path.endswith(TALLY))]))


def _counted(path: str, form: str, by: Measuring) -> Tally:
    with at_hand(open_rows(path, form), by.effort) as source:
        return tally_of(source, by)
