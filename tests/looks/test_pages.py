"""The pictures of web pages are there, and small."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

looks = run_path(str(Path(__file__).with_name("render_pages.py")))
FOLDER: Path = looks["PAGES"]


def test_every_look_has_its_picture_and_is_linked() -> None:
    wanted = {f"{name}.{width}.{scheme}.png" for name, width, scheme in looks["LOOKS"]}
    assert {path.name for path in FOLDER.iterdir()} == wanted
    listed = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(wanted) if f"(pages/{name})" not in listed] == []


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_500_000
