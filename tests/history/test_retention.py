"""Pruning: by age and number, and what never goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.history.retention import Keep, prune, superfluous
from gate.history.store import Store
from gate.terms.run import Entry, Exclusion, Name, Run, Status
from tests.history.conftest import Opened
from tests.history.examples import entry, run


@pytest.fixture
def store(tmp_path: Path, opened: Opened) -> Store:
    store = opened(str(tmp_path / "history.db"))
    store.add([entry(number, {"f1": 0.9}, verdict="fail") for number in range(10)])
    return store


def numbers(runs: list[Run]) -> list[int]:
    return [int(each.id[-4:]) for each in runs]


def at(minute: int) -> str:
    return f"2026-11-22T00:{minute:02d}:00.000Z"


@pytest.mark.parametrize(
    ("keep", "gone"),
    [
        (Keep(), []),
        (Keep(since=at(4)), [3, 2, 1, 0]),
        (Keep(newest=3), [6, 5, 4, 3, 2, 1, 0]),
        (Keep(newest=0), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (Keep(since=at(8), newest=8), [7, 6, 5, 4, 3, 2, 1, 0]),
        (Keep(since=at(4), named=["run-0002"]), [3, 1, 0]),
    ],
)
def test_by_age_and_by_number(store: Store, keep: Keep, gone: list[int]) -> None:
    assert numbers(superfluous(store, keep)) == gone
    assert len(store.runs()) == 10
    assert numbers(prune(store, keep)) == gone
    assert numbers(store.runs()) == [number for number in range(9, -1, -1) if number not in gone]


def test_a_number_is_counted_for_each_model_and_branch(store: Store) -> None:
    store.add([entry(number, branch="dev", verdict="fail") for number in (20, 21)])
    store.add([entry(number, model="churn", verdict="fail") for number in (30, 31)])
    assert numbers(prune(store, Keep(newest=1))) == [30, 20, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert numbers(prune(store, Keep(newest=0), model="churn")) == [31]


def test_what_a_baseline_stands_for_stays(store: Store) -> None:
    store.add([Name("fraud", "release-1.0", "run-0001")])
    store.add([entry(10, verdict="pass"), entry(11, verdict="pass"), entry(12, verdict="warn", trusted=False)])
    store.add([entry(13, verdict="pass", branch="dev")])
    store.add([Entry(run(14, status=Status.RUNNING, finished="", verdict=""))])
    gone = numbers(prune(store, Keep(newest=0)))
    assert sorted(gone) == [0, *range(2, 10), 10, 12]
    assert numbers(store.runs()) == [14, 13, 11, 1]


def test_what_the_newest_decisions_compared_with_stays(store: Store) -> None:
    def deciding(number: int, text: str, **facts: Any) -> Entry:
        return Entry(run(number, verdict="fail", **facts), (), {"decision": text})

    compared = json.dumps({"baselines": [{"origin": {"source": "run:best(f1)", "run": "run-0002"}}, {"origin": {"source": "x"}}]})
    store.add([deciding(10, compared), deciding(11, "[1"), deciding(12, '{"baselines": [3]}'), deciding(13, "", branch="dev")])
    assert [number for number in range(10) if number not in numbers(superfluous(store, Keep(newest=0)))] == [2]
    store.add([entry(number, verdict="fail") for number in range(20, 40)])
    assert 2 in numbers(superfluous(store, Keep(newest=0))), "its decision is not among the newest twenty any more"


def test_a_run_of_a_day_to_come_takes_nobodys_place(store: Store) -> None:
    later = entry(12, verdict="pass", started="2099-01-01T00:00:00.000Z")
    store.add([entry(10, verdict="pass"), entry(11, verdict="pass"), later])
    gone = numbers(superfluous(store, Keep(newest=0, ahead="2026-11-23T00:00:00.000Z")))
    assert {11, 12}.isdisjoint(gone)
    assert 10 in gone


def test_nor_does_one_of_later_today(store: Store) -> None:
    store.add([entry(10, verdict="pass"), entry(11, verdict="pass", started="2026-11-22T23:30:00.000Z")])
    noon = "2026-11-22T12:00:00.000Z"
    assert numbers(superfluous(store, Keep(newest=0, ahead=noon))) == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert numbers(superfluous(store, Keep(newest=1, ahead=noon))) == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert numbers(superfluous(store, Keep(newest=2, ahead=noon))) == [8, 7, 6, 5, 4, 3, 2, 1, 0], "10 and 9 are the newest two"


def test_what_is_excluded_takes_nobodys_place_either(store: Store) -> None:
    store.add([entry(number, verdict="pass") for number in (10, 11, 12)])
    store.add([Exclusion("fraud", at(11), at(59), "wrong labels")])
    gone = numbers(superfluous(store, Keep(newest=1)))
    assert 10 not in gone, "it is what `run:latest` stands for"
    assert 12 not in gone, "it is again when the range is taken back"
    assert 11 in gone


def test_only_runs_of_the_model_and_branch_that_are_meant_go(store: Store) -> None:
    store.add([entry(number, branch="dev", verdict="fail") for number in (20, 21)])
    deciding = json.dumps({"baselines": [{"origin": {"source": "run:latest@dev", "run": "run-0020"}}]})
    store.add([Entry(run(30, verdict="fail"), (), {"decision": deciding})])
    assert numbers(superfluous(store, Keep(newest=0), branch="dev")) == [21], "a decision on main compared with the other"
    assert numbers(prune(store, Keep(newest=8), "fraud", "main")) == [2, 1, 0]
    assert numbers(prune(store, Keep(newest=0), "fraud", "nowhere")) == []


@pytest.mark.parametrize(("until", "stays"), [("9999-12-31", True), ("2020-01-01", False), ("", False)])
def test_a_run_that_a_valid_waiver_let_through_stays(store: Store, until: str, stays: bool) -> None:
    finding = {"waiver": {"until": until, "why": "relabelled", "by": "@head"}} if until else {}
    decision = json.dumps({"findings": [{"rule": "f1 > 0.8"}, finding]})
    store.add([Entry(run(10, verdict="warn", trusted=False), (), {"decision": decision})])
    assert (10 not in numbers(prune(store, Keep(newest=0)))) is stays


def test_waivers_are_those_of_the_day_that_is_asked_for(store: Store) -> None:
    decision = json.dumps({"findings": [{"waiver": {"until": "2026-12-31", "why": "relabelled", "by": "@head"}}]})
    store.add([Entry(run(10, verdict="warn", trusted=False), (), {"decision": decision})])
    assert 10 not in numbers(superfluous(store, Keep(newest=0, today="2026-12-31")))
    assert 10 in numbers(superfluous(store, Keep(newest=0, today="2027-01-01")))


def test_a_decision_that_cannot_be_read_is_not_thrown_away(store: Store) -> None:
    store.add([Entry(run(10, verdict="warn", trusted=False), (), {"decision": "[1"})])
    assert 10 not in numbers(prune(store, Keep(newest=0)))
