"""Baselines in rows of their own, on draws: joined with the rows by id first, so that each draw holds pairs of both models."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from gate.app.evidence import Found
from gate.errors import GateError
from gate.measure import random_draws
from gate.measure.definition import Definition
from gate.measure.measuring import Measuring, measured, tally_of
from gate.measure.random_draws import Held
from gate.measure.source import of_frame, open_rows
from gate.policy.policy import Policy
from gate.record import dataclass, replace
from gate.terms.baseline import Baseline
from gate.terms.measurements import MOST_UNMATCHED, Measurements
from gate.terms.slice import WHOLE
from gate.terms.tally import Tally

_IN_THE_ROWS = "baseline"  # the `model` of measurements that were counted in the candidate's own rows
_LOST = ("pairing-lost", "unmatched-ids")  # remarks that say why rows do not meet


@dataclass(frozen=True, slots=True)
class Along:
    """A baseline whose answers stand beside the candidate's: `by` names their columns, `met` the one that says where they are."""

    found: Baseline
    by: Measuring
    met: str

    def both(self, columns: Mapping[str, Any]) -> Measurements:
        """The candidate on the rows that the baseline has, with the baseline `beside`."""
        here = columns[self.met]
        return measured(tally_of(of_frame({name: column[here] for name, column in columns.items()}), self.by), "rows")

    def on(self, columns: Mapping[str, Any], candidate: Measurements) -> Baseline:
        """The baseline on a draw that the candidate was measured on; what its own rows alone tell stays as it is."""
        drawn, table = self.both(columns).beside, self.found.measurements
        assert drawn is not None
        assert drawn.tally is not None
        by_metric = {**table.by_metric, **drawn.by_metric}
        return replace(self.found, measurements=replace(table, by_metric=by_metric, tally=_of(drawn.tally, candidate), cases=()))


def _of(tally: Tally, candidate: Measurements) -> Tally:
    """The joint tally as one of the candidate's rows, as it is where files are joined: by that the judge knows pairs."""
    own = () if candidate.tally is None else candidate.tally.header.parts
    return replace(tally, header=replace(tally.header, parts=tuple(dict.fromkeys((*own, *tally.header.parts)))))


def joined(
    rows: Held, named: Mapping[str, Found], policy: Policy, by: Measuring
) -> tuple[Held, dict[str, Along], tuple[str, ...]]:
    """The rows with the answers of the baselines that rows of theirs give; why others are not drawn along."""
    columns, along, notes = dict(rows.columns), {}, []
    for name, found in named.items():
        if not isinstance(found, Baseline):
            continue
        answers = _answers(rows, found, os.path.join(policy.folder, policy.baselines[name].text), by)
        if isinstance(answers, str):
            notes.append(f"`{name}` is not drawn along with the rows, and stays as it is: {answers}")
            continue
        columns |= {_called(column, name): values for column, values in answers.items()}
        along[name] = Along(found, replace(by, definition=_with_baseline(by.definition, name)), _called("", name))
    return replace(rows, columns=columns), along, tuple(notes)


def _with_baseline(asked: Definition, name: str) -> Definition:
    prediction, score = (_called(each, name) if each else "" for each in (asked.prediction, asked.score))
    return replace(asked, baseline_threshold=None, baseline_prediction=prediction, baseline_score=score)


def _called(column: str, baseline: str) -> str:
    """What a baseline's column is called beside the candidate's; without a name, that which says where there are answers."""
    return f"{column} of the baseline {baseline}" if column else f"rows of the baseline {baseline}"


def _answers(rows: Held, found: Baseline, path: str, by: Measuring) -> dict[str, Any] | str:
    """The baseline's prediction and score for each row, and under "" whether it has one; a reason where rows do not meet."""
    if found.measurements.model != _IN_THE_ROWS:
        told = [remark for remark in found.measurements.remarks if remark.slug in _LOST]
        lost = ["; ".join(filter(None, (remark.text, remark.remedy))) for remark in told]
        return lost[0] if lost else f"{found.origin.source} holds no rows that are joined with these"
    asked = by.definition
    alone = Definition(id=asked.id, prediction=asked.prediction, score=asked.score)
    try:
        before = random_draws.held(open_rows(os.path.normpath(path)), alone, by.effort).columns
    except GateError as error:
        return error.problems[0].message
    partner = _partners(rows.columns[asked.id], before[asked.id])
    met = partner >= 0
    if met.mean() < 1 - MOST_UNMATCHED:
        return "its ids do not meet those of the rows"
    return {name: before[name][partner] for name in (asked.prediction, asked.score) if name} | {"": met}


def _partners(ids: Any, before: Any) -> Any:
    """The place of each id among the older ones, -1 where it is not: whole numbers as such, else as text, and nulls nowhere."""
    import numpy as np

    whole = ids.dtype.kind in "iu" and before.dtype.kind in "iu"
    here, there = (column.tolist() if whole else [_text(each) for each in column.tolist()] for column in (ids, before))
    at = {each: place for place, each in enumerate(there) if each is not None}
    return np.array([at.get(each, -1) for each in here])


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)


def differing(both: Measurements) -> float | None:
    """The share of rows on which one model is right and the other wrong; above 0, for none may be by chance."""
    lost, gained, accuracy = (both.by_metric.get(name, {}).get(WHOLE) for name in ("lost", "gained", "accuracy"))
    if lost is None or gained is None or accuracy is None or not accuracy.support.n:
        return None
    n = accuracy.support.n
    return max((lost.value or 0.0) + (gained.value or 0.0), 1.0) / n
