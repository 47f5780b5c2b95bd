"""Metrics of many classes against scikit-learn, and their errors against a row's influence by taking it away."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from gate.errors import InputError
from gate.terms.slice import WHOLE, Slice
from tests.measure.rows import measured, problem, value

WHOLES: dict[str, Callable[..., float]] = {
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "mcc": sk.matthews_corrcoef,
    "kappa": sk.cohen_kappa_score,
}
SHARES: dict[str, Callable[..., Any]] = {
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "f1": sk.f1_score,
    "jaccard": sk.jaccard_score,
}


def rows(seed: int, n: int, classes: list[str]) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    label = draw.choice(classes, n, p=np.arange(len(classes), 0, -1) / sum(range(len(classes) + 1)))
    guess = np.where(draw.random(n) < 0.6, label, draw.choice(classes, n))
    return {"y": label, "h": guess, "w": np.round(draw.lognormal(0, 1, n), 3), "region": draw.choice(["eu", "us"], n)}


DATA = [rows(0, 500, ["cat", "dog", "eel"]), rows(1, 30, list("abcdefgh")), rows(2, 2000, ["10", "2", "3", "x"])]


@pytest.mark.parametrize("data", DATA, ids=["three", "few", "many"])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_the_whole_slices_and_classes_are_as_scikit_learn_has_them(data: dict[str, Any], weighted: bool) -> None:
    more = {"weight": "w"} if weighted else {}
    found = measured(data, label="y", prediction="h", slices=["region"], **more)
    for on in (WHOLE, Slice.of({"region": "eu"}), Slice.of({"region": "us"})):
        here = data["region"] == dict(on.parts)["region"] if on else np.ones(len(data["y"]), dtype=bool)
        label, guess = data["y"][here], data["h"][here]
        weights = {"sample_weight": data["w"][here]} if weighted else {}
        for name, oracle in WHOLES.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert found.get(name, on).value == pytest.approx(oracle(label, guess, **weights), abs=1e-12), (name, on)
        classes = sorted(set(label) | set(guess))
        for name, oracle in SHARES.items():
            for average in ("micro", "macro", "weighted"):
                theirs = oracle(label, guess, average=average, zero_division=0, **weights)
                assert found.get(f"{name}_{average}", on).value == pytest.approx(theirs, abs=1e-12), (name, average, on)
            each = oracle(label, guess, average=None, zero_division=0, labels=classes, **weights)
            for which, theirs in zip(classes, each, strict=True):
                ours = found.get(name, Slice.of({**dict(on.parts), "class": which}))
                assert (ours.value or 0.0) == pytest.approx(theirs, abs=1e-12), (name, which, on)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_standard_errors_are_those_of_influence_values(weighted: bool) -> None:
    data = rows(3, 300, ["cat", "dog", "eel"])
    weight = data["w"] if weighted else np.ones(300)
    found = measured(data, label="y", prediction="h", **({"weight": "w"} if weighted else {}))
    whole = {**WHOLES}
    for name, oracle in SHARES.items():
        for average in ("micro", "macro", "weighted"):
            whole[f"{name}_{average}"] = lambda y, h, oracle=oracle, average=average, **more: oracle(
                y, h, average=average, **more
            )
    for name, oracle in whole.items():

        def of(moved: Any, oracle: Any = oracle) -> float:
            return float(oracle(data["y"], data["h"], sample_weight=moved))

        variance, step = 0.0, 1e-4
        for pair in {(y, h) for y, h in zip(data["y"], data["h"], strict=True)}:
            inside = (data["y"] == pair[0]) & (data["h"] == pair[1])
            row = np.flatnonzero(inside)[0]
            more, less = weight.copy(), weight.copy()
            more[row] += step
            less[row] -= step
            slope = (of(more) - of(less)) / (2 * step)
            variance += (weight[inside] ** 2).sum() * slope**2
        assert found.get(name, WHOLE).support.stderr == pytest.approx(variance**0.5, rel=1e-6), name


def test_what_is_not_defined_says_why() -> None:
    frame = {"y": np.array(["a", "a", "b"]), "h": np.array(["a", "c", "a"])}
    found = measured(frame, label="y", prediction="h")
    assert value(found, "recall", **{"class": "a"}) == 0.5
    assert problem(found, "precision", **{"class": "b"}) == "not defined: the class is never predicted"
    assert problem(found, "recall", **{"class": "c"}) == "not defined: the class never has a label"
    same = measured({"y": np.array(["a", "a"]), "h": np.array(["a", "a"])}, label="y", prediction="h")
    assert value(same, "accuracy") == 1.0
    assert problem(same, "kappa") == problem(same, "mcc") == "not defined: labels or predictions are all the same"


def test_a_column_of_the_rows_may_be_called_class_too() -> None:
    frame = {"y": np.array(["a", "b", "b"]), "h": np.array(["a", "b", "a"]), "class": np.array(["first", "first", "second"])}
    found = measured(frame, label="y", prediction="h", slices=["class"])
    assert value(found, "accuracy", **{"class": "first"}) == 1.0
    assert value(found, "recall", **{"class": "second", "label_class": "b"}) == 0.0
    assert value(found, "recall", label_class="a") == 1.0


def scored(seed: int, n: int, ties: bool) -> tuple[dict[str, Any], np.ndarray[Any, Any]]:
    draw = np.random.default_rng(seed)
    data = rows(seed, n, ["cat", "dog", "eel", "fox"])
    scores = draw.dirichlet([1, 1, 1, 1], n)
    if ties:
        scores = np.round(scores * 4) / 4
        scores /= scores.sum(axis=1, keepdims=True)
    return data | {f"s{index}": scores[:, index] for index in range(4)}, scores


SCORES = {"cat": "s0", "dog": "s1", "eel": "s2", "fox": "s3"}


@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_scores_by_class_are_as_scikit_learn_has_them(ties: bool, weighted: bool) -> None:
    data, scores = scored(5, 400, ties)
    weights = {"sample_weight": data["w"]} if weighted else {}
    found = measured(data, label="y", scores=SCORES, **({"weight": "w"} if weighted else {}))
    label, names = data["y"], list(SCORES)
    assert value(found, "log_loss") == pytest.approx(sk.log_loss(label, scores, labels=names, **weights), rel=1e-9)
    brier = sk.brier_score_loss(label, scores, labels=names, scale_by_half=False, **weights)
    assert value(found, "brier") == pytest.approx(brier, rel=1e-9)
    for k in (2, 3):
        theirs = sk.top_k_accuracy_score(label, scores, k=k, labels=names, **weights)
        assert value(found, f"top_k_accuracy@{k}") == pytest.approx(theirs, abs=1e-12)
    guess = np.array(names)[scores.argmax(axis=1)]
    assert value(found, "f1_macro") == pytest.approx(sk.f1_score(label, guess, average="macro", **weights), abs=1e-12)


def test_a_label_without_a_score_is_refused() -> None:
    data, _ = scored(5, 40, False)
    with pytest.raises(InputError, match="classes without a score: `fox`"):
        measured(data, label="y", scores={"cat": "s0", "dog": "s1", "eel": "s2"})


def several(seed: int, n: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    truth = draw.random((n, 3)) < [0.5, 0.2, 0.02]
    scores = np.clip(truth * 0.3 + draw.random((n, 3)) * 0.6, 0, 1)
    data = {f"y{index}": truth[:, index] for index in range(3)} | {f"s{index}": scores[:, index] for index in range(3)}
    return data | {"w": np.round(draw.lognormal(0, 1, n), 3), "region": draw.choice(["eu", "us"], n)}


@pytest.mark.parametrize("n", [12, 500])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_many_labels_are_as_scikit_learn_has_them(n: int, weighted: bool) -> None:
    data = several(7, n)
    names = {"toxic": 0, "spam": 1, "rare": 2}
    asked: dict[str, Any] = {"scores": {name: f"s{at}" for name, at in names.items()}}
    asked["labels"] = {name: f"y{at}" for name, at in names.items()}
    found = measured(data, **asked, slices=["region"], **({"weight": "w"} if weighted else {}))
    for on in (WHOLE, Slice.of({"region": "eu"})):
        here = data["region"] == "eu" if on else np.ones(n, dtype=bool)
        weights = {"sample_weight": data["w"][here]} if weighted else {}
        truth = np.stack([data[f"y{at}"][here] for at in range(3)], axis=1)
        guess = np.stack([data[f"s{at}"][here] >= 0.5 for at in range(3)], axis=1)
        subset = sk.accuracy_score(truth, guess, **weights)
        assert found.get("subset_accuracy", on).value == pytest.approx(subset, abs=1e-12)
        assert found.get("hamming_loss", on).value == pytest.approx(sk.hamming_loss(truth, guess, **weights), abs=1e-12)
        for name, oracle in SHARES.items():
            for average in ("micro", "macro", "weighted", "samples"):
                theirs = oracle(truth, guess, average=average, zero_division=0, **weights)
                assert found.get(f"{name}_{average}", on).value == pytest.approx(theirs, abs=1e-12), (name, average)
            each = oracle(truth, guess, average=None, zero_division=0, **weights)
            for which, at in names.items():
                ours = found.get(name, Slice.of({**dict(on.parts), "class": which}))
                assert (ours.value or 0.0) == pytest.approx(each[at], abs=1e-12), (name, which)


def test_rows_without_all_their_labels_are_left_out_and_counted() -> None:
    frame = {
        "a": np.array([1.0, 0.0, np.nan, 1.0]),
        "b": np.array([1, 0, 1, 0]),
        "c": np.array([1, 0, 1, 0]),
        "d": np.array([1, 0, 0, 1]),
    }
    found = measured(frame, labels={"x": "a", "z": "b"}, predictions={"x": "c", "z": "d"}, min_coverage=0.5)
    assert value(found, "label_coverage") == 0.75
    assert value(found, "subset_accuracy") == pytest.approx(2 / 3)


def test_the_matrix_of_a_slice_is_kept_where_it_is_asked_for() -> None:
    draw = np.random.default_rng(3)
    frame = {
        "y": draw.choice(["a", "b", "c"], 90),
        "h": draw.choice(["a", "b", "c"], 90),
        "region": draw.choice(["eu", "us"], 90),
    }
    asked = {"label": "y", "prediction": "h", "slices": ["region"]}
    on = {"region": "eu", "label": "a", "prediction": "b"}
    assert measured(frame, **asked).get("confusion", Slice.of(on)) is None
    there = (frame["region"] == "eu") & (frame["y"] == "a") & (frame["h"] == "b")
    assert value(measured(frame, **asked, ask=["confusion"]), "confusion", **on) == there.sum()
