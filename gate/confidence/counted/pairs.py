"""One metric of two models in the same rows: what the rows say in which they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gate.confidence.counted.cells import agrees, placed
from gate.confidence.counted.tallied import joined, model_of, of_moments, on_same_rows
from gate.confidence.expressions.tree import Atom
from gate.confidence.ground import Ground, tally_of
from gate.record import replace
from gate.stats.combine import scaled
from gate.stats.tally.tally import Counts
from gate.stats.test import Test


def pair(ground: Ground, now: Atom, before: Atom, factor: float, values: Mapping[Atom, float]) -> Test | None:
    """`now` less `factor` > 0 times `before`, row by row; None where the tally does not hold that."""
    if now.on != before.on or ground.source(now.metric) != ground.source(before.metric) or now == before:
        return None
    own = on_same_rows(ground, now.of, before.of)
    tally = tally_of(ground, now.of if own else before.of)
    if tally is None or model_of(ground, now.of) or not (own or joined(ground, now.of, before.of)):
        return None
    at = ground.tallies.of(tally)
    name = ground.source(now.metric)
    where = placed(now.on, name, "", at)
    here = at.get(now.on if where is None else where.on)
    if here is None or here.clustered:
        return None
    wanted = values[now] - factor * values[before]
    of = _Pair(here, name, None if where is None else where.label, factor, values[now], values[before])
    for method in (_flipped, _losses, _root_losses, _rank_pair):
        test = method(of)
        if test is not None and agrees(test.estimate, wanted):  # else it is of other rows
            return replace(test, estimate=wanted)
    return None


class _Pair(NamedTuple):
    """One metric of two models in the same rows of a slice; `label` is the class whose metric it is."""

    at: Counts
    name: str
    label: str | None
    factor: float
    now: float
    before: float


def _flipped(of: _Pair) -> Test | None:
    """Shares of rows that are right, among all or those of one label: Tango's test; of alarms on one label, the reverse."""
    from gate.stats.paired import of_pairs, of_pairs_ratio
    from gate.stats.tally.tally import flips

    among = _among(of)
    found = None if among is None or of.at.weighted else flips(of.at, among[0])
    if among is None or found is None or not found.n:
        return None
    label, what, sign = among
    counted = "pairs" if label is None else f"pairs of {what}"
    if of.factor == 1:
        return replace(scaled(of_pairs(found.gained, found.lost, found.n), float(sign)), of=counted)
    both = round(of.now * found.n) - found.gained
    if sign < 0 or both < 0:
        return None
    return replace(of_pairs_ratio(both, found.gained, found.lost, found.n, of.factor), of=counted)


def _among(of: _Pair) -> tuple[str | None, str, int] | None:
    """The label of the rows that a share is of (None: all), what they are called, and -1 where it counts wrong ones."""
    header = of.at.header
    if of.name == "accuracy":
        return None, "rows", 1
    if header.task == "binary":
        positive, negative = (header.positive, "positives"), (header.negative, "negatives")
        known = {"recall": (*positive, 1), "fnr": (*positive, -1), "specificity": (*negative, 1), "fpr": (*negative, -1)}
        return known.get(of.name)
    return (of.label, f"rows of {of.label}", 1) if of.label is not None and of.name == "recall" else None


def _losses(of: _Pair) -> Test | None:
    from gate.stats.tally.means import margin

    moments = margin(of.at, of.name, of.factor)
    if moments is None:
        return None
    test = of_moments(moments, paired=True, of="pairs")
    return replace(test, method=f"{test.method}, paired")


def _root_losses(of: _Pair) -> Test | None:
    """Root mean squares: a row's influence is half its square by the root, so that the squares' own test tells the spread."""
    if of.name != "rmse" or not (of.now > 0 and of.before > 0):
        return None
    from gate.stats.means import of_mean
    from gate.stats.tally.means import margin

    moments = margin(of.at, "mse", of.factor * of.now / of.before)
    if moments is None:
        return None
    difference = of.now - of.factor * of.before
    test = of_mean(difference, moments.n, moments.stderr / (2 * of.now), moments.skew, paired=True, of="pairs")
    return replace(test, method=f"{test.method}, paired")


def _rank_pair(of: _Pair) -> Test | None:
    from gate.stats.tally.scores import AUC, AVERAGE_PRECISION, rank_margin

    if of.name not in (AUC, AVERAGE_PRECISION):
        return None
    ranked = rank_margin(of.at, of.name, of.factor)
    if ranked is None:
        return None
    if of.name == AVERAGE_PRECISION:
        from gate.stats.average_precision import of_average_precision_pair

        return of_average_precision_pair(ranked.value, ranked.stderr, ranked.n_pos)
    from gate.stats.auc import of_auc_pair

    return of_auc_pair(ranked.value, ranked.stderr, ranked.n_pos, ranked.n_neg)
