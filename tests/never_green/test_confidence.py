"""Nothing that is not proven makes a gate green where a rule asks for confidence (DESIGN §4): none of these may exit 0."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Desk


def judged(desk: Desk, rules: str, metrics: dict[str, Any], *more: str) -> int:
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: 95%\nrules:\n{rules}")
    return desk.check(json.dumps(metrics), *more).code


def test_good_evidence_passes_so_that_the_rest_can_tell(desk: Desk) -> None:
    assert judged(desk, "  - recall >= 0.8\n", {"recall": {"k": 95, "n": 100}}) == 0


@pytest.mark.parametrize(
    "evidence",
    [
        {"value": 1.0, "n": 1},  # one row that is right
        {"k": 10, "n": 10},  # all of a few
        {"value": 1.0, "stderr": 0},
        {"value": 1.0, "std": 0, "n": 500},
        {"value": 1.0, "interval": [1.0, 1.0]},
        {"value": 1.0},  # nothing at all
        {"value": 0.99, "n": 7},  # n that is no denominator
        {"value": 99, "n": 500},  # on another scale
    ],
    ids=str,
)
def test_evidence_of_width_0(desk: Desk, evidence: dict[str, Any]) -> None:
    assert judged(desk, "  - recall >= 0.8\n", {"recall": evidence}) == 3


@pytest.mark.parametrize("rule", ["roc_auc >= 0.8", "average_precision >= 0.8", "mcc >= 0.8", "log_loss <= 0.5", "widgets <= 3"])
def test_a_perfect_value_without_evidence(desk: Desk, rule: str) -> None:
    metrics = {"roc_auc": 1.0, "average_precision": 1.0, "mcc": 1.0, "log_loss": 0.0, "widgets": 0}
    assert judged(desk, f"  - {rule}\n", metrics) == 3
    assert judged(desk, f"  - {rule}\n", {name: {"value": value, "n": 1} for name, value in metrics.items()}) == 3


def test_perfect_separation_of_a_few(desk: Desk) -> None:
    assert judged(desk, "  - roc_auc >= 0.9\n", {"roc_auc": {"value": 1.0, "n_pos": 5, "n_neg": 5, "stderr": 0.001}}) == 3


def test_undecided_does_not_hide_a_fail(desk: Desk) -> None:
    metrics = {"recall": {"k": 84, "n": 100}, "precision": {"k": 30, "n": 100}}
    assert judged(desk, "  - recall >= 0.8\n  - precision >= 0.8\n", metrics) == 1
    assert judged(desk, "  - recall >= 0.8 and precision >= 0.8\n", metrics) == 1
    assert judged(desk, "  - {check: recall >= 0.8, undecided: pass}\n  - precision >= 0.8\n", metrics) == 1


def test_one_bad_slice_among_many_that_block_on_evidence(desk: Desk) -> None:
    slices = [{"slice": {"g": f"s{number}"}, "metrics": {"recall": {"k": 85, "n": 100}}} for number in range(49)]
    slices.append({"slice": {"g": "bad"}, "metrics": {"recall": {"k": 40, "n": 100}}})
    rules = '  - {check: "recall[g=*] >= 0.8", undecided: pass}\n'
    assert judged(desk, rules, {"slices": slices}) == 1


def test_a_baseline_without_evidence(desk: Desk) -> None:
    desk.write("old.json", '{"recall": 0.1}')
    assert judged(desk, "  - recall >= baseline - 0.05\n", {"recall": {"k": 95, "n": 100}}, "-b", "old.json") == 3


def test_an_identical_model_is_not_shown_to_be_better(desk: Desk) -> None:
    desk.write("old.json", '{"recall": {"k": 95000, "n": 100000}}')
    assert judged(desk, "  - recall >= baseline\n", {"recall": {"k": 95000, "n": 100000}}, "-b", "old.json") == 3


def test_a_typo_that_a_proof_beside_it_could_absorb(desk: Desk) -> None:
    assert judged(desk, "  - recall >= 0.8 or recal >= 0.8\n", {"recall": {"k": 95, "n": 100}}) == 3
