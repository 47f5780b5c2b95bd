from __future__ import annotations

from collections.abc import Iterator

import pytest

from gate.documents.files import FilesError
from gate.hosts.gitlab import facts
from gate.revisions.gitlab import MOST_YAML, Revision, commit_date, open_revision, resolve
from tests.hosts.fake_gitlab import JOB_TOKEN, TOKEN, FakeGitLab, running

COMMIT = "b" * 40
POLICY = b"gate: 1\nname: fraud\nrules: [recall > 0.8]\n"
FILE, LINK, SUBMODULE = "100644", "120000", "160000"


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    tree = {
        "gate.yaml": (FILE, POLICY),
        "policies/strict.yaml": (FILE, b"gate: 1\n"),
        "policies/run.sh": ("100755", b"#!/bin/sh\n"),
        "policies/link.yaml": (LINK, b"../gate.yaml"),
        "linked": (LINK, b"policies"),
        "module": (SUBMODULE, b""),
        "a b/#?&.yaml": (FILE, b"odd"),
    }
    with running(FakeGitLab(trees={COMMIT: tree})) as fake:
        yield fake


@pytest.fixture(params=["listing", "single"])
def revision(gitlab: FakeGitLab, request: pytest.FixtureRequest) -> Revision:
    """With the project's token, and with the job's own."""
    return opened(gitlab, single=request.param == "single")


def opened(gitlab: FakeGitLab, commit: str = COMMIT, *, single: bool = False, **more: str) -> Revision:
    environ = gitlab.environ(**{**({"GATE_GITLAB_TOKEN": ""} if single else {}), **more})
    told = facts(environ)
    assert told is not None
    return open_revision(commit, told, environ, single=single)


def slug(revision: Revision, path: str, most: int = 1000) -> str:
    with pytest.raises(FilesError) as raised:
        revision.read(path, most)
    return raised.value.problems[0].slug


def test_files_are_read_at_the_commit(revision: Revision) -> None:
    assert revision.revision == COMMIT
    assert revision.is_file("gate.yaml")
    assert revision.read("gate.yaml", 1000) == POLICY
    assert revision.read("./policies//strict.yaml", 1000) == b"gate: 1\n"
    assert revision.read("policies/run.sh", 1000) == b"#!/bin/sh\n"
    assert revision.read("a b/#?&.yaml", 1000) == b"odd"


def test_what_is_not_there_is_not_there(revision: Revision) -> None:
    for path in ("none.yaml", "policies/none.yaml", "none/gate.yaml", "gate.yaml/x"):
        assert not revision.is_file(path)
        assert slug(revision, path) == "not-there"


def test_a_folder_is_no_file(gitlab: FakeGitLab, revision: Revision) -> None:
    assert not revision.is_file("policies")
    assert not revision.is_file(".")
    assert slug(opened(gitlab), "policies") == "not-a-plain-file"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("policies/link.yaml", "link"), ("linked", "link"), ("linked/strict.yaml", "link"), ("module", "submodule")],
)
def test_links_and_submodules_are_refused(gitlab: FakeGitLab, path: str, kind: str) -> None:
    revision = opened(gitlab)
    assert slug(revision, path) == "not-a-plain-file"
    with pytest.raises(FilesError, match=f"is a {kind} there"):
        revision.is_file(path)


def test_a_link_is_never_followed_with_a_jobs_token_either(gitlab: FakeGitLab) -> None:
    revision = opened(gitlab, single=True)
    assert revision.read("policies/link.yaml", 1000) == b"../gate.yaml"
    assert slug(revision, "linked/strict.yaml") == "not-there"
    assert slug(revision, "module") == "not-there"


@pytest.mark.parametrize("path", ["/gate.yaml", "../gate.yaml", "policies/../../x", "a\0b"])
def test_a_path_stays_inside(revision: Revision, path: str) -> None:
    assert slug(revision, path) == "unreadable"
    with pytest.raises(FilesError):
        revision.is_file(path)
    with pytest.raises(FilesError):
        revision.identity(path)


def test_a_file_above_the_limit_is_too_large(revision: Revision) -> None:
    assert slug(revision, "gate.yaml", 10) == "too-large"
    assert revision.read("gate.yaml", len(POLICY)) == POLICY
    assert slug(revision, "gate.yaml", 10) == "too-large"


def test_the_same_file_has_one_identity(revision: Revision) -> None:
    assert revision.identity("policies/./strict.yaml") == revision.identity("./policies//strict.yaml") == "policies/strict.yaml"


def test_nothing_is_asked_twice(gitlab: FakeGitLab, revision: Revision) -> None:
    revision.is_file("policies/strict.yaml")
    revision.read("policies/strict.yaml", 1000)
    asked = len(gitlab.asked)
    revision.is_file("policies/strict.yaml")
    revision.read("policies/strict.yaml", 1000)
    assert len(gitlab.asked) == asked


def test_a_folder_of_many_files_is_listed_whole(gitlab: FakeGitLab) -> None:
    for number in range(250):
        gitlab.trees[COMMIT][f"many/{number:03}.txt"] = (FILE, b"x")
    gitlab.trees[COMMIT]["many/gate.yaml"] = (LINK, b"../gate.yaml")
    assert slug(opened(gitlab), "many/gate.yaml") == "not-a-plain-file"
    assert opened(gitlab).is_file("many/249.txt")


# -- what cannot be known is no absence


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refusal_is_not_an_absence(gitlab: FakeGitLab, status: int) -> None:
    revision = opened(gitlab, single=True)
    gitlab.answers["GET /projects/risk%2Ffraud/repository/files/gate.yaml/raw"] = status, b'{"message": "404 Project Not Found"}'
    assert slug(revision, "gate.yaml") == "unreadable"
    with pytest.raises(FilesError):
        revision.is_file("gate.yaml")


def test_an_absent_commit_is_not_an_absent_file(gitlab: FakeGitLab) -> None:
    assert slug(opened(gitlab, "e" * 40, single=True), "gate.yaml") == "unreadable"
    with pytest.raises(FilesError, match="404 Tree Not Found"):
        opened(gitlab, "e" * 40)


def test_the_project_of_somebody_else_is_not_an_absence(gitlab: FakeGitLab) -> None:
    revision = opened(gitlab, single=True, CI_MERGE_REQUEST_PROJECT_PATH="risk/private")
    assert slug(revision, "gate.yaml") == "unreadable"


@pytest.mark.parametrize("body", [b"{}", b"7", b"null", b"[7]", b'[{"path": "gate.yaml"}]', b"<html>"])
def test_a_list_that_is_none_is_an_error(gitlab: FakeGitLab, body: bytes) -> None:
    gitlab.answers["GET /projects/risk%2Ffraud/repository/tree"] = 200, body
    with pytest.raises(FilesError):
        opened(gitlab)


def test_other_bytes_than_the_commits_are_refused(gitlab: FakeGitLab) -> None:
    revision = opened(gitlab)
    gitlab.answers["GET /projects/risk%2Ffraud/repository/files/gate.yaml/raw"] = 200, b"gate: 1\nrules: [recall > 0]\n"
    assert slug(revision, "gate.yaml") == "unreadable"


def test_another_commits_files_are_refused(gitlab: FakeGitLab) -> None:
    revision = opened(gitlab, single=True)
    gitlab.other_commit = "e" * 40
    assert slug(revision, "gate.yaml") == "unreadable"


def test_a_jobs_token_lists_nothing_and_says_what_would(gitlab: FakeGitLab) -> None:
    with pytest.raises(FilesError, match="GATE_GITLAB_TOKEN"):
        opened(gitlab, GATE_GITLAB_TOKEN="")
    with pytest.raises(FilesError, match="read_api"):
        opened(gitlab, single=True).policies()


@pytest.mark.parametrize("commit", ["main", "", "b" * 39, "B" * 40, "refs/heads/main", "../x"])
def test_a_revision_is_a_whole_commit_id(gitlab: FakeGitLab, commit: str) -> None:
    with pytest.raises(FilesError, match="whole commit id"):
        opened(gitlab, commit)
    assert gitlab.asked == []


@pytest.mark.parametrize("url", ["http://gitlab.example.com/api/v4", "http://169.254.169.254/", ""])
def test_the_token_goes_to_no_address_that_is_not_safe(gitlab: FakeGitLab, url: str) -> None:
    with pytest.raises(FilesError) as raised:
        opened(gitlab, CI_API_V4_URL=url)
    assert TOKEN not in str(raised.value)


def test_no_error_shows_a_token(gitlab: FakeGitLab) -> None:
    gitlab.answers["GET /projects/risk%2Ffraud/repository/tree"] = 403, f'{{"message": "{TOKEN}"}}'.encode()
    with pytest.raises(FilesError) as raised:
        opened(gitlab)
    assert TOKEN not in str(raised.value)
    gitlab.answers["GET /projects/risk%2Ffraud/repository/files/gate.yaml/raw"] = 403, f'{{"message": "{JOB_TOKEN}"}}'.encode()
    with pytest.raises(FilesError) as raised:
        opened(gitlab, single=True).read("gate.yaml", 1000)
    assert JOB_TOKEN not in str(raised.value)


# -- all policies of a revision


@pytest.mark.parametrize("unpaged", [True, False], ids=["at once", "page by page"])
def test_policies_are_found_wherever_they_lie(gitlab: FakeGitLab, unpaged: bool) -> None:
    gitlab.knows_unpaged_trees = unpaged
    for number in range(150):
        gitlab.trees[COMMIT][f"data/{number}.csv"] = (FILE, b"x")
    gitlab.trees[COMMIT][".github/workflows/gate.yml"] = (FILE, b"name: gate\non: push\n")
    gitlab.trees[COMMIT]["deep/er/GATE.yml"] = (FILE, b"# ours\n'gate': 1\n")
    gitlab.trees[COMMIT]["other/gate.yaml"] = (LINK, b"../gate.yaml")
    assert opened(gitlab).policies() == ["deep/er/GATE.yml", "gate.yaml", "other/gate.yaml", "policies/strict.yaml"]


def test_a_revision_without_policies_has_none(gitlab: FakeGitLab) -> None:
    gitlab.trees[COMMIT] = {"README.md": (FILE, b"gate: 1"), ".gitlab-ci.yml": (FILE, b"stages: [test]\n")}
    assert opened(gitlab).policies() == []


def test_what_cannot_be_looked_into_is_an_error(gitlab: FakeGitLab) -> None:
    revision = opened(gitlab)
    gitlab.answers["GET /projects/risk%2Ffraud/repository/files/gate.yaml/raw"] = 500, b"{}"
    with pytest.raises(FilesError):
        revision.policies()


def test_too_many_files_are_an_error_and_not_an_absence(gitlab: FakeGitLab) -> None:
    gitlab.trees[COMMIT] = {f"{number}.yaml": (FILE, b"x: 1") for number in range(MOST_YAML + 1)}
    with pytest.raises(FilesError, match="GIT_DEPTH"):
        opened(gitlab).policies()


# -- names of revisions


def resolved(gitlab: FakeGitLab, ref: str, **more: str) -> str:
    environ = gitlab.environ(**more)
    told = facts(environ)
    assert told is not None
    return resolve(ref, told, environ)


@pytest.mark.parametrize("token", [TOKEN, ""])
@pytest.mark.parametrize("ref", ["release/1.x", "refs/heads/release/1.x"])
def test_a_branch_is_where_gitlab_says(gitlab: FakeGitLab, ref: str, token: str) -> None:
    gitlab.refs["refs/heads/release/1.x"] = "e" * 40
    assert resolved(gitlab, ref, GATE_GITLAB_TOKEN=token) == "e" * 40


def test_a_tag_does_not_stand_in_for_a_branch(gitlab: FakeGitLab) -> None:
    gitlab.refs |= {"refs/heads/main": "e" * 40, "refs/tags/main": "f" * 40}
    with pytest.raises(FilesError, match="several revisions"):
        resolved(gitlab, "main")
    assert resolved(gitlab, "refs/heads/main") == "e" * 40
    assert resolved(gitlab, "refs/tags/main") == "f" * 40


def test_a_commit_is_itself(gitlab: FakeGitLab) -> None:
    assert resolved(gitlab, COMMIT) == COMMIT
    assert gitlab.asked == []


@pytest.mark.parametrize("ref", ["none", "", "..", "HEAD~1", "main; rm"])
def test_what_is_no_ref_is_an_error(gitlab: FakeGitLab, ref: str) -> None:
    with pytest.raises(FilesError) as raised:
        resolved(gitlab, ref)
    assert raised.value.problems[0].slug == "unknown-revision"


def test_a_ref_that_may_not_be_seen_is_not_absent(gitlab: FakeGitLab) -> None:
    path = "GET /projects/risk%2Ffraud/repository/commits/refs%2Fheads%2Fmain"
    gitlab.answers[path] = 404, b'{"message": "404 Project Not Found"}'
    with pytest.raises(FilesError) as raised:
        resolved(gitlab, "main")
    assert raised.value.problems[0].slug == "unreadable"


def test_when_it_was_committed(gitlab: FakeGitLab) -> None:
    environ = gitlab.environ()
    told = facts(environ)
    assert told is not None
    assert commit_date(COMMIT, told, environ) == "2026-05-28T20:26:40Z"
    assert commit_date("9" * 40, told, environ) == ""
