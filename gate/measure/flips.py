"""What got worse: rows that a baseline had right and the model has wrong, by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.terms.slice import WHOLE
from gate.terms.tally import Table

if TYPE_CHECKING:
    from gate.measure.further import Rows

MOST = 20
_LONGEST = 40  # of an id, as messages quote values
KEYS = ("id", "label", "prediction", "baseline")


def tables(rows: Rows) -> dict[str, Table]:
    """The rows that flipped from right to wrong, those whose score moved most the wrong way first; no more than 20."""
    asked = rows.asked
    if not (asked.id and asked.has_baseline and rows.profile.task in ("binary", "multiclass")):
        return {}
    now = same(rows, "prediction", bool(asked.prediction))
    before = same(rows, "baseline", bool(asked.baseline_prediction))
    worse = "abs(p - y) - abs(q - y)" if asked.score and asked.baseline_score else "0"
    told = (
        f"{_text('case_id')} as id, {_text('label')} as l, {_text('prediction')} as h, {_text('baseline')} as b, {worse} as worse"
    )
    usable = "state = '' and y is not null" if rows.profile.task == "binary" else "state = '' and label is not null"
    query = f"select {told} from ({rows.rows}) as r0 where {usable} and not ({now}) and ({before})"
    found = rows.fetch(f"select id, l, h, b from ({query}) as r1 order by worse desc, id limit {MOST}")
    order = {(WHOLE, *map(_shown, row)): (place,) for place, row in enumerate(found, 1)}
    return {"lost": Table(KEYS, ("place",), order, merges=False)} if order else {}


def same(rows: Rows, role: str, by_column: bool) -> str:
    """SQL for a prediction that is the label; a prediction by a threshold says whether it is the positive one."""
    if not by_column and rows.profile.task == "binary":
        return f"{role} = (y = 1)"
    kinds = rows.profile.kinds
    column = rows.asked.prediction if role == "prediction" else rows.asked.baseline_prediction
    label, guess = kinds[rows.asked.label], kinds.get(column, "text")
    if label == guess:
        return f"label = {role}"
    if "text" in (label, guess) or "other" in (label, guess):
        return f"{_text('label')} = {_text(role)}"
    return f"{_number('label', label)} = {_number(role, guess)}"


def _text(column: str) -> str:
    return f"cast({column} as varchar)"


def _number(column: str, kind: str) -> str:
    return f"(case when {column} then 1e0 else 0e0 end)" if kind == "boolean" else f"cast({column} as double)"


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)[:_LONGEST]
