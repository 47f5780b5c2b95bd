"""A room's `__init__.py` says in a sentence what the room is, and does nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

GATE = Path(__file__).parents[2] / "gate"
ROOMS = sorted(path for path in GATE.rglob("__init__.py") if path.parent != GATE)


def test_there_are_rooms() -> None:
    assert len(ROOMS) >= 10


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.parent.name)
def test_it_is_a_docstring_and_nothing_else(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len(tree.body) == 1
    assert (ast.get_docstring(tree) or "").endswith(".")


def test_every_folder_with_modules_is_a_room() -> None:
    folders = {path.parent for path in GATE.rglob("*.py")} - {GATE}
    assert folders == {path.parent for path in ROOMS}


def test_every_module_says_what_it_is_in_its_first_line() -> None:
    for path in sorted(GATE.rglob("*.py")):
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        assert first.endswith("."), f"{path.relative_to(GATE)}: the module's docstring starts with a sentence"
