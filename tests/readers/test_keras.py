"""Keras's CSVLogger: the last epoch of the last run, and `NA` is no number."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import InputError
from gate.readers import keras
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements

SAMPLE = Path(__file__).parents[1] / "samples" / "keras" / "csvlogger.csv"


def read(text: str) -> Measurements:
    return keras.read(SourceFile("log.csv", text.encode()))


def values(text: str) -> dict[str, float | bool | None]:
    return {item.metric: item.value for item in read(text)}


def test_the_documented_shape_is_read() -> None:
    table = keras.read(SourceFile("log.csv", SAMPLE.read_bytes()))
    assert {item.metric: item.value for item in table} == {"accuracy": 0.88, "loss": 0.35, "val_accuracy": 0.87, "val_loss": 0.39}


def test_an_epoch_without_validation_leaves_the_last_validation() -> None:
    assert values("epoch,loss,val_loss\n0,3,NA\n1,2,0.5\n2,1,NA\n") == {"loss": 1, "val_loss": 0.5}


def test_a_run_that_never_validated_has_no_value() -> None:
    table = read("epoch,loss,val_loss\n0,3,NA\n")
    assert {item.metric: (item.value, item.problem) for item in table} == {"loss": (3, ""), "val_loss": (None, "null")}


def test_an_appended_run_starts_afresh() -> None:
    """`append=True` repeats no header; the epochs start again at 0, and what the first run measured is not the second's."""
    text = "epoch,loss,val_loss\n0,3,0.5\n1,2,0.25\n0,1,NA\n"
    assert values(text) == {"loss": 1, "val_loss": None}


def test_a_run_of_one_epoch_after_another_is_told_apart() -> None:
    assert values("epoch,val_loss\n0,0.5\n0,NA\n") == {"val_loss": None}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_separator_is_understood(separator: str) -> None:
    text = "epoch,loss,val_loss\n0,0.5,0.25\n".replace(",", separator)
    assert keras.recognises(SourceFile("log", text.encode()))
    assert values(text) == {"loss": 0.5, "val_loss": 0.25}


def test_a_list_in_a_cell_is_text() -> None:
    (found,) = read('epoch,a\n0,"[0.1, 0.2]"\n')
    assert (found.value, found.problem) == (None, "text")


@pytest.mark.parametrize("epoch", ["", "x", "nan", "-1", "epoch"])
def test_a_row_without_its_epoch_is_refused(epoch: str) -> None:
    with pytest.raises(InputError, match=r"log\.csv:3: .* a row without the number of its epoch"):
        read(f"epoch,loss\n0,1\n{epoch},1\n")


@pytest.mark.parametrize("text", ["epoch\n0\n", "epoch,step,a\n", '{"epoch": 1, "a": 2}', "epoch: 1, 2\n", "", "a,b\n"])
def test_others_are_not_recognised(text: str) -> None:
    assert not keras.recognises(SourceFile("m", text.encode()))
