"""Drift, quality and pitfalls of Spark's tables and frames are those of the same rows in a file."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gate.measure.source import open_rows
from tests.measure import inspected_elsewhere as rows
from tests.measure.test_spark import PYTHON, ROOT, needs_spark

pytestmark = needs_spark


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was measured by way of Spark, all in one session."""
    out = tmp_path_factory.mktemp("spark")
    probe = subprocess.run([PYTHON, "-c", "import duckdb, numpy, pyarrow"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this Python has no mlgate[measure,arrow] beside Spark")
    pq.write_table(rows.table(1, 0.5), out / "now.parquet")
    pq.write_table(rows.table(0), out / "before.parquet")
    program = [
        PYTHON,
        str(ROOT / "tests/measure/spark_inspected.py"),
        str(out / "now.parquet"),
        str(out / "before.parquet"),
        str(out),
    ]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(program, env=environ, cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return out


def told(folder: Path, name: str) -> list[list[Any]]:
    found: list[list[Any]] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["tables", "frames", "mixed"])
def test_the_same_is_measured(folder: Path, name: str) -> None:
    here = rows.told(rows.found(open_rows(str(folder / "now.parquet")), open_rows(str(folder / "before.parquet"))))
    assert rows.differences(here, told(folder, name)) == []


def test_of_large_tables_a_sample_is_compared_and_that_is_said(folder: Path) -> None:
    found = {(metric, on): (value, n) for metric, on, value, n, _ in told(folder, "sampled")}
    assert found["drift.sample_share", ""][0] == 0.25
    assert 150 < found["drift.ks", "feature=p"][1] < 350
    whole = {(metric, on): value for metric, on, value, _, _ in told(folder, "tables")}
    for metric in ("quality.rows", "quality.duplicate_row_rate", "quality.constant_columns"):
        assert found[metric, ""][0] == whole[metric, ""]


def test_nothing_is_left_in_the_session(folder: Path) -> None:
    assert json.loads((folder / "left.json").read_text(encoding="utf-8")) == []
