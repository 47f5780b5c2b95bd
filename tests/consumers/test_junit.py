"""JUnit XML by the schema of Jenkins' xunit plugin, the strictest that is in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from gate.reports.junit import render
from gate.terms.decision import Decision

SCHEMA = Path(__file__).parent / "schemas" / "junit-10.xsd"
looks = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
Check = Callable[[str], str]


@pytest.fixture
def check(consumers: Any, run: Callable[..., Any], tmp_path: Path) -> Check:
    """What xmllint has to say against a report; nothing where it is valid."""

    def told(report: str) -> str:
        file = tmp_path / "gate.xml"
        file.write_text(report, encoding="utf-8")
        done = run(consumers("xmllint"), "--noout", "--nonet", "--schema", SCHEMA, file)
        return "" if done.returncode == 0 else str(done.stderr)

    return told


def test_every_report_keeps_to_the_schema(check: Check, decisions: Mapping[str, Decision]) -> None:
    assert {name: check(render(decision)) for name, decision in decisions.items()} == dict.fromkeys(decisions, "")


def test_every_hostile_name_keeps_to_the_schema(check: Check) -> None:
    for at, name in enumerate(looks["HOSTILE_NAMES"]):
        finding = replace(looks["hostile"](name, at), rule=name, policy=name)
        decision = replace(looks["EXTREME"], findings=(finding,), messages=(name,))
        assert check(render(decision)) == "", repr(name)


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("<testcase ", "<testcase><properties/></testcase><testcase "),
        ('tests="', 'skipped="0" tests="'),
        (' time="', ' time="soon'),
        ("</testsuites>", ""),
        ("<testcase ", "<case "),
    ],
    ids=["properties", "skipped", "time", "unclosed", "element"],
)
def test_a_broken_report_is_found(check: Check, decisions: Mapping[str, Decision], found: str, instead: str) -> None:
    report = render(decisions["failing"])
    assert found in report
    assert check(report.replace(found, instead, 1)) != ""
