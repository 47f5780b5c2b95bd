"""Two policies on recorded runs: which verdicts would have been others, also in the report of a change."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

import pytest

from gate.history.store import Store, open_store
from gate.terms.run import Name
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
    assert changed["rules"] == ["f1 >= 0.85, was f1 >= 0.8: pass → fail"], "one rule, with another floor"
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


SLIDE = [0.92, 0.91, 0.90, 0.89]
OLD = "gate: 1\nname: model\nbaselines: {baseline: run:latest@main}\nrules: [f1 >= 0.8, f1 >= baseline - 0.015]\n"


@pytest.fixture
def slide(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Four runs, each a point below the one before; the first, which has no baseline yet, is let through by hand."""
    desk.write("gate.yaml", OLD)
    desk.write("old.yaml", OLD)
    in_a_job(monkeypatch, desk)
    for day, value in enumerate(SLIDE, 1):
        desk.write("metrics.json", {"f1": value})
        first = ("--first-release", "new model") if day == 1 else ()
        assert desk.run("check", "metrics.json", "--record", "--now", f"2026-11-0{day}", *first).code == 0
    with contextlib.closing(store()) as history:
        history.add([Name("model", "release-1", history.runs()[-1].id)])
    return desk


def in_a_job(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    desk.write("event.json", {})
    told = {"ACTIONS": "true", "EVENT_NAME": "push", "REF": "refs/heads/main", "REF_NAME": "main", "REPOSITORY": "acme/fraud"}
    for name, value in told.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(desk.folder / "event.json"))


def verdicts(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["at"][:10]: (each["a"], each["b"]) for each in found["changed"]}


def test_another_source_of_a_baseline_is_had_as_of_the_day(slide: Desk) -> None:
    slide.write("new.yaml", OLD.replace("run:latest@main", "run:release-1"))
    found = replayed(slide)
    assert verdicts(found) == {"2026-11-03": ("pass", "fail"), "2026-11-04": ("pass", "fail")}
    assert found["judged"] == 3
    (skipped,) = found["skipped"]
    assert "`run:release-1` is this very run" in skipped


def test_the_best_of_a_day_is_none_of_a_later_one(slide: Desk) -> None:
    slide.write("new.yaml", OLD.replace("run:latest@main", "run:best(f1)"))
    with contextlib.closing(store()) as history:
        history.add([entry(9, {"f1": 0.99}, model="model", branch="main", started="2026-11-05T00:00:00.000Z")])
    found = replayed(slide)
    assert verdicts(found) == {"2026-11-03": ("pass", "fail"), "2026-11-04": ("pass", "fail")}


def test_a_baseline_that_only_the_proposed_policy_has(slide: Desk) -> None:
    slide.write("new.yaml", "gate: 1\nname: model\nbaselines: {pinned: run:release-1}\nrules: [f1 >= 0.8, f1 >= pinned - 0.02]\n")
    found = replayed(slide)
    assert verdicts(found) == {"2026-11-04": ("pass", "fail")}
    assert (found["judged"], len(found["skipped"])) == (3, 1)


def test_what_was_on_that_day_and_is_not_recorded_is_said(slide: Desk) -> None:
    slide.write("new.yaml", OLD.replace("run:latest@main", "ci:main"))
    found = replayed(slide)
    assert (found["judged"], len(found["skipped"])) == (0, 4)
    assert "what `ci:main` was on that day is not recorded" in found["skipped"][0]


def test_what_a_first_release_let_through_was_let_through(slide: Desk) -> None:
    slide.write("new.yaml", "gate: 1\nname: model\nrules: [f1 >= 0.8]\n")
    assert verdicts(replayed(slide)) == {"2026-11-01": ("warn", "pass")}


def test_what_only_logs_something_else_is_not_counted(weeks: Desk) -> None:
    logged = [entry(number, {"loss": 0.3}, model="model", branch="main", verdict="") for number in range(10, 13)]
    logged += [entry(13, {"f1": 0.82}, model="model", branch="main", verdict="")]
    store().add(logged)
    weeks.run("diff", "old.yaml", "new.yaml", "--on", "run:last-5", "-o", "diff.json")
    found = json.loads((weeks.folder / "diff.json").read_text())["replay"]
    assert (found["judged"], [each["run"] for each in found["changed"]]) == (5, ["run-0013", "run-0001"])


def test_runs_of_one_branch_and_none_that_lie_ahead(weeks: Desk) -> None:
    ahead = entry(20, {"f1": 0.84}, model="model", branch="main", started="2099-01-01T00:00:00.000Z")
    store().add([entry(19, {"f1": 0.84}, model="model", branch="dev"), ahead])
    assert replayed(weeks)["judged"] == 6
    weeks.run("diff", "old.yaml", "new.yaml", "--on", "run:last-40@dev", "-o", "diff.json")
    found = json.loads((weeks.folder / "diff.json").read_text())["replay"]
    assert (found["judged"], [each["run"] for each in found["changed"]]) == (1, ["run-0019"])
    assert "`model` on `nowhere`" in weeks.run("diff", "old.yaml", "new.yaml", "--on", "run:last-4@nowhere").said


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
