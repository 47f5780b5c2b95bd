"""Renders the golden decisions to docs/looks/: `python tests/looks/render.py [--pictures] [NAME…]`.

The Markdown and the text are compared by a test. The pictures are for eyes: Markdown by GitHub's own cmark, light and
dark, 1200 and 400 px wide; the terminal at 60 and 120 columns. They need Chromium, what tests/consumers installs (for
charts), and pngquant to be small.
"""

from __future__ import annotations

import argparse
import base64
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from runpy import run_path

import cmarkgfm
from cmarkgfm.cmark import Options

from gate.reports import markdown, text
from gate.terms.decision import Decision

HERE = Path(__file__).parent
LOOKS = HERE.parents[1] / "docs" / "looks"
MERMAID = HERE.parent / "consumers" / "node_modules" / ".bin" / "mmdc"  # see the README there
COLUMNS = (60, 120)
WIDTHS = (1200, 400)
SHORTEST = 200  # Chromium cuts what a smaller window shows
THEMES = ("light", "dark")
CHROMIUM = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
]  # fmt: skip
_STYLES = {"1": "b", "2": "d", "31": "r", "33": "y", "32": "g"}


def golden() -> dict[str, Decision]:
    found: dict[str, Decision] = run_path(str(HERE / "decisions.py"))["GOLDEN"]
    return found


def texts(name: str, decision: Decision) -> dict[str, str]:
    """Every written look of a decision by its file's name."""
    told = {f"{name}.{columns}.txt": text.render(decision, columns=columns) for columns in COLUMNS}
    told[f"{name}.md"] = markdown.render(decision)
    return told


def comment_page(report: str, theme: str, width: int, *, unfolded: bool = False) -> str:
    """The Markdown as GitHub shows it in a comment."""
    body = cmarkgfm.github_flavored_markdown_to_html(report, options=Options.CMARK_OPT_UNSAFE)
    if unfolded:
        body = re.sub(r'<pre lang="mermaid"><code>(.*?)</code></pre>', lambda found: _drawn(found, theme), body, flags=re.DOTALL)
        body = body.replace("<details>", "<details open>")
    return _page(f"<main style='width:{width}px'>{body}</main>", theme, "comment")


def _drawn(found: re.Match[str], theme: str) -> str:
    """A chart as mermaid draws it on light or on dark ground."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "chart.mmd").write_text(html.unescape(found[1]), encoding="utf-8")
        (here / "browser.json").write_text(json.dumps({"executablePath": shutil.which("chromium"), "args": ["--no-sandbox"]}))
        mermaid = [str(MERMAID), "-q", "-p", "browser.json", "-t", "dark" if theme == "dark" else "default", "-b", "transparent"]
        subprocess.run([*mermaid, "-i", "chart.mmd", "-o", "chart.svg"], check=True, cwd=here)
        data = base64.b64encode((here / "chart.svg").read_bytes()).decode()
        return f"<img style='max-width:100%' src='data:image/svg+xml;base64,{data}'>"


def terminal_page(report: str) -> str:
    """The text with its colours as a terminal shows it."""
    body = re.sub(r"\x1b\[([\d;]+)m(.*?)\x1b\[0m", _span, html.escape(report))
    return _page(f"<main style='padding:0;width:max-content'><pre class=terminal>{body}</pre></main>", "dark", "terminal")


def _span(match: re.Match[str]) -> str:
    names = " ".join(_STYLES[code] for code in match[1].split(";"))
    return f'<span class="{names}">{match[2]}</span>'


def _page(body: str, theme: str, kind: str) -> str:
    css = (HERE / "page.css").read_text(encoding="utf-8")
    size = (
        "const main = document.querySelector('main'), box = main.getBoundingClientRect();"
        "document.title = [Math.ceil(box.width), Math.ceil(box.height), main.scrollWidth].join('x');"
    )
    head = f"<!doctype html><html class='{theme} {kind}'><meta charset=utf-8><style>{css}</style>"
    return f"{head}<body>{body}<script>{size}</script></body></html>"


def picture(page: str, target: Path) -> None:
    """A picture of the page's main part, as large as that is."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        chromium = ["chromium", *CHROMIUM, f"--user-data-dir={folder}/profile"]
        dom = subprocess.run(
            [*chromium, "--window-size=1300,900", "--dump-dom", source.as_uri()], capture_output=True, check=True
        )
        size = re.search(rb"<title>(\d+)x(\d+)x(\d+)</title>", dom.stdout)
        assert size, "the page did not say how large it is"
        width, height, used = map(int, size.groups())
        assert used <= width, f"{target.name} runs over its right edge: {used} px of {width}"
        window = f"--window-size={width},{min(max(height, SHORTEST), 4000)}"
        subprocess.run([*chromium, window, f"--screenshot={target}", source.as_uri()], capture_output=True, check=True)
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--ext=.png", "--strip", "96", str(target)], check=False)


def pictures(name: str, decision: Decision) -> None:
    report = markdown.render(decision)
    for width in WIDTHS:
        for theme in THEMES:
            picture(comment_page(report, theme, width), LOOKS / f"{name}.{width}.{theme}.png")
    if name == "failing":
        picture(comment_page(report, "light", 1200, unfolded=True), LOOKS / f"{name}.unfolded.png")
    if name == "slices":
        for theme in THEMES:
            picture(comment_page(report, theme, 800, unfolded=True), LOOKS / f"{name}.unfolded.{theme}.png")
    for columns in COLUMNS:
        picture(terminal_page(text.render(decision, columns=columns, colour=True)), LOOKS / f"{name}.{columns}.terminal.png")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these decisions")
    parser.add_argument("--pictures", action="store_true", help="also draw them")
    options = parser.parse_args(arguments)
    LOOKS.mkdir(parents=True, exist_ok=True)
    for name, decision in golden().items():
        if options.names and name not in options.names:
            continue
        for file, content in texts(name, decision).items():
            (LOOKS / file).write_text(content, encoding="utf-8", newline="\n")
        if options.pictures:
            pictures(name, decision)


if __name__ == "__main__":
    main(sys.argv[1:])
