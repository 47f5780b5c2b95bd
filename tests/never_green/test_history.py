"""No history makes a gate green by accident: one test for each way in which it would."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

import gate
from gate.app.clock import clock
from gate.errors import HistoryError
from gate.history.store import Store, open_store
from gate.record import replace
from gate.terms.run import Entry, moment
from tests.conftest import Desk, Run
from tests.history.examples import entry, logged, run

NOW = "2026-11-23"  # the runs of tests.history.examples began the day before
STEADY = [0.90, 0.91, 0.90, 0.92, 0.91, 0.90, 0.91, 0.90]
CHANGE = {
    "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/5/merge",
    "GITHUB_HEAD_REF": "main", "GITHUB_BASE_REF": "main", "GITHUB_REPOSITORY": "o/r", "GITHUB_ACTOR": "mallory",
}  # fmt: skip
TAG = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1", "GITHUB_REPOSITORY": "o/r"}
MARKS = ("GATE_HISTORY", "GATE_RUN", "GITLAB_CI", "CIRCLECI", "JENKINS_URL", "TF_BUILD", "BITBUCKET_BUILD_NUMBER")


@pytest.fixture(autouse=True)
def nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty folder outside of CI and of any repository."""
    for name in (*MARKS, *CHANGE, "GITHUB_EVENT_PATH"):
        monkeypatch.delenv(name, raising=False)
    return desk


def store() -> Store:
    return open_store("", os.environ, write=True)


def keep(values: Sequence[float], start: int = 0, **facts: Any) -> None:
    """Runs outside of a repository, a minute apart."""
    told = {"model": "model", "branch": "", "verdict": ""} | facts
    store().add([entry(start + number, {"f1": value}, **told) for number, value in enumerate(values)])


def check(desk: Desk, rule: str, value: float, *argv: str, head: str = "") -> Run:
    desk.rules(rule, head=head)
    desk.write("metrics.json", {"f1": value})
    return desk.run("check", "metrics.json", *(argv or ("--now", NOW)))


def said(done: Run) -> str:
    return " ".join(done.said.split())


def git(*words: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture
def detached(desk: Desk) -> Desk:
    """A repository in which a commit is checked out, and no branch."""
    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("checkout", "-q", "--detach")
    return desk


# -- whose runs


def test_a_change_adds_nothing_to_a_trusted_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.run("log", "f1=0.91", "--model", "model", "--at", "2026-11-01", "--run", "r1").code == 0
    with monkeypatch.context() as job:
        for name, value in CHANGE.items():
            job.setenv(name, value)
        done = desk.run("log", "f1=0.1", "--model", "model", "--step", "99", "--run", "r1")
        assert done.code == 2
        assert "is trusted, and what this job records is not" in done.said
        job.setenv("GATE_RUN", "r1")
        with pytest.raises(HistoryError, match="is trusted, and what this job records is not"):
            gate.run("model")
    assert [point.value for point in store().points("r1")] == [0.91]
    assert check(desk, "f1 >= min(last(f1, 1))", 0.5).code == 1


def test_a_trusted_process_makes_no_other_run_trusted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as job:
        for name, value in CHANGE.items():
            job.setenv(name, value)
        assert desk.run("log", "f1=0.1", "--model", "model", "--run", "r1").code == 0
    assert desk.run("log", "f1=0.2", "--model", "model", "--step", "1", "--run", "r1").code == 0
    found = store().run("r1")
    assert found is not None
    assert not found.trusted
    assert check(desk, "f1 >= min(last(f1, 1))", 0.5).code == 3


# -- of which branch


@pytest.mark.parametrize(
    ("rule", "head"),
    [
        ("f1 >= min(last(f1, 3))", ""),
        ("f1 >= baseline", "baselines: {baseline: run:latest}\n"),
        ("f1 >= baseline", "baselines: {baseline: 'run:best(f1)'}\n"),
    ],
)
def test_a_commit_of_no_branch_is_compared_with_no_other_branch(detached: Desk, rule: str, head: str) -> None:
    keep([0.5] * 3, branch="feature", verdict="pass")
    keep([0.5] * 3, start=5, verdict="pass")  # recorded there by another commit of no branch: it may be a feature's
    done = check(detached, rule, 0.6, head=head)
    assert done.code == 3
    assert "which branch" in said(done)
    assert "run:latest@main" in said(done)


def test_where_the_policy_says_the_branch_it_is_known(detached: Desk) -> None:
    keep([0.5], branch="main", verdict="pass")
    assert check(detached, "f1 >= baseline", 0.6, head="baselines: {baseline: run:latest@main}\n").code == 0


@pytest.mark.parametrize("default", ["main", ""])
@pytest.mark.parametrize("host", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("rule", "head"), [("f1 >= min(last(f1, 3))", ""), ("f1 >= baseline", "baselines: {baseline: run:latest}\n")]
)
def test_a_tag_is_compared_with_the_default_branch(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, host: str, default: str, rule: str, head: str
) -> None:
    keep([0.9] * 3, branch="main", verdict="pass")
    keep([0.5] * 3, start=5, branch="feature", verdict="pass")
    desk.write("event.json", {"repository": {"default_branch": default, "full_name": "o/r"}})
    tag = TAG if host == "github" else {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": "v1"}
    for name, value in {**tag, "GITHUB_EVENT_PATH": "event.json", "CI_DEFAULT_BRANCH": default}.items():
        monkeypatch.setenv(name, value)
    done = check(desk, rule, 0.6, head=head)
    assert done.code == (1 if default else 3)
    assert default or "which branch" in said(done)


def test_a_change_that_would_go_nobody_knows_where(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """CircleCI names no target: the change's own branch, where it can push what it likes, is none to compare with."""
    keep([0.5] * 3, branch="feature", verdict="pass")
    for name, value in {"CIRCLECI": "true", "CIRCLE_BRANCH": "feature", "CIRCLE_PULL_REQUEST": "https://x/pull/5"}.items():
        monkeypatch.setenv(name, value)
    assert check(desk, "f1 >= min(last(f1, 3))", 0.6).code == 3


def test_runs_outside_of_a_repository_find_each_other_and_no_others(desk: Desk) -> None:
    keep([0.5] * 3, branch="main", verdict="pass")
    assert check(desk, "f1 >= min(last(f1, 3))", 0.6).code == 3
    assert check(desk, "f1 >= baseline", 0.6, head="baselines: {baseline: run:latest}\n").code == 3
    keep([0.9] * 3, start=5, verdict="pass")
    assert check(desk, "f1 >= min(last(f1, 3))", 0.6).code == 1
    assert check(desk, "f1 >= baseline", 0.6, head="baselines: {baseline: run:latest}\n").code == 1
    git("init", "-q")
    done = check(desk, "f1 >= min(last(f1, 6))", 0.6)
    assert done.code == 3, "a run without a branch is none of main's"


# -- on which rows


def test_another_test_set_ends_the_series_of_plain_numbers_too(desk: Desk) -> None:
    keep([0.74, 0.75, 0.76], test_set="B")
    keep([0.91, 0.92, 0.93], start=5, test_set="A")
    done = check(desk, "f1 >= expected_low(f1, 6)", 0.60)
    assert done.code == 3
    assert "measured other rows" in said(done)
    assert check(desk, "f1 >= expected_low(f1, 3)", 0.60).code == 1


def test_a_run_that_names_no_rows_hides_no_others(desk: Desk) -> None:
    keep([0.74, 0.75], test_set="B")
    keep([0.92], start=2)
    keep([0.91], start=3, test_set="A")
    keep([0.93], start=4)
    assert check(desk, "f1 >= min(last(f1, 3))", 0.60).code == 1
    assert check(desk, "f1 >= min(last(f1, 4))", 0.80).code == 3


def test_the_rows_of_the_run_that_is_going_on_are_the_candidates(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    keep([0.5, 0.5], test_set="A")
    assert desk.run("log", "loss=1", "--model", "model", "--test-set", "B", "--run", "mine").code == 0
    monkeypatch.setenv("GATE_RUN", "mine")
    assert check(desk, "f1 >= min(last(f1, 2))", 0.60).code == 3


# -- of which day


@pytest.mark.parametrize(
    ("rule", "head"),
    [
        ("f1 >= min(last(f1, 1))", ""),
        ("f1 >= baseline", "baselines: {baseline: run:latest}\n"),
        ("f1 >= baseline", "baselines: {baseline: 'run:best(loss)'}\nmetrics: {loss: {better: lower, from: f1}}\n"),
    ],
)
@pytest.mark.parametrize("argv", [(), ("--now", "2026-11-30")])
def test_a_run_of_a_day_to_come_is_no_past(desk: Desk, rule: str, head: str, argv: tuple[str, ...]) -> None:
    keep([0.9], started="2020-01-01T00:00:00.000Z", verdict="pass")
    keep([0.1], start=1, started="2099-01-01T00:00:00.000Z", verdict="pass")
    keep([0.2], start=2, started="2098-01-01T00:00:00.000Z")
    desk.rules(rule, head=head)
    desk.write("metrics.json", {"f1": 0.5})
    assert desk.run("check", "metrics.json", *argv).code == 1
    assert desk.run("check", "metrics.json", "--now", "2099-06-01").code == 0


def test_nor_is_one_by_its_name(desk: Desk) -> None:
    keep([0.1], started="2099-01-01T00:00:00.000Z", verdict="pass")
    done = check(desk, "f1 >= baseline", 0.5, head="baselines: {baseline: run:run-0000}\n")
    assert done.code == 3
    assert "later than what is judged" in said(done)


def test_the_clocks_of_two_machines_may_differ_a_little() -> None:
    assert moment() < clock().before < moment(4_102_444_800)
    assert clock("2026-11-30").before == "2026-11-30T00:00:00.000Z"


def test_a_candidate_is_not_its_own_past(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    keep([0.9] * 5)
    monkeypatch.setenv("GATE_RUN", "mine")
    assert desk.run("log", "f1=0.1", "--model", "model").code == 0
    desk.rules("f1 >= min(last(f1, 5))")
    desk.write("metrics.json", {"f1": 0.1})
    assert desk.run("check", "metrics.json").code == 1
    desk.rules("f1 >= min(last(f1, 6))")
    assert desk.run("check", "metrics.json").code == 3
    monkeypatch.delenv("GATE_RUN")
    assert desk.run("check", "metrics.json").code == 0, "nobody knows then that it is the candidate's: docs/history.md says so"


def test_a_change_takes_no_run_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    keep([0.5], branch="main")
    keep([0.9], start=1, branch="main")
    for name, value in {**CHANGE, "GATE_RUN": "run-0001"}.items():
        monkeypatch.setenv(name, value)
    assert check(desk, "f1 >= min(last(f1, 1))", 0.6).code == 1


# -- found at all


def test_many_refused_runs_do_not_hide_those_that_passed(desk: Desk) -> None:
    keep(STEADY, verdict="pass")
    keep([0.1] * 60, start=20, verdict="fail")
    assert check(desk, "f1 >= expected_low(f1, 8)", 0.5).code == 1
    assert check(desk, "f1 >= expected_low(f1, 8)", 0.9).code == 0
    assert check(desk, "f1 >= max(last(f1, 8))", 0.2).code == 0, "an average is about what happened"


@pytest.mark.parametrize("names", [("alpha", "beta"), ("alpha", "alpha")])
def test_two_policies_find_the_runs_that_they_recorded(desk: Desk, names: tuple[str, str]) -> None:
    first, second = names
    desk.write("a.yaml", f"gate: 1\nname: {first}\nbaselines: {{baseline: run:latest}}\nrules: [f1 >= baseline, f1 > 0.5]\n")
    desk.write("b.yaml", f"gate: 1\nname: {second}\nrules: ['f1 >= min(last(f1, 1))']\n")
    both = ("check", "metrics.json", "-p", "a.yaml", "-p", "b.yaml", "-o", "decision.json")
    desk.write("metrics.json", {"f1": 0.9})
    assert desk.run(*both, "--record", "--now", "2026-11-01", "--first-release", "the first").code == 0
    assert desk.run(*both, "--now", "2026-11-02").code == 0
    assert json.loads((desk.folder / "decision.json").read_text())["baselines"][0]["origin"]["source"] == "run:latest"
    desk.write("metrics.json", {"f1": 0.8})
    assert desk.run(*both, "--now", "2026-11-02").code == 1
    (recorded,) = store().runs()
    assert recorded.model == f"{first} + {second}"


def test_a_baseline_from_python_is_of_this_model(desk: Desk) -> None:
    keep([0.1], model="another", verdict="pass")
    desk.rules("f1 >= baseline", head="baselines: {baseline: run:latest}\n")
    assert gate.check({"f1": 0.5}, "gate.yaml").exit_code == 3
    keep([0.9], start=1, verdict="pass")
    assert gate.check({"f1": 0.5}, "gate.yaml").exit_code == 1
    desk.rules("f1 >= baseline")
    assert gate.check({"f1": 0.5}, "gate.yaml", baseline="run:latest").exit_code == 1
    assert gate.check({"f1": 0.95}, "gate.yaml", baseline="run:best(f1)").exit_code == 0


def test_a_baseline_given_is_of_the_policys_history(desk: Desk) -> None:
    keep([0.1], verdict="pass")
    policy = "gate: 1\nname: model\nhistory: other.db\nrules: [f1 >= baseline]\n"
    desk.write("gate.yaml", policy)
    desk.write("metrics.json", {"f1": 0.5})
    assert desk.run("check", "metrics.json", "-b", "run:latest").code == 3
    open_store("other.db", {}, write=True).add([entry(1, {"f1": 0.9}, model="model", branch="")])
    assert desk.run("check", "metrics.json", "-b", "run:latest").code == 1


@pytest.mark.parametrize(
    ("metric", "facts", "stored", "code"),
    [
        ("my_score", "better: higher", "my_score", 1),
        ("my_score", "better: lower", "my_score", 0),
        ("f1", "from: eval.f1", "eval.f1", 1),
        ("mine", "{from: eval.f1, better: higher}", "eval.f1", 1),
    ],
)
def test_the_best_by_what_the_policy_says_of_a_metric(desk: Desk, metric: str, facts: str, stored: str, code: int) -> None:
    values = [0.8, 0.3, 0.6]
    told = {"model": "model", "branch": ""}
    store().add([Entry(replace(run(number, **told)), (logged(stored, value),)) for number, value in enumerate(values)])
    head = (
        f"metrics: {{{metric}: {facts if facts[0] == '{' else f'{{{facts}}}'}}}\nbaselines: {{baseline: 'run:best({metric})'}}\n"
    )
    better = "<=" if "lower" in facts else ">="
    desk.rules(f"{metric} {better} baseline", head=head)
    document: dict[str, Any] = {"eval": {"f1": 0.7}} if stored == "eval.f1" else {stored: 0.2 if better == "<=" else 0.7}
    desk.write("metrics.json", document)
    done = desk.run("check", "metrics.json", "--now", NOW)
    assert done.code == code, done.said


# -- what may not be looked at is not what does not exist yet


@pytest.mark.parametrize(
    ("rule", "head"),
    [
        ("f1 >= baseline - 0.01", "history: round/h.db\nbaselines: {baseline: run:latest}\n"),
        ("f1 >= mean(last(f1, 5)) - 0.01", "history: round/h.db\n"),
        ("f1 >= baseline - 0.01", "baselines: {baseline: round/old.json}\n"),
    ],
)
def test_what_cannot_be_reached_is_no_first_release(desk: Desk, rule: str, head: str) -> None:
    """A folder of somebody else's answers as one that leads round in a circle does, which not even root can enter."""
    os.symlink("round", "round")
    done = check(desk, rule, 0.9, "--first-release", "the first one", "--now", NOW, head=head)
    assert done.code in (2, 3), done.said
    assert "there is no" not in done.said


def test_a_history_that_cannot_be_reached_is_not_called_empty(desk: Desk) -> None:
    os.symlink("round", "round")
    done = desk.run("history", "--store", "round/h.db")
    assert done.code == 2
    assert "round/h.db cannot be opened or written" in done.err
