"""Ranked lists against scikit-learn, query by query, and by hand where it has no such metric."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from gate.errors import InputError
from gate.measure.tally import merge
from gate.terms.slice import WHOLE, Slice
from tests.measure.rows import baseline, measured, tally, value

ASKED: dict[str, Any] = {"label": "y", "score": "p", "query": "query", "ask": ["ndcg@3", "map@3", "recall@3", "precision@3"]}


def rows(seed: int, ties: bool = False, queries: int = 50) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    query = np.repeat(np.arange(queries), draw.integers(2, 25, queries))
    n = len(query)
    gain = draw.choice([0, 1, 2, 3], n, p=[0.7, 0.15, 0.1, 0.05])
    score = draw.normal(gain, 1.5)
    region = np.where(query % 3 == 0, "eu", "us")
    return {"y": gain, "p": np.round(score) if ties else score, "q": draw.normal(gain, 2), "query": query, "region": region}


def lists(data: dict[str, Any], here: Any, score: str = "p") -> list[tuple[Any, Any]]:
    """The (gains, scores) of every query."""
    return [
        (data["y"][here][data["query"][here] == each], data[score][here][data["query"][here] == each])
        for each in dict.fromkeys(data["query"][here].tolist())
    ]


def ordered(gain: Any, score: Any) -> Any:
    """Relevance from the first place on; rows with equal scores with the least relevant first."""
    return (gain[np.lexsort((gain, -score))] > 0).astype(int)


def average_precision(gain: Any, score: Any, k: int) -> float:
    hits = ordered(gain, score)
    precisions = [hits[: at + 1].mean() for at in range(min(k, len(hits))) if hits[at]]
    return sum(precisions) / min(k, hits.sum()) if hits.sum() else 0.0


def by_query(name: str, gain: Any, score: Any) -> float:
    k = int(name.partition("@")[2] or 10**9)
    hits = ordered(gain, score)
    if name.startswith("ndcg"):
        return float(sk.ndcg_score([gain], [score], k=k))
    if name.startswith("map"):
        return average_precision(gain, score, k)
    if name == "mrr":
        return 1 / (1 + int(hits.argmax())) if hits.any() else 0.0
    return float(hits[:k].sum() / (k if name.startswith("precision") else max(hits.sum(), 1)))


NAMES = ["ndcg", "ndcg@3", "ndcg@10", "mrr", "map", "map@3", "map@10", "recall@3", "recall@10", "precision@3"]


@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_whole_and_every_slice_are_means_over_queries(seed: int, ties: bool) -> None:
    data = rows(seed, ties)
    found = measured(data, **ASKED, slices=["region"])
    for on in (WHOLE, Slice.of({"region": "eu"})):
        here = data["region"] == "eu" if on else np.ones(len(data["y"]), dtype=bool)
        every = lists(data, here)
        for name in NAMES:
            each = [by_query(name, gain, score) for gain, score in every]
            ours = found.get(name, on)
            assert ours.value == pytest.approx(np.mean(each), rel=1e-9), (name, on)
            assert ours.support.n == len(every)
            assert ours.support.stderr == pytest.approx(np.std(each) / np.sqrt(len(each)), rel=1e-6), (name, on)
        assert found.get("queries", on).value == len(every)
        assert found.get("without_relevant", on).value == pytest.approx(np.mean([not (gain > 0).any() for gain, _ in every]))


def test_average_precision_of_whole_lists_is_scikit_learns() -> None:
    data = rows(2)
    theirs = [
        sk.label_ranking_average_precision_score([gain > 0], [score]) if (gain > 0).any() else 0.0
        for gain, score in lists(data, slice(None))
    ]
    assert value(measured(data, **ASKED), "map") == pytest.approx(np.mean(theirs), rel=1e-9)


def test_a_constant_score_finds_nothing_first() -> None:
    data = {"y": np.array([1, 0, 0, 0]), "p": np.zeros(4), "query": np.zeros(4)}
    found = measured(data, **ASKED)
    assert (value(found, "mrr"), value(found, "map"), value(found, "recall@3")) == (0.25, 0.25, 0.0)


def test_the_baseline_has_lists_of_its_own() -> None:
    data = rows(3)
    theirs = np.mean([sk.ndcg_score([gain], [score]) for gain, score in lists(data, slice(None), "q")])
    assert value(baseline(data, **ASKED, baseline_score="q"), "ndcg") == pytest.approx(theirs, rel=1e-9)


def test_shards_of_whole_queries_merge() -> None:
    data = rows(4)
    whole = tally(data, **ASKED)
    cuts = (data["query"] < 20, data["query"] >= 20)
    both = merge([tally({name: column[cut] for name, column in data.items()}, **ASKED) for cut in cuts])
    assert dict(both["queries"].rows) == dict(whole["queries"].rows)


def test_a_negative_relevance_and_weights_are_refused() -> None:
    data = {"y": np.array([1, -1]), "p": np.zeros(2), "query": np.zeros(2), "w": np.ones(2)}
    with pytest.raises(InputError, match="negative relevance in 1 rows"):
        measured(data, **ASKED)
    with pytest.raises(InputError, match="weights of rows"):
        measured(data, **ASKED, weight="w")
