"""scikit-learn's classification_report."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from gate.terms.metric import Direction
from tests.readers.known import SAMPLES, item, read, readers_of, refusal, sample, survives, values

ROW = {"precision": 0.5, "recall": 0.5, "f1-score": 0.5, "support": 4.0}


def report(truth: list[Any], called: list[Any], **options: Any) -> dict[str, Any]:
    """What the tool itself says."""
    metrics = pytest.importorskip("sklearn.metrics")
    found: dict[str, Any] = json.loads(json.dumps(metrics.classification_report(truth, called, output_dict=True, **options)))
    return found


@pytest.mark.parametrize("name", ["classification_report", "classification_report_micro_avg", "classification_report_nan"])
def test_its_samples_are_recognised_by_it_alone(name: str) -> None:
    assert readers_of(sample(f"sklearn/{name}.json")) == ["sklearn"]


def test_the_sample() -> None:
    found = read("sklearn", sample("sklearn/classification_report.json"))
    assert values(found) == {
        **{f"{kind}_avg.{score}": 1.0 for kind in ("macro", "weighted") for score in ("precision", "recall", "f1_score")},
        "accuracy": 1.0,
        "support": 38.0,
    }
    recall = item(found, "recall", **{"class": "Iris versicolor"})
    assert (recall.value, recall.support.n, recall.better) == (1.0, 13, Direction.HIGHER)
    assert item(found, "accuracy").support.n == 38
    assert found.aliases["macro avg.f1-score"] == "macro_avg.f1_score"


def test_n_of_recall_is_the_class_and_n_of_precision_what_was_called_it() -> None:
    truth, called = ["a"] * 6 + ["b"] * 4, ["a"] * 3 + ["b"] * 3 + ["b"] * 3 + ["a"]
    found = read("sklearn", report(truth, called))
    assert item(found, "recall", **{"class": "a"}).support.n == 6
    assert item(found, "precision", **{"class": "a"}).support.n == 4
    assert item(found, "precision", **{"class": "b"}).support.n == 6


def test_without_accuracy_there_is_micro_avg() -> None:
    found = read("sklearn", sample("sklearn/classification_report_micro_avg.json"))
    assert "accuracy" not in found
    assert item(found, "micro_avg.precision").value == 0.75


def test_sums_of_weights_are_no_count() -> None:
    found = read("sklearn", report(["a", "a", "b"], ["a", "b", "b"], sample_weight=[0.3, 0.4, 0.5]))
    assert {each.support.n for each in found} == {None}
    assert item(found, "support").value == pytest.approx(1.2)


def test_a_class_called_accuracy_is_not_taken_for_the_accuracy() -> None:
    truth, called = ["accuracy", "b", "c", "accuracy"], ["accuracy", "accuracy", "c", "b"]
    assert "a class is hidden" in refusal("sklearn", report(truth, called))
    subset = report(truth, called, labels=["accuracy", "b"])
    assert "micro avg" in subset
    assert isinstance(subset["accuracy"], float)
    assert "a class is hidden" in refusal("sklearn", subset)
    beside = report(truth, called, labels=["b", "c"]) | {"accuracy": 0.5}
    assert "`accuracy` stands beside `micro avg`" in refusal("sklearn", beside)


def test_a_class_called_macro_avg_is_hidden() -> None:
    assert "a class is hidden" in refusal("sklearn", report(["macro avg", "b"], ["macro avg", "b"]))


def test_an_average_that_leaves_out_an_undefined_class_is_no_number() -> None:
    found = read("sklearn", report(["a", "a", "b"], ["a", "a", "a"], zero_division=math.nan))
    assert item(found, "precision", **{"class": "b"}).problem == "not a number (NaN)"
    assert item(found, "macro_avg.precision").problem == "not a number (NaN)"
    assert item(found, "weighted_avg.precision").value is None
    assert item(found, "macro_avg.recall").value == 0.5
    assert "leaves out the class `b`" in found.unused[0].why


def test_a_class_without_rows_has_no_recall() -> None:
    found = read("sklearn", report(["a", "a"], ["a", "b"], zero_division=0))
    assert item(found, "recall", **{"class": "b"}).problem == "measured on no rows (n is 0)"
    assert item(found, "precision", **{"class": "b"}).value == 0.0


def test_the_averages_of_a_multilabel_report() -> None:
    found = read("sklearn", report([[1, 0], [1, 1]], [[1, 0], [0, 1]]))
    assert item(found, "samples_avg.recall").support.n is None
    assert item(found, "micro_avg.recall").support.n == 3


def test_what_was_put_beside_the_report_is_measured_too() -> None:
    text = sample("sklearn/classification_report.json").text
    found = read("sklearn", json.loads(text) | {"roc auc": 0.9, "model": "v2", "params": {"c": 1}})
    assert item(found, "roc_auc").value == 0.9
    assert [(each.name, each.why) for each in found.unused] == [("model", "text"), ("params", "a mapping")]


def test_the_printed_report_is_refused_with_what_to_write() -> None:
    text = """                 precision    recall  f1-score   support

         setosa       1.00      1.00      1.00        13

      macro avg       1.00      1.00      1.00        38
   weighted avg       1.00      1.00      1.00        38
"""
    assert "output_dict=True" in refusal("sklearn", text, "report.txt")
    with pytest.raises(Exception, match="rounded to two digits"):
        read("sklearn", text, "report.txt")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"a": {"precision": 1}}, "the row `a` has no `f1-score`"),
        ({"a": ROW | {"recall": "0.5"}}, "`a.recall` is text, not a number"),
        ({"a": ROW | {"support": None}}, "`a.support` is null, not a number"),
        ({"a": ROW, "macro avg": ROW | {"support": 5}}, "the classes have 4 rows, the whole has 5"),
        ({"a": ROW | {"support": -4.0}, "macro avg": ROW | {"support": -4.0}}, "`n` is negative"),
    ],
)
def test_a_broken_report_is_refused(changed: dict[str, Any], message: str) -> None:
    assert message in refusal("sklearn", {"macro avg": ROW, "weighted avg": ROW, **changed})


def test_plain_metrics_with_a_report_inside_stay_plain() -> None:
    report_ = json.loads((SAMPLES / "sklearn" / "classification_report.json").read_text())
    assert readers_of(sample("dvc/metrics.json")) == []
    read("metrics", {"accuracy": 0.5, "report": report_})


def test_no_mutation_crashes_it() -> None:
    assert survives("sklearn", json.loads(sample("sklearn/classification_report_micro_avg.json").text)) > 100
