"""A policy on test sets drawn from rows: how often the verdict flips, and how often a loss is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gate.app.clock import Clock
from gate.app.plan.trial import Tried, trial
from gate.errors import GateError
from gate.policy.load import loads
from gate.terms.plan import Flips, Trial

N = 1200
NOW = Clock("2026-06-01T00:00:00Z")


@pytest.fixture(autouse=True)
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(8)
    y = random.integers(0, 2, N)
    h = np.where(np.arange(N) % 10 > 0, y, 1 - y)
    data = {"id": np.arange(N), "y": y, "h": h, "old": np.where(random.random(N) < 0.5, h, y), "v": y * 1.5}
    pd.DataFrame(data).to_csv(tmp_path / "p.csv", index=False)
    return tmp_path


def tried(*rules: str, measure: str = "{label: y, prediction: h, id: id}", more: str = "", **asked: Any) -> Trial:
    lines = "\n".join(f"  - {rule}" for rule in rules)
    policy = loads(f"gate: 1\nmeasure: {measure}\n{more}rules:\n{lines}\n", "2026-06-01")
    return trial(policy, "p.csv", Tried(**{"draws": 8, **asked}), NOW, {})


def only(found: Trial) -> Flips:
    assert len(found.findings) == 1
    return found.findings[0]


def test_a_rule_far_from_its_line_never_flips() -> None:
    found = tried("accuracy >= 0.6")
    assert (found.rows, found.size, found.draws) == (N, N, 8)
    assert found.flips == only(found).flips == 0
    assert only(found).outcomes == {"pass": 16}


def test_a_threshold_at_the_truth_is_a_coin() -> None:
    found = tried("accuracy >= 0.9", draws=16)
    assert only(found).contradicts > 0.1
    assert set(only(found).outcomes) == {"pass", "fail"}


def test_with_confidence_two_draws_do_not_contradict_each_other() -> None:
    found = only(tried("accuracy >= 0.9", more="confidence: 95%\n", draws=16))
    assert found.contradicts == 0
    assert found.plain_contradicts is not None
    assert found.plain_contradicts > 0.1
    assert "undecided" in found.outcomes


def test_the_same_seed_the_same_draws() -> None:
    assert tried("accuracy >= 0.9", seed=5) == tried("accuracy >= 0.9", seed=5)
    assert tried("accuracy >= 0.9", seed=5) != tried("accuracy >= 0.9", seed=6)


def test_a_loss_is_seen() -> None:
    found = only(tried("accuracy >= 0.85", drop=0.15))
    assert found.outcomes == {"pass": 16}
    assert found.dropped == {"fail": 8}


def test_against_a_model_in_the_same_rows() -> None:
    measure = "{label: y, prediction: h, baseline_prediction: old, id: id}"
    found = only(tried("accuracy >= baseline - 0.2", measure=measure, more="confidence: 95%\n", drop=0.3))
    assert found.outcomes == {"pass": 16}
    assert found.dropped == {"fail": 8}


def test_smaller_ones() -> None:
    assert tried("accuracy >= 0.6", size=100).size == 100


def test_the_time_limit_leaves_one_pair_at_least() -> None:
    found = tried("accuracy >= 0.6", seconds=0)
    assert found.draws == 1
    assert found.stopped


def test_what_rows_do_not_show_is_missing() -> None:
    assert only(tried("bleu >= 0.3")).outcomes == {"missing": 16}


def test_a_budget_is_spent_as_in_a_check_and_no_ledger_is_touched(rows: Path) -> None:
    more = "confidence: 95%\nholdout: {uses: 500, adaptivity: full}\n"
    assert only(tried("accuracy >= 0.85", more=more)).outcomes == {"undecided": 16}
    assert not (rows / ".gate").exists()


def test_what_cannot_be_tried() -> None:
    with pytest.raises(GateError):
        trial(loads("gate: 1\nrules: [accuracy >= 0.6]\n", "2026-06-01"), "p.csv", Tried(), NOW, {})
    with pytest.raises(GateError):
        trial(loads("gate: 1\nmeasure: {label: y}\nrules: [accuracy >= 0.6]\n", "2026-06-01"), "q.csv", Tried(), NOW, {})
    with pytest.raises(GateError):  # numbers are neither right nor wrong
        tried("mae <= 3", measure="{label: v, prediction: h, task: regression}", drop=0.1)


def test_progress_is_told() -> None:
    heard: list[float] = []
    tried("accuracy >= 0.6", progress=lambda _what, share, _rows=0: heard.append(share))
    assert heard == [number / 8 for number in range(1, 9)]


def test_a_baseline_in_a_file_is_read_once_and_compared_with_every_draw(rows: Path) -> None:
    (rows / "old.json").write_text('{"accuracy": {"value": 0.7, "n": 1000}}')
    found = only(tried("accuracy >= baseline", more="baselines: {baseline: ./old.json}\n", draws=2))
    assert found.outcomes == {"pass": 4}
