"""Ten numbers at each step of one run in SQLite, by MLflow's own store: `mlflow_history.py single|batch|read STEPS`."""

import sys
import time
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric

how, steps = sys.argv[1], int(sys.argv[2])
client = MlflowClient("sqlite:///mlflow-batch.db" if how == "read" else f"sqlite:///mlflow-{how}.db")
if how == "read":
    name = Path("mlflow.run").read_text()
    started = time.perf_counter()
    assert len(client.get_metric_history(name, "metric-3")) == steps
else:
    found = client.get_experiment_by_name("fraud")
    experiment = found.experiment_id if found else client.create_experiment("fraud")
    name = client.create_run(experiment).info.run_id
    started = time.perf_counter()
    for step in range(steps):
        numbers = {f"metric-{each}": step / (each + 1) for each in range(10)}
        if how == "batch":
            now = int(time.time() * 1000)
            client.log_batch(name, [Metric(metric, value, now, step) for metric, value in numbers.items()])
        else:
            for metric, value in numbers.items():
                client.log_metric(name, metric, value, step=step)
    client.set_terminated(name)
    Path("mlflow.run").write_text(name)
Path(f"mlflow-{how}.seconds").write_text(f"{time.perf_counter() - started:.3f}")
