"""SARIF by the schema that Microsoft's multitool carries, and by the multitool."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gate.reports.sarif import render
from gate.terms.decision import Decision

looks = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
Log = dict[str, Any]
GRAVE = ("error", "warning")  # below them are remarks on style
UNFIT = "SARIF2005"  # on the tool's version, which the decisions of these tests lack or make hostile


@pytest.fixture(scope="module")
def schema(consumers: Any) -> Draft202012Validator:
    found = consumers.file("@microsoft/sarif-multitool-linux/sarif-2.1.0.json")
    return Draft202012Validator(json.loads(found.read_text(encoding="utf-8-sig")))


@pytest.fixture
def multitool(consumers: Any, run: Callable[..., Any], tmp_path: Path) -> Callable[[Mapping[str, Log]], dict[str, list[str]]]:
    """What the multitool finds in each of some logs. It exits 0 whatever it finds: its own log tells."""

    def told(logs: Mapping[str, Log]) -> dict[str, list[str]]:
        for name, log in logs.items():
            (tmp_path / f"{name}.sarif").write_text(json.dumps(log), encoding="utf-8")
        target = tmp_path / "found.log"
        done = run(
            consumers("sarif-multitool"), "validate", *(tmp_path / f"{name}.sarif" for name in logs), "--output", target,
            "--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite", DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1",
        )  # fmt: skip
        assert target.is_file(), done.stdout + done.stderr
        found: dict[str, list[str]] = {name: [] for name in logs}
        for result in json.loads(target.read_text(encoding="utf-8-sig"))["runs"][0]["results"]:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            level = result.get("level", "warning")
            if level in GRAVE and result["ruleId"] != UNFIT:
                found[Path(uri).stem].append(f"{level} {result['ruleId']} {json.dumps(result['message'])}")
        return found

    return told


def test_every_report_keeps_to_the_schema(schema: Draft202012Validator, decisions: Mapping[str, Decision]) -> None:
    for decision in decisions.values():
        schema.validate(json.loads(render(decision)))
    for at, name in enumerate(looks["HOSTILE_NAMES"]):
        finding = replace(looks["hostile"](name, at), rule=name, policy=name)
        schema.validate(json.loads(render(replace(looks["EXTREME"], findings=(finding,), messages=(name,)))))


@pytest.mark.slow
def test_the_multitool_finds_nothing_wrong(multitool: Any, decisions: Mapping[str, Decision]) -> None:
    found = multitool({name: json.loads(render(decision)) for name, decision in decisions.items()})
    assert found == {name: [] for name in decisions}


def broken(log: Log, where: str) -> Log:
    (run,) = log["runs"]
    if where == "version":
        log["version"] = "2.0.0"
    elif where == "level":
        run["results"][0]["level"] = "grave"
    elif where == "message":
        del run["results"][0]["message"]
    else:
        run["results"][0]["ruleIndex"] = 999
    return log


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "by_tool", "by_schema"),
    [("version", True, True), ("level", False, True), ("message", True, True), ("rule", True, False)],
)
def test_a_broken_log_is_found(
    multitool: Any,
    schema: Draft202012Validator,
    decisions: Mapping[str, Decision],
    where: str,
    by_tool: bool,
    by_schema: bool,
) -> None:
    log = broken(json.loads(render(decisions["failing"])), where)
    assert bool(multitool({"broken": log})["broken"]) == by_tool
    assert schema.is_valid(log) != by_schema
