"""Drift of 25 columns, 1M rows against 1M: `python benchmarks/drift.py [--rows N] [--rounds N] [--evidently PYTHON]`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measure import ratios
from processes import Job, in_turn, table

NUMBERS, CATEGORIES = 20, (3, 10, 50, 200, 2_000)
OURS = """
from gate.measure.definition import Definition
from gate.measure.drift.drift import drift
from gate.measure.engines.engine import Effort
from gate.measure.source import open_rows
assert len(drift(open_rows("now.parquet"), open_rows("before.parquet"), Definition(reference="before.parquet"), Effort()))
"""
SCIPY = """
import pyarrow.parquet as pq
from scipy.stats import ks_2samp
one, other = pq.read_table("before.parquet"), pq.read_table("now.parquet")
for name in one.column_names:
    if name[0] == "x":
        ks_2samp(one[name].to_numpy(), other[name].to_numpy())
"""
EVIDENTLY = """
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset
Report([DataDriftPreset()]).run(pd.read_parquet("now.parquet"), pd.read_parquet("before.parquet")).dict()
"""


def write_rows(path: Path, seed: int, rows: int) -> None:
    """20 columns of numbers and 5 of text; the fourth has moved by a hundredth of its standard deviation."""
    draw = np.random.default_rng(seed)
    columns = {f"x{each}": draw.normal(0.01 * seed * (each == 3), each + 1, rows) for each in range(NUMBERS)}
    texts = {f"c{count}": pa.array([f"v{each}" for each in draw.integers(0, count, rows)]) for count in CATEGORIES}
    pq.write_table(pa.table({**columns, **texts}), path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    evidently = "the interpreter of an environment that has it (GATE_PEERS; see measure.py)"
    parser.add_argument("--evidently", default=os.environ.get("GATE_PEERS"), help=evidently)
    args = parser.parse_args()
    gate = str(Path(sys.executable).with_name("gate"))
    jobs = [
        Job("gate: drift", [sys.executable, "-c", OURS]),
        Job("gate measure --reference: drift, quality, rows", [gate, "measure", "now.parquet", "--reference", "before.parquet"]),
        Job("scipy ks_2samp of the 20 columns of numbers", [sys.executable, "-c", SCIPY]),
    ]
    jobs += [Job("evidently DataDriftPreset", [args.evidently, "-c", EVIDENTLY])] if args.evidently else []
    with tempfile.TemporaryDirectory() as folder:
        for seed, name in enumerate(("before", "now")):
            write_rows(Path(folder) / f"{name}.parquet", seed, args.rows)
        print(f"## Drift of {NUMBERS + len(CATEGORIES)} columns, {args.rows:,} rows against as many\n")
        runs = in_turn(jobs, Path(folder), args.rounds)
        print(f"{table(runs)}\n\n{ratios(runs, jobs[0].label)}")


if __name__ == "__main__":
    main()
