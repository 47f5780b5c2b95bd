"""Lightning's metrics.csv: sparse rows, of which the last that has a value counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import InputError
from gate.readers import lightning
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements

SAMPLE = Path(__file__).parents[1] / "samples" / "lightning" / "metrics.csv"


def source(text: str, name: str = "metrics.csv") -> SourceFile:
    return SourceFile(name, text.encode())


def values(text: str) -> dict[str, float | bool | None]:
    return {item.metric: item.value for item in lightning.read(source(text))}


def read_sample() -> Measurements:
    return lightning.read(SourceFile("metrics.csv", SAMPLE.read_bytes()))


def test_the_tools_own_file_is_read_and_empty_cells_are_passed_over() -> None:
    assert {item.metric: item.value for item in read_sample()} == {
        "train/loss": 0.00010715041571529582,
        "val/acc": 0.9000000357627869,
        "val_loss": 0.007301758974790573,
    }


def test_each_value_knows_its_line() -> None:
    assert {item.metric: item.where and item.where.line for item in read_sample()} == {
        "train/loss": 6,
        "val/acc": 7,
        "val_loss": 7,
    }


def test_epoch_and_step_are_no_metrics() -> None:
    assert [each.name for each in read_sample().unused] == ["epoch", "step"]


def test_the_last_value_counts_even_where_it_is_no_number() -> None:
    found = lightning.read(source("epoch,step,a,b,c\n0,1,0.5,0.5,\n0,2,nan,x,\n")).get("a", next(iter(read_sample())).slice)
    assert found is not None
    assert (found.value, found.problem) == (None, "not a number (NaN)")
    table = lightning.read(source("epoch,step,a,b,c\n0,1,0.5,0.5,\n0,2,nan,x,\n"))
    assert {item.metric: item.problem for item in table} == {"a": "not a number (NaN)", "b": "text", "c": "null"}


def test_validations_without_an_epoch_are_read() -> None:
    assert values("step,acc\n1,0.5\n2,0.75\n") == {"acc": 0.75}


def test_windows_line_ends_and_blank_lines_are_read() -> None:
    assert values('step,"val, acc"\r\n1,0.5\r\n\r\n') == {"val_acc": 0.5}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("step,a\n1,2,3\n", "metrics.csv:2: not a metrics.csv of Lightning: a row of 3 values under 2 names"),
        ("step,a,b\n1,2,3\n1,2\n", "metrics.csv:3: not a metrics.csv of Lightning: a row of 2 values under 3 names"),
        ("step,a,a\n1,2,3\n", "the column `a` stands twice"),
        ('step,a\n1,"2\n', "no CSV"),
        ("step,a b,a?b\n1,2,3\n", "would both be called `a_b`"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        lightning.read(source(text))
    assert said in str(caught.value)


def test_a_header_alone_measures_nothing() -> None:
    assert values("epoch,step,a\n") == {}


@pytest.mark.parametrize(
    "text", ["epoch,step\n1,2\n", "epoch,a\n", '{"step": 1, "a": 2}', "step: 1, 2\n", "", "# step,a\n", "<step,a>"]
)
def test_others_are_not_recognised(text: str) -> None:
    assert not lightning.recognises(source(text, "m"))


def test_a_name_of_json_is_not_taken_for_csv() -> None:
    assert not lightning.recognises(source("step,a\n1,2\n", "m.json"))
