"""The GitLab template, run by gitlab-ci-local."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.examples_ci.conftest import POLICY, ROOT, Project, done
from tests.hosts.fake_gitlab import FakeGitLab, running

pytestmark = pytest.mark.slow

TEMPLATE = ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"


def pipeline(
    project: Project, tools: tuple[str, str], wheels: dict[str, str], **variables: str
) -> subprocess.CompletedProcess[str]:
    """A pipeline of the template; what it leaves lies in the project's folder."""
    shutil.copy(TEMPLATE, project.folder)
    told = {"GITLAB_CI": "true", "CI_COMMIT_SHA": project.head, **variables}
    words = [word for name, value in told.items() for word in ("--variable", f"{name}={value}")]
    options = ["--force-shell-executor", "--no-color", "--ignore-predefined-vars", ",".join(told)]
    return done(*tools, *options, *words, cwd=project.folder, environ=wheels)


def merge_request(project: Project, **more: str) -> dict[str, str]:
    return {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_COMMIT_BRANCH": "",
        "CI_MERGE_REQUEST_IID": "3",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": project.base,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        **more,
    }


def state(ran: subprocess.CompletedProcess[str]) -> str:
    """How the job `gate` ended. The exit code of gitlab-ci-local takes any job with `allow_failure` for allowed to fail."""
    ended = [line.split() for line in ran.stdout.splitlines() if line.startswith((" PASS", " WARN", " FAIL"))]
    return next((words[0] for words in ended if words[1] == "gate"), "")


def decision(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    return found


def test_a_warning_turns_the_job_orange_and_lets_the_pipeline_pass(
    project: Project, gitlab_ci: tuple[str, str], wheels: dict[str, str]
) -> None:
    (project.folder / "gate.yaml").write_text(POLICY)
    ran = pipeline(project, gitlab_ci, wheels, CI_COMMIT_BRANCH="main", ACCURACY="0.9", LATENCY="500")
    assert state(ran) == "WARN", ran.stdout
    assert decision(project.folder)["verdict"] == "warn"
    kept = project.folder / ".gitlab-ci-local" / "artifacts" / "gate"
    assert {path.name for path in kept.iterdir()} >= {"report.html", "decision.json"}
    quality = json.loads((project.folder / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert {finding["location"]["path"] for finding in quality} == {"gate.yaml"}, quality
    assert (project.folder / "metrics.txt").read_text(encoding="utf-8").endswith("# EOF\n")


def test_a_merge_request_is_judged_by_the_policy_of_its_target(
    project: Project, gitlab_ci: tuple[str, str], wheels: dict[str, str]
) -> None:
    ran = pipeline(project, gitlab_ci, wheels, **merge_request(project, ACCURACY="0.7", LATENCY="50"))
    assert state(ran) == "FAIL", ran.stdout
    assert decision(project.folder)["verdict"] == "fail"
    assert (project.folder / "report.html").stat().st_size
    assert (project.folder / "junit.xml").stat().st_size


def test_with_a_token_the_policy_comes_from_gitlab_and_a_note_goes_there(
    project: Project, gitlab_ci: tuple[str, str], wheels: dict[str, str]
) -> None:
    stricter = POLICY.replace("0.8", "0.95").encode()  # than any in the clone: only GitLab has it
    with running(FakeGitLab(trees={project.base: {"gate.yaml": ("100644", stricter)}})) as gitlab:
        told = {name: value for name, value in gitlab.environ().items() if name not in ("GITLAB_CI", "CI_COMMIT_SHA")}
        told |= merge_request(project, ACCURACY="0.9", LATENCY="50")
        ran = pipeline(project, gitlab_ci, wheels, **told)
        assert gitlab.calls("GET", "/repository/files/gate.yaml/raw"), ran.stdout
        assert len(gitlab.said()) == 1
        assert "accuracy" in gitlab.said()[0]
        assert gitlab.carried_out == []
    assert state(ran) == "FAIL", ran.stdout
    assert decision(project.folder)["verdict"] == "fail"
