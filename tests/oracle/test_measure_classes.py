"""Metrics of many classes against scikit-learn, and their errors against a row's influence by taking it away."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

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
