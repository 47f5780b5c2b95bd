from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

from gate.app.outputs import Output
from gate.app.telling import Told, tell
from gate.hosts.github_step import SUMMARY_LIMIT
from gate.reports import annotations, markdown
from gate.terms.decision import Decision

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
FAILING: Decision = decisions["FAILING"]


HERE = {"GITHUB_ACTIONS": "true"}


@pytest.mark.parametrize("environ", [{}, {"GITHUB_ACTIONS": "false"}])
def test_elsewhere_nothing_is_told(tmp_path: Path, environ: dict[str, str]) -> None:
    summary = tmp_path / "summary.md"
    assert tell(FAILING, {"GITHUB_STEP_SUMMARY": str(summary), **environ}) == Told()
    assert not summary.exists()


def test_the_report_becomes_the_step_summary(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    told = tell(FAILING, {**HERE, "GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text(encoding="utf-8") == markdown.render(FAILING) + "\n"
    assert told.lines == tuple(annotations.render(FAILING).splitlines())
    assert told.troubles == ()


def test_what_the_step_wrote_before_stays(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("tests passed", encoding="utf-8")
    tell(FAILING, {**HERE, "GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text(encoding="utf-8") == "tests passed\n" + markdown.render(FAILING) + "\n"


def test_a_summary_that_would_be_too_large_is_left_as_it_is(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    before = b"x" * (SUMMARY_LIMIT - 100)
    summary.write_bytes(before)
    told = tell(FAILING, {**HERE, "GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_bytes() == before
    assert "GitHub's limit" in told.troubles[0]
    assert told.lines


@pytest.mark.parametrize("path", ["", "a\0b", "{folder}", "{folder}/none/summary.md"])
def test_trouble_is_told_and_not_raised(tmp_path: Path, path: str) -> None:
    told = tell(FAILING, {**HERE, "GITHUB_STEP_SUMMARY": path.replace("{folder}", str(tmp_path))})
    assert told.troubles[0].startswith("no step summary: ")
    assert told.troubles[0].isprintable()
    assert told.lines


def outputs_of(path: Path) -> dict[str, str]:
    found = {}
    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        name, _, delimiter = line.partition("<<")
        if delimiter:
            found[name] = "\n".join(iter(lambda: next(lines), delimiter))
    return found


def test_outputs_are_set_where_they_are_asked_for(tmp_path: Path) -> None:
    environ = {**HERE, "GITHUB_STEP_SUMMARY": str(tmp_path / "s.md"), "GITHUB_OUTPUT": str(tmp_path / "out")}
    tell(FAILING, environ)
    assert not (tmp_path / "out").exists()
    written = [Output("text", "-"), Output("markdown", "a/report.md"), Output("json", "d.json"), Output("json", "e.json")]
    assert tell(FAILING, environ, exit_code=1, outputs=True, written=written).troubles == ()
    assert outputs_of(tmp_path / "out") == {
        "verdict": "fail", "exit-code": "1", "failed": "2", "warned": "1", "undecided": "1", "missing": "0",
        "report": "a/report.md", "decision": "d.json", "comment-url": "",
    }  # fmt: skip


def test_azure_gets_its_own_remarks() -> None:
    told = tell(FAILING, {"TF_BUILD": "True"})
    assert told.lines[0].startswith("##vso[task.logissue type=error;")
    assert told.troubles == ()


def test_a_comment_is_for_a_change_on_a_host_that_has_comments() -> None:
    assert tell(FAILING, {}, comment=True).troubles == ("no comment: this is not a job of a CI machine",)
    pushed = {"CIRCLECI": "true", "CIRCLE_BRANCH": "main"}
    assert tell(FAILING, pushed, comment=True) == Told()
    change = {"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://example.com/pull/7"}
    assert tell(FAILING, change, comment=True).troubles == (
        "no comment: gate comments on GitHub and GitLab, and this is circleci",
    )
