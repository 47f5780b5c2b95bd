"""Baselines that were counted by another definition are not compared, with confidence or without."""

from __future__ import annotations

from typing import Any

import pytest

from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.measure.measuring import measured
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
