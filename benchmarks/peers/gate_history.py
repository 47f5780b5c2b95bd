"""Ten numbers at each step of one run in SQLite, by gate: `gate_history.py single|batch|read STEPS`; read needs batch before."""

import sys
import time
from pathlib import Path

import gate
from gate.history.store import open_store

how, steps = sys.argv[1], int(sys.argv[2])
if how == "read":
    name = Path("gate.run").read_text()
    started = time.perf_counter()
    points = open_store("gate-batch.db", {}).points(name, "metric-3")
    assert len(points) == steps
else:
    with gate.run("fraud", store=f"gate-{how}.db") as run:
        started = time.perf_counter()
        for step in range(steps):
            numbers = {f"metric-{each}": step / (each + 1) for each in range(10)}
            if how == "batch":
                run.log_metrics(numbers, step=step)
            else:
                for metric, value in numbers.items():
                    run.log_metric(metric, value, step=step)
    Path("gate.run").write_text(run.id)
Path(f"gate-{how}.seconds").write_text(f"{time.perf_counter() - started:.3f}")
