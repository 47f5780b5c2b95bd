"""Binary metrics against scikit-learn: counts to 1e-12, sums to 1e-9 relative."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from gate.terms.slice import WHOLE
from tests.measure.rows import baseline, measured, problem, rows, value

COUNTS: dict[str, Callable[..., float]] = {
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "specificity": lambda y, h, **more: sk.recall_score(y, h, pos_label=0, **more),
    "f1": sk.f1_score,
    "f2": lambda y, h, **more: sk.fbeta_score(y, h, beta=2, **more),
    "f0_5": lambda y, h, **more: sk.fbeta_score(y, h, beta=0.5, **more),
    "jaccard": sk.jaccard_score,
    "mcc": sk.matthews_corrcoef,
    "kappa": sk.cohen_kappa_score,
}
SCORES: dict[str, Callable[..., float]] = {
    "roc_auc": sk.roc_auc_score,
    "average_precision": sk.average_precision_score,
    "log_loss": sk.log_loss,
    "brier": sk.brier_score_loss,
}
DATA = [rows(seed, n, ties) for seed, n, ties in ((0, 400, False), (1, 400, True), (2, 40, True), (3, 5000, False))]
IDS = ["scores", "ties", "few", "many"]


@pytest.mark.parametrize("data", DATA, ids=IDS)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_the_whole_and_every_slice_are_as_scikit_learn_has_them(data: dict[str, Any], weighted: bool) -> None:
    more = {"weight": "w"} if weighted else {}
    found = measured(data, label="y", score="p", slices=["region", ["region", "device"]], **more)
    checked = 0
    for on in {item.slice for item in found}:
        here = np.ones(len(data["y"]), dtype=bool)
        for column, text in on.parts:
            here &= data[column].astype(str) == text
        weights = {"sample_weight": data["w"][here]} if weighted else {}
        label, score = data["y"][here], data["p"][here]
        if len(set(label)) < 2 or len(set(score >= 0.5)) < 2:
            continue
        for name, oracle in COUNTS.items():
            assert found.get(name, on).value == pytest.approx(oracle(label, score >= 0.5, **weights), abs=1e-12), (name, on)
        for name, oracle in SCORES.items():
            assert found.get(name, on).value == pytest.approx(oracle(label, score, **weights), rel=1e-9), (name, on)
        checked += 1
    assert checked >= 3


@pytest.mark.parametrize("data", DATA, ids=IDS)
def test_a_baseline_in_the_same_rows_is_measured_as_if_it_were_alone(data: dict[str, Any]) -> None:
    found = baseline(data, label="y", score="p", baseline_score="q", slices=["region"])
    alone = measured(data, label="y", score="q", slices=["region"])
    for item in found:
        expected = alone.get(item.metric, item.slice)
        assert expected is not None
        assert (item.problem, item.support.n, item.support.k) == (expected.problem, expected.support.n, expected.support.k)
        if item.value is not None:
            assert item.value == pytest.approx(expected.value, rel=1e-12), (item.metric, item.slice)
        if item.support.stderr is not None:
            assert item.support.stderr == pytest.approx(expected.support.stderr, rel=1e-9), (item.metric, item.slice)


def test_predictions_of_their_own_column_count_and_labels_may_be_text() -> None:
    data = rows(5)
    words = {"y": np.where(data["y"] == 1, "fraud", "fine"), "h": np.where(data["h"] == 1, "fraud", "fine")}
    found = measured(words, label="y", prediction="h", positive="fraud")
    for name, oracle in COUNTS.items():
        assert value(found, name) == pytest.approx(oracle(data["y"], data["h"]), abs=1e-12)
    assert "roc_auc" not in found


def test_the_values_of_the_tutorial() -> None:
    found = measured({"y": np.array([0, 1, 1, 0, 1, 0]), "h": np.array([0, 1, 0, 0, 1, 1])}, label="y", prediction="h")
    assert value(found, "recall") == pytest.approx(2 / 3, abs=1e-12)
    assert value(found, "f1") == pytest.approx(2 / 3, abs=1e-12)


def test_the_values_of_the_confusion_matrix() -> None:
    label = np.repeat([1, 0, 1, 0], [90, 10, 5, 95])
    predicted = np.repeat([1, 1, 0, 0], [90, 10, 5, 95])
    found = measured({"y": label, "h": predicted}, label="y", prediction="h")
    assert value(found, "accuracy") == pytest.approx(0.925, abs=1e-12)
    assert value(found, "precision") == pytest.approx(0.9, abs=1e-12)
    assert value(found, "recall") == pytest.approx(90 / 95, abs=1e-12)
    assert value(found, "f1") == pytest.approx(180 / 195, abs=1e-12)
    assert [value(found, name) for name in ("tp", "fp", "fn", "tn")] == [90, 10, 5, 95]


@pytest.mark.parametrize(
    ("label", "predicted", "missing"),
    [
        ([0, 0, 0], [0, 0, 1], {"recall", "fnr", "balanced_accuracy", "mcc"}),
        ([1, 1, 1], [0, 1, 1], {"specificity", "fpr", "balanced_accuracy", "mcc"}),
        (
            [0, 0, 0],
            [0, 0, 0],
            {"precision", "recall", "fnr", "f1", "f2", "f0_5", "jaccard", "balanced_accuracy", "mcc", "kappa"},
        ),
        ([1, 1, 1], [1, 1, 1], {"specificity", "fpr", "balanced_accuracy", "mcc", "kappa"}),
        ([0, 1, 1], [0, 0, 0], {"precision", "mcc"}),
        ([0, 1, 1], [0, 1, 1], set()),
    ],
    ids=["no-positives", "no-negatives", "nothing-positive", "all-correct-one-class", "none-predicted", "all-correct"],
)
def test_zero_division_is_missing_and_the_rest_is_as_scikit_learn_has_it(
    label: list[int], predicted: list[int], missing: set[str]
) -> None:
    found = measured({"y": np.array(label), "h": np.array(predicted)}, label="y", prediction="h", positive="1")
    names = {*COUNTS, "fpr", "fnr"}
    assert {name for name in names if value(found, name) is None} == missing
    assert all(problem(found, name).startswith("not defined") for name in missing)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in set(COUNTS) - missing:
            assert value(found, name) == pytest.approx(COUNTS[name](label, predicted), abs=1e-12), name


def test_a_score_of_one_class_has_losses_and_no_ranking() -> None:
    score = np.array([0.1, 0.4, 0.9])
    found = measured({"y": np.zeros(3, dtype=int), "p": score}, label="y", score="p")
    assert "no row is labelled positive" in problem(found, "roc_auc")
    assert "no row is labelled positive" in problem(found, "average_precision")
    assert value(found, "log_loss") == pytest.approx(sk.log_loss([0, 0, 0], score, labels=[0, 1]), rel=1e-9)


def test_scores_of_exactly_0_and_1_are_clipped_as_scikit_learn_clips_them() -> None:
    label, score = np.array([0, 1, 1, 0]), np.array([0.0, 1.0, 0.0, 0.3])
    found = measured({"y": label, "p": score}, label="y", score="p")
    assert value(found, "log_loss") == pytest.approx(sk.log_loss(label, score), rel=1e-9)


def test_scores_that_are_no_probabilities_rank() -> None:
    data = rows(7)
    margin = (data["p"] - 0.5) * 20
    found = measured({**data, "p": margin}, label="y", score="p", probability=False, threshold=0)
    assert value(found, "roc_auc") == pytest.approx(sk.roc_auc_score(data["y"], margin), rel=1e-12)
    assert value(found, "average_precision") == pytest.approx(sk.average_precision_score(data["y"], margin), rel=1e-9)
    assert value(found, "f1") == pytest.approx(sk.f1_score(data["y"], margin >= 0), abs=1e-12)
    assert "log_loss" not in found


def test_calibration_error_is_small_for_right_probabilities_and_large_for_wrong_ones() -> None:
    draw = np.random.default_rng(1)
    score = draw.random(2000)
    label = (draw.random(2000) < score).astype(int)
    right = measured({"y": label, "p": score}, label="y", score="p")
    wrong = measured({"y": label, "p": score / 2}, label="y", score="p")
    assert value(right, "ece") < 0.02
    assert value(wrong, "ece") == pytest.approx(0.25, abs=0.03)
    assert abs(value(right, "spiegelhalter_z")) < 3 < abs(value(wrong, "spiegelhalter_z"))


def test_the_whole_is_measured_first() -> None:
    assert next(iter(measured(rows(), label="y", score="p", slices=["region"]))).slice == WHOLE
