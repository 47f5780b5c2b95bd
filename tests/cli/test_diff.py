"""`gate diff` on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.cli.main import main


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two metrics files and the decisions on them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text('{"accuracy": 0.9, "recall": 0.8, "auc": 0.95}')
    (tmp_path / "b.json").write_text('{"accuracy": 0.92, "recall": 0.7, "auc": 0.95}')
    (tmp_path / "gate.yaml").write_text("gate: 1\nname: fraud\nrules: [accuracy > 0.8, recall >= 0.75]\n")
    return tmp_path


def test_metrics_are_compared(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "a.json", "b.json"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("gate diff  a.json → b.json\n")
    assert shown.endswith("\n1 worse, 1 better, 1 equal\n")
    assert shown.index("✗ recall") < shown.index("✓ accuracy")
    assert sorted(os.listdir(here)) == ["a.json", "b.json", "gate.yaml"]


@pytest.mark.usefixtures("here")
def test_decisions_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "a.json", "-o", "da.json"]) == 0
    assert main(["check", "b.json", "-o", "db.json"]) == 1
    capsys.readouterr()
    assert main(["diff", "da.json", "db.json"]) == 0
    shown = capsys.readouterr().out
    assert "policy   fraud (gate.yaml), the same" in shown
    assert "✗ recall >= 0.75  pass → fail" in shown
    assert "+0.05 → −0.05" in shown
    assert shown.endswith("\npass → fail: 1 worse, 1 as before\n")
    assert main(["diff", "a.json", "db.json"]) == 2
    assert "compare metrics with metrics" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_the_same_file_twice_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "a.json", "a.json"]) == 0
    assert capsys.readouterr().out.endswith("\nno difference in 3 measurements\n")


@pytest.mark.usefixtures("here")
def test_policies_wait_for_a_later_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "gate.yaml", "gate.yaml"]) == 2
    assert "this is a policy" in capsys.readouterr().err


def test_reports_are_written_and_the_terminal_still_tells(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "a.json", "b.json", "-o", "out/d.md", "-o", "d.json", "-o", "d.txt"]) == 0
    assert capsys.readouterr().out == (here / "d.txt").read_text()
    assert (here / "out" / "d.md").read_text().startswith("## 🔴 1 worse")
    assert json.loads((here / "d.json").read_text())["counts"]["worse"] == 1


@pytest.mark.usefixtures("here")
def test_a_report_on_standard_output_is_alone_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "a.json", "b.json", "-o", "json=-"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "metrics"


@pytest.mark.parametrize("after", ["none.json", "broken.json", "gate.yaml"])
def test_a_stale_report_goes_when_nothing_can_be_compared(here: Path, after: str) -> None:
    (here / "broken.json").write_text('{"accuracy": ')
    (here / "d.md").write_text("all is well")
    assert main(["diff", "a.json", after, "-o", "d.md"]) == 2
    assert not (here / "d.md").exists()


def test_it_never_writes_over_what_it_reads(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (here / "a.json").read_text()
    assert main(["diff", "a.json", "b.json", "-o", "./a.json"]) == 2
    assert "which is read" in capsys.readouterr().err
    assert (here / "a.json").read_text() == before


def test_a_folder_that_cannot_be_written_is_an_error(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "a.json", "b.json", "-o", "a.json/d.md", "-o", "d.json"]) == 2
    assert "the report cannot be written" in capsys.readouterr().err
    assert not (here / "d.json").exists()


def test_reads_standard_input(here: Path) -> None:
    command = [sys.executable, "-m", "gate.cli.main", "diff", "a.json", "-"]
    ran = subprocess.run(command, input=b'{"accuracy": 0.8}', capture_output=True, check=False, cwd=here)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"gate diff  a.json" in ran.stdout
    assert b"1 worse, 2 only in A" in ran.stdout


def test_one_file_is_not_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "a.json"]) == 2
    assert "gate diff --help" in capsys.readouterr().err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--help"]) == 0
    assert "gate diff main.json candidate.json" in capsys.readouterr().out
