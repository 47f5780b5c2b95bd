"""Which history is meant where no flag says it: that of the policy of this folder, whatever reads or writes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import gate
from gate.app.policy_here import default_model, history_here
from gate.errors import GateError
from gate.history.store import open_store
from tests.conftest import Desk

POLICY = "gate: 1\nname: fraud\nhistory: team.db\nrules: [f1 > 0.8]\n"


@pytest.fixture(autouse=True)
def here(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder whose policy names a history; the environment names another one."""
    monkeypatch.delenv("GATE_RUN", raising=False)
    monkeypatch.setenv("GATE_HISTORY", "other.db")
    desk.write("gate.yaml", POLICY)
    return desk


def models(path: str) -> list[str]:
    store = open_store(path, os.environ)
    try:
        return store.models()
    finally:
        store.close()


def test_what_logs_goes_where_the_policy_says(desk: Desk) -> None:
    assert "in team.db" in desk.run("log", "f1=0.9").out
    with gate.run("python") as run:
        run.log_metric("f1", 0.9)
    assert desk.check({"f1": 0.9}, "--record").code == 0
    assert models("team.db") == ["fraud", "python"]
    assert not (desk.folder / "other.db").exists()


def test_what_looks_and_looks_after_reads_where_the_policy_says(desk: Desk) -> None:
    for number in range(9):
        desk.run("log", f"f1=0.9{number}", "--run", f"run-{number}")
    assert len(json.loads(desk.run("history", "--json").out)["runs"]) == 9
    assert "run-1 of" in desk.run("history", "run-1", "--name", "golden").out
    assert desk.run("diff", "run:golden", "run:run-2").code == 0
    desk.write("metrics.json", {"f1": 0.9})
    assert desk.run("diff", "run:golden", "metrics.json").code == 0
    assert desk.run("history", "-o", "site/").code == 0
    assert "9 runs" in (desk.folder / "site" / "models" / "fraud.html").read_text()
    assert "team.db" in (desk.folder / "site" / "index.html").read_text()
    assert desk.run("init", "--from", "run:last-9", "-o", "-").code == 0
    assert "8 runs removed" in desk.run("history", "--prune", "--keep", "0").out


def test_a_flag_counts_before_the_policy(desk: Desk) -> None:
    assert desk.run("log", "f1=0.9", "--to", "third.db").code == 0
    assert models("third.db") == ["fraud"]
    assert desk.run("history", "--store", "third.db").code == 0
    assert desk.run("history").code == 2


def test_the_environment_counts_where_no_policy_says(desk: Desk) -> None:
    desk.write("gate.yaml", POLICY.replace("history: team.db\n", ""))
    assert "in other.db" in desk.run("log", "f1=0.9").out
    (desk.folder / "gate.yaml").unlink()
    assert history_here("", os.environ) == ""
    assert desk.run("history").code == 0


def test_a_policy_that_is_named_says_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("mine.yaml", POLICY.replace("team.db", "mine.db"))
    assert history_here("", os.environ, policies=["mine.yaml"]) == "mine.db"
    monkeypatch.setenv("GATE_POLICY", "mine.yaml")
    assert history_here("", os.environ) == "mine.db"
    with pytest.raises(GateError) as caught:
        history_here("", os.environ, policies=["gate.yaml", "mine.yaml"])
    assert [problem.slug for problem in caught.value.problems] == ["two-histories"]


@pytest.mark.parametrize("policy", ["gate: [", b"\xff"])
def test_no_other_history_is_taken_while_the_policy_cannot_be_read(desk: Desk, policy: str | bytes) -> None:
    desk.write("gate.yaml", policy)
    for words in (["log", "f1=0.9"], ["history"], ["diff", "run:a", "run:b"], ["init", "--from", "run:last-3", "-o", "-"]):
        done = desk.run(*words)
        assert done.code == 2
        assert "where the history is cannot be read from gate.yaml" in done.err
    assert desk.run("log", "f1=0.9", "--to", "h.db", "--model", "fraud").code == 0
    with pytest.raises(GateError):
        default_model(os.environ)
    assert not (desk.folder / "other.db").exists()


def test_logging_loads_no_policy() -> None:
    program = (
        "import sys; from gate.cli.main import main; main(['log', 'f1=0.9', '--run', 'a']);"
        "print(*sorted(name for name in sys.modules if name.startswith(('gate.policy', 'jsonschema', 'sqlalchemy'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "gate.policy gate.policy.find"
