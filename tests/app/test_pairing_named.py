"""A file of rows that the policy names as its baseline is compared in pairs, as one that is given by `-b`."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import Desk

MEASURE = "measure: {label: y, score: p, id: case}"


@pytest.fixture
def rows(desk: Desk) -> Desk:
    random = np.random.default_rng(77)
    y = (random.random(1500) < 0.2).astype(int)
    odds = random.normal(size=1500) + 2.2 * y - 1.6
    told = {"case": [f"c{at}" for at in range(1500)], "y": y}
    pd.DataFrame(told | {"p": 1 / (1 + np.exp(-odds))}).to_csv(desk.folder / "new.csv", index=False)
    noise = random.normal(size=1500) * 0.2
    for name in ("old.csv", "older.csv"):
        pd.DataFrame(told | {"p": 1 / (1 + np.exp(-odds - noise))})[::-1].to_csv(desk.folder / name, index=False)
    return desk


def certainty(desk: Desk, rule: str, baselines: str, *given: str) -> dict[str, Any]:
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: 95%\n{MEASURE}\n{baselines}\nrules: ['{rule}']\n")
    desk.run("check", "new.csv", *given, "-o", "decision.json")
    (finding,) = json.loads((desk.folder / "decision.json").read_text())["findings"]
    found: dict[str, Any] = finding["certainty"]
    return found


@pytest.mark.parametrize("metric", ["mcc", "f1", "precision", "accuracy", "roc_auc", "log_loss"])
def test_it_says_what_a_given_one_says(rows: Desk, metric: str) -> None:
    rule = f"{metric} {'<= baseline +' if metric == 'log_loss' else '>= baseline -'} 0.04"
    named = certainty(rows, rule, "baselines: {baseline: old.csv}")
    assert named == certainty(rows, rule, "", "-b", "old.csv")
    assert "unpaired" not in named["method"]
    assert named["p_above"] < 0.05


def test_of_two_both_are_read_and_said_to_be_unpaired(rows: Desk) -> None:
    both = "baselines: {baseline: old.csv, older: older.csv}"
    assert "unpaired" in certainty(rows, "mcc >= max(baseline, older) - 0.04", both)["method"]
