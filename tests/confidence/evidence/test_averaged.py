"""`average: macro` in a file: its recall is a mean over classes, and no share of its n."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judge.situation import finding

HEAD = "confidence: 95%\nrules: "
SHARE = {"value": 0.8, "n": 400}


@pytest.mark.parametrize(
    ("rule", "metrics", "outcome"),
    [
        ("recall >= 0.75", {"recall": SHARE}, "pass"),
        ("recall >= 0.75", {"recall": SHARE, "average": "macro"}, "undecided"),
        ("recall >= 0.75", {"recall": {**SHARE, "average": "macro"}}, "undecided"),
        ("recall >= 0.75", {"recall": {**SHARE, "average": "weighted"}}, "undecided"),
        ("recall >= 0.75", {"recall": {"k": 320, "n": 400}, "average": "macro"}, "undecided"),
        ("f1 >= 0.75", {"f1": SHARE, "averaging": "samples"}, "undecided"),
        ("test.f1 >= 0.75", {"test": {"f1": SHARE, "average": "macro"}}, "undecided"),
        ("recall >= 0.75", {"recall": {**SHARE, "stderr": 0.01}, "average": "macro"}, "pass"),
        ("recall >= 0.75", {"recall": SHARE, "average": "micro"}, "pass"),
        ("recall >= 0.75", {"recall": SHARE, "average": "binary"}, "pass"),
        ("accuracy >= 0.75", {"accuracy": SHARE, "average": "macro"}, "pass"),  # it is none of one class
        ("recall >= 0.75", {"recall": SHARE, "average": 0.4}, "pass"),  # a number of that name is a mean of something
    ],
)
def test_an_average_over_classes_is_no_share(rule: str, metrics: dict[str, Any], outcome: str) -> None:
    assert finding(f"{HEAD}[{rule}]", metrics).outcome.value == outcome


@pytest.mark.parametrize(("column", "outcome"), [("g", "undecided"), ("class", "pass")])
def test_what_a_file_says_of_all_classes_is_not_said_of_one(column: str, outcome: str) -> None:
    metrics = {"recall": 0.8, "average": "macro", "slices": [{"slice": {column: "a"}, "metrics": {"recall": SHARE}}]}
    assert finding(f'{HEAD}["recall[{column}=a] >= 0.75"]', metrics).outcome.value == outcome


def test_against_a_baseline_it_is_none_either() -> None:
    metrics = {"recall": SHARE, "average": "macro"}
    assert finding(f"{HEAD}[recall >= baseline - 0.1]", metrics, metrics).outcome.value == "undecided"
