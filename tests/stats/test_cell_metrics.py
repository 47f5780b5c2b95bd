"""Metrics of any vector of cells: as scikit-learn has them, with gradients that are right, and what stands below them."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from gate.stats.cell_metrics import CellMetric, binary, every_cell, fewest, known, many
from gate.stats.matrices import MANY, SHARES, SMOOTH

FOUR = [("yes", "yes"), ("no", "yes"), ("yes", "no"), ("no", "no")]
CLASSES = ["a", "b", "c"]
NINE = [(label, guess) for label in CLASSES for guess in CLASSES]


def drawn(labels: list[str], n: int = 300) -> tuple[list[str], list[str]]:
    chance = random.Random(5)
    true = chance.choices(labels, weights=range(1, len(labels) + 1), k=n)
    return true, [each if chance.random() < 0.7 else chance.choice(labels) for each in true]


def counts(places: list[tuple[str, str]], true: list[str], guessed: list[str]) -> list[int]:
    seen = Counter(zip(true, guessed, strict=True))
    return [seen[each] for each in places]


def of_sklearn(name: str, true: list[str], guessed: list[str], labels: list[str]) -> float:
    from sklearn import metrics

    share, _, average = name.rpartition("_")
    options: dict[str, Any] = {"average": average, "labels": labels} if average in ("micro", "macro", "weighted") else {}
    if not options:
        share = name
        options = {"pos_label": "yes"} if name in ("precision", "recall", "f1", "f2", "f0_5", "jaccard") else {}
    if share in ("f2", "f0_5"):
        return float(metrics.fbeta_score(true, guessed, beta={"f2": 2, "f0_5": 0.5}[share], **options))
    if share in ("specificity", "fpr"):
        found = metrics.recall_score(true, guessed, pos_label="no")
        return float(found if share == "specificity" else 1 - found)
    if share == "fnr":
        return float(1 - metrics.recall_score(true, guessed, pos_label="yes"))
    called = {"mcc": "matthews_corrcoef", "kappa": "cohen_kappa_score"}.get(share, f"{share}_score")
    return float(getattr(metrics, called)(true, guessed, **options))


def check_gradient(metric: CellMetric, cells: list[float]) -> None:
    slopes = metric.gradient(cells)
    for at in range(len(cells)):
        step = 1e-6 * max(cells)
        above, below = list(cells), list(cells)
        above[at] += step
        below[at] -= step
        assert slopes[at] == pytest.approx((metric.value(above) - metric.value(below)) / (2 * step), rel=1e-5, abs=1e-9)
    assert sum(each * slope for each, slope in zip(cells, slopes, strict=True)) == pytest.approx(0, abs=1e-9)  # of degree 0


@pytest.mark.parametrize("name", sorted({*SHARES, *SMOOTH}))
def test_a_binary_metric_is_that_of_scikit_learn(name: str) -> None:
    true, guessed = drawn(["no", "yes"])
    metric, cells = binary(name, FOUR, "yes"), counts(FOUR, true, guessed)
    assert metric.value(cells) == pytest.approx(of_sklearn(name, true, guessed, ["no", "yes"]), rel=1e-12)
    assert metric.value([each / 300 for each in cells]) == pytest.approx(metric.value(cells), rel=1e-12)
    check_gradient(metric, [float(each) for each in cells])


@pytest.mark.parametrize("name", sorted(MANY))
def test_a_metric_of_many_classes_is_that_of_scikit_learn(name: str) -> None:
    true, guessed = drawn(CLASSES)
    metric, cells = many(name, NINE, CLASSES), counts(NINE, true, guessed)
    assert metric.value(cells) == pytest.approx(of_sklearn(name, true, guessed, CLASSES), rel=1e-12)
    check_gradient(metric, [float(each) for each in cells])


@pytest.mark.parametrize("name", ["precision", "recall", "f1", "jaccard"])
def test_a_metric_of_one_class_is_that_of_scikit_learn(name: str) -> None:
    from sklearn import metrics

    true, guessed = drawn(CLASSES)
    metric, cells = many(name, NINE, CLASSES, "b"), counts(NINE, true, guessed)
    assert metric.value(cells) == pytest.approx(getattr(metrics, f"{name}_score")(true, guessed, labels=["b"], average="macro"))
    check_gradient(metric, [float(each) for each in cells])


def test_each_model_sees_its_own_predictions_of_the_same_rows() -> None:
    cells = every_cell(["no", "yes"], paired=True)
    true, new = drawn(["no", "yes"])
    old = drawn(["no", "yes"], 300)[0][::-1]
    seen = Counter(zip(true, new, old, strict=True))
    vector = [float(seen[label, first, str(second)]) for label, first, second in cells]
    metrics = [
        binary("mcc", [(label, guess) for label, guess, _ in cells], "yes"),
        binary("mcc", [(label, str(guess)) for label, _, guess in cells], "yes"),
    ]
    expected = [of_sklearn("mcc", true, guessed, []) for guessed in (new, old)]
    assert [each.value(vector) for each in metrics] == pytest.approx(expected, rel=1e-12)


def test_cells_that_are_in_no_slice_do_not_matter() -> None:
    metric = binary("f1", [*FOUR, None, None], "yes")
    assert metric.value([30, 4, 6, 60, 9, 1]) == binary("f1", FOUR, "yes").value([30, 4, 6, 60])
    assert metric.gradient([30, 4, 6, 60, 9, 1])[4:] == [0, 0]


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("recall", {"positives": 36}),
        ("precision", {"predicted positives": 34}),
        ("f1", {"rows labelled or predicted positive": 40}),
        ("balanced_accuracy", {"positives": 36, "negatives": 64}),
    ],
)
def test_what_stands_below_a_binary_metric(name: str, below: dict[str, float]) -> None:
    assert binary(name, FOUR, "yes").below([30, 4, 6, 60]) == below


@pytest.mark.parametrize(
    ("name", "of", "below"),
    [
        ("recall", "b", {"rows labelled b": 16}),
        ("precision", "b", {"rows predicted as b": 20}),
        ("f1", "b", {"rows labelled or predicted as b": 26}),
        ("f1_macro", None, {"rows labelled a": 22, "rows labelled b": 16, "rows labelled c": 962}),
        ("f1_weighted", None, {"rows labelled or predicted as c": 968}),  # the others are too rare to matter
        ("accuracy", None, {"rows": 1000}),
        ("recall_micro", None, {"rows": 1000}),
        ("balanced_accuracy", None, {"rows labelled a": 22, "rows labelled b": 16, "rows labelled c": 962}),
        ("kappa", None, {"rows outside the commonest class": 38}),
        ("mcc", None, {"rows outside the commonest class": 38, "rows predicted otherwise than commonest": 41}),
    ],
)
def test_what_stands_below_a_metric_of_many_classes(name: str, of: str | None, below: dict[str, float]) -> None:
    cells = [16, 4, 2, 2, 10, 4, 3, 6, 953]
    assert many(name, NINE, CLASSES, of).below(cells) == below


def test_the_smaller_denominator_counts() -> None:
    assert fewest({"positives": 7, "rows": 90}, {"positives": 12}) == {"positives": 7, "rows": 90}


def test_metrics_of_scores_are_no_functions_of_cells() -> None:
    assert known("mcc", "binary")
    assert known("f1_macro", "multiclass")
    assert not known("f1_macro", "binary")
    assert not known("roc_auc", "binary")
