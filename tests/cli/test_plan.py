"""`gate plan` on the command line."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Desk

HEAD = "gate: 1\nname: <b>m</b>\nconfidence: 95%\nholdout: {uses: 32, adaptivity: full}\n"
POLICY = f"{HEAD}rules:\n  - accuracy > 0.8\n  - log_loss <= 0.3\n"


def test_a_table_and_the_answer_last(desk: Desk) -> None:
    desk.write("gate.yaml", POLICY)
    run = desk.run("plan")
    assert run.code == 0
    assert "22,4" in run.out
    assert run.out.splitlines()[0].startswith("gate plan  <b>m</b>  (gate.yaml)  95 % confidence; 32 uses")
    last = " ".join(run.out.split("\n\n")[-1].split())
    assert last.startswith("22,453 rows by our tests, for `accuracy > 0.8`")
    assert last.endswith("1 rule is not in this number")


@pytest.mark.parametrize("columns", [40, 60, 100, 200])
def test_every_width(desk: Desk, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    desk.write("gate.yaml", POLICY)
    assert max(map(len, desk.run("plan").out.splitlines())) <= columns


def test_forms(desk: Desk) -> None:
    desk.write("gate.yaml", POLICY)
    assert desk.run("plan", "gate.yaml", "-o", "plan.md", "-o", "plan.json", "-o", "plan.txt").code == 0
    assert "`<b>m</b>`" in (desk.folder / "plan.md").read_text()
    told = json.loads((desk.folder / "plan.json").read_text())
    assert told["plans"][0]["rules"][0]["rows"] == 22453
    assert told["plans"][0]["rules"][1]["rows"] is None
    assert (desk.folder / "plan.txt").read_text() == desk.run("plan").out


def test_flags(desk: Desk) -> None:
    desk.write("gate.yaml", "gate: 1\nrules: [accuracy > 0.8]\n")
    assert "no rule asks for confidence" in desk.run("plan").out
    assert "2,408" in desk.run("plan", "--confidence", "95%").out
    assert "2,408 rows can show: 0.02 beyond" in desk.run("plan", "--confidence", "95%", "--rows", "2408").out
    assert "46,05" in desk.run("plan", "--confidence", "99.99%", "--tolerance", "1%").out
    assert "if it is 0.9:" in desk.run("plan", "--confidence", "95%", "--truth", "accuracy=0.9").out


@pytest.mark.parametrize(
    "bad",
    [
        "--tolerance 0", "--tolerance 1", "--power 2", "--power x", "--truth accuracy", "--truth =0.9", "--truth accuracy=2",
        "--rows 0", "--rows -3", "--confidence 40%", "--confidence none", "-o p.svg",
    ],
)  # fmt: skip
def test_what_is_refused(desk: Desk, bad: str) -> None:
    desk.write("gate.yaml", POLICY)
    assert desk.run("plan", *bad.split()).code == 2


def test_without_a_policy(desk: Desk) -> None:
    assert desk.run("plan").code == 2
    assert desk.run("plan", "nothing.yaml").code == 2


def test_a_plan_does_not_overwrite_the_policy(desk: Desk) -> None:
    desk.write("gate.json", '{"gate": 1, "rules": ["accuracy > 0.8"]}')
    assert desk.run("plan", "gate.json", "-o", "gate.json").code == 2
    assert (desk.folder / "gate.json").exists()
