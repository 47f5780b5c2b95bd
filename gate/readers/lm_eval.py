"""lm-evaluation-harness' `results_*.json`: for every task and group its metrics, keyed `metric,filter`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from gate.readers.draft import HIGHER, LOWER, Draft
from gate.readers.source import SourceFile
from gate.readers.values import is_number, kind
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction

TOOL = "lm-evaluation-harness"
_NO_FILTER = "none"
_STDERR = "_stderr"
_AGREES = 1e-6


def recognises(file: SourceFile) -> bool:
    """Whether it has results of tasks with the number of shots and the versions of the tasks."""
    document = file.mapping
    parts = ("results", "n-shot", "versions")
    return document is not None and all(isinstance(document.get(part), dict) for part in parts)


def read(file: SourceFile) -> Measurements:
    """`task/acc`, with another filter `task/filter/acc`; with stderr, n and direction. Raises InputError."""
    draft = Draft(file, f"results of {TOOL}")
    document = draft.mapping(file.document, "the document")
    for task, row in _rows(document, draft):
        for key, value in row.items():
            metric, comma, filter_ = key.partition(",")
            if not comma or metric.endswith(_STDERR):
                continue
            if isinstance(value, (dict, list, str)):
                draft.leave(f"{task}/{key}", kind(value))
                continue
            stderr = row.get(f"{metric}{_STDERR},{filter_}")
            draft.add(
                f"{task}/{key}",
                value,
                name=name_of(task, metric, filter_),
                n=_count(task, key, row, document),
                stderr=stderr if is_number(stderr) else None,  # "N/A" where it cannot be had
                better=_better(task, metric, document),
            )
    return draft.finished()


def name_of(task: str, metric: str, filter_: str) -> str:
    """What a rule calls a metric of a task."""
    middle = "" if filter_ in ("", _NO_FILTER) else f"{filter_}/"
    return f"{task}/{middle}{metric}" if task else f"{middle}{metric}"


def _rows(document: Mapping[str, Any], draft: Draft) -> Iterator[tuple[str, dict[str, Any]]]:
    """Tasks and groups; `groups` repeats rows of `results`, but in some versions has more."""
    results = draft.mapping(document.get("results"), "results")
    groups = draft.mapping(document.get("groups", {}), "groups")
    for task, row in {**groups, **results}.items():
        yield task, draft.mapping(row, f"results.{task}")


def _better(task: str, metric: str, document: Mapping[str, Any]) -> Direction | None:
    said = _inside(document, "higher_is_better", task).get(metric)
    return {True: HIGHER, False: LOWER}.get(said) if isinstance(said, bool) else None


def _count(task: str, key: str, row: Mapping[str, Any], document: Mapping[str, Any]) -> float | None:
    """The documents behind a metric; of a group only where its value is the mean over all documents."""
    members = _inside(document, "group_subtasks").get(task)
    if not members:
        return _documents(task, row, document)
    n = _inside(row, "sample_count").get(key, row.get("sample_len"))
    return n if _is_count(n) and _is_pooled(key, row, members, document) else None


def _documents(task: str, row: Mapping[str, Any], document: Mapping[str, Any]) -> float | None:
    n = _inside(document, "n-samples", task).get("effective", row.get("sample_len"))
    return n if _is_count(n) else None


def _is_pooled(key: str, row: Mapping[str, Any], members: Any, document: Mapping[str, Any]) -> bool:
    """Whether the value weighs every document alike; a mean over tasks does not, and its n would be too sure of it."""
    names = [name for name in members if isinstance(name, str)] if isinstance(members, list) else []
    rows = [(name, _inside(document, "results", name)) for name in names]
    pairs = [(each.get(key), _documents(name, each, document)) for name, each in rows]
    known: list[tuple[float, float]] = [(value, n) for value, n in pairs if value is not None and is_number(value) and n]
    if not known or len(known) < len(pairs) or not is_number(row.get(key)):
        return False
    mean = math.fsum(value * n for value, n in known) / math.fsum(n for _, n in known)
    return math.isclose(mean, row[key], rel_tol=_AGREES, abs_tol=_AGREES)


def _is_count(n: Any) -> bool:
    return is_number(n) and n > 0


def _inside(mapping: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The mapping at the end of the keys; an empty one where there is none."""
    found: Any = mapping
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
