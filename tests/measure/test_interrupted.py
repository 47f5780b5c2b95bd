"""Ctrl-C while rows are counted: nothing is left behind, and it is no bug of gate's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROWS = """
    select cast(random() < p as tinyint) as y, p, 's' || hash(i) % 50 as s, 't' || hash(i + 1) % 50 as t
    from (select range as i, random() as p from range(6000000))"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.8, 1.6])
def test_nothing_is_left_behind(tmp_path: Path, after: float) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"copy ({ROWS}) to '{tmp_path}/rows.parquet'")
    spill = tmp_path / "tmp"
    spill.mkdir()
    (tmp_path / "m.json").write_text("an earlier run's")
    words = ["measure", "rows.parquet", "--label", "y", "--score", "p", "--slice", "s", "--slice", "t", "-o", "m.json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gate.cli.main", *words],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(spill)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "gate: interrupted; no report was written\n")
    assert list(spill.iterdir()) == []
    assert not (tmp_path / "m.json").exists()
