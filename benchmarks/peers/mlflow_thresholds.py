"""MLflow's own gate on metrics at hand: MetricThreshold and validate_evaluation_results."""

import json
import sys
from pathlib import Path

import mlflow
from mlflow.models import MetricThreshold
from mlflow.models.evaluation import EvaluationResult

metrics, report = sys.argv[1:]
values = json.loads(Path(metrics).read_text())
thresholds = {
    "accuracy": MetricThreshold(threshold=0.8, greater_is_better=True),
    "f1": MetricThreshold(threshold=0.85, greater_is_better=True),
    "roc_auc": MetricThreshold(threshold=0.9, greater_is_better=True),
    "latency_p95_ms": MetricThreshold(threshold=200, greater_is_better=False),
    "drift_psi": MetricThreshold(threshold=0.1, greater_is_better=False),
}
try:
    mlflow.validate_evaluation_results(thresholds, EvaluationResult(metrics=values, artifacts={}))
    code = 0
except mlflow.exceptions.MlflowException as error:
    print(error)
    code = 1
Path(report).write_text("| metric | value |\n|---|---|\n" + "".join(f"| {name} | {values[name]} |\n" for name in thresholds))
sys.exit(code)
