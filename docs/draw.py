"""Draws the README's picture from pictures/report.md, which generate.py writes: `python docs/draw.py`. Needs Chromium."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

HERE = Path(__file__).resolve().parent
WIDTH = 1000

if __name__ == "__main__":
    looks = run_path(str(HERE.parent / "tests" / "looks" / "render.py"))
    report = (HERE / "pictures" / "report.md").read_text(encoding="utf-8")
    for theme in ("light", "dark"):
        looks["picture"](looks["comment_page"](report, theme, WIDTH), HERE / "pictures" / f"report.{theme}.png")
