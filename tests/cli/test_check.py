"""`gate check` as a person types it: options, reports, what is removed, what CI is told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

GOOD, BAD, WARNS = {"a": 2, "b": 2}, {"a": 0, "b": 2}, {"a": 2, "b": 0}
RULES = ("a > 1", "{check: b > 1, level: warn}")


@pytest.fixture(autouse=True)
def rules(desk) -> None:
    desk.rules(*RULES)


def files(desk) -> list[str]:
    return sorted(path.name for path in desk.folder.iterdir() if path.name not in ("gate.yaml", "metrics.json"))


# -- exit codes and what is said


@pytest.mark.parametrize(
    ("metrics", "code", "word"),
    [(GOOD, 0, "DEPLOY:"), (WARNS, 0, "DEPLOY, with"), (BAD, 1, "DO NOT"), ({"b": 2}, 3, "UNDECIDED")],
)
def test_the_verdict_is_the_last_line_and_the_exit_code(desk, metrics, code, word) -> None:
    run = desk.check(metrics)
    assert (run.code, run.err) == (code, "")
    assert run.out.splitlines()[-1].startswith(word)
    assert run.out.splitlines()[-1].endswith(f"exit {code}")


@pytest.mark.parametrize(("metrics", "code"), [(GOOD, 0), (WARNS, 42), (BAD, 1), ({"b": 2}, 3), ("{", 2)])
def test_the_exit_code_of_warnings_is_for_warnings_only(desk, metrics, code) -> None:
    run = desk.check(metrics, "--warn-exit-code", "42")
    assert run.code == code
    assert f"exit {code}" in run.said


@pytest.mark.parametrize("number", ["1", "2", "3", "70", "130", "256", "-1", "x", "", "٤", "01"])
def test_exit_codes_that_mean_something_else(desk, number: str) -> None:
    run = desk.check(GOOD, f"--warn-exit-code={number}")
    assert run.code == 2
    assert "--warn-exit-code" in run.err


@pytest.mark.parametrize("number", ["0", "4", "255", "69"])
def test_exit_codes_that_are_free(desk, number: str) -> None:
    assert desk.check(WARNS, "--warn-exit-code", number).code == int(number)


def test_all_shows_what_holds(desk) -> None:
    assert "a > 1" not in desk.check(GOOD).out
    assert "✓ a > 1" in desk.check(GOOD, "--all").out


def test_the_width_and_the_colour_come_from_the_environment(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert max(map(len, desk.check(BAD).out.splitlines())) <= 50
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31" in desk.check(BAD).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in desk.check(BAD).out


@pytest.mark.parametrize("reason", [" ", "\t"])
def test_a_first_release_has_a_reason(desk, reason: str) -> None:
    run = desk.check(GOOD, "--first-release", reason)
    assert run.code == 2
    assert "--first-release needs a reason" in run.err


def test_a_policy_is_corrected_with_the_names_of_the_metrics(desk) -> None:
    desk.rules("weighted avg.f1 >= 0.5")
    run = desk.check({"weighted avg": {"f1": 0.8}})
    assert run.code == 2
    line = next(line for line in run.err.splitlines() if "write: " in line).partition("write: ")[2]
    desk.write("gate.yaml", f"gate: 1\nrules:\n  {line}\n")
    assert desk.check({"weighted avg": {"f1": 0.8}}).code == 0


# -- reports


def test_reports_of_all_forms(desk) -> None:
    run = desk.check(BAD, "-o", "r.md", "--output=r.json", "-or.txt", "-o", "markdown=other")
    assert run.code == 1
    assert files(desk) == ["other", "r.json", "r.md", "r.txt"]
    assert (desk.folder / "other").read_text() == (desk.folder / "r.md").read_text()
    assert json.loads((desk.folder / "r.json").read_text())["verdict"] == "fail"
    assert (desk.folder / "r.txt").read_text().splitlines()[-1].endswith("exit 1")
    assert "DO NOT DEPLOY" in run.out


@pytest.mark.parametrize(("metrics", "verdict", "code"), [(GOOD, "pass", 0), (BAD, "fail", 1), ("{", "error", 2)])
def test_a_report_on_standard_output_is_all_that_is_there(desk, metrics, verdict: str, code: int) -> None:
    run = desk.check(metrics, "-o", "json=-")
    assert run.code == code
    assert json.loads(run.out)["verdict"] == verdict


def test_a_report_and_standard_output(desk) -> None:
    run = desk.check(GOOD, "-o", "markdown=-", "-o", "r.json")
    assert run.out.startswith("## ✅")
    assert files(desk) == ["r.json"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "r.pdf"], "no report form for `r.pdf`"),
        (["-o", "-"], "no report form for `-`"),
        (["-o", "markdown="], "`-o markdown=` names no file"),
        (["-o", "r.md", "-o", "./r.md"], "two reports would go to the same place"),
        (["-o", "json=-", "-o", "text=-"], "two reports would go to the same place"),
        (["-o", "json=metrics.json"], "a report would overwrite `metrics.json`, which is read"),
        (["-o", "json=gate.yaml"], "a report would overwrite `gate.yaml`, which is read"),
        (["-b", "old.json", "-o", "old.json"], "a report would overwrite `old.json`, which is read"),
        (["-p", "gate.yaml", "-o", "text=gate.yaml"], "which is read"),
    ],
)
def test_outputs_that_cannot_be_meant(desk, words: list[str], said: str) -> None:
    desk.write("old.json", GOOD)
    before = {path.name: path.read_text() for path in desk.folder.iterdir()}
    run = desk.check(GOOD, *words)
    assert run.code == 2
    assert said in run.err
    after = {path.name: path.read_text() for path in desk.folder.iterdir()}
    assert {name: after.get(name) for name in before} == before


@pytest.mark.parametrize("extends", ["./base.yaml", "./sub/base.yaml"])
def test_a_report_never_overwrites_what_the_policy_is_made_of(desk, extends: str) -> None:
    desk.write(extends, "gate: 1\nrules: [a > 0]\n")
    desk.write("waived.yaml", "[]\n")
    desk.write("old.json", GOOD)
    desk.rules("a > 1", head=f"extends: [{extends}]\nwaivers: ./waived.yaml\nbaselines: {{baseline: ./old.json}}\n")
    for file in (extends, "waived.yaml", "old.json"):
        before = (desk.folder / file).read_text()
        run = desk.check(GOOD, "-o", f"text={file}")
        assert run.code == 2, file
        assert (desk.folder / file).read_text() == before


def test_an_error_is_in_every_report(desk) -> None:
    desk.write("r.md", "green")
    run = desk.check("{", "-o", "r.md", "-o", "r.json", "-o", "r.txt")
    assert run.code == 2
    found = json.loads((desk.folder / "r.json").read_text())
    assert found["verdict"] == "error"
    assert found["messages"][0].startswith("metrics.json:1:")
    for name in ("r.md", "r.txt"):
        text = (desk.folder / name).read_text()
        assert "not valid JSON" in text
        assert "rror, do not deploy" in text.replace("ERROR", "Error")


def test_one_report_that_cannot_be_written_takes_the_verdict_with_it(desk) -> None:
    desk.write("file", "")
    run = desk.check(GOOD, "-o", "file/r.md", "-o", "r.json")
    assert run.code == 2
    assert "file/r.md: the report cannot be written" in run.err
    assert json.loads((desk.folder / "r.json").read_text())["verdict"] == "error"
    assert "DEPLOY: " not in run.out


def test_reports_are_the_same_whatever_the_terminal(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.check(BAD, "-o", "r.txt", "-o", "r.md")
    first = [(desk.folder / name).read_bytes() for name in ("r.txt", "r.md")]
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("FORCE_COLOR", "1")
    desk.check(BAD, "-o", "r.txt", "-o", "r.md")
    assert [(desk.folder / name).read_bytes() for name in ("r.txt", "r.md")] == first


# -- in CI


def test_github_actions(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    desk.write("summary.md", "before\n")
    run = desk.check(BAD, "-o", "r.md")
    assert run.code == 1
    annotations = [line for line in run.out.splitlines() if line.startswith("::")]
    assert [line.partition(",title")[0] for line in annotations] == ["::error file=gate.yaml,line=4,col=5"]
    assert run.out.splitlines()[-1].endswith("exit 1")
    summary = (desk.folder / "summary.md").read_text()
    assert summary.startswith("before\n")
    assert (desk.folder / "r.md").read_text().strip() in summary


@pytest.mark.parametrize("summary", ["", "folder", "no/such/folder/x.md"])
def test_trouble_with_the_summary_is_told_and_changes_no_verdict(desk, monkeypatch: pytest.MonkeyPatch, summary: str) -> None:
    (desk.folder / "folder").mkdir()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", summary)
    run = desk.check(GOOD)
    assert run.code == 0
    assert "no step summary" in run.err


@pytest.mark.parametrize("value", ["", "false", "1"])
def test_only_in_github_actions(desk, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", value)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    assert "::" not in desk.check(BAD).out
    assert not (desk.folder / "summary.md").exists()


def test_github_actions_hears_of_errors(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    desk.rules("a => 1")
    run = desk.check(GOOD)
    assert run.code == 2
    assert run.out.startswith("::error file=gate.yaml,line=4,col=7,title=")
    assert "Error, do not deploy" in (desk.folder / "summary.md").read_text()


# -- files with names that look like something else


@pytest.mark.parametrize(
    "name", ["a=b.json", "-.json", "--now.json", "x y.json", "größe.json", "%0A.json", "'.json", "$(true).json"]
)
def test_names_of_files(desk, name: str) -> None:
    desk.write(name, BAD)
    run = desk.run("check", "--now", "2026-11-22", "--", f"./{name}")
    assert run.code == 1
    if not name.startswith(("a=", "-")):
        assert desk.run("check", name, "--now", "2026-11-22").code == 1


def test_a_file_whose_name_would_command_a_terminal_is_shown_safely(desk) -> None:
    name = "\x1b[31m\n::error::x\u202e.json"
    desk.write(name, "{")
    run = desk.run("check", name, "--now", "2026-11-22", "-o", "r.md", "-o", "r.json")
    assert run.code == 2
    said = run.said + Path("r.md").read_text() + Path("r.json").read_text()
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())


def test_the_policy_is_found_above_in_a_repository(desk) -> None:
    (desk.folder / ".git").mkdir()
    (desk.folder / "model").mkdir()
    desk.write("model/m.json", BAD)
    os.chdir(desk.folder / "model")
    run = desk.run("check", "m.json", "--now", "2026-11-22")
    assert run.code == 1
    assert f"..{os.sep}gate.yaml" in run.out


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("gate: 1\nextends: [./base.yaml]\nrules: [a > 1]\n", ["--nonsense"]),
        ("gate: 1\nextends: [./base.yaml]\nrules: [a => 1]\n", []),
        ("gate: 1\nextends: [./base.yaml\n", []),
        ("gate: 1\nwaivers: ./base.yaml\nrules: [a > 1]\n", ["--now", "never"]),
        ("gate: 1\nbaselines: {baseline: base.yaml}\nrules: [a > 1]\n", ["--warn-exit-code", "1"]),
    ],
)
def test_nothing_that_a_policy_may_read_goes_when_a_run_breaks_off(desk, policy: str, words: list[str]) -> None:
    desk.write("gate.yaml", policy)
    desk.write("base.yaml", "gate: 1\nrules: [a > 0]\n")
    desk.write("stale.md", "green")
    desk.write("metrics.json", GOOD)
    assert desk.run("check", "metrics.json", "-o", "text=base.yaml", "-o", "stale.md", *words).code == 2
    assert (desk.folder / "base.yaml").read_text() == "gate: 1\nrules: [a > 0]\n"
    stale = desk.folder / "stale.md"
    assert not stale.exists() or "green" not in stale.read_text()
