"""Baselines of the history: which run is meant, and that nothing which a change recorded ever is one."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from gate.baselines.run import stands_for
from gate.history.store import Store, open_store
from gate.terms.run import Exclusion, Name, Status
from tests.conftest import Desk
from tests.history.examples import entry


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GATE_HISTORY", "GATE_RUN"):
        monkeypatch.delenv(name, raising=False)


def store() -> Store:
    return open_store("", os.environ, write=True)


def keep(number: int, value: float, **facts: Any) -> None:
    store().add([entry(number, {"f1": value}, **({"model": "model", "branch": "main", "commit": f"{number:040x}"} | facts))])


def judged(desk: Desk, source: str, value: float = 0.9) -> tuple[int, dict[str, Any]]:
    desk.write("gate.yaml", f"gate: 1\nname: model\nbaselines: {{baseline: '{source}'}}\nrules: [f1 >= baseline - 0.01]\n")
    desk.write("metrics.json", {"f1": value})
    done = desk.run("check", "metrics.json", "-o", "decision.json")
    return done.code, json.loads((desk.folder / "decision.json").read_text())


def compared(desk: Desk, source: str) -> float | None:
    found = judged(desk, source)[1]["findings"][0]["baseline_value"]
    assert found is None or isinstance(found, float)
    return found


def slug(desk: Desk, source: str) -> str:
    code, decision = judged(desk, source)
    assert (code, decision["findings"][0]["outcome"]) == (3, "missing")
    return str(decision["findings"][0]["reasons"][0]["slug"])


def test_the_newest_passing_run(desk: Desk) -> None:
    keep(1, 0.80)
    keep(2, 0.85)
    keep(3, 0.99, verdict="fail")
    keep(4, 0.99, model="another")
    keep(5, 0.70, branch="feature")
    assert compared(desk, "run:latest@main") == 0.85
    assert compared(desk, "run:latest@feature") == 0.70


def test_a_change_never_feeds_one_whatever_branch_it_claims(desk: Desk) -> None:
    keep(1, 0.10, trusted=False, event="change", branch="main")
    assert slug(desk, "run:latest@main") == "no-baseline"
    assert slug(desk, "run:best(f1)@main") == "no-baseline"
    assert slug(desk, "run:run-0001") == "run-not-trusted"


@pytest.mark.parametrize("facts", [{"verdict": "fail"}, {"verdict": ""}, {"status": Status.FAILED}, {"status": Status.RUNNING}])
def test_nor_does_what_did_not_pass(desk: Desk, facts: dict[str, Any]) -> None:
    keep(1, 0.9, **facts)
    assert slug(desk, "run:latest@main") == "no-baseline"
    assert slug(desk, "run:run-0001") == "run-not-trusted"


def test_nor_what_was_taken_out(desk: Desk) -> None:
    keep(1, 0.80)
    keep(2, 0.99)
    store().add([Exclusion("model", "2026-11-22T00:02:00.000Z", "2026-11-22T00:03:00.000Z", "leaky split")])
    assert compared(desk, "run:latest@main") == 0.80
    assert slug(desk, "run:run-0002") == "run-not-trusted"


def test_the_best(desk: Desk) -> None:
    for number, value in enumerate([0.8, 0.92, 0.92, 0.85]):
        keep(number, value)
    assert compared(desk, "run:best(f1)@main") == 0.92
    assert slug(desk, "run:best(oddness)@main") == "direction-unknown"


def test_what_lies_ahead_stands_for_nothing_yet() -> None:
    keep(1, 0.95)
    keep(2, 0.90)
    keep(3, 0.99, started="2026-12-24T00:00:00.000Z")
    before = "2026-11-23T00:00:00.000Z"
    assert stands_for(store(), "run:best(f1)", "model", before=before) == {"run-0001"}
    assert stands_for(store(), "run:latest", "model", before=before) == {"run-0002"}


def test_a_name_and_what_the_report_says_of_it(desk: Desk) -> None:
    keep(1, 0.88)
    keep(2, 0.95)
    store().add([Name("model", "release-1.0", "run-0001")])
    code, decision = judged(desk, "run:release-1.0")
    assert code == 0
    (origin,) = (each["origin"] for each in decision["baselines"])
    assert origin["label"] == "release-1.0"
    assert (origin["commit"], origin["verdict"]) == (f"{1:040x}", "pass")
    assert origin["at"].startswith("2026-11-22T00:01")


def test_a_name_that_is_none_lists_those_that_are(desk: Desk) -> None:
    keep(1, 0.88)
    store().add([Name("model", "release-1.0", "run-0001")])
    assert "run:release-1.0" in judged(desk, "run:release-2.0")[1]["findings"][0]["reasons"][0]["remedy"]


def test_no_history_is_no_baseline_yet(desk: Desk) -> None:
    """So that a first release can be let through, visibly."""
    assert slug(desk, "run:latest@main") == "no-baseline"
    assert desk.run("check", "metrics.json", "--first-release", "new model").code == 0


def test_two_references_stop_a_slide_of_small_drops(desk: Desk) -> None:
    """Twenty drops of one point: each is within the margin to the run before, and the sixth is not to the release."""
    desk.write(
        "gate.yaml",
        "gate: 1\nname: model\nbaselines: {baseline: run:latest@main, pinned: run:release-1.0}\n"
        "rules: [f1 >= baseline - 0.015, f1 >= pinned - 0.05]\n",
    )
    keep(0, 0.90)
    store().add([Name("model", "release-1.0", "run-0000")])
    stopped: list[int] = []
    for drop in range(1, 21):
        value = round(0.90 - 0.01 * drop, 4)
        desk.write("metrics.json", {"f1": value})
        done = desk.run("check", "metrics.json", "-o", "decision.json")
        outcomes = [finding["outcome"] for finding in json.loads((desk.folder / "decision.json").read_text())["findings"]]
        assert outcomes[0] == ("pass" if not stopped else "fail" if len(stopped) else "pass")
        if done.code:
            stopped.append(drop)
            assert outcomes[1] == "fail"
        keep(drop, value, verdict="fail" if done.code else "pass")
    assert stopped == list(range(6, 21))
