"""Whether a baseline's numbers are of the same kind as the candidate's: the same unit, and counted by the same definition."""

from __future__ import annotations

from typing import Any

from gate.language.value import Doubt
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Metric
from gate.terms.tally import Header, Tally

# Metrics that are the same whichever label is called positive; those of macro averages say so in their names.
_OF_BOTH_LABELS = frozenset(
    ("accuracy", "error_rate", "balanced_accuracy", "mcc", "kappa", "rows", "label_coverage", "no_information_rate",
     "majority_class_gain", "roc_auc", "log_loss", "brier", "ece")
)  # fmt: skip
# Metrics of scores, whatever the cut.
_OF_SCORES = frozenset(
    ("rows", "label_coverage", "positives", "prevalence", "roc_auc", "average_precision", "log_loss", "brier", "ece",
     "spiegelhalter_z", "no_information_rate")
)  # fmt: skip


def other_unit(found: Measurement, stated: Metric | None, now: Measurement | None, shown: str) -> Doubt | None:
    """Why a measurement that has a unit is not compared: the policy states another, or the candidate's (`now`) has another."""
    if stated is not None and stated.unit not in ("", found.unit):
        where, wanted = f"{shown} is", f"the policy says {stated.unit}"
    elif now is not None and now.unit not in ("", found.unit):
        where, wanted = f"{shown} of the baseline is", f"that of the candidate in {now.unit}"
    else:
        return None
    return Doubt("other-unit", f"{where} in {found.unit}, {wanted}", "measure both in one unit, or correct the `unit`")


def other_definition(candidate: Measurements, baseline: Measurements | None, metric: str, shown: str) -> Doubt | None:
    """Why a metric of the baseline is another than the candidate's, where the tallies of both say how they were counted."""
    if baseline is None or baseline.model or candidate.tally is None or baseline.tally is None:
        return None
    one, two = candidate.tally, baseline.tally
    what = _differs(one, two, metric)
    if what is None:
        return None
    said, remedy = what
    return Doubt("other-definition", f"{shown} of the baseline is {said}", remedy, weak=True)


def _differs(one: Tally, two: Tally, metric: str) -> tuple[str, str] | None:
    here, there = one.header, two.header
    again = "measure both by one definition"
    if here.task != there.task:
        return f"of another task: {there.task}, that of the candidate {here.task}", again
    if here.positive != there.positive and metric not in _OF_BOTH_LABELS:
        return f"of the label `{there.positive}` as positive, that of the candidate of `{here.positive}`", again
    if bool(here.definition.get("weight")) != bool(there.definition.get("weight")):
        return f"counted {_weighing(there)}, that of the candidate {_weighing(here)}", again
    cut, wanted = _cut(there, False), _cut(here, True)
    if cut is None or wanted is None or cut == wanted or metric in _OF_SCORES:
        return None
    return f"at the threshold {cut:g}, not at {wanted:g}", f"measure it at {wanted:g}, or write `baseline_threshold: {cut:g}`"


def _weighing(header: Header) -> str:
    return "with weights" if header.definition.get("weight") else "without weights"


def _cut(header: Header, for_baseline: bool) -> float | None:
    """The score from which rows count as positive; None where predictions are a column, which does not tell."""
    definition: Any = header.definition
    if header.task != "binary" or definition.get("prediction") or not definition.get("score"):
        return None
    own = definition.get("threshold", 0.5)
    return float(definition.get("baseline_threshold", own) if for_baseline else own)
