"""Evidently up to 0.6: the JSON of a report, whose metrics hold mappings of results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gate.readers.draft import LOWER, Draft
from gate.readers.source import SourceFile
from gate.readers.values import kind
from gate.terms.measurements import Measurements

_DRIFT_SHARES = frozenset(("share_of_drifted_columns", "number_of_drifted_columns"))


def recognises(file: SourceFile) -> bool:
    """Whether every entry of `metrics` is a name with a mapping of results."""
    document = file.mapping
    metrics = document.get("metrics") if document is not None else None
    return isinstance(metrics, list) and len(metrics) > 0 and all(map(_is_metric, metrics))


def read(file: SourceFile) -> Measurements:
    """Every number of every result, under the metric and its column. Raises InputError, DocumentError."""
    draft = Draft(file, "a report of Evidently")
    listed = draft.list(draft.mapping(file.document, "the file").get("metrics"), "metrics")
    for index, metric in enumerate(listed):
        inside = draft.mapping(metric, f"metrics[{index}]")
        result = draft.mapping(inside.get("result"), f"metrics[{index}].result")
        name = draft.text(inside.get("metric"), f"metrics[{index}].metric")
        column = result.get("column_name")
        prefix = f"{name}.{column}" if isinstance(column, str) and column else name
        for path, value in _leaves(result):
            if isinstance(value, (str, list)):
                draft.leave(f"{prefix}.{path}", kind(value))
            else:
                draft.add(f"{prefix}.{path}", value, better=LOWER if path in _DRIFT_SHARES else None)
    return draft.finished()


def _is_metric(metric: Any) -> bool:
    return isinstance(metric, dict) and isinstance(metric.get("metric"), str) and isinstance(metric.get("result"), dict)


def _leaves(mapping: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in mapping.items():
        if isinstance(value, dict):
            for path, leaf in _leaves(value):
                yield f"{key}.{path}", leaf
        else:
            yield key, value
