"""Writes what the documentation takes from the program: the catalogue of packs, the output of commands, messages.

Run it after a change: `python docs/generate.py`. With `--check` it writes nothing and exits 1 if a page is out of date.

In a page, `<!-- run: gate check metrics.json -->` (or `<!-- run in examples/x: … -->`) stands before the block that
shows what the command prints, and `<!-- traps -->` or `<!-- judged -->` before a table of rules. In errors.md, the
first block under a slug shows its message; cases for them are in error-cases.yaml.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import _commands
import _messages
import _metrics
import _tables
from _catalogue import catalogue

import gate
from gate.reports import markdown

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/*.md", "examples/*/README.md")


def documents() -> dict[Path, str]:
    """Every page with something generated in it, as it must be."""
    found = {
        ROOT / "policies" / "README.md": catalogue(),
        ROOT / "docs" / "pictures" / "report.md": report("breast-cancer", "metrics-failing.json", "2026-06-01"),
        ROOT / "docs" / "looks" / "examples" / "fraud.md": report("fraud", "predictions.parquet", "2026-11-01"),
    }
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            folder = path.parent if path.parent.name != "docs" else ROOT
            found[path] = _tables.filled(_commands.filled(path.read_text(encoding="utf-8"), ROOT, folder))
    errors = ROOT / "docs" / "errors.md"
    found[errors] = _messages.filled(found[errors], _messages.error_cases(ROOT / "docs" / "error-cases.yaml"))
    metrics = ROOT / "docs" / "metrics.md"
    found[metrics] = _metrics.filled(found[metrics], ROOT)
    return found


def report(example: str, metrics: str, now: str) -> str:
    """The report of an example; that of breast-cancer is the README's picture, which draw.py draws."""
    with _commands.within(ROOT / "examples" / example):
        decision = gate.check(metrics, now=now)
    return markdown.render(replace(decision, simulated=False))


def main(arguments: list[str]) -> int:
    """Write the pages that are out of date, or only name them."""
    stale = {path: text for path, text in documents().items() if not path.exists() or path.read_text(encoding="utf-8") != text}
    if arguments == ["--check"]:
        for path in stale:
            print(f"out of date: {path.relative_to(ROOT)}")
        return 1 if stale else 0
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
