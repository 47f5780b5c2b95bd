"""`gate init` on the command line."""

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
    """A folder with metrics in it, to work in."""
    monkeypatch.chdir(tmp_path)
    metrics = {"accuracy": {"value": 0.91, "n": 400}, "latency_p95_ms": 143.2, "my_score": 0.42, "f1": None}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    return tmp_path


def test_writes_a_policy_that_the_next_command_finds(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "metrics.json"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("wrote gate.yaml: 2 rules\n")
    assert "1 floor is a guess, marked `check me`" in shown
    assert "1 question waits for an answer" in shown
    assert "1 metric has no rule" in shown
    assert shown.endswith("next: read it, then  gate check metrics.json\n")
    assert main(["check", "metrics.json"]) == 0
    (here / "metrics.json").write_text(json.dumps({"accuracy": 0.88, "latency_p95_ms": 143.2}))
    assert main(["check", "metrics.json"]) == 1


def test_does_not_overwrite_a_policy(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "gate.yaml").write_text("mine")
    assert main(["init", "metrics.json"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("gate.yaml: there is a policy already\n")
    assert "--force" in said
    assert (here / "gate.yaml").read_text() == "mine"
    assert main(["init", "metrics.json", "--force"]) == 0
    assert (here / "gate.yaml").read_text().startswith("# A first policy")


def test_does_not_put_a_policy_in_the_shade(here: Path) -> None:
    (here / "gate.yml").write_text("mine")
    assert main(["init", "metrics.json"]) == 2
    assert not (here / "gate.yaml").exists()
    assert main(["init", "metrics.json", "-o", "gate.yaml"]) == 0


def test_a_link_that_leads_nowhere_is_a_policy_too(here: Path) -> None:
    (here / "gate.yaml").symlink_to(here / "elsewhere.yaml")
    assert main(["init", "metrics.json"]) == 2
    assert not (here / "elsewhere.yaml").exists()


def test_prints_it_and_nothing_else(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "metrics.json", "-o", "-"]) == 0
    shown = capsys.readouterr().out
    assert "\ngate: 1\n" in shown
    assert shown.endswith("f1 is null\n")
    assert sorted(os.listdir(here)) == ["metrics.json"]


@pytest.mark.usefixtures("here")
def test_elsewhere_the_next_command_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "metrics.json", "-o", "policies/new model.yaml"]) == 0
    assert "gate check metrics.json -p 'policies/new model.yaml'" in capsys.readouterr().out
    assert main(["check", "metrics.json", "-p", "policies/new model.yaml"]) == 0


def test_a_direction_makes_a_rule_of_a_question(here: Path) -> None:
    assert main(["init", "metrics.json", "--better", "my_score=higher"]) == 0
    assert "  - my_score >= 0.41 " in (here / "gate.yaml").read_text()


@pytest.mark.parametrize("written", ["my_score", "my_score=up", "=higher", "higher"])
def test_a_direction_that_says_no_way_is_refused(here: Path, written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "metrics.json", "--better", written]) == 2
    assert "--better profit=higher" in capsys.readouterr().err
    assert not (here / "gate.yaml").exists()


def test_without_a_rule_nothing_is_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "metrics.json").write_text('{"profit": 3}')
    assert main(["init", "metrics.json"]) == 2
    assert "gate init metrics.json --better profit=higher" in capsys.readouterr().err
    assert not (here / "gate.yaml").exists()


def test_never_writes_over_what_it_reads(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for named in ("metrics.json", "./metrics.json"):
        assert main(["init", "metrics.json", "-o", named, "--force"]) == 2
        assert "would overwrite" in capsys.readouterr().err
    assert main(["init", "a=metrics.json", "-o", "metrics.json", "--force"]) == 2
    assert json.loads((here / "metrics.json").read_text())["my_score"] == 0.42


def test_a_folder_is_no_policy(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "policies").mkdir()
    for force in ([], ["--force"]):
        assert main(["init", "metrics.json", "-o", "policies", *force]) == 2
        assert capsys.readouterr().err.startswith("policies: ")
    assert os.listdir(here / "policies") == []


@pytest.mark.usefixtures("here")
def test_what_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "metrics.json", "-o", "metrics.json/gate.yaml"]) == 2
    assert "the policy cannot be written" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_without_input_the_example_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 2
    assert "gate init metrics.json" in capsys.readouterr().err


def test_several_inputs_and_names(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "old.json").write_text('{"recall": 0.8}')
    assert main(["init", "new=metrics.json", "old=old.json"]) == 0
    assert "gate check new=metrics.json old=old.json" in capsys.readouterr().out
    written = (here / "gate.yaml").read_text()
    assert "  - new.accuracy >= 0.883 " in written
    assert "  - old.recall >= 0.79 " in written


def test_reads_standard_input(here: Path) -> None:
    command = [sys.executable, "-m", "gate.cli.main", "init", "-"]
    ran = subprocess.run(command, input=b'{"f1": 0.8}', capture_output=True, check=False, cwd=here)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "  - f1 >= 0.79 " in (here / "gate.yaml").read_text()


def test_a_hostile_name_neither_breaks_the_file_nor_the_terminal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "metrics.json").write_text(json.dumps({"x\x1b[31m\n- y > 0": 3, "accuracy\n::error::boo": 0.9}))
    assert main(["init", "metrics.json", "--better", "x\x1b[31m\n- y > 0=lower"]) == 0
    assert main(["check", "metrics.json", "--all"]) == 0
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err + (here / "gate.yaml").read_text()
    assert not any(line.lstrip().startswith("::") for line in captured.out.split("\n"))


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--help"]) == 0
    assert "gate init metrics.json" in capsys.readouterr().out
