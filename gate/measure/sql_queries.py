"""Counts for ranked lists: first a number for each query, then their sums."""

from __future__ import annotations

from gate.documents.document import shown
from gate.errors import InputError, Problem
from gate.measure.further import USABLE, Rows, grouped, whole
from gate.measure.metrics.asked import limits
from gate.terms.tally import SCALE, Key, Number, Table

USUAL = 10
ALL = 1_000_000_000  # a limit that no list reaches
MOMENTS = ("v1", "v2", "v3")
_LISTS = ("ndcg", "map", "recall", "precision")


def tables(rows: Rows) -> dict[str, Table]:
    """`queries`: by model and metric how many queries there are, and sums of their values, squares and cubes; with a baseline
    also of what the model's value of a query exceeds the baseline's by (`change`)."""
    if rows.profile.task != "ranking" or not rows.asked.score:
        return {}
    _refuse(rows)
    metrics = values(rows)
    found: dict[Key, tuple[Number, ...]] = {}
    models = {"": "p"} | ({"baseline": "q", "change": ""} if rows.asked.baseline_score else {})
    for model, score in models.items():
        for columns in rows.sets:
            source = _by_query(rows, columns, score, metrics) if score else _changes(rows, columns, metrics)
            sums = {
                f"{name} {at}": whole(rows, " * ".join([f"v{index}"] * at))
                for index, name in enumerate(metrics)
                for at in (1, 2, 3)
            }
            for (on,), (n, *row) in grouped(rows, {}, sums, "true", source, sets=(columns,)).items():
                for index, name in enumerate(metrics):
                    found[on, model, name] = (n, *row[3 * index : 3 * index + 3])
    return {"queries": Table(("model", "metric"), ("n", *MOMENTS), dict(sorted(found.items())))}


def values(rows: Rows) -> dict[str, str]:
    """SQL for each metric of a query, in [0, 1], over its rows with their places; 0 where no row of the query is relevant."""
    relevant = "sum(relevant)"
    found = {"mrr": "coalesce(max(case when relevant = 1 then 1e0 / place end), 0e0)"}
    found["without_relevant"] = f"case when {relevant} = 0 then 1e0 else 0e0 end"
    for name in _LISTS:
        usual = () if name == "precision" else (USUAL, ALL) if name in ("ndcg", "map") else (USUAL,)
        for k in sorted({*usual, *limits(rows.asked, name)}):
            found[name if k == ALL else f"{name}@{k}"] = _value(rows, name, k)
    return found


def _value(rows: Rows, name: str, k: int) -> str:
    hits = f"sum(case when place <= {k} and relevant = 1 then 1e0 else 0e0 end)"
    if name == "precision":
        return f"{hits} / {k}"
    if name == "recall":
        return _ratio(hits, "sum(relevant)")
    if name == "map":
        precisions = _exactly(rows, f"case when place <= {k} and relevant = 1 then so_far * 1e0 / place else 0e0 end")
        return _ratio(f"{precisions} / {SCALE}e0", f"least(sum(relevant), {k})")
    gained = _exactly(rows, f"case when place <= {k} then gain * ln(2e0) / ln(place + 1e0) else 0e0 end")
    ideal = _exactly(rows, f"case when ideal <= {k} then y * ln(2e0) / ln(ideal + 1e0) else 0e0 end")
    return f"least({_ratio(gained, ideal)}, 1e0)"


def _exactly(rows: Rows, number: str) -> str:
    """A sum within a query in 2^-44ths, the same in every order of its rows."""
    return f"cast(sum({whole(rows, number)}) as double)"


def _ratio(top: str, bottom: str) -> str:
    return f"case when {bottom} > 0 then {top} / {bottom} else 0e0 end"


def _by_query(rows: Rows, columns: tuple[str, ...], score: str, metrics: dict[str, str]) -> str:
    """A select of every query of every slice, with its values v0, v1…

    Rows with equal scores share their gains (as scikit-learn has it) in nDCG; elsewhere the relevant ones come last, so
    that a constant score is the worst, not the best.
    """
    cut = [f"g{rows.columns.index(each)}" for each in columns]
    by = ", ".join([*cut, "query"])
    order = f"over (partition by {by} order by {score} desc, y)"
    places = (
        f"select {by}, y, relevant, row_number() {order} as place, avg(y) over (partition by {by}, {score}) as gain, "
        f"row_number() over (partition by {by} order by y desc) as ideal, "
        f"sum(relevant) over (partition by {by} order by {score} desc, y rows unbounded preceding) as so_far "
        f"from (select *, case when y > 0 then 1 else 0 end as relevant from ({rows.rows}) as q0 "
        f"where {USABLE} and query is not null) as q1"
    )
    told = ", ".join(f"{value} as v{index}" for index, value in enumerate(metrics.values()))
    return f"select {by}, {told} from ({places}) as q2 group by {by}"


def _changes(rows: Rows, columns: tuple[str, ...], metrics: dict[str, str]) -> str:
    """A select of every query of every slice, with what each value of the model exceeds the baseline's by."""
    by = ", ".join([*(f"g{rows.columns.index(each)}" for each in columns), "query"])
    here, there = (_by_query(rows, columns, score, metrics) for score in "pq")
    both = f"select *, 1e0 as side from ({here}) as q3 union all select *, -1e0 as side from ({there}) as q4"
    told = ", ".join(f"sum(side * v{index}) as v{index}" for index, _ in enumerate(metrics))
    return f"select {by}, {told} from ({both}) as q5 group by {by}"


def _refuse(rows: Rows) -> None:
    if rows.asked.weight:
        what = "a ranking is measured query by query, and `weight` names weights of rows"
        raise InputError(Problem("bad-measure", what, rows.source.where, "leave the weight away"))
    negative = rows.fetch(f"select count(*) from ({rows.rows}) as r0 where y < 0")
    if negative[0][0]:
        label = shown(rows.asked.label, 40)
        what = f"the column `{label}` (label) holds a negative relevance in {negative[0][0]:,} rows"
        raise InputError(Problem("wrong-type", what, rows.source.where, "relevance is 0 for none, and more for more"))
