"""SARIF: a schema, the verdict, places, levels, and marks that last."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from runpy import run_path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from gate.errors import Place
from gate.reports.plain import plain
from gate.reports.sarif import render
from gate.terms.decision import Decision, Level, Outcome, PolicyIdentity, Reason, Verdict
from gate.terms.slice import Slice

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY: dict[str, Decision] = {**GOLDEN, "extreme": decisions["EXTREME"], "nothing": Decision(Verdict.FAIL)}
SCHEMA = json.loads(Path(__file__).with_name("sarif.schema.json").read_text(encoding="utf-8"))
finding = decisions["finding"]


def run_of(decision: Decision) -> dict[str, Any]:
    log = json.loads(render(decision))
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    return dict(run)


def marks(decision: Decision) -> list[str]:
    return [each["partialFingerprints"]["primaryLocationLineHash"] for each in run_of(decision)["results"]]


@pytest.mark.parametrize("name", EVERY)
def test_it_keeps_to_the_schema_and_every_result_has_its_rule(name: str) -> None:
    run = run_of(EVERY[name])
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]


@pytest.mark.parametrize("name", EVERY)
def test_there_is_an_error_if_and_only_if_the_exit_code_is_not_0(name: str) -> None:
    decision = EVERY[name]
    run = run_of(decision)
    assert any(each["level"] == "error" for each in run["results"]) == (decision.exit_code != 0)
    assert run["invocations"][0]["exitCode"] == decision.exit_code
    assert run["invocations"][0]["executionSuccessful"] == (decision.verdict is not Verdict.ERROR)
    assert run["properties"]["verdict"] == decision.verdict.value


def test_the_results_are_what_does_not_hold_worst_first() -> None:
    run = run_of(GOLDEN["failing"])
    assert [(each["ruleId"], each["level"]) for each in run["results"]] == [
        ("recall >= 0.85", "error"),
        ("no-regression", "error"),
        ("recall[region=*] >= 0.8", "error"),
        ("latency_p95_ms <= 200", "warning"),
    ]
    assert run["results"][0]["message"]["text"].splitlines()[:2] == [
        "recall >= 0.85 fails",
        "0.812, needs >= 0.85: short by 0.038",
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "gate.yaml"}, "region": {"startLine": 9, "startColumn": 5}}
    assert run_of(GOLDEN["passing"])["results"] == []


def test_a_rule_has_help_that_leads_to_the_documentation() -> None:
    rule = run_of(GOLDEN["undecided"])["tool"]["driver"]["rules"][0]
    assert rule["helpUri"].endswith("/docs/errors.md#min-n")
    assert "One point of recall is about 300 missed frauds a week." in rule["help"]["markdown"]
    assert "Owner: @fraud-ml" in rule["help"]["text"]


def test_a_waiver_is_a_suppression_and_no_error() -> None:
    waived, warned, told = run_of(GOLDEN["warning"])["results"]
    assert waived["suppressions"][0]["justification"] == "until 2026-12-31 by @head-of-risk: relabelled data, RISK-123"
    assert [each["level"] for each in (waived, warned, told)] == ["warning", "warning", "note"]
    assert "suppressions" not in warned


def test_an_error_is_told_as_a_notification_and_as_a_result() -> None:
    run = run_of(GOLDEN["error"])
    assert [each["ruleId"] for each in run["results"]] == ["gate/could-not-run"] * 2
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 14, "startColumn": 7}
    assert "unknown metric `recal`" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_verdict_that_no_finding_explains_is_a_result() -> None:
    decision = Decision(Verdict.UNDECIDED, notes=(Reason("nothing-evaluated", "no blocking rule was evaluated"),))
    (result,) = run_of(decision)["results"]
    assert result["ruleId"] == "gate/verdict"
    assert "no blocking rule was evaluated" in result["message"]["text"]


def test_a_mark_stays_while_values_outcome_and_line_change() -> None:
    first, _, third, _ = GOLDEN["failing"].findings[:4]
    moved = replace(
        first, value=0.7, outcome=Outcome.UNDECIDED, effect=Verdict.UNDECIDED, where=Place("gate.yaml", 99), reasons=()
    )
    assert marks(replace(GOLDEN["failing"], findings=(moved,)))[0] == marks(GOLDEN["failing"])[0]
    other = replace(third, slice=Slice.of({"region": "eu"}))
    assert len(set(marks(replace(GOLDEN["failing"], findings=(first, third, other))))) == 3


def test_slices_of_one_line_are_alerts_of_their_own() -> None:
    assert len(set(marks(GOLDEN["long"]))) == 20


def test_equal_findings_are_still_two() -> None:
    assert len(set(marks(Decision(Verdict.FAIL, (finding("a > 0", Outcome.FAIL),) * 2)))) == 2


def test_rules_of_two_policies_with_one_name_are_two() -> None:
    both = tuple(finding("a > 0", Outcome.FAIL, policy=policy) for policy in ("one.yaml", "other.yaml"))
    assert [each["ruleId"] for each in run_of(Decision(Verdict.FAIL, both))["results"]] == ["one.yaml/a > 0", "other.yaml/a > 0"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("policies/gate.yaml", "policies/gate.yaml"),
        ("a b#c?.yaml", "a%20b%23c%3F.yaml"),
        ("/srv/gate.yaml", "file:///srv/gate.yaml"),
        ("C:/srv/gate.yaml", "file:///C%3A/srv/gate.yaml"),
        ("é.yaml", "%C3%A9.yaml"),
    ],
)
def test_a_path_is_a_uri(path: str, uri: str) -> None:
    (result,) = run_of(Decision(Verdict.FAIL, (finding("a > 0", Outcome.FAIL, where=Place(path, 3)),)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_rule_without_a_place_stands_at_the_start_of_its_policy() -> None:
    policy = PolicyIdentity("p", "p.yaml", "", 1)
    found = finding("a > 0", Outcome.FAIL, policy="p.yaml", where=None)
    (result,) = run_of(Decision(Verdict.FAIL, (found,), policies=(policy,)))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "p.yaml"}, "region": {"startLine": 1}}


@pytest.mark.parametrize("name", [*decisions["HOSTILE_NAMES"], "]]>", "\x00", "\"'", "{0}", "[a](0)", "gate/verdict"])
def test_no_name_becomes_a_link_or_is_lost(name: str) -> None:
    found = finding(
        f'"{name}" >= 0.5', Outcome.FAIL, level=Level.BLOCK, rule=name, policy=name, file=f"{name}.yaml", line=3,
        slice=Slice.of({name: name}), value=0.25, threshold=0.5, reasons=(Reason(name, name, name),), why=name, owner=name,
    )  # fmt: skip
    decision = Decision(
        Verdict.FAIL, (found,), policies=(PolicyIdentity(name, name, name, 1),), messages=(name,), commit=name, judged_at=name,
        gate_version=name,
    )  # fmt: skip
    text = render(decision)
    assert text.isascii()
    run = run_of(decision)
    messages = [each["message"]["text"] for each in run["results"]]
    assert not any("](" in each for each in messages)
    assert all(line.isprintable() for each in messages for line in each.split("\n"))
    uri = run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == plain(f"{name}.yaml")


def test_the_same_decision_is_the_same_bytes() -> None:
    assert render(GOLDEN["failing"]) == render(GOLDEN["failing"])
    assert render(GOLDEN["failing"]).endswith("}\n")
