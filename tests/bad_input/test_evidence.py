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
        ({"value": 0.95, "n": 7}, UNDECIDED, "that would be 6.65 positives, no whole number"),
        ({"value": 0.9137, "n": 600}, UNDECIDED, "that would be 548.22 positives, no whole number"),
        ({"k": 95.5, "n": 100}, UNDECIDED, "a count is a whole number"),
    ],
)
def test_one_measurement(desk: Desk, evidence: dict[str, Any], code: int, says: str) -> None:
    found, said = judged(desk, "recall >= 0.8", {"recall": evidence})
    assert (found, says in said) == (code, True), said
    assert "[0.9, 0.9]" not in said.partition("used by no rule")[0]


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
        ("recall >= 0.8", {"recall": {"value": 0.9, "n": 1000}, **MATRIX}, "its labels have 900, 100 rows"),
        ("precision >= 0.5", {"precision": {"value": 0.818, "n": 1000}, **MATRIX}, "its predictions have 890, 110 rows"),
        ("accuracy >= 0.8", {"accuracy": {"value": 0.97, "n": 100}, **MATRIX}, "it has 1,000 rows"),
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
