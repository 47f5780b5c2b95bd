"""Metrics from rows: `python benchmarks/measure.py [--rows N] [--rounds N] [--csv]`; `--growth` for rows, slices and columns.

126 slices (5 + 20 + 100, and the whole) and seven metrics with the exact AUC, beside pandas with scikit-learn. gate's side
has standard errors for all of them, and more metrics than the seven. Whole processes in turn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from processes import Job, in_turn, table

HERE = Path(__file__).parent
GATE = [sys.executable, "-m", "gate.cli.main", "measure"]
COLUMNS = ["--label", "y", "--score", "p"]
SLICES = [word for column in ("segment", "country", "device") for word in ("--slice", column)]


def made(folder: Path, rows: int, csv: bool = False) -> Path:
    """Rows of two classes with a score that is a probability, and three columns to slice by."""
    import duckdb

    path = folder / f"{rows}.{'csv' if csv else 'parquet'}"
    query = f"""
        select cast(random() < 1 / (1 + exp(-4 * (p - 0.5))) as tinyint) as y, round(p, 6) as p, round(q, 6) as q,
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
        Job("gate measure", [*GATE, path, *COLUMNS, *SLICES, "-o", "metrics.json"]),
        Job("gate measure, with a baseline", [*GATE, path, *COLUMNS, "--baseline-score", "q", *SLICES, "-o", "metrics.json"]),
    ]
    return table(in_turn(jobs, folder, rounds, warm_up=0))


def growth(folder: Path, rounds: int) -> str:
    jobs = []
    for rows in (100_000, 1_000_000, 4_000_000):
        path = str(made(folder, rows))
        jobs.append(Job(f"{rows:,} rows, 126 slices", [*GATE, path, *COLUMNS, *SLICES, "-o", "metrics.json"]))
    jobs.append(Job("4,000,000 rows, 1 slice", [*GATE, path, *COLUMNS, "-o", "metrics.json"]))
    return table(in_turn(jobs, folder, rounds, warm_up=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--csv", action="store_true")
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(growth(folder, options.rounds) if options.growth else compared(folder, options.rows, options.rounds, options.csv))


if __name__ == "__main__":
    main()
