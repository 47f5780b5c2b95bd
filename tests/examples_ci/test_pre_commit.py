"""The pre-commit hook, tried as a project would that takes it from our repository."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples_ci.conftest import POLICY, ROOT, done, git, lacks

pytestmark = pytest.mark.slow

SHIPPED = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "gate", "policies")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what is in this checkout."""
    folder = tmp_path_factory.mktemp("ours")
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    git(folder, "init", "-q", "-b", "main", ".")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "all")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where pre-commit keeps what it installs: once for all tests."""
    return str(tmp_path_factory.mktemp("pre-commit"))


def tried(ours: Path, home: str, folder: Path) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("pre_commit") is None:
        lacks("pre-commit")
    command = [sys.executable, "-m", "pre_commit", "try-repo", ours, "gate-lint", "--all-files", "--verbose"]
    return done(*command, cwd=folder, environ={"PRE_COMMIT_HOME": home})


def test_policies_are_checked_and_workflows_are_not(ours: Path, home: str, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "gate.yaml").write_text(POLICY)
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "gate.yml").write_text("name: gate\non: push\n")
    git(tmp_path, "init", "-q", ".")
    git(tmp_path, "add", "-A")
    good = tried(ours, home, tmp_path)
    assert good.returncode == 0, good.stdout
    assert "gate lint" in good.stdout
    assert "models/gate.yaml" in good.stdout
    (tmp_path / "models" / "gate.yaml").write_text(POLICY.replace("accuracy > 0.8", "accuracy >> 0.8"))
    git(tmp_path, "add", "-A")
    bad = tried(ours, home, tmp_path)
    assert bad.returncode == 1, bad.stdout
    assert "models/gate.yaml:4" in bad.stdout
