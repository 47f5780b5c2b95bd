"""A candidate that is the baseline's very model, by the digests of `--model`: nothing is between the two."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Desk, Run

BEFORE = {"recall": {"k": 92, "n": 100}, "latency": 12}
NOW = {"recall": {"k": 88, "n": 100}, "latency": 15}  # the same model, on other rows and another day


def checked(desk: Desk, rule: str, *more: str, head: str = "confidence: 95%\n", model: str = "model.bin") -> Run:
    desk.write("model.bin", b"weights")
    desk.write("other.bin", b"others")
    desk.rules("recall >= 0.1")
    assert desk.check(json.dumps(BEFORE), "--model", "model.bin", "-o", "before.json").code == 0
    desk.rules(rule, head=head)
    return desk.check(json.dumps(NOW), "-b", "before.json", "--all", *(("--model", model) if model else ()), *more)


@pytest.mark.parametrize("head", ["confidence: 95%\n", ""])
@pytest.mark.parametrize(
    "rule",
    [
        "recall >= baseline - 0.01",
        "recall >= baseline",
        "latency <= baseline",
        "recall - baseline(recall) >= 0",
        "(recall - baseline(recall)) / baseline(recall) >= -0.001",
        "recall >= 0.99 * baseline",
        "recall >= max(baseline, 0.8)",
    ],
)
def test_the_difference_is_0(desk: Desk, rule: str, head: str) -> None:
    found = checked(desk, rule, head=head)
    assert found.code == 0, found.out
    assert "same model as `before.json`" in " ".join(found.out.split())


@pytest.mark.parametrize("model", ["other.bin", ""])
@pytest.mark.parametrize("rule", ["recall >= baseline - 0.01", "latency <= baseline"])
def test_another_model_is_compared(desk: Desk, rule: str, model: str) -> None:
    found = checked(desk, rule, model=model)
    assert found.code != 0
    assert "same model" not in found.out


@pytest.mark.parametrize("rule", ["recall >= 0.95", "recall > baseline", "latency <= 13"])
def test_what_the_model_is_itself_is_judged_as_ever(desk: Desk, rule: str) -> None:
    assert checked(desk, rule, head="").code == 1


def test_what_was_measured_of_it_stays_to_be_seen(desk: Desk) -> None:
    checked(desk, "recall >= baseline", "-o", "d.json")
    finding: dict[str, Any] = json.loads((desk.folder / "d.json").read_text())["findings"][0]
    assert (finding["value"], finding["baseline_value"], finding["margin"]) == (0.88, 0.92, 0)


def test_a_candidate_read_from_a_decision_is_only_what_model_says(desk: Desk) -> None:
    """A decision.json that is judged again claims a model; only `--model` counts."""
    checked(desk, "recall >= baseline", "-o", "claims.json")
    desk.rules("recall >= baseline - 0.01")
    assert desk.run("check", "claims.json", "-b", "before.json", "--now", "2026-06-15").code == 1
