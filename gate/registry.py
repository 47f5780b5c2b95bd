"""Rooms and what is in them: room -> name -> module, loaded when it is used."""

from __future__ import annotations

import importlib
from typing import Any

from gate.errors import Problem, UsageError

_ROOMS: dict[str, dict[str, str]] = {
    "readers": {
        "metrics": "gate.readers.metrics",
        "decision": "gate.readers.decision",
        "sklearn": "gate.readers.sklearn",
        "confusion-matrix": "gate.readers.confusion_matrix",
        "k6": "gate.readers.k6",
        "junit": "gate.readers.junit",
        "mlflow": "gate.readers.mlflow",
        "mlflow-db": "gate.readers.mlflow_db",
        "mlflow-folder": "gate.readers.mlflow_folder",
        "pytest-benchmark": "gate.readers.pytest_benchmark",
        "prometheus": "gate.readers.prometheus",
        "prometheus-api": "gate.readers.prometheus_api",
        "huggingface": "gate.readers.huggingface",
        "trainer-state": "gate.readers.trainer_state",
        "wandb": "gate.readers.wandb",
        "lightning": "gate.readers.lightning",
        "keras": "gate.readers.keras",
        "dvc": "gate.readers.dvc",
        "dvc-diff": "gate.readers.dvc_diff",
        "evidently": "gate.readers.evidently",
        "evidently-legacy": "gate.readers.evidently_legacy",
        "great-expectations": "gate.readers.great_expectations",
        "lm-eval": "gate.readers.lm_eval",
        "lm-eval-samples": "gate.readers.lm_eval_samples",
        "tfma": "gate.readers.tfma",
        "tensorboard": "gate.readers.tensorboard",
        "promptfoo": "gate.readers.promptfoo",
        "deepeval": "gate.readers.deepeval",
    },
    "engines": {
        "duckdb": "gate.measure.engines.duckdb",
        "spark": "gate.measure.engines.spark",
        "postgres": "gate.measure.engines.postgres",
    },
    "reports": {
        "text": "gate.reports.text",
        "markdown": "gate.reports.markdown",
        "html": "gate.reports.html",
        "json": "gate.reports.json",
        "junit": "gate.reports.junit",
        "sarif": "gate.reports.sarif",
        "codequality": "gate.reports.codequality",
        "openmetrics": "gate.reports.openmetrics",
        "badge": "gate.reports.badge",
        "azure": "gate.reports.azure",
        "intoto": "gate.reports.intoto",
    },
    "baselines": {
        "file": "gate.baselines.file",
        "git": "gate.baselines.git",
        "ci": "gate.baselines.ci",
        "mlflow": "gate.baselines.mlflow",
        "run": "gate.baselines.run",
    },
    "history": {
        "sqlite": "gate.history.sql.sqlite",
        "postgres": "gate.history.sql.postgres",
        "git": "gate.history.git.git",
        "mlflow": "gate.history.mlflow.mlflow",
    },
    "revisions": {
        "git": "gate.revisions.git",
        "github": "gate.revisions.github",
        "gitlab": "gate.revisions.gitlab",
    },
    "packs": {
        "git": "gate.revisions.remote",
    },
    "actions": {
        "email": "gate.actions.email",
        "notify": "gate.actions.notify",
        "webhook": "gate.actions.webhook",
        "dispatch": "gate.actions.dispatch",
        "promote": "gate.actions.promote",
    },
    "hosts": {
        "github": "gate.hosts.github",
        "gitlab": "gate.hosts.gitlab",
        "others": "gate.hosts.others",
    },
}

# What a file must hold, byte for byte, before its reader is loaded and asked: a check starts with few modules.
# A reader without marks is asked about every file; of marks in a tuple of their own, one is enough.
_MARKS: dict[str, tuple[bytes | tuple[bytes, ...], ...]] = {
    "decision": (b'"verdict"', b'"exit_code"', b'"format"'),
    "sklearn": (b"precision", b"macro avg", b"support"),
    "confusion-matrix": (b"confusion_matrix",),
    "k6": (b'"metrics"', (b'"root_group"', b'"k6Version"')),
    "junit": (b"<testsuite",),
    "mlflow": (b'"run_id"', b'"data"'),
    "mlflow-db": (b"SQLite format 3\0", b"latest_metrics"),
    "mlflow-folder": (b'"mlflow_file_store"',),
    "pytest-benchmark": (b'"benchmarks"', b'"machine_info"'),
    "prometheus": (b"# TYPE ",),
    "prometheus-api": (b'"status"', (b'"resultType"', b'"errorType"')),
    "huggingface": (b"_samples_per_second", b"_steps_per_second", b"_runtime"),
    "trainer-state": (b'"log_history"', b'"global_step"'),
    "wandb": (b'"_wandb"',),
    "lightning": (b"step",),
    "keras": (b"epoch",),
    "dvc": (b'"data"',),
    "dvc-diff": (b'"old"', b'"new"'),
    "evidently": (b'"metric_name"', b'"metrics"', b"evidently:"),
    "evidently-legacy": (b'"metrics"', b'"metric"', b'"result"'),
    "great-expectations": (b'"success"', b'"statistics"'),
    "lm-eval": (b'"n-shot"', b'"versions"', b'"results"'),
    "lm-eval-samples": (b'"doc_id"', b'"filtered_resps"'),
    "tfma": ((b'"doubleValue"', b'"boundedValue"'),),
    "tensorboard": (b"brain.Event:",),
    "promptfoo": (b'"testPassCount"', b'"prompts"'),
    "deepeval": (b'"metricsScores"', b'"testCases"'),
}


def marked(name: str, data: bytes) -> bool:
    """Whether a file holds all that the reader's format cannot do without."""
    wanted = (mark if isinstance(mark, tuple) else (mark,) for mark in _MARKS.get(name, ()))
    return all(any(mark in data for mark in marks) for marks in wanted)


def names(room: str) -> tuple[str, ...]:
    """What the room holds, in its own order."""
    return tuple(_ROOMS[room])


def load(room: str, name: str) -> Any:
    """The module called `name`; its room's Protocol says what it offers. Raises UsageError for a name that is not there."""
    path = _ROOMS[room].get(name)
    if path is None:
        known = ", ".join(_ROOMS[room])
        raise UsageError(Problem("unknown-module", f"`{name[:80]}` is not one of the {room}", remedy=f"known: {known}"))
    return importlib.import_module(path)
