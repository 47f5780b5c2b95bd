"""A run in MLflow's file store: lines of time, value and step in one file per metric; the last step counts."""

from __future__ import annotations

import math
from typing import Any

from gate.readers.draft import Draft
from gate.readers.mlflow import TOOL, Run, add_runs
from gate.readers.run_folder import MARK
from gate.readers.source import SourceFile
from gate.readers.values import from_text, is_number
from gate.terms.measurements import Measurements

_FOLDER = "metrics/"
_FIELDS = range(2, 6)  # time and value; the step; the name and the digest of the data set


def recognises(file: SourceFile) -> bool:
    """Whether it is the folder of a run, as `open_run` gives it."""
    document = file.mapping
    return document is not None and list(document) == [MARK]


def read(file: SourceFile) -> Measurements:
    """The latest value of every metric. Raises InputError."""
    draft = Draft(file, f"{TOOL}'s file store")
    texts = draft.mapping(draft.mapping(file.document, "the document").get(MARK), MARK)
    pairs = [
        (path.removeprefix(_FOLDER), _latest(path, draft.text(text, path), draft))
        for path, text in texts.items()
        if path.startswith(_FOLDER)
    ]
    return add_runs([Run("", "", pairs, _is_deleted(draft.text(texts.get("meta.yaml", ""), "meta.yaml")))], draft)


def _is_deleted(meta: str) -> bool:
    return any(line.split() == ["lifecycle_stage:", "deleted"] for line in meta.splitlines())


def _latest(path: str, text: str, draft: Draft) -> Any:
    """The value of the last step, of the last time in it; MLflow takes the greater of what is left."""
    found = [_line(line, path, draft) for line in text.splitlines() if line.strip()]
    if not found:
        return None
    step, time, _ = max(found, key=lambda each: each[:2])
    last = [value for one, other, value in found if (one, other) == (step, time)]
    return next((value for value in last if math.isnan(value)), max(last))


def _line(line: str, path: str, draft: Draft) -> tuple[float, float, float]:
    """Step, time, value."""
    fields = line.split(" ")
    time, value, step = (from_text(field) for field in (*fields, "0", "0")[:3])
    if len(fields) not in _FIELDS or not (is_number(time) and is_number(step) and isinstance(value, float)):
        raise draft.refusal(f"a line of `{path[:80]}` is not `time value step`")
    return step, time, value
