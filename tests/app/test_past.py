"""Rules that read recorded runs: which runs count, what they predict, and every way in which a history is no evidence."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import pytest

from gate.history.store import Store, open_store
from gate.record import replace
from gate.terms.run import Entry, Exclusion, Status
from tests.conftest import Desk
from tests.history.examples import EU, entry, logged, run

STEADY = [0.90, 0.91, 0.90, 0.92, 0.91, 0.90, 0.91, 0.90]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GATE_HISTORY", "GATE_RUN"):
        monkeypatch.delenv(name, raising=False)


def store() -> Store:
    return open_store("", os.environ, write=True)


def recorded(values: Sequence[float], metric: str = "f1", **facts: Any) -> None:
    """A run of `model` for each value, one a minute; outside of a repository no branch is known."""
    told = {"model": "model", "branch": ""} | facts
    store().add([entry(number, {metric: value}, **told) for number, value in enumerate(values)])


def judged(desk: Desk, rule: str, value: float, **metrics: float) -> tuple[int, dict[str, Any]]:
    desk.rules(rule)
    desk.write("metrics.json", {"f1": value} | metrics)
    done = desk.run("check", "metrics.json", "-o", "decision.json")
    return done.code, json.loads((desk.folder / "decision.json").read_text())["findings"][0]


@pytest.mark.parametrize(
    ("rule", "value", "code"),
    [
        ("f1 >= mean(last(f1, 8)) - 0.02", 0.89, 0),
        ("f1 >= mean(last(f1, 8)) - 0.02", 0.88, 1),
        ("f1 >= min(last(f1, 3))", 0.899, 1),
        ("f1 >= expected_low(f1, 8)", 0.89, 0),
        ("f1 >= expected_low(f1, 8)", 0.88, 1),
        ("f1 <= expected_high(f1, 8)", 0.94, 1),
        ("ewma(f1, 8) >= 0.9", 0.89, 0),
        ("ewma(f1, 8) >= 0.9", 0.85, 1),
        ("cusum(f1, 4) <= 5", 0.90, 0),
        ("cusum(f1, 4) <= 5", 0.80, 1),
    ],
)
def test_a_rule_reads_what_was_recorded(desk: Desk, rule: str, value: float, code: int) -> None:
    recorded(STEADY)
    assert judged(desk, rule, value)[0] == code


def test_a_slice_has_a_history_of_its_own(desk: Desk) -> None:
    store().add(
        [Entry(run(number, model="model", branch=""), (logged("f1", value, on=EU),)) for number, value in enumerate(STEADY)]
    )
    desk.rules("f1[region=*] >= expected_low(f1[region=*], 8)")
    desk.write("metrics.json", {"slices": [{"slice": {"region": "eu"}, "metrics": {"f1": 0.8}}]})
    done = desk.run("check", "metrics.json")
    assert done.code == 1
    assert "on region=eu" in done.said


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"trusted": False, "event": "change"}, "there are none"),
        ({"model": "another"}, "there are none"),
        ({"branch": "feature"}, "there are none, and no more runs of `model` without a branch"),
        ({"status": Status.FAILED, "verdict": ""}, "there are none"),
        ({"status": Status.HALF_WRITTEN, "verdict": ""}, "there are none"),
    ],
)
def test_only_finished_runs_of_trusted_events_count(desk: Desk, facts: dict[str, Any], words: str) -> None:
    recorded(STEADY, **facts)
    code, finding = judged(desk, "f1 >= expected_low(f1, 9)", 0.9)
    assert (code, finding["outcome"], finding["reasons"][0]["slug"]) == (3, "missing", "no-history")
    assert words in finding["reasons"][0]["text"]


def test_what_was_taken_out_does_not_count(desk: Desk) -> None:
    recorded(STEADY)
    store().add([Exclusion("model", "2026-11-22T00:00:00.000Z", "2026-11-22T00:05:00.000Z", "a broken sensor")])
    code, finding = judged(desk, "f1 >= mean(last(f1, 4))", 0.9)
    assert (code, finding["outcome"]) == (3, "missing")
    assert judged(desk, "f1 >= mean(last(f1, 3)) - 0.01", 0.9)[0] == 0


def test_models_that_were_refused_do_not_say_what_is_usual(desk: Desk) -> None:
    """They count for an average, which is about what happened, and not for a bound, which they would widen."""
    recorded(STEADY)
    bad = [entry(20 + number, {"f1": 0.5}, model="model", branch="", verdict="fail") for number in range(4)]
    store().add(bad)
    assert judged(desk, "f1 >= mean(last(f1, 4))", 0.6)[0] == 0
    assert judged(desk, "f1 >= expected_low(f1, 8)", 0.6)[0] == 1


def test_other_rows_begin_a_new_series(desk: Desk) -> None:
    pytest.importorskip("duckdb")
    rows = "id,y,p\n" + "".join(f"{number},{number % 2},{0.9 if number % 2 else 0.2}\n" for number in range(40))
    desk.write("rows.csv", rows)
    desk.write(
        "gate.yaml",
        "gate: 1\nname: model\nmeasure: {label: y, score: p, id: id}\nrules: ['recall >= mean(last(recall, 2))', recall > 0.5]\n",
    )
    recorded([1.0, 1.0], "recall", test_set="f" * 64)
    done = desk.run("check", "rows.csv")
    assert done.code == 3
    assert "measured other rows" in " ".join(done.said.split())


def test_constant_runs_say_nothing_of_how_a_metric_varies(desk: Desk) -> None:
    recorded([0.95] * 10)
    code, finding = judged(desk, "f1 >= expected_low(f1, 10)", 0.10)
    assert (code, finding["outcome"], finding["reasons"][0]["slug"]) == (3, "undecided", "no-spread")


@pytest.mark.parametrize(("value", "code"), [(0.10, 1), (0.949, 0), (0.93, 1)])
def test_unless_the_policy_says_how_much_it_does(desk: Desk, value: float, code: int) -> None:
    recorded([0.95] * 10)
    desk.write("gate.yaml", "gate: 1\nname: model\nmetrics: {f1: {spread: 0.005}}\nrules: ['f1 >= expected_low(f1, 10)']\n")
    desk.write("metrics.json", {"f1": value})
    assert desk.run("check", "metrics.json").code == code


def test_a_drift_needs_to_know_which_way_is_worse(desk: Desk) -> None:
    recorded(STEADY, "oddness")
    code, finding = judged(desk, "cusum(oddness, 4) <= 5", 0.9, oddness=0.9)
    assert (code, finding["reasons"][0]["slug"]) == (3, "direction-unknown")


def test_without_a_history_it_is_missing_and_none_is_made(desk: Desk) -> None:
    code, finding = judged(desk, "f1 >= expected_low(f1, 8)", 0.9)
    assert (code, finding["outcome"], finding["reasons"][0]["slug"]) == (3, "missing", "no-history")
    assert not os.path.exists(".gate")
    assert desk.run("check", "metrics.json", "--first-release", "the first model").code == 0


def test_a_broken_history_is_missing(desk: Desk) -> None:
    recorded(STEADY)
    for left in desk.folder.glob(".gate/history.db-*"):
        left.unlink()  # its pages would be read from there
    desk.write(".gate/history.db", "not a database" * 1000)
    code, finding = judged(desk, "f1 >= expected_low(f1, 8)", 0.9)
    assert (code, finding["reasons"][0]["slug"]) == (3, "history-unreadable")


def test_a_policy_names_its_history(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(STEADY)
    monkeypatch.setenv("GATE_HISTORY", "elsewhere.db")
    desk.write("gate.yaml", "gate: 1\nname: model\nhistory: .gate/history.db\nrules: ['f1 >= expected_low(f1, 8)']\n")
    desk.write("metrics.json", {"f1": 0.9})
    assert desk.run("check", "metrics.json").code == 0


def test_two_policies_name_one_history(desk: Desk) -> None:
    for name in ("one", "two"):
        desk.write(f"{name}.yaml", f"gate: 1\nname: model\nhistory: {name}.db\nrules: ['f1 >= expected_low(f1, 8)']\n")
    desk.write("metrics.json", {"f1": 0.9})
    done = desk.run("check", "metrics.json", "-p", "one.yaml", "-p", "two.yaml")
    assert done.code == 2
    assert "`history` is not the same here" in done.said


def test_a_moving_average_is_as_sure_as_the_newest_value_is_by_its_weight(desk: Desk) -> None:
    recorded([0.84] * 3, "recall")
    desk.rules("ewma(recall, 3) >= 0.8", head="confidence: 95%\n")
    desk.write("metrics.json", {"recall": {"value": 0.84, "n": 400}})
    assert desk.run("check", "metrics.json", "-o", "decision.json").code == 0
    sure = json.loads((desk.folder / "decision.json").read_text())["findings"][0]["certainty"]
    alone = desk.rules("recall >= 0.8", head="confidence: 95%\n")
    assert desk.run("check", "metrics.json", "-o", "decision.json", "-p", str(alone)).code == 0
    whole = json.loads((desk.folder / "decision.json").read_text())["findings"][0]["certainty"]
    assert sure["high"] - sure["low"] == pytest.approx(0.3 * (whole["high"] - whole["low"]), rel=1e-6)


def test_a_drift_has_no_bound(desk: Desk) -> None:
    recorded([0.84, 0.86] * 2, "recall")
    desk.rules("cusum(recall, 2) <= 5", head="confidence: 95%\n")
    desk.write("metrics.json", {"recall": {"value": 0.84, "n": 400}})
    done = desk.run("check", "metrics.json")
    assert done.code == 3
    assert "has no bound here" in done.said


def steps(*values: float, metric: str = "loss", run_id: str = "r1") -> None:
    points = tuple(logged(metric, value, step=step) for step, value in enumerate(values))
    training = replace(run(50, model="model", branch="", verdict=""), id=run_id)
    store().add([Entry(training, points)])


def test_a_recorded_run_is_judged_by_its_last_step(desk: Desk) -> None:
    steps(0.9, 0.5, 0.4)
    desk.rules("loss <= 0.45")
    done = desk.run("check", "run:r1", "-o", "decision.json")
    assert done.code == 0, done.said
    assert json.loads((desk.folder / "decision.json").read_text())["findings"][0]["value"] == 0.4


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("loss <= min(last(loss, 2))", 0),
        ("loss <= min(last(loss, 2)) - 0.2", 1),
        ("loss <= mean(last(loss, 3)) - 0.2", 0),
        ("loss <= min(last(loss, 4))", 3),
        ("ewma(loss, 3) <= 0.75", 0),
    ],
)
def test_its_own_steps_are_its_past(desk: Desk, rule: str, code: int) -> None:
    recorded([9.0] * 20, "loss")  # other runs are none of them
    steps(0.9, 0.5, 0.6, 0.4)
    desk.rules(rule)
    assert desk.run("check", "run:r1").code == code


def test_a_run_is_not_its_own_baseline(desk: Desk) -> None:
    recorded([0.9], "f1")
    desk.write("gate.yaml", "gate: 1\nname: model\nbaselines: {baseline: run:run-0000}\nrules: [f1 >= baseline - 0.01]\n")
    done = desk.run("check", "run:run-0000")
    assert done.code == 3
    assert "is the run that is judged" in " ".join(done.said.split())


@pytest.mark.parametrize("argv", [("run:r2",), ("run:r1", "metrics.json")])
def test_a_run_that_cannot_be_judged(desk: Desk, argv: tuple[str, ...]) -> None:
    steps(0.9)
    desk.rules("loss <= 1")
    desk.write("metrics.json", {"f1": 1})
    assert desk.run("check", *argv).code == 2
