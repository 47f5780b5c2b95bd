"""GitLab's code quality report: its fields, the verdict, and fingerprints that last."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from runpy import run_path
from typing import Any

import jsonschema
import pytest

from gate.errors import Place
from gate.reports.codequality import render
from gate.terms.decision import Decision, Outcome, PolicyIdentity, Reason, Verdict

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY: dict[str, Decision] = {**GOLDEN, "extreme": decisions["EXTREME"], "nothing": Decision(Verdict.FAIL)}
finding = decisions["finding"]
# As GitLab's documentation lists them: all of these are needed, and nothing else is looked at.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": r"^\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def entries(decision: Decision) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(render(decision))
    jsonschema.Draft202012Validator(SCHEMA).validate(told)
    return told


@pytest.mark.parametrize("name", EVERY)
def test_it_has_what_gitlab_asks_for_and_no_fingerprint_twice(name: str) -> None:
    marks = [each["fingerprint"] for each in entries(EVERY[name])]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("name", EVERY)
def test_something_is_grave_if_and_only_if_the_exit_code_is_not_0(name: str) -> None:
    grave = [each for each in entries(EVERY[name]) if each["severity"] in ("blocker", "critical")]
    assert bool(grave) == (EVERY[name].exit_code != 0)


def test_the_verdict_comes_first_and_a_pass_is_empty() -> None:
    first = entries(GOLDEN["failing"])[0]
    assert first["check_name"] == "gate/verdict"
    assert first["description"] == "fraud-detection: Do not deploy: 2 rules fail, 1 undecided, 1 warns"
    assert render(GOLDEN["passing"]) == "[]\n"


def test_severities() -> None:
    assert [each["severity"] for each in entries(GOLDEN["failing"])[1:]] == ["blocker", "blocker", "critical", "major"]
    assert [each["severity"] for each in entries(GOLDEN["undecided"])] == ["critical"] * 5
    told = entries(GOLDEN["warning"])
    assert [each["severity"] for each in told] == ["major", "minor", "major", "info"]
    assert "waived until 2026-12-31 by @head-of-risk: relabelled data, RISK-123" in told[1]["description"]


def test_an_entry_stands_at_its_line() -> None:
    entry = entries(GOLDEN["failing"])[1]
    assert entry["location"] == {"path": "gate.yaml", "lines": {"begin": 9}}
    assert entry["description"].startswith("recall >= 0.85 fails; 0.812, needs >= 0.85: short by 0.038; `recall` is at most")
    found = finding("a > 0", Outcome.FAIL, where=Place("./policies/gate.yaml", 4))
    assert entries(Decision(Verdict.FAIL, (found,)))[1]["location"]["path"] == "policies/gate.yaml"


def test_an_error_tells_each_message() -> None:
    told = entries(GOLDEN["error"])
    assert [each["check_name"] for each in told] == ["gate/verdict", "gate/could-not-run", "gate/could-not-run"]
    assert told[1]["location"] == {"path": "gate.yaml", "lines": {"begin": 14}}


def test_a_fingerprint_stays_while_the_value_and_the_line_change() -> None:
    first = GOLDEN["failing"].findings[0]
    moved = replace(first, value=0.7, where=Place("gate.yaml", 99), outcome=Outcome.UNDECIDED, effect=Verdict.UNDECIDED)
    before = entries(replace(GOLDEN["failing"], findings=(first,)))[1]
    after = entries(replace(GOLDEN["failing"], findings=(moved,)))[1]
    assert before["fingerprint"] == after["fingerprint"]
    assert before != after


@pytest.mark.parametrize("name", [*decisions["HOSTILE_NAMES"], "\x00", '"', "]]>"])
def test_a_hostile_name_is_text_on_one_line(name: str) -> None:
    found = finding(
        f'"{name}" >= 0.5', Outcome.FAIL, rule=name, policy=name, file=f"{name}.yaml", line=3, value=0.25, threshold=0.5,
        reasons=(Reason(name, name, name),),
    )  # fmt: skip
    told = entries(Decision(Verdict.FAIL, (found,), policies=(PolicyIdentity(name, name, name, 1),), messages=(name,)))
    assert len(told) == 3
    assert all(each[key].isprintable() for each in told for key in ("description", "check_name"))
    assert all(each["location"]["path"].isprintable() for each in told)


def test_the_same_decision_is_the_same_bytes() -> None:
    assert render(GOLDEN["failing"]) == render(GOLDEN["failing"])
