"""Files of at most 300 lines, functions of at most 40."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

GATE = Path(__file__).parents[2] / "gate"
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 40

# What is longer, and why it may be. An entry that is no longer needed fails.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def files() -> Iterator[tuple[str, str]]:
    for path in sorted(GATE.rglob("*.py")):
        yield path.relative_to(GATE).as_posix(), path.read_text(encoding="utf-8")


def functions() -> Iterator[tuple[str, int]]:
    """Every function as file:name, with its lines from `def` to its end."""
    for file, text in files():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.end_lineno is not None
                yield f"{file}:{node.name}", node.end_lineno - node.lineno + 1


def test_files_are_short() -> None:
    long = {file: count for file, text in files() if (count := len(text.splitlines())) > MOST_LINES}
    assert long.keys() == LONG_FILES.keys(), long


def test_functions_are_short() -> None:
    long = {name: count for name, count in functions() if count > MOST_LINES_OF_A_FUNCTION}
    assert long.keys() == LONG_FUNCTIONS.keys(), long
