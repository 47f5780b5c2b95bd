"""Every key of `measure:` is a flag of the commands that read rows, and each flag is documented."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.cli import check, measure, rows
from gate.cli.command import Command, Parser
from gate.measure.definition import _FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "measure.md").read_text(encoding="utf-8")
COMMANDS: dict[str, Command] = {"measure": measure, "check": check}


def flags(command: str) -> dict[str, str]:
    """The flag that says each key."""

    def found() -> Iterator[tuple[str, str]]:
        for action in Parser(command, COMMANDS[command])._actions:
            if action.dest in _FIELDS:
                yield action.dest, action.option_strings[0]

    return dict(found())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_key_has_a_flag(command: str) -> None:
    assert set(flags(command)) == set(_FIELDS) == set(rows.KEYS)


def test_the_flags_are_the_same_in_both() -> None:
    assert flags("measure") == flags("check")


@pytest.mark.parametrize("key", _FIELDS)
def test_the_page_says_key_and_flag(key: str) -> None:
    line = next((line for line in PAGE.splitlines() if re.match(rf"\| [^|]*`{key}`", line)), "")
    assert f"`{flags('measure')[key]}" in line


def test_what_flags_say_is_what_a_policy_would() -> None:
    written = (
        "--scores cat=p_cat --scores dog=p_dog --column ms --column cost --slice a --slice b,c --cost fn=500 --ask mcc@top:3 "
        "--no-probability --threshold 0.25 --min-coverage 0.5 --task multiclass --cluster user --query q --reference r.parquet"
    )
    parser = argparse.ArgumentParser()
    rows.arguments(parser, "")
    assert rows.definition(parser.parse_args(written.split())) == {
        "scores": {"cat": "p_cat", "dog": "p_dog"},
        "columns": ["ms", "cost"],
        "slices": [("a",), ("b", "c")],
        "costs": {"fn": 500.0},
        "ask": ["mcc@top:3"],
        "probability": False,
        "threshold": 0.25,
        "min_coverage": 0.5,
        "task": "multiclass",
        "cluster": "user",
        "query": "q",
        "reference": "r.parquet",
    }


def test_no_flag_says_nothing() -> None:
    parser = argparse.ArgumentParser()
    rows.arguments(parser, "")
    assert rows.definition(parser.parse_args([])) == {}


@pytest.mark.parametrize("written", ["--scores=cat", "--labels==x", "--cost=fn", "--cost=fn=much"])
def test_a_pair_that_is_none_is_refused(written: str) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    rows.arguments(parser, "")
    with pytest.raises(argparse.ArgumentError):
        parser.parse_args([written])
