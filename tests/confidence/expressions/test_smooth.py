"""What two measurements have to do with each other: which of them read the same rows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judge.situation import finding

HEAD = "confidence: 95%\nrules: "
SHARE = {"k": 80, "n": 100}
ANYHOW = "whatever their dependence"


def by_class(*metrics: str, column: str = "class") -> dict[str, Any]:
    return {"slices": [{"slice": {column: name}, "metrics": dict.fromkeys(metrics, SHARE)} for name in ("a", "b")]}


def method(rule: str, metrics: dict[str, Any], baseline: dict[str, Any] | None = None) -> str:
    sure = finding(f'{HEAD}["{rule}"]', metrics, baseline).certainty
    assert sure is not None
    return sure.method


@pytest.mark.parametrize(
    ("rule", "dependent"),
    [
        ("recall[class=a] + recall[class=b] >= 1.4", False),  # rows labelled a, and rows labelled b
        ("precision[class=a] + precision[class=b] >= 1.4", False),
        ("recall[class=a] - fnr[class=b] >= -0.4", False),
        ("recall[class=a] + precision[class=b] >= 1.4", True),  # one class's misses are another's false alarms
        ("recall[class=a] - precision[class=b] >= -0.4", True),
        ("accuracy[class=a] + accuracy[class=b] >= 1.4", True),
        ("precision[class=a] + baseline(precision[class=b]) >= 1.4", True),  # two models may say either of one row
    ],
)
def test_metrics_of_two_classes_share_rows_unless_they_are_of_one_kind(rule: str, dependent: bool) -> None:
    metrics = by_class("recall", "precision", "fnr", "accuracy")
    assert (ANYHOW in method(rule, metrics, metrics)) is dependent


def test_metrics_of_two_slices_of_rows_do_not() -> None:
    assert ANYHOW not in method("recall[region=a] + precision[region=b] >= 1.4", by_class("recall", "precision", column="region"))


@pytest.mark.parametrize(("other", "said"), [("recall[region=a]", True), ("recall[region=b]", False)])
def test_of_other_rows_nobody_is_told_that_the_same_rows_would_do_with_fewer(other: str, said: bool) -> None:
    metrics = by_class("recall", column="region")
    found = finding(f'{HEAD}["recall[region=a] >= baseline({other}) - 0.2"]', metrics, metrics)
    assert ("unpaired" in [note.slug for note in found.notes]) is said
