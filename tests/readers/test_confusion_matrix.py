"""A confusion matrix as counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.terms.measurement import Support
from tests.readers.known import item, read, readers_of, refusal, sample, survives


def test_its_sample_is_recognised_by_it_alone() -> None:
    assert readers_of(sample("sklearn/confusion_matrix.json")) == ["confusion-matrix"]


def test_the_sample() -> None:
    found = read("confusion-matrix", sample("sklearn/confusion_matrix.json"))
    assert item(found, "accuracy").support == Support(n=38, k=38)
    assert item(found, "recall", **{"class": "virginica/other"}).support == Support(n=12, k=12)


def test_rows_are_the_truth() -> None:
    found = read("confusion-matrix", {"confusion_matrix": [[50, 2], [3, 45]], "labels": [False, True]})
    assert item(found, "accuracy").support == Support(n=100, k=95)
    assert item(found, "recall", **{"class": "true"}).support == Support(n=48, k=45)
    assert item(found, "precision", **{"class": "true"}).support == Support(n=47, k=45)
    assert item(found, "f1_score", **{"class": "true"}).value == pytest.approx(90 / 95)


def test_it_says_what_the_tool_says() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, called = [0, 0, 1, 1, 2, 2, 2], [0, 1, 1, 1, 2, 0, 2]
    found = read("confusion-matrix", {"confusion_matrix": metrics.confusion_matrix(truth, called).tolist()})
    said = metrics.classification_report(truth, called, output_dict=True)
    for label in "012":
        for ours, theirs in (("recall", "recall"), ("precision", "precision"), ("f1_score", "f1-score")):
            assert item(found, ours, **{"class": label}).value == pytest.approx(said[label][theirs])


def test_a_class_that_nobody_named_has_no_precision() -> None:
    found = read("confusion-matrix", {"confusion_matrix": [[0, 1], [0, 0]]})
    assert item(found, "recall", **{"class": "1"}).problem == "measured on no rows (n is 0)"
    assert item(found, "precision", **{"class": "0"}).problem == "measured on no rows (n is 0)"
    assert item(found, "accuracy").value == 0.0


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"confusion_matrix": [[1, 2]]}, "the matrix is not square"),
        ({"confusion_matrix": [[1, 2], [3]]}, "the matrix is not square"),
        ({"confusion_matrix": [[0.9, 0.1], [0.2, 0.8]]}, "is 0.9, not a number of rows"),
        ({"confusion_matrix": [[-1]]}, "is -1, not a number of rows"),
        ({"confusion_matrix": [["1"]]}, "is text, not a number"),
        ({"confusion_matrix": [[1]], "labels": ["a", "b"]}, "2 different labels for 1 classes"),
        ({"confusion_matrix": [[1, 0], [0, 1]], "labels": [1, "1"]}, "1 different labels for 2 classes"),
    ],
)
def test_a_broken_matrix_is_refused(document: dict[str, Any], message: str) -> None:
    assert message in refusal("confusion-matrix", document)


def test_a_matrix_among_plain_metrics_is_left_to_the_plain_reader() -> None:
    found = read("metrics", {"accuracy": 0.9, "confusion_matrix": [[1, 0], [0, 1]]})
    assert found.names == ["accuracy", "confusion"]


def test_no_mutation_crashes_it() -> None:
    assert survives("confusion-matrix", json.loads(sample("sklearn/confusion_matrix.json").text)) > 50
