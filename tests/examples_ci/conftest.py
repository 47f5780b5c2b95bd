"""A project with a gate, and gate as its CI would install it: what the examples for CI machines are run on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "tests" / "consumers" / "node_modules"

POLICY = "gate: 1\nname: fraud\nrules:\n  - accuracy > 0.8\n  - {check: latency_ms < 100, level: warn}\n"
LOOSER = "gate: 1\nname: fraud\nrules:\n  - accuracy > 0.1\n"
EVALUATE = """\
import json, os
json.dump({"accuracy": float(os.environ["ACCURACY"]), "latency_ms": float(os.environ["LATENCY"])}, open("metrics.json", "w"))
"""


def lacks(what: str) -> None:
    """Skips the test for want of a program, or fails it where GATE_CONSUMERS is `required`, as .ci/run sets it."""
    said = f"{what} is not there: see tests/consumers/README.md"
    if os.environ.get("GATE_CONSUMERS") == "required":
        pytest.fail(said)
    pytest.skip(said)


def done(*command: object, cwd: Path, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A program run to its end; standard error goes where standard output goes."""
    return subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


@dataclass(frozen=True)
class Project:
    """A clone in which a change is checked out; `base` is the commit that it would be merged into."""

    folder: Path
    base: str
    head: str


def git(folder: Path, *words: object) -> str:
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    ran = done("git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words, cwd=folder, environ=own)
    assert ran.returncode == 0, ran.stdout
    return ran.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """On main a policy; in the change a looser one, and a module that would stand in for one that gate needs."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main", ".")
    (origin / "gate.yaml").write_text(POLICY)
    (origin / "evaluate.py").write_text(EVALUATE)
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "one")
    base = git(origin, "rev-parse", "HEAD")
    folder = tmp_path / "checkout"
    git(tmp_path, "clone", "-q", origin.as_uri(), folder)
    git(folder, "checkout", "-q", "-b", "better")
    (folder / "gate.yaml").write_text(LOOSER)
    (folder / "yaml.py").write_text("raise SystemExit(0)\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "loosen")
    return Project(folder, base, git(folder, "rev-parse", "HEAD"))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which `pip install mlgate` finds this checkout's gate, and `python3` is this Python."""
    house = tmp_path_factory.mktemp("wheels")
    made = done(sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "-w", house, ROOT, cwd=house)
    if made.returncode != 0:
        lacks(f"a wheel of gate and of what it needs ({made.stdout.strip()[-300:]})")
    programs = tmp_path_factory.mktemp("programs")
    base = getattr(sys, "_base_executable", sys.executable)
    (programs / "python3").symlink_to(base)
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(house),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }


@pytest.fixture(scope="session")
def gitlab_ci() -> tuple[str, str]:
    """gitlab-ci-local, and the node that runs it."""
    node, program = MODULES / "node" / "bin" / "node", MODULES / "gitlab-ci-local" / "dist" / "index.js"
    for path in (node, program):
        if not path.is_file():
            lacks(path.relative_to(MODULES).as_posix())
    if shutil.which("rsync") is None:
        lacks("rsync")
    return str(node), str(program)
