"""Two policies on recorded runs: which verdicts would have been others, also in the report of a change."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from gate.history.store import Store, open_store
from tests.conftest import Desk
from tests.history.examples import entry

VALUES = [0.90, 0.84, 0.91, 0.86, 0.79]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GATE_HISTORY", "GATE_RUN"):
        monkeypatch.delenv(name, raising=False)


def store() -> Store:
    return open_store("", os.environ, write=True)


@pytest.fixture
def weeks(desk: Desk) -> Desk:
    for number, value in enumerate(VALUES):
        store().add([entry(number, {"f1": value}, model="model", branch="main", commit=f"{number:040x}")])
    desk.write("old.yaml", "gate: 1\nname: model\nrules: [f1 >= 0.8]\n")
    desk.write("new.yaml", "gate: 1\nname: model\nrules: [f1 >= 0.85]\n")
    return desk


def replayed(desk: Desk, *more: str) -> dict[str, Any]:
    desk.run("diff", "old.yaml", "new.yaml", "--on", "run:last-40", "-o", "diff.json", *more)
    found = json.loads((desk.folder / "diff.json").read_text())["replay"]
    assert isinstance(found, dict)
    return found


def test_every_verdict_that_would_have_changed(weeks: Desk) -> None:
    found = replayed(weeks)
    assert (found["asked"], found["judged"]) == ("run:last-40", 5)
    (changed,) = found["changed"]
    assert (changed["run"], changed["a"], changed["b"]) == ("run-0001", "pass", "fail")
    assert changed["rules"] == ["f1 >= 0.8: pass → no such rule", "f1 >= 0.85: no such rule → fail"]
    assert changed["commit"] == f"{1:040x}"


def test_only_the_newest_that_were_asked_for(weeks: Desk) -> None:
    weeks.run("diff", "old.yaml", "new.yaml", "--on", "run:last-3", "-o", "diff.json")
    found = json.loads((weeks.folder / "diff.json").read_text())["replay"]
    assert (found["judged"], found["changed"]) == (3, [])


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_people_read_it_too(weeks: Desk, form: str) -> None:
    done = weeks.run("diff", "old.yaml", "new.yaml", "--on", "run:last-40", "-o", f"{form}=-")
    assert done.code == 0  # it tightens
    assert "On 5 recorded runs 1 verdict would have been another" in done.said
    assert "pass → fail" in done.said


def test_policies_that_decide_alike(weeks: Desk) -> None:
    weeks.write("new.yaml", "gate: 1\nname: model\nrules: [f1 >= 0.81]\n")
    assert replayed(weeks)["changed"] == []
    assert "both policies decide alike" in weeks.run("diff", "old.yaml", "new.yaml", "--on", "run:last-40").said


def test_a_run_is_judged_by_its_own_past(weeks: Desk) -> None:
    """The mean of the two runs before: 0.87, 0.875 and 0.885; the first two have none."""
    weeks.write("new.yaml", "gate: 1\nname: model\nrules: ['f1 >= mean(last(f1, 2))']\n")
    found = replayed(weeks)
    assert {each["run"]: each["b"] for each in found["changed"]} == {
        "run-0000": "undecided",
        "run-0001": "undecided",
        "run-0003": "fail",
    }


def test_a_recorded_decision_brings_its_baseline(desk: Desk) -> None:
    desk.write("gate.yaml", "gate: 1\nname: model\nrules: [f1 >= baseline - 0.01]\n")
    desk.write("strict.yaml", "gate: 1\nname: model\nrules: [f1 >= baseline]\n")
    desk.write("old.json", {"f1": 0.905})
    desk.write("metrics.json", {"f1": 0.9})
    assert desk.run("check", "metrics.json", "-b", "old.json", "--record").code == 0
    desk.run("diff", "gate.yaml", "strict.yaml", "--on", "run:last-1", "-o", "diff.json")
    (changed,) = json.loads((desk.folder / "diff.json").read_text())["replay"]["changed"]
    assert (changed["a"], changed["b"]) == ("pass", "fail")


def test_another_history_is_named_by_hand(weeks: Desk) -> None:
    away = str(weeks.folder / "away.db")
    open_store(away, os.environ, write=True).add([entry(9, {"f1": 0.82}, model="model", branch="main")])
    found = replayed(weeks, "--store", away)
    assert (found["judged"], [each["run"] for each in found["changed"]]) == (1, ["run-0009"])


@pytest.mark.parametrize(
    ("on", "words"), [("run:best", "names no recorded runs"), ("run:last-0", "names no recorded"), ("main", "names no recorded")]
)
def test_what_names_no_runs(weeks: Desk, on: str, words: str) -> None:
    done = weeks.run("diff", "old.yaml", "new.yaml", "--on", on)
    assert done.code == 2
    assert words in done.said


def test_no_history_and_no_runs(desk: Desk) -> None:
    for name in ("old", "new"):
        desk.write(f"{name}.yaml", "gate: 1\nname: model\nrules: [f1 >= 0.8]\n")
    assert desk.run("diff", "old.yaml", "new.yaml", "--on", "run:last-4").code == 2
    store().add([entry(0, {"f1": 1.0}, model="another")])
    done = desk.run("diff", "old.yaml", "new.yaml", "--on", "run:last-4")
    assert done.code == 2
    assert "no trusted run of `model`" in done.said


def test_it_is_for_policies(desk: Desk) -> None:
    desk.write("a.json", {"f1": 1})
    assert desk.run("diff", "a.json", "a.json", "--on", "run:last-4").code == 2
