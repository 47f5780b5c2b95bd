"""Baselines that were counted by another definition are not compared, with confidence or without."""

from __future__ import annotations

from typing import Any

import pytest

from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.measure.measuring import measured
from gate.readers.decision import measurements
from gate.readers.metrics import from_document
from gate.reports import json
from gate.terms.decision import Finding
from gate.terms.measurements import Measurements
from tests.judge.situation import TODAY, policy
from tests.measure.rows import rows, tally

HERE = {"label": "y", "score": "p"}


def table(**definition: Any) -> Measurements:
    return measured(tally(rows(5, n=400), **HERE, **definition), "rows")


def found(rule: str, now: Measurements, before: Measurements, confidence: str) -> Finding:
    decided = judge([policy(f'confidence: {confidence}\nrules: ["{rule}"]')], Evidence(now, {"baseline": before}, TODAY))
    return decided.findings[0]


@pytest.mark.parametrize("confidence", ["none", "95%"])
@pytest.mark.parametrize(
    ("rule", "definition", "says"),
    [
        ("recall >= baseline - 0.9", {"positive": "0"}, "of the label `0` as positive, that of the candidate of `1`"),
        ("recall - baseline(recall) >= -0.9", {"positive": "0"}, "of the label `0` as positive, that of the candidate of `1`"),
        ("f1 >= baseline - 0.9", {"threshold": 0.3}, "at the threshold 0.3, not at 0.5"),
        ("accuracy >= baseline - 0.9", {"threshold": 0.3}, "at the threshold 0.3, not at 0.5"),
        ("accuracy >= baseline - 0.9", {"weight": "w"}, "counted with weights, that of the candidate without weights"),
    ],
)
def test_what_is_defined_otherwise_is_undecided(rule: str, definition: dict[str, Any], says: str, confidence: str) -> None:
    finding = found(rule, table(), table(**definition), confidence)
    assert finding.outcome.value == "undecided"
    (reason,) = finding.reasons
    assert (reason.slug, says in reason.text) == ("other-definition", True), reason


@pytest.mark.parametrize(
    ("rule", "now", "before"),
    [
        ("recall >= baseline - 0.9", {}, {}),
        ("recall >= 0.01", {}, {"positive": "0"}),  # nothing is compared
        ("accuracy >= baseline - 0.9", {}, {"positive": "0"}),
        ("roc_auc >= baseline - 0.9", {}, {"threshold": 0.3}),
        ("f1 >= baseline - 0.9", {"baseline_threshold": 0.3}, {"threshold": 0.3}),  # meant
        ("f1 >= baseline - 0.9", {"threshold": 0.3}, {"threshold": 0.3}),
    ],
)
def test_what_is_defined_alike_is_compared(rule: str, now: dict[str, Any], before: dict[str, Any]) -> None:
    assert found(rule, table(**now), table(**before), "95%").outcome.value == "pass"


# -- words in plain metrics files


def claimed(**words: Any) -> Measurements:
    return from_document({"f1": {"value": 0.8, "n": 500}, "auc": 0.9, "test": {"recall": {"value": 0.8, "n": 300}}, **words}, "m")


@pytest.mark.parametrize("confidence", ["none", "95%"])
@pytest.mark.parametrize(
    ("rule", "now", "before", "says"),
    [
        (
            "f1 >= baseline - 0.5",
            {"threshold": 0.5},
            {"threshold": 0.3},
            "of the threshold `0.3`, that of the candidate of `0.5`",
        ),
        ("f1 >= 0.1 * baseline", {"threshold": 0.5}, {"threshold": 0.3}, "of the threshold `0.3`"),
        ("test.recall >= baseline - 0.5", {"threshold": 0.5}, {"decision_threshold": "0.3"}, "of the threshold `0.3`"),
        ("test.recall >= baseline - 0.5", {"threshold": 0.5}, {"test.threshold": 0.3}, "of the threshold `0.3`"),
        ("f1 >= baseline - 0.5", {"average": "macro"}, {"averaging": "weighted"}, "of the averaging `weighted`"),
        ("f1 >= baseline - 0.5", {"pos_label": 1}, {"positive_label": 0}, "of the positive label `0`"),
        ("f1 >= baseline - 0.5", {"pos_label": 1}, {"positive": False}, "of the positive label `0`"),
        ("f1 >= baseline - 0.5", {"positive": "fraud"}, {"positive": "ok"}, "of the positive label `ok`"),
    ],
)
def test_what_the_files_say_is_defined_otherwise_is_undecided(
    rule: str, now: dict[str, Any], before: dict[str, Any], says: str, confidence: str
) -> None:
    finding = found(rule, claimed(**now), claimed(**before), confidence)
    assert finding.outcome.value == "undecided"
    (reason,) = finding.reasons
    assert (reason.slug, says in reason.text) == ("other-definition", True), reason


@pytest.mark.parametrize(
    ("rule", "now", "before"),
    [
        ("f1 >= baseline - 0.5", {"threshold": 0.5}, {}),  # one of them says nothing
        ("f1 >= baseline - 0.5", {"threshold": 0.5, "pos_label": 1}, {"threshold": "0.50", "pos_label": "1"}),
        ("f1 >= 0.1", {"threshold": 0.5}, {"threshold": 0.3}),  # nothing is compared
        ("auc >= baseline - 0.5", {"threshold": 0.5, "pos_label": 1}, {"threshold": 0.3, "pos_label": 0}),
        ("f1 >= baseline - 0.5", {"average": 0.7, "positive": 120}, {"average": 0.6, "positive": 118}),  # numbers of their own
        ("f1 >= baseline - 0.5", {"average": "macro", "pos_label": 1}, {"average": "macro", "pos_label": 0}),
        ("f1_macro >= baseline - 0.5", {"f1_macro": 0.7, "average": "macro"}, {"f1_macro": 0.7, "average": "micro"}),
        ("my_score >= baseline - 0.5", {"my_score": 7, "threshold": 0.5}, {"my_score": 7, "threshold": 0.3}),
    ],
)
def test_words_that_agree_or_define_another_metric_stop_nothing(rule: str, now: dict[str, Any], before: dict[str, Any]) -> None:
    assert found(rule, claimed(**now), claimed(**before), "none").outcome.value == "pass"


def test_a_threshold_that_the_policy_names_is_a_number_of_each_model() -> None:
    told = policy('metrics: {threshold: {}}\nrules: ["f1 >= baseline - 0.5"]')
    for now, outcome in (({"threshold": 0.5}, "pass"), ({"threshold": 0.5, "pos_label": 1}, "undecided")):
        baseline = claimed(**dict.fromkeys(now, 0))
        assert judge([told], Evidence(claimed(**now), {"baseline": baseline}, TODAY)).findings[0].outcome.value == outcome


def test_a_file_that_says_its_threshold_is_held_against_rows_that_gate_counted() -> None:
    finding = found("f1 >= baseline - 0.9", table(), claimed(threshold=0.3), "none")
    assert [each.slug for each in finding.reasons] == ["other-definition"]
    assert found("f1 >= baseline - 0.9", table(), claimed(threshold=0.5), "none").outcome.value == "pass"


def test_the_words_are_still_there_where_a_decision_is_judged_again() -> None:
    now, before = claimed(average="macro"), claimed(average="weighted")
    decided = judge([policy('rules: ["f1 >= baseline - 0.5"]')], Evidence(now, {"baseline": before}, TODAY))
    again = measurements(json.read(json.render(decided)), "decision.json")
    assert found("f1 >= baseline - 0.5", again, before, "none").outcome.value == "undecided"
