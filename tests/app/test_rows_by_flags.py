"""`gate check` with rows that flags describe."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.conftest import Desk
from tests.measure.rows import rows


@pytest.fixture
def here(desk: Desk) -> Desk:
    pd.DataFrame(rows()).to_parquet(desk.folder / "predictions.parquet")
    pd.DataFrame(rows(seed=1)).to_parquet(desk.folder / "before.parquet")
    desk.write("gate.yaml", "gate: 1\nevidence: measured\nrules: [roc_auc > 0.7]\n")
    return desk


def test_flags_say_what_no_policy_says(here: Desk) -> None:
    done = here.run("check", "predictions.parquet", "--label", "y", "--score", "p", "--memory", "1GB", "-o", "decision.json")
    assert done.code == 0, done.said
    assert json.loads((here.folder / "decision.json").read_text())["findings"][0]["evidence"] == "measured"


def test_without_them_nothing_says_it(here: Desk) -> None:
    done = here.run("check", "predictions.parquet")
    assert done.code == 2
    assert "nothing says what their columns mean" in done.said


def test_a_flag_adds_to_a_policy(here: Desk) -> None:
    here.write("gate.yaml", "gate: 1\nmeasure: {label: y, score: p}\nrules: ['drift.psi[feature=p] < 0.5']\n")
    assert here.run("check", "predictions.parquet").code == 3
    done = here.run("check", "predictions.parquet", "--reference", "before.parquet")
    assert done.code == 0, done.said


def test_rules_that_read_a_family_bring_it(here: Desk) -> None:
    here.write("gate.yaml", "gate: 1\nrules: [quality.duplicate_row_rate < 0.1]\n")
    done = here.run("check", "predictions.parquet", "--label", "y", "--score", "p")
    assert done.code == 0, done.said


@pytest.mark.parametrize("flag", [("--label", "h"), ("--score", "p"), ("--threshold", "0.9")])
def test_a_flag_does_not_contradict_a_policy(here: Desk, flag: tuple[str, str]) -> None:
    here.write("gate.yaml", "gate: 1\nmeasure: {label: y, score: p, threshold: 0.5}\nrules: [roc_auc > 0.7]\n")
    done = here.run("check", "predictions.parquet", *flag)
    assert done.code == 2
    assert "by a flag" in done.said


@pytest.mark.parametrize("role", ["reference", "train"])
def test_no_report_is_written_over_rows_that_a_flag_names(here: Desk, role: str) -> None:
    before = (here.folder / "before.parquet").read_bytes()
    words = ("--label", "y", "--score", "p", f"--{role}", "before.parquet", "-o", "json=before.parquet")
    assert here.run("check", "predictions.parquet", *words).code == 2
    assert (here.folder / "before.parquet").read_bytes() == before


def test_an_engine_that_is_none_is_refused(here: Desk) -> None:
    done = here.run("check", "predictions.parquet", "--label", "y", "--score", "p", "--engine", "abacus")
    assert done.code == 2


def test_a_baseline_in_the_same_rows_is_called_by_its_column(here: Desk) -> None:
    here.write("gate.yaml", "gate: 1\nmeasure: {label: y, score: p, baseline_score: q}\nrules: [roc_auc >= baseline - 0.5]\n")
    done = here.run("check", "predictions.parquet", "--all", "-o", "report.md")
    assert done.code == 0, done.said
    assert "Compared with `q`" in (here.folder / "report.md").read_text(encoding="utf-8")
