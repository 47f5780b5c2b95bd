"""Metrics that gate measured, by the tally that they were computed from: tests that a value with its n cannot give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt

from gate.confidence.counted.cells import Placed, agrees, placed, tilted
from gate.confidence.expressions.tree import Atom, Tree
from gate.confidence.ground import Ground, tally_of
from gate.language.value import Doubt
from gate.record import replace
from gate.stats.tally.means import Moments
from gate.stats.tally.tally import BASELINE, Counts
from gate.stats.test import Tails, Test
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements


def model_of(ground: Ground, of: str) -> str:
    """Which model of its tally a table is: "baseline" where it was counted in the candidate's rows."""
    table = ground.table(of)
    return table.model if isinstance(table, Measurements) else ""


def on_same_rows(ground: Ground, of: str, other: str) -> bool:
    """Whether two models were counted in the same rows."""
    one, two = tally_of(ground, of), tally_of(ground, other)
    if one is None or two is None or {model_of(ground, of), model_of(ground, other)} != {"", BASELINE}:
        return False
    return ground.tallies.same(one, two)


def joined(ground: Ground, of: str, other: str) -> bool:
    """Whether a baseline was counted in the candidate's rows for itself: in those that have its ids, most of them."""
    table, tally = ground.table(of), tally_of(ground, other)
    if not isinstance(table, Measurements) or tally is None or of or model_of(ground, other) != BASELINE:
        return False
    digests = {source.sha256 for source in table.sources}
    return any(part.sha256 and part.sha256 in digests for part in tally.header.parts)


def place(ground: Ground, atom: Atom) -> Placed | None:
    """Where in its tally a metric comes from, if it is one of cells."""
    tally = tally_of(ground, atom.of)
    if tally is None:
        return None
    return placed(atom.on, ground.source(atom.metric), model_of(ground, atom.of), ground.tallies.of(tally))


def test_of(ground: Ground, atom: Atom, found: Measurement) -> Test | Doubt | None:
    """The test by the tally; None where the measurement's own evidence says as much, or the tally is of other values."""
    tally = tally_of(ground, atom.of)
    if tally is None or found.value is None or isinstance(found.value, bool):
        return None
    at = ground.tallies.of(tally)
    name, model = ground.source(atom.metric), model_of(ground, atom.of)
    where = placed(atom.on, name, model, at)
    here = at.get(atom.on if where is None else where.on)
    if here is None:
        return None
    if here.clustered:
        return _clustered(here, atom, name, model, where, found.value)
    for method in (_mean, _root, _ranking, _quantile):
        test = method(here, name, model, found.value)
        if test is not None and agrees(test.estimate, found.value):
            return test
    own = found.support.k is not None or name == "f1"
    if where is None or (own and not here.weighted):
        return None
    return tilted(atom, {atom: where}, at, {atom: found.value})


def _clustered(at: Counts, atom: Atom, name: str, model: str, where: Placed | None, value: float) -> Test | Doubt:
    """Rows of one cluster are alike: their errors are those of whole clusters."""
    from gate.confidence.counted.joint import Counted, jointly

    test = jointly(atom, at, {atom: Counted(name, model, where, value)})
    if test is not None:
        return test
    column = at.header.definition.get("cluster")
    text = f"the rows behind `{name}` belong together by `{column}`, and how alike its errors are there was not counted"
    return Doubt("no-method", text, "use a metric of counts, losses or ranks, or take `cluster:` out of `measure:`", weak=True)


def of_moments(found: Moments, *, paired: bool = False, of: str = "rows") -> Test:
    """The test of a mean."""
    from gate.stats.means import of_mean

    return of_mean(found.mean, found.n, found.stderr, found.skew, paired=paired, of=of)


def _mean(at: Counts, name: str, model: str, _: float) -> Test | None:
    from gate.stats.tally.means import mean

    moments = mean(at, name, model)
    if moments is None:
        return None
    return of_moments(moments, of="queries" if moments.n != sum_of(at) and "queries" in at.tables else "rows")


def sum_of(at: Counts) -> int:
    """The rows of a slice."""
    fields, rows = at.tables.get("cells", ((), {}))
    place_of_n = fields.index("n") if "n" in fields else 0
    return sum(int(row[place_of_n]) for row in rows.values())


def _root(at: Counts, name: str, model: str, _: float) -> Test | None:
    """The root of the mean square: below c where the mean square is below c²."""
    if name != "rmse":
        return None
    from gate.stats.tally.means import mean

    moments = mean(at, "mse", model)
    if moments is None or moments.mean <= 0:
        return None
    return rooted(of_moments(moments))


def rooted(square: Test) -> Test:
    """The test of the root of a parameter that is not negative."""

    def mapped(tails: Callable[[float], Tails]) -> Callable[[float], Tails]:
        return lambda c: tails(c * c) if c >= 0 else Tails(0.0, 1.0)

    root = sqrt(square.estimate)
    return replace(
        square,
        tails=mapped(square.tails),
        far=None if square.far is None else mapped(square.far),
        estimate=root,
        low=0.0,
        spread=None if square.spread is None else square.spread / (2 * root),
    )


def _ranking(at: Counts, name: str, model: str, _: float) -> Test | None:
    from gate.stats.tally.scores import AUC, AVERAGE_PRECISION, by_score, rank

    if name not in (AUC, AVERAGE_PRECISION):
        return None
    ranked = rank(at, name, model)
    if ranked is None:
        return None
    if name == AVERAGE_PRECISION:
        from gate.stats.average_precision import of_average_precision

        return of_average_precision(ranked.value, ranked.n_pos, ranked.stderr)
    from gate.stats.tilted_auc import LEAST, of_scores

    scores = by_score(at, model) if min(ranked.n_pos, ranked.n_neg) >= LEAST and not ranked.bound else None
    if scores is not None:
        return of_scores(*scores, value=ranked.value)
    from gate.stats.auc import of_auc

    return of_auc(ranked.value, ranked.n_pos, ranked.n_neg, ranked.stderr or None)


def _quantile(at: Counts, name: str, model: str, value: float) -> Test | None:
    from gate.stats.tally.scores import steps

    if not (name == "median_absolute_error" or name.rpartition(".")[2].startswith("p")):
        return None
    told = steps(at, name, model)
    if told is None:
        return None
    from gate.stats.quantile import of_order_statistics

    test = of_order_statistics(*told)
    low, high = sorted((test.estimate, value))
    near = [each for each, _ in told[0] if low <= each <= high]
    # the measured quantile lies between two order statistics: that it is one of the steps, or between neighbours, is enough
    return replace(test, estimate=value) if len(near) <= 2 or agrees(test.estimate, value) else None


# -- expressions


def together(ground: Ground, term: Tree, values: Mapping[Atom, float]) -> Test | None:
    """The test of a term by what was counted together; None where some of it was not."""
    listed = list(values)
    tally = tally_of(ground, listed[0].of)
    for atom in listed[1:]:
        if atom.of != listed[0].of and not on_same_rows(ground, listed[0].of, atom.of):
            return None
    assert tally is not None
    at = ground.tallies.of(tally)
    where = {atom: place(ground, atom) for atom in listed}
    known = {atom: each for atom, each in where.items() if each is not None}
    if len(known) == len(where) and not tally.header.definition.get("cluster"):
        return tilted(term, known, at, values)
    slices = {atom.on if (each := where[atom]) is None else each.on for atom in listed}
    if len(slices) > 1 or (here := at.get(slices.pop())) is None:
        return None
    from gate.confidence.counted.joint import Counted, jointly

    return jointly(
        term,
        here,
        {atom: Counted(ground.source(atom.metric), model_of(ground, atom.of), where[atom], values[atom]) for atom in listed},
    )
