"""Summaries of any column: its mean, quantiles, extremes, shares, wins. A metric is called `column.summary`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from typing import Any

from gate.measure.definition import Definition
from gate.measure.metrics.metric import UP, Described, Named, Names, Value, View
from gate.measure.metrics.regression import TOLD, Sums, quantile
from gate.measure.sql_columns import SHARES
from gate.terms.tally import SCALE, Tally

_COLUMNS, _ORDER = ("columns",), ("column_order",)
METRICS = (
    Described("mean", None, needs=_COLUMNS, labelled=False, oracle="numpy.average", means="mean of a column: `latency_ms.mean`"),
    Described("std", None, 0, needs=_COLUMNS, labelled=False, oracle="numpy.std(ddof=1)", means="standard deviation of a column"),
    Described("sum", None, needs=_COLUMNS, labelled=False, oracle="numpy.sum", means="sum of a column"),
    Described("n", None, 0, needs=_COLUMNS, labelled=False, means="rows with a number in a column"),
    Described("coverage", UP, 0, 1, _COLUMNS, labelled=False, means="share of rows with a number in a column"),
    Described("rate", None, 0, 1, _COLUMNS, labelled=False, means="share of a column's numbers that are true, or above 0"),
    Described("min", None, needs=("extremes",), labelled=False, oracle="numpy.min", means="smallest number of a column"),
    Described("max", None, needs=("extremes",), labelled=False, oracle="numpy.max", means="largest number of a column"),
    *(
        Described(
            f"p{share * 100:.0f}",
            None,
            needs=_ORDER,
            labelled=False,
            oracle=f"numpy.quantile({share})",
            means="quantile of a column",
        )
        for share in SHARES
    ),
    Described(
        "win_rate",
        UP,
        0,
        1,
        ("results",),
        labelled=False,
        means="share of wins in a column of win, tie and loss; a tie is half a win",
    ),
    *(
        Described(f"{each}_rate", None, 0, 1, ("results",), labelled=False, means=f"share of {each} in such a column")
        for each in ("tie", "loss")
    ),
    Described(
        "pass",
        UP,
        0,
        1,
        ("passes",),
        labelled=False,
        means="chance that one of k tries passes, mean over queries: `passed.pass@1`",
    ),
)
_NONE = "not defined: no row has a number"
_MISSING, _POSITIVE = 9, 1  # keys of a sign; see sql_columns


def applies(tally: Tally, definition: Definition) -> bool:
    """Columns to summarise."""
    del tally
    return bool(definition.columns)


def measure(view: View) -> Mapping[Names, Value]:
    """Every summary of every column on a slice; a baseline has the same columns."""
    found: dict[Names, Value] = {}
    if view.model:
        return found
    for column in view.definition.columns:
        text = any(key[0] == column for key in view.rows("results"))
        summaries = _results(view, column) if text else _numbers(view, column) | _passes(view, column)
        found |= {Named(f"{column}.{name}", name.partition("@")[0]): value for name, value in summaries.items()}
    return found


# -- numbers


def _numbers(view: View, column: str) -> dict[str, Value]:
    by_sign = {(key[1], key[2]): numbers for key, numbers in view.rows("columns").items() if key[0] == column}
    rows = sum(int(each["n"]) for each in by_sign.values())
    known = {key: each for key, each in by_sign.items() if key[0] != _MISSING}
    sums = Sums([({"x": int(size)}, each) for (_, size), each in known.items()], view.weighted)
    found = {"n": Value(float(sums.n)), "coverage": Value(sums.n / rows, n=rows, k=sums.n)}
    if doubt := _doubt(sums, rows, view.definition.min_coverage):
        return found | dict.fromkeys(("mean", "std", "sum", "rate", "min", "max", *_quantiles()), Value(None, problem=doubt))
    found["mean"] = sums.mean((("x", 1),), (("x", 2),))
    found["sum"] = _sum(sums)
    found["std"] = _spread(sums)
    found["rate"] = _rate(sums, {key: each for key, each in known.items() if key[0] == _POSITIVE}, view.weighted)
    extremes = [key for key in view.rows("extremes") if key[0] == column]
    found["min"] = Value(min(key[2] for key in extremes if key[1] == "min"), n=sums.n)
    found["max"] = Value(max(key[2] for key in extremes if key[1] == "max"), n=sums.n)
    return found | {name: quantile(view, "column", column, share) for name, share in _quantiles().items()}


def _doubt(sums: Sums, rows: int, needed: float) -> str:
    if not sums.weight:
        return _NONE
    if sums.n < needed * rows:
        return f"not measured: {sums.n:,} of {rows:,} rows have a number, and `min_coverage` is {needed:.6g}"
    return ""


def _quantiles() -> dict[str, float]:
    return {f"p{share * 100:.0f}": share for share in SHARES}


def _spread(sums: Sums) -> Value:
    """The standard deviation of a sample; with weights that of the rows, uncorrected."""
    centre = sums.once(("x", 1)) / sums.weight
    variance = sums.once(("x", 2)) / sums.weight - centre * centre
    if sums.n < 2:
        return Value(None, problem="not defined: one row does not vary")
    if variance <= TOLD * sums.once(("x", 2)) / sums.weight:
        return Value(None, problem="not measured: the numbers are all the same, or vary too little for their size")
    corrected = variance if sums.weighted else variance * sums.n / (sums.n - 1)
    spread = sqrt(corrected)
    return Value(spread, n=sums.n, stderr=_stderr_of_spread(sums, centre, variance, spread))


def _stderr_of_spread(sums: Sums, centre: Fraction, variance: Fraction, spread: float) -> float | None:
    """A row's influence on the variance is (x - mean)² - variance; on its root that over twice the root."""
    x1, x2, x3, x4 = (sums.twice(("x", power)) for power in (1, 2, 3, 4))
    second = x2 - 2 * centre * x1 + centre**2 * sums.square
    fourth = x4 - 4 * centre * x3 + 6 * centre**2 * x2 - 4 * centre**3 * x1 + centre**4 * sums.square
    found = fourth - 2 * variance * second + variance**2 * sums.square
    if found <= TOLD * x4:
        return None  # zero, or too little for the size of the numbers to be told
    return sqrt(found) / float(sums.weight) / (2 * spread)


def _sum(sums: Sums) -> Value:
    """The sum, and how much it varies between samples of as many rows."""
    total = sums.once(("x", 1))
    squares = sums.twice(("x", 2))
    variance = squares - total * total / sums.n
    return Value(float(total), n=sums.n, stderr=sqrt(variance) if variance > TOLD * squares else None)


def _rate(sums: Sums, positive: Mapping[Any, Mapping[str, Any]], weighted: bool) -> Value:
    above = Sums([({"x": 0}, each) for each in positive.values()], weighted)
    value = float(above.weight / sums.weight)
    variance = float(above.square) * (1 - value) ** 2 + float(sums.square - above.square) * value**2
    return Value(value, n=sums.n, k=None if weighted else above.n, stderr=sqrt(variance) / float(sums.weight) or None)


# -- results, and passes


def _results(view: View, column: str) -> dict[str, Value]:
    rows = {key[1]: numbers for key, numbers in view.rows("results").items() if key[0] == column}
    n = {name: int(rows[name]["n"]) if name in rows else 0 for name in ("win", "tie", "loss")}
    weight, square = (
        {name: _weight(rows, name, field) if view.weighted else float(n[name]) for name in n} for field in ("w", "w.w")
    )
    whole = sum(weight.values())
    known, total = sum(n.values()), sum(int(each["n"]) for each in rows.values())
    found = {"n": Value(float(known)), "coverage": Value(known / total, n=total, k=known)}
    for name, worth in (("win", {"win": 1.0, "tie": 0.5}), ("tie", {"tie": 1.0}), ("loss", {"loss": 1.0})):
        if not whole:
            found[f"{name}_rate"] = Value(None, problem="not defined: no row has a result")
            continue
        value = sum(weight[each] * share for each, share in worth.items()) / whole
        variance = sum(square[each] * (worth.get(each, 0.0) - value) ** 2 for each in n)
        k = n[name] if len(worth) == 1 and not view.weighted else None
        found[f"{name}_rate"] = Value(value, n=known, k=k, stderr=sqrt(variance) / whole or None)
    return found


def _weight(rows: Mapping[str, Mapping[str, Any]], name: str, field: str) -> float:
    return int(rows[name][field]) / SCALE if name in rows else 0.0


def _passes(view: View, column: str) -> dict[str, Value]:
    rows = {key[1]: numbers for key, numbers in view.rows("passes").items() if key[0] == column}
    return {f"pass@{k}": mean_of_queries(numbers) for k, numbers in rows.items()}


def mean_of_queries(numbers: Mapping[str, Any]) -> Value:
    """The mean over queries of a number in [0, 1], and its standard error over queries."""
    n = int(numbers["n"])
    if not n:
        return Value(None, problem="not defined: there is no query")
    mean = int(numbers["v1"]) / SCALE / n
    variance = int(numbers["v2"]) / SCALE / n - mean * mean
    return Value(mean, n=n, stderr=sqrt(variance / n) if variance > 1e-15 else None)
