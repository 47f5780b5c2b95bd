"""The ledger as a file: added to, never taken for empty when it is damaged, safe for many writers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.app.holdout import ledger
from gate.app.holdout.ledger import Use
from gate.errors import InputError, OutputError
from gate.record import replace

USE = Use(
    test_set="a" * 64,
    predictions="b" * 64,
    policy="c" * 64,
    name="m",
    commit="",
    at="2026-06-01T00:00:00Z",
    share=0.5,
    passed=True,
)
OTHER = replace(USE, predictions="d" * 64, passed=False)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = str(tmp_path / "deep" / "holdout.jsonl")
    assert ledger.read(path) is None
    ledger.write(path, [USE])
    ledger.write(path, [USE, OTHER])
    assert ledger.read(path) == (USE, OTHER)
    assert os.listdir(tmp_path / "deep") == ["holdout.jsonl"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda _: "\n",
        lambda text: text[:-1],
        lambda text: text[:-20],
        lambda text: text.split("\n", 1)[1],
        lambda text: text.replace("gate_holdout", "gate_other"),
        lambda text: text.replace('"gate_holdout": 1', '"gate_holdout": 2'),
        lambda text: text + "\n",
        lambda text: text + "<<<<<<< ours\n",
        lambda text: text + "{}\n",
        lambda text: text + "[" * 100_000 + "\n",
        lambda text: text.replace("true", "1"),
        lambda text: text.replace("0.5", '"0.5"'),
        lambda text: text.replace("0.5", "true"),
        lambda text: text.replace("0.5", "0"),
        lambda text: text.replace("0.5", "-1"),
        lambda text: text.replace("0.5", "NaN"),
        lambda text: text.replace("0.5", "1.5"),
        lambda text: text.replace("a" * 64, ""),
        lambda text: text.replace('"name": "m"', '"name": null'),
        lambda text: text.replace('"name": "m", ', ""),
        lambda text: text.replace('"name": "m"', '"name": "m", "more": 1'),
    ],
)
def test_damage_is_an_error_and_not_an_empty_ledger(damage: object) -> None:
    broken = damage(ledger.text([USE]))  # type: ignore[operator]
    with pytest.raises(InputError) as error:
        ledger.parse(broken.encode(), "holdout.jsonl")
    assert error.value.problems[0].slug == "broken-ledger"
    assert error.value.problems[0].where is not None
    assert error.value.problems[0].where.line > 0


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(InputError):
        ledger.parse(ledger.text([USE]).encode() + b"\xff\xfe\n", "holdout.jsonl")


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        ledger.read(str(tmp_path))
    with pytest.raises(OutputError):
        ledger.write(str(tmp_path), [USE])


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = str(tmp_path / "file" / "holdout.jsonl")
    with pytest.raises(OutputError) as error:
        ledger.write(path, [USE])
    assert error.value.problems[0].slug == "ledger-unwritable"
    with pytest.raises(OutputError), ledger.alone(path):
        pass


def test_who_waits_too_long_gives_up(tmp_path: Path) -> None:
    path = str(tmp_path / "holdout.jsonl")
    with ledger.alone(path), pytest.raises(OutputError, match="another process"), ledger.alone(path, patience=0.05):
        pass
    with ledger.alone(path, patience=0.05):
        pass  # it was let go


WRITER = """
import sys
from gate.app.holdout import ledger
from gate.app.holdout.ledger import Use
path, who = sys.argv[1], sys.argv[2]
for number in range(15):
    with ledger.alone(path):
        uses = ledger.read(path) or ()
        new = Use(test_set="t", predictions=f"{who}-{number}", policy="", name="", commit="", at="", share=1.0, passed=False)
        ledger.write(path, (*uses, new))
"""


def test_no_use_of_many_writers_is_lost(tmp_path: Path) -> None:
    path = str(tmp_path / "holdout.jsonl")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(who)]) for who in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    uses = ledger.read(path)
    assert uses is not None
    assert len({use.predictions for use in uses}) == len(uses) == 60


def test_a_line_is_json_for_other_programs() -> None:
    lines = [json.loads(line) for line in ledger.text([USE]).splitlines()]
    assert lines[0] == {"gate_holdout": 1}
    assert lines[1]["test_set"] == USE.test_set
