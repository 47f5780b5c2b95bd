"""`gate measure` on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.cli.main import main

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "a.json").write_text('{"accuracy": {"value": 0.9, "n": 400}, "my score": 3, "note": "fine"}')
    (tmp_path / "b.json").write_text('{"accuracy": 0.7}')
    return tmp_path


def test_a_table_is_shown_and_nothing_is_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "a.json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "    accuracy      0.9  400  higher\n" in shown.out
    assert '    "my score"      3       ?\n' in shown.out
    assert "  - 1 not used: text  --all lists them\n" in shown.out
    assert shown.out.endswith("\n2 measurements of 2 metrics\n")
    assert sorted(os.listdir(here)) == ["a.json", "b.json"]


@pytest.mark.usefixtures("here")
def test_all_lists_what_was_not_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "a.json", "--all"]) == 0
    assert "      note: text\n" in capsys.readouterr().out


def test_what_is_written_can_be_checked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "train=a.json", "test=b.json", "-o", "out/m.json", "-o", "m.md", "-o", "m.txt"]) == 0
    assert capsys.readouterr().out == (here / "m.txt").read_text()
    assert (here / "m.md").read_text().startswith("## 3 measurements of 3 metrics\n")
    (here / "gate.yaml").write_text("gate: 1\nrules: [train.accuracy - test.accuracy <= 0.3, {check: test.accuracy > 0.6}]\n")
    assert main(["check", "out/m.json"]) == 0


@pytest.mark.usefixtures("here")
def test_a_report_on_standard_output_is_alone_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "b.json", "-o", "json=-"]) == 0
    assert capsys.readouterr().out == '{\n  "accuracy": {"value": 0.7}\n}\n'


@pytest.mark.parametrize(
    "arguments",
    [
        ["none.json"],
        ["a.json", "b.json"],
        ["a.json", "--from", "x"],
        ["a.json", "--nonsense"],
        [],
        ["broken.json"],
        ["a.json", "-o", "x.xml"],
    ],
)
def test_trouble_is_said_and_no_file_of_an_earlier_run_is_left(
    here: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "broken.json").write_text('{"accuracy": ')
    (here / "m.json").write_text('{"accuracy": 1}')
    assert main(["measure", *arguments, "-o", "m.json"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err
    assert not (here / "m.json").exists()


def test_it_never_writes_over_what_it_reads(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (here / "a.json").read_text()
    assert main(["measure", "x=a.json", "-o", "./a.json"]) == 2
    assert "which is read" in capsys.readouterr().err
    assert (here / "a.json").read_text() == before


@pytest.mark.usefixtures("here")
def test_a_folder_that_cannot_be_written_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "a.json", "-o", "b.json/m.json"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_stream_of_ascii_gets_ascii(here: Path) -> None:
    (here / "odd.json").write_text('{"gr\\u00f6\\u00dfe\\u202e": {"value": -0.5, "unit": "\\u00b5s"}}', encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-m", "gate.cli.main", "measure", "odd.json"],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=here, capture_output=True, check=True,
    )  # fmt: skip
    assert b'"gr\\u00f6\\u00dfe\\u202e"' in done.stdout
    assert b" -0.5 " in done.stdout


def test_other_tools_files_are_shown_with_their_format(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["measure", str(SAMPLES / "k6" / "summary-export.json"), str(SAMPLES / "junit" / "pytest.xml")]) == 0
    shown = capsys.readouterr().out
    assert "summary-export.json (k6)" in shown
    assert "pytest.xml (junit)" in shown
    assert "checks[check=status is 200]" in shown
    assert "  # 3 cases of pass_rate\n" in shown
