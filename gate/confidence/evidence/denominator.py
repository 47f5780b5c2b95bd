"""What the same file tells of a metric: an `n` that is not what it is a share of, and the counts behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gate.confidence.evidence import matrix
from gate.confidence.evidence.matrix import COUNTS, OF_F1, SHARES, Beside
from gate.confidence.evidence.single import scale_of
from gate.language.value import Doubt
from gate.stats.test import Test
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Metric
from gate.terms.slice import Slice

if TYPE_CHECKING:
    from gate.confidence.counted.tallies import Tallies

_POSITIVES, _NEGATIVES = ("recall", "fnr"), ("specificity", "fpr")
_CLASSES = {"n_pos": ("tp", "fn"), "n_neg": ("tn", "fp")}
_RANKED = ("auc", "average_precision")
_NOISE = 1e-6
_MOST_NAMED = 5
_OF_SEVERAL = re.compile(r"top[-_ ]?\d|subset|norm")  # an accuracy that is not the diagonal of the matrix
_OF_A_PART = re.compile(r"train|val|dev|test|eval|oof|holdout")


class Of(NamedTuple):
    """A measurement: by its name in files, by what the catalogue calls that, and by what its n counts, in words."""

    found: Measurement
    name: str
    what: str
    counted: str
    fact: Metric | None = None


def by_file(of: Of, table: Measurements, on: Slice, tallies: Tallies) -> Test | Doubt | None:
    """The test by the counts that stand beside a measurement, or why its n, or its value, is something else; None where
    nothing in its file says so.
    """
    every = matrix.beside(of.name, table, on, tallies)
    if of.what in _RANKED:
        return next((doubt for each in every if (doubt := _other_classes(of, each)) is not None), None)
    doubt = _other_n(of, every, table, on) if of.found.support.n else None
    if doubt is not None or table.tally is not None:  # a tally is held against the values for itself
        return doubt
    test: Test | Doubt | None = None
    for each in every:
        found = _by_matrix(of, each)
        if isinstance(found, Doubt):
            return found
        test = test or found
    return test


def _by_matrix(of: Of, told: Beside) -> Test | Doubt | None:
    """By a matrix that gives the value; a doubt where none does."""
    of_all = of.what in SHARES and SHARES[of.what][1] == COUNTS
    if _OF_SEVERAL.search(of.name.lower()) or (told.many and not of_all and not (of.what in SHARES and of.found.support.n)):
        return None  # of many classes it may be an average
    every = (told.right,) if of_all and told.right is not None else told.every
    known = [each for each in (matrix.told(of.what, four) for four in every) if each is not None]
    scale = scale_of(of.found, of.fact)
    agreeing = [each for each in known if matrix.agrees(of.found, scale, each.value) and matrix.fits(of.found, each)]
    if agreeing:
        return matrix.by_matrix(of.found, of.fact, of.name, of.what, agreeing[0])
    last = of.name.rpartition(".")[2].lower()
    if not known or (of.found.support.n is None and _OF_A_PART.search(last)):
        return None  # of `train_recall` and `test_recall` beside one matrix it is one's
    first, n = known[0], of.found.support.n
    if n and matrix.agrees(of.found, scale, first.value):
        return _doubt(of, n, f"by {told.named} beside it there are {first.n:,.10g} {of.counted}", f"write `n: {first.n:.10g}`")
    shown = f"{first.value * scale:.6g}" + (f", {first.k:,.10g} of {first.n:,.10g}" if first.k is not None else "")
    text = f"`{of.name}` is {of.found.value!r}, but by {told.named} beside it {shown}"
    return Doubt("not-a-count", text, "write the counts of the rows that it was measured on, or leave them out", weak=True)


# -- another n


def _other_n(of: Of, every: list[Beside], table: Measurements, on: Slice) -> Doubt | None:
    for each in every:
        found = _by_counts(of, each)
        if found is not None:
            return found
    return _by_classes(of, table, on)


def _doubt(of: Of, n: float, text: str, remedy: str) -> Doubt:
    return Doubt("not-a-count", f"`{of.name}` has n {n:,.10g}, but {text}", remedy, weak=True)


def _by_counts(of: Of, told: Beside) -> Doubt | None:
    """By the counts that add up to what it is a share of."""
    n = of.found.support.n or 0.0
    counts = OF_F1 if of.what == "f1" else SHARES[of.what][1] if of.what in SHARES else None
    every = [] if counts is None else [four.total(counts) for four in told.every]
    meant = list(dict.fromkeys(each for each in every if each is not None))
    if counts is None or not meant or any(_same(n, each) or (of.what == "f1" and n < each) for each in meant):
        return None  # of F1 the positives alone are often told: fewer, and so no overstatement
    if told.cells:
        listed = " or ".join(f"{each:,.10g}" for each in meant[:_MOST_NAMED]) + (" …" if len(meant) > _MOST_NAMED else "")
        text = f"by {told.named} beside it there are {listed} {of.counted}"
    else:
        text = f"{' + '.join(counts)} is {meant[0]:,.10g}: it is a share of the {of.counted}"
    return _doubt(of, n, text, f"write `n: {meant[0]:.10g}`" if len(meant) == 1 else f"`n` counts the {of.counted}")


def _by_classes(of: Of, table: Measurements, on: Slice) -> Doubt | None:
    """By the positives and negatives that stand with it, or with another metric of as many rows."""
    which = "n_pos" if of.what in _POSITIVES else "n_neg" if of.what in _NEGATIVES else ""
    if not which:
        return None
    n = of.found.support.n or 0.0
    own = getattr(of.found.support, which)
    beside = of.name[: of.name.rfind(".") + 1]
    for name in () if own is not None else table.names:
        other = table.get(name, on) if name.startswith(beside) else None
        support = None if other is None else other.support
        if support is not None and support.n_pos and support.n_neg and _same(n, support.n_pos + support.n_neg):
            own = getattr(support, which)
            break
    if own is None or _same(n, own):
        return None
    return _doubt(of, n, f"there are {own:,.10g} {of.counted} (`{which}`): it is a share of those", f"write `n: {own:.10g}`")


def _other_classes(of: Of, told: Beside) -> Doubt | None:
    """Of an area: positives and negatives that are not those of the confusion matrix."""
    support = of.found.support
    stated = [(key, each) for key, each in (("n_pos", support.n_pos), ("n_neg", support.n_neg)) if each is not None]
    wrong: list[tuple[str, float, tuple[str, ...], float]] = []
    for four in () if told.many else told.every:
        other = [(key, each, _CLASSES[key], four.total(_CLASSES[key])) for key, each in stated]
        differ = [(key, each, names, meant) for key, each, names, meant in other if meant is not None and not _same(each, meant)]
        if not differ:
            return None
        wrong += differ
    if not wrong:
        return None
    key, each, names, meant = wrong[0]
    what = "positives" if key == "n_pos" else "negatives"
    text = f"by {told.named} beside it there are {meant:,.10g} {what}" if told.cells else f"{' + '.join(names)} is {meant:,.10g}"
    return Doubt("not-a-count", f"`{of.name}` has {key} {each:,.10g}, but {text}", f"write `{key}: {meant:.10g}`", weak=True)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _NOISE * max(1.0, abs(other))
