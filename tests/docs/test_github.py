"""What the pages and examples for GitHub say of the action is what the action is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "github.md").read_text(encoding="utf-8")
EXAMPLES = sorted((ROOT / "examples" / "github").glob("*.yml"))
USES = re.compile(r"uses: (\S+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", re.MULTILINE)
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
PUBLISH: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "publish" / "action.yml").read_text(encoding="utf-8"))


def section(heading: str) -> str:
    return PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_the_page_lists_every_input_and_output() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", section("Inputs"), re.MULTILINE) == list(ACTION["inputs"])
    said = set(re.findall(r"`([a-z-]+)`", section("Outputs").split("\n\n")[0]))
    assert said == set(ACTION["outputs"])


def test_the_page_lists_what_publish_takes_and_gives() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", section("Publish"), re.MULTILINE) == list(PUBLISH["inputs"])
    outputs = section("Publish").split("\nOutputs: ")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", outputs)) == set(PUBLISH["outputs"])


def test_the_example_of_publish_has_no_more_rights_than_it_needs() -> None:
    document = yaml.safe_load((ROOT / "examples" / "github" / "forks-publish.yml").read_text(encoding="utf-8"))
    (job,) = document["jobs"].values()
    (step,) = job["steps"]
    assert step["uses"].startswith("mlgate/gate/.github/publish@")
    assert set(step["with"]) <= set(PUBLISH["inputs"])
    assert job["permissions"] == {"actions": "read", "contents": "read", "checks": "write", "pull-requests": "write"}


def test_the_page_names_every_example() -> None:
    assert {path.name for path in EXAMPLES} == set(re.findall(r"\(\.\./examples/github/([a-z-]+\.yml)\)", PAGE))


def test_the_readme_shows_the_workflow_of_the_page() -> None:
    block = PAGE.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert block in (ROOT / "README.md").read_text(encoding="utf-8")
    assert yaml.safe_load(block)["jobs"]["gate"]["permissions"] == {"contents": "read", "pull-requests": "write"}


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "docs" / "github.md", *EXAMPLES], ids=lambda path: path.name)
def test_actions_are_pinned_as_in_our_own_workflows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ours = "\n".join(each.read_text(encoding="utf-8") for each in (ROOT / ".github" / "workflows").glob("*.yml"))
    used = USES.findall(text)
    assert len(used) == len(re.findall(r"uses: ", text)) >= 1
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    for action, commit, tag in used:
        if action in ("mlgate/gate", "mlgate/gate/.github/publish"):
            assert tag == f"v{version[1]}"
        else:
            assert f"uses: {action}@{commit} # {tag}" in ours


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_gives_the_action_inputs_that_it_has_and_the_rights_that_it_needs(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for job in document["jobs"].values():
        for step in (step for step in job["steps"] if step.get("uses", "").startswith("mlgate/gate@")):
            given = step["with"]
            assert set(given) <= set(ACTION["inputs"])
            assert given["metrics"]
            assert job["permissions"]["contents"] == "read"
            assert ("actions" in job["permissions"]) == str(given.get("baseline", "")).startswith("ci:")
            comments = "pull_request" in document[True] and given.get("comment") is not False
            assert ("pull-requests" in job["permissions"]) == comments
