"""Words in CSV that an engine would take for true and false stay the words that people wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

import gate
from gate.errors import InputError
from gate.terms.slice import WHOLE, Slice

ROWS = 40


def rows(folder: Path, yes: str, no: str) -> str:
    lines = [f"{yes if n % 4 == 0 else no},{0.9 if n % 4 == 0 else 0.2},{no if n % 2 else yes}" for n in range(ROWS)]
    path = folder / "rows.csv"
    path.write_text("\n".join(["y,p,flag", *lines]) + "\n")
    return str(path)


@pytest.mark.parametrize(("yes", "no"), [("yes", "no"), ("Y", "N"), ("t", "f"), ("Yes", "No")])
def test_a_label_is_what_the_file_says(tmp_path: Path, yes: str, no: str) -> None:
    found = gate.measure(rows(tmp_path, yes, no), label="y", score="p", positive=yes, slices=["flag"])
    recall = {on: item.support.n for on, item in found.slices_of("recall").items()}
    assert recall[WHOLE] == recall[Slice.of({"flag": yes})] == 10
    assert set(found.slices_of("rows")) == {WHOLE, Slice.of({"flag": yes}), Slice.of({"flag": no})}


@pytest.mark.parametrize(("yes", "no"), [("true", "false"), ("TRUE", "FALSE")])
def test_true_and_false_are_booleans(tmp_path: Path, yes: str, no: str) -> None:
    found = gate.measure(rows(tmp_path, yes, no), label="y", score="p", slices=["flag"])
    assert set(found.slices_of("rows")) == {WHOLE, Slice.of({"flag": "true"}), Slice.of({"flag": "false"})}


def test_without_a_positive_label_the_message_shows_the_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has `no`, `yes`"):
        gate.measure(rows(tmp_path, "yes", "no"), label="y", score="p")
