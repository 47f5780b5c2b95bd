"""Metrics of scikit-learn by name are what calling it gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from gate.errors import InputError
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE, Slice
from tests.measure.rows import baseline, measured, problem, rows, value


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_a_binary_score_is_given_to_what_takes_scores(weighted: bool) -> None:
    data = rows(0)
    names = ["cohen_kappa_score", "roc_auc", "neg_log_loss", "zero_one_loss", "brier_score_loss", "f1_macro"]
    more = {"weight": "w"} if weighted else {}
    found = measured(data, label="y", score="p", ask=[f"sklearn:{name}" for name in names], slices=["region"], **more)
    for on in (WHOLE, Slice.of({"region": "us"})):
        here = data["region"] == "us" if on else np.ones(400, dtype=bool)
        label, score, guess = data["y"][here], data["p"][here], data["p"][here] >= 0.5
        weights: dict[str, Any] = {"sample_weight": data["w"][here]} if weighted else {}
        theirs = {
            "cohen_kappa_score": sk.cohen_kappa_score(label, guess, **weights),
            "roc_auc": sk.roc_auc_score(label, score, **weights),
            "neg_log_loss": -sk.log_loss(label, score, **weights),
            "zero_one_loss": sk.zero_one_loss(label, guess, **weights),
            "brier_score_loss": sk.brier_score_loss(label, score, **weights),
            "f1_macro": sk.f1_score(label, guess, average="macro", **weights),
        }
        for name in names:
            assert found.get(f"sklearn:{name}", on).value == pytest.approx(theirs[name], rel=1e-12), (name, on)
    assert found.get("sklearn:zero_one_loss", WHOLE).better is Direction.LOWER
    assert found.get("sklearn:neg_log_loss", WHOLE).better is Direction.HIGHER


def test_many_classes_many_labels_and_numbers() -> None:
    draw = np.random.default_rng(1)
    scores = draw.dirichlet([1, 1, 1], 90)
    label = draw.choice(["a", "b", "c"], 90)
    data = {"y": label} | {f"s{index}": scores[:, index] for index in range(3)}
    found = measured(
        data, label="y", scores={"a": "s0", "b": "s1", "c": "s2"}, ask=["sklearn:roc_auc_ovr", "sklearn:f1_macro", "sklearn:f1"]
    )
    assert value(found, "sklearn:roc_auc_ovr") == pytest.approx(sk.roc_auc_score(label, scores, multi_class="ovr"), rel=1e-12)
    guess = np.array(["a", "b", "c"])[scores.argmax(axis=1)]
    assert value(found, "sklearn:f1_macro") == pytest.approx(sk.f1_score(label, guess, average="macro"), rel=1e-12)
    assert problem(found, "sklearn:f1").startswith("not measured: scikit-learn has no number")

    truth, marked = draw.random((50, 2)) < 0.5, draw.random((50, 2)) < 0.5
    several = {"a": truth[:, 0], "b": truth[:, 1], "c": marked[:, 0], "d": marked[:, 1]}
    labels, guesses = {"x": "a", "z": "b"}, {"x": "c", "z": "d"}
    found = measured(several, labels=labels, predictions=guesses, ask=["sklearn:jaccard_samples"])
    theirs = sk.jaccard_score(truth, marked, average="samples", zero_division=0)
    assert value(found, "sklearn:jaccard_samples") == pytest.approx(theirs, rel=1e-12)

    numbers = {"y": draw.random(40), "p": draw.random(40)}
    found = measured(numbers, label="y", prediction="p", ask=["sklearn:explained_variance", "sklearn:mean_gamma_deviance"])
    assert value(found, "sklearn:explained_variance") == pytest.approx(sk.explained_variance_score(numbers["y"], numbers["p"]))
    assert value(found, "sklearn:mean_gamma_deviance") == pytest.approx(sk.mean_gamma_deviance(numbers["y"], numbers["p"]))


def test_the_baseline_has_them_too() -> None:
    data = rows(2)
    found = baseline(data, label="y", prediction="h", baseline_prediction="g", ask=["sklearn:hamming_loss"])
    assert value(found, "sklearn:hamming_loss") == pytest.approx(sk.hamming_loss(data["y"], data["g"]))


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("cohen_kapa_score", "did you mean `sklearn:cohen_kappa_score`"),
        ("__builtins__", "lists no metric"),
        ("check_scoring", "lists no metric"),
        ("silhouette_score", "lists no metric"),
        ("fbeta_score", "lists no metric"),
    ],
)
def test_what_scikit_learn_does_not_list_is_refused(name: str, near: str) -> None:
    with pytest.raises(InputError, match=near):
        measured(rows(), label="y", score="p", ask=[f"sklearn:{name}"])
