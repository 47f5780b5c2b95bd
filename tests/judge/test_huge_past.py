"""Recorded numbers that are too large to be squared, or added up: undecided, never a bug and never green."""

from __future__ import annotations

import json
import os

import pytest

from gate.history.store import open_store
from tests.conftest import Desk
from tests.history.examples import entry

HUGE = [1e200, 2e200, 1e200, 3e200, -1.7e308, 1.7e308]


@pytest.mark.parametrize(
    "rule",
    ["f1 >= expected_low(f1, 6)", "f1 <= expected_high(f1, 2)", "ewma(f1, 6) >= 0", "cusum(f1, 3) <= 5"],
)
@pytest.mark.parametrize("value", [0.9, 1.7e308])
def test_a_history_of_huge_numbers_shows_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch, rule: str, value: float) -> None:
    monkeypatch.delenv("GATE_HISTORY", raising=False)
    store = open_store("", os.environ, write=True)
    store.add([entry(at, {"f1": each}, model="model", branch="") for at, each in enumerate(HUGE)])
    desk.write("gate.yaml", f"gate: 1\nmetrics: {{f1: {{better: higher, range: [null, null]}}}}\nrules: ['{rule}']\n")
    desk.write("metrics.json", {"f1": value})
    done = desk.run("check", "metrics.json", "-o", "decision.json")
    assert done.code == 3, done.err
    (finding,) = json.loads((desk.folder / "decision.json").read_text())["findings"]
    assert {reason["slug"] for reason in finding["reasons"]} == {"overflow"}


def test_what_looks_at_them_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATE_HISTORY", raising=False)
    store = open_store("", os.environ, write=True)
    store.add([entry(at, {"f1": each}, model="model", branch="main", verdict="pass") for at, each in enumerate(HUGE * 4)])
    for words in (["history"], ["history", "f1"], ["history", "-o", "site"], ["init", "--from", "run:last-20", "-o", "new.yaml"]):
        assert desk.run(*words).code in (0, 2)
