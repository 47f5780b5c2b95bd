"""Rows of predictions that show nothing: none of them may exit 0."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import Desk
from tests.measure.rows import rows

MEASURE = "measure: {label: y, score: p, slices: [region]}\n"


def policy(desk: Desk, rule: str, measure: str = MEASURE, more: str = "") -> None:
    desk.write("gate.yaml", f"gate: 1\n{more}{measure}rules:\n  - {rule}\n")


def save(desk: Desk, **columns: Any) -> None:
    pd.DataFrame({**rows(), **columns}).to_parquet(desk.folder / "p.parquet")


def test_good_rows_pass_so_that_the_rest_can_tell(desk: Desk) -> None:
    save(desk)
    policy(desk, "recall > 0.1")
    assert desk.run("check", "p.parquet").code == 0


@pytest.mark.parametrize("rule", ["recall >= 0", "precision <= 1", "roc_auc >= 0", "log_loss <= 1000", "rows > 0"])
def test_no_rows(desk: Desk, rule: str) -> None:
    pd.DataFrame({name: column[:0] for name, column in rows().items()}).to_parquet(desk.folder / "p.parquet")
    policy(desk, rule)
    assert desk.run("check", "p.parquet").code == 2


@pytest.mark.parametrize("rule", ["recall >= 0", "fnr <= 1", "mcc >= -1", "roc_auc >= 0", "average_precision >= 0"])
def test_no_positives(desk: Desk, rule: str) -> None:
    save(desk, y=np.zeros(400, dtype=int))
    policy(desk, rule)
    assert desk.run("check", "p.parquet").code == 3


def test_precision_of_a_model_that_predicts_nothing(desk: Desk) -> None:
    save(desk, p=np.full(400, 0.1))
    policy(desk, "precision >= 0")
    assert desk.run("check", "p.parquet").code == 3


@pytest.mark.parametrize("state", ["refuse", "exclude"])
def test_scores_that_are_no_numbers(desk: Desk, state: str) -> None:
    score = rows()["p"].copy()
    score[:40] = np.nan
    save(desk, p=score)
    policy(desk, "recall >= 0", MEASURE.replace("score: p", f"score: p, nan: {state}"))
    assert desk.run("check", "p.parquet").code in (2, 3)


def test_labels_that_are_mostly_not_there(desk: Desk) -> None:
    label = rows()["y"].astype(float)
    label[::10] = np.nan
    save(desk, y=label)
    policy(desk, "recall >= 0")
    assert desk.run("check", "p.parquet").code == 3


def test_a_slice_without_labels(desk: Desk) -> None:
    data = rows()
    label = data["y"].astype(float)
    label[data["region"] == "latam"] = np.nan
    save(desk, y=label)
    policy(desk, "recall[region=*] >= 0", MEASURE.replace("score: p", "score: p, min_coverage: 0.5"))
    assert desk.run("check", "p.parquet").code == 3


def test_claims_where_measured_evidence_is_demanded(desk: Desk) -> None:
    desk.write("metrics.json", {"recall": {"value": 0.99, "n": 1000, "evidence": "measured"}})
    policy(desk, "recall >= 0.5", more="evidence: measured\n")
    assert desk.run("check", "metrics.json").code == 3


def test_a_claim_beside_rows_that_say_something_else(desk: Desk) -> None:
    save(desk)
    desk.write("metrics.json", {"recall": 0.99})
    policy(desk, "recall >= 0.9")
    assert desk.run("check", "p.parquet", "metrics.json").code == 2


def test_a_baseline_beside_that_is_the_model_itself_can_show_no_gain(desk: Desk) -> None:
    save(desk)
    policy(desk, "recall > baseline", MEASURE.replace("score: p", "score: p, baseline_score: p"))
    assert desk.run("check", "p.parquet").code != 0


@pytest.mark.parametrize("change", ["threshold: 0", "label: h", "min_coverage: 0.01"])
def test_a_change_does_not_choose_what_is_measured(desk: Desk, change: str) -> None:
    data = rows()
    label = data["y"].astype(float)
    label[::10] = np.nan if "coverage" in change else label[::10]
    save(desk, y=label)
    rule = "recall >= 0.9" if "coverage" not in change else "recall >= 0"
    policy(desk, rule)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for words in (("init", "-q", "-b", "main"), ("add", "gate.yaml"), ("commit", "-q", "-m", "policy")):
        subprocess.run(["git", *who, *words], check=True, cwd=desk.folder, env=environ)
    loosened = {**json.loads('{"label": "y", "score": "p"}'), **dict([change.split(": ")])}
    policy(desk, rule, f"measure: {{{', '.join(f'{key}: {value}' for key, value in loosened.items())}}}\n")
    assert desk.run("check", "p.parquet").code == 0  # by its own word it would pass
    assert desk.run("check", "p.parquet", "--policy-from", "main").code in (1, 3)


@pytest.mark.parametrize("rule", ["accuracy >= 0.85", "recall >= 0.5", "mcc >= 0.4", "roc_auc >= 0.5", "log_loss <= 3"])
@pytest.mark.parametrize("made", ["clustered.parquet", "clustered.json"])
def test_a_name_does_not_make_rows_of_one_user_independent(desk: Desk, rule: str, made: str) -> None:
    """30 users of 20 rows, of whom two are always wrong: 600 rows of their own would prove an accuracy of 0.9."""
    user = np.repeat(np.arange(30), 20)
    label = np.tile([0, 1], 300)
    score = np.where((label == 1) ^ (user < 2), 0.9, 0.1)
    pd.DataFrame({"y": label, "p": score, "user": user}).to_parquet(desk.folder / "clustered.parquet")
    policy(desk, f"test.{rule}", "measure: {label: y, score: p, cluster: user}\n", "confidence: 95%\n")
    assert desk.run("measure", "clustered.parquet", "-p", "gate.yaml", "-o", "clustered.json").code == 0
    assert desk.run("check", f"test={made}").code == 3


def test_a_name_does_not_take_the_counts_from_behind_a_metric(desk: Desk) -> None:
    """By its standard error alone, a balanced accuracy of four positives is surer than they make it."""
    label = np.repeat([1, 0], [4, 196])
    guess = np.where(np.arange(200) < 10, 1, 0)  # all positives, and six of the others
    pd.DataFrame({"y": label, "h": guess}).to_csv(desk.folder / "few.csv", index=False)
    for name in ("", "test."):
        policy(desk, f"{name}balanced_accuracy >= 0.9", "measure: {label: y, prediction: h}\n", "confidence: 95%\n")
        assert desk.run("check", f"{name.replace('.', '=')}few.csv").code == 3


def test_copies_of_rows_are_no_more_rows(desk: Desk) -> None:
    """20 examples, 100 times each: an accuracy of 0.9 on 2,000 rows would be proven to be above 0.8."""
    frame = pd.DataFrame({"id": range(20), "y": [0, 1] * 10, "p": np.where(np.arange(20) < 2, [0.9, 0.1] * 10, [0.1, 0.9] * 10)})
    pd.concat([frame] * 100).to_csv(desk.folder / "copies.csv", index=False)
    frame.to_csv(desk.folder / "once.csv", index=False)
    for columns, name, code in (("", "once", 3), ("", "copies", 3), (", cluster: id", "copies", 3)):
        policy(desk, "accuracy >= 0.8", f"measure: {{label: y, score: p, id: id{columns}}}\n", "confidence: 95%\n")
        assert desk.run("check", f"{name}.csv").code == code
    policy(desk, "test.accuracy >= 0.8", "measure: {label: y, score: p, id: id}\n", "confidence: 95%\n")
    assert desk.run("check", "test=copies.csv").code == 3
    policy(desk, "accuracy >= 0.8", "measure: {label: y, score: p, id: id}\n")
    assert desk.run("check", "copies.csv").code == 0, "a plain value is what it is"
