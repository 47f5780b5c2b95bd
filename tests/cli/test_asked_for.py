"""Stale reports go when a command line is refused; what it reads never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.cli.check import asked_for
from gate.cli.main import main

METRICS = '{"accuracy": 0.9}'
POLICY = "gate: 1\nrules: [accuracy > 0.8]\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("m.json", "old.json"):
        (tmp_path / name).write_text(METRICS)
    for name in ("gate.yaml", "p.yaml"):
        (tmp_path / name).write_text(POLICY)
    return tmp_path


@pytest.mark.parametrize(
    "written",
    [
        ["check", "m.json", "-o", "m.json"],
        ["check", "m.json", "-om.json"],
        ["check", "m.json", "--output=m.json"],
        ["check", "x=m.json", "-o", "./m.json"],
        ["check", "m.json", "-b", "old.json", "-o", "old.json"],
        ["check", "m.json", "-bold.json", "-o", "old.json"],
        ["check", "m.json", "--baseline=old.json", "-o", "old.json"],
        ["check", "m.json", "-o", "json=gate.yaml"],
        ["check", "m.json", "-pp.yaml", "-o", "json=p.yaml"],
        ["diff", "m.json", "old.json", "-o", "old.json"],
        ["diff", "m.json", "none.json", "-o", "m.json"],
    ],
)
def test_what_is_read_stays(here: Path, written: list[str]) -> None:
    assert main(written) == 2
    assert (here / "m.json").read_text() == METRICS
    assert (here / "old.json").read_text() == METRICS
    assert (here / "gate.yaml").read_text() == POLICY
    assert (here / "p.yaml").read_text() == POLICY


@pytest.mark.parametrize("output", [["-o", "stale.md"], ["-ostale.md"], ["--output", "stale.md"], ["--output=stale.md"]])
def test_a_stale_report_goes_when_the_command_line_is_refused(here: Path, output: list[str]) -> None:
    for command in (["check", "m.json"], ["diff", "m.json", "old.json"]):
        (here / "stale.md").write_text("PASS")
        assert main([*command, *output, "--no-such-flag"]) == 2
        assert not (here / "stale.md").exists(), command


def test_an_output_without_a_name_is_none() -> None:
    assert asked_for(["check", "m.json", "-o"]) == []
