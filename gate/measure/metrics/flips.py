"""Rows that changed sides since the baseline of the same rows: right then and wrong now, and the other way round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from gate.measure.definition import Definition
from gate.measure.metrics.metric import DOWN, UP, Described, Named, Value, View
from gate.terms.slice import WHOLE
from gate.terms.tally import Tally

MOST_CLASSES = 20

METRICS = (
    Described("lost", DOWN, 0, means="rows that the baseline had right and the model has wrong"),
    Described("gained", UP, 0, means="rows that the baseline had wrong and the model has right"),
)


def applies(tally: Tally, definition: Definition) -> bool:
    """Labels with predictions of both models."""
    return tally.header.task in ("binary", "multiclass") and definition.has_baseline


def measure(view: View) -> Mapping[Named, Value]:
    """The counts of a slice; on the whole those of the classes that lost most, too."""
    if view.model:
        return {}
    lost: Counter[str] = Counter()
    gained = 0
    for (label, prediction, baseline, state), numbers in view.rows("cells").items():
        if state or label is None or prediction is None or baseline is None:
            continue
        n = int(numbers["n"])
        if baseline == label != prediction:
            lost[label] += n
        elif prediction == label != baseline:
            gained += n
    found = {Named("lost"): Value(float(sum(lost.values()))), Named("gained"): Value(float(gained))}
    if view.on == WHOLE:
        worst = sorted(lost.items(), key=lambda item: (-item[1], item[0]))[:MOST_CLASSES]
        found |= {Named("lost", of_class=label): Value(float(count)) for label, count in worst}
    return found
