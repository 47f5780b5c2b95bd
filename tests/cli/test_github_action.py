"""The action's inputs as a command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.cli.github_action import OUTPUTS, command, main
from gate.errors import UsageError


def words(event: str = "push", **inputs: str) -> list[str]:
    """The command line but for the files that the action always asks for."""
    environ = {f"GATE_INPUT_{name.upper()}": value for name, value in inputs.items()}
    found = command({"GITHUB_EVENT_NAME": event, "GATE_INPUT_FOLDER": "own", **environ})
    assert found[:4] == ["check", "--github-output", "--output=markdown=own/report.md", "--output=json=own/decision.json"]
    return found[4:]


def test_metrics_stand_after_what_ends_the_options() -> None:
    assert words(metrics="--now=2020-01-01\n-o\nval=m.json") == ["--", "--now=2020-01-01", "-o", "val=m.json"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n\n  \n", " \r\n\t"])
def test_a_list_has_an_entry_a_line_however_lines_end(ends: str) -> None:
    assert words(metrics=f"a.json{ends}b c.json{ends}")[-2:] == ["a.json", "b c.json"]
    assert words(policy=f"a.yaml{ends}b.yaml")[:2] == ["--policy=a.yaml", "--policy=b.yaml"]


@pytest.mark.parametrize("within", ["\u2028", "\u0085", "\x0b", "\x0c", "\x1e"])
def test_only_a_line_feed_ends_an_entry(within: str) -> None:
    assert words(metrics=f"a{within}b.json") == ["--", f"a{within}b.json"]


def test_what_is_empty_is_not_said() -> None:
    assert words(metrics="", policy=" ", baseline="\n", output="", warn_exit_code="", first_release=" ", policy_from="") == ["--"]


@pytest.mark.parametrize("name", ["from", "first-release", "warn-exit-code"])
def test_a_text_is_one_word_of_its_option(name: str) -> None:
    assert words(**{name.replace("-", "_"): " --all -o x "}) == [f"--{name}=--all -o x", "--"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("pull_request", ["--policy-from=base", "--comment", "--"]),
        ("pull_request_target", ["--policy-from=base", "--comment", "--"]),
        ("merge_group", ["--policy-from=base", "--"]),
        ("push", ["--"]),
        ("schedule", ["--"]),
        ("workflow_run", ["--"]),
    ],
)
def test_a_change_is_judged_by_its_base_and_told_in_a_comment(event: str, expected: list[str]) -> None:
    assert words(event) == expected


def test_a_workflow_can_say_otherwise() -> None:
    assert words("pull_request", policy_from="none", comment="false") == ["--"]
    assert words("pull_request", policy_from="origin/main", comment=" False\n") == ["--policy-from=origin/main", "--"]
    assert words("push", policy_from="base", comment="true", strict_publish="TRUE") == [
        "--policy-from=base",
        "--comment",
        "--strict-publish",
        "--",
    ]


@pytest.mark.parametrize("name", ["comment", "strict_publish"])
@pytest.mark.parametrize("written", ["yes", "1", "$(true)", "none"])
def test_a_switch_is_true_or_false(name: str, written: str) -> None:
    with pytest.raises(UsageError, match="neither true nor false"):
        words(**{name: written})


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables of a step of a pull request, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"base": {"sha": "a" * 40, "ref": "main"}}}))
    (tmp_path / "output").touch()
    event = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GATE_INPUT_FOLDER": str(tmp_path)}
    return event | files | {"GITHUB_BASE_REF": "main", "GATE_INPUT_BASE": "a" * 40}


def told(step: dict[str, str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in Path(step["GITHUB_OUTPUT"]).read_text().splitlines())


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"GATE_INPUT_COMMENT": "perhaps"}, "neither true nor false"),
        ({"GATE_INPUT_WORKING_DIRECTORY": "nowhere"}, "no folder to work in"),
        ({"GATE_INPUT_BASE": "b" * 40}, "a step of this job has changed it"),
        ({"GITHUB_BASE_REF": "release"}, "a step of this job has changed it"),
    ],
)
def test_what_cannot_run_says_so_in_the_outputs(
    step: dict[str, str], capsys: pytest.CaptureFixture[str], inputs: dict[str, str], words: str
) -> None:
    assert main(step | inputs) == 2
    assert words in capsys.readouterr().err
    assert told(step) == dict.fromkeys(OUTPUTS, "") | {"verdict": "error", "exit-code": "2"}
