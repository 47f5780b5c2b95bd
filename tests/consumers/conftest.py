"""The programs of others that read what gate writes: package.json and pyproject.toml name them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from runpy import run_path

import pytest

from gate.terms.decision import Decision, Verdict

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


@dataclass(frozen=True)
class Consumers:
    """Where the programs are. One that is missing skips its test, or fails it where GATE_CONSUMERS is `required`."""

    required: bool

    def __call__(self, name: str) -> str:
        """The path of a program: of node_modules, else of this machine."""
        own = MODULES / ".bin" / name
        found = str(own) if own.exists() else shutil.which(name)
        return found if found else self.lacks(name)

    def file(self, path: str) -> Path:
        """A file in node_modules."""
        found = MODULES / path
        if not found.is_file():
            self.lacks(path)
        return found

    def lacks(self, what: str) -> str:
        said = f"{what} is not there: see tests/consumers/README.md"
        if self.required:
            pytest.fail(said)
        pytest.skip(said)


@pytest.fixture(scope="session")
def consumers() -> Consumers:
    return Consumers(os.environ.get("GATE_CONSUMERS") == "required")


@pytest.fixture(scope="session")
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program to its end; its exit code is for the test to judge."""

    def execute(*command: object, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(each) for each in command],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={**os.environ, **environ},
        )

    return execute


@pytest.fixture(scope="session")
def decisions() -> Mapping[str, Decision]:
    """What a report may be made of, hostile names in every field included, by its name."""
    found = run_path(str(HERE.parent / "looks" / "decisions.py"))
    return {**found["GOLDEN"], "extreme": found["EXTREME"], "nothing": Decision(Verdict.FAIL)}
