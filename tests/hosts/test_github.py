from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

from gate.hosts.github import SUMMARY_LIMIT, active, publish
from gate.reports import annotations, markdown
from gate.terms.decision import Decision

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
FAILING: Decision = decisions["FAILING"]


@pytest.mark.parametrize(
    ("environ", "is_active"), [({"GITHUB_ACTIONS": "true"}, True), ({}, False), ({"GITHUB_ACTIONS": "false"}, False)]
)
def test_a_step_is_known_by_its_environment(environ: dict[str, str], is_active: bool) -> None:
    assert active(environ) is is_active


def test_the_report_becomes_the_step_summary(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    published = publish(FAILING, {"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text(encoding="utf-8") == markdown.render(FAILING) + "\n"
    assert published.annotations == tuple(annotations.render(FAILING).splitlines())
    assert published.troubles == ()


def test_what_the_step_wrote_before_stays(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("tests passed", encoding="utf-8")
    publish(FAILING, {"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text(encoding="utf-8") == "tests passed\n" + markdown.render(FAILING) + "\n"


def test_a_summary_that_would_be_too_large_is_left_as_it_is(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    before = b"x" * (SUMMARY_LIMIT - 100)
    summary.write_bytes(before)
    published = publish(FAILING, {"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_bytes() == before
    assert "GitHub's limit" in published.troubles[0]
    assert published.annotations


@pytest.mark.parametrize("path", ["", "a\0b", "{folder}", "{folder}/none/summary.md"])
def test_trouble_is_told_and_not_raised(tmp_path: Path, path: str) -> None:
    published = publish(FAILING, {"GITHUB_STEP_SUMMARY": path.replace("{folder}", str(tmp_path))})
    assert published.troubles[0].startswith("no step summary: ")
    assert published.troubles[0].isprintable()
    assert published.annotations
