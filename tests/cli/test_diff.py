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
def test_a_policy_and_metrics_are_not_of_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "gate.yaml", "a.json"]) == 2
    assert "`gate.yaml` is a policy and `a.json` is a metrics file" in capsys.readouterr().err


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


# -- policies


@pytest.fixture
def policies(here: Path) -> Path:
    """Two policies: the second one has a lower floor, and a higher one."""
    (here / "old.yaml").write_text("gate: 1\nextends: [./base.yaml]\nrules:\n  - recall >= 0.85\n")
    (here / "base.yaml").write_text("gate: 1\nrules:\n  - accuracy > 0.8\n")
    (here / "new.yaml").write_text("gate: 1\nrules:\n  - accuracy > 0.85\n  - recall >= 0.8\n")
    (here / "moved.yaml").write_text("gate: 1\nrules:\n  - 0.85 <= recall\n  - accuracy > 0.80\n")
    return here


@pytest.mark.usefixtures("policies")
def test_a_loosened_policy_is_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.yaml", "new.yaml"]) == 1
    assert (
        capsys.readouterr().out
        == """\
gate diff  old.yaml → new.yaml

looser
  ✗ recall >= 0.85   old.yaml:4
    recall >= 0.8    new.yaml:4

tighter
  ✓ accuracy > 0.8   base.yaml:3
    accuracy > 0.85  new.yaml:3

LOOSENED: 1 looser, 1 tighter                                         exit 1
"""
    )


@pytest.mark.usefixtures("policies")
def test_the_same_rules_in_other_files_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.yaml", "moved.yaml"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["the", "same:", "2", "rules", "exit", "0"]


@pytest.mark.usefixtures("policies")
def test_policies_are_tried_on_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    (Path("m.json")).write_text('{"accuracy": 0.9, "recall": 0.82}')
    assert main(["diff", "old.yaml", "new.yaml", "--metrics", "m.json"]) == 1
    shown = capsys.readouterr().out
    assert "judged on m.json: fail → pass (evidence, not proof)\n  old  fail: recall >= 0.85 (0.82)\n  new  pass\n" in shown
    assert main(["diff", "a.json", "b.json", "--metrics", "m.json"]) == 2
    assert "`--metrics`, `--baseline` and `--on` are for two policies" in capsys.readouterr().err


def test_reports_of_two_policies(policies: Path) -> None:
    assert main(["diff", "old.yaml", "new.yaml", "-o", "d.md", "-o", "d.json", "-o", "d.txt"]) == 1
    assert (policies / "d.md").read_text().startswith("## 🔴 This loosens the policy: 1 looser, 1 tighter\n")
    data = json.loads((policies / "d.json").read_text())
    assert (data["kind"], data["loosened"], data["counts"]["looser"]) == ("policies", True, 1)
    assert "LOOSENED" in (policies / "d.txt").read_text()


@pytest.mark.parametrize("name", ["old.yaml", "base.yaml"])
def test_no_report_overwrites_a_file_of_a_policy(policies: Path, name: str) -> None:
    before = (policies / name).read_text()
    assert main(["diff", "old.yaml", "new.yaml", "-o", f"text={name}"]) == 2
    assert (policies / name).read_text() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('gate: 1\nrules:\n  - "a b" > 1\n', "new.yaml:3:13: not valid YAML"),
        ("gate: 1\nrules: {}\n", "new.yaml:2:"),
        ("gate: 1\nextends: [git:company@main]\n", "does not name a policy in git"),
        ("gate: 1\nrules:\n  - {check: a > 1, level: warn}\n", "nothing in this policy can block"),
    ],
)
def test_a_policy_that_cannot_judge_is_exit_2(policies: Path, capsys: pytest.CaptureFixture[str], text: str, said: str) -> None:
    (policies / "new.yaml").write_text(text)
    (policies / "d.md").write_text("all is well")
    assert main(["diff", "old.yaml", "new.yaml", "-o", "d.md"]) == 2
    assert said in capsys.readouterr().err
    assert not (policies / "d.md").exists()


def test_a_policy_from_standard_input(policies: Path) -> None:
    command = [sys.executable, "-m", "gate.cli.main", "diff", "-", "new.yaml"]
    ran = subprocess.run(command, input=(policies / "old.yaml").read_bytes(), capture_output=True, check=False, cwd=policies)
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert b"recall >= 0.85   <stdin>:4" in ran.stdout
