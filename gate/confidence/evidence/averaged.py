"""What a file says of averaging beside a metric: `average: macro` makes a recall a mean over classes, and no share of its n."""

from __future__ import annotations

from gate.confidence.evidence.single import known_as
from gate.terms import catalogue
from gate.terms.defining import places, text_in
from gate.terms.measurements import Measurements
from gate.terms.slice import CLASSES, WHOLE, Slice

# Metrics of one class. Of the others, like accuracy, such a word in the file says nothing.
_OF_A_CLASS = frozenset(
    ("precision", "recall", "specificity", "npv", "fpr", "fnr", "fdr", "f1", "iou", "dice", "auc", "average_precision")
)
_NOT_AVERAGED = frozenset(("", "micro", "binary", "none", "null"))  # micro: all classes in one share


def called(name: str, table: Measurements, on: Slice) -> str:
    """The name of a metric, with the average that its file says it is: `recall (macro)`."""
    known = catalogue.find(name)
    if known is None or known.name not in _OF_A_CLASS or not known_as(name):
        return name
    of_one = any(column in CLASSES for column, _ in on.parts)  # what the file says of all classes together is not said of it
    for full, _ in places("averaging", name):
        for where in dict.fromkeys((on,) if of_one else (on, WHOLE)):
            found = table.get(full, where)
            said = "" if found is None else text_in(found.problem).strip().lower()
            if said:
                return name if said in _NOT_AVERAGED else f"{name} ({said})"
    return name
