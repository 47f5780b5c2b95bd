"""What GitHub Actions tells a job, from its variables and the event's file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.hosts.facts import Event, Facts
from gate.hosts.github import facts
from gate.hosts.github_event import API

HEAD, BASE, MERGE = "a" * 40, "b" * 40, "c" * 40
BRANCH = {"GITHUB_REF": "refs/heads/main"}


def told(folder: Path, event: str, content: Any, **more: str) -> Facts:
    path = folder / "event.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_REPOSITORY": "acme/fraud",
        "GITHUB_SHA": MERGE,
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_RUN_ID": "99",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_WORKFLOW_REF": "acme/fraud/.github/workflows/check.yml@refs/heads/main",
        **more,
    }
    found = facts(environ)
    assert found is not None
    return found


def pull(home: str | None = "acme/fraud", **more: Any) -> dict[str, Any]:
    repo = {"full_name": home} if home else None
    head, base = {"sha": HEAD, "ref": "topic", "repo": repo}, {"sha": BASE, "ref": "main", "repo": {"full_name": "acme/fraud"}}
    return {"number": 7, "pull_request": {"number": 7, "head": head, "base": base, **more}}


@pytest.mark.parametrize("environ", [{}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_SHA": HEAD}])
def test_elsewhere_there_are_no_facts(environ: dict[str, str]) -> None:
    assert facts(environ) is None


def test_with_nothing_but_the_mark_there_are_few() -> None:
    assert facts({"GITHUB_ACTIONS": "true"}) == Facts(host="github", api=API)


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_a_pull_request(tmp_path: Path, event: str) -> None:
    assert told(tmp_path, event, pull()) == Facts(
        host="github",
        event=Event.CHANGE,
        repository="acme/fraud",
        commit=MERGE,
        head=HEAD,
        base=BASE,
        base_branch="main",
        branch="topic",
        number=7,
        fork=False,
        workflow="check.yml",
        run="99",
        run_url="https://github.com/acme/fraud/actions/runs/99",
        api="https://api.github.com",
    )


@pytest.mark.parametrize(("home", "fork"), [("acme/fraud", False), ("Acme/Fraud", False), ("mallory/fraud", True), (None, True)])
def test_a_fork_is_told_apart_also_when_it_is_gone(tmp_path: Path, home: str | None, fork: bool) -> None:
    assert told(tmp_path, "pull_request", pull(home)).fork is fork


def test_a_merge_queue_has_no_number_and_a_base_of_its_own(tmp_path: Path) -> None:
    group = {"merge_group": {"head_sha": HEAD, "base_sha": BASE, "base_ref": "refs/heads/main"}}
    found = told(tmp_path, "merge_group", group, GITHUB_REF="refs/heads/gh-readonly-queue/main/pr-7-" + HEAD)
    assert (found.event, found.number, found.head, found.base, found.base_branch) == (Event.QUEUE, 0, HEAD, BASE, "main")


@pytest.mark.parametrize(("home", "fork"), [("acme/fraud", False), ("mallory/fraud", True), (None, True)])
def test_after_another_workflow_the_head_is_that_ones(tmp_path: Path, home: str | None, fork: bool) -> None:
    run = {
        "head_sha": HEAD,
        "head_branch": "topic",
        "pull_requests": [{"number": 13}],
        "repository": {"full_name": "acme/fraud"},
        "head_repository": {"full_name": home} if home else None,
    }
    found = told(tmp_path, "workflow_run", {"workflow_run": run}, **BRANCH)
    assert (found.event, found.head, found.branch, found.fork, found.commit) == (Event.TRUSTED, HEAD, "topic", fork, MERGE)
    assert found.number == 0  # only GitHub's own answer is taken


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("push", Event.PUSH),
        ("schedule", Event.SCHEDULE),
        ("workflow_dispatch", Event.OTHER),
        ("issue_comment", Event.OTHER),
        ("", Event.OTHER),
    ],
)
def test_other_events(tmp_path: Path, event: str, expected: Event) -> None:
    found = told(tmp_path, event, {"pull_request": {"number": 7}}, **BRANCH)
    assert (found.event, found.commit, found.head, found.branch, found.number) == (expected, MERGE, MERGE, "main", 0)


def test_a_tag_is_no_branch(tmp_path: Path) -> None:
    assert told(tmp_path, "push", {}, GITHUB_REF="refs/tags/main").branch == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"7",
        b"null",
        b'{"pull_request": []}',
        b'{"pull_request": {"head": "x", "base": 7}}',
        b'{"pull_request": {"head": {"sha": "x"}, "base": {"sha": ["y"]}}}',
    ],
)
def test_a_broken_event_leaves_what_the_variables_say(tmp_path: Path, content: bytes) -> None:
    found = told(tmp_path, "pull_request", content, GITHUB_BASE_REF="main", GITHUB_HEAD_REF="topic")
    assert (found.event, found.number, found.base_branch, found.branch) == (Event.CHANGE, 7, "main", "topic")
    assert (found.head, found.base) == ("", "")


@pytest.mark.parametrize("path", ["", "none.json", "a\0b", "."])
def test_a_missing_event_is_no_error(path: str) -> None:
    found = facts({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": path})
    assert found is not None
    assert found.event is Event.CHANGE


@pytest.mark.parametrize("number", ["7", 7.0, True, -7, 0, None, [7], 10**30])
def test_a_number_is_a_number(tmp_path: Path, number: Any) -> None:
    assert told(tmp_path, "pull_request", pull(number=number), GITHUB_REF="refs/pull/8/merge").number == 8
    assert told(tmp_path, "pull_request", pull(number=number), GITHUB_REF="refs/pull/8; rm/merge").number == 0


@pytest.mark.parametrize("sha", ["main", "A" * 40, "a" * 39, "../" + "a" * 37, "a" * 40 + "\n", 7])
def test_a_commit_is_a_whole_one(tmp_path: Path, sha: Any) -> None:
    found = told(tmp_path, "pull_request", pull(head={"sha": sha}, base={"sha": sha}))
    assert (found.head, found.base) == ("", "")
    assert told(tmp_path, "push", {}, GITHUB_SHA=str(sha)).commit == ""


@pytest.mark.parametrize("repository", ["acme", "acme/fraud/more", "acme/../fraud", "acme/fraud?x", "acme/fr aud", ""])
def test_a_repository_is_owner_and_name(tmp_path: Path, repository: str) -> None:
    assert told(tmp_path, "push", {}, GITHUB_REPOSITORY=repository).repository == ""


def test_another_attempt_has_a_page_of_its_own(tmp_path: Path) -> None:
    assert told(tmp_path, "push", {}, GITHUB_RUN_ATTEMPT="2").run_url.endswith("/actions/runs/99/attempts/2")


@pytest.mark.parametrize(
    ("ref", "workflow"),
    [
        ("acme/fraud/.github/workflows/check.yml@refs/heads/main", "check.yml"),
        ("acme/policies/.github/workflows/check.yml@refs/heads/main", ""),
        ("acme/fraud/.github/workflows/../x.yml@v1", ""),
        ("", ""),
    ],
)
def test_a_workflow_is_a_file_of_this_repository(tmp_path: Path, ref: str, workflow: str) -> None:
    assert told(tmp_path, "push", {}, GITHUB_WORKFLOW_REF=ref).workflow == workflow


def test_an_enterprise_server_is_asked_where_it_is(tmp_path: Path) -> None:
    assert told(tmp_path, "push", {}, GITHUB_API_URL="https://git.acme.example/api/v3/").api == "https://git.acme.example/api/v3"


@pytest.mark.parametrize(("said", "protected"), [("true", True), ("false", False), ("", False), ("TRUE", False)])
def test_whether_the_branch_is_protected(tmp_path: Path, said: str, protected: bool) -> None:
    assert told(tmp_path, "push", {}, **BRANCH, GITHUB_REF_PROTECTED=said).protected is protected
    assert told(tmp_path, "push", {}, **BRANCH).protected is False
