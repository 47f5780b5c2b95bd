"""Finding git, and what is said where it is not there, too old, too slow or broken."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gate.documents.files import FilesError
from gate.errors import Problem
from gate.revisions import git_program
from gate.revisions.git import open_revision
from tests.revisions.checkout import Checkout


def fake(folder: Path, script: str) -> dict[str, str]:
    """An environment whose git is this script."""
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "git").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin"}


def said(checkout: Checkout, environ: dict[str, str]) -> Problem:
    with pytest.raises(FilesError) as error:
        open_revision("main", str(checkout.folder), environ)
    return error.value.problems[0]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path / "repo")
    made.commit({"gate.yaml": "gate: 1\n"})
    return made


@pytest.mark.parametrize("path", ["", "relative", "/nowhere"])
def test_no_git(checkout: Checkout, path: str) -> None:
    problem = said(checkout, {"PATH": path})
    assert problem.slug == "git-missing"
    assert "install git" in problem.remedy


def test_a_git_that_is_too_old(checkout: Checkout, tmp_path: Path) -> None:
    script = 'case "$2" in version) echo git version 2.7.4;; *) echo unknown option >&2; exit 129;; esac'
    problem = said(checkout, fake(tmp_path / "bin", script))
    assert (problem.slug, problem.message) == ("git-failed", "git 2.7 is too old to read files at a revision")
    assert problem.remedy == "install git 2.18 or newer"


def test_a_git_that_fails(checkout: Checkout, tmp_path: Path) -> None:
    script = 'case "$2" in version) echo git version 2.50.1;; *) printf "x\\nfatal: no \\033[31mspace\\n" >&2; exit 128;; esac'
    assert said(checkout, fake(tmp_path / "bin", script)).message == "git failed: no \\u001b[31mspace"


@pytest.mark.parametrize("script", ["echo nonsense", "exit 3", "echo 'a b c'; echo 1 2", "kill -9 $$", ":"])
def test_a_git_that_talks_nonsense(checkout: Checkout, tmp_path: Path, script: str) -> None:
    assert said(checkout, fake(tmp_path / "bin", script)).slug in ("git-failed", "unknown-revision")


def test_a_git_that_cannot_be_started(checkout: Checkout, tmp_path: Path) -> None:
    environ = fake(tmp_path / "bin", "")
    (tmp_path / "bin" / "git").write_bytes(b"\x7fELF nonsense")
    assert said(checkout, environ).message.startswith("git cannot be started: ")


def test_a_git_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    environ = fake(tmp_path / "bin", f"sleep 300 & echo $! > '{tmp_path}/child'; wait")
    program = git_program.find_program(environ)
    with pytest.raises(FilesError) as error:
        git_program.run(program, ["x"], {**environ, "GIT_DIR": str(tmp_path)}, seconds=0.5)
    assert error.value.problems[0].message == "git did not finish within 0.5 seconds"
    child = (tmp_path / "child").read_text().strip()
    state = Path(f"/proc/{child}/stat")
    ends = time.monotonic() + 10  # a process that was killed may still be on its way
    while state.exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < ends
        time.sleep(0.05)
