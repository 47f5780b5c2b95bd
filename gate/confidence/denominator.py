"""An `n` that is not what a metric is a share of, where the same file tells: by counts of its confusion matrix, or by classes."""

from __future__ import annotations

from typing import NamedTuple

from gate.language.value import Doubt
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

# What metrics are of: counts that add up to it, and what it is called.
_SHARES = {
    "recall": ("tp", "fn"), "fnr": ("tp", "fn"), "specificity": ("tn", "fp"), "fpr": ("tn", "fp"), "precision": ("tp", "fp"),
    "fdr": ("tp", "fp"), "npv": ("tn", "fn"), "accuracy": ("tp", "fp", "fn", "tn"), "error_rate": ("tp", "fp", "fn", "tn"),
}  # fmt: skip
_F1 = ("tp", "fp", "fn")
_OF_LABELS, _OF_PREDICTIONS = ("recall", "fnr", "specificity", "fpr"), ("precision", "fdr", "npv")
_POSITIVES, _NEGATIVES = ("recall", "fnr"), ("specificity", "fpr")
_NOISE = 1e-6


class Of(NamedTuple):
    """A measurement: by its name in files, by what the catalogue calls that, and by what its n counts, in words."""

    found: Measurement
    name: str
    what: str
    counted: str


def other_denominator(of: Of, table: Measurements, on: Slice) -> Doubt | None:
    """Why a measurement's n is something else; None where nothing in its file says so."""
    if of.what == "auc":
        return _other_classes(of, table, on)
    if not of.found.support.n:
        return None
    return _by_counts(of, table, on) or _by_matrix(of, table, on) or _by_classes(of, table, on)


def _doubt(of: Of, n: float, text: str, remedy: str) -> Doubt:
    return Doubt("not-a-count", f"`{of.name}` has n {n:,.10g}, but {text}", remedy, weak=True)


def _by_counts(of: Of, table: Measurements, on: Slice) -> Doubt | None:
    """By tp, fp, fn and tn beside it."""
    n = of.found.support.n or 0.0
    counts = _F1 if of.what == "f1" else _SHARES.get(of.what)
    meant = None if counts is None else _sum(of, table, counts, on)
    if counts is None or meant is None or _same(n, meant) or (of.what == "f1" and n < meant):
        return None  # of F1 the positives alone are often told: fewer, and so no overstatement
    text = f"{' + '.join(counts)} is {meant:,.10g}: it is a share of the {of.counted}"
    return _doubt(of, n, text, f"write `n: {meant:.10g}`")


def _beside(of: Of, name: str) -> str:
    """What stands under the same name as the measurement: beside `test.recall` is `test.tp`."""
    return of.name[: of.name.rfind(".") + 1] + name


def _sum(of: Of, table: Measurements, counts: tuple[str, ...], on: Slice) -> float | None:
    beside = [table.get(_beside(of, each), on) for each in counts]
    known = [float(each.value) for each in beside if each is not None and each.value is not None]
    return sum(known) if len(known) == len(counts) else None


def _by_matrix(of: Of, table: Measurements, on: Slice) -> Doubt | None:
    """By rows by label and prediction (`confusion[label=…, prediction=…]`); which label is meant is not asked."""
    column = "label" if of.what in _OF_LABELS else "prediction" if of.what in _OF_PREDICTIONS else ""
    if not column and of.what not in ("accuracy", "error_rate"):
        return None
    sums: dict[str, float] = {}
    for cell, each in table.slices_of(_beside(of, "confusion")).items():
        parts = dict(cell.parts)
        label = parts.pop(column, "") if column else parts.pop("label", "") and ""
        parts.pop("prediction" if column != "prediction" else "label", None)
        if each.value is not None and Slice.of(parts) == on:
            sums[label] = sums.get(label, 0.0) + float(each.value)
    n = of.found.support.n or 0.0
    if not sums or any(_same(n, meant) for meant in sums.values()):
        return None
    listed = ", ".join(f"{meant:,.10g}" for meant in list(sums.values())[:5])
    what = {"label": "its labels have ", "prediction": "its predictions have ", "": "it has "}[column]
    return _doubt(of, n, f"the confusion matrix beside it says otherwise: {what}{listed} rows", f"`n` counts {of.counted}")


def _by_classes(of: Of, table: Measurements, on: Slice) -> Doubt | None:
    """By the positives and negatives that stand with it, or with another metric of as many rows."""
    which = "n_pos" if of.what in _POSITIVES else "n_neg" if of.what in _NEGATIVES else ""
    if not which:
        return None
    n = of.found.support.n or 0.0
    own = getattr(of.found.support, which)
    for name in () if own is not None else table.names:
        other = table.get(name, on) if name.startswith(_beside(of, "")) else None
        support = None if other is None else other.support
        if support is not None and support.n_pos and support.n_neg and _same(n, support.n_pos + support.n_neg):
            own = getattr(support, which)
            break
    if own is None or _same(n, own):
        return None
    return _doubt(of, n, f"there are {own:,.10g} {of.counted} (`{which}`): it is a share of those", f"write `n: {own:.10g}`")


def _other_classes(of: Of, table: Measurements, on: Slice) -> Doubt | None:
    """Of an AUC: positives and negatives that are not those of the confusion matrix."""
    support = of.found.support
    for told, counts, name in ((support.n_pos, ("tp", "fn"), "n_pos"), (support.n_neg, ("tn", "fp"), "n_neg")):
        meant = _sum(of, table, counts, on)
        if told is not None and meant is not None and not _same(told, meant):
            text = f"`{of.name}` has {name} {told:,.10g}, but {' + '.join(counts)} is {meant:,.10g}"
            return Doubt("not-a-count", text, f"write `{name}: {meant:.10g}`", weak=True)
    return None


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _NOISE * max(1.0, abs(other))
