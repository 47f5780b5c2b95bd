"""A check run or a commit status on the change's newest commit, against a GitHub that keeps state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gate.hosts.facts import Event, Facts
from gate.hosts.github_check import SUMMARY_LIMIT, check
from gate.hosts.host import Annotation, Check, Posted
from tests.hosts.fake_github import HEAD, JOB_TOKEN, PERSONAL_TOKEN, REPOSITORY, FakeGitHub, Fault, serving

RUN = f"https://github.example/{REPOSITORY}/actions/runs/99"


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with serving() as found:
        yield found


def put(hub: FakeGitHub, token: str = JOB_TOKEN, fork: bool = False, head: str = HEAD, **more: Any) -> Posted:
    known: dict[str, Any] = {"name": "gate", "passed": False, "title": "2 of 5 rules fail", "summary": "# Report"}
    facts = Facts(
        host="github", event=Event.CHANGE, repository=REPOSITORY, head=head, number=7, fork=fork, run_url=RUN, api=hub.url
    )
    posted = check(facts, hub.environ(token), Check(**{**known, **more}), pause=lambda _: None)
    assert JOB_TOKEN not in repr(posted)
    return posted


def marks(count: int) -> list[Annotation]:
    return [Annotation(path="gate.yaml", line=line, level="failure", message=f"rule {line}") for line in range(1, count + 1)]


@pytest.mark.parametrize(("passed", "conclusion"), [(True, "success"), (False, "failure")])
def test_a_check_run_is_green_or_red_and_nothing_else(hub: FakeGitHub, passed: bool, conclusion: str) -> None:
    posted = put(hub, passed=passed)
    run = next(iter(hub.check_runs.values()))
    assert posted == Posted(run["html_url"])
    assert (run["head_sha"], run["status"], run["conclusion"], run["name"]) == (HEAD, "completed", conclusion, "gate")
    assert run["output"] == {"title": "2 of 5 rules fail", "summary": "# Report", "annotations": []}
    assert run["details_url"] == RUN


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (50, 1), (51, 2), (120, 3)])
def test_annotations_come_fifty_at_a_time(hub: FakeGitHub, count: int, requests: int) -> None:
    assert put(hub, annotations=marks(count)).troubles == ()
    shown = next(iter(hub.check_runs.values()))["output"]["annotations"]
    assert [mark["start_line"] for mark in shown] == list(range(1, count + 1))
    assert len(hub.requests) == requests


def test_of_ten_thousand_annotations_the_first_are_shown(hub: FakeGitHub) -> None:
    posted = put(hub, annotations=marks(10_000))
    assert posted.url
    assert posted.troubles == ("the check shows 500 of 10000 annotations",)
    assert len(next(iter(hub.check_runs.values()))["output"]["annotations"]) == 500


def test_an_annotation_is_what_github_takes(hub: FakeGitHub) -> None:
    odd = Annotation(path="gate.yaml", line=0, level="error", message="m" * 20_000, title="t" * 400)
    assert put(hub, annotations=[odd]).troubles == ()
    shown = next(iter(hub.check_runs.values()))["output"]["annotations"][0]
    assert (shown["start_line"], shown["end_line"], shown["annotation_level"], len(shown["title"])) == (1, 1, "failure", 255)


def test_the_mark_stands_when_later_annotations_do_not_arrive(hub: FakeGitHub) -> None:
    hub.faults.append(Fault("PATCH", "/check-runs/", 500))
    posted = put(hub, annotations=marks(60))
    assert posted.url
    assert posted.troubles[0].startswith("the check does not show all annotations: ")


def test_a_summary_that_is_too_long_does_not_cost_the_mark(hub: FakeGitHub) -> None:
    assert put(hub, summary="x" * SUMMARY_LIMIT).troubles == ()
    posted = put(hub, summary="x" * (SUMMARY_LIMIT + 1))
    assert posted.troubles == ("the check has no summary: 65536 characters are more than GitHub takes (65535)",)
    assert list(hub.check_runs.values())[1]["output"]["summary"] == "2 of 5 rules fail"


@pytest.mark.parametrize(("passed", "state"), [(True, "success"), (False, "failure")])
def test_a_personal_token_makes_a_status_instead(hub: FakeGitHub, passed: bool, state: str) -> None:
    posted = put(hub, PERSONAL_TOKEN, passed=passed, title="x" * 200)
    assert posted == Posted(RUN)
    assert hub.check_runs == {}
    assert hub.statuses == [{"state": state, "context": "gate", "description": "x" * 139 + "…", "target_url": RUN, "sha": HEAD}]


def test_a_job_that_may_write_statuses_only_makes_one(hub: FakeGitHub) -> None:
    hub.faults.append(Fault("POST", "/check-runs", 403))
    assert put(hub).troubles == ()
    assert len(hub.statuses) == 1


@pytest.mark.parametrize(("fork", "advice"), [(False, "permissions: {checks: write}"), (True, "gate publish")])
def test_a_token_that_may_only_read(hub: FakeGitHub, fork: bool, advice: str) -> None:
    hub.read_only = True
    posted = put(hub, fork=fork)
    assert posted.url == ""
    assert len(posted.troubles) == 1
    assert "/check-runs: the server answers 403" in posted.troubles[0]
    assert advice in posted.troubles[0]


@pytest.mark.parametrize("answer", [401, 404, 422, 429, 500, 503, 302, "close"])
def test_every_fault_is_told_and_none_raised(hub: FakeGitHub, answer: int | str) -> None:
    hub.faults.append(Fault("POST", "", answer, headers={"Location": "https://evil.example/"} if answer == 302 else {}))
    posted = put(hub)
    assert posted.url == ""
    assert posted.troubles[0].startswith("no check on the commit: ")
    assert len(hub.requests) == 1


def test_a_pause_that_github_asks_for_is_kept(hub: FakeGitHub) -> None:
    hub.faults.append(Fault("POST", "", 403, times=1, headers={"Retry-After": "1"}))
    assert put(hub).troubles == ()
    assert len(hub.check_runs) == 1


def test_a_commit_that_github_does_not_know_is_told(hub: FakeGitHub) -> None:
    assert "No commit found for SHA" in put(hub, head="f" * 40).troubles[0]
    assert "not known" in put(hub, head="").troubles[0]


def test_without_a_token_nothing_is_asked(hub: FakeGitHub) -> None:
    assert "GITHUB_TOKEN is not set" in put(hub, "").troubles[0]
    assert hub.requests == []
