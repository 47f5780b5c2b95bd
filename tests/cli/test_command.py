"""The parser: options and files in any order, and `--`."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.cli import check
from gate.cli.command import Parser
from gate.cli.main import main


@pytest.mark.parametrize(
    ("words", "inputs", "now"),
    [
        ("a.json -p p.yaml b.json", ["a.json", "b.json"], ""),
        ("--now 2026-01-01 a.json", ["a.json"], "2026-01-01"),
        ("-p p.yaml -- --now=2026-01-01 a.json", ["--now=2026-01-01", "a.json"], ""),
        ("a.json -- -p", ["a.json", "-p"], ""),
        ("-- a.json -- b.json", ["a.json", "--", "b.json"], ""),
        ("a.json --", ["a.json"], ""),
        ("-- -", ["-"], ""),
    ],
)
def test_what_stands_after_two_dashes_is_a_file(words: str, inputs: list[str], now: str) -> None:
    args = Parser("check", check).parse(words.split())
    assert (args.inputs, args.now) == (inputs, now)


def test_a_file_after_two_dashes_is_not_taken_for_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept.json").write_text("{}")
    assert main(["check", "--unknown", "--", "-o", "kept.json"]) == 2
    assert (tmp_path / "kept.json").read_text() == "{}"
