"""Metrics that are known by name."""

from __future__ import annotations

import pytest

from gate.terms.catalogue import find
from gate.terms.metric import Direction

UP, DOWN = Direction.HIGHER, Direction.LOWER


@pytest.mark.parametrize(
    ("name", "metric", "better"),
    [
        ("accuracy", "accuracy", UP),
        ("acc", "accuracy", UP),
        ("Accuracy", "accuracy", UP),
        ("eval_accuracy", "accuracy", UP),
        ("val/acc", "accuracy", UP),
        ("toy_arith.acc,none", "accuracy", UP),
        ("top_5_accuracy", "accuracy", UP),
        ("balanced_accuracy", "balanced_accuracy", UP),
        ("precision", "precision", UP),
        ("recall", "recall", UP),
        ("sensitivity", "recall", UP),
        ("setosa.recall", "recall", UP),
        ("Iris versicolor.recall", "recall", UP),
        ("1.recall", "recall", UP),
        ("specificity", "specificity", UP),
        ("f1", "f1", UP),
        ("f1_score", "f1", UP),
        ("f1-score", "f1", UP),
        ("F1Score", "f1", UP),
        ("val.f1", "f1", UP),
        ("val.f1.macro", "f1", UP),
        ("f1_macro", "f1", UP),
        ("macro avg.f1-score", "f1", UP),
        ("auc", "auc", UP),
        ("test/auc", "auc", UP),
        ("roc_auc", "auc", UP),
        ("AUROC", "auc", UP),
        ("average_precision", "average_precision", UP),
        ("pr_auc", "average_precision", UP),
        ("mcc", "mcc", UP),
        ("cohen_kappa", "kappa", UP),
        ("loss", "loss", DOWN),
        ("val_loss", "loss", DOWN),
        ("train.loss", "loss", DOWN),
        ("log_loss", "log_loss", DOWN),
        ("brier_score", "brier", DOWN),
        ("ece", "ece", DOWN),
        ("mae", "mae", DOWN),
        ("mean_absolute_error", "mae", DOWN),
        ("mse", "mse", DOWN),
        ("rmse", "rmse", DOWN),
        ("mape", "mape", DOWN),
        ("r2", "r2", UP),
        ("R2_score", "r2", UP),
        ("fpr", "fpr", DOWN),
        ("false_negative_rate", "fnr", DOWN),
        ("error_rate", "error_rate", DOWN),
        ("http_error_rate", "error_rate", DOWN),
        ("deployment_success_rate", "success_rate", UP),
        ("change_failure_rate", "failure_rate", DOWN),
        ("word_error_rate", "wer", DOWN),
        ("equal_error_rate", "eer", DOWN),
        ("exact_match", "exact_match", UP),
        ("pass_rate", "pass_rate", UP),
        ("win_rate", "win_rate", UP),
        ("missing_rate", "missing_rate", DOWN),
        ("uptime", "uptime", UP),
        ("availability", "availability", UP),
        ("throughput", "throughput", UP),
        ("latency", "latency", DOWN),
        ("latency_p95_ms", "latency", DOWN),
        ("p95_latency", "latency", DOWN),
        ("latency.p95", "latency", DOWN),
        ("latency_ms.p(95)", "latency", DOWN),
        ("inference_ms", "latency", DOWN),
        ("response_time_seconds", "latency", DOWN),
        ("psi", "psi", DOWN),
        ("drift.age", "drift", DOWN),
        ("drift.age.psi", "psi", DOWN),
        ("pass@1", "pass@k", UP),
        ("pass_at_10", "pass@k", UP),
        ("precision@5", "precision", UP),
        ("recall_at_10", "recall", UP),
        ("ndcg@10", "ndcg", UP),
        ("mrr", "mrr", UP),
        ("map", "map", UP),
        ("mAP50-95", "map", UP),
        ("bleu", "bleu", UP),
        ("rougeL", "rouge", UP),
        ("perplexity", "perplexity", DOWN),
    ],
)
def test_a_known_metric(name: str, metric: str, better: Direction) -> None:
    found = find(name)
    assert found is not None
    assert (found.name, found.better) == (metric, better)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "::",
        "support",
        "accuracy.support",
        "count",
        "latency.count",
        "n",
        "n_samples",
        "eval_samples",
        "accuracy.n",
        "auc.n",
        "step",
        "global_step",
        "_step",
        "epoch",
        "eval_runtime",
        "_runtime",
        "_timestamp",
        "total_flos",
        "train_samples_per_second",
        "eval_steps_per_second",
        "learning_rate",
        "grad_norm",
        "threshold",
        "accuracy.threshold",
        "latency_threshold_ms",
        "latency_budget_ms",
        "accuracy_std",
        "accuracy.std",
        "acc_stderr,none",
        "f1_delta",
        "recall_ratio",
        "latency_std_ms",
        "uptime_ms",
        "uptime_seconds",
        "timestamp_ms",
        "train_seconds",
        "video_ms",
        "no_information_rate",
        "neg_mean_squared_error",
        "weight_loss",
        "attack_success_rate",
        "jailbreak_success_rate",
        "drift.age.p_value",
        "drift.threshold",
        "drift.recall",
        "macro",
        "mean",
        "p95",
        "ms",
        "hits",
        "pass",
        "score",
        "value",
        "demographic_parity_difference",
        "recallx",
        "x_recall_y",
    ],
)
def test_an_unknown_one(name: str) -> None:
    assert find(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "accuracy",
        "precision",
        "recall",
        "specificity",
        "fpr",
        "fnr",
        "error_rate",
        "pass_rate",
        "win_rate",
        "exact_match",
        "val.recall",
    ],
)
def test_a_share_of_n(name: str) -> None:
    found = find(name)
    assert found is not None
    assert found.proportion
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize(
    "name",
    [
        "f1", "auc", "balanced_accuracy", "mcc", "r2", "uptime", "rmse", "brier", "pass@1", "precision@5", "recall_at_10",
        # averages over classes, folds or slices
        "macro avg.recall", "weighted avg.precision", "recall_macro", "mean_accuracy", "accuracy.mean", "cv.accuracy",
        "recall.min",
    ],
)  # fmt: skip
def test_no_share_of_n(name: str) -> None:
    found = find(name)
    assert found is not None
    assert not found.proportion


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("auc", 0, 1),
        ("mcc", -1, 1),
        ("r2", None, 1),
        ("rmse", 0, None),
        ("loss", None, None),
        ("perplexity", 1, None),
        ("bleu", 0, None),
    ],
)
def test_ranges(name: str, low: float | None, high: float | None) -> None:
    found = find(name)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("name", "unit"), [("latency_ms", "ms"), ("latency_seconds", "s"), ("latency", ""), ("p95_latency_s.max", "s")]
)
def test_units_of_latencies(name: str, unit: str) -> None:
    found = find(name)
    assert found is not None
    assert found.unit == unit


def test_a_name_of_a_thousand_characters_is_looked_up() -> None:
    for name in ("a_" * 500, "." * 1000, "at_" * 333, "p9" * 500, "final_" * 160 + "x", "\n" * 1000, "@1" * 500):
        assert find(name) is None
