"""What an earlier step may plant in the checkout, the home folder or the environment has no effect, and nothing of it runs.

Each plant is tried with plain git first: a plant that does not work there would prove nothing here.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gate.documents.files import FilesError
from gate.revisions.git import Revision, open_revision
from gate.revisions.git_repository import find_repository
from tests.revisions.checkout import Checkout

POLICY = "gate: 1\nrules: [recall >= 0.85]\n"
LAX = "gate: 1\nrules: [recall >= 0]\n"


class Scene(NamedTuple):
    """A checkout with two commits, and a program that leaves a mark when it runs."""

    checkout: Checkout
    first: str
    second: str
    evil: str
    mark: Path

    def config(self, text: str) -> None:
        path = self.checkout.folder / ".git" / "config"
        path.write_text(path.read_text() + text)

    def all_that_gate_does(self, **environ: str) -> Revision:
        """Every way in which gate asks git."""
        more = {**self.checkout.environ, **environ}
        repository = find_repository(str(self.checkout.folder), more)
        assert repository.resolve("HEAD") == self.second
        assert repository.resolve("main~1") == self.first
        assert repository.merge_base(self.first, self.second) == self.first
        assert repository.parents(self.second) == (self.first,)
        files = open_revision("main", str(self.checkout.folder), more)
        assert files.read("gate.yaml", 1000) == POLICY.encode()
        assert files.policies() == ["gate.yaml"]
        with pytest.raises(FilesError):
            repository.resolve("0" * 40)
        return files


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    checkout = Checkout(tmp_path / "repo")
    first = checkout.commit({"gate.yaml": LAX})
    second = checkout.commit({"gate.yaml": POLICY})
    mark = tmp_path / "mark"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\n: > '{mark}'\nexit 1\n")
    evil.chmod(0o755)
    yield Scene(checkout, first, second, str(evil), mark)
    assert not mark.exists(), "something that was planted has run"


Plant = Callable[[Scene], None]
FETCH = {"GIT_ALLOW_PROTOCOL": "file:ext:ssh:http"}


def monitor(scene: Scene) -> None:
    scene.config(f"[core]\n\tfsmonitor = {scene.evil}\n")
    scene.checkout.tried("status")


def included_file(scene: Scene) -> None:
    scene.checkout.write(".git/more", f"[core]\n\tfsmonitor = {scene.evil}\n")
    scene.config("[include]\n\tpath = more\n")
    scene.checkout.tried("status")


def user_settings(scene: Scene) -> None:
    (scene.checkout.home / ".gitconfig").write_text(f"[core]\n\tfsmonitor = {scene.evil}\n")
    scene.checkout.tried("status")


def text_conversion(scene: Scene) -> None:
    scene.checkout.write(".git/info/attributes", "* diff=x\n")
    scene.config(f'[diff "x"]\n\ttextconv = {scene.evil}\n\tcommand = {scene.evil}\n')
    scene.checkout.tried("cat-file", "--textconv", "HEAD:gate.yaml")


def filters(scene: Scene) -> None:
    scene.checkout.write(".git/info/attributes", "* filter=x\n")
    scene.config(f'[filter "x"]\n\tsmudge = {scene.evil}\n\tclean = {scene.evil}\n')
    scene.checkout.tried("cat-file", "--filters", "HEAD:gate.yaml")


def hooks(scene: Scene) -> None:
    folder = scene.checkout.folder / ".git" / "hooks"
    folder.mkdir(exist_ok=True)
    for name in ("post-index-change", "post-checkout", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        shutil.copy(scene.evil, folder / name)
    scene.checkout.tried("checkout", "--quiet", "-B", "main", "main")


def lazy_fetch(scene: Scene) -> None:
    scene.config(
        "[extensions]\n\tpartialClone = origin\n"
        f"[remote \"origin\"]\n\tpromisor = true\n\turl = file:///nowhere\n\tuploadpack = {scene.evil}\n"
        "[protocol]\n\tallow = always\n"
    )  # fmt: skip
    scene.checkout.tried("cat-file", "-p", "1" * 40, more=FETCH)


def lazy_fetch_by_command(scene: Scene) -> None:
    scene.config(
        "[extensions]\n\tpartialClone = origin\n"
        f"[remote \"origin\"]\n\tpromisor = true\n\turl = ext::{scene.evil}\n"
        "[protocol]\n\tallow = always\n"
    )  # fmt: skip
    scene.checkout.tried("cat-file", "-p", "1" * 40, more=FETCH)


def ssh_command(scene: Scene) -> None:
    scene.config(
        "[extensions]\n\tpartialClone = origin\n"
        f"[core]\n\tsshCommand = {scene.evil}\n"
        "[remote \"origin\"]\n\tpromisor = true\n\turl = ssh://localhost/x\n"
    )  # fmt: skip
    scene.checkout.tried("cat-file", "-p", "1" * 40, more=FETCH)


PLANTS: list[Plant] = [
    monitor, included_file, user_settings, text_conversion, filters, hooks, lazy_fetch, lazy_fetch_by_command, ssh_command,
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_nothing_that_was_planted_runs(scene: Scene, plant: Plant) -> None:
    plant(scene)
    assert scene.mark.exists(), "the plant does not work with plain git: it proves nothing"
    scene.mark.unlink()
    scene.all_that_gate_does()


def test_what_the_environment_says_to_git(scene: Scene, tmp_path: Path) -> None:
    other = Checkout(tmp_path / "other")
    other.commit({"gate.yaml": LAX})
    environ = {
        "GIT_DIR": str(other.folder / ".git"),
        "GIT_WORK_TREE": str(other.folder),
        "GIT_OBJECT_DIRECTORY": str(other.folder / ".git/objects"),
        "GIT_COMMON_DIR": str(other.folder / ".git"),
        "GIT_NAMESPACE": "x",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": scene.evil,
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={scene.evil}'",
        "GIT_EXTERNAL_DIFF": scene.evil,
        "GIT_SSH_COMMAND": scene.evil,
        "GIT_ASKPASS": scene.evil,
        "GIT_PAGER": scene.evil,
        "GIT_TRACE": str(scene.mark),
        "GIT_TRACE2_EVENT": str(scene.mark),
        "GIT_EXEC_PATH": str(tmp_path),
        "GIT_REPLACE_REF_BASE": "refs/heads/",
        "LD_PRELOAD": str(tmp_path / "evil.so"),
    }
    scene.all_that_gate_does(**environ)


@pytest.mark.parametrize("folder", [".", "", "bin", "{root}", "{root}/bin", "{linked}"])
def test_a_program_called_git_in_the_checkout_is_not_git(
    scene: Scene, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = scene.checkout.folder
    (root / "bin").mkdir()
    for place in (root / "git", root / "bin" / "git"):
        shutil.copy(scene.evil, place)
    (tmp_path / "linked").symlink_to(root / "bin")
    monkeypatch.chdir(root)
    first = folder.replace("{root}", str(root)).replace("{linked}", str(tmp_path / "linked"))
    scene.all_that_gate_does(PATH=f"{first}{os.pathsep}{os.environ['PATH']}")


def test_an_object_that_replaces_another(scene: Scene) -> None:
    scene.checkout.git("replace", scene.second, scene.first)
    assert scene.checkout.git("show", "HEAD:gate.yaml") == LAX.strip()
    scene.all_that_gate_does()


def test_a_grafted_history(scene: Scene) -> None:
    other = scene.checkout.git("commit-tree", "-m", "x", f"{scene.second}^{{tree}}")
    scene.checkout.write(".git/info/grafts", f"{scene.second} {other}\n")
    assert scene.checkout.git("rev-parse", "HEAD^") == other
    scene.all_that_gate_does()


def forge(checkout: Checkout, name: str, kind: str, data: bytes) -> None:
    """Put other content under an object's id."""
    path = checkout.folder / ".git" / "objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(zlib.compress(f"{kind} {len(data)}".encode() + b"\0" + data))


def test_a_forged_file(scene: Scene) -> None:
    forge(scene.checkout, scene.checkout.git("rev-parse", "HEAD:gate.yaml"), "blob", LAX.encode())
    assert scene.checkout.git("cat-file", "-p", "HEAD:gate.yaml") == LAX.strip()  # git itself does not mind
    files = open_revision("HEAD", str(scene.checkout.folder), scene.checkout.environ)
    with pytest.raises(FilesError) as error:
        files.read("gate.yaml", 1000)
    assert error.value.problems[0].slug == "git-object"


def test_a_forged_tree(scene: Scene) -> None:
    blob = scene.checkout.git("rev-parse", "HEAD~1:gate.yaml")
    data = b"100644 gate.yaml\0" + bytes.fromhex(blob)
    forge(scene.checkout, scene.checkout.git("rev-parse", "HEAD^{tree}"), "tree", data)
    assert scene.checkout.git("cat-file", "-p", "HEAD:gate.yaml") == LAX.strip()
    with pytest.raises(FilesError) as error:
        open_revision("HEAD", str(scene.checkout.folder), scene.checkout.environ).is_file("gate.yaml")
    assert error.value.problems[0].slug == "git-object"


def test_a_forged_commit(scene: Scene) -> None:
    tree = scene.checkout.git("rev-parse", "HEAD~1^{tree}")
    data = f"tree {tree}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n".encode()
    forge(scene.checkout, scene.second, "commit", data)
    assert scene.checkout.git("cat-file", "-p", f"{scene.second}:gate.yaml") == LAX.strip()
    with pytest.raises(FilesError) as error:
        open_revision(scene.second, str(scene.checkout.folder), scene.checkout.environ)
    assert error.value.problems[0].slug == "git-object"


@pytest.mark.parametrize("data", [b"", b"100644 gate.yaml", b"100644 gate.yaml\0short", b"999999 x\0" + b"1" * 20, b"1 \0" * 9])
def test_a_tree_that_is_none(scene: Scene, data: bytes) -> None:
    forge(scene.checkout, scene.checkout.git("rev-parse", "HEAD^{tree}"), "tree", data)
    with pytest.raises(FilesError) as error:
        open_revision("HEAD", str(scene.checkout.folder), scene.checkout.environ).is_file("gate.yaml")
    assert error.value.problems[0].slug in ("git-object", "git-failed")


def test_an_object_that_is_no_object(scene: Scene) -> None:
    name = scene.checkout.git("rev-parse", "HEAD:gate.yaml")
    path = scene.checkout.folder / ".git" / "objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(b"garbage")
    files = open_revision("HEAD", str(scene.checkout.folder), scene.checkout.environ)
    with pytest.raises(FilesError) as error:
        files.read("gate.yaml", 1000)
    assert error.value.problems[0].slug in ("git-failed", "unreadable")


def test_objects_from_a_planted_place_cannot_change_a_file(scene: Scene, tmp_path: Path) -> None:
    other = Checkout(tmp_path / "other")
    other.commit({"gate.yaml": LAX})
    name = scene.checkout.git("rev-parse", "HEAD:gate.yaml")
    place = other.folder / ".git" / "objects" / name[:2]
    place.mkdir(exist_ok=True)
    shutil.copy(scene.checkout.folder / ".git" / "objects" / name[:2] / name[2:], place / name[2:])
    forge(other, name, "blob", LAX.encode())
    (scene.checkout.folder / ".git" / "objects" / name[:2] / name[2:]).unlink()
    scene.checkout.write(".git/objects/info/alternates", str(other.folder / ".git" / "objects") + "\n")
    with pytest.raises(FilesError) as error:
        open_revision("HEAD", str(scene.checkout.folder), scene.checkout.environ).read("gate.yaml", 1000)
    assert error.value.problems[0].slug == "git-object"


def test_a_file_in_place_of_a_ref_that_never_ends(scene: Scene) -> None:
    os.unlink(scene.checkout.folder / ".git" / "HEAD")
    os.mkfifo(scene.checkout.folder / ".git" / "HEAD")
    assert open_revision("main", str(scene.checkout.folder), scene.checkout.environ).revision == scene.second


def test_settings_that_git_refuses_and_a_work_tree_elsewhere(scene: Scene) -> None:
    scene.config("[core]\n\trepositoryFormatVersion = 99\n\tworktree = /nowhere\n[broken\n")
    scene.all_that_gate_does()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_checkout_that_belongs_to_someone_else(scene: Scene) -> None:
    for path in [scene.checkout.folder, *scene.checkout.folder.rglob("*")]:
        os.chown(path, 12345, 12345)
    with pytest.raises(AssertionError, match="dubious ownership"):
        scene.checkout.git("status")
    scene.all_that_gate_does()


@pytest.mark.parametrize("folder", [".", "", "bin"])
def test_a_folder_of_path_that_depends_on_where_one_is(
    scene: Scene, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "artifact"
    (place / "bin").mkdir(parents=True)
    for path in (place / "git", place / "bin" / "git"):
        shutil.copy(scene.evil, path)
    monkeypatch.chdir(place)
    scene.all_that_gate_does(PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")
