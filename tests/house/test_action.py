"""The action's check step, run as GitHub runs it: bash, inputs in the environment, outputs in a file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
POLICY = "gate: 1\nname: m\nrules:\n  - accuracy > 0.8\n  - {check: latency_ms < 100, level: warn}\n"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@dataclass
class Ran:
    """How the step ended."""

    code: int
    outputs: dict[str, str]
    shown: str


def check_step() -> dict[str, Any]:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step: dict[str, Any] = next(step for step in action["runs"]["steps"] if step["id"] == "check")
    return step


def ran(folder: Path, **inputs: str) -> Ran:
    """Run the step in `folder` with the inputs that a workflow would give."""
    values = dict.fromkeys(("METRICS", "POLICY", "BASELINE", "OUTPUT", "WARN_EXIT_CODE"), "") | inputs
    own = folder / "runner"
    own.mkdir(exist_ok=True)
    told = own / "outputs"
    told.write_text("")
    system = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    environ = (
        system | values | {"PYTHON": sys.executable, "FOLDER": str(own), "GITHUB_OUTPUT": str(told), "PYTHONPATH": str(folder)}
    )
    script = own / "step.sh"
    script.write_text(check_step()["run"], encoding="utf-8")
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
    done = subprocess.run(command, cwd=folder, env=system | values | environ, capture_output=True, text=True, check=False)
    outputs = dict(line.partition("=")[::2] for line in told.read_text().splitlines())
    return Ran(done.returncode, outputs, done.stdout + done.stderr)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "gate.yaml").write_text(POLICY)
    (tmp_path / "good.json").write_text('{"accuracy": 0.9, "latency_ms": 50}')
    (tmp_path / "slow.json").write_text('{"accuracy": 0.9, "latency_ms": 500}')
    (tmp_path / "bad.json").write_text('{"accuracy": 0.7, "latency_ms": 50}')
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("metrics", "verdict", "code"),
    [("good.json", "pass", 0), ("slow.json", "warn", 0), ("bad.json", "fail", 1), ("none.json", "error", 2)],
)
def test_the_verdict_is_told_before_the_exit_code_ends_the_step(project: Path, metrics: str, verdict: str, code: int) -> None:
    done = ran(project, METRICS=metrics)
    assert (done.code, done.outputs["verdict"], done.outputs["exit-code"]) == (code, verdict, str(code)), done.shown


def test_the_report_and_the_decision_can_be_found(project: Path) -> None:
    done = ran(project, METRICS="bad.json", POLICY="gate.yaml")
    assert json.loads(Path(done.outputs["decision"]).read_text())["verdict"] == "fail"
    assert "accuracy" in Path(done.outputs["report"]).read_text()


def test_no_policy_is_an_error_with_a_verdict(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text('{"accuracy": 0.9}')
    (tmp_path / ".git").mkdir()
    done = ran(tmp_path, METRICS="good.json")
    assert (done.code, done.outputs["verdict"]) == (2, "error"), done.shown


def test_lists_have_one_entry_a_line(project: Path) -> None:
    (project / "more.json").write_text('{"recall": 0.9}')
    (project / "more.yaml").write_text("gate: 1\nname: more\nrules: [recall > 0.8]\n")
    done = ran(project, METRICS="good.json\r\n\nmore.json\n", POLICY="gate.yaml\nmore.yaml", OUTPUT="a.md\nb.json\n")
    assert done.code == 0, done.shown
    assert (project / "a.md").is_file()
    assert {policy["name"] for policy in json.loads((project / "b.json").read_text())["policies"]} == {"m", "more"}


def test_a_warning_can_have_a_code_of_its_own(project: Path) -> None:
    done = ran(project, METRICS="slow.json", WARN_EXIT_CODE="5")
    assert (done.code, done.outputs["verdict"], done.outputs["exit-code"]) == (5, "warn", "5"), done.shown


@pytest.mark.parametrize(
    "hostile",
    ["$(touch pwned).json", "`touch pwned`", "x.json; touch pwned", "--output=pwned.md", "--now=2020-01-01\ngood.json", "*"],
)
def test_an_input_is_never_run_nor_an_option(project: Path, hostile: str) -> None:
    done = ran(project, METRICS=hostile, POLICY="gate.yaml")
    assert (done.code, done.outputs["verdict"]) == (2, "error"), done.shown
    assert list(project.glob("pwned*")) == []


def test_the_checkout_cannot_stand_in_for_gate(project: Path) -> None:
    (project / "gate").mkdir()
    (project / "gate" / "__init__.py").write_text("raise SystemExit(0)")
    (project / "yaml.py").write_text("raise SystemExit(0)")
    done = ran(project, METRICS="bad.json", POLICY="gate.yaml")
    assert (done.code, done.outputs["verdict"]) == (1, "fail"), done.shown


def test_outputs_are_those_that_the_action_declares(project: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert set(ran(project, METRICS="good.json").outputs) == set(action["outputs"])
