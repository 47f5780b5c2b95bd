"""Rows of predictions, from the command line and from Python: measured, judged, written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import metrics as sk

import gate
from gate.errors import GateError
from gate.terms import tally as tally_room
from gate.terms.slice import WHOLE, Slice
from tests.conftest import Desk
from tests.measure.rows import rows, value

MEASURE = "measure: {label: y, score: p, slices: [region, [region, device]]}\n"


def saved(desk: Desk, name: str = "predictions.parquet", **columns: Any) -> dict[str, Any]:
    data = {**rows(), **columns}
    frame = pd.DataFrame(data)
    path = desk.folder / name
    if name.endswith(".csv"):
        frame.to_csv(path, index=False)
    elif name.endswith(".jsonl"):
        frame.to_json(path, orient="records", lines=True)
    elif name.endswith(".arrow"):
        frame.to_feather(path)
    else:
        frame.to_parquet(path)
    return data


def test_the_name_gate_measure_stays_a_function() -> None:
    assert tally_room.Tally
    assert callable(gate.measure)


@pytest.mark.parametrize("name", ["p.parquet", "p.csv", "p.jsonl", "p.arrow"])
def test_a_policy_says_how_rows_are_measured(desk: Desk, name: str) -> None:
    data = saved(desk, name)
    desk.write("gate.yaml", f"gate: 1\nevidence: measured\n{MEASURE}rules: [roc_auc > 0.7, 'recall[region=*] > 0.1']\n")
    done = desk.run("check", name, "-o", "decision.json")
    assert done.code == 0, done.said
    decision = json.loads((desk.folder / "decision.json").read_text())
    assert {found["evidence"] for found in decision["findings"]} == {"measured"}
    assert decision["findings"][0]["value"] == pytest.approx(sk.roc_auc_score(data["y"], data["p"]), rel=1e-9)
    assert len(decision["findings"]) == 4


def test_what_a_file_says_is_a_claim_even_when_gate_wrote_it(desk: Desk) -> None:
    saved(desk)
    desk.write("gate.yaml", f"gate: 1\nevidence: measured\n{MEASURE}rules: [roc_auc > 0.7]\n")
    assert desk.run("measure", "predictions.parquet", "-p", "gate.yaml", "-o", "metrics.json").code == 0
    written = json.loads((desk.folder / "metrics.json").read_text())
    assert written["roc_auc"]["evidence"] == "measured"
    assert written["measured"]["inputs"][0]["sha256"]
    done = desk.run("check", "metrics.json")
    assert done.code == 3
    assert "measured evidence" in done.said


def test_flags_say_what_the_columns_mean(desk: Desk) -> None:
    data = saved(desk)
    flags = ("--label", "y", "--score", "p", "--slice", "region", "--slice", "region,device", "--threshold", "0.4")
    done = desk.run("measure", "predictions.parquet", *flags, "-o", "metrics.json")
    assert done.code == 0, done.said
    written = json.loads((desk.folder / "metrics.json").read_text())
    assert written["recall"]["value"] == pytest.approx(sk.recall_score(data["y"], data["p"] >= 0.4))
    assert {"region": "eu", "device": "1"} in [entry["slice"] for entry in written["slices"]]


def test_a_training_log_stays_one(desk: Desk) -> None:
    desk.write("metrics.csv", "epoch,step,val_acc\n0,10,0.5\n1,20,0.7\n")
    desk.write("gate.yaml", f"gate: 1\n{MEASURE}rules: [val_acc > 0.6]\n")
    assert desk.run("check", "metrics.csv").code == 0


def test_rows_with_a_column_called_step_are_rows_when_the_columns_asked_for_are_there(desk: Desk) -> None:
    saved(desk, "p.csv", step=np.arange(400))
    desk.write("gate.yaml", f"gate: 1\n{MEASURE}rules: [roc_auc > 0.7]\n")
    assert desk.run("check", "p.csv").code == 0


def test_rows_without_a_definition_are_refused_with_their_columns(desk: Desk) -> None:
    saved(desk, "p.csv")
    done = desk.run("measure", "p.csv")
    assert done.code == 2
    assert "y, p, q, h" in done.err
    assert "--label" in done.err


def test_a_baseline_in_the_same_rows_is_the_baseline(desk: Desk) -> None:
    data = saved(desk)
    measure = "measure: {label: y, score: p, baseline_score: q}\n"
    desk.write("gate.yaml", f"gate: 1\n{measure}rules: [roc_auc >= baseline - 0.5, roc_auc >= baseline + 0.5]\n")
    done = desk.run("check", "predictions.parquet", "-o", "decision.json")
    assert done.code == 1, done.said
    found = json.loads((desk.folder / "decision.json").read_text())["findings"]
    assert [each["outcome"] for each in found] == ["pass", "fail"]
    assert found[0]["baseline_value"] == pytest.approx(sk.roc_auc_score(data["y"], data["q"]), rel=1e-9)


def test_rows_of_the_baseline_may_be_a_file_of_their_own(desk: Desk) -> None:
    data = saved(desk)
    saved(desk, "old.parquet", p=data["q"])
    desk.write("gate.yaml", f"gate: 1\n{MEASURE}rules: [roc_auc >= baseline - 0.5]\n")
    assert desk.run("check", "predictions.parquet", "-b", "old.parquet").code == 0


# -- from Python


def test_arrays_are_measured_as_scikit_learn_takes_them() -> None:
    data = rows()
    found = gate.measure(y_true=data["y"], y_score=data["p"], slices={"region": data["region"]})
    assert value(found, "roc_auc") == pytest.approx(sk.roc_auc_score(data["y"], data["p"]), rel=1e-9)
    assert found.get("recall", Slice.of({"region": "eu"})) is not None
    assert gate.check(found, policy_of(found), now="2026-11-22T00:00:00Z").passed


def policy_of(found: Any) -> Any:
    del found
    path = Path("gate.yaml")
    path.write_text("gate: 1\nevidence: measured\nrules: [roc_auc > 0.7]\n", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _own_folder(desk: Desk) -> None:
    assert desk.folder


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_frames_are_measured_by_the_names_of_their_columns(frame: Any) -> None:
    data = rows()
    found = gate.measure(frame(data), label="y", score="p", slices=["region"])
    assert value(found, "roc_auc") == pytest.approx(sk.roc_auc_score(data["y"], data["p"]), rel=1e-9)


def test_series_and_columns_of_one_dimension_more_are_arrays() -> None:
    data = rows()
    found = gate.measure(y_true=pd.Series(data["y"]), y_pred=pl.Series(data["h"]), sample_weight=data["w"].reshape(-1, 1))
    assert value(found, "f1") == pytest.approx(sk.f1_score(data["y"], data["h"], sample_weight=data["w"]), abs=1e-12)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({}, "nothing to measure"),
        ({"y_true": [0, 1], "y_score": [[0.5, 0.5], [0.1, 0.9]]}, "2 dimensions"),
        ({"y_true": [0, 1], "y_score": [0.5]}, "not of one length"),
        ({"y_true": [0, 1], "y_score": [0.5, float("nan")]}, "row 2"),
        ({"y_true": [0, 1], "y_score": [0.5, 1.5]}, "outside [0, 1]"),
        ({"y_true": [0, 1], "y_score": ["a", "b"]}, "not numbers"),
        ({"y_true": ["a", "b"], "y_score": [0.5, 0.6]}, "which label is the positive one"),
    ],
)
def test_arrays_that_cannot_be_measured_say_why(arrays: dict[str, Any], said: str) -> None:
    with pytest.raises(GateError, match=said.replace("[", r"\[").replace("]", r"\]")):
        gate.measure(**arrays)


def test_the_baseline_of_the_same_rows_stands_beside() -> None:
    data = rows()
    found = gate.measure(y_true=data["y"], y_score=data["p"], baseline_score=data["q"])
    assert found.beside is not None
    assert found.beside.get("roc_auc", WHOLE) is not None
