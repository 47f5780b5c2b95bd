"""Which pull request a commit belongs to, against a GitHub that keeps state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.hosts.facts import Facts
from gate.hosts.github import facts
from gate.hosts.github_pulls import Pulls, pulls
from tests.hosts.fake_github import BASE, HEAD, JOB_TOKEN, REPOSITORY, FakeGitHub, Fault, serving


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with serving() as found:
        yield found


def ask(hub: FakeGitHub, folder: Path, home: str | None = REPOSITORY, branch: str = "topic", head: str = HEAD) -> Pulls:
    """As a job after another workflow does."""
    repository = {"full_name": home, "owner": {"login": home.partition("/")[0]}} if home else None
    run = {"head_sha": head, "head_branch": branch, "repository": {"full_name": REPOSITORY}, "head_repository": repository}
    path = folder / "event.json"
    path.write_text(json.dumps({"workflow_run": {**run, "pull_requests": []}}))
    environ = hub.environ(GITHUB_EVENT_NAME="workflow_run", GITHUB_EVENT_PATH=str(path))
    known = facts(environ)
    assert known is not None
    found = pulls(known, environ, pause=lambda _: None)
    assert JOB_TOKEN not in repr(found)
    return found


def numbers(found: Pulls) -> list[int]:
    return [each.number for each in found.found]


def test_a_pull_request_of_this_repository(hub: FakeGitHub, tmp_path: Path) -> None:
    found = ask(hub, tmp_path).found[0]
    assert (found.number, found.head, found.base, found.base_branch, found.fork) == (7, HEAD, BASE, "main", False)


def test_a_pull_request_from_a_fork(hub: FakeGitHub, tmp_path: Path) -> None:
    hub.pull(8, head="e" * 40, home="mallory/fraud", branch="main")
    found = ask(hub, tmp_path, "mallory/fraud", "main", "e" * 40)
    assert (numbers(found), found.found[0].fork, found.troubles) == ([8], True, ())
    assert [asked.path for asked in hub.requests] == [f"/repos/{REPOSITORY}/pulls"]


def test_another_forks_branch_of_the_same_name_is_another(hub: FakeGitHub, tmp_path: Path) -> None:
    hub.pull(8, head="e" * 40, home="mallory/fraud")
    hub.pull(9, head="e" * 40, home="eve/fraud")
    assert numbers(ask(hub, tmp_path, "eve/fraud", head="e" * 40)) == [9]


@pytest.mark.parametrize(
    "odd",
    [
        {"state": "closed"},
        {"head": {"sha": "e" * 40, "ref": "topic", "repo": {"full_name": REPOSITORY, "owner": {"login": "acme"}}}, "older": HEAD},
        {"number": "7"},
        {"number": True},
        {"number": -1},
        {"base": {"sha": BASE, "ref": "main", "repo": {"full_name": "mallory/fraud"}}},
    ],
)
def test_what_is_not_an_open_one_at_this_commit_is_left_out(hub: FakeGitHub, tmp_path: Path, odd: dict[str, Any]) -> None:
    hub.pull(**{"number": 7, **odd}) if "number" not in odd else hub.pulls[7].update(odd)
    found = ask(hub, tmp_path)
    assert found == Pulls((), ("no pull request found: no open one has aaaaaaaaaaaa as its newest commit",))


def test_two_pull_requests_of_one_branch_are_both_found(hub: FakeGitHub, tmp_path: Path) -> None:
    hub.pull(9, base={"sha": BASE, "ref": "release", "repo": {"full_name": REPOSITORY}})
    assert numbers(ask(hub, tmp_path)) == [7, 9]


def test_a_branch_may_be_called_anything(hub: FakeGitHub, tmp_path: Path) -> None:
    name = "a&state=all#x y/../é"
    hub.pull(branch=name)
    assert numbers(ask(hub, tmp_path, branch=name)) == [7]


def test_a_fork_that_is_gone_has_none(hub: FakeGitHub, tmp_path: Path) -> None:
    hub.pull(8, head="e" * 40, home="mallory/fraud")
    assert numbers(ask(hub, tmp_path, None, head="e" * 40)) == []


@pytest.mark.parametrize("answer", [401, 403, 404, 429, 500, "close"])
def test_faults_are_told(hub: FakeGitHub, tmp_path: Path, answer: int | str) -> None:
    hub.faults.append(Fault("GET", "/pulls", answer))
    found = ask(hub, tmp_path)
    assert found.found == ()
    assert found.troubles[0].startswith("no pull request found: ")


def test_a_commit_that_is_not_known_is_told(hub: FakeGitHub) -> None:
    found = pulls(Facts(host="github", repository=REPOSITORY, api=hub.url), hub.environ())
    assert "not known" in found.troubles[0]
