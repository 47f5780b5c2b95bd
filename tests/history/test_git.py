"""The history on a branch: whose branch, what is on it, who may push, and what of a checkout git does not obey."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import gate
from gate.errors import HistoryError
from gate.history.git.remote import remote_of
from gate.history.store import Which, open_store
from gate.terms.run import Entry, Name
from tests.history.examples import entry, logged, run

TOKEN = "ghs_" + "x" * 36


def git(folder: Path, *words: str) -> str:
    told = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *told, *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def slug(caught: pytest.ExceptionInfo[HistoryError]) -> str:
    return caught.value.problems[0].slug


def test_every_batch_is_one_commit_after_the_one_before(empty_repository: Path) -> None:
    store = open_store(f"git:{empty_repository}", os.environ, write=True)
    store.add([entry(number, {"f1": 0.9}) for number in range(5)])
    store.add([Name("fraud", "release-1.0", "run-0001")])
    assert git(empty_repository, "rev-list", "--count", "gate-history") == "2"
    assert len(git(empty_repository, "ls-tree", "-r", "--name-only", "gate-history").splitlines()) == 6
    store.add([entry(0, {"f1": 0.9})])
    assert git(empty_repository, "rev-list", "--count", "gate-history") == "2", "nothing new, no commit"


def test_it_is_the_branch_of_this_repository_and_no_other_branch_moves(
    empty_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "init", "-q", str(clone))
    git(clone, "commit", "-q", "--allow-empty", "-m", "first")
    git(clone, "remote", "add", "origin", str(empty_repository))
    git(clone, "push", "-q", "origin", "main")
    monkeypatch.chdir(clone)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GATE_HISTORY", "git:")
    with gate.run("fraud") as recorded:
        recorded.log_metrics({"f1": 0.9, "loss": 0.5}, step=1)
        assert git(empty_repository, "branch", "--list", "gate-history") == "", "a run is one push, at its end"
    assert [each.id for each in open_store("", os.environ).runs()] == [recorded.id]
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "branch", "-a").split() == ["*", "main", "remotes/origin/main"]
    assert git(empty_repository, "rev-list", "--count", "main") == "1"


def test_an_origin_that_is_gone_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q", "clone")
    git(tmp_path / "clone", "remote", "add", "origin", str(tmp_path / "gone.git"))
    monkeypatch.chdir(tmp_path / "clone")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    with pytest.raises(HistoryError) as caught:
        remote_of("git:origin", os.environ)
    assert slug(caught) == "history-unreachable"
    assert "gone.git`, which is no folder here" in str(caught.value)


def test_a_run_that_cannot_be_pushed_waits_and_goes_with_the_next(
    empty_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    away = empty_repository.with_name("away")
    first = gate.run("fraud", store=f"git:{empty_repository}")
    first.log_metric("f1", 0.9)
    empty_repository.rename(away)
    with pytest.raises(HistoryError) as caught:
        first.finish()
    assert slug(caught) == "history-unreachable"
    away.rename(empty_repository)
    with gate.run("fraud", store=f"git:{empty_repository}") as second:
        second.log_metric("f1", 0.8)
    assert {each.id for each in open_store(f"git:{empty_repository}", os.environ).runs()} == {first.id, second.id}


def test_what_another_pushed_meanwhile_stays(empty_repository: Path) -> None:
    address = f"git:{empty_repository}"
    one, other = (open_store(address, os.environ, write=True) for _ in range(2))
    one.add([entry(0, {"f1": 0.9})])
    other.add([entry(1, {"f1": 0.8})])
    one.add([Entry(run(1), (), {"decision": "{}"})])
    again = open_store(address, os.environ)
    assert [each.id for each in again.runs()] == ["run-0001", "run-0000"]
    assert again.points("run-0001") == [logged("f1", 0.8)]
    assert again.document("run-0001", "decision") == "{}"


def test_without_the_branch_there_is_no_history(empty_repository: Path) -> None:
    with pytest.raises(HistoryError) as caught:
        open_store(f"git:{empty_repository}", os.environ)
    assert slug(caught) == "history-missing"


def test_a_protected_branch_says_so(empty_repository: Path) -> None:
    hook = empty_repository / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho protected >&2\nexit 1\n")
    hook.chmod(0o755)
    store = open_store(f"git:{empty_repository}", os.environ, write=True)
    with pytest.raises(HistoryError) as caught:
        store.add([entry()])
    assert slug(caught) == "history-unwritable"


@pytest.mark.parametrize(
    "content", [b"{}", b"\xff", b'{"gate": 1, "state": {"key": "k", "text": "t", "at": "2026"}}', b"[" * 100_000]
)
def test_a_file_that_somebody_else_wrote_is_refused(empty_repository: Path, tmp_path: Path, content: bytes) -> None:
    address = f"git:{empty_repository}"
    open_store(address, os.environ, write=True).add([entry()])
    git(tmp_path, "clone", "-q", "-b", "gate-history", str(empty_repository), "clone")
    (record,) = (tmp_path / "clone" / "runs").rglob("*.json")
    record.write_bytes(content)
    git(tmp_path / "clone", "commit", "-q", "-a", "-m", "edited")
    git(tmp_path / "clone", "push", "-q")
    with pytest.raises(HistoryError) as caught:
        open_store(address, os.environ).runs()
    assert slug(caught) == "history-corrupt"


def test_what_a_run_logged_is_checked_when_it_is_read(empty_repository: Path, tmp_path: Path) -> None:
    address = f"git:{empty_repository}"
    store = open_store(address, os.environ, write=True)
    store.add([entry(0, {"f1": 0.9}), entry(1, {"f1": 0.8})])
    git(tmp_path, "clone", "-q", "-b", "gate-history", str(empty_repository), "clone")
    edited = next(path for path in (tmp_path / "clone" / "runs").rglob("*.json") if "run-0000" in path.read_text())
    edited.write_text(edited.read_text().replace('"value":0.9', '"value":"high"'))
    git(tmp_path / "clone", "commit", "-q", "-a", "-m", "edited")
    git(tmp_path / "clone", "push", "-q")
    store = open_store(address, os.environ, write=True)
    assert [each.point.value for each in store.last("f1", 1)] == [0.8]
    store.add([entry(2, {"f1": 0.7})])
    for ask in (lambda: store.points("run-0000"), lambda: store.last("f1", 3)):
        with pytest.raises(HistoryError) as caught:
            ask()
        assert slug(caught) == "history-corrupt"


def test_a_run_that_grows_is_read_anew(empty_repository: Path) -> None:
    store = open_store(f"git:{empty_repository}", os.environ, write=True)
    store.add([entry(0, {"f1": 0.9}, verdict="")])
    assert [each.metric for each in store.points("run-0000")] == ["f1"]
    store.add([entry(0, {"loss": 0.1}, verdict="")])
    assert [each.metric for each in store.points("run-0000")] == ["f1", "loss"]
    store.forget((), ["run-0000"])
    assert store.points("run-0000") == []
    assert store.last("f1", 3) == []
    store.add([entry(0, {"loss": 0.2}, verdict="")])
    assert [each.value for each in store.points("run-0000")] == [0.2]


def test_files_of_other_names_are_none_of_ours(empty_repository: Path, tmp_path: Path) -> None:
    address = f"git:{empty_repository}"
    store = open_store(address, os.environ, write=True)
    store.add([entry(0)])
    git(tmp_path, "clone", "-q", "-b", "gate-history", str(empty_repository), "clone")
    (tmp_path / "clone" / "README.md").write_text("what this is")
    (tmp_path / "clone" / "runs" / "odd.json").symlink_to("/etc/passwd")
    git(tmp_path / "clone", "add", "-A")
    git(tmp_path / "clone", "commit", "-q", "-m", "say what this is")
    git(tmp_path / "clone", "push", "-q")
    store.add([entry(1)])
    assert len(open_store(address, os.environ).runs(Which())) == 2
    assert "README.md" in git(empty_repository, "ls-tree", "--name-only", "gate-history").splitlines()


def test_nothing_of_the_checkout_decides_what_git_does(
    empty_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "planted"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {planted}\n")
    script.chmod(0o755)
    clone = tmp_path / "clone"
    git(tmp_path, "init", "-q", str(clone))
    git(clone, "config", "core.sshCommand", str(script))
    git(clone, "config", "core.fsmonitor", str(script))
    git(clone, "config", "credential.helper", f"!{script}")
    git(clone, "config", f"url.ext::{script} .insteadOf", str(empty_repository))
    (clone / ".git" / "hooks").mkdir(exist_ok=True)
    for name in ("pre-push", "post-commit", "reference-transaction"):
        (clone / ".git" / "hooks" / name).write_bytes(script.read_bytes())
        (clone / ".git" / "hooks" / name).chmod(0o755)
    monkeypatch.chdir(clone)
    for name in ("GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "GIT_ASKPASS"):
        monkeypatch.setenv(name, str(script))
    open_store(f"git:{empty_repository}", os.environ, write=True).add([entry()])
    assert not planted.exists()


# -- addresses


@pytest.mark.parametrize(
    "url",
    [
        "git:ext::sh -c touch% /x", "git:--upload-pack=touch", "git:-x", "git:http://host/x.git", "git:ftp://host/x",
        "git:https://user:word@host/x.git", "git:ssh://-oProxyCommand=x/y", "git:-oProxyCommand=x:y", "git:host:-x",
        "git:https://host/x.git#--force", "git:https://host/x.git#../main", "git:https://host/x.git#a.lock", "git:https://host/x.git#+main",
        "git:nowhere",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HistoryError) as caught:
        remote_of(url, {})
    assert slug(caught) == "unknown-history"
    assert "word" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize("url", ["git:git@github.com:o/r.git", "git:ssh://git@host:2222/o/r.git#other"])
def test_ssh_is_taken_as_it_is(url: str) -> None:
    remote = remote_of(url, {"GITHUB_TOKEN": TOKEN})
    assert (remote.protocol, dict(remote.settings)) == ("ssh", {})


@pytest.mark.parametrize(
    ("url", "environ", "sent"),
    [
        ("git:https://github.com/o/r.git", {"GITHUB_TOKEN": TOKEN}, True),
        ("git:https://github.com:443/o/r.git", {"GITHUB_TOKEN": TOKEN}, True),
        ("git:https://github.com.evil.example/o/r.git", {"GITHUB_TOKEN": TOKEN}, False),
        ("git:https://evil.example/github.com/r.git", {"GITHUB_TOKEN": TOKEN}, False),
        ("git:https://github.com/o/r.git", {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": "https://ghe.example"}, False),
        ("git:https://ghe.example/o/r.git", {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": "https://ghe.example"}, True),
        ("git:https://gitlab.example/o/r.git", {"CI_JOB_TOKEN": TOKEN, "CI_SERVER_URL": "https://gitlab.example"}, True),
        ("git:https://gitlab.example/o/r.git", {"CI_JOB_TOKEN": TOKEN, "CI_SERVER_URL": "http://gitlab.example"}, False),
        ("git:https://gitlab.example/o/r.git", {"GITHUB_TOKEN": TOKEN}, False),
    ],
)
def test_a_token_goes_to_its_own_server_only(url: str, environ: dict[str, str], sent: bool) -> None:
    remote = remote_of(url, environ)
    assert bool(remote.settings) is sent
    assert TOKEN not in repr(remote) + str(remote)


def test_ci_says_where_it_was_cloned_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "https://evil.example/o/r.git")
    monkeypatch.chdir(tmp_path)
    assert remote_of("git:", {}) == remote_of("git:origin", {})
    assert remote_of("git:", {}).url == "https://evil.example/o/r.git"
    assert remote_of("git:", {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r"}).url == "https://github.com/o/r.git"
    gitlab = {"GITLAB_CI": "true", "CI_PROJECT_URL": "https://gitlab.example/o/r"}
    assert remote_of("git:#b", gitlab) == remote_of("git:https://gitlab.example/o/r.git#b", {})
