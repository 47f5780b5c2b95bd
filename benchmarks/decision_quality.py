"""How often verdicts are wrong: `python benchmarks/decision_quality.py [--draws N] [--only PART…] [--jobs N] [--json FILE]`.

The whole judge, with `confidence: 95%`, on rows drawn so that the true value is the threshold: a pass is a false pass, a
fail a false fail. `--check` counts some draws with DuckDB, too, and compares all numbers. `--show FILE` prints a result.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

for each in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(each, "1")

from quality import report  # noqa: E402
from quality.cell import Row, run  # noqa: E402
from quality.grid import PARTS  # noqa: E402

SEED = 20261122


class Task(NamedTuple):
    part: str
    at: int


def work(task: Task, draws: int) -> tuple[Task, list[Row], float]:
    started = perf_counter()
    cell = list(PARTS[task.part]())[task.at]
    seed = SEED + 1000 * list(PARTS).index(task.part) + task.at
    return task, run(cell, draws, seed), perf_counter() - started


def measure(parts: Sequence[str], draws: int, jobs: int) -> tuple[list[Row], dict[str, float]]:
    """The rows of the result in the grid's order, and how long each part took on one core, in seconds."""
    tasks = [Task(part, index) for part in parts for index, _ in enumerate(PARTS[part]())]
    found: dict[Task, list[Row]] = {}
    seconds = dict.fromkeys(parts, 0.0)
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(work, task, draws) for task in tasks]
        for done in as_completed(waiting):
            task, rows, took = done.result()
            found[task] = rows
            seconds[task.part] += took
            if sys.stderr.isatty() or os.environ.get("PROGRESS"):
                print(f"{len(found)}/{len(tasks)} {task.part} {task.at} {took:.1f} s", file=sys.stderr, flush=True)
    return [row for task in tasks for row in found[task]], seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        from quality import rows

        print(f"{rows.check():,} numbers are those of DuckDB")
        return
    if options.show:
        told: dict[str, Any] = json.loads(options.show.read_text(encoding="utf-8"))
        print(report.text([Row(**row) for row in told["rows"]], told["draws"], told["seconds"]))
        return
    rows_, seconds = measure(options.only, options.draws, options.jobs)
    if options.json:
        told = {"draws": options.draws, "seconds": seconds, "rows": [asdict(row) for row in rows_]}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(report.text(rows_, options.draws, seconds))


if __name__ == "__main__":
    main()
