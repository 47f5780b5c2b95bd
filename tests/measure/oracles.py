"""What scikit-learn, numpy or a formula by hand says of the rows of `conformance`, metric by metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn import metrics as sk

from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice
from tests.measure import conformance

Data = Mapping[str, Any]


class Oracle(NamedTuple):
    """A value that somebody else computed: `asked` is the definition, `name` what gate calls it, on a class or the whole."""

    asked: Mapping[str, Any]
    name: str
    value: Callable[[Data], float]
    of_class: str = ""

    def agrees(self, found: Measurements, data: Data) -> bool:
        """Whether gate's value is the same: to 1e-9 relative, and to 1e-12."""
        ours = found.get(self.name, Slice.of({"class": self.of_class}) if self.of_class else WHOLE)
        theirs = float(self.value(data))
        return ours is not None and ours.value is not None and abs(float(ours.value) - theirs) <= 1e-12 + 1e-9 * abs(theirs)


SCORE = {"label": "y", "score": "p", "costs": {"fn": 500, "fp": 5}}
GAPS = conformance.ASKED["gaps"]
CLASSES = {"label": "class", "prediction": "guess"}
CLASS_SCORES = {"label": "class", "scores": {"a": "pa", "b": "pb", "c": "pc"}}
MANY = {"labels": {"x": "y", "z": "truth"}, "predictions": {"x": "h", "z": "g"}}
NUMBERS = {"label": "price", "prediction": "offer", "task": "regression", "ask": ["pinball@0.9"]}
QUERIES = {"label": "grade", "score": "p", "query": "query", "ask": ["precision@3"]}
COLUMNS = {"columns": ["price", "truth"], "query": "query"}
POINT_LIMITS = {"recall": "fpr:0.1", "precision": "recall:0.8"}


def data() -> Data:
    """The rows as arrays by column."""
    table = conformance.table()
    return {name: np.array(table[name].to_pylist()) for name in table.column_names}


def _cut(function: Callable[..., Any], **more: Any) -> Callable[[Data], float]:
    return lambda d: function(d["y"], d["p"] >= 0.5, **more)


def _cells(at: int) -> Callable[[Data], float]:
    return lambda d: sk.confusion_matrix(d["y"], d["p"] >= 0.5).ravel()[at]


def _classes(function: Callable[..., Any], **more: Any) -> Callable[[Data], float]:
    return lambda d: function(d["class"], d["guess"], **more)


def _many(function: Callable[..., Any], **more: Any) -> Callable[[Data], float]:
    return lambda d: function(np.stack([d["y"], d["truth"]], 1).astype(int), np.stack([d["h"], d["g"]], 1), **more)


def _numbers(function: Callable[..., Any], **more: Any) -> Callable[[Data], float]:
    return lambda d: function(d["price"], d["offer"], **more)


def _shares(d: Data) -> Any:
    return np.stack([d["pa"], d["pb"], d["pc"]], axis=1)


def _spiegelhalter(d: Data) -> float:
    y, p = d["y"], d["p"]
    return float(((y - p) * (1 - 2 * p)).sum() / np.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum()))


def _lists(of_list: Callable[[Any, Any], float]) -> Callable[[Data], float]:
    """The mean over queries of a function of (relevance, score)."""
    return lambda d: float(
        np.mean([of_list(d["grade"][d["query"] == each], d["p"][d["query"] == each]) for each in np.unique(d["query"])])
    )


def _hits(gain: Any, score: Any) -> Any:
    return gain[np.lexsort((gain, -score))] > 0


def _map(gain: Any, score: Any) -> float:
    place = np.empty(len(gain))
    place[np.lexsort((gain, -score))] = np.arange(len(gain))  # of equal scores the least relevant come first
    return float(sk.label_ranking_average_precision_score([gain > 0], [-place])) if (gain > 0).any() else 0.0


def _recall(d: Data) -> float:
    fpr, tpr, _ = sk.roc_curve(d["y"], d["p"], drop_intermediate=False)
    return float(tpr[fpr <= 0.1].max())


def _precision(d: Data) -> float:
    precision, recall, _ = sk.precision_recall_curve(d["y"], d["p"])
    return float(precision[:-1][recall[:-1] >= 0.8].max())


def _cost(y: Any, flagged: Any) -> float:
    return float((500 * ((y == 1) & ~flagged) + 5 * ((y == 0) & flagged)).mean())


def _known(values: Any) -> Any:
    return np.array([each is not None for each in values])


_FUNCTIONS = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score, "jaccard": sk.jaccard_score}
_BINARY: dict[str, Callable[[Data], float]] = {
    "accuracy": _cut(sk.accuracy_score),
    "balanced_accuracy": _cut(sk.balanced_accuracy_score),
    "precision": _cut(sk.precision_score),
    "recall": _cut(sk.recall_score),
    "specificity": _cut(sk.recall_score, pos_label=0),
    "fpr": lambda d: ((d["y"] == 0) & (d["p"] >= 0.5)).sum() / (d["y"] == 0).sum(),
    "fnr": lambda d: ((d["y"] == 1) & (d["p"] < 0.5)).sum() / (d["y"] == 1).sum(),
    "f1": _cut(sk.f1_score),
    "f2": _cut(sk.fbeta_score, beta=2),
    "f0_5": _cut(sk.fbeta_score, beta=0.5),
    "jaccard": _cut(sk.jaccard_score),
    "mcc": _cut(sk.matthews_corrcoef),
    "kappa": _cut(sk.cohen_kappa_score),
}
_POINTS: dict[str, Oracle] = {}
for _name in _BINARY:
    _limit = POINT_LIMITS.get(_name, "threshold:0.5")
    _asked = f"{_name}@{_limit}"
    _value = {"recall": _recall, "precision": _precision}.get(_name, _BINARY[_name])
    _POINTS[f"{_name}@…"] = Oracle({**SCORE, "ask": [_asked]}, _asked, _value)


def _same(asked: Mapping[str, Any], values: Mapping[str, Callable[[Data], float]]) -> dict[str, Oracle]:
    return {name: Oracle(asked, name, value) for name, value in values.items()}


# family -> metric as the catalogue has it -> oracle; what stands here for none has none.
ORACLES: dict[str, dict[str, Oracle]] = {
    "counts": {
        **_same(
            SCORE, {"rows": lambda d: len(d["y"]), "positives": lambda d: d["y"].sum(), "prevalence": lambda d: d["y"].mean()}
        ),
        "label_coverage": Oracle(GAPS, "label_coverage", lambda d: _known(d["gap"]).mean()),
        "score_coverage": Oracle(
            GAPS, "score_coverage", lambda d: np.mean([each is not None and each == each for each in d["hole"]])
        ),
    },
    "confusion": _same(SCORE, {**_BINARY, **{name: _cells(at) for at, name in enumerate(("tn", "fp", "fn", "tp"))}}),
    "majority": _same(SCORE, {"no_information_rate": lambda d: max(d["y"].mean(), 1 - d["y"].mean())}),
    "scores": _same(
        SCORE,
        {
            "roc_auc": lambda d: sk.roc_auc_score(d["y"], d["p"]),
            "average_precision": lambda d: sk.average_precision_score(d["y"], d["p"]),
            "log_loss": lambda d: sk.log_loss(d["y"], d["p"]),
            "brier": lambda d: sk.brier_score_loss(d["y"], d["p"]),
            "spiegelhalter_z": _spiegelhalter,
        },
    ),
    "classes": {
        **_same(
            CLASSES,
            {
                "accuracy": _classes(sk.accuracy_score),
                "balanced_accuracy": _classes(sk.balanced_accuracy_score),
                "mcc": _classes(sk.matthews_corrcoef),
                "kappa": _classes(sk.cohen_kappa_score),
                **{
                    f"{name}_{average}": _classes(function, average=average)
                    for name, function in _FUNCTIONS.items()
                    for average in ("micro", "macro", "weighted")
                },
            },
        ),
        **{
            name: Oracle(CLASSES, name, _classes(function, labels=["b"], average="macro"), "b")
            for name, function in _FUNCTIONS.items()
        },
        "support": Oracle(CLASSES, "support", lambda d: (d["class"] == "b").sum(), "b"),
    },
    "class_scores": {
        **_same(
            CLASS_SCORES,
            {
                "log_loss": lambda d: sk.log_loss(d["class"], _shares(d)),
                "brier": lambda d: sk.brier_score_loss(d["class"], _shares(d), scale_by_half=False),
            },
        ),
        "top_k_accuracy": Oracle(
            CLASS_SCORES, "top_k_accuracy@2", lambda d: sk.top_k_accuracy_score(d["class"], _shares(d), k=2)
        ),
    },
    "many_labels": {
        **_same(
            MANY,
            {
                "subset_accuracy": _many(sk.accuracy_score),
                "hamming_loss": _many(sk.hamming_loss),
                **{
                    f"{name}_{average}": _many(function, average=average, zero_division=0)
                    for name, function in _FUNCTIONS.items()
                    for average in ("micro", "macro", "weighted", "samples")
                },
            },
        ),
        **{name: Oracle(MANY, name, _many(function, labels=[1], average="macro"), "z") for name, function in _FUNCTIONS.items()},
        "support": Oracle(MANY, "support", lambda d: d["truth"].sum(), "z"),
    },
    "operating": {
        **_POINTS,
        "expected_cost": Oracle(SCORE, "expected_cost", lambda d: _cost(d["y"], d["p"] >= 0.5)),
        "expected_cost@best": Oracle(
            {**SCORE, "ask": ["expected_cost@best"]},
            "expected_cost@best",
            lambda d: min(_cost(d["y"], d["p"] >= cut) for cut in [2.0, *np.unique(d["p"])]),
        ),
        "threshold": Oracle({**SCORE, "ask": ["recall@top:100"]}, "recall@top:100.threshold", lambda d: np.sort(d["p"])[-100]),
    },
    "regression": {
        **_same(
            NUMBERS,
            {
                "mae": _numbers(sk.mean_absolute_error),
                "mse": _numbers(sk.mean_squared_error),
                "rmse": _numbers(sk.root_mean_squared_error),
                "r2": _numbers(sk.r2_score),
                "bias": lambda d: (d["offer"] - d["price"]).mean(),
                "mape": _numbers(sk.mean_absolute_percentage_error),
                "median_absolute_error": _numbers(sk.median_absolute_error),
                "max_error": _numbers(sk.max_error),
            },
        ),
        "pinball": Oracle(NUMBERS, "pinball@0.9", _numbers(sk.mean_pinball_loss, alpha=0.9)),
    },
    "ranking": {
        **_same(
            QUERIES,
            {
                "ndcg": _lists(lambda gain, score: sk.ndcg_score([gain], [score])),
                "map": _lists(_map),
                "mrr": _lists(lambda gain, score: 1 / (1 + _hits(gain, score).argmax()) if (gain > 0).any() else 0.0),
                "queries": lambda d: len(np.unique(d["query"])),
                "without_relevant": _lists(lambda gain, score: float(not (gain > 0).any() and len(score) > 0)),
            },
        ),
        "recall": Oracle(
            QUERIES, "recall@10", _lists(lambda gain, score: _hits(gain, score)[:10].sum() / max((gain > 0).sum(), 1))
        ),
        "precision": Oracle(QUERIES, "precision@3", _lists(lambda gain, score: _hits(gain, score)[:3].sum() / 3)),
    },
    "columns": {
        **{
            name: Oracle(COLUMNS, f"price.{name}", value)
            for name, value in {
                "mean": lambda d: d["price"].mean(),
                "std": lambda d: d["price"].std(ddof=1),
                "sum": lambda d: d["price"].sum(),
                "n": lambda d: len(d["price"]),
                "coverage": lambda d: 1.0 if len(d["price"]) else 0.0,
                "min": lambda d: d["price"].min(),
                "max": lambda d: d["price"].max(),
                "p50": lambda d: np.quantile(d["price"], 0.5),
                "p95": lambda d: np.quantile(d["price"], 0.95),
                "p99": lambda d: np.quantile(d["price"], 0.99),
            }.items()
        },
        "rate": Oracle(COLUMNS, "truth.rate", lambda d: d["truth"].mean()),
        "pass": Oracle(
            COLUMNS, "truth.pass@1", lambda d: np.mean([d["truth"][d["query"] == each].mean() for each in np.unique(d["query"])])
        ),
    },
    "by_name": {
        "sklearn:…_score": Oracle(
            {**SCORE, "ask": ["sklearn:roc_auc"]}, "sklearn:roc_auc", lambda d: sk.roc_auc_score(d["y"], d["p"])
        ),
        "sklearn:…_error": Oracle({**SCORE, "ask": ["sklearn:zero_one_loss"]}, "sklearn:zero_one_loss", _cut(sk.zero_one_loss)),
    },
}
