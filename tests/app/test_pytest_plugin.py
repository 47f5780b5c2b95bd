"""A failing test shows the report of what it checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

POLICY = "gate: 1\nname: churn\nrules: [accuracy > 0.8]\n"


def run(folder: Path, test: str, *arguments: str) -> str:
    (folder / "gate.yaml").write_text(POLICY)
    (folder / "test_it.py").write_text(f"import sys\nimport gate\nimport pytest\n{test}\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return done.stdout + done.stderr


def test_a_failing_check_shows_the_terminal_report(tmp_path: Path) -> None:
    said = run(tmp_path, "def test_model():\n    assert gate.check({'accuracy': 0.7}).passed\n")
    assert "1 failed" in said
    assert "gate check" in said
    assert "✗ accuracy > 0.8" in said
    assert "short by 0.1" in said
    assert "DO NOT DEPLOY: 1 rule fails" in said


def test_a_passing_test_shows_nothing(tmp_path: Path) -> None:
    said = run(tmp_path, "def test_model():\n    assert not gate.check({'accuracy': 0.7}).passed\n", "-rA")
    assert "1 passed" in said
    assert "DO NOT DEPLOY" not in said


def test_a_test_that_fails_for_another_reason_shows_only_what_did_not_pass(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "def test_model():\n    gate.check({'accuracy': 0.9})\n    gate.check({'accuracy': 0.6})\n    assert 1 == 2\n",
    )
    assert "DO NOT DEPLOY" in said
    assert "DEPLOY: 1 rule holds" not in said


def test_of_many_decisions_the_last_three(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "def test_model():\n    for n in range(6):\n        gate.check({'accuracy': n / 10})\n    raise ValueError\n",
    )
    assert said.count("DO NOT DEPLOY") == 3
    assert "0.5" in said


def test_a_decision_belongs_to_its_own_test(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "def test_one():\n    gate.check({'accuracy': 0.1})\n\ndef test_two():\n    assert 1 == 2\n",
    )
    assert "1 failed, 1 passed" in said
    assert "DO NOT DEPLOY" not in said


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    said = run(tmp_path, "def test_model():\n    assert gate.check({'accuracy': 0.7}).passed\n", "-p", "no:gate")
    assert "1 failed" in said
    assert "DO NOT DEPLOY: 1 rule fails" not in said


def test_the_plugin_costs_a_run_nothing_that_does_not_use_gate(tmp_path: Path) -> None:
    test = "def test_it():\n    assert [name for name in sys.modules if name.startswith('gate.') and 'app' not in name] == []"
    assert "1 passed" in run(tmp_path, test)


@pytest.mark.parametrize("outcome", ["pytest.skip('later')", "pytest.xfail('known')"])
def test_skips_and_expected_failures_stay_what_they_are(tmp_path: Path, outcome: str) -> None:
    said = run(tmp_path, f"def test_model():\n    gate.check({{'accuracy': 0.1}})\n    {outcome}\n")
    assert "1 skipped" in said or "1 xfailed" in said
