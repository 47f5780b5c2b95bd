"""Degenerate data under `confidence`: never a width of 0, never a crash; an exact bound, or undecided with the reason."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import Desk

RULES = (
    "accuracy",
    "recall",
    "precision",
    "f1",
    "mcc",
    "kappa",
    "balanced_accuracy",
    "specificity",
    "roc_auc",
    "average_precision",
)
LOSSES = ("log_loss", "brier", "fpr", "fnr")
HIGH = [f"{name} >= 0.999" for name in RULES] + [f"{name} <= 0.0001" for name in LOSSES]
LOW = [f"{name} >= 0.3" for name in RULES] + [f"{name} <= 0.7" for name in LOSSES]
PAIRED = [f"{name} >= baseline" for name in RULES] + [f"{name} <= baseline" for name in LOSSES]
SPARE = [f"{name} >= baseline - 0.05" for name in RULES] + [f"{name} <= baseline + 0.05" for name in LOSSES]
ODD = [
    "0.7 * recall + 0.3 * precision >= 0.999",
    "(f1 - baseline(f1)) / baseline(f1) >= 0",
    "max(recall[g=*]) - min(recall[g=*]) <= 0.0001",
    "recall[g=*] >= 0.999",
    "recall / precision >= 0.9999",
    "recall >= 1.0 * baseline",
    "roc_auc >= baseline and recall >= baseline",
]


def data(n: int, y: Any, p: Any, q: Any = None, **more: Any) -> dict[str, Any]:
    names = np.array(["a", "b"])[np.arange(n) % 2]
    return {"y": y, "p": p, "q": p if q is None else q, "g": names, "id": np.arange(n), **more}


def noisy(n: int, seed: int = 1) -> tuple[Any, Any]:
    draw = np.random.default_rng(seed)
    y = (np.arange(n) % 3 == 0).astype(int)
    return y, np.clip(0.5 + (y - 0.5) * 0.6 + draw.normal(0, 0.2, n), 0.01, 0.99)


def situations() -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    """Rows, and what `measure:` says beside label and scores."""
    thirds = (np.arange(30) % 3 == 0).astype(int)
    thirds100, heavy = (np.arange(100) % 3 == 0).astype(int), np.random.default_rng(1).random(100) * 1e6
    y, p = noisy(300)
    return {
        "all correct": (data(30, thirds, np.where(thirds, 0.99, 0.01)), {}),
        "all wrong": (data(30, thirds, np.where(thirds, 0.01, 0.99)), {}),
        "n = 1": (data(1, np.array([1]), np.array([0.9])), {"positive": "1", "task": "binary"}),
        "n = 2": (data(2, np.array([1, 0]), np.array([0.9, 0.1])), {}),
        "no positives": (data(40, np.zeros(40, int), np.linspace(0.1, 0.4, 40)), {"positive": "1", "task": "binary"}),
        "only positives": (data(40, np.ones(40, int), np.linspace(0.6, 0.9, 40)), {"positive": "1", "task": "binary"}),
        "one positive": (data(40, (np.arange(40) == 0).astype(int), np.where(np.arange(40) == 0, 0.9, 0.1)), {}),
        "zero variance": (data(40, (np.arange(40) % 2), np.full(40, 0.5)), {}),
        "perfect separation": (data(300, y, np.where(y, 0.9, 0.1)), {}),
        "five clusters": (data(300, y, p, c=np.arange(300) % 5), {"cluster": "c"}),
        "one cluster": (data(300, y, p, c=np.zeros(300, int)), {"cluster": "c"}),
        "a user with nearly all rows": (data(300, y, p, c=np.maximum(0, np.arange(300) - 289)), {"cluster": "c"}),
        "alike in clusters": (data(100, thirds100, np.where(thirds100, 0.99, 0.01), c=np.arange(100) // 10), {"cluster": "c"}),
        "alike, with weights": (data(100, thirds100, np.where(thirds100, 0.9, 0.1), w=heavy), {"weight": "w"}),
        "weights of one row": (data(300, y, p, w=np.where(np.arange(300) == 0, 1e6, 1e-3)), {"weight": "w"}),
        "two models that agree": (data(300, y, p), {}),
        "one row differs": (data(300, y, p, np.where(np.arange(300) == 7, 1 - p, p)), {}),
    }


SITUATIONS = situations()


def decide(desk: Desk, name: str, rules: list[str], confidence: str = "95%") -> dict[str, Any]:
    rows, more = SITUATIONS[name]
    pd.DataFrame(rows).to_parquet(desk.folder / "p.parquet")
    measure = {"label": "y", "score": "p", "baseline_score": "q", "id": "id", "slices": ["g"], **more}
    text = "".join(f"  - '{rule}'\n" for rule in rules)
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: {confidence}\nmeasure: {json.dumps(measure)}\nrules:\n{text}")
    done = desk.run("check", "p.parquet", "-o", "d.json", "--all")
    assert done.code in (0, 1, 3), done.err
    told: dict[str, Any] = json.loads((desk.folder / "d.json").read_text())
    return told


def sound(finding: dict[str, Any]) -> None:
    """A decided finding has a bound on its side of 0; an undecided one a reason; no interval is without a width."""
    sure, what = finding.get("certainty") or {}, json.dumps(finding)[:600]
    low, high = sure.get("low"), sure.get("high")
    for interval in (finding.get("interval"), sure.get("shown")):
        assert interval is None or interval["low"] < interval["high"], what
    assert low is None or high is None or low < high, what
    if finding["outcome"] == "pass":
        assert sure["p_above"] <= 0.05, what
        assert low is None or low >= 0, what
    elif finding["outcome"] == "fail":
        assert sure["p_below"] <= 0.05 or low is None, what
    else:
        assert finding["reasons"], what


@pytest.mark.parametrize("name", list(SITUATIONS))
def test_no_width_of_0_and_no_crash(desk: Desk, name: str) -> None:
    found = decide(desk, name, HIGH + LOW + PAIRED + SPARE + ODD)["findings"]
    assert len(found) >= len(HIGH + LOW + PAIRED + SPARE + ODD)
    for finding in found:
        sound(finding)


def outcomes(desk: Desk, name: str, rules: list[str]) -> set[str]:
    return {finding["outcome"] for finding in decide(desk, name, rules)["findings"]}


@pytest.mark.parametrize(
    "name", ["all correct", "n = 1", "n = 2", "one positive", "no positives", "only positives", "zero variance"]
)
def test_few_rows_are_no_proof_of_perfection(desk: Desk, name: str) -> None:
    assert "pass" not in outcomes(desk, name, HIGH)


@pytest.mark.parametrize("name", ["n = 1", "n = 2", "five clusters", "one cluster", "a user with nearly all rows"])
def test_too_few_to_say_anything(desk: Desk, name: str) -> None:
    assert "pass" not in outcomes(desk, name, LOW)


@pytest.mark.parametrize("name", ["alike in clusters", "alike, with weights"])
def test_losses_that_are_all_the_same_are_no_proof(desk: Desk, name: str) -> None:
    found = decide(desk, name, ["log_loss <= 0.5", "brier <= 0.5"])["findings"]
    assert {(each["outcome"], "all values are the same" in json.dumps(each["reasons"])) for each in found} == {
        ("undecided", True)
    }


@pytest.mark.parametrize("name", [name for name in SITUATIONS if name not in ("one row differs", "no positives")])
def test_two_models_that_agree_are_not_proven_equal_without_a_margin(desk: Desk, name: str) -> None:
    assert outcomes(desk, name, PAIRED) <= {"undecided", "missing"}


def test_two_models_that_agree_are_proven_equal_with_one(desk: Desk) -> None:
    found = {each["expression"]: each["outcome"] for each in decide(desk, "two models that agree", SPARE)["findings"]}
    assert found["accuracy >= baseline - 0.05"] == "pass"


EVIDENCE: dict[str, dict[str, Any]] = {
    "all correct": {"recall": {"k": 30, "n": 30}, "f1": {"value": 1.0, "n": 30}},
    "n = 1": {"recall": {"k": 1, "n": 1}, "f1": {"value": 1.0, "n": 1}, "rmse": {"value": 0.0, "std": 0.1, "n": 1}},
    "no positives": {"recall": {"k": 0, "n": 0}, "roc_auc": {"value": 1.0, "n_pos": 0, "n_neg": 900}},
    "zero variance": {"rmse": {"value": 0.0, "stderr": 0}, "log_loss": {"value": 0.0, "std": 0, "n": 500}},
    "perfect separation": {"roc_auc": {"value": 1.0, "n_pos": 40, "n_neg": 40, "stderr": 0}, "average_precision": 1.0},
    "nothing": {"recall": 1.0, "f1": 1.0, "roc_auc": 1.0, "rmse": 0.0},
}


@pytest.mark.parametrize("name", list(EVIDENCE))
def test_metrics_files(desk: Desk, name: str) -> None:
    bounds = {"rmse": "<= 0.0001", "log_loss": "<= 0.0001"}
    metrics = EVIDENCE[name]
    rules = [f"{each} {bounds.get(each, '>= 0.999')}" for each in metrics]
    rules += [f"{each} {'<=' if each in bounds else '>='} baseline" for each in metrics]
    desk.rules(*rules, head="confidence: 95%\n")
    desk.write("copy.json", json.dumps({**metrics, "other": 1}))
    assert desk.check(json.dumps(metrics), "-b", "copy.json", "-o", "d.json").code == 3
    for finding in json.loads((desk.folder / "d.json").read_text())["findings"]:
        assert finding["outcome"] in ("undecided", "missing"), finding
        sound(finding)
