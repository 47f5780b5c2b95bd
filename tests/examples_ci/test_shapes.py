"""The examples for CI machines are what those machines take, by the schemas that check-jsonschema carries."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.examples_ci.conftest import ROOT, done

EXAMPLES = {
    "gitlab/.gitlab-ci.yml": ["vendor.gitlab-ci"],
    "azure/azure-pipelines.yml": ["vendor.azure-pipelines", "--regex-variant", "python"],
    "bitbucket/bitbucket-pipelines.yml": ["vendor.bitbucket-pipelines"],
    "circleci/config.yml": ["vendor.circle-ci"],
}


def checked(path: Path, schema: list[str]) -> tuple[int, str]:
    pytest.importorskip("check_jsonschema")
    ran = done(sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema, path, cwd=ROOT)
    return ran.returncode, ran.stdout


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_its_hosts_shape(name: str) -> None:
    assert checked(ROOT / "examples" / name, EXAMPLES[name]) == (0, "ok -- validation done\n")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_schema_would_see_a_mistake(name: str, tmp_path: Path) -> None:
    text = (ROOT / "examples" / name).read_text(encoding="utf-8")
    wrong = re.sub(r"^( +)(- )?(script|steps|bash):.*$", r"\1\2\3: {wrong: 7}", text, count=1, flags=re.MULTILINE)
    broken = tmp_path / Path(name).name
    broken.write_text(re.sub(r"^(?:trigger|workflow|version|image):", "no_such_key:", wrong, flags=re.MULTILINE))
    assert checked(broken, EXAMPLES[name])[0] == 1


@pytest.mark.parametrize("name", [*EXAMPLES, "jenkins/Jenkinsfile"])
def test_every_example_installs_this_version_away_from_the_checkout(name: str) -> None:
    text = (ROOT / "examples" / name).read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version
    assert f"mlgate=={version[1]}" in text or f'GATE_VERSION: "{version[1]}"' in text
    assert "python3 -I -m venv" in text
    assert "--policy-from" in text


def test_the_page_shows_the_template_that_is_run() -> None:
    template = (ROOT / "examples" / "gitlab" / ".gitlab-ci.yml").read_text(encoding="utf-8")
    assert f"```yaml\n{template}```" in (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
