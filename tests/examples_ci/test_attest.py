"""The examples of attestations: what GitHub's step makes of gate's statement verifies, and GitLab takes the pipeline."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate.reports import intoto
from tests.attest.making import NOW, decided, furnished, verification
from tests.examples_ci.conftest import ROOT, done

WORKFLOW = ROOT / "examples" / "github" / "attest-and-deploy.yml"
PAGE = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
# The inputs of actions/attest v4.2.2, of which `subject-…` exclude each other.
ATTEST = {
    "subject-path", "subject-digest", "subject-name", "subject-checksums", "subject-version", "sbom-path", "predicate-type",
    "predicate", "predicate-path", "push-to-registry", "create-storage-record", "show-summary", "github-token",
}  # fmt: skip


def steps(job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"][job]["steps"]
    return found


def test_githubs_step_is_given_what_it_takes() -> None:
    (step,) = [each for each in steps("judge") if each.get("uses", "").startswith("actions/attest@")]
    assert set(step["with"]) <= ATTEST
    assert len([name for name in step["with"] if name in ("subject-path", "subject-digest", "subject-checksums")]) == 1
    assert step["with"]["predicate-type"] == intoto.TEST_RESULT
    (kept,) = [each for each in steps("judge") if "BUNDLE" in each.get("env", {})]
    assert kept["env"]["BUNDLE"] == "${{ steps.attest.outputs.bundle-path }}"
    assert step["id"] == "attest"


@pytest.mark.skipif(shutil.which("jq") is None or shutil.which("bash") is None, reason="jq takes the statement apart")
def test_what_githubs_step_puts_together_verifies(tmp_path: Path) -> None:
    folder = furnished(tmp_path)
    (folder / "decision.intoto.json").write_text(intoto.render(decided(folder)))
    (script,) = [each["run"] for each in steps("judge") if "jq" in each.get("run", "")]
    subprocess.run(["bash", "-e", "-c", script], cwd=folder, check=True)
    # as its src/subject.ts and the library behind it do
    lines = [line.split(" ", 1) for line in (folder / "subjects.txt").read_text().splitlines()]
    signed = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name.lstrip(" *"), "digest": {"sha256": digest}} for digest, name in lines],
        "predicateType": intoto.TEST_RESULT,
        "predicate": json.loads((folder / "predicate.json").read_text()),
    }
    (folder / "decision.intoto.json").write_text(json.dumps(signed))
    assert verification(folder, NOW, unsigned=True)
    signed["subject"].pop()
    (folder / "decision.intoto.json").write_text(json.dumps(signed))
    assert not verification(folder, NOW, unsigned=True)


def test_options_of_gate_are_there() -> None:
    help_ = "".join(
        done(sys.executable, "-m", "gate.cli.main", command, "--help", cwd=ROOT).stdout for command in ("check", "verify")
    )
    written = WORKFLOW.read_text(encoding="utf-8") + "".join(
        re.findall(r"^```(?:yaml|console)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    )
    lines = [line for line in written.replace("\\\n", " ").splitlines() if re.search(r"gate\W+(check|verify) ", line)]
    options = {option for line in lines for option in re.findall(r" (--[a-z-]+)", line)}
    assert len(lines) >= 5
    assert options <= set(re.findall(r"--[a-z-]+", help_))


def test_gitlab_takes_the_pipeline(tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema")
    (block,) = re.findall(r"^```yaml\n(stages: .*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / ".gitlab-ci.yml").write_text(block)
    ran = done(
        sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", tmp_path / ".gitlab-ci.yml", cwd=ROOT
    )
    assert ran.returncode == 0, ran.stdout
    (tmp_path / ".gitlab-ci.yml").write_text(
        block.replace("script:", "script: {wrong: 7}\n  x:", 1).replace("stage: judge", "stage: [7]")
    )
    assert done(
        sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", tmp_path / ".gitlab-ci.yml", cwd=ROOT
    ).returncode


def test_versions_are_this_one() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version
    for text in (PAGE, WORKFLOW.read_text(encoding="utf-8")):
        assert set(re.findall(r"mlgate\[\w+\]==([\d.]+)", text)) == {version[1]}
