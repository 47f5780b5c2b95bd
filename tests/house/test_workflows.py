"""Workflows and the action: pinned, with the least permissions, and nothing of a change inside a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
OWN = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples" / "github").glob("*.yml"))
WORKFLOWS = [*OWN, *EXAMPLES]
ACTIONS = [ROOT / "action.yml", ROOT / ".github" / "publish" / "action.yml"]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def steps(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    jobs = [document["runs"]] if "runs" in document else document["jobs"].values()
    for job in jobs:
        yield from job["steps"]


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def test_there_are_workflows() -> None:
    assert {path.stem for path in OWN} >= {"ci", "release", "gate"}
    assert {path.stem for path in EXAMPLES} >= {"same-repository", "forks-evaluate", "forks-publish", "merge-queue"}


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_use_is_pinned_by_a_commit_with_its_version_beside(path: Path) -> None:
    used = re.findall(r"^\s*-?\s*uses:\s*(.+?)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(used) == sum("uses" in step for step in steps(read(path)))
    for each in used:
        assert each.startswith("./") or PINNED.fullmatch(each), each


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_expression_stands_inside_a_script(path: Path) -> None:
    for step in steps(read(path)):
        assert "${{" not in step.get("run", ""), step


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_is_permitted_that_a_job_does_not_ask_for(path: Path) -> None:
    document = read(path)
    assert document["permissions"] == {}
    for name, job in document["jobs"].items():
        assert "permissions" in job, f"{name} says what it needs, if only that it is nothing"
        assert job["permissions"] != "write-all"
        assert job["timeout-minutes"] <= 90


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_checkout_leaves_its_credentials(path: Path) -> None:
    for step in steps(read(path)):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_both_actions_install_gate_in_the_same_way() -> None:
    first, second = ([step for step in steps(read(path)) if step["id"] == "install"] for path in ACTIONS)
    script = first[0]["run"].replace("$GITHUB_ACTION_PATH/.github/", "$GITHUB_ACTION_PATH/../")
    assert [{**first[0], "run": script}] == second
    for path in ACTIONS:
        assert all(step["env"]["BASH_ENV"] == "" for step in steps(read(path)))


def test_all_green_waits_for_every_other_job() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]
    assert set(jobs["all-green"]["needs"]) == set(jobs) - {"all-green"}


def test_ci_runs_stages_that_there_are() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    stages = set(re.findall(r"^stage_(\w+)\(\)", script, re.MULTILINE))
    run = [step["run"] for step in steps(read(ROOT / ".github" / "workflows" / "ci.yml")) if ".ci/run" in step.get("run", "")]
    asked = {word for line in run for word in line.split()[1:]}
    assert asked
    assert asked <= stages
    assert stages - asked == {"oldest"}, "the matrix has the oldest Python"
