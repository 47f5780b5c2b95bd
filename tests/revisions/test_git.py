"""Files at a commit of a local repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.documents.files import FilesError
from gate.policy import load
from gate.policy.text import MAX_BYTES
from gate.revisions.git import Revision, open_revision
from tests.revisions.checkout import Checkout

MOST = 2**20
POLICY = "gate: 1\nextends: [./base.yaml]\nwaivers: ./waivers.yaml\nrules: [recall >= 0.85]\n"
BASE = "gate: 1\nrules: [accuracy >= 0.8]\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "repo")


def slug_of(error: pytest.ExceptionInfo[FilesError]) -> str:
    return error.value.problems[0].slug


def at(checkout: Checkout, ref: str = "HEAD") -> Revision:
    return open_revision(ref, str(checkout.folder), checkout.environ)


def test_the_committed_file_is_read_and_not_the_one_that_lies_there(checkout: Checkout) -> None:
    commit = checkout.commit({"gate.yaml": BASE})
    checkout.write("gate.yaml", "gate: 1\nrules: [accuracy >= 0]\n")
    checkout.git("add", "gate.yaml")
    files = at(checkout)
    assert files.read("gate.yaml", MOST) == BASE.encode()
    assert files.revision == commit
    assert files.at == "2026-05-28T20:27:40Z"


def test_a_policy_and_all_that_it_names_come_from_the_revision(checkout: Checkout) -> None:
    waivers = '- {rule: "recall >= 0.85", until: 2026-10-31, why: w, by: "@ann"}\n'
    checkout.commit({"model/gate.yaml": POLICY, "model/base.yaml": BASE, "model/waivers.yaml": waivers})
    for name in ("gate.yaml", "base.yaml", "waivers.yaml"):
        (checkout.folder / "model" / name).unlink()
    policy = load.load("model/gate.yaml", "2026-06-01", files=at(checkout))
    assert [rule.expr.text for rule in policy.rules] == ["accuracy >= 0.8", "recall >= 0.85"]
    assert [waiver.by for waiver in policy.waivers] == ["@ann"]


@pytest.mark.parametrize("path", ["a/b/gate.yaml", "./a/./b/gate.yaml", "a//b/gate.yaml"])
def test_ways_to_write_one_path(checkout: Checkout, path: str) -> None:
    checkout.commit({"a/b/gate.yaml": BASE})
    files = at(checkout)
    assert files.is_file(path)
    assert files.read(path, MOST) == BASE.encode()
    assert files.identity(path) == "a/b/gate.yaml"


@pytest.mark.parametrize("path", ["gate.yml", "Gate.yaml", "a/gate.yaml", "gate.yaml/b", "gate.yaml ", "a\nb"])
def test_what_is_not_there(checkout: Checkout, path: str) -> None:
    checkout.commit({"gate.yaml": BASE, "a/b": "x"})
    files = at(checkout)
    assert not files.is_file(path)
    with pytest.raises(FilesError) as error:
        files.read(path, MOST)
    assert slug_of(error) == "not-there"


@pytest.mark.parametrize("path", ["/gate.yaml", "../gate.yaml", "a/../gate.yaml", "a/..", "gate.yaml\0"])
def test_a_path_that_leads_elsewhere_is_refused(checkout: Checkout, path: str) -> None:
    checkout.commit({"gate.yaml": BASE, "a/b": "x"})
    files = at(checkout)
    for ask in (files.is_file, files.identity, lambda path: files.read(path, MOST)):
        with pytest.raises(FilesError) as error:
            ask(path)
        assert slug_of(error) == "unreadable"


def test_links_and_submodules_are_refused_wherever_they_stand(checkout: Checkout) -> None:
    checkout.commit({"real/gate.yaml": BASE})
    (checkout.folder / "gate.yaml").symlink_to("real/gate.yaml")
    (checkout.folder / "folder").symlink_to("real")
    checkout.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    checkout.git("add", "gate.yaml", "folder")
    checkout.git("commit", "--quiet", "-m", "links")
    files = at(checkout)
    for path in ("gate.yaml", "folder", "folder/gate.yaml", "module", "module/gate.yaml"):
        for ask in (files.is_file, lambda path: files.read(path, MOST)):
            with pytest.raises(FilesError) as error:
                ask(path)
            assert slug_of(error) == "not-a-plain-file"
    assert files.is_file("real/gate.yaml")


def test_a_folder_is_no_file(checkout: Checkout) -> None:
    checkout.commit({"a/b": "x"})
    files = at(checkout)
    assert not files.is_file("a")
    for path in ("a", "", "."):
        with pytest.raises(FilesError) as error:
            files.read(path, MOST)
        assert slug_of(error) == "not-a-plain-file"


def test_a_file_that_is_too_large(checkout: Checkout) -> None:
    checkout.commit({"gate.yaml": b"x" * 1001})
    files = at(checkout)
    assert len(files.read("gate.yaml", 1001)) == 1001
    with pytest.raises(FilesError) as error:
        files.read("gate.yaml", 1000)
    assert slug_of(error) == "too-large"


@pytest.mark.parametrize("content", [b"", b"\n", b"a\r\nb\r\n", b"\0\xff\xfe", b"no end of line"])
def test_bytes_are_as_they_were_committed(checkout: Checkout, content: bytes) -> None:
    checkout.write(".gitattributes", "* -text\n")
    checkout.commit({"file": content})
    checkout.write(".git/info/attributes", "* text eol=crlf\n")
    assert at(checkout).read("file", MOST) == content


def test_names_that_are_not_ascii(checkout: Checkout) -> None:
    names = ["größe.yaml", "a b.yaml", "-p.yaml", ":(glob)*.yaml", '"q".yaml', "\\.yaml"]
    checkout.commit({f"x/{name}": name for name in names})
    files = at(checkout)
    assert [files.read(f"x/{name}", MOST).decode() for name in names] == names


def test_where_a_revision_has_policies(checkout: Checkout) -> None:
    workflow = "on: push\njobs:\n  gate:\n    steps:\n      - run: gate check\n"
    checkout.commit({".github/workflows/gate.yml": workflow, "x.json": BASE, "x.yaml": "x: 1\n", "gate.yaml/y": BASE})
    (checkout.folder / "z.yaml").symlink_to("x.json")
    checkout.commit()
    assert at(checkout).policies() == []
    checkout.git("rm", "-r", "--quiet", "gate.yaml")
    checkout.write("policies/fraud.yml", BASE)
    checkout.write("e/gate.yaml", "# a policy\n\n  gate: 1\n  rules: []\n")
    checkout.write("f/gate.yml", '{"gate": 1}')
    checkout.write(".github/gate.yml", BASE)
    checkout.write("a/b/c/GATE.YAML", BASE)
    (checkout.folder / "gate.yaml").symlink_to("nowhere")
    checkout.commit()
    assert at(checkout).policies() == [
        ".github/gate.yml",
        "a/b/c/GATE.YAML",
        "e/gate.yaml",
        "f/gate.yml",
        "gate.yaml",
        "policies/fraud.yml",
    ]


def test_a_policy_that_the_clone_lacks_counts_as_one(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("config", "uploadpack.allowFilter", "true")
    checkout.commit({"a.yaml": "x: 1\n", "b.json": "{}"})
    clone = checkout.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    assert at(clone).policies() == ["a.yaml"]


def test_a_policy_beyond_all_size_is_none(checkout: Checkout) -> None:
    checkout.commit({"large.yaml": BASE + "#" * MAX_BYTES, "small.yaml": BASE})
    assert at(checkout).policies() == ["small.yaml"]


def test_a_further_work_tree(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit({"gate.yaml": BASE})
    checkout.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "other"))
    other = Checkout.__new__(Checkout)
    other.folder, other.home, other.clock = tmp_path / "other", checkout.home, checkout.clock
    commit = other.commit({"gate.yaml": POLICY})
    assert at(other).revision == commit
    assert at(other, "main").read("gate.yaml", MOST) == BASE.encode()


def test_a_repository_of_longer_ids(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "repo", "--object-format=sha256")
    first = checkout.commit({"a/gate.yaml": BASE})
    checkout.commit({"a/gate.yaml": POLICY})
    assert len(first) == 64
    assert at(checkout, "HEAD~1").revision == first
    assert at(checkout, first).read("a/gate.yaml", MOST) == BASE.encode()


def test_packed_objects_and_refs(checkout: Checkout) -> None:
    for number in range(5):
        checkout.commit({"gate.yaml": BASE + f"# {number}\n" * 50})
    checkout.git("tag", "-a", "v1", "-m", "one")
    checkout.git("gc", "--quiet")
    assert not (checkout.folder / ".git/refs/heads/main").exists()
    assert at(checkout, "main~2").read("gate.yaml", MOST).endswith(b"# 2\n")
    assert at(checkout, "v1").revision == at(checkout).revision


def test_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(FilesError) as error:
        open_revision("HEAD", str(tmp_path), os.environ)
    assert slug_of(error) == "no-repository"


@pytest.mark.parametrize("content", [None, "gitdir: nowhere", "", "x" * 100])
def test_what_is_called_git_and_is_none(tmp_path: Path, content: str | None) -> None:
    if content is None:
        (tmp_path / ".git").mkdir()
    else:
        (tmp_path / ".git").write_text(content)
    with pytest.raises(FilesError) as error:
        open_revision("HEAD", str(tmp_path), os.environ)
    assert slug_of(error) == "no-repository"


def test_a_repository_without_a_commit(checkout: Checkout) -> None:
    with pytest.raises(FilesError) as error:
        at(checkout)
    assert slug_of(error) == "unknown-revision"


def test_a_bare_repository_that_lies_in_the_change_is_not_taken_for_one(checkout: Checkout, tmp_path: Path) -> None:
    commit = checkout.commit({"gate.yaml": BASE})
    plain = tmp_path / "plain"
    checkout.git("clone", "--quiet", "--bare", str(checkout.folder), str(plain))
    with pytest.raises(FilesError) as error:
        open_revision(commit, str(plain), checkout.environ)
    assert slug_of(error) == "no-repository"


def test_nothing_is_left_behind(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    checkout.commit({"gate.yaml": BASE})
    before = sorted(path for path in checkout.folder.rglob("*"))
    files = at(checkout)
    files.policies()
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    del files
    assert list((tmp_path / "temporary").iterdir()) == []
    assert sorted(path for path in checkout.folder.rglob("*")) == before
