"""A first policy from recorded runs."""

from __future__ import annotations

import os
from typing import Any

import pytest

from gate.history.store import Store, open_store
from gate.terms.run import Entry
from tests.conftest import Desk
from tests.history.examples import EU, entry, logged, run

STEADY = [0.90, 0.91, 0.90, 0.92, 0.91, 0.90, 0.91, 0.90, 0.60]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GATE_HISTORY", "GATE_RUN"):
        monkeypatch.delenv(name, raising=False)


def store() -> Store:
    return open_store("", os.environ, write=True)


def keep(values: list[float], metric: str = "f1", **facts: Any) -> None:
    store().add([entry(number, {metric: value}, **({"model": "churn"} | facts)) for number, value in enumerate(values)])


def test_floors_come_with_the_alarms_that_they_would_have_raised(desk: Desk) -> None:
    keep(STEADY)
    done = desk.run("init", "--from", "run:last-30")
    assert done.code == 0, done.said
    text = (desk.folder / "gate.yaml").read_text()
    assert "name: churn" in text
    assert "like the last 9" in text
    assert "# 1 of 9 runs would have failed (11.11 %); was 0.6 to 0.92" in text
    desk.write("metrics.json", {"f1": 0.91})
    assert desk.run("check", "metrics.json").code == 0


def test_a_floor_is_where_the_next_run_should_lie(desk: Desk) -> None:
    from gate.stats.trend import expected

    keep(STEADY[:8])
    desk.run("init", "--from", "run:last-30")
    line = next(line for line in (desk.folder / "gate.yaml").read_text().splitlines() if "f1 >=" in line)
    assert float(line.split(">=")[1].split("#")[0]) == pytest.approx(expected(STEADY[:8])[0], abs=0.002)
    assert "0 of 8 runs" in line


def test_slices_count_together(desk: Desk) -> None:
    runs = [Entry(run(number, model="churn"), (logged("f1", value, on=EU),)) for number, value in enumerate(STEADY)]
    store().add(runs)
    desk.run("init", "--from", "run:last-30")
    text = (desk.folder / "gate.yaml").read_text()
    assert "f1[region=*] >=" in text
    assert "1 of 9 runs" in text


def test_models_that_were_refused_say_nothing(desk: Desk) -> None:
    keep(STEADY[:8])
    store().add([entry(20, {"f1": 0.1}, model="churn", verdict="fail")])
    desk.run("init", "--from", "run:last-30")
    assert "0 of 8 runs" in (desk.folder / "gate.yaml").read_text()


def written(desk: Desk, *more: str) -> str:
    done = desk.run("init", "--from", "run:last-30", "-o", "-", *more)
    assert done.code == 0, done.said
    return done.out


def test_runs_are_those_of_one_branch_and_it_says_of_which(desk: Desk) -> None:
    keep(STEADY[:8])
    more = [entry(number, {"f1": 0.5}, model="churn", branch="experiment") for number in range(20, 26)]
    store().add([*more, entry(30, {"f1": 0.1}, model="churn", branch="main", started="2099-01-01T00:00:00.000Z")])
    text = written(desk)
    assert "# It is of 8 runs on main, from 2026-11-22 to 2026-11-22." in text
    assert "# Left out are runs: 6 of other branches" in text
    assert "0 of 8 runs" in text
    done = desk.run("init", "--from", "run:last-4@experiment", "-o", "-")
    assert "# It is of 4 runs on experiment" in done.out
    assert desk.run("init", "--from", "run:last-4@nowhere", "-o", "-").code == 2


def test_runs_are_those_on_the_newest_test_set(desk: Desk) -> None:
    keep([0.5] * 5, test_set="old rows")
    store().add([entry(10 + at, {"f1": value}, model="churn", test_set="new rows") for at, value in enumerate(STEADY[:8])])
    store().add([entry(30, {"f1": 0.9}, model="churn")])
    text = written(desk)
    assert "of 9 runs on main, from 2026-11-22 to 2026-11-22, on the test set new rows." in text
    assert "# Left out are runs: 5 on other test sets." in text
    assert "0 of 9 runs" in text


def test_metrics_are_those_of_most_runs_not_of_the_newest(desk: Desk) -> None:
    keep(STEADY[:8])
    store().add([entry(20, {"newmetric": 1.0}, model="churn", verdict="")])
    text = written(desk)
    assert "  - f1 >= " in text
    assert "#   newmetric was measured in 1 of 9 runs" in text


def test_what_every_other_run_measures_counts(desk: Desk) -> None:
    """A job that logs while it trains, and then records its check: two runs for each model."""
    keep(STEADY[:8])
    store().add([entry(20 + at, {"auc": 0.9 + at / 100}, model="churn", verdict="") for at in range(8)])
    assert {line.split()[1] for line in written(desk).splitlines() if line.startswith("  - ")} == {"f1", "auc"}


def test_few_runs_are_a_guess(desk: Desk) -> None:
    keep(STEADY[:3])
    desk.run("init", "--from", "run:last-30")
    text = (desk.folder / "gate.yaml").read_text()
    assert "3 runs are few: check me" in text
    assert "one run in forty" not in text, "nothing is predicted from three runs"


def test_what_never_moved_is_a_guess_beside_what_is_predicted(desk: Desk) -> None:
    store().add([entry(at, {"f1": value, "recall": 0.9}, model="churn") for at, value in enumerate(STEADY[:8])])
    desk.run("init", "--from", "run:last-30")
    text = (desk.folder / "gate.yaml").read_text()
    assert "one run in forty" in text
    assert [line.split()[1] for line in text.splitlines() if "a guess: check me" in line] == ["recall"]


def test_which_model_is_meant(desk: Desk) -> None:
    keep(STEADY[:8])
    store().add([entry(40, {"recall": 0.9}, model="fraud")])
    done = desk.run("init", "--from", "run:last-30")
    assert done.code == 2
    assert "--model: churn, fraud" in done.said
    assert desk.run("init", "--from", "run:last-30", "--model", "churn").code == 0


@pytest.mark.parametrize("argv", [("--from", "run:last-30"), ("--from", "run:last-0"), ("--from", "run:last-3", "metrics.json")])
def test_what_gives_no_policy(desk: Desk, argv: tuple[str, ...]) -> None:
    desk.write("metrics.json", {"f1": 0.9})
    assert desk.run("init", *argv).code == 2
    assert not (desk.folder / "gate.yaml").exists()


def test_no_more_than_changes_counts(desk: Desk) -> None:
    keep(STEADY, trusted=False, event="change")
    assert desk.run("init", "--from", "run:last-30").code == 2
