"""Baselines in rows of their own, on draws: joined by id before rows are drawn, so that models are compared in pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gate.app.clock import Clock
from gate.app.plan.trial import Tried, trial
from gate.policy.load import load
from gate.terms.plan import Trial

N = 600
NOW = Clock("2026-06-01T00:00:00Z")
RULES = ("accuracy >= baseline - 0.02", "roc_auc >= baseline - 0.01")


@pytest.fixture(autouse=True)
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Rows of a model, and in another order those of one that is hardly another."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(1)
    y = np.arange(N) % 10 < 3
    score = np.clip(0.5 + (y - 0.5) * 0.5 + random.normal(0, 0.25, N), 0, 1)
    frame = pd.DataFrame({"id": np.arange(N), "y": y.astype(int), "s": score})
    old(frame.assign(s=np.clip(score + random.normal(0, 0.02, N), 0, 1)).sample(frac=1, random_state=2))
    frame.to_csv("new.csv", index=False)
    return frame


def old(frame: pd.DataFrame) -> None:
    frame.to_csv("old.csv", index=False)


def tried(*rules: str, measure: str = "{label: y, score: s, id: id}", file: str = "old.csv", **asked: Any) -> Trial:
    lines = "\n".join(f"  - {rule}" for rule in rules or RULES)
    head = f"gate: 1\nname: m\nconfidence: 95%\nmeasure: {measure}\nbaselines: {{baseline: ./{file}, pinned: ./{file}}}\n"
    Path("gate.yaml").write_text(f"{head}rules:\n{lines}\n")
    return trial(load("gate.yaml"), "new.csv", Tried(**{"draws": 4, **asked}), NOW, {})


def outcomes(found: Trial) -> list[dict[str, int]]:
    return [dict(each.outcomes) for each in found.findings]


def test_they_are_pairs() -> None:
    found = tried()
    assert outcomes(found) == [{"pass": 8}, {"pass": 8}]
    assert found.notes == ()


def test_it_is_as_with_the_baseline_in_the_same_rows(new: pd.DataFrame) -> None:
    files = tried(draws=2)
    before = pd.read_csv("old.csv").set_index("id").s
    new.assign(o=new.id.map(before)).to_csv("new.csv", index=False)
    Path("gate.yaml").write_text(
        "gate: 1\nconfidence: 95%\nmeasure: {label: y, score: s, id: id, baseline_score: o}\nrules:\n"
        + "\n".join(f"  - {rule}" for rule in RULES)
    )
    columns = trial(load("gate.yaml"), "new.csv", Tried(draws=2), NOW, {})
    assert outcomes(files) == outcomes(columns)
    assert (files.positives, files.differ) == (columns.positives, columns.differ)


def test_rows_show_how_many_are_positive_and_how_often_models_differ(new: pd.DataFrame) -> None:
    found = tried(draws=1)
    before = new.id.map(pd.read_csv("old.csv").set_index("id").s)
    assert found.positives == pytest.approx(0.3)
    assert found.differ == pytest.approx(((before >= 0.5) != (new.s >= 0.5)).mean())


def test_models_that_agree_on_every_row_may_differ_on_one(new: pd.DataFrame) -> None:
    old(new)
    assert tried(draws=1).differ == pytest.approx(1 / N)


def test_several_of_them() -> None:
    found = tried("accuracy >= baseline - 0.02", "accuracy >= pinned - 0.02")
    assert outcomes(found) == [{"pass": 8}, {"pass": 8}]


def test_ids_are_texts_too_and_labels_may_be_missing(new: pd.DataFrame) -> None:
    before = pd.read_csv("old.csv")
    old(before.assign(id="t" + before.id.astype(str)).drop(columns="y"))
    new.assign(id="t" + new.id.astype(str)).to_csv("new.csv", index=False)
    assert outcomes(tried()) == [{"pass": 8}, {"pass": 8}]


def test_rows_that_the_older_model_lacks_are_left_out_of_the_pairs() -> None:
    old(pd.read_csv("old.csv")[:-20])
    assert outcomes(tried()) == [{"pass": 8}, {"pass": 8}]


def test_a_loss_is_seen_in_pairs() -> None:
    assert [dict(each.dropped) for each in tried(drop=0.1).findings] == [{"fail": 4}, {"fail": 4}]


def test_clusters_are_drawn_with_their_baseline(new: pd.DataFrame) -> None:
    new.assign(c=new.id // 3).to_csv("new.csv", index=False)
    found = tried("accuracy >= baseline - 0.03", measure="{label: y, score: s, id: id, cluster: c}")
    (only,) = outcomes(found)
    assert found.notes == ()
    assert "missing" not in only
    assert sum(only.values()) == 8


@pytest.mark.parametrize(
    ("measure", "rows", "why"),
    [
        ("{label: y, score: s}", N, "nothing says which rows of old.csv are the same examples"),
        ("{label: y, score: s, id: id}", N // 2, "300 of 600 ids are not in old.csv"),
    ],
)
def test_it_is_said_where_pairs_are_lost(measure: str, rows: int, why: str) -> None:
    old(pd.read_csv("old.csv")[:rows])
    (note,) = tried("accuracy >= baseline - 0.02", measure=measure, draws=1).notes
    assert "`baseline` is not drawn along with the rows" in note
    assert why in note


def test_metrics_are_no_rows() -> None:
    Path("old.json").write_text('{"accuracy": {"value": 0.7, "n": 1000}}')
    found = tried("accuracy >= baseline", file="old.json", draws=1)
    assert outcomes(found) == [{"pass": 2}]
    assert "./old.json holds no rows that are joined with these" in found.notes[0]
    assert found.differ is None
