"""The looks of a history are as committed; its pictures are there, linked and small."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

looks = run_path(str(Path(__file__).with_name("render_history.py")))
FOLDER: Path = looks["FOLDER"]


def test_the_texts_are_as_committed(tmp_path: Path) -> None:
    for name, text in looks["texts"](tmp_path).items():
        committed = (FOLDER / name).read_text(encoding="utf-8")
        assert text == committed, f"{name} looks different: python tests/looks/render_history.py, look, and commit"


def test_every_look_has_its_picture_and_is_linked() -> None:
    wanted = {f"{name}.{width}.{scheme}.png" for name, width, scheme, _ in looks["LOOKS"]} | set(looks["TEXTS"])
    assert {path.name for path in FOLDER.iterdir()} == wanted
    listed = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(wanted) if f"(history/{name})" not in listed] == []


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000
