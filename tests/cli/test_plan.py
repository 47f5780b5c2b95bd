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
        "--rows 0", "--rows -3", "--confidence 40%", "--confidence none", "-o p.svg", "-o html=-", "-o p", "-o text=",
        "--truth acuracy=0.9", "--truth accuracy=0.9 --truth accuracy=0.8", "--drop 0.02", "--draws 5 --size 9",
    ],
)  # fmt: skip
def test_what_is_refused(desk: Desk, bad: str) -> None:
    desk.write("gate.yaml", POLICY)
    assert desk.run("plan", *bad.split()).code == 2


def test_a_truth_of_nothing_asks_what_was_meant(desk: Desk) -> None:
    desk.write("gate.yaml", POLICY)
    run = desk.run("plan", "--truth", "acuracy=0.9")
    assert run.code == 2
    assert "no rule reads this metric" in run.err
    assert "did you mean `accuracy`?" in run.err


def test_a_dash_is_standard_output(desk: Desk) -> None:
    desk.write("gate.yaml", POLICY)
    run = desk.run("plan", "gate.yaml", "-o", "-", "-o", "plan.md")
    assert run.code == 0
    assert run.out == desk.run("plan").out
    assert (desk.folder / "plan.md").exists()


@pytest.mark.parametrize("form", ["p.svg", "p.foo", "html=-"])
def test_only_forms_of_plans_are_offered(desk: Desk, form: str) -> None:
    desk.write("gate.yaml", POLICY)
    said = desk.run("plan", "gate.yaml", "-o", form).err
    assert "`text=FILE`" in said
    assert ".md" in said
    assert not {"sarif", "junit", ".xml"} & set(said.replace("`", " ").replace(",", " ").split())


def test_without_a_policy(desk: Desk) -> None:
    assert desk.run("plan").code == 2
    assert desk.run("plan", "nothing.yaml").code == 2


def test_a_plan_does_not_overwrite_the_policy(desk: Desk) -> None:
    desk.write("gate.json", '{"gate": 1, "rules": ["accuracy > 0.8"]}')
    assert desk.run("plan", "gate.json", "-o", "gate.json").code == 2
    assert (desk.folder / "gate.json").exists()


def rows(desk: Desk) -> None:
    desk.write("gate.yaml", "gate: 1\nconfidence: 95%\nmeasure: {label: y, prediction: h}\nrules: [accuracy >= 0.8]\n")
    desk.write("p.csv", "y,h\n" + "1,1\n0,0\n0,0\n1,1\n1,0\n" * 40)


def test_rows_are_drawn_from(desk: Desk) -> None:
    rows(desk)
    run = desk.run(
        "plan", "gate.yaml", "p.csv", "--draws", "3", "--drop", "5%", "-o", "plan.json", "-o", "plan.md", "-o", "text=-"
    )
    assert run.code == 0
    assert "3 pairs of test sets of 200 rows, drawn from the 200 rows of p.csv (seed 1)" in " ".join(run.out.split())
    assert "with 5 % of all answers made wrong" in run.out
    assert "note:" not in run.out
    told = json.loads((desk.folder / "plan.json").read_text())["plans"][0]["trial"]
    assert (told["draws"], told["size"], told["seed"], told["findings"][0]["slice"]) == (3, 200, 1, {})
    assert sum(told["findings"][0]["outcomes"].values()) == 6
    assert "| Rule | Passes |" in (desk.folder / "plan.md").read_text()


def test_a_loss_is_told_beside_what_did_not_pass_before_it(desk: Desk) -> None:
    """Where a rule proves nothing on so few rows, that it does not pass says nothing of a loss."""
    rows(desk)
    run = desk.run("plan", "gate.yaml", "p.csv", "--draws", "3", "--size", "5", "--drop", "5%")
    assert "accuracy >= 0.8: does not pass in 100 % (without the loss in 100 %), fails in 0 %" in " ".join(run.out.split())


def test_what_rows_show_is_taken_and_said(desk: Desk) -> None:
    rows(desk)
    desk.write("gate.yaml", "gate: 1\nconfidence: 95%\nmeasure: {label: y, prediction: h}\nrules: [recall >= 0.8]\n")
    run = desk.run("plan", "gate.yaml", "p.csv", "--draws", "1")
    assert "60 % of the rows are positive, as in those given" in " ".join(run.out.split())
    assert f"{-(-2408 // 0.6):,.0f}" in run.out


def test_a_baseline_that_is_not_drawn_is_named(desk: Desk) -> None:
    rows(desk)
    head = "gate: 1\nconfidence: 95%\nmeasure: {label: y, prediction: h}\nbaselines: {baseline: ./old.json}\n"
    desk.write("gate.yaml", f"{head}rules: [accuracy >= baseline - 0.1]\n")
    desk.write("old.json", '{"accuracy": {"value": 0.7, "n": 200}}')
    run = desk.run("plan", "gate.yaml", "p.csv", "--draws", "1", "-o", "-", "-o", "plan.md")
    assert "note: `baseline` is not drawn along with the rows" in run.out
    assert "is not drawn along with the rows" in (desk.folder / "plan.md").read_text()


@pytest.mark.parametrize("columns", [40, 100])
def test_a_trial_at_every_width(desk: Desk, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    rows(desk)
    monkeypatch.setenv("COLUMNS", str(columns))
    run = desk.run("plan", "gate.yaml", "p.csv", "--draws", "1")
    assert max(map(len, run.out.splitlines())) <= columns


@pytest.mark.parametrize(
    "more", ["p.csv p.csv", "q.csv", "p.csv --size 0", "p.csv --draws x", "p.csv --drop 1", "p.csv -o p.csv"]
)
def test_rows_that_are_refused(desk: Desk, more: str) -> None:
    rows(desk)
    assert desk.run("plan", "gate.yaml", *more.split()).code == 2
    assert (desk.folder / "p.csv").exists()
