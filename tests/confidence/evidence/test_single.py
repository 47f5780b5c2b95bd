"""Which test a measurement gets by its evidence, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from gate.confidence.evidence import single
from gate.confidence.evidence.single import known_as, scale_of
from gate.language.value import Doubt
from gate.stats.bounds import interval
from gate.stats.proportion import wilson
from gate.terms.catalogue import find
from gate.terms.measurement import Interval, Measurement, Support
from gate.terms.metric import Metric

METHODS: dict[str, tuple[str, float, dict[str, Any], str, str]] = {
    "k of n": ("x", 0.8, {"k": 80, "n": 100}, "Wilson score", "rows"),
    "a share of n": ("recall", 0.8, {"n": 100}, "Wilson score", "positives"),
    "few": ("precision", 0.8, {"n": 10}, "exact binomial", "predicted positives"),
    "f1": ("f1", 0.8, {"n": 400}, "Wilson score of the Jaccard index", "rows labelled or predicted positive"),
    "auc": ("roc_auc", 0.9, {"n_pos": 60, "n_neg": 400}, "Hanley-McNeil score", "positives"),
    "auc with its error": (
        "val.auc", 0.9, {"n_pos": 60, "n_neg": 400, "stderr": 0.02}, "logit DeLong and Hanley-McNeil score", "positives"
    ),
    "average precision": ("average_precision", 0.6, {"n_pos": 60, "stderr": 0.04}, "logit average precision", "positives"),
    "a standard error": ("log_loss", 0.3, {"n": 500, "stderr": 0.02}, "t", "rows"),
    "a standard deviation": ("mae", 3.0, {"n": 500, "std": 2.0}, "t", "rows"),
    "a standard error alone": ("mae", 3.0, {"stderr": 0.1}, "t", ""),
    "an interval": ("mae", 3.0, {"interval": Interval(2.5, 3.4, 0.95)}, "stated 95 % interval", "rows"),
    "a bounded mean": ("brier", 0.1, {"n": 400}, "Wilson score", "rows"),
    "events per exposure": ("errors_per_hour", 0.0375, {"k": 15, "exposure": 400}, "exact Poisson", "units of exposure"),
    "weighted rows": ("recall", 0.8123, {"n": 100, "stderr": 0.05}, "Wilson score", "independent rows"),
}  # fmt: skip


def measured(name: str, value: float, support: dict[str, Any], unit: str = "") -> Measurement:
    return Measurement(name, value, support=Support(**support), unit=unit)


@pytest.mark.parametrize(("name", "value", "support", "method", "of"), METHODS.values(), ids=METHODS)
def test_the_method_is_that_of_the_evidence(name: str, value: float, support: dict[str, Any], method: str, of: str) -> None:
    found = single.test_of(measured(name, value, support), find(name), name)
    assert not isinstance(found, Doubt)
    assert found.method.startswith(method)
    assert found.of == of
    low, high = interval(found, 0.05)
    assert low < value < high
    assert found.estimate == value


NOTHING: dict[str, tuple[str, float, dict[str, Any]]] = {
    "nothing": ("recall", 0.8, {}),
    "n of what is no share": ("mcc", 0.8, {"n": 400}),
    "n of an average over classes": ("f1_macro", 0.8, {"n": 400}),
    "an unknown number of an unknown size": ("widgets", 0.8, {"n": 400}),
    "F-beta is not the Jaccard index": ("f2_score", 0.8, {"n": 400}),
    "an area cut off": ("auc@0.1", 0.8, {"n_pos": 40, "n_neg": 400}),
    "a standard error of 0": ("mae", 3.0, {"n": 400, "stderr": 0}),
    "a standard deviation of 0": ("mae", 3.0, {"n": 400, "std": 0}),
    "an interval of width 0": ("mae", 3.0, {"n": 400, "interval": Interval(3, 3, 0.95)}),
    "no whole number of rows": ("recall", 0.913, {"n": 40}),
    "a share above 1": ("recall", 91.0, {"n": 400}),
    "the spread of folds, of an area": ("roc_auc", 0.9, {"n": 5, "std": 0.02}),
    "the spread of folds, of a macro average": ("f1_macro", 0.9, {"n": 5, "std": 0.02}),
    "the spread of folds, of an accuracy": ("cv_accuracy", 0.9, {"n": 5, "std": 0.02}),
    "the spread of folds, of a balanced accuracy": ("balanced_accuracy", 0.9, {"n": 5, "std": 0.02}),
    "the spread of folds, of a correlation": ("mcc", 0.9, {"n": 5, "std": 0.02}),
    "the spread of folds, of kappa": ("kappa", 0.9, {"n": 5, "std": 0.02}),
    "the spread of folds, of a root": ("rmse", 0.9, {"n": 5, "std": 0.02}),
    "a spread that no average precision has": ("average_precision", 0.9, {"n_pos": 25, "n": 1000, "std": 0.3}),
    "of a quantile": ("latency_p95", 120.0, {"n": 500, "std": 9}),
    "a part of a row": ("recall", 0.91, {"n": 400.5}),
    "a part of a row, with k": ("recall", 0.91, {"k": 364, "n": 400.5}),
    "less than a row": ("recall", 0.5, {"n": 0.5}),
    "more than all": ("recall", 0.5, {"k": 5, "n": 4}),
}


@pytest.mark.parametrize(("name", "value", "support"), NOTHING.values(), ids=NOTHING)
def test_evidence_that_shows_nothing_is_a_doubt_with_a_remedy(name: str, value: float, support: dict[str, Any]) -> None:
    found = single.test_of(measured(name, value, support), find(name), name)
    assert isinstance(found, Doubt)
    assert found.weak


def test_an_effective_n_comes_with_its_error() -> None:
    found = single.test_of(measured("recall", 0.91, {"n": 400.5, "stderr": 0.02}), find("recall"), "recall")
    assert not isinstance(found, Doubt)


@pytest.mark.parametrize("support", [{"n_pos": 3}, {"n_pos": 3, "n_neg": 1000}, {"n_neg": 4}])
def test_an_area_of_few_rows_of_a_class_is_thin_whatever_else_is_stated(support: dict[str, float]) -> None:
    found = single.test_of(measured("roc_auc", 0.9, {**support, "stderr": 0.01}), find("roc_auc"), "roc_auc")
    assert not isinstance(found, Doubt)
    assert "too few" in found.problem


@pytest.mark.parametrize("name", ["log_loss", "mae", "brier", "latency_ms", "helpfulness", "eval_loss", "avg_score"])
def test_a_standard_deviation_of_rows_is_evidence_of_their_mean(name: str) -> None:
    assert not isinstance(single.test_of(measured(name, 0.3, {"n": 500, "std": 0.2}), find(name), name), Doubt)


@pytest.mark.parametrize(("value", "n"), [(0.0, 1), (1.0, 1), (1.0, 50), (0.0, 400)])
def test_all_or_none_is_never_an_interval_of_width_0(value: float, n: int) -> None:
    found = single.test_of(measured("recall", value, {"n": n}), find("recall"), "recall")
    assert not isinstance(found, Doubt)
    low, high = interval(found, 0.05)
    assert high - low > 1 / (2 * n)


def test_a_percentage_is_a_share_of_100() -> None:
    for unit, fact in (("%", find("accuracy")), ("", Metric("accuracy", low=0, high=100, proportion=True))):
        found = single.test_of(measured("accuracy", 80.0, {"n": 100}, unit), fact, "accuracy")
        assert not isinstance(found, Doubt)
        low, high = wilson(0.8, 100, 0.9)
        assert interval(found, 0.05) == pytest.approx((100 * low, 100 * high))
    assert scale_of(measured("accuracy", 0.8, {}), find("accuracy")) == 1


def test_rounding_of_a_value_is_no_contradiction() -> None:
    assert not isinstance(single.test_of(measured("recall", 0.33, {"n": 3}), find("recall"), "recall"), Doubt)
    assert isinstance(single.test_of(measured("recall", 0.35, {"n": 4}), find("recall"), "recall"), Doubt)


@pytest.mark.parametrize(
    ("name", "known"),
    [("val.f1", "f1"), ("f1_score", "f1"), ("macro avg.f1-score", ""), ("fbeta", ""), ("test/auc", "auc"), ("auc_ovr", "")],
)
def test_an_average_is_not_what_it_averages(name: str, known: str) -> None:
    assert known_as(name) == known
