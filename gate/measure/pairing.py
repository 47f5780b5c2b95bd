"""The rows of two models that scored the same examples: joined by their ids, and compared row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import InputError, Problem
from gate.measure.definition import Definition
from gate.measure.measuring import Measuring, measured
from gate.measure.source import Source, engine_of
from gate.record import replace
from gate.terms.measurements import MOST_UNMATCHED, Measurements, Remark

if TYPE_CHECKING:
    from gate.measure.engines.duckdb_pair import Matched

_BY_ID = "so that the models are compared as on different rows, which shows less"


def joined(now: Source, before: Source, by: Measuring) -> tuple[Measurements | None, tuple[Remark, ...]]:
    """The baseline's measurements in the candidate's rows, with the joint evidence of both models and the candidate's own
    `beside`; None where they cannot be joined, and remarks that say why.

    Raises InputError: an id twice, or other labels for the same ids.
    """
    doubt = _unfit(now, before, by.definition)
    if doubt is not None:
        return None, (doubt,)
    from gate.measure.engines import duckdb_pair

    tally, matched = duckdb_pair.tally(now, before, _alone(by.definition), by.effort, MOST_UNMATCHED)
    if matched.other_label:
        what = f"{matched.other_label:,} of {matched.both:,} ids have another label than in the candidate's rows"
        remedy = (
            "were labels corrected since? then leave the label out of the older rows: both models are judged by the newer one"
        )
        raise InputError(Problem("labels-differ", what, before.where, remedy))
    remarks = _unmatched(matched, before)
    if tally is None:
        return None, remarks
    found = measured(tally, now.form)
    if found.beside is None:
        return None, remarks
    both = {name: slices for name, slices in found.by_metric.items() if name in found.beside.by_metric}
    return replace(found.beside, remarks=remarks, beside=replace(found, by_metric=both, beside=None)), remarks


def _unmatched(matched: Matched, before: Source) -> tuple[Remark, ...]:
    """What is to be said of ids that only one of the files has."""
    lacking = (matched.now - matched.both, matched.before - matched.both)
    if not any(lacking):
        return ()
    what = (
        f"{lacking[0]:,} of {matched.now:,} ids are not in {before.name}, and {lacking[1]:,} of its {matched.before:,} not here"
    )
    if matched.unmatched <= MOST_UNMATCHED:
        left = f"rules that compare the two models are judged on the {matched.both:,} rows that both have"
        return (Remark("unmatched-ids", f"{what}: {left}"),)
    share = (
        f"{100 * matched.unmatched:.3g} % have no partner; above {100 * MOST_UNMATCHED:g} % the rows are not compared in pairs"
    )
    remedy = "score the same examples with both models, or take `id` out to compare them as on different rows"
    return (Remark("unmatched-ids", f"{what}: {share}", remedy),)


def _unfit(now: Source, before: Source, definition: Definition) -> Remark | None:
    """Why rows cannot be joined."""
    if not definition.id:
        what = f"nothing says which rows of {before.name} are the same examples"
        return Remark("pairing-lost", f"{what}, {_BY_ID}", "name the id column: `id: COLUMN`")
    if not (definition.prediction or definition.score) or definition.labels:
        what = "predictions of several columns are not joined"
        return Remark("pairing-lost", f"{what}, {_BY_ID}", "name a column with the `prediction`")
    if engine_of(now) or engine_of(before):
        what = "tables are counted where they are and not joined"
        return Remark("pairing-lost", f"{what}, {_BY_ID}", "put both models' scores in one table")
    return None


def _alone(definition: Definition) -> Definition:
    """What is counted of joined rows: what both models share, and nothing that needs the candidate's rows alone."""
    return replace(definition, baseline_prediction="", baseline_score="", reference="", train="")
