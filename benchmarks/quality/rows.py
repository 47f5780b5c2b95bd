"""Drawn rows as tallies: the tables that an engine makes, by its own functions where they are Python, without a database.

`check` counts some draws with DuckDB, too: all measurements and their standard errors must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations_with_replacement
from math import isclose
from typing import Any

import numpy as np

from gate.measure import clusters, influence, orders, ranks
from gate.measure.definition import from_mapping
from gate.measure.measuring import measured
from gate.measure.sql import sums as sums_of
from gate.measure.tally import in_order
from gate.stats.tally.clusters import name_of
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice
from gate.terms.tally import EPS, SCALE, Header, Key, Number, Part, Table, Tally

POSITIVE, NEGATIVE = "1", "0"
CELLS = ("label", "prediction", "baseline", "state")
Array = np.ndarray[Any, Any]
# (label, prediction, the baseline's prediction or None) to rows
Counts = Mapping[tuple[str, str, "str | None"], int]


def header(task: str, **definition: Any) -> Header:
    binary = {"positive": POSITIVE, "negative": NEGATIVE} if task == "binary" else {}
    part = (Part("draws", ""),)
    return Header(definition=definition, task=task, engine="draws", engine_version="1", parts=part, **binary)


def both(tally: Tally) -> tuple[Measurements, Measurements | None]:
    """The candidate's measurements and the baseline's, as `gate measure` holds them."""
    found = measured(tally, "draws")
    return found, found.beside


# -- cells


def of_cells(cells: Mapping[Slice, Counts], task: str = "binary") -> Tally:
    """A tally of predictions: rows by cell on every slice."""
    paired = any(cell[2] is not None for counts in cells.values() for cell in counts)
    definition: dict[str, Any] = {"label": "y", "prediction": "h"} | ({"baseline_prediction": "g"} if paired else {})
    columns = sorted({tuple(column for column, _ in on.parts) for on in cells if on.parts})
    definition |= {"slices": [list(each) for each in columns]} if columns else {}
    rows: dict[Key, tuple[Number, ...]] = {
        (on, *cell, ""): (int(n),) for on, counts in cells.items() for cell, n in counts.items() if n
    }
    return Tally(header(task, **definition), {"cells": Table(CELLS, ("n",), in_order(rows))})


def four(tp: int, fp: int, fn: int, tn: int) -> dict[tuple[str, str, str | None], int]:
    """A binary matrix as cells."""
    yes, no = POSITIVE, NEGATIVE
    return {(yes, yes, None): tp, (no, yes, None): fp, (yes, no, None): fn, (no, no, None): tn}


PAIRED = tuple(
    (label, here, there) for label in (POSITIVE, NEGATIVE) for here in (POSITIVE, NEGATIVE) for there in (POSITIVE, NEGATIVE)
)


# -- clusters


def of_clusters(by_cluster: Array, cells: Sequence[tuple[str, str, str | None]]) -> Tally:
    """A tally of predictions of which `by_cluster` has a row for each cluster and a column for each cell."""
    paired = cells[0][2] is not None
    definition: dict[str, Any] = {"label": "y", "prediction": "h", "cluster": "user"}
    definition |= {"baseline_prediction": "g"} if paired else {}
    counts = by_cluster.sum(0)
    seen = [index for index in sorted(range(len(cells)), key=lambda at: str(cells[at])) if counts[index]]
    known: dict[Key, tuple[Number, ...]] = {(WHOLE, *cells[at], ""): (int(counts[at]),) for at in seen}
    added = _summed({name_of(cells[at]): by_cluster[:, at].astype(float) for at in seen}, len(by_cluster))
    return Tally(header("binary", **definition), {"cells": Table(CELLS, ("n",), in_order(known)), **added})


def _summed(columns: Mapping[str, Array], count: int) -> dict[str, Table]:
    """What `gate.measure.clusters` counts, of what columns add up to in each cluster."""
    pairs: dict[Key, tuple[Number, ...]] = {(WHOLE, "", ""): (count,)}
    pairs |= {(WHOLE, name, ""): (float(each.sum()),) for name, each in columns.items()}
    cubes: dict[Key, tuple[Number, ...]] = {}
    for one, two in combinations_with_replacement(columns, 2):
        pairs[WHOLE, one, two] = (float(columns[one] @ columns[two]),)
    for each in combinations_with_replacement(columns, 3):
        first, second, third = (columns[name] for name in each)
        cubes[(WHOLE, *each)] = (float((first * second) @ third),)
    named = {"clusters": (clusters.KEYS, pairs), "cluster_cubes": (clusters.CUBE_KEYS, cubes)}
    return {name: Table(keys, ("sum",), in_order(found), merges=False) for name, (keys, found) in named.items()}


def of_clustered_scores(y: Array, p: Array, unit: Array) -> Tally:
    """A tally of labels and scores in [0, 1], of rows that belong together where they have the same `unit`: 0, 1…"""
    plain = of_scores(y, p)
    sliced = influence.Sliced({"y": y, "p": p, "h": p >= 0.5}, losses=True)
    columns = {
        name_of(_texts((code // 6, code // 3 % 2, code % 3 - 1))): np.bincount(unit, sliced.code == code)
        for code in np.unique(sliced.code).tolist()
    }
    columns |= {"log_loss": np.bincount(unit, log_loss(y, p)), "brier": np.bincount(unit, (p - y) ** 2)}
    crossed: dict[Key, tuple[Number, ...]] = {}
    for first, second, value in sliced.by_cluster(unit):
        crossed[WHOLE, first, second if isinstance(second, str) else name_of(_texts(second))] = (value,)
    told = {**plain.tables, **_summed(columns, len(np.unique(unit)))}
    told["cluster_influence"] = Table(influence.BY_CLUSTER, ("sum",), in_order(crossed), merges=False)
    return Tally(header("binary", **plain.header.definition, cluster="user"), told)


# -- scores


def of_scores(y: Array, p: Array, q: Array | None = None) -> Tally:
    """A tally of labels (1, 0) and scores in [0, 1], and of a baseline's scores in the same rows."""
    definition: dict[str, Any] = {"label": "y", "score": "p"} | ({} if q is None else {"baseline_score": "q"})
    scores = {"": p} if q is None else {"": p, "baseline": q}
    positive = y == 1
    told: dict[Key, ranks.Ranked] = {
        (WHOLE, model): ranks.of_rows(ranks.scored(score.copy(), positive, None), None, 1)[0] for model, score in scores.items()
    }
    data = {"y": y, "p": p, "h": p >= 0.5} | ({} if q is None else {"q": q, "b": (q >= 0.5).astype(np.int64)})
    sliced = influence.Sliced(data, losses=True)
    code = sliced.code
    tables = {"cells": _losses(y, p, q, code, definition), **ranks.tables(told, weighted=False)}
    found: dict[Key, tuple[Number, ...]] = {(WHOLE, *_texts(key)): row for key, row in sliced.cells()}
    tables["influence"] = Table(influence.KEYS, influence.names(q is not None, True), in_order(found), merges=False)
    return Tally(header("binary", **definition), tables)


def _texts(key: tuple[int, int, int]) -> tuple[str, str, str | None]:
    return str(key[0]), str(key[1]), None if key[2] < 0 else str(key[2])


def _losses(y: Array, p: Array, q: Array | None, code: Array, definition: Mapping[str, Any]) -> Table:
    """Sums of losses and of their products by cell, in 2^-44ths."""
    columns = {"log_loss": log_loss(y, p), "brier": (p - y) ** 2}
    columns |= {"z_sum": (y - p) * (1 - 2 * p), "z_variance": (1 - 2 * p) ** 2 * p * (1 - p)}
    if q is not None:
        columns |= {"log_loss_change": columns["log_loss"] - log_loss(y, q), "brier_change": columns["brier"] - (q - y) ** 2}
    fields = tuple(each.name for each in sums_of(from_mapping(definition), "binary"))
    counts = np.bincount(code, minlength=12)
    added: list[Array] = []
    for name in fields:
        product = np.ones(len(y))
        for factor in name.split("."):
            product = product * columns[factor]
        added.append(np.bincount(code, np.floor(product * SCALE + 0.5), 12))
    rows: dict[Key, tuple[Number, ...]] = {
        (WHOLE, *_texts((each // 6, each // 3 % 2, each % 3 - 1)), ""): (
            int(counts[each]),
            *(int(column[each]) for column in added),
        )
        for each in np.flatnonzero(counts).tolist()
    }
    return Table(CELLS, ("n", *fields), in_order(rows))


def log_loss(y: Array, p: Array) -> Array:
    clipped = np.clip(p, EPS, 1 - EPS)
    found: Array = -np.log(np.where(y == 1, clipped, 1 - clipped))
    return found


# -- numbers


_ERRORS = ("n", "a1", "a2", "a4", "e1", "e1.a1", "a2.y1", "a2.y2", "y1", "y2", "y3", "y4", "a3", "a6", "e3", "y1.rest", "y2.rest")
_MIXED = ("n", "l1", "d1", "l2", "l1.d1", "d2", "l3", "l2.d1", "l1.d2", "d3")


def of_errors(y: Array, p: Array, q: Array | None = None) -> Tally:
    """A tally of a regression, and of a baseline's predictions in the same rows. All numbers are of one size, 1."""
    definition: dict[str, Any] = {"label": "y", "prediction": "p"} | ({} if q is None else {"baseline_prediction": "q"})
    models = {"": p - y} if q is None else {"": p - y, "baseline": q - y}
    rows: dict[Key, tuple[Number, ...]] = {}
    for model, error in models.items():
        rows[WHOLE, model, 0, 0] = _added(_ERRORS, {"e": error, "a": np.abs(error), "y": y})
    cell: Key = (WHOLE, "", "", None if q is None else "", "")
    relative: dict[Key, tuple[Number, ...]] = {}
    order: dict[Key, tuple[Number, ...]] = {}
    largest: dict[Key, tuple[Number, ...]] = {}
    for model, error in models.items():
        relative[WHOLE, model, 0] = _added(("n", "r1", "r2", "r3"), {"r": np.abs(error) / np.maximum(np.abs(y), EPS)})
        order[WHOLE, model, 0.5] = _quantile(np.sort(np.abs(error)), 0.5)
        largest[WHOLE, model, float(np.abs(error).max())] = (len(y),)
    tables = {
        "cells": Table(CELLS, ("n",), {cell: (len(y),)}),
        "errors": Table(("model", "e", "y"), _ERRORS, rows),
        "relative_errors": Table(("model", "r"), ("n", "r1", "r2", "r3"), relative),
        "largest_error": Table(("model", "error"), ("n",), largest),
        "error_order": Table(("model", "at"), orders.FIELDS, order, merges=False),
    }
    if q is not None:
        mixed: dict[Key, tuple[Number, ...]] = {}
        for name, (here, there) in {
            "mae": (np.abs(models[""]), np.abs(models["baseline"])),
            "mse": (models[""] ** 2, models["baseline"] ** 2),
        }.items():
            mixed[WHOLE, name, 0, 0] = _added(_MIXED, {"l": here, "d": here - there})
        tables["paired_errors"] = Table(("metric", "l", "d"), _MIXED, mixed)
    return Tally(header("regression", **definition), tables)


def _added(fields: Iterable[str], columns: Mapping[str, Array]) -> tuple[int, ...]:
    """Sums of powers (`a2.y1`) in 2^-44ths."""
    size = len(next(iter(columns.values())))
    found = [size]
    for name in list(fields)[1:]:
        if name.endswith("rest"):
            found.append(0)
            continue
        product = np.ones(size)
        for factor in name.split("."):
            product = product * columns[factor[0]] ** int(factor[1])
        found.append(int(float(product.sum()) * SCALE))
    return tuple(found)


@cache
def _places(of: Callable[[int, float], Any], n: int, share: float) -> Any:
    """Ranks depend on the number of rows only."""
    return of(n, share)


def _quantile(ordered: Array, share: float) -> tuple[Number, ...]:
    """What `orders.quantiles` says."""
    value, places = float(np.quantile(ordered, share)), _places(orders.bounds, len(ordered), share)
    low, high = (float(ordered[place]) for place in places) if places else (value, value)
    return len(ordered), value, low, high, int(places is not None)


def of_numbers(x: Array) -> Tally:
    """A tally of a column of numbers: its quantiles."""
    ordered, share = np.sort(x), 0.95
    order: dict[Key, tuple[Number, ...]] = {(WHOLE, "x", at): _quantile(ordered, at) for at in (0.5, share, 0.99)}
    ladder = _places(orders.ladder, len(x), share)
    steps: dict[Key, tuple[Number, ...]] = {(WHOLE, "x", share, rank): (len(x), float(ordered[rank - 1])) for rank in ladder}
    cell: Key = (WHOLE, None, None, None, "")
    ends = (("max", float(ordered[-1])), ("min", float(ordered[0])))
    extremes: dict[Key, tuple[Number, ...]] = {(WHOLE, "x", which, value): (len(x),) for which, value in ends}
    tables = {
        "cells": Table(CELLS, ("n",), {cell: (len(x),)}),
        "column_order": Table(("column", "at"), orders.FIELDS, order, merges=False),
        "column_steps": Table(("column", "at", "rank"), orders.STEP_FIELDS, steps, merges=False),
        "extremes": Table(("column", "which", "value"), ("n",), extremes),
        "columns": Table(
            ("column", "sign", "x"),
            ("n", "x1", "x2", "x3", "x4", "x1.rest", "x2.rest"),
            {(WHOLE, "x", 1, 0): (*_added(("n", "x1", "x2", "x3", "x4"), {"x": x}), 0, 0)},
        ),
    }
    return Tally(header("", columns=["x"]), tables)


# -- beside DuckDB


def check(seed: int = 7) -> int:
    """How many numbers are equal to those of DuckDB's tally of the same rows. Raises AssertionError where one is not."""
    draw, count = np.random.default_rng(seed), 0
    for n in (60, 700):
        y = (draw.random(n) < 0.3).astype(np.int64)
        p = np.clip(draw.normal(0.4 + 0.2 * y, 0.2), 0.0, 1.0)
        q = np.clip(p + draw.normal(0, 0.1, n), 0.0, 1.0)
        h, g = (p >= 0.5).astype(np.int64), (q >= 0.5).astype(np.int64)
        user, x, error = draw.integers(0, 12, n), draw.lognormal(3, 1, n), draw.normal(0, 1, n)
        pairs = {each: int(((y == int(each[0])) & (h == int(each[1])) & (g == int(each[2]))).sum()) for each in PAIRED}
        by = np.array(
            [[((user == u) & (y == int(a)) & (h == int(b)) & (g == int(c))).sum() for a, b, c in PAIRED] for u in range(12)]
        )
        cases: list[tuple[Tally, dict[str, Any], dict[str, Any]]] = [
            (of_cells({WHOLE: pairs}), {"y": y, "h": h, "g": g}, {"label": "y", "prediction": "h", "baseline_prediction": "g"}),
            (of_scores(y, p), {"y": y, "p": p}, {"label": "y", "score": "p"}),
            (of_scores(y, p, q), {"y": y, "p": p, "q": q}, {"label": "y", "score": "p", "baseline_score": "q"}),
            (of_clusters(by, PAIRED), {"y": y, "h": h, "g": g, "user": user},
             {"label": "y", "prediction": "h", "baseline_prediction": "g", "cluster": "user"}),
            (of_clustered_scores(y, p, user), {"y": y, "p": p, "user": user}, {"label": "y", "score": "p", "cluster": "user"}),
            (of_errors(x, x + error, x + 2 * error), {"y": x, "p": x + error, "q": x + 2 * error},
             {"label": "y", "prediction": "p", "baseline_prediction": "q"}),
            (of_numbers(x), {"x": x}, {"columns": ["x"]}),
        ]  # fmt: skip
        for ours, frame, definition in cases:
            count += _same(ours, frame, definition)
    return count


def _same(ours: Tally, frame: Mapping[str, Any], definition: Mapping[str, Any]) -> int:
    from gate.measure.engines import duckdb
    from gate.measure.engines.engine import Effort
    from gate.measure.source import of_frame

    theirs = duckdb.tally(of_frame(dict(frame)), from_mapping(definition), Effort(threads=1))
    count = 0
    for mine, other in zip(both(ours), both(theirs), strict=True):
        for item in mine or ():
            beside = other.get(item.metric, item.slice) if other is not None else None
            if beside is None or item.value is None:
                continue
            pairs = [
                (item.value, beside.value),
                *((getattr(item.support, name), getattr(beside.support, name)) for name in ("n", "k", "stderr")),
            ]
            for one, two in pairs:
                assert (one is None) == (two is None), (definition, item, beside)
                assert one is None or two is None or isclose(one, two, rel_tol=1e-8, abs_tol=1e-9), (definition, item, beside)
                count += 1
    return count
