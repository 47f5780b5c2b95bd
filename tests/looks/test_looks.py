"""The written looks are as committed; the pictures are made from the same: look at them when these change."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

looks = run_path(str(Path(__file__).with_name("render.py")))
FOLDER: Path = looks["LOOKS"]
TEXTS = {file: text for name, decision in looks["golden"]().items() for file, text in looks["texts"](name, decision).items()}


@pytest.mark.parametrize("file", TEXTS)
def test_a_look_is_as_committed(file: str) -> None:
    committed = (FOLDER / file).read_text(encoding="utf-8")
    assert TEXTS[file] == committed, f"{file} looks different: python tests/looks/render.py --pictures, look, and commit"


def test_there_is_no_look_without_its_decision() -> None:
    written = {path.name for pattern in ("*.md", "*.txt") for path in FOLDER.glob(pattern)} - {"README.md"}
    assert written == set(TEXTS)


def test_every_decision_has_its_pictures_and_they_are_small() -> None:
    for name in looks["golden"]():
        for width in looks["WIDTHS"]:
            for theme in looks["THEMES"]:
                assert (FOLDER / f"{name}.{width}.{theme}.png").is_file()
        for columns in looks["COLUMNS"]:
            assert (FOLDER / f"{name}.{columns}.terminal.png").is_file()
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000
