"""Metrics of scikit-learn's that were asked for by name."""

from __future__ import annotations

from collections.abc import Mapping

from gate.measure.definition import Definition
from gate.measure.metrics.metric import DOWN, UP, Described, Named, Names, Value, View
from gate.measure.questions import SCORER, scorers
from gate.terms.tally import Tally

_NEEDS = ("by_name",)
_GOOD, _BAD = f"{SCORER}…_score", f"{SCORER}…_error"
METRICS = (
    Described(
        _GOOD, UP, needs=_NEEDS, oracle="the same", means="any score that scikit-learn lists, and any scorer: more is better"
    ),
    Described(_BAD, DOWN, needs=_NEEDS, oracle="the same", means="any loss, error or deviance that scikit-learn lists"),
)
_DOWN = ("_loss", "_error", "_deviance")
_NOTHING = "not measured: scikit-learn has no number for these rows, or they came as tallies"


def applies(tally: Tally, definition: Definition) -> bool:
    """Names that were asked for."""
    del tally
    return bool(scorers(definition))


def measure(view: View) -> Mapping[Names, Value]:
    """The values on a slice."""
    if view.model and "by_name" not in view.tally:
        return {}
    found: dict[Names, Value] = {}
    for name in scorers(view.definition):
        row = view.rows("by_name").get((view.model, name))
        described = _BAD if name.endswith(_DOWN) and not name.startswith("neg_") else _GOOD
        found[Named(f"{SCORER}{name}", described)] = Value(float(row["value"])) if row else Value(None, problem=_NOTHING)
    return found
