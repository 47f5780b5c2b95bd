"""Which commit a name stands for, and how commits hang together."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.documents.files import FilesError
from gate.revisions.git_repository import Repository, find_repository
from tests.revisions.checkout import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "repo")


def seen(checkout: Checkout) -> Repository:
    return find_repository(str(checkout.folder), checkout.environ)


def refused(checkout: Checkout, ref: str) -> tuple[str, str, str]:
    with pytest.raises(FilesError) as error:
        seen(checkout).resolve(ref)
    problem = error.value.problems[0]
    return problem.slug, problem.message, problem.remedy


def test_ways_to_name_a_commit(checkout: Checkout) -> None:
    first = checkout.commit({"a": "1"})
    checkout.git("tag", "light")
    checkout.git("tag", "-a", "v1.0", "-m", "one")
    checkout.git("tag", "-a", "again", "-m", "a tag of a tag", "v1.0")
    checkout.git("branch", "feature/größe")
    checkout.git("update-ref", "refs/remotes/origin/release", first)
    second = checkout.commit({"a": "2"})
    repository = seen(checkout)
    for ref in ("light", "v1.0", "again", "feature/größe", "tags/v1.0", "refs/tags/v1.0", "origin/release", "release", first):
        assert repository.resolve(ref) == first, ref
    for ref in ("main", "HEAD", "refs/heads/main", "heads/main", "HEAD^0", "HEAD~0", second):
        assert repository.resolve(ref) == second, ref
    for ref in ("HEAD^", "HEAD^1", "HEAD~", "HEAD~1", "main~1", f"{second}^", "main~1~0"):
        assert repository.resolve(ref) == first, ref


@pytest.mark.parametrize(
    "ref",
    ["", "-", "-p", "--all", "--output=x", "a b", "a..b", "a...b", "^main", "main^{tree}", "main^{/x}", ":/x", "main:gate.yaml",
     "HEAD@{1}", "@{u}", "*", "ma?n", "[m]ain", "a\\b", "main\n", "main\0", "/main", "main/", "a//b", ".a", "a/.b", "x.lock",
     "main~99999", "main^-", "main!^", "m\u202eain", "x" * 300, "~1"],
)  # fmt: skip
def test_what_is_no_name_is_refused_before_git_sees_it(checkout: Checkout, ref: str) -> None:
    checkout.commit({"a": "1"})
    slug, message, _ = refused(checkout, ref)
    if ref == "main!^":
        assert slug == "unknown-revision"
    else:
        assert slug == "bad-revision"
    assert message.isprintable()


def test_names_of_nothing(checkout: Checkout) -> None:
    commit = checkout.commit({"a": "1"})
    assert refused(checkout, "nowhere")[0] == "unknown-revision"
    assert "fetch-depth: 0" in refused(checkout, "nowhere")[2]
    assert refused(checkout, commit[:10])[2] == "a commit is written in full, with all its digits"
    assert refused(checkout, "0" * 40)[0] == "unknown-revision"
    assert refused(checkout, "HEAD~1")[1] == f"`HEAD~1`: commit {commit[:12]} has 0 parents, not 1"
    assert refused(checkout, "FETCH_HEAD")[0] == "unknown-revision"
    assert refused(checkout, "ORIG_HEAD")[0] == "unknown-revision"
    assert refused(checkout, "refs/main")[0] == "unknown-revision"
    checkout.git("branch", "a/b")
    assert refused(checkout, "a")[0] == "unknown-revision"


def test_an_object_that_is_no_commit(checkout: Checkout) -> None:
    checkout.commit({"a": "1"})
    blob = checkout.git("rev-parse", "HEAD:a")
    tree = checkout.git("rev-parse", "HEAD^{tree}")
    checkout.git("tag", "blob", blob)
    for name in (blob, tree, "blob"):
        assert refused(checkout, name)[0] == "unknown-revision"
        assert "not a commit" in refused(checkout, name)[1]


def test_a_tag_cannot_stand_in_for_a_branch(checkout: Checkout) -> None:
    first = checkout.commit({"a": "1"})
    second = checkout.commit({"a": "2"})
    checkout.git("tag", "main", first)
    assert checkout.git("rev-parse", "main") == first  # what git itself takes
    slug, message, _ = refused(checkout, "main")
    assert slug == "ambiguous-revision"
    assert "refs/heads/main, refs/tags/main" in message
    assert seen(checkout).resolve("refs/heads/main") == second
    checkout.git("tag", "--force", "main", second)
    assert seen(checkout).resolve("main") == second


def test_a_local_branch_cannot_stand_in_for_a_remote_one(checkout: Checkout) -> None:
    first = checkout.commit({"a": "1"})
    checkout.git("update-ref", "refs/remotes/origin/main", first)
    second = checkout.commit({"a": "2"})
    assert seen(checkout).resolve("origin/main") == first
    checkout.git("branch", "origin/main", second)
    assert refused(checkout, "origin/main")[0] == "ambiguous-revision"


def test_a_branch_called_like_a_commit_is_not_that_commit(checkout: Checkout) -> None:
    first = checkout.commit({"a": "1"})
    second = checkout.commit({"a": "2"})
    checkout.git("update-ref", f"refs/heads/{first}", second)
    assert seen(checkout).resolve(first) == first


def test_what_was_fetched_last(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit({"a": "1"})
    clone = checkout.clone(tmp_path / "clone")
    newer = checkout.commit({"a": "2"})
    clone.git("fetch", "--quiet", "origin", "main", more={"GIT_ALLOW_PROTOCOL": "file"})
    assert seen(clone).resolve("FETCH_HEAD") == newer


def test_how_commits_hang_together(checkout: Checkout) -> None:
    first = checkout.commit({"a": "1"})
    checkout.git("checkout", "--quiet", "-b", "change")
    change = checkout.commit({"b": "1"})
    checkout.git("checkout", "--quiet", "main")
    main = checkout.commit({"a": "2"})
    checkout.git("merge", "--quiet", "--no-ff", "-m", "merge", "change")
    repository = seen(checkout)
    merge = repository.resolve("HEAD")
    assert repository.parents(merge) == (main, change)
    assert repository.resolve("HEAD^2") == change
    assert repository.parents(first) == ()
    assert repository.merge_base(main, change) == first
    assert repository.merge_base(merge, change) == change
    assert repository.commit_date(first) == "2026-05-28T20:27:40Z"


def test_commits_without_a_common_ancestor(checkout: Checkout) -> None:
    first = checkout.commit({"a": "1"})
    checkout.git("checkout", "--quiet", "--orphan", "other")
    other = checkout.commit({"a": "2"})
    assert seen(checkout).merge_base(first, other) == ""


def test_a_shallow_clone(checkout: Checkout, tmp_path: Path) -> None:
    first = checkout.commit({"a": "1"})
    second = checkout.commit({"a": "2"})
    clone = checkout.clone(tmp_path / "clone", "--depth=1")
    repository = seen(clone)
    assert repository.shallow
    assert not seen(checkout).shallow
    assert repository.resolve("HEAD") == second
    assert repository.parents(second) == (first,)  # as the commit states, not as the clone cuts it
    slug, message, remedy = refused(clone, "HEAD~1")
    assert slug == "unknown-revision"
    assert "which is shallow" in message
    assert first in remedy
    assert "fetch-depth: 0" in remedy


def test_a_clone_without_contents(checkout: Checkout, tmp_path: Path) -> None:
    from gate.revisions.git import open_revision

    checkout.git("config", "uploadpack.allowFilter", "true")
    checkout.commit({"a": "1"})
    clone = checkout.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    files = open_revision("HEAD", str(clone.folder), clone.environ)
    assert files.is_file("a")
    with pytest.raises(FilesError) as error:
        files.read("a", 100)
    assert error.value.problems[0].slug == "unreadable"
    assert "only a part" in error.value.problems[0].message


def test_refs_in_a_format_that_is_not_read(checkout: Checkout) -> None:
    commit = checkout.commit({"a": "1"})
    config = checkout.folder / ".git" / "config"
    config.write_text(config.read_text() + "[extensions]\n\trefStorage = reftable\n")
    assert "reftable" in refused(checkout, "main")[1]
    assert seen(checkout).resolve(commit) == commit
