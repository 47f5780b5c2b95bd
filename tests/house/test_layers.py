"""Arrows point down: the contract stands in pyproject.toml, import-linter reads it."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from gate import registry

ROOT = Path(__file__).parents[2]
VERBS = {"readers": "read", "reports": "render", "baselines": "find", "engines": "tally", "hosts": "facts"}


def test_imports_keep_the_layers() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("room", "verb"), VERBS.items())
def test_every_registered_module_stands_in_its_room_and_has_its_verb(room: str, verb: str) -> None:
    assert registry.names(room)
    for name in registry.names(room):
        module = registry.load(room, name)
        assert module.__name__.rpartition(".")[0].endswith(f".{room}")
        assert callable(getattr(module, verb)), f"{module.__name__} has no {verb}()"


def test_every_module_of_gate_can_be_imported() -> None:
    for path in sorted((ROOT / "gate").rglob("*.py")):
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
