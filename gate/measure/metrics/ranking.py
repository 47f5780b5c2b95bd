"""Metrics of ranked lists: means over queries, with the standard error over queries."""

from __future__ import annotations

from collections.abc import Mapping

from gate.measure.definition import Definition
from gate.measure.metrics.columns import mean_of_queries
from gate.measure.metrics.metric import DOWN, UP, Described, Named, Names, Value, View
from gate.terms.tally import Tally

_QUERIES = ("queries",)
METRICS = (
    Described(
        "ndcg",
        UP,
        0,
        1,
        _QUERIES,
        oracle="ndcg_score",
        means="gain of the order, discounted by place, of the best one; ndcg@10 of the first 10",
    ),
    Described("mrr", UP, 0, 1, _QUERIES, means="one over the place of the first relevant row"),
    Described(
        "map",
        UP,
        0,
        1,
        _QUERIES,
        oracle="label_ranking_average_precision_score",
        means="mean precision at the relevant rows; map@10 of the first 10",
    ),
    Described("recall", UP, 0, 1, _QUERIES, means="share of the relevant rows among the first k: recall@10"),
    Described("precision", UP, 0, 1, _QUERIES, means="share of the first k that is relevant: precision@10"),
    Described("queries", None, 0, needs=_QUERIES, means="queries of the slice"),
    Described(
        "without_relevant", DOWN, 0, 1, _QUERIES, means="share of queries without a relevant row; each counts 0 in every mean"
    ),
)


def applies(tally: Tally, definition: Definition) -> bool:
    """A query, a score and a relevance."""
    del definition
    return "queries" in tally


def measure(view: View) -> Mapping[Names, Value]:
    """Every metric of the lists on a slice. The baseline has them where it has a score of its own."""
    if view.model and not view.definition.baseline_score:
        return {}
    rows = {key[1]: numbers for key, numbers in view.rows("queries").items() if key[0] == view.model}
    found: dict[Names, Value] = {Named(name, name.partition("@")[0]): mean_of_queries(numbers) for name, numbers in rows.items()}
    if not rows:
        return dict.fromkeys(
            ("ndcg", "mrr", "map"), Value(None, problem="not defined: there is no query with a label and a score")
        )
    if not view.model:
        found["queries"] = Value(float(next(iter(rows.values()))["n"]))
    return found
