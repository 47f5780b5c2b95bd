"""What every refusal has in common."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

REPORTS = ("-o", "r.md", "-o", "r.json", "-o", "r.txt")
LINES, WIDTH = 40, 400
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def refused(desk: Any, *argv: str) -> Any:
    """Run a check that must be refused, over reports of a green run; what it said."""
    for name in REPORTS[1::2]:
        desk.write(name, "DEPLOY: stale")
    before = names(desk.folder)
    run = desk.run("check", "--now", "2026-11-22", *argv, *REPORTS)
    assert run.code == 2, run.said
    assert run.out == ""
    one_screen(run.err)
    assert run.err.splitlines()[-1].startswith("ERROR, do not deploy")
    assert names(desk.folder) == before
    told = json.loads((desk.folder / "r.json").read_text())
    assert told["verdict"] == "error"
    assert told["messages"]
    for name in ("r.md", "r.txt"):
        text = (desk.folder / name).read_text()
        assert "stale" not in text
        assert "DEPLOY: " not in text
        assert "rror, do not deploy" in text.replace("ERROR", "Error")
    return run


def one_screen(text: str) -> None:
    """Everything that a person must read fits a screen, is harmless, and is no traceback."""
    lines = text.splitlines()
    assert text.strip()
    assert len(lines) <= LINES, len(lines)
    assert max(map(len, lines)) <= WIDTH, max(map(len, lines))
    assert "Traceback" not in text
    assert not CONTROL.search(text), CONTROL.findall(text)
    assert not any(line.lstrip().startswith("::") for line in lines)


def names(folder: Path) -> list[str]:
    """All that lies in a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
