"""What stands behind every metric: rows, labels, positives, and rows that were left out."""

from __future__ import annotations

from collections.abc import Mapping

from gate.measure.definition import Definition
from gate.measure.metrics.metric import UP, Described, Value, View
from gate.terms.tally import Tally

METRICS = (
    Described("rows", None, 0, labelled=False, means="rows of the slice"),
    Described("label_coverage", UP, 0, 1, labelled=False, means="share of rows that have a label"),
    Described("score_coverage", UP, 0, 1, labelled=False, means="share of rows whose score or prediction can be used"),
    Described("positives", None, 0, labelled=False, means="rows labelled positive"),
    Described("prevalence", None, 0, 1, means="share of labelled rows that are positive"),
)


def applies(tally: Tally, definition: Definition) -> bool:
    """Always: the cells are counted for every task."""
    del definition
    return "cells" in tally


def measure(view: View) -> Mapping[str, Value]:
    """The counts of a slice; a baseline has the same rows."""
    if view.model:
        return {}
    rows, labelled, usable = coverage(view)
    found = {"rows": Value(float(rows))}
    if view.definition.label or view.definition.labels:
        found["label_coverage"] = Value(labelled / rows, n=rows, k=labelled)
    if view.definition.nan == "exclude":
        found["score_coverage"] = Value(usable / rows, n=rows, k=usable)
    if view.tally.header.task == "binary":
        positives = sum(int(numbers["n"]) for label, _, numbers in view.usable() if label == view.tally.header.positive)
        total = sum(int(numbers["n"]) for _, _, numbers in view.usable())
        found["positives"] = Value(float(positives))
        found["prevalence"] = (
            Value(positives / total, n=total, k=positives) if total else Value(None, problem="not defined: no row has a label")
        )
    return found


def coverage(view: View) -> tuple[int, int, int]:
    """How many rows there are, how many have a label, and how many have scores or predictions that can be used."""
    rows = labelled = usable = 0
    for key, numbers in view.rows("cells").items():
        n = int(numbers["n"])
        rows += n
        labelled += n if key[0] is not None else 0
        usable += n if not key[3] else 0
    return rows, labelled, usable
