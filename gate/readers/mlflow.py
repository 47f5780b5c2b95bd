"""MLflow's runs as its REST API gives them (`runs/get`, `runs/search`) and as `run.to_dictionary()` does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gate.readers.draft import Draft
from gate.readers.source import SourceFile
from gate.readers.values import LARGEST, not_finite
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

TOOL = "MLflow"


class Run(NamedTuple):
    """One run: how to tell it from others, and its latest value per key."""

    id: str
    name: str
    metrics: Sequence[tuple[str, Any]] = ()
    deleted: bool = False
    started: int = 0  # milliseconds since 1970


def recognises(file: SourceFile) -> bool:
    """Whether it holds a run, or a list of them: each has its `info` with an id."""
    document = file.mapping
    if document is None:
        return False
    runs = document.get("runs") if "runs" in document else [document.get("run", document)]
    return isinstance(runs, list) and bool(runs) and all(map(_is_run, runs))


def _is_run(run: Any) -> bool:
    info = run.get("info") if isinstance(run, dict) else None
    return isinstance(info, dict) and "run_id" in info and "data" in run


def read(file: SourceFile) -> Measurements:
    """The latest values of one run, or of several on slices `run=…`. Raises InputError."""
    draft = Draft(file, TOOL)
    document = draft.mapping(file.document, "the document")
    if document.get("next_page_token"):
        remedy = "ask for all runs (`max_results`, then `page_token`) and write them to one file"
        raise draft.refusal("this is one page of a search, and there are more runs", remedy=remedy)
    found = document.get("runs") if "runs" in document else [document.get("run", document)]
    return add_runs([_run(draft.mapping(run, "a run"), draft) for run in draft.list(found, "runs")], draft)


def _run(run: dict[str, Any], draft: Draft) -> Run:
    info, data = draft.mapping(run.get("info"), "info"), draft.mapping(run.get("data", {}), "data")
    metrics = data.get("metrics", [])
    pairs = list(metrics.items()) if isinstance(metrics, dict) else list(_entries(draft.list(metrics, "data.metrics"), draft))
    name = draft.text(info.get("run_name") or "", "info.run_name")
    deleted = info.get("lifecycle_stage") == "deleted"
    return Run(draft.text(info.get("run_id"), "info.run_id"), name, pairs, deleted)


def _entries(entries: Iterable[Any], draft: Draft) -> Iterable[tuple[str, Any]]:
    for entry in entries:
        metric = draft.mapping(entry, "data.metrics[…]")
        yield draft.text(metric.get("key"), "data.metrics[…].key"), metric.get("value")


def add_runs(runs: Sequence[Run], draft: Draft) -> Measurements:
    """The measurements of runs; deleted ones do not count. Raises InputError where none is left."""
    alive = [run for run in runs if not run.deleted]
    if not alive:
        raise draft.refusal("every run in it is deleted" if runs else "there is no run in it")
    names = {run.name for run in alive}
    by_name = len(names) == len(alive) and "" not in names
    for run in alive:
        on = WHOLE if len(alive) == 1 else draft.slice({"run": run.name if by_name else run.id})
        _add(run, on, draft)
    for run in runs:
        if run.deleted:
            draft.leave(f"run {run.name or run.id}", "deleted")
    return draft.finished()


def _add(run: Run, on: Slice, draft: Draft) -> None:
    for key, value in run.metrics:
        if not key:
            draft.leave("", "without a name")
        else:
            draft.add(key, _value(value), on=on)


def _value(raw: Any) -> Any:
    """A value; the stores write NaN as text, and the largest doubles where it was infinite."""
    value = not_finite(raw)
    if isinstance(value, float) and abs(value) >= LARGEST:
        return float("inf")
    return value
