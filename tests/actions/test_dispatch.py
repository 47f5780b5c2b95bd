"""`do: dispatch`: what is started, on which machine, and what is said where it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gate.actions import dispatch
from gate.actions.order import ActionError, Order, UnsureError
from gate.errors import Place
from gate.hosts import github_dispatch, gitlab_pipeline
from gate.hosts.facts import Event, Facts
from gate.policy.action import Action, When
from gate.record import replace
from gate.terms.decision import Decision, Verdict
from gate.web.errors import WebError
from tests.hosts import fake_github, fake_gitlab
from tests.hosts.fake_github import FakeGitHub, Fault
from tests.hosts.fake_gitlab import FakeGitLab

SECRETS = (fake_github.JOB_TOKEN, fake_gitlab.JOB_TOKEN, fake_gitlab.TRIGGER_TOKEN, fake_gitlab.TOKEN)


def order(facts: Facts | None, **settings: Any) -> Order:
    action = Action(when=When.FAIL, do="dispatch", where=Place("gate.yaml"), settings=settings)
    return Order(action=action, decision=Decision(Verdict.FAIL, commit="a" * 40), id="f00d", facts=facts)


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with fake_github.serving() as found:
        found.refs["heads/main"] = fake_github.BASE
        found.workflows["retrain.yml"] = ("depth", "quick")
        yield found


@pytest.fixture
def lab() -> Iterator[FakeGitLab]:
    with fake_gitlab.running(FakeGitLab()) as found:
        found.refs["refs/heads/main"] = "b" * 40
        yield found


def on_github(hub: FakeGitHub) -> Facts:
    return Facts(host="github", event=Event.SCHEDULE, repository=fake_github.REPOSITORY, branch="main", api=hub.url)


def on_gitlab(lab: FakeGitLab) -> Facts:
    return Facts(host="gitlab", event=Event.SCHEDULE, repository=fake_gitlab.PROJECT, branch="main", api=lab.url)


def refused(given: Order, environ: Mapping[str, str], kind: type[ActionError] = ActionError) -> str:
    """What is said of an action that was not done, in which no secret stands."""
    with pytest.raises(ActionError) as caught:
        dispatch.perform(given, environ)
    assert type(caught.value) is kind
    (problem,) = caught.value.problems
    assert problem.slug == "action-failed"
    said = f"{problem.message} | {problem.remedy}"
    assert not any(secret in said or secret[:12] in said for secret in SECRETS)
    return said


# -- GitHub


def test_a_workflow_runs_on_the_branch_of_the_job_with_inputs_as_text(hub: FakeGitHub) -> None:
    given = order(on_github(hub), workflow="retrain.yml", inputs={"depth": 6, "quick": True})
    assert dispatch.said(given) == "the workflow retrain.yml on main"
    dispatch.perform(given, hub.environ())
    assert hub.started == [{"workflow": "retrain.yml", "ref": "main", "inputs": {"depth": "6", "quick": "true"}}]


def test_an_event_tells_what_has_caused_it(hub: FakeGitHub) -> None:
    given = order(on_github(hub), event="retrain", inputs={"depth": 6})
    assert dispatch.said(given) == "the event retrain"
    dispatch.perform(given, hub.environ())
    (started,) = hub.started
    assert started["event"] == "retrain"
    assert started["payload"]["depth"] == 6
    assert (started["payload"]["gate"]["id"], started["payload"]["gate"]["verdict"]) == ("f00d", "fail")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"workflow": "other.yml"}, ("answers 404", "is .github/workflows/other.yml on the default branch?")),
        ({"workflow": "retrain.yml", "ref": "gone"}, ("No ref found for: gone", "on: workflow_dispatch:")),
        (
            {"workflow": "retrain.yml", "inputs": {"colour": "red"}},
            ('Unexpected inputs provided: ["colour"]', "with these inputs"),
        ),
        ({"workflow": "retrain.yml", "inputs": dict.fromkeys(map(str, range(26)), "")}, ("25 inputs at most",)),
        ({"event": "retrain", "inputs": dict.fromkeys(map(str, range(10)), "")}, ("9 inputs at most",)),
        ({"workflow": "retrain.yml", "inputs": {"depth": "x" * 70_000}}, ("60,000 are the most",)),
        ({}, ("neither `workflow` nor `event`",)),
    ],
)
def test_what_github_does_not_take(hub: FakeGitHub, settings: dict[str, Any], words: tuple[str, ...]) -> None:
    said = refused(order(on_github(hub), **settings), hub.environ())
    assert all(each in said for each in words), said
    assert hub.started == []


@pytest.mark.parametrize(
    ("settings", "permission"),
    [
        ({"workflow": "retrain.yml"}, "`permissions: {actions: write}`"),
        ({"event": "retrain"}, "`permissions: {contents: write}`"),
    ],
)
def test_a_job_without_permission_is_told_which(hub: FakeGitHub, settings: dict[str, Any], permission: str) -> None:
    hub.read_only = True
    said = refused(order(on_github(hub), **settings), hub.environ())
    assert "Resource not accessible by integration" in said
    assert permission in said
    assert "GITHUB_TOKEN is not set" in refused(order(on_github(hub), **settings), hub.environ(""))


@pytest.mark.parametrize("fault", [500, 502, 503, "close"])
def test_what_may_have_arrived_is_asked_once_and_nobody_knows(hub: FakeGitHub, fault: int | str) -> None:
    hub.faults.append(Fault("POST", "dispatches", fault))
    said = refused(order(on_github(hub), workflow="retrain.yml"), hub.environ(), UnsureError)
    assert "look there whether it runs" in said
    assert len(hub.requests) == 1


def test_a_server_that_did_nothing_is_asked_again_a_few_times(hub: FakeGitHub) -> None:
    hub.faults.append(Fault("POST", "dispatches", 429, times=2, headers={"Retry-After": "1"}))
    waited: list[float] = []
    github_dispatch.start_workflow(on_github(hub), hub.environ(), "retrain.yml", "main", {}, waited.append)
    assert (len(hub.requests), waited, len(hub.started)) == (3, [1.0, 1.0], 1)
    hub.faults.append(Fault("POST", "dispatches", 429, headers={"Retry-After": "1"}))
    with pytest.raises(WebError):
        github_dispatch.start_workflow(on_github(hub), hub.environ(), "retrain.yml", "main", {}, waited.append)
    assert (len(hub.requests), len(hub.started)) == (7, 1)


def test_a_server_that_is_not_there_has_started_nothing() -> None:
    facts = Facts(host="gitlab", repository=fake_gitlab.PROJECT, branch="main", api="http://127.0.0.1:9")
    with pytest.raises(WebError) as caught:
        gitlab_pipeline.start_pipeline(facts, {"CI_JOB_TOKEN": fake_gitlab.JOB_TOKEN}, "main", {}, lambda _: None)
    assert not caught.value.sent


# -- GitLab


def test_a_pipeline_runs_with_variables_by_the_token_of_the_job(lab: FakeGitLab) -> None:
    given = order(on_gitlab(lab), inputs={"DEPTH": 6})
    assert dispatch.said(given) == "a pipeline on main"
    dispatch.perform(given, lab.environ())
    dispatch.perform(given, lab.environ(GATE_GITLAB_TRIGGER_TOKEN=fake_gitlab.TRIGGER_TOKEN))
    assert [each["by"] for each in lab.started] == ["job", "trigger"]
    assert {each["variables"]["DEPTH"] for each in lab.started} == {"6"}
    assert not any("private-token" in asked.headers or "job-token" in asked.headers for asked in lab.asked)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"workflow": "retrain.yml"}, ("GitLab has pipelines", "take out `workflow`")),
        ({"event": "retrain"}, ("GitLab has pipelines", "take out `event`")),
        ({"ref": "gone"}, ("Reference not found", "is there a branch gone")),
        ({"inputs": {"A": "b"}}, ("Insufficient permissions to set pipeline variables", "may jobs set pipeline variables")),
    ],
)
def test_what_gitlab_does_not_take(lab: FakeGitLab, settings: dict[str, Any], words: tuple[str, ...]) -> None:
    lab.takes_variables = False
    said = refused(order(on_gitlab(lab), **settings), lab.environ())
    assert all(each in said for each in words), said
    assert lab.started == []


def test_a_token_without_permission(lab: FakeGitLab) -> None:
    environ = lab.environ(GATE_GITLAB_TRIGGER_TOKEN="glptt-of-another-project")
    assert "GATE_GITLAB_TRIGGER_TOKEN" in refused(order(on_gitlab(lab)), environ)
    nothing = {name: value for name, value in environ.items() if "TOKEN" not in name}
    assert "GATE_GITLAB_TRIGGER_TOKEN is not set" in refused(order(on_gitlab(lab)), nothing)


def test_a_server_that_repeats_the_token_is_not_quoted(lab: FakeGitLab) -> None:
    lab.answers["POST /projects/risk%2Ffraud/trigger/pipeline"] = (
        400,
        f'{{"message": "{"x" * 180}{fake_gitlab.JOB_TOKEN}"}}'.encode(),
    )
    assert "the server answers 400" in refused(order(on_gitlab(lab)), lab.environ())


def test_a_token_does_not_travel_unencrypted(lab: FakeGitLab) -> None:
    far = replace(on_gitlab(lab), api="http://gitlab.example.com/api/v4")
    assert "unencrypted" in refused(order(far), lab.environ())


# -- elsewhere


@pytest.mark.parametrize("facts", [None, Facts(host="jenkins", repository="a/b"), Facts(host="github")])
def test_elsewhere_nothing_can_be_started(facts: Facts | None) -> None:
    assert "no job of GitHub or GitLab" in refused(order(facts, workflow="retrain.yml"), {})


def test_a_job_of_no_branch_needs_one(hub: FakeGitHub) -> None:
    assert "`ref: main`" in refused(order(replace(on_github(hub), branch=""), workflow="retrain.yml"), hub.environ())
