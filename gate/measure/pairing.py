"""The rows of two models that scored the same examples: joined by their ids, and compared row by row."""

from __future__ import annotations

from gate.errors import InputError, Problem
from gate.measure.definition import Definition
from gate.measure.measuring import Measuring, measured
from gate.measure.source import Source, engine_of
from gate.record import replace
from gate.terms.measurements import Measurements, Remark

MOST_UNMATCHED = 0.05
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
    lacking = (matched.now - matched.both, matched.before - matched.both)
    said = (
        f"{lacking[0]:,} of {matched.now:,} ids are not in {before.name}, and {lacking[1]:,} of its {matched.before:,} not here"
    )
    if tally is None:
        remedy = f"score the same examples with both models: pairs need {1 - MOST_UNMATCHED:.0%} of the ids"
        return None, (Remark("pairing-lost", f"{said}, {_BY_ID}", remedy),)
    remarks = (
        (Remark("unmatched-ids", f"{said}: they are left out where the models are compared row by row", ""),)
        if any(lacking)
        else ()
    )
    found = measured(tally, now.form)
    return (None if found.beside is None else replace(found.beside, remarks=remarks, beside=replace(found, beside=None))), remarks


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
