"""Draws the golden decisions as web pages to docs/looks/pages/: `python tests/looks/render_pages.py`. It needs Chromium."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from runpy import run_path

from gate.reports import html

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs" / "looks" / "pages"
A4 = 794  # pixels
# decision, width, colour scheme; `print` is the page as the printer gets it
LOOKS = [
    ("failing", 1200, "light"), ("failing", 1200, "dark"), ("failing", 400, "light"), ("failing", 400, "dark"),
    ("failing", A4, "print"), ("slices", 1200, "light"), ("slices", 1200, "dark"), ("slices", 400, "light"),
    ("undecided", 1200, "light"), ("warning", 1200, "dark"), ("passing", 1200, "light"), ("error", 1200, "light"),
    ("hostile", 1200, "light"), ("long", 1200, "dark"),
]  # fmt: skip


def main() -> None:
    browser = run_path(str(HERE.parent / "reports" / "browser.py"))
    golden = run_path(str(HERE / "decisions.py"))["GOLDEN"]
    PAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser["chromium"](Path(folder) / "profile") as tab:
        for name, width, scheme in LOOKS:
            page, target = Path(folder) / "page.html", PAGES / f"{name}.{width}.{scheme}.png"
            page.write_bytes(html.render(golden[name]).encode("utf-8"))
            tab.open(page, width=width, scheme="light" if scheme == "print" else scheme)
            if scheme == "print":
                tab.look(media="print")
                tab.run("dispatchEvent(new Event('beforeprint'))")
            assert tab.run("document.documentElement.scrollWidth") <= width, f"{target.name} runs over its right edge"
            for _ in range(2):  # a chart that comes into sight may make the page longer
                tab.size(width, min(tab.run("document.body.offsetHeight"), 4000))
                tab.settle(0.5)
            tab.picture(target)
            assert tab.complaints == tab.requests == []
            if shutil.which("pngquant"):
                subprocess.run(
                    ["pngquant", "--force", "--skip-if-larger", "--ext=.png", "--strip", "96", str(target)], check=False
                )


if __name__ == "__main__":
    main()
