"""Counts for columns to summarise: sums of powers, extremes, quantiles, shares, wins."""

from __future__ import annotations

from gate.documents.document import shown
from gate.errors import InputError, Problem
from gate.measure import orders, weighted_orders
from gate.measure.further import Rows, grouped, weights, whole
from gate.measure.metrics.asked import limits
from gate.measure.sql import WEIGHT, text
from gate.measure.sql_powers import add, by_size, largest, rests, sums
from gate.measure.sql_tasks import finite
from gate.stats.sized import Powers
from gate.terms.tally import Key, Number, Table

POWERS: tuple[Powers, ...] = ((("x", 1),), (("x", 2),))
HIGHER: tuple[Powers, ...] = ((("x", 3),), (("x", 4),))  # how much a standard deviation varies
CUBES: tuple[Powers, ...] = ((("x", 3),),)
SHARES = (0.5, 0.95, 0.99)
MOMENTS = ("v1", "v2", "v3")
RESULTS = ("win", "tie", "loss")
_COUNTED = f"state <> {text(WEIGHT)}"  # a column needs no label, no score


def tables(rows: Rows) -> dict[str, Table]:
    """`columns` by sign and size, `extremes`, `column_order`, `column_steps`, `results` of texts, `passes` by query."""
    found: dict[str, Table] = {}
    for index, column in enumerate(rows.asked.columns):
        if rows.profile.kinds[column] == "text":
            _results(rows, found, index, column)
        else:
            _numbers(rows, found, index, column)
    return found


def _numbers(rows: Rows, found: dict[str, Table], index: int, column: str) -> None:
    x = f"x{index}"
    known = finite(x)
    sign = f"case when not ({known}) then 9 when {x} > 0 then 1 when {x} = 0 then 0 else -1 end"
    number = f"(case when {known} then {x} else 0e0 end)"
    fields = sums(rows, (*POWERS, *HIGHER), CUBES) | rests(rows, POWERS)
    counted = by_size(rows, {"x": number}, fields, _COUNTED, {"sign": sign})
    add(found, "columns", ("column", "sign", "x"), ("n", *fields), column, counted)
    where = f"{_COUNTED} and {known}"
    for which, signed in (("max", x), ("min", f"-({x})")):
        extremes = {
            (key[0], which, key[1] if which == "max" else -key[1] + 0.0): row for key, row in largest(rows, signed, where).items()
        }
        add(found, "extremes", ("column", "which", "value"), ("n",), column, extremes)
    if rows.asked.weight:
        cells = weighted_orders.on_grid(rows, x, where)
        add(found, "column_cells", ("column", "cell"), ("n", *weights(rows)), column, cells)
        order = weighted_orders.of(rows, x, SHARES, where)
        add(found, "column_order", ("column", "at"), orders.FIELDS, column, order, merges=False)
    else:
        add(found, "column_cells", ("column", "cell"), ("n",), column, orders.on_grid(rows, x, where))
        order, steps = orders.of(rows, x, SHARES, where)
        add(found, "column_order", ("column", "at"), orders.FIELDS, column, order, merges=False)
        add(found, "column_steps", ("column", "at", "rank"), orders.STEP_FIELDS, column, steps, merges=False)
    if rows.asked.query and rows.profile.kinds[column] == "boolean":
        for k in sorted({1, *limits(rows.asked, "pass")}):
            passes = {(on, k): row for (on,), row in _passes(rows, x, k).items()}
            add(found, "passes", ("column", "k"), ("n", *MOMENTS), column, passes)


def _passes(rows: Rows, x: str, k: int) -> dict[Key, tuple[Number, ...]]:
    """Of each query with at least k tries the chance that one of k passes, added up.

    It is 1 - C(n - c, k) / C(n, k), where c of n tries passed (Chen et al. 2021).
    """
    failed = " * ".join(f"(greatest(tries - passed - {each}, 0) / (tries - {each}))" for each in range(k))
    found: dict[Key, tuple[Number, ...]] = {}
    for columns in rows.sets:
        by = ", ".join([*(f"g{rows.columns.index(each)}" for each in columns), "query"])
        tries = f"sum({x}) as passed, cast(count({x}) as double) as tries"
        inner = f"select {by}, {tries} from ({rows.rows}) as r2 where {_COUNTED} group by {by}"
        source = f"select *, 1 - {failed} as v from ({inner}) as r3 where tries >= {k}"
        found |= moments(rows, columns, source)
    return found


def moments(rows: Rows, columns: tuple[str, ...], source: str, number: str = "v") -> dict[Key, tuple[Number, ...]]:
    """Of one set of slices the sums of a number in [0, 1], its square and its cube over what `source` selects."""
    listed = {name: whole(rows, " * ".join([number] * power)) for power, name in enumerate(MOMENTS, 1)}
    return grouped(rows, {}, listed, "true", source, sets=(columns,))


def _results(rows: Rows, found: dict[str, Table], index: int, column: str) -> None:
    known = ", ".join(text(each) for each in RESULTS)
    word = f"lower(trim(x{index}))"
    result = f"case when x{index} is null then '' when {word} in ({known}) then {word} else '?' end"
    counted = grouped(rows, {"result": result}, weights(rows), _COUNTED)
    if any(key[1] == "?" for key in counted):
        what = f"the column `{shown(column, 40)}` (columns) holds text other than {', '.join(RESULTS)}"
        remedy = "columns to summarise are numbers, true and false, or results; name another column"
        raise InputError(Problem("wrong-type", what, rows.source.where, remedy))
    add(found, "results", ("column", "result"), ("n", *weights(rows)), column, counted)
