"""Files at a commit by GitHub's API, against a GitHub that keeps state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gate.documents.files import FilesError
from gate.hosts.facts import Facts
from gate.revisions.github import MOST_READ, Revision, commit_date, open_revision, resolve
from tests.hosts.fake_github import BASE, HEAD, JOB_TOKEN, REPOSITORY, FakeGitHub, Fault, Link, Submodule, serving

POLICY = "gate: 1\nrules: [a > 1]\n"
FILES = {
    "gate.yaml": POLICY,
    "policies/deep/fraud.yaml": POLICY,
    ".github/workflows/gate.yml": "on: push\n",
    "README.md": "gate: 1",
    "link.yaml": Link("gate.yaml"),
    "linked": Link("policies"),
    "vendor": Submodule(),
    "empty.txt": b"",
    "bytes.bin": bytes(range(256)),
}


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with serving() as found:
        found.commit(BASE, FILES, "main")
        yield found


def facts(hub: FakeGitHub) -> Facts:
    return Facts(host="github", repository=REPOSITORY, api=hub.url)


def opened(hub: FakeGitHub, commit: str = BASE, token: str = JOB_TOKEN) -> Revision:
    return open_revision(commit, facts(hub), hub.environ(token))


def refused(call: Any, *args: Any) -> tuple[str, str]:
    with pytest.raises(FilesError) as caught:
        call(*args)
    assert JOB_TOKEN not in str(caught.value)
    return caught.value.problems[0].slug, str(caught.value)


@pytest.mark.parametrize("path", ["gate.yaml", "./gate.yaml", "policies/deep/fraud.yaml", "policies//deep/./fraud.yaml"])
def test_a_file_is_read(hub: FakeGitHub, path: str) -> None:
    revision = opened(hub)
    assert revision.is_file(path)
    assert revision.read(path, 1000) == POLICY.encode()
    assert revision.identity(path) == path.replace("./", "").replace("//", "/")


def test_bytes_are_bytes(hub: FakeGitHub) -> None:
    assert opened(hub).read("bytes.bin", 1000) == bytes(range(256))
    assert opened(hub).read("empty.txt", 0) == b""


def test_a_public_repository_needs_no_token(hub: FakeGitHub) -> None:
    assert opened(hub, token="").read("gate.yaml", 1000) == POLICY.encode()


def test_nothing_is_asked_twice(hub: FakeGitHub) -> None:
    revision = opened(hub)
    for _ in range(3):
        assert revision.is_file("policies/deep/fraud.yaml")
        revision.read("policies/deep/fraud.yaml", 1000)
    assert len(hub.requests) == 4


@pytest.mark.parametrize("path", ["none.yaml", "none/gate.yaml", "gate.yaml/x", "Gate.yaml", "policies/none.yaml"])
def test_what_is_not_there(hub: FakeGitHub, path: str) -> None:
    assert not opened(hub).is_file(path)
    assert refused(opened(hub).read, path, 1000)[0] == "not-there"


@pytest.mark.parametrize("path", ["policies", "policies/deep", "", "."])
def test_a_folder_is_no_file(hub: FakeGitHub, path: str) -> None:
    assert not opened(hub).is_file(path)
    assert refused(opened(hub).read, path, 1000)[0] == "not-a-plain-file"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("link.yaml", "link"), ("linked/deep/fraud.yaml", "link"), ("vendor", "submodule"), ("vendor/gate.yaml", "submodule")],
)
def test_links_and_submodules_are_not_followed(hub: FakeGitHub, path: str, kind: str) -> None:
    for call in (lambda: opened(hub).read(path, 1000), lambda: opened(hub).is_file(path)):
        slug, text = refused(call)
        assert slug == "not-a-plain-file"
        assert f"is a {kind} there" in text


@pytest.mark.parametrize("path", ["/gate.yaml", "../gate.yaml", "policies/../gate.yaml", "a\0b"])
def test_a_path_that_leads_upwards_is_refused(hub: FakeGitHub, path: str) -> None:
    assert refused(opened(hub).read, path, 1000)[0] == "unreadable"


def test_a_file_has_a_largest_size(hub: FakeGitHub) -> None:
    revision = opened(hub)
    assert revision.read("bytes.bin", 256)
    assert refused(revision.read, "bytes.bin", 255)[0] == "too-large"
    assert refused(opened(hub).read, "bytes.bin", 255)[0] == "too-large"


def test_what_is_not_the_file_at_this_commit_is_refused(hub: FakeGitHub) -> None:
    for name in hub.blobs:
        hub.blobs[name] = b"gate: 1\nrules: []\n"
    slug, text = refused(opened(hub).read, "gate.yaml", 1000)
    assert slug == "unreadable"
    assert "not the file at this commit" in text


def test_policies_are_found_whatever_they_are_called(hub: FakeGitHub) -> None:
    assert opened(hub).policies() == ["gate.yaml", "policies/deep/fraud.yaml"]
    more = {
        "a/gate.yml": Link("x"),
        "b/gate.yaml": Submodule(),
        "flow.yml": '{"gate": 1}',
        "not.yml": "gated: 1",
        "other.yml": Link("x"),
    }
    hub.commit(HEAD, more)
    assert opened(hub, HEAD).policies() == ["a/gate.yml", "b/gate.yaml", "flow.yml"]


def test_no_policy_anywhere(hub: FakeGitHub) -> None:
    hub.commit(HEAD, {"README.md": "x", "x.yaml": "on: push"})
    assert opened(hub, HEAD).policies() == []


def test_a_list_that_github_cuts_short_is_an_error(hub: FakeGitHub) -> None:
    revision = opened(hub)
    hub.truncated = True
    slug, text = refused(revision.policies)
    assert slug == "unreadable"
    assert "more files than GitHub lists at once" in text


def test_too_many_yaml_files_are_an_error(hub: FakeGitHub) -> None:
    hub.commit(HEAD, {f"{number}.yaml": "x: 1" for number in range(MOST_READ + 1)})
    assert "301 YAML files" in refused(opened(hub, HEAD).policies)[1]


@pytest.mark.parametrize("commit", ["main", "a" * 39, "A" * 40, "../" + "a" * 37, ""])
def test_a_revision_is_a_whole_commit(hub: FakeGitHub, commit: str) -> None:
    assert refused(opened, hub, commit)[0] == "unreadable"
    assert hub.requests == []


@pytest.mark.parametrize("answer", [401, 403, 404, 409, 422, 500, 301, "close"])
def test_what_cannot_be_seen_is_said_at_once(hub: FakeGitHub, answer: int | str) -> None:
    hub.faults.append(Fault("GET", "/git/trees/", answer, headers={"Location": "https://evil.example/"} if answer == 301 else {}))
    slug, text = refused(lambda: Revision(client_of(hub), facts(hub), BASE).look())
    assert slug == "unreadable"
    assert ("contents: read" in text) is (answer in (401, 403, 404))


def client_of(hub: FakeGitHub) -> Any:
    from gate.hosts.github_api import client

    return client(facts(hub), hub.environ(), pause=lambda _: None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"truncated": False},
        {"tree": [], "truncated": None},
        {"tree": [{}], "truncated": False},
        {"tree": [{"path": "gate.yaml", "mode": "100644", "sha": "x"}], "truncated": False},
    ],
)
def test_a_list_that_is_none_is_an_error(hub: FakeGitHub, body: dict[str, Any]) -> None:
    hub.faults.append(Fault("GET", "/git/trees/", 200, body=body))
    assert refused(opened, hub)[0] == "unreadable"


def test_names_of_branches_and_tags_become_commits(hub: FakeGitHub) -> None:
    hub.refs.update({"heads/release/1.x": HEAD, "tags/v1": HEAD})
    for ref, commit in [
        ("main", BASE),
        ("refs/heads/main", BASE),
        ("release/1.x", HEAD),
        ("v1", HEAD),
        ("refs/tags/v1", HEAD),
        (HEAD, HEAD),
    ]:
        assert resolve(ref, facts(hub), hub.environ()) == commit


def test_a_tag_does_not_replace_a_branch(hub: FakeGitHub) -> None:
    hub.refs["tags/main"] = HEAD
    assert refused(resolve, "main", facts(hub), hub.environ())[0] == "ambiguous-revision"
    assert resolve("refs/heads/main", facts(hub), hub.environ()) == BASE
    hub.refs["tags/main"] = BASE
    assert resolve("main", facts(hub), hub.environ()) == BASE


@pytest.mark.parametrize("ref", ["none", "refs/heads/none", "refs/pull/7/head", "HEAD"])
def test_a_name_that_nothing_has_is_an_error(hub: FakeGitHub, ref: str) -> None:
    assert refused(resolve, ref, facts(hub), hub.environ())[0] == "unknown-revision"


@pytest.mark.parametrize("ref", ["../../x", "a/../b", "", "a//b"])
def test_a_name_that_is_no_place_is_refused(hub: FakeGitHub, ref: str) -> None:
    assert refused(resolve, ref, facts(hub), hub.environ())[0] == "unreadable"
    assert hub.requests == []


def test_when_it_was_committed(hub: FakeGitHub) -> None:
    assert commit_date(BASE, facts(hub), hub.environ()) == "2026-05-28T20:26:40Z"
    assert commit_date("9" * 40, facts(hub), hub.environ()) == ""
