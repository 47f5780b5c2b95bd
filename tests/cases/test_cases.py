"""Stories: each folder is a team with a policy and metrics, and what gate says to them (see README.md)."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from gate import __version__
from gate.cli.main import main

HERE = Path(__file__).parent
STORIES = sorted(path.parent.name for path in HERE.glob("*/argv"))
WRITE = os.environ.get("GATE_CASES") == "write"

# expected.NAME is compared with: the exit code, a stream, or the file that the run has written
STREAMS = ("exit", "out", "err")
FILES = {"md": "report.md", "json": "decision.json", "txt": "report.txt", "summary": "summary.md", "yaml": "written.yaml"}
OF_CI = (
    "GATE_POLICY",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "FORCE_COLOR",
    "NO_COLOR",
    "COLUMNS",
)


def command(story: Path) -> list[str]:
    """The words behind `gate`; a check is told its day."""
    words = shlex.split((story / "argv").read_text(encoding="utf-8"))
    return [*words, "--now", "2026-11-22"] if words[0] == "check" and "--now" not in words else words


def variables(story: Path) -> dict[str, str]:
    """The environment that a story asks for."""
    if not (story / "env").exists():
        return {}
    return dict(line.split("=", 1) for line in (story / "env").read_text(encoding="utf-8").splitlines() if line)


def tell(story: Path, folder: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> dict[str, str]:
    """Run a copy of the story; everything that came of it, by the name of its `expected` file."""
    shutil.copytree(story, folder, ignore=shutil.ignore_patterns("expected.*", "argv", "env", "stdin"))
    patch.chdir(folder)
    for name in OF_CI:
        patch.delenv(name, raising=False)
    for name, value in variables(story).items():
        patch.setenv(name, value)
    if (story / "stdin").exists():
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((story / "stdin").read_bytes())))
    capture.readouterr()
    code = main(command(story))
    out, err = capture.readouterr()
    found = {"exit": f"{code}\n", "out": out, "err": err}
    found |= {name: (folder / file).read_text(encoding="utf-8") for name, file in FILES.items() if (folder / file).exists()}
    return {name: text.replace(__version__, "VERSION") for name, text in found.items()}


@pytest.mark.parametrize("name", STORIES)
def test_a_story(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    story = HERE / name
    found = tell(story, tmp_path / "story", capsys, monkeypatch)
    if WRITE:
        write(story, found)
    expected = {path.suffix[1:]: path.read_text(encoding="utf-8") for path in story.glob("expected.*")}
    assert {"exit", "out"} <= set(expected), f"{name}: GATE_CASES=write writes what is expected"
    for what in sorted(set(expected) | {each for each in ("out", "err") if found[each]}):
        assert found.get(what, "nothing was written") == expected.get(what, ""), f"{name}/expected.{what}"


def write(story: Path, found: dict[str, str]) -> None:
    """Freeze what came of it."""
    for path in story.glob("expected.*"):
        path.unlink()
    for name, text in found.items():
        if text or name in ("exit", "out"):
            (story / f"expected.{name}").write_text(text, encoding="utf-8")


def test_there_are_stories_of_every_kind() -> None:
    codes = [int((HERE / name / "expected.exit").read_text()) for name in STORIES]
    assert len(STORIES) >= 25
    assert {0, 1, 2, 3} <= set(codes)
    for what in ("md", "json", "summary", "err"):
        assert list(HERE.glob(f"*/expected.{what}")), what


@pytest.mark.parametrize("name", STORIES)
def test_a_story_says_what_it_is_about(name: str) -> None:
    lines = (HERE / "README.md").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith(f"| `{name}` |") for line in lines), f"README.md does not tell of {name}"


@pytest.mark.parametrize("name", STORIES)
def test_the_last_line_says_the_exit_code(name: str) -> None:
    """Whatever is read first or last, text and code agree."""
    story = HERE / name
    code = (story / "expected.exit").read_text().strip()
    if command(story)[0] != "check" or "-" in command(story):
        return
    colours = re.compile("\x1b[^m]*m")
    said = "".join(path.read_text() for path in (story / "expected.out", story / "expected.err") if path.exists())
    verdicts = [line for line in colours.sub("", said).splitlines() if "  exit " in line]
    assert len(verdicts) == 1
    assert verdicts[0].endswith(f"exit {code}")
    assert verdicts[0].startswith("DEPLOY") == (code not in ("1", "2", "3"))
