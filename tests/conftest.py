"""Running gate as a person does: a folder, files in it, a command line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from gate.cli.main import main

# The same examples every time: what CI says must depend on the change alone. To look for more: GATE_EXPLORE=1.
settings.register_profile("steady", derandomize=True, deadline=None)
if "GATE_EXPLORE" not in os.environ:
    settings.load_profile("steady")

TODAY = "2026-11-22"


@dataclass(frozen=True)
class Run:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Desk:
    """A folder with a policy and metrics, and gate in it."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capture = capture

    def write(self, name: str, content: str | bytes | Mapping[str, Any]) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    def rules(self, *rules: str, head: str = "") -> Path:
        """A gate.yaml with these rules, each a YAML item."""
        return self.write("gate.yaml", "gate: 1\nname: model\n" + head + "rules:\n" + "".join(f"  - {rule}\n" for rule in rules))

    def run(self, *argv: str) -> Run:
        self.capture.readouterr()
        code = main(list(argv))
        captured = self.capture.readouterr()
        return Run(code, captured.out, captured.err)

    def check(self, metrics: str | bytes | Mapping[str, Any], *argv: str) -> Run:
        """`gate check metrics.json` on these metrics."""
        self.write("metrics.json", metrics)
        return self.run("check", "metrics.json", "--now", TODAY, *argv)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """An empty folder outside any repository, without what CI puts into the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("GATE_POLICY", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_SHA", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return Desk(tmp_path, capsys)
