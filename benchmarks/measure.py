"""Metrics from rows: `python benchmarks/measure.py [--rows N] [--rounds N] [--csv]`; `--counts` for flat memory.

126 slices (5 + 20 + 100, and the whole) and seven metrics with the exact AUC, beside pandas with scikit-learn and, where
GATE_PEERS names the interpreter of an environment that has it (`pip install polars evidently scikit-learn 'pandas<3' pyarrow`),
polars. gate's side has standard errors for all of them, and more metrics than the seven. Whole processes in turn.
How it grows with rows, slices and columns: growth.py. Drift beside Evidently: drift.py.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from processes import Job, Run, in_turn, table

HERE = Path(__file__).parent
GATE = [sys.executable, "-m", "gate.cli.main", "measure"]
GATE_ALONE = "gate measure"
COLUMNS = ["--label", "y", "--score", "p"]
SLICES = [word for column in ("segment", "country", "device") for word in ("--slice", column)]


def made(folder: Path, rows: int, csv: bool = False, predictions: bool = False) -> Path:
    """Rows of two classes with a score that is a probability, or with predictions, and three columns to slice by."""
    import duckdb

    path = folder / f"{rows}.{'csv' if csv else 'parquet'}"
    said = "cast(p >= 0.5 as tinyint) as h" if predictions else "round(p, 6) as p, round(q, 6) as q"
    query = f"""
        select cast(random() < 1 / (1 + exp(-4 * (p - 0.5))) as tinyint) as y, {said},
               's' || hash(i) % 5 as segment, 'c' || hash(i + 7) % 20 as country, 'd' || hash(i + 13) % 100 as device
        from (select range as i, random() as p, random() as q from range({rows}))"""
    with duckdb.connect() as connection:
        connection.execute("select setseed(0.42)")
        connection.execute(f"copy ({query}) to '{path}'")
    return path


def compared(folder: Path, rows: int, rounds: int, csv: bool) -> str:
    path = str(made(folder, rows, csv))
    jobs = [
        Job("pandas + scikit-learn", [sys.executable, str(HERE / "peers" / "pandas_sklearn.py"), path]),
        Job(GATE_ALONE, [*GATE, path, *COLUMNS, *SLICES]),
        Job("gate measure -o metrics.json, with what joint tests need", [*GATE, path, *COLUMNS, *SLICES, "-o", "metrics.json"]),
        Job("gate measure, with a baseline", [*GATE, path, *COLUMNS, "--baseline-score", "q", *SLICES]),
    ]
    if peers := os.environ.get("GATE_PEERS"):
        jobs.insert(1, Job("polars", [peers, str(HERE / "peers" / "polars_metrics.py"), path]))
    runs = in_turn(jobs, folder, rounds, warm_up=0)
    return f"{table(runs)}\n\n{ratios(runs, GATE_ALONE)}"


def counts(folder: Path, rows: int, rounds: int) -> str:
    """Labels and predictions alone, of a tenth of the rows and of all: what memory they take."""
    few, many = (f"{each:,} rows, 126 slices, counts" for each in (rows // 10, rows))
    jobs = [
        Job(
            label,
            [*GATE, str(made(folder, each, predictions=True)), "--label", "y", "--prediction", "h", *SLICES, "-o", "m.json"],
        )
        for label, each in ((few, rows // 10), (many, rows))
    ]
    runs = in_turn(jobs, folder, rounds, warm_up=0)
    wall, peak = (middle(runs[many], name) / middle(runs[few], name) for name in ("wall", "peak"))
    return f"{table(runs)}\n\nrows × 10: wall × {wall:.2f}, peak memory × {peak:.2f}"


def ratios(runs: dict[str, list[Run]], ours: str) -> str:
    """How many times as long, and as much memory, others take, each from medians."""
    told = []
    for label in runs:
        if label != ours:
            wall, cpu, peak = (middle(runs[label], name) / middle(runs[ours], name) for name in ("wall", "cpu", "peak"))
            told.append(f"{label} / {ours}: wall × {wall:.2f}, cpu × {cpu:.2f}, peak memory × {peak:.2f}")
    return "\n".join(told)


def middle(runs: list[Run], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="10,000,000; with --counts 100,000,000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--csv", action="store_true")
    parser.add_argument("--counts", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.counts:
            print(counts(folder, options.rows or 100_000_000, options.rounds))
        else:
            print(compared(folder, options.rows or 10_000_000, options.rounds, options.csv))


if __name__ == "__main__":
    main()
