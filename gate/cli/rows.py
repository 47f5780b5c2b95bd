"""Flags that say what the columns of rows mean: one for every key of a policy's `measure:`."""

from __future__ import annotations

import argparse
from typing import Any

_COLUMNS = {
    "label": "what really happened",
    "prediction": "what the model said, as a label",
    "score": "the score of the positive label",
    "baseline-prediction": "what another model said of the same rows",
    "baseline-score": "its score",
    "weight": "the weight of a row",
    "id": "what the row is called",
    "cluster": "what rows of one user, document … have in common",
    "timestamp": "when the row happened",
    "query": "rows of one query are ranked together",
}
_FILES = {
    "reference": "rows to compare distributions with: drift.psi[feature=…], quality.…",
    "train": "the rows that the model has learned from: pitfalls.…",
}
_BY_CLASS = {
    "scores": "the score of one class of many",
    "labels": "rows of many labels: whether the row is of this class",
    "predictions": "rows of many labels: whether the model says so",
}
_LISTS = {
    "column": ("columns", "COLUMN", "a number to summarise: latency_ms.p95, cost.mean"),
    "feature": ("features", "COLUMN", "a column to compare with the reference, instead of all"),
    "ask": ("ask", "NAME", "measure this, too: recall@fpr:0.01, drift.domain_auc, quality, pitfalls"),
}
_NUMBERS = {
    "threshold": ("SCORE", "predict positive from this score on (0.5)"),
    "baseline-threshold": ("SCORE", "the same of the baseline's score"),
    "min-coverage": ("SHARE", "share of rows that need a label (0.95)"),
}
KEYS = (
    *(name.replace("-", "_") for name in (*_COLUMNS, *_NUMBERS)), *_FILES, *_BY_CLASS, "columns", "features", "ask", "costs",
    "slices", "task", "positive", "probability", "nan",
)  # fmt: skip


def arguments(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the flags, and who counts; `what` says how they stand to a policy's `measure:`."""
    add = parser.add_argument_group("rows", what).add_argument
    for name, help_ in _COLUMNS.items():
        add(f"--{name}", metavar="COLUMN", help=help_)
    for name, help_ in _FILES.items():
        add(f"--{name}", metavar="FILE", help=help_)
    for name, help_ in _BY_CLASS.items():
        add(f"--{name}", action="append", type=_pair, metavar="CLASS=COLUMN", help=f"{help_}; repeat it")
    for name, (key, metavar, help_) in _LISTS.items():
        add(f"--{name}", dest=key, action="append", metavar=metavar, help=f"{help_}; repeat it")
    slices = "measure by the values of these columns, too; several are crossed; repeat it"
    add("--slice", dest="slices", action="append", type=_crossed, metavar="COLUMN[,COLUMN…]", help=slices)
    costs = "what one fn, fp, tp or tn costs: expected_cost; repeat it"
    add("--cost", dest="costs", action="append", type=_cost, metavar="NAME=NUMBER", help=costs)
    for name, (metavar, help_) in _NUMBERS.items():
        add(f"--{name}", type=float, metavar=metavar, help=help_)
    add("--positive", metavar="LABEL", help="the positive label, where it is not 1 or true")
    add("--task", metavar="TASK", help="binary, multiclass, multilabel, regression or ranking, where columns do not tell")
    add("--no-probability", dest="probability", action="store_const", const=False, help="a score may be any number")
    add("--nan", choices=("refuse", "exclude"), help="rows whose score is no number: stop, or count and leave out")
    engine = "who counts: duckdb, here, or spark; a table is counted where it is"
    add("--engine", default="duckdb", metavar="NAME", help=engine)
    add("--memory", default="", metavar="SIZE", help="the most memory to count with, such as 4GB")


def definition(args: argparse.Namespace) -> dict[str, Any]:
    """What the flags say, as a policy's `measure:` would."""
    told = {key: value for key in KEYS if (value := getattr(args, key)) is not None}
    return {key: dict(value) if key in (*_BY_CLASS, "costs") else value for key, value in told.items()}


def files(args: argparse.Namespace) -> list[str]:
    """The files that the flags name, which are read."""
    return [path for role in _FILES if (path := getattr(args, role))]


def _pair(written: str) -> tuple[str, str]:
    name, equals, column = written.partition("=")
    if not (name and equals and column):
        raise argparse.ArgumentTypeError(f"`{written[:40]}` is not CLASS=COLUMN")
    return name, column


def _cost(written: str) -> tuple[str, float]:
    name, _, number = written.partition("=")
    try:
        return name, float(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{written[:40]}` is not NAME=NUMBER, such as fn=500") from None


def _crossed(written: str) -> tuple[str, ...]:
    return tuple(written.split(","))
