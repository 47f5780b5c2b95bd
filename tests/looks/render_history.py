"""Draws histories to docs/looks/history/: `python tests/looks/render_history.py`. It needs Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from runpy import run_path

from gate.app.history import dashboard
from gate.app.history import history as looking
from gate.app.history.history import HistoryRequest
from gate.reports import history_text

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "docs" / "looks" / "history"
A4 = 794  # pixels
# page, width, colour scheme, what is clicked first; `print` is the page as the printer gets it
LOOKS = [
    ("weekly", 1200, "light", ""), ("weekly", 1200, "dark", ""), ("weekly", 400, "light", ""), ("weekly", 400, "dark", ""),
    ("weekly", A4, "print", ""), ("slices", 1200, "light", "slices"), ("many", 1200, "light", "slices"),
    ("many", 1200, "dark", ""),
    ("run", 1200, "light", ""), ("index", 1200, "light", ""), ("index", 400, "dark", ""), ("hostile", 1200, "light", ""),
]  # fmt: skip
TEXTS = {"table.txt": "", "plot.txt": "recall"}


def texts(folder: Path) -> dict[str, str]:
    """What the terminal shows of twelve weeks."""
    histories = run_path(str(HERE / "histories.py"))
    store = str(histories["made"](folder / "weekly.db", what="weekly"))
    found = {}
    for name, metric in TEXTS.items():
        request = HistoryRequest(metric=metric, branch="main", store=store, environ={}, now=histories["NOW"])
        draw = history_text.render_metric if metric else history_text.render
        found[name] = draw(looking.look(request))
    return found


def sites(folder: Path) -> dict[str, Path]:
    """The pages to draw, by name."""
    histories = run_path(str(HERE / "histories.py"))
    here = os.getcwd()
    os.chdir(folder)  # the index names the history as it is given
    try:
        for what in ("both", "many"):
            store = str(histories["made"](Path(f"{what}.db"), what=what))
            request = HistoryRequest(store=store, environ={}, now=histories["NOW"], most=2000)
            dashboard.build(what, request)
    finally:
        os.chdir(here)
    models = folder / "both" / "models"
    weekly = models / "fraud-detection.html"
    return {
        "weekly": weekly,
        "slices": weekly,
        "many": folder / "many" / "models" / "churn.html",
        "run": folder / "both" / "runs" / "fraud-detection" / "20261122-060000000-0000000000.html",
        "index": folder / "both" / "index.html",
        "hostile": next(path for path in models.glob("*.html") if path != weekly),
    }


def main() -> None:
    browser = run_path(str(HERE.parent / "reports" / "browser.py"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser["chromium"](Path(folder) / "profile") as tab:
        for name, text in texts(Path(folder)).items():
            (FOLDER / name).write_text(text, encoding="utf-8")
        pages = sites(Path(folder))
        for name, width, scheme, click in LOOKS:
            target = FOLDER / f"{name}.{width}.{scheme}.png"
            tab.open(pages[name], width=width, scheme="light" if scheme == "print" else scheme)
            if click:
                tab.run(f"document.getElementById('{click}').click()")
            if scheme == "print":
                tab.look(media="print")
                tab.run("dispatchEvent(new Event('beforeprint'))")
            assert tab.run("document.documentElement.scrollWidth") <= width, f"{target.name} runs over its right edge"
            for _ in range(2):
                tab.size(width, min(tab.run("document.body.offsetHeight"), 1500 if name == "many" else 4500))
                tab.settle(0.8)
            tab.picture(target, whole=False)
            assert tab.complaints == tab.requests == []
            if shutil.which("pngquant"):
                subprocess.run(
                    ["pngquant", "--force", "--skip-if-larger", "--ext=.png", "--strip", "96", str(target)], check=False
                )


if __name__ == "__main__":
    main()
