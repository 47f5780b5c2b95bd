"""Whether a baseline's numbers are of the same kind as the candidate's: of the same rows, unit and definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.language.value import Doubt
from gate.language.write import write_name
from gate.terms import catalogue
from gate.terms.defining import WORDS, places, text_in
from gate.terms.measurement import Measurement
from gate.terms.measurements import MOST_UNMATCHED, Measurements
from gate.terms.metric import Metric
from gate.terms.slice import WHOLE, Slice

if TYPE_CHECKING:
    from gate.judge.world import MeasuredWorld
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
# What the words in a file define, by the catalogue's names. A metric that is not known by its name is left alone.
_BY_AVERAGING = frozenset(("precision", "recall", "f1", "iou", "dice", "fdr", "npv", "specificity", "auc", "average_precision"))
_BY_POSITIVE = (_BY_AVERAGING | {"fpr", "fnr"}) - {"auc"}
_BY_CUT = (_BY_POSITIVE | {"accuracy", "error_rate", "balanced_accuracy", "mcc", "kappa", "zero_one_loss"}) - {
    "average_precision"
}
_DEFINED = {"threshold": _BY_CUT, "averaging": _BY_AVERAGING, "positive label": _BY_POSITIVE}
_BINARY = "binary"


def other_unit(found: Measurement, stated: Metric | None, now: Measurement | None, shown: str) -> Doubt | None:
    """Why a measurement that has a unit is not compared: the policy states another, or the candidate's (`now`) has another."""
    if stated is not None and stated.unit not in ("", found.unit):
        where, wanted = f"{shown} is", f"the policy says {stated.unit}"
    elif now is not None and now.unit not in ("", found.unit):
        where, wanted = f"{shown} of the baseline is", f"that of the candidate in {now.unit}"
    else:
        return None
    return Doubt("other-unit", f"{where} in {found.unit}, {wanted}", "measure both in one unit, or correct the `unit`")


def unlike(world: MeasuredWorld, of: str, metric: str, on: Slice) -> Doubt | None:
    """Why a metric of a baseline is not to be compared with the candidate's."""
    candidate, baseline = world.evidence.candidate, world.evidence.loaded(of)
    if baseline is None:
        return None
    if (of, metric) not in world.told:  # alike on every slice
        rows = _other_rows(candidate, baseline, world.proves)
        world.told[of, metric] = rows or _other_definition(candidate, baseline, metric, world)
    return world.told[of, metric] or _partnerless(world, on)


def _other_rows(candidate: Measurements, baseline: Measurements, proves: bool) -> Doubt | None:
    """Why the rows of the two are not to be compared, where some ids are in one of the files only."""
    lost = next((each for each in baseline.remarks if each.slug == "unmatched-ids"), None)
    if lost is None:
        return None
    if not baseline.model and baseline.beside is None:  # too few ids met: what has no partner could be what is worse
        return Doubt(lost.slug, lost.text, lost.remedy, weak=True) if proves else None
    if not baseline.model or candidate.tally is baseline.tally:
        return None
    what = "its rows have no labels, so that only those in both files count, and these are not the same for several baselines"
    return Doubt(lost.slug, f"{lost.text}; {what}", "write a rule for each baseline", weak=True)


def _partnerless(world: MeasuredWorld, on: Slice) -> Doubt | None:
    """Why nothing is proven on a slice: many of its rows are in one of the two files only."""
    if not world.proves or on not in world.evidence.thin:
        return None
    what = f"more than {100 * MOST_UNMATCHED:g} % of the rows of {on} are in one of the two files only"
    return Doubt("unmatched-ids", what, "score the same examples with both models", weak=True)


def _other_definition(candidate: Measurements, baseline: Measurements, metric: str, world: MeasuredWorld) -> Doubt | None:
    """Why a metric of the baseline is another than the candidate's, where tallies or words in the files say what it is."""
    if baseline.model:
        return None  # of the candidate's own rows, as its definition has it
    if candidate.tally is None or baseline.tally is None:
        numbers = frozenset(fact.source or name for name, fact in world.policy.metrics.items())
        what = next(_worded(_Said(candidate, numbers), _Said(baseline, numbers), world.source(metric)), None)
    else:
        what = _differs(candidate.tally, baseline.tally, world.source(metric))
    if what is None:
        return None
    said, remedy = what
    return Doubt("other-definition", f"`{write_name(metric)}` of the baseline is {said}", remedy, weak=True)


class _Said(NamedTuple):
    """What a file says of definitions; names that are `numbers` in the policy are none to it, whatever they are called."""

    table: Measurements
    numbers: frozenset[str]

    def of(self, what: str, metric: str) -> str:
        """As text: what stands beside the metric, or further out; "" where it says nothing."""
        if self.table.tally is not None:
            return _counted(self.table.tally.header, what)
        for full, name in places(what, metric):
            found = None if full in self.numbers else self.table.get(full, WHOLE)
            said = "" if found is None else _word(found, name)
            if said:
                return said
        return ""


def _worded(candidate: _Said, baseline: _Said, metric: str) -> Iterator[tuple[str, str]]:
    """What both files say, and not alike, of how a metric was defined."""
    known = catalogue.find(metric)
    for what, metrics in _DEFINED.items():
        if known is None or known.name not in metrics:
            continue
        here, there = candidate.of(what, metric), baseline.of(what, metric)
        if here and there and here != there and _depends(candidate, metric, what):
            own = "; where every model has its own, name it in the policy: `metrics: {threshold: {}}`"
            yield (
                f"of the {what} `{there}`, that of the candidate of `{here}`",
                f"measure both with one {what}{own if what == 'threshold' else ''}",
            )


def _depends(candidate: _Said, metric: str, what: str) -> bool:
    """Whether a metric depends on what the words say: its own name may say what average it is, and that of which label."""
    if what == "threshold":
        return True
    from gate.confidence.evidence.single import known_as

    return bool(known_as(metric)) and (what == "averaging" or candidate.of("averaging", metric) in ("", _BINARY))


def _word(found: Measurement, name: str) -> str:
    """A word as text. A number called `average` is a mean, and one called `positive` may be how many there are."""
    value = found.value
    if value is None:
        return _plain(text_in(found.problem))
    if name in WORDS["averaging"] or (name == "positive" and value not in (-1, 0, 1)):
        return ""
    return f"{value:g}"  # true is 1, as labels are


def _plain(text: str) -> str:
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


def _counted(header: Header, what: str) -> str:
    """The same of rows that gate counted."""
    if what == "threshold":
        cut = _cut(header, False)
        return "" if cut is None else f"{cut:g}"
    return _plain(header.positive) if what == "positive label" and header.task == _BINARY else ""


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
