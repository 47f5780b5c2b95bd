"""The scripts in the examples for Azure, Bitbucket, CircleCI and Jenkins, run by bash with what those hosts set."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.examples_ci.conftest import ROOT, Project, done

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples"


def document(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((EXAMPLES / path).read_text(encoding="utf-8"))
    return found


def azure() -> list[str]:
    gate = next(job for job in document("azure/azure-pipelines.yml")["jobs"] if job["job"] == "gate")
    return [step["bash"] for step in gate["steps"] if "bash" in step]


def bitbucket() -> list[str]:
    steps = document("bitbucket/bitbucket-pipelines.yml")["pipelines"]["pull-requests"]["**"]
    return ["\n".join(steps[1]["step"]["script"])]


def circleci() -> list[str]:
    steps = document("circleci/config.yml")["jobs"]["gate"]["steps"]
    return [step["run"]["command"] for step in steps if "run" in step]


def jenkins() -> list[str]:
    text = (EXAMPLES / "jenkins" / "Jenkinsfile").read_text(encoding="utf-8")
    return [script.replace("\\\\", "\\") for script in re.findall(r"'''(.*?)'''", text, re.DOTALL)]


HOSTS = {
    "azure": (azure, {"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}),
    "bitbucket": (bitbucket, {"BITBUCKET_PR_DESTINATION_BRANCH": "main"}),
    "circleci": (circleci, {}),
    "jenkins": (jenkins, {"CHANGE_TARGET": "main"}),
}


def ran(host: str, project: Project, wheels: dict[str, str], accuracy: float) -> subprocess.CompletedProcess[str]:
    """The gate's scripts in a pull request, each in a shell of its own; where one fails, the rest is not run."""
    scripts, told = HOSTS[host]
    own = project.folder.parent / "own"
    environ = {**wheels, **told, "HOME": str(own), "AGENT_TEMPDIRECTORY": str(own), "PIPELINE_WORKSPACE": str(own)}
    for folder in (own / "metrics", project.folder / "evaluated", project.folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "metrics.json").write_text(json.dumps({"accuracy": accuracy, "latency_ms": 50}))
    shown = ""
    for script in scripts():
        shell = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        last = done(*shell, cwd=project.folder, environ=environ)
        shown += last.stdout
        if last.returncode != 0:
            break
    return subprocess.CompletedProcess([], last.returncode, shown)


def decided(folder: Path) -> str:
    found = next(path for path in folder.rglob("decision.json"))
    return str(json.loads(found.read_text(encoding="utf-8"))["verdict"])


def shown_by_host(host: str, project: Project, output: str) -> None:
    """What the host shows of a verdict is there, also where it is no."""
    if host == "azure":
        assert f"##vso[task.uploadsummary]{project.folder}/report.md" in output
        assert "##vso[task.logissue type=error;" in output
    if host == "bitbucket":
        assert (project.folder / "test-reports" / "gate.xml").stat().st_size
    if host == "circleci":
        assert (project.folder / "reports" / "junit.xml").stat().st_size
    if host == "jenkins":
        assert {"junit.xml", "gate.sarif"} <= {path.name for path in project.folder.iterdir()}


@pytest.mark.parametrize("host", HOSTS)
def test_a_pull_request_is_judged_by_the_policy_of_its_target(host: str, project: Project, wheels: dict[str, str]) -> None:
    failed = ran(host, project, wheels, 0.7)  # enough for the change's own policy
    assert failed.returncode == 1, failed.stdout
    assert decided(project.folder) == "fail"
    shown_by_host(host, project, failed.stdout)
    passed = ran(host, project, wheels, 0.9)
    assert passed.returncode == 0, passed.stdout
    assert decided(project.folder) == "pass"
