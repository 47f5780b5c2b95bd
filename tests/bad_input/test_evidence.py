"""Evidence that cannot be, or is not what the rule takes it for: refused, or undecided with the reason (never exit 0)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Desk

COUNTS = {"tp": 90, "fn": 10, "fp": 20, "tn": 880}
MATRIX = {"confusion_matrix": [[880, 20], [10, 90]]}
REFUSED, UNDECIDED = 2, 3


def judged(desk: Desk, rule: str, metrics: dict[str, Any], confidence: str = "95%") -> tuple[int, str]:
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: {confidence}\nrules: ['{rule}']\n")
    done = desk.check(json.dumps(metrics), "--all")
    return done.code, " ".join(f"{done.out} {done.err}".split())


@pytest.mark.parametrize("confidence", ["50%", "100%", "0%", "-5%", "101%", "0.5", "1", "95", "1.5", "nan"])
def test_confidence_outside_its_range(desk: Desk, confidence: str) -> None:
    code, said = judged(desk, "recall >= 0.8", {"recall": {"k": 99, "n": 100}}, confidence)
    assert code == REFUSED
    assert "gate.yaml:3:13" in said


@pytest.mark.parametrize(
    ("evidence", "code", "says"),
    [
        ({"k": 11, "n": 10}, REFUSED, "`k` is more than `n`: 11 of 10"),
        ({"value": 0.9, "stderr": -0.1}, REFUSED, "`stderr` is negative"),
        ({"value": 0.9, "std": -1, "n": 50}, REFUSED, "`std` is negative"),
        ({"value": 0.9, "n": -5}, REFUSED, "`n` is negative"),
        ({"value": 0.9, "interval": [0.91, 0.95]}, REFUSED, "`interval` does not hold the value"),
        ({"value": 0.9, "interval": [0.95, 0.85]}, REFUSED, "`interval` is reversed"),
        ({"value": 0.9, "interval": [0.85, 0.95], "confidence": 95}, REFUSED, "`confidence` is not between 0 and 1"),
        ({"value": 0.9, "interval": [0.9, 0.9]}, UNDECIDED, "an interval of width 0"),
        ({"value": 0.9, "stderr": 0}, UNDECIDED, "a standard error of 0"),
        ({"value": 0.9, "std": 0, "n": 100}, UNDECIDED, "a standard deviation of 0"),
        ({"value": 0.86, "stderr": 1.1e-16}, UNDECIDED, "a standard error of 0"),  # numpy's, of seven times 0.86
        ({"value": 0.86, "stderr": 2e-8}, UNDECIDED, "a standard error of 0"),  # the same in single precision
        ({"value": 0.86, "std": 1.1e-16, "n": 7}, UNDECIDED, "a standard deviation of 0"),
        ({"value": 0.86, "interval": [0.8599999999999999, 0.86]}, UNDECIDED, "an interval of width 0"),
        ({"value": 0.95, "n": 7}, UNDECIDED, "that would be 6.65 positives, no whole number"),
        ({"value": 0.9137, "n": 600}, UNDECIDED, "that would be 548.22 positives, no whole number"),
        ({"k": 95.5, "n": 100}, UNDECIDED, "a count is a whole number"),
    ],
)
def test_one_measurement(desk: Desk, evidence: dict[str, Any], code: int, says: str) -> None:
    found, said = judged(desk, "recall >= 0.8", {"recall": evidence})
    assert (found, says in said) == (code, True), said
    assert "[0.9, 0.9]" not in said.partition("used by no rule")[0]


BEYOND: list[tuple[str, dict[str, Any], dict[str, Any] | None, str]] = [
    ("recall >= 0.3", {"recall": {"value": 0.5, "k": 50, "n": 100, "stderr": 1e-300}}, None, "a standard error of 1e-300"),
    ("recall >= 0.3", {"recall": {"value": 0.9999999999999999, "k": 1, "stderr": 1e-300}}, None, "a standard error of 0"),
    ("f1 >= 0.3", {"f1": {"value": 0.86, "k": 1, "stderr": 1e-161}}, None, "a standard error of 0"),
    ("fpr <= 0.1", {"fpr": {"value": 0, "stderr": 1e-40}}, None, "a standard error of 0"),
    ("specificity <= 0.1", {"specificity": {"value": 0, "interval": [-1e-20, 5e-324]}}, None, "an interval of width 0"),
    ("specificity <= 0.1", {"specificity": {"value": 0, "interval": [-1, 5e-324]}}, None, "an interval of width 0"),
    ("specificity <= 0.1", {"specificity": {"value": 0, "interval": [-0.1, 0]}}, None, "an interval of width 0"),
    ("log_loss / recall <= 5", {"log_loss": {"value": 1, "stderr": 1e300}, "recall": {"k": 90, "n": 100}}, None, "of 1e+300"),
    ("roc_auc >= 0.5", {"roc_auc": {"value": 0.9, "n_pos": 1e300, "n_neg": 1e300}}, None, "`n_pos` of 1e+300"),
    (
        "macro_f1 >= baseline - 0.02",
        {"macro_f1": {"value": 0.8, "n": 1e6, "stderr": 1e160}},
        {"macro_f1": {"value": 0.8, "n": 100, "stderr": 0.01}},
        "a standard error of 1e+160: that is of no sample",
    ),
]


@pytest.mark.parametrize(("rule", "metrics", "baseline", "says"), BEYOND)
def test_an_error_that_is_of_no_sample(
    desk: Desk, rule: str, metrics: dict[str, Any], baseline: dict[str, Any] | None, says: str
) -> None:
    """Squares of such numbers are 0 or infinite; and a share does not go beyond 0 and 1, whatever its interval does."""
    options = () if baseline is None else ("-b", str(desk.write("base.json", json.dumps(baseline))))
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: 95%\nrules: ['{rule}']\n")
    done = desk.check(json.dumps(metrics), *options, "--all")
    said = " ".join(f"{done.out} {done.err}".split())
    assert (done.code, says in said) == (UNDECIDED, True), said


def test_a_loss_whose_error_is_rounding_noise(desk: Desk) -> None:
    code, said = judged(desk, "log_loss <= 0.32", {"log_loss": {"value": 0.31, "stderr": 1.1e-16}})
    assert (code, "a standard error of 0" in said) == (UNDECIDED, True), said


@pytest.mark.parametrize(
    "evidence", [{"value": 0.9, "n": 100}, {"value": 0.9143, "n": 70}, {"value": 0.914, "n": 70}, {"value": 0.91, "n": 1001}]
)
def test_a_value_is_written_with_as_many_digits_as_people_like(desk: Desk, evidence: dict[str, Any]) -> None:
    assert judged(desk, "recall >= 0.8", {"recall": evidence})[0] == 0


@pytest.mark.parametrize(
    ("rule", "metrics", "says"),
    [
        ("recall >= 0.8", {"recall": {"value": 0.9, "n": 1000}, **COUNTS}, "tp + fn is 100: it is a share of the positives"),
        ("test.recall >= 0.8", {"test": {"recall": {"value": 0.9, "n": 1000}, **COUNTS}}, "tp + fn is 100"),
        ("precision >= 0.5", {"precision": {"value": 0.818, "n": 1000}, **COUNTS}, "a share of the predicted positives"),
        ("f1 >= 0.5", {"f1": {"value": 0.857, "n": 1000}, **COUNTS}, "tp + fp + fn is 120"),
        ("accuracy >= 0.8", {"accuracy": {"value": 0.97, "n": 100}, **COUNTS}, "tp + fp + fn + tn is 1,000"),
        ("roc_auc >= 0.8", {"roc_auc": {"value": 0.97, "n_pos": 900, "n_neg": 900}, **COUNTS}, "n_pos 900, but tp + fn is 100"),
        (
            "recall >= 0.8",
            {"recall": {"value": 0.9, "n": 1000}, **MATRIX},
            "by the confusion matrix beside it there are 100 positives",
        ),
        ("precision >= 0.5", {"precision": {"value": 0.818, "n": 1000}, **MATRIX}, "there are 110 predicted positives"),
        ("recall >= 0.8", {"recall": {"value": 0.9, "n": 900}, **MATRIX}, "there are 100 positives"),
        ("f1 >= 0.8", {"f1": {"value": 0.857, "n": 1000}, **MATRIX}, "there are 120 rows labelled or predicted positive"),
        ("mcc >= 0.7", {"mcc": {"value": 0.8416, "n": 5000}, **MATRIX}, "there are 1,000 rows"),
        ("auc >= 0.85", {"auc": {"value": 0.9, "n_pos": 500, "n_neg": 500}, **MATRIX}, "there are 100 positives"),
        ("auc >= 0.85", {"auc": {"value": 0.9, "n_pos": 100, "n_neg": 9000}, **MATRIX}, "there are 900 negatives"),
        ("ap >= 0.5", {"ap": {"value": 0.9, "n_pos": 500, "stderr": 0.02}, **MATRIX}, "there are 100 positives"),
        (
            "recall >= 0.8",
            {"recall": {"value": 0.9, "n": 1000}, **MATRIX, "labels": ["a", "b"]},
            "there are 100 or 900 positives",
        ),
        ("accuracy >= 0.8", {"accuracy": {"value": 0.97, "n": 100}, **MATRIX}, "there are 1,000 rows"),
        ("recall >= 0.8", {"recall": {"value": 0.9, "n": 1000, "n_pos": 100}}, "there are 100 positives"),
        (
            "recall >= 0.8",
            {"recall": {"value": 0.9, "n": 1000}, "roc_auc": {"value": 0.9, "n_pos": 100, "n_neg": 900}},
            "there are 100 positives",
        ),
    ],
)
def test_n_that_counts_something_else(desk: Desk, rule: str, metrics: dict[str, Any], says: str) -> None:
    code, said = judged(desk, rule, metrics)
    assert (code, says in said) == (UNDECIDED, True), said
    assert "[0." not in said.partition("used by no rule")[0], "an interval by an n that is none"


@pytest.mark.parametrize("beside", [COUNTS, MATRIX, {"roc_auc": {"value": 0.9, "n_pos": 100, "n_neg": 900}}])
def test_n_that_is_right(desk: Desk, beside: dict[str, Any]) -> None:
    assert judged(desk, "recall >= 0.8", {"recall": {"value": 0.9, "n": 100}, **beside})[0] == 0
    assert judged(desk, "accuracy >= 0.8", {"accuracy": {"value": 0.97, "n": 1000}, **beside})[0] == 0


def test_counts_of_another_split_say_nothing(desk: Desk) -> None:
    assert judged(desk, "test.recall >= 0.8", {"test": {"recall": {"value": 0.9, "n": 100}}, "tp": 3, "fn": 5})[0] == 0


def test_a_stated_error_of_clusters_counts_beside_n(desk: Desk) -> None:
    """900 of 1,000 rows are proof of 0.88; of forty clusters they are not."""
    assert judged(desk, "recall >= 0.88", {"recall": {"value": 0.9, "n": 1000}})[0] == 0
    code, said = judged(desk, "recall >= 0.88", {"recall": {"value": 0.9, "n": 1000, "stderr": 0.03}})
    assert code == UNDECIDED, said
    assert judged(desk, "recall >= 88", {"recall": {"value": 90, "n": 1000, "stderr": 3, "unit": "%"}})[0] == UNDECIDED
    assert judged(desk, "recall >= 88", {"recall": {"value": 90, "n": 1000, "stderr": 0.9, "unit": "%"}})[0] == 0


@pytest.mark.parametrize("beside", [COUNTS, MATRIX])
@pytest.mark.parametrize(
    ("rule", "metrics", "says"),
    [
        ("recall >= 0.8", {"recall": {"value": 0.99, "n": 100}}, "beside it 0.9, 90 of 100"),
        ("recall >= 0.8", {"recall": {"k": 99, "n": 100}}, "beside it 0.9, 90 of 100"),
        ("recall >= 0.8", {"recall": {"value": 0.95, "stderr": 0.01}}, "beside it 0.9, 90 of 100"),
        ("recall >= 80", {"recall": {"value": 95, "unit": "%"}}, "beside it 90, 90 of 100"),
        ("f1 >= 0.8", {"f1": {"value": 0.9, "n": 120}}, "beside it 0.857143"),
        ("mcc >= 0.7", {"mcc": {"value": 0.95, "stderr": 0.01}}, "beside it 0.841617"),
    ],
)
def test_a_value_that_the_confusion_matrix_does_not_give(
    desk: Desk, beside: dict[str, Any], rule: str, metrics: dict[str, Any], says: str
) -> None:
    code, said = judged(desk, rule, {**metrics, **beside})
    assert (code, says in said) == (UNDECIDED, True), said


@pytest.mark.parametrize("beside", [COUNTS, MATRIX])
@pytest.mark.parametrize(
    ("holds", "open_", "value"),
    [
        ("recall >= 0.83", "recall >= 0.86", 0.9),
        ("fnr <= 0.17", "fnr <= 0.14", 0.1),
        ("precision >= 0.74", "precision >= 0.8", 0.818),
        ("fdr <= 0.26", "fdr <= 0.2", 0.1818),
        ("specificity >= 0.965", "specificity >= 0.975", 0.978),
        ("fpr <= 0.035", "fpr <= 0.025", 0.022),
        ("npv >= 0.98", "npv >= 0.987", 0.9888),
        ("accuracy >= 0.958", "accuracy >= 0.965", 0.97),
        ("error_rate <= 0.042", "error_rate <= 0.035", 0.03),
        ("f1 >= 0.8", "f1 >= 0.84", 0.857),
        ("mcc >= 0.77", "mcc >= 0.82", 0.8416),
        ("kappa >= 0.77", "kappa >= 0.82", 0.8404),
        ("balanced_accuracy >= 0.9", "balanced_accuracy >= 0.93", 0.9389),
    ],
)
def test_a_confusion_matrix_is_evidence(desk: Desk, beside: dict[str, Any], holds: str, open_: str, value: float) -> None:
    metrics = {holds.split()[0]: value, **beside}
    assert judged(desk, holds, metrics)[0] == 0
    assert judged(desk, open_, metrics)[0] == UNDECIDED


def test_which_label_is_positive_is_told_by_the_value_where_the_labels_have_names(desk: Desk) -> None:
    named = {**MATRIX, "labels": ["ham", "spam"]}
    assert judged(desk, "recall >= 0.83", {"recall": 0.9, **named})[0] == 0
    assert judged(desk, "recall >= 0.965", {"recall": 0.9778, **named})[0] == 0
    assert judged(desk, "recall >= 0.965", {"recall": 0.9778, **MATRIX})[0] == UNDECIDED
    sliced = {"slices": [{"slice": {"class": "ham"}, "metrics": {"recall": 0.9778}}]}
    assert judged(desk, "recall[class=ham] >= 0.965", {**named, **sliced})[0] == 0


def test_a_matrix_of_many_classes_is_evidence_of_the_accuracy_alone(desk: Desk) -> None:
    beside = {"confusion_matrix": [[80, 10, 10], [5, 90, 5], [2, 8, 90]]}
    assert judged(desk, "accuracy >= 0.8", {"accuracy": 0.8667, **beside})[0] == 0
    assert judged(desk, "accuracy >= 0.8", {"top3_accuracy": 0.99, "accuracy": 0.8667, **beside})[0] == 0
    code, said = judged(desk, "recall >= 0.8", {"recall": 0.8667, **beside})
    assert (code, "does not say on how many" in said) == (UNDECIDED, True), said


def test_a_stated_error_counts_beside_a_confusion_matrix(desk: Desk) -> None:
    for metric in ({"recall": {"value": 0.9, "stderr": 0.1}}, {"recall": {"value": 0.9, "interval": [0.6, 1.0]}}):
        assert judged(desk, "recall >= 0.8", {**metric, **MATRIX})[0] == UNDECIDED
    for error in ({"stderr": 0.2}, {"interval": [0.3, 0.99]}):
        assert judged(desk, "mcc >= 0.7", {"mcc": {"value": 0.8416, **error}, **MATRIX})[0] == UNDECIDED


@pytest.mark.parametrize(
    ("rule", "evidence"),
    [
        ("recall >= 0.75", {"value": 0.8, "n": 400, "interval": [0.6, 0.95]}),
        ("recall >= 0.75", {"k": 320, "n": 400, "interval": [0.6, 0.95]}),
        ("recall >= 0.75", {"value": 0.8, "n": 400, "std": 2.0}),
        ("recall >= 0.9", {"value": 1.0, "n": 400, "stderr": 0.1}),
        ("recall >= 75", {"value": 80, "unit": "%", "n": 400, "interval": [60, 95]}),
        ("f1 >= 0.7", {"value": 0.8, "n": 60, "stderr": 0.2}),
        ("f1 >= 0.7", {"value": 0.8, "n": 60, "interval": [0.4, 0.95]}),
        ("auc >= 0.86", {"value": 0.9, "n_pos": 120, "n_neg": 880, "interval": [0.7, 0.97]}),
        ("auc >= 0.86", {"value": 0.9, "n_pos": 120, "n_neg": 880, "stderr": 0.1}),
        ("auc >= 0.86", {"value": 1.0, "n_pos": 120, "n_neg": 880, "stderr": 0.2}),
        ("brier <= 0.2", {"value": 0.1, "n": 400, "interval": [0.0, 0.5]}),
        ("ap >= 0.5", {"value": 0.6, "n_pos": 200, "interval": [0.2, 0.9]}),
        ("mae <= 1", {"value": 0.5, "stderr": 0.01, "interval": [0.1, 2]}),
    ],
)
def test_the_wider_of_two_kinds_of_evidence_counts(desk: Desk, rule: str, evidence: dict[str, Any]) -> None:
    code, said = judged(desk, rule, {rule.split()[0]: evidence})
    assert code == UNDECIDED, said


@pytest.mark.parametrize("interval", [[0.836, 0.939], [0.83, 0.97], [0.8238, 0.951]])
def test_an_interval_as_wide_as_n_changes_little(desk: Desk, interval: list[float]) -> None:
    assert judged(desk, "recall >= 0.82", {"recall": {"value": 0.9, "n": 100, "interval": interval}})[0] == 0


@pytest.mark.parametrize(
    ("evidence", "proven"),
    [
        ({"value": 0.98, "stderr": 0.02}, 0.905),
        ({"value": 98, "stderr": 2, "unit": "%"}, 90.5),
        ({"value": 0.98, "interval": [0.94, 1.0]}, 0.905),
        ({"value": 1.0, "stderr": 0.0144}, 0.93),
        ({"value": 1.0, "interval": [0.9263, 1.0]}, 0.93),
    ],
)
def test_a_share_by_its_error_alone_is_one_of_49_rows(desk: Desk, evidence: dict[str, Any], proven: float) -> None:
    """Not the plain normal: that would leave [0, 1], and prove what 48 or 49 of 49 do not."""
    scale = 100 if proven > 1 else 1
    assert judged(desk, f"recall >= {proven}", {"recall": evidence})[0] == 0
    assert judged(desk, f"recall >= {proven + 0.035 * scale}", {"recall": evidence})[0] == UNDECIDED
    assert judged(desk, f"recall <= {scale}", {"recall": evidence})[0] == 0


@pytest.mark.parametrize(
    "metrics",
    [
        {"mcc": {"k": 480, "n": 600}},
        {"auc": {"k": 90, "n": 100}},
        {"balanced_accuracy": {"value": 0.9, "k": 900, "n": 1000}},
        {"f1": {"value": 0.8, "n": 60, "k": 48}},
        {"macro_recall": {"k": 480, "n": 600}},
    ],
)
def test_k_of_n_of_what_is_no_share(desk: Desk, metrics: dict[str, Any]) -> None:
    code, said = judged(desk, f"{next(iter(metrics))} >= 0.7", metrics)
    assert (code, "is no share of rows" in said) == (UNDECIDED, True), said


@pytest.mark.parametrize("name", ["approved", "recall_micro", "hit_rate", "availability", "iou"])
def test_k_of_n_of_what_may_be_counted(desk: Desk, name: str) -> None:
    assert judged(desk, f"{name} >= 0.7", {name: {"k": 480, "n": 600}})[0] == 0


@pytest.mark.parametrize(
    ("rule", "evidence", "says"),
    [
        ("recall >= 0.8", {"k": 182, "n": 200.5}, "n 200.5: a count is a whole number"),
        ("errors <= 0.2", {"k": 1.5, "exposure": 100}, "k 1.5: a count is a whole number"),
        ("auc >= 85", {"value": 90, "n_pos": 60, "n_neg": 100}, "state its unit (`%`)"),
        ("auc >= 0.5", {"value": 0.9, "n_pos": 0, "n_neg": 100, "stderr": 0.01}, "has n_pos 0: it takes rows of both classes"),
        ("accuracy >= 0.8", {"value": 0.9, "std": 0.02, "n": 5}, "that of 5 folds or runs"),
        ("ap >= 0.5", {"value": 0.6, "n_pos": 10, "stderr": 0.02}, "10 positives are too few"),
        ("ap >= 0.5", {"value": 0.6, "stderr": 0.02}, "does not say on how many positives"),
    ],
)
def test_what_else_is_undecided(desk: Desk, rule: str, evidence: dict[str, Any], says: str) -> None:
    code, said = judged(desk, rule, {rule.split()[0]: evidence})
    assert (code, says in said) == (UNDECIDED, True), said


def test_one_matrix_beside_two_splits_is_of_the_one_that_it_gives(desk: Desk) -> None:
    metrics = {"train_recall": {"value": 0.99, "stderr": 0.001}, "test_recall": 0.9, **MATRIX}
    assert judged(desk, "train_recall >= 0.95", metrics)[0] == 0
    assert judged(desk, "test_recall >= 0.83", metrics)[0] == 0


def test_the_wider_counts_against_a_baseline_too(desk: Desk) -> None:
    desk.write("gate.yaml", "gate: 1\nname: m\nconfidence: 95%\nrules: ['recall >= baseline - 0.05']\n")
    found = {"k": 3600, "n": 4000}
    for more, code in (({}, 0), ({"interval": [0.8, 0.96]}, UNDECIDED), ({"stderr": 0.05}, UNDECIDED)):
        desk.write("old.json", json.dumps({"recall": {"k": 3601, "n": 4000}}))
        done = desk.check(json.dumps({"recall": {**found, **more}}), "-b", "old.json", "--all")
        assert done.code == code, done.out
