"""`--help`: every command shows an example, and what repeats it elsewhere says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from gate.cli.commands import COMMANDS
from gate.cli.main import main

ROOT = Path(__file__).parents[2]
NO_OPTION = {"metrics", "decisions", "working-directory", "token", "index-url"}  # of the actions: what gate is given otherwise


def help_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert main([*command, "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    text = help_of(capsys, command)
    assert f"usage: gate {command}" in text
    assert re.search(rf"^examples?:\n(  .*\n)*  (.*\| )?gate {command} \S", text, re.MULTILINE), text


def test_the_first_page_lists_every_command_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """The README shows this page; docs/generate.py writes it there."""
    text = help_of(capsys)
    assert "<!-- run: gate --help -->" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^  (\w+) ", text, re.MULTILINE) == list(COMMANDS)
    assert "gate check metrics.json" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_of_itself_what_the_first_page_says(capsys: pytest.CaptureFixture[str], command: str) -> None:
    first, own = (" ".join(help_of(capsys, *words).split()) for words in ((), (command,)))
    assert COMMANDS[command] in first
    assert COMMANDS[command][1:] in own


def test_the_help_fits_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for command in COMMANDS:
        too_long = [line for line in help_of(capsys, command).splitlines() if len(line) > 100]
        assert not too_long


@pytest.mark.parametrize(("command", "path"), [("check", "action.yml"), ("publish", ".github/publish/action.yml")])
def test_the_inputs_of_an_action_are_options_of_its_command(capsys: pytest.CaptureFixture[str], command: str, path: str) -> None:
    options = set(re.findall(r"--(?:no-)?([a-z][a-z-]+)", help_of(capsys, command)))
    action = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    assert set(action["inputs"]) - NO_OPTION <= options
    given = {value for step in action["runs"]["steps"] for value in step["env"].values()}
    assert {f"${{{{ inputs.{name} }}}}" for name in action["inputs"]} <= given
