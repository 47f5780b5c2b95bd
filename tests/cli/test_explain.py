"""`gate explain` on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.cli.main import main

POLICY = """\
gate: 1
rules:
  - recall[region=*] >= 0.8
  - id: no-regression
    check: recall >= baseline - 0.01
    min_n: 100
    why: One point of recall is about 300 missed frauds a week, and each of them costs a letter, a call and a bad night.
    owner: "@fraud-ml"
"""


PAGE = """\
no-regression  (gate.yaml:5, blocks)
  recall >= baseline - 0.01

  recall is at least what it was on the baseline, less 0.01

  does not hold   do not deploy (exit 1)
  undecided       do not deploy (exit 3): there is a value, with too little evidence
  no value        do not deploy (exit 3): not measured, not a number, no baseline or no history
  rows            100 or more behind every measurement; fewer: undecided; not said: no value
  why             One point of recall is about 300 missed frauds a week, and each of them costs a
                  letter, a call and a bad night.
  owner           @fraud-ml

reads
  recall            0.83  n 400  m.json:1
  baseline(recall)  0.85  n 400  old.json:1

judged as
  >=
    recall
    -
      baseline(recall)
      0.01

gate check finds
  ✗ recall >= baseline - 0.01  0.83 [0.796, 0.859]  n 400  needs 0.84, short by 0.01
      `old.json` had 0.85, −0.02 since then
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "gate.yaml").write_text(POLICY)
    slices = [{"slice": {"region": "eu"}, "metrics": {"recall": 0.7}}]
    (tmp_path / "m.json").write_text(json.dumps({"recall": {"value": 0.83, "n": 400}, "slices": slices}))
    (tmp_path / "old.json").write_text('{"recall": {"value": 0.85, "n": 400}}')
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(["explain", *words]) == code
    out, err = capsys.readouterr()
    assert bool(err) == bool(code)
    assert "Traceback" not in err
    return out + err


@pytest.mark.usefixtures("here")
def test_the_whole_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "no-regression", "m.json", "-b", "old.json") == PAGE


@pytest.mark.usefixtures("here")
def test_options_may_stand_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    first = shown(capsys, "no-regression", "m.json", "-b", "old.json", "-p", "gate.yaml")
    assert shown(capsys, "-p", "gate.yaml", "no-regression", "-b", "old.json", "m.json") == first
    assert shown(capsys, "no-regression", "-b", "old.json", "m.json") == first


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "rule", ["no-regression", "recall[region=*] >= 0.8", "max(recall[region=*]) - min(recall[region=*]) < 1"]
)
@pytest.mark.parametrize("columns", [40, 60, 100])
def test_it_fits_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, rule: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    page = shown(capsys, rule, "m.json", "-b", "old.json") + shown(capsys, rule)
    assert [line for line in page.splitlines() if len(line) > columns] == []
    assert "\n\n\n" not in page


@pytest.mark.usefixtures("here")
def test_a_rule_that_stands_nowhere_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(capsys, "recall > 0.8", "m.json")
    assert page.startswith("recall > 0.8  (not in gate.yaml)\n\n  recall is above 0.8\n")
    assert "gate check would find\n  ✓ recall > 0.8" in page


def test_values_that_are_none_and_values_from_standard_input(here: Path) -> None:
    command = [sys.executable, "-m", "gate.cli.main", "explain", "f1 > 0 and recall > 0", "-"]
    metrics = '{"f1": null, "recall": {"value": 1.5, "unit": "points"}}'
    done = subprocess.run(
        command, capture_output=True, input=metrics, env={**os.environ, "PYTHONUTF8": "1"}, cwd=here, text=True, check=True
    )
    assert "reads\n  f1      null        <stdin>\n  recall  1.5 points  <stdin>\n\n" in done.stdout


@pytest.mark.usefixtures("here")
def test_what_it_cannot_find_is_said_on_standard_error_with_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "no-regresion", code=2).endswith("did you mean `no-regression`?\n")
    assert shown(capsys, "recall >", code=2).startswith("the rule ends too early\n   recall >\n")
    assert shown(capsys, code=2).startswith("gate explain: the following arguments are required: RULE\n")
    assert shown(capsys, "no-regression", "none.json", code=2).startswith("none.json: there is no such file\n")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("rule", ['"\x1b[31mred" > 1', '"a\u202eb" > 1', '"::error::x" > 1', '"##[error]" == true', "x\n>\n1"])
def test_a_hostile_rule_stays_text(capsys: pytest.CaptureFixture[str], rule: str) -> None:
    page = shown(capsys, rule, "m.json")
    assert page.isprintable() or all(line.isprintable() for line in page.splitlines())
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in page.splitlines())


def test_a_hostile_policy_and_hostile_metrics_stay_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = '"\x1b]8;;http://x\x07\u200b"'
    (here / "gate.yaml").write_text(
        json.dumps({"gate": 1, "rules": [{"id": "r", "check": f"{name} > 1", "why": "::set-env::\x1b"}]})
    )
    (here / "m.json").write_text(json.dumps({name.strip('"'): {"value": 2, "unit": "\x1b[2J"}}))
    page = shown(capsys, "r", "m.json")
    assert all(line.isprintable() for line in page.splitlines())
    assert "\\u001b" in page


def test_ascii_streams_get_ascii(here: Path) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "gate.cli.main", "explain", "recall ≥ 0.9", "m.json"]
    done = subprocess.run(command, capture_output=True, env=environ, cwd=here, check=False)
    assert done.returncode == 0, done.stderr
    assert b"x recall >= 0.9" in done.stdout
