"""Evidence that is not there: another count of successes has another error than the one that is stated of the present one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gate.terms.decision import Finding
from tests.confidence.test_rows import SCORED, found, tables
from tests.judge.situation import finding


def measured(k: int, n: int) -> Finding:
    """The accuracy of n rows, k of them right."""
    label = np.arange(n) % 2
    score = np.where(np.arange(n) < k, label, 1 - label) * 0.8 + 0.1
    data = {"y": label, "p": score, "q": score, "region": np.array(["eu"] * n), "device": np.array(["a"] * n)}
    return found("accuracy >= 0.8", tables(data, **SCORED))


def claimed(rule: str, metrics: dict[str, Any]) -> Finding:
    return finding(f'confidence: 95%\nrules: ["{rule}"]', metrics)


def provable(of: Finding) -> float | None:
    assert of.certainty is not None
    return of.certainty.provable


@pytest.mark.parametrize(("k", "n"), [(34, 40), (43, 50), (44, 50), (18, 20), (45, 60)])
def test_of_measured_rows_the_smallest_margin_is_that_of_the_least_count_that_passes(k: int, n: int) -> None:
    least = next(each for each in range(k, n + 1) if measured(each, n).outcome.value == "pass")
    assert provable(measured(k, n)) == pytest.approx(least / n - 0.8)


@pytest.mark.parametrize("stderr", [0.0565, 0.04])
def test_so_it_is_of_a_claim_with_n_and_a_standard_error(stderr: float) -> None:
    without = claimed("accuracy >= 0.8", {"accuracy": {"value": 0.85, "n": 40}})
    assert provable(claimed("accuracy >= 0.8", {"accuracy": {"value": 0.85, "n": 40, "stderr": stderr}})) == provable(without)


@pytest.mark.parametrize("evidence", [{"stderr": 0.03}, {"interval": [0.8, 0.91], "confidence": 0.95}])
def test_and_of_an_f1(evidence: dict[str, Any]) -> None:
    without = claimed("f1 >= 0.85", {"f1": {"value": 0.86, "n": 57}})
    assert provable(without) == pytest.approx(0.065, abs=0.001)
    assert provable(claimed("f1 >= 0.85", {"f1": {"value": 0.86, "n": 57, **evidence}})) == provable(without)
