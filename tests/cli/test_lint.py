"""`gate lint` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gate.cli.main import main

CALM = "gate: 1\nname: x\nrules:\n  - recall >= 0.8\n  - f1 > 0.5\n"
DOUBTFUL = """\
gate: 1
rules:
  - recall >= 80
  - check: x > 1
    why: see #12
"""
PAGE = """\
gate.yaml:1:1: this policy has no `name`: reports and the history call the model `model`
  → add a line: `name: fraud-detection`
gate.yaml:3:5: `recall >= 80` never holds: recall is at most 1
  → write `80%`; or if it counts to 100, say so: `metrics: {recall: {range: [0, 100]}}`
gate.yaml:5:10: YAML takes `#12` as a comment, so `why` ends before it
      5 |     why: see #12
        |          ^^^
  → quote the text: `why: 'see #12'`

gate.yaml: 2 rules, 3 things to look at
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "gate.yaml").write_text(CALM)
    (tmp_path / "m.json").write_text('{"recall": 0.9, "f1": 0.8}')
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["lint", *words])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, out, err


@pytest.mark.usefixtures("here")
def test_nothing_to_mend_is_one_calm_line(capsys: pytest.CaptureFixture[str]) -> None:
    calm = (0, "gate.yaml: 2 rules, nothing to mend\n", "")
    assert ran(capsys) == ran(capsys, "--strict") == ran(capsys, "gate.yaml", "--metrics", "m.json") == calm


def test_advice_goes_to_standard_output_and_is_no_error(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "gate.yaml").write_text(DOUBTFUL)
    assert ran(capsys) == (0, PAGE, "")


def test_strict_makes_it_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "gate.yaml").write_text(DOUBTFUL)
    assert ran(capsys, "--strict") == (2, PAGE, "")


def test_metrics_may_come_from_standard_input(here: Path) -> None:
    command = [sys.executable, "-m", "gate.cli.main", "lint", "--metrics", "-"]
    done = subprocess.run(command, capture_output=True, input='{"recall": 1}', cwd=here, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "gate.yaml: 2 rules, 1 error\n")
    assert done.stderr.startswith("gate.yaml:5:5: unknown metric `f1`\n")


def test_one_thing_is_one_thing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "gate.yaml").write_text("gate: 1\nrules: [recall > 0.5]\n")
    assert ran(capsys)[1].endswith("\ngate.yaml: 1 rule, 1 thing to look at\n")


def test_only_what_needs_no_mending_is_green(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ran(capsys)[1] == "\x1b[32mgate.yaml: 2 rules, nothing to mend\x1b[0m\n"
    (here / "gate.yaml").write_text(DOUBTFUL)
    assert "\x1b[32m" not in ran(capsys)[1]


def test_errors_go_to_standard_error_all_of_them(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "gate.yaml").write_text("gate: 1\nrules:\n" + "  - x >\n" * 12)
    code, out, err = ran(capsys)
    assert (code, out) == (2, "gate.yaml: 12 errors\n")
    assert [line.partition(": ")[0] for line in err.splitlines() if line.startswith("gate.yaml:")] == [
        f"gate.yaml:{number}:7" for number in range(3, 15)
    ]


def test_an_unknown_name_is_an_error_with_metrics_only(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "gate.yaml").write_text(CALM.replace("recall", "recal"))
    assert ran(capsys)[0] == 0
    code, out, err = ran(capsys, "--metrics", "m.json")
    assert (code, out) == (2, "gate.yaml: 2 rules, 1 error\n")
    assert err.endswith("  did you mean `recall`? there is: recall, f1\n  write: - recall >= 0.8\n")


def test_each_policy_has_its_line_and_the_worst_decides(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "doubtful.yaml").write_text(DOUBTFUL)
    (here / "broken.yaml").write_text("gate: 1\nrules: [x]\n")
    assert ran(capsys, "gate.yaml", "doubtful.yaml")[0] == 0
    code, out, err = ran(capsys, "gate.yaml", "doubtful.yaml", "broken.yaml")
    assert code == 2
    assert out.splitlines()[-3:] == [
        "gate.yaml: 2 rules, nothing to mend",
        "doubtful.yaml: 2 rules, 3 things to look at",
        "broken.yaml: 1 error",
    ]
    assert err.startswith("broken.yaml:2:9: nothing is compared here")


def test_a_missing_policy_and_a_missing_file_are_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "none.yaml")[::2] == (
        2,
        "none.yaml: there is no such policy file\n  start one: `gate init metrics.json`\n",
    )
    assert ran(capsys, "--metrics", "none.json") == (2, "", "none.json: there is no such file\n")
    (here / "gate.yaml").unlink()
    code, out, err = ran(capsys)
    assert (code, out) == (2, "")
    assert err.startswith("no policy found: looked for gate.yaml ")


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_it_fits_the_terminal(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    (here / "deep" / "folder").mkdir(parents=True)
    (here / "deep" / "folder" / "policy.yaml").write_text(DOUBTFUL)
    _, out, _ = ran(capsys, "deep/folder/policy.yaml")
    assert [line for line in out.splitlines() if len(line) > columns] == []


def test_hostile_text_stays_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "\x1b[31m::error::\u202e"
    rules = [{"id": f"{name}1", "check": f'"{name}" > 2'}, {"id": "::warning::", "check": f'"{name}" > 1', "why": "x"}]
    policy = {"gate": 1, "rules": rules, "metrics": {name: {"range": [0, 1]}, f"{name}2": {}}}
    (here / "gate.yaml").write_text(json.dumps(policy))
    (here / "m.json").write_text(json.dumps({f"{name}x": 1}))
    code, out, err = ran(capsys, "--metrics", "m.json")
    assert code == 2
    assert all(line.isprintable() and not line.lstrip().startswith("::") for line in (out + err).splitlines())
    assert "\\u001b" in out
