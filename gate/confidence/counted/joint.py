"""Expressions of cells, losses and ranks of one slice, and rows in clusters: by the covariance of what was counted together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from gate.confidence.counted.cells import MOST_CELLS, Placed, agrees
from gate.confidence.expressions.tree import Atom, Tree, computed, reach
from gate.record import replace
from gate.stats.cell_metrics import CellMetric, Place, binary, every_cell, fewest, many, range_of
from gate.stats.influence import of_clusters, of_estimates, on_logits
from gate.stats.tally.clusters import Summed, name_of
from gate.stats.tally.joint import Joint, joint
from gate.stats.tally.scores import AUC, AVERAGE_PRECISION
from gate.stats.tally.tally import BASELINE, Counts, cells
from gate.stats.test import Test
from gate.stats.tilt import LEAST, LEAST_PAIRED
from gate.stats.unequal import Clusters

_RANKS = (AUC, AVERAGE_PRECISION)
_STEP = 1e-6  # of all rows: how far a cell is moved to see of which denominators it is part
Function = Callable[[Sequence[Any]], Any]
Below = Callable[[Sequence[float]], dict[str, float]]


class Counted(NamedTuple):
    """A measurement of one model in a tally: its value, and its place where it is one of cells."""

    name: str
    model: str
    place: Placed | None
    value: float


def jointly(term: Tree, at: Counts, counted: Mapping[Atom, Counted]) -> Test | None:
    """The test of a term of these measurements. None where their covariance was not counted, or they are not of these rows."""
    found = joint(at)
    if found is None:
        return None
    found, keys = _with_empty(found, at) if found.clusters else (found, [name for kind, name in found.names if kind == "cell"])
    rows = _rows(at, keys)
    functions: dict[Atom, Function] = {}
    beneath: list[Below] = []
    for atom, each in counted.items():
        if each.place is not None:
            made = _metric(each.place, keys, rows, at)
            functions[atom] = made.value
            beneath.append(made.below)
            continue
        index = found.at(each.name, each.model)
        if index is None:
            return None
        functions[atom] = _at(index)
        beneath.append(_classes(keys) if each.name in _RANKS else _all)
    if not _agree(functions, found, counted):
        return None
    below = fewest(*[each(rows) for each in beneath if each is not _all])
    clusters = None if found.clusters is None else _least(found.clusters, keys, rows, beneath)
    return _tested(term, found, clusters, functions, below, rows, counted)


def _with_empty(found: Joint, at: Counts) -> tuple[Joint, list[Any]]:
    """The cells in which no row was seen as well, behind those that were: a metric depends on them, too."""
    keys: list[Any] = [name for kind, name in found.names if kind == "cell"]
    labels = sorted({each for key in keys for each in key if each is not None} | set(_labels(at)))
    every = every_cell(labels, any(key[2] is not None for key in keys))
    new = [key for key in every if key not in keys] if len(every) <= MOST_CELLS else []
    seen, size = len(keys), len(found.names) + len(new)
    order = [*range(seen), *range(len(found.names), size), *range(seen, len(found.names))]
    old = len(found.names)

    def at_place(j: int, k: int) -> float:
        return found.covariance[j][k] if j < old and k < old else 0.0

    return replace(
        found,
        names=tuple([("cell", new[index - old]) if index >= old else found.names[index] for index in order]),
        values=tuple([found.values[index] if index < old else 0.0 for index in order]),
        covariance=tuple([tuple([at_place(j, k) for k in order]) for j in order]),
    ), [*keys, *new]


def _labels(at: Counts) -> tuple[str, ...]:
    return (at.header.positive, at.header.negative) if at.header.task == "binary" else ()


def _agree(functions: Mapping[Atom, Function], found: Joint, counted: Mapping[Atom, Counted]) -> bool:
    """Whether the tally gives the values that are judged."""
    try:
        known = {atom: function(found.values) for atom, function in functions.items()}
    except ZeroDivisionError:
        return False
    return all(agrees(known[atom], each.value) for atom, each in counted.items())


def _tested(
    term: Tree,
    found: Joint,
    clusters: Clusters | None,
    functions: Mapping[Atom, Function],
    below: dict[str, float],
    rows: Sequence[float],
    counted: Mapping[Atom, Counted],
) -> Test:
    def function(estimates: Sequence[Any]) -> Any:
        return computed(term, {atom: each(estimates) for atom, each in functions.items()})

    paired = len({each.model for each in counted.values()}) > 1
    least = LEAST_PAIRED if paired else LEAST
    if clusters is not None and all(each.place is not None for each in counted.values()):
        covariance = [row[: len(rows)] for row in found.covariance[: len(rows)]]
        low, high = reach(term, {atom: range_of(each.name) for atom, each in counted.items()})
        test = of_clusters(rows, covariance, function, clusters, denominators=below, least=least, low=low, high=high)
        return replace(test, of="pairs") if paired else test
    of = "pairs" if paired else "rows"
    test = of_estimates(
        found.values,
        found.covariance,
        function,
        n=found.n,
        clusters=clusters,
        skewness=found.skewness,
        denominators=below,
        least=least,
        of=of,
    )
    alone = isinstance(term, Atom) and counted[term].name in _RANKS
    return on_logits(test) if alone and clusters is not None else test


def _at(index: int) -> Function:
    return lambda estimates: estimates[index]


def _rows(at: Counts, keys: Sequence[Any]) -> list[float]:
    """The rows of every cell, as the covariance has them: weights, where rows count unequally."""
    positive, negative = at.header.positive, at.header.negative
    found = dict.fromkeys(keys, 0.0)
    for key, cell in cells(at).items():
        name: Any = key
        if at.header.task == "binary":
            here, there = (each if each is None or each == positive else negative for each in key[1:])
            name = (key[0], here, there)
        if name in found:
            found[name] += cell.weight
    return [found[key] for key in keys]


def _metric(of: Placed, keys: Sequence[Any], rows: Sequence[float], at: Counts) -> CellMetric:
    places: list[Place] = []
    for label, prediction, baseline in keys:
        guess = baseline if of.model == BASELINE else prediction
        places.append((label, guess) if guess is not None else None)
    if at.header.task == "binary":
        return binary(of.name, places, at.header.positive)
    seen = sorted({each for place, n in zip(places, rows, strict=True) if place is not None and n for each in place})
    inside = [place if place is not None and set(place) <= set(seen) else None for place in places]
    return many(of.name, inside, seen, of.label)


def _classes(keys: Sequence[Any]) -> Below:
    def below(rows: Sequence[float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for (label, _, _), n in zip(keys, rows, strict=True):
            found[f"rows labelled {label}"] = found.get(f"rows labelled {label}", 0.0) + n
        return found

    return below


def _all(rows: Sequence[float]) -> dict[str, float]:
    return {"rows": sum(rows)}


def _least(of: Summed, keys: Sequence[Any], rows: Sequence[float], beneath: Sequence[Below]) -> Clusters:
    """The clusters by what they hold of each denominator: of that in which they count for fewest."""
    names, moved = [name_of(key) for key in keys], sum(rows) * _STEP
    found: list[Clusters] = []
    for below in beneath:
        here = below(rows)
        more = [below([n + moved * (at == place) for place, n in enumerate(rows)]) for at in range(len(rows))]
        for what, count in here.items():
            shares = [round((each[what] - count) / moved, 3) for each in more]
            found.append(of.of(dict(zip(names, shares, strict=True))))
    return min(found, key=lambda each: each.number)
