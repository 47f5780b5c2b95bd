"""The catalogue of metrics, and which engine was seen to compute each as others do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from gate.measure.metrics import catalogue
from gate.measure.metrics.metric import Described
from gate.terms.metric import Direction

ENGINES = {"duckdb": "DuckDB", "postgres": "PostgreSQL", "spark": "Spark"}
BEYOND = {
    "drift": "gate.measure.drift.catalogue",
    "quality of data": "gate.measure.quality",
    "pitfalls": "gate.measure.pitfalls",
}
TABLES = {
    "cells": "counts", "scores": "ranks", "ranks": "ranks", "bins": "ranks", "places": "counts", "overlaps": "counts",
    "labels": "counts",
    "errors": "sums", "relative_errors": "sums", "largest_error": "sums", "columns": "sums", "extremes": "sums",
    "queries": "sums by query", "passes": "sums by query", "results": "counts", "error_order": "sorted rows",
    "column_order": "sorted rows", "points": "sorted rows", "by_name": "rows in memory", "flips": "counts",
}  # fmt: skip
_PLACE = re.compile(r"(<!-- metrics: ([a-z_ ]+) -->\n).*?(?=^<!-- end -->$)", re.DOTALL | re.MULTILINE)


def filled(page: str, root: Path) -> str:
    """The page with its tables of metrics written."""
    if not _PLACE.search(page):
        return page
    seen = json.loads((root / "docs" / "conformance.json").read_text(encoding="utf-8"))
    families = {**catalogue.described(), **{name: list(import_module(module).METRICS) for name, module in BEYOND.items()}}
    asked = {match[2] for match in _PLACE.finditer(page)}
    if asked != set(families):
        raise AssertionError(f"families of metrics that the page lacks, or has too many: {sorted(asked ^ set(families))}")
    return _PLACE.sub(lambda match: match[1] + _table(families[match[2]], match[2], seen), page)


def _table(described: Sequence[Described], family: str, seen: dict[str, Any]) -> str:
    head = ["metric", "means", "better", "range", "needs", "as", *ENGINES.values()]
    rows = [head, [*["---"] * 6, *[":-:"] * len(ENGINES)], *(_row(each, family, seen) for each in described)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(each: Described, family: str, seen: dict[str, Any]) -> list[str]:
    better = {Direction.HIGHER: "higher", Direction.LOWER: "lower", None: ""}[each.better]
    marks = ["✓" if each.name in seen.get(engine, {}).get(family, ()) else "" for engine in ENGINES]
    by_hand = "by hand" if any(marks) else ""
    oracle = f"`{each.oracle}`" if each.oracle and each.oracle != "the same" else each.oracle or by_hand
    needs = ", ".join(dict.fromkeys(_needed(each)))
    return [f"`{each.name}`", each.means, better, _range(each), needs, oracle, *marks]


def _needed(each: Described) -> Iterator[str]:
    for name in each.needs:
        yield TABLES.get(name, name)


def _range(each: Described) -> str:
    if each.low is None and each.high is None:
        return ""
    return f"{'' if each.low is None else f'{each.low:g}'}…{'' if each.high is None else f'{each.high:g}'}"
