"""Folders and streams that refuse: told, with the right exit code, nothing half-written and no stale report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_input.screen import names, one_screen

GOOD, BAD = {"accuracy": 0.9}, {"accuracy": 0.1}

# Root may write anywhere: it must give up that power first.
DROP = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"]
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
needs_permissions = pytest.mark.skipif(ROOT and not shutil.which("setpriv"), reason="root without setpriv may do anything")


def gate(folder: Path, *words: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [*(DROP if ROOT else []), sys.executable, "-m", "gate.cli.main", "check", "--now", "2026-11-22", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, **more)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def closed(desk) -> Iterator[Path]:
    """A folder that nobody may write to, with last run's green report in it."""
    desk.rules("accuracy > 0.8")
    desk.write("metrics.json", GOOD)
    folder: Path = desk.folder / "reports"
    folder.mkdir()
    (folder / "r.md").write_text("DEPLOY: stale")
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


@needs_permissions
def test_a_folder_that_cannot_be_written_to(desk, closed: Path) -> None:
    done = gate(desk.folder, "metrics.json", "-o", "reports/new.md", "-o", "r.json")
    assert done.returncode == 2
    assert "reports/new.md: the report cannot be written: Permission denied" in done.stderr
    one_screen(done.stderr)
    assert "DEPLOY: " not in done.stdout
    assert names(closed) == ["r.md"]
    assert json.loads((desk.folder / "r.json").read_text())["verdict"] == "error"


@needs_permissions
def test_a_stale_report_that_cannot_be_removed(desk, closed: Path) -> None:
    done = gate(desk.folder, "metrics.json", "-o", "reports/r.md", "-o", "r.json")
    assert done.returncode == 2
    assert "reports/r.md: an earlier report cannot be removed: Permission denied" in done.stderr
    assert "check the folder and its permissions" in done.stderr
    one_screen(done.stderr)
    assert "DEPLOY: " not in done.stdout
    assert not (desk.folder / "r.json").exists() or json.loads((desk.folder / "r.json").read_text())["verdict"] == "error"
    assert names(closed) == ["r.md"]


@needs_permissions
def test_a_folder_below_one_that_cannot_be_written_to(desk, closed: Path) -> None:
    done = gate(desk.folder, "metrics.json", "-o", "reports/deep/er/r.md")
    assert done.returncode == 2
    assert "reports/deep/er/r.md: the report cannot be written: Permission denied" in done.stderr
    assert names(closed) == ["r.md"]


@needs_permissions
@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("metrics.json", "metrics.json: no permission to read the file"),
        ("gate.yaml", "gate.yaml: the policy cannot be read: Permission denied"),
        ("old.json", "old.json: no permission to read the file"),
        ("base.yaml", "base.yaml: the policy cannot be read: Permission denied"),
        ("waived.yaml", "waived.yaml: the policy cannot be read: Permission denied"),
    ],
)
def test_a_file_that_may_not_be_read(desk, file: str, words: str) -> None:
    desk.rules("accuracy > 0.8", head="extends: [./base.yaml]\nwaivers: ./waived.yaml\n")
    desk.write("base.yaml", "gate: 1\nrules: [accuracy > 0.5]\n")
    desk.write("waived.yaml", "[]\n")
    desk.write("metrics.json", GOOD)
    desk.write("old.json", GOOD)
    assert gate(desk.folder, "metrics.json", "-b", "old.json").returncode == 0
    (desk.folder / file).chmod(0)
    desk.write("r.md", "DEPLOY: stale")
    done = gate(desk.folder, "metrics.json", "-b", "old.json", "-o", "r.md")
    assert done.returncode == 2
    assert words in done.stderr
    one_screen(done.stderr)
    assert "stale" not in (desk.folder / "r.md").read_text()


@needs_permissions
def test_a_folder_that_may_not_be_entered(desk) -> None:
    desk.rules("accuracy > 0.8")
    (desk.folder / "locked").mkdir()
    desk.write("locked/m.json", GOOD)
    (desk.folder / "locked").chmod(0)
    try:
        done = gate(desk.folder, "locked/m.json", "-o", "locked/r.md")
    finally:
        (desk.folder / "locked").chmod(0o755)
    assert done.returncode == 2
    one_screen(done.stderr)


@needs_permissions
def test_a_step_summary_that_cannot_be_written(desk, closed: Path) -> None:
    """Trouble of CI's is told, and changes no verdict."""
    environ = {**os.environ, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(closed / "summary.md")}
    done = gate(desk.folder, "metrics.json", env=environ)
    assert done.returncode == 0
    assert "no step summary" in done.stderr
    one_screen(done.stderr)


@pytest.mark.parametrize("metrics", [GOOD, BAD, "{"])
@pytest.mark.parametrize("streams", [(1,), (2,), (1, 2), (0, 1, 2)])
def test_streams_that_are_closed(desk, metrics, streams: tuple[int, ...]) -> None:
    desk.rules("accuracy > 0.8")
    desk.write("metrics.json", metrics)
    code = {str(GOOD): 0, str(BAD): 1}.get(str(metrics), 2)
    closing = " ".join(f"{number}>&-" if number else "0<&-" for number in streams)
    command = f'"{sys.executable}" -m gate.cli.main check metrics.json -o r.json --now 2026-11-22 {closing}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=desk.folder)
    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr
    assert json.loads((desk.folder / "r.json").read_text())["exit_code"] == code


@pytest.mark.parametrize("stream", ["/dev/full", "/dev/null"])
def test_reports_to_a_device(desk, stream: str) -> None:
    desk.rules("accuracy > 0.8")
    desk.write("metrics.json", GOOD)
    done = gate(desk.folder, "metrics.json", "-o", f"markdown={stream}")
    assert done.returncode == (2 if stream == "/dev/full" else 0)
    assert Path(stream).is_char_device()
    if done.returncode:
        assert "/dev/full: the report cannot be written: No space left on device" in done.stderr
        one_screen(done.stderr)


def test_an_environment_of_nonsense(desk) -> None:
    """Locale, width and colours that no system has."""
    desk.rules("accuracy > 0.8")
    desk.write("metrics.json", BAD)
    environ = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "xx_YY.nonsense",
        "COLUMNS": "-1",
        "LINES": "x",
        "TERM": "\x1b",
        "PYTHONIOENCODING": "ascii:strict",
        "NO_COLOR": "0",
        "FORCE_COLOR": "nonsense",
        "GITHUB_SHA": "$(touch pwned)",
    }
    done = gate(desk.folder, "metrics.json", env=environ)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout


def test_a_working_folder_that_is_gone(desk) -> None:
    """CI that cleans up too early."""
    (desk.folder / "gone").mkdir()
    script = f'cd gone && rmdir ../gone && "{sys.executable}" -m gate.cli.main check metrics.json --now 2026-11-22'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=desk.folder)
    assert done.returncode == 2
    one_screen(done.stderr)
