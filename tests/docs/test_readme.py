"""The README: two commands that set everything up, and workflows that are pinned as ours are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = [line for line in README.splitlines() if ".venv/bin/" in line]


def test_two_commands_do_everything() -> None:
    check, tests = SETUP
    assert check == (
        "python3 -m venv .venv && .venv/bin/pip install . && "
        ".venv/bin/gate check examples/breast-cancer/metrics.json -p examples/breast-cancer/gate.yaml"
    )
    assert tests == ".venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"


def test_the_version_is_the_one_of_the_changelog() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0] == version[1]


def test_exit_codes_are_those_of_the_program() -> None:
    from gate.cli.main import BUG, INTERRUPTED, USAGE
    from gate.terms.decision import EXIT_CODES

    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert codes == {*EXIT_CODES.values(), USAGE, BUG, INTERRUPTED}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)} == codes - {INTERRUPTED}
