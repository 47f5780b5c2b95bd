"""Frames in memory: whichever way they lie there they count alike, and their digests know them again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import gate
from gate.errors import GateError
from gate.measure.definition import from_mapping
from gate.measure.engines import duckdb
from gate.measure.engines.duckdb_frames import laid_out
from gate.measure.engines.engine import Effort
from gate.measure.frame_digest import digest
from gate.measure.source import of_frame
from gate.measure.tally import merge
from gate.terms.slice import WHOLE
from gate.terms.tally import Tally
from tests.measure.rows import rows, value

KINDS: dict[str, Callable[[Any], Any]] = {
    "mapping": lambda data: data,
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "arrow": pa.table,
}


def counted(frame: Any) -> Tally:
    return duckdb.tally(of_frame(frame), from_mapping({"label": "y", "score": "p"}), Effort(threads=1, portable=True))


@pytest.mark.parametrize("kind", KINDS)
def test_equal_content_is_known_again_and_other_content_is_not(kind: str) -> None:
    make = KINDS[kind]
    one = digest(make(rows(0)))
    assert len(one) == 64
    assert one == digest(make({name: column.copy() for name, column in rows(0).items()}))
    changed = rows(0)
    changed["p"] = np.where(np.arange(400) == 399, 0.123, changed["p"])
    renamed = {"label" if name == "y" else name: column for name, column in rows(0).items()}
    assert len({one, digest(make(changed)), digest(make(renamed)), digest(make(rows(1)))}) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_frame_does_not_count_twice(kind: str) -> None:
    make = KINDS[kind]
    with pytest.raises(GateError, match="would count twice"):
        merge([counted(make(rows(0))), counted(make(rows(0)))])
    both = merge([counted(make(rows(0))), counted(make(rows(1)))])
    assert sum(row[0] for key, row in both["cells"].rows.items() if key[0] == WHOLE) == 800


def test_how_a_frame_lies_in_memory_is_not_its_content() -> None:
    whole = pa.table(rows(0))
    parts = pa.concat_tables([whole.slice(0, 100), whole.slice(100)])
    assert digest(whole) == digest(parts)
    frame = pl.DataFrame(rows(0))
    assert digest(frame) == digest(pl.concat([frame[:100], frame[100:]], rechunk=False))
    assert digest(pd.DataFrame(rows(0))[::-1]) == digest(pd.DataFrame(rows(0))[::-1].copy())


def test_what_is_missing_counts() -> None:
    frames = [pd.DataFrame({"a": pd.array([1, each, 3], dtype="Int64")}) for each in (2, None)]
    assert digest(frames[0]) != digest(frames[1])
    masked = [{"a": np.ma.MaskedArray(np.arange(3), [0, each, 0])} for each in (0, 1)]
    assert digest(masked[0]) != digest(masked[1])


def test_objects_that_are_no_values_have_no_digest() -> None:
    assert digest(pd.DataFrame({"a": [object(), 1]})) == ""
    assert digest(object()) == ""


def test_without_pyarrow_pandas_frames_have_one_as_well() -> None:
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import pandas as pd; from gate.measure.frame_digest import digest\n"
        "print(digest(pd.DataFrame({'a': [1, 2]})), digest(pd.DataFrame({'a': [2, 1]})))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    one, other = done.stdout.split()
    assert one != other
    assert len(one) == 64


def test_measurements_say_which_rows_they_are_of() -> None:
    frame = pd.DataFrame(rows(0))
    assert gate.measure(frame, label="y", score="p").sources[0].sha256 == digest(frame)


@pytest.mark.parametrize(
    "turn",
    [
        lambda data: {name: column[::-1] for name, column in data.items()},
        lambda data: pd.DataFrame(data).iloc[::-1],
        lambda data: pd.DataFrame({name: column[::-1] for name, column in data.items()}, copy=False),
        lambda data: data | {"p": data["p"].astype(">f8")},
        lambda data: pd.DataFrame(data | {"p": data["p"].astype(">f8")}),
        lambda data: data | {"p": np.repeat(data["p"], 2)[::2]},
        lambda data: data | {"y": np.ma.MaskedArray(data["y"][::-1], np.zeros(400))[::-1]},
    ],
    ids=["arrays", "frame", "views", "foreign", "foreign-frame", "steps", "masked"],
)
def test_columns_may_run_backwards(turn: Callable[[Any], Any]) -> None:
    straight, turned = counted(rows(0)), counted(turn(rows(0)))
    assert straight["cells"].rows == turned["cells"].rows
    assert straight["scores"].rows == turned["scores"].rows


def test_arrays_of_python_may_run_backwards() -> None:
    data = rows(0)
    here = gate.measure(y_true=data["y"], y_score=data["p"], slices={"region": data["region"]})
    there = gate.measure(y_true=data["y"][::-1], y_score=data["p"][::-1], slices={"region": data["region"][::-1]})
    assert value(here, "roc_auc") == value(there, "roc_auc")
    assert value(here, "recall", region="eu") == value(there, "recall", region="eu")


def test_what_lies_well_is_not_copied() -> None:
    frame = pd.DataFrame(rows(0))
    assert laid_out(frame) is frame
    data = rows(0)
    assert laid_out(data)["p"] is data["p"]


def test_names_twice_stay_as_they_are() -> None:
    frame = pd.DataFrame(np.arange(6.0).reshape(3, 2)[::-1], columns=["a", "a"])
    assert laid_out(frame).to_numpy().tolist() == frame.to_numpy().tolist()
