"""Tables of every family: written and read again they say the same, and sizes that no number has are refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gate.errors import InputError
from gate.measure import tally_file
from gate.measure.definition import from_mapping
from gate.measure.engines import duckdb
from gate.measure.engines.engine import Effort
from gate.measure.measurements import measurements
from gate.measure.source import of_frame, open_rows
from gate.terms.tally import Tally
from tests.measure import conformance

MORE: dict[str, dict[str, Any]] = {
    "many-labels": {"labels": {"x": "y", "z": "truth"}, "predictions": {"x": "h", "z": "g"}, "slices": ["region"]},
    "passes": {"columns": ["truth"], "query": "query", "ask": ["pass@3"]},
    "by-name": {"label": "y", "score": "p", "ask": ["sklearn:hamming_loss", "expected_cost@best"], "costs": {"fn": 5}},
}
ASKED = {
    **{
        name: each
        for name, each in conformance.ASKED.items()
        if name in ("class-scores", "numbers", "columns", "queries", "points")
    },
    **MORE,
}


def counted(asked: dict[str, Any]) -> Tally:
    return duckdb.tally(of_frame(conformance.table()), from_mapping(asked), Effort(threads=1))


@pytest.mark.parametrize("name", ASKED)
def test_a_tally_says_the_same_when_read_again(name: str, tmp_path: Path) -> None:
    tally = counted(ASKED[name])
    path = tmp_path / "part.tally.json"
    path.write_text(tally_file.write(tally), encoding="utf-8")
    again = tally_file.read(str(path))
    assert [each.same_as(other) for each, other in zip(measurements(tally), measurements(again), strict=True)].count(False) == 0
    assert tally_file.write(again) == tally_file.write(tally)


@pytest.mark.parametrize("name", ASKED)
def test_rows_in_a_file_and_in_memory_are_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(conformance.table(), path)
    from_file = duckdb.tally(open_rows(str(path)), from_mapping(ASKED[name]), Effort(threads=1))
    assert conformance.differences(from_file, counted(ASKED[name])) == []


def test_a_size_that_no_number_has_is_refused(tmp_path: Path) -> None:
    told = json.loads(tally_file.write(counted(ASKED["columns"])))
    told["tables"]["columns"]["rows"][0][3] = 10**9
    path = tmp_path / "hostile.tally.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputError, match="a size that none has"):
        measurements(tally_file.read(str(path)))


def test_a_pipe_is_no_tally_and_nobody_waits_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "part.tally.json"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="a device or a pipe"):
        tally_file.read(str(pipe))
