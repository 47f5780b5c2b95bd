"""The stand-in for GitHub's runner: what the other tests here rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.action.conftest import Start
from tests.action.runner import pairs

ACTION = """
name: two steps
description: for a test
inputs:
  word: {description: x, default: "${{ github.event_name }}!"}
outputs:
  said: {description: x, value: "${{ steps.first.outputs.said || 'nothing' }}"}
  late: {description: x, value: "${{ steps.last.outputs.late }}"}
runs:
  using: composite
  steps:
    - id: first
      shell: bash
      env: {WORD: "<${{ inputs.word }}>"}
      run: 'echo "said=$WORD" >> "$GITHUB_OUTPUT"; exit 4'
    - id: never
      shell: bash
      run: touch never
    - id: last
      if: failure() && steps.first.outcome == 'failure'
      shell: bash
      run: 'echo late=yes >> "$GITHUB_OUTPUT"; echo done >> "$GITHUB_STEP_SUMMARY"'
"""


def test_a_composite_action(start: Start, tmp_path: Path, project: Path) -> None:
    (tmp_path / "action.yml").write_text(ACTION)
    ran = start(project).uses(tmp_path, {})
    assert (ran.code, ran.outputs, ran.summary) == (4, {"said": "<push!>", "late": "yes"}, "done\n")
    assert not (project / "never").exists()
    assert start(project).uses(tmp_path, {"word": "${{ x }}"}).outputs["said"] == "<${{ x }}>"


def test_a_later_step_finds_what_an_earlier_one_left_but_not_in_place_of_what_is_githubs(start: Start, project: Path) -> None:
    job = start(project)
    left = "A=1\nB<<END\n2\n3\nEND\nNODE_OPTIONS=x\nGITHUB_EVENT_NAME=schedule\nRUNNER_TEMP=/\n"
    job.run(f'printf \'%s\' \'{left}\' >> "$GITHUB_ENV"; echo "$PWD" >> "$GITHUB_PATH"')
    ran = job.run('printf "%s|" "$A" "$B" "$NODE_OPTIONS" "$GITHUB_EVENT_NAME" "$RUNNER_TEMP" "${PATH%%:*}"', {"A": "own"})
    assert ran.log == f"own|2\n3||push|{job.temp}|{project}|"


def test_a_step_ends_with_the_first_command_that_fails(start: Start, project: Path) -> None:
    ran = start(project).run("false | true\ntouch never")
    assert ran.code == 1
    assert not (project / "never").exists()


def test_the_old_command_still_sets_outputs(start: Start, project: Path) -> None:
    ran = start(project).run("echo '  ::set-output name=verdict::pass'")
    assert (ran.outputs, ran.commands) == ({"verdict": "pass"}, ["::set-output name=verdict::pass"])


def test_files_of_commands() -> None:
    assert pairs("a=1\r\nb<<X\r\nc=2\r\n\r\nX\r\nd=e<<f\n\n") == {"a": "1", "b": "c=2\n", "d": "e<<f"}
    for broken in ("a", "a<<X\nb", "<<X\nX"):
        with pytest.raises(AssertionError):
            pairs(broken)
