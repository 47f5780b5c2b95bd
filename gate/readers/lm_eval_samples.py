"""lm-evaluation-harness' `samples_<task>_<date>.jsonl`: a line for every document and filter, with its scores."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from gate.documents import json
from gate.documents.document import DocumentError
from gate.errors import GateError, Place
from gate.readers.draft import Draft, bare
from gate.readers.lm_eval import TOOL, name_of
from gate.readers.source import SourceFile
from gate.readers.spread import spread
from gate.readers.values import measured
from gate.record import replace
from gate.terms.measurements import Measurements

_FILE_NAME = re.compile(r"samples_(.+)_\d{4}-\d\d-\d\dT[\d.-]+\.jsonl")
_KEYS = frozenset(("doc_id", "doc", "target", "arguments", "resps", "filtered_resps"))
_NO_METRICS = _KEYS | {"filter", "metrics", "doc_hash", "prompt_hash", "target_hash", "schema_version"}


def recognises(file: SourceFile) -> bool:
    """Whether the first line is a sample."""
    line = file.data.lstrip().split(b"\n", 1)[0]
    if not line.startswith(b"{"):
        return False
    try:
        first = json.load(line.decode(), file.name)
    except (GateError, UnicodeError):
        return False
    return isinstance(first, dict) and first.keys() >= _KEYS


def read(file: SourceFile) -> Measurements:
    """A case for every document and metric, and the mean of each as `task/acc.mean`. Raises InputError, DocumentError."""
    draft = Draft(file, f"samples of {TOOL}")
    named = _FILE_NAME.fullmatch(os.path.basename(file.name))
    task = named[1] if named else ""
    scores: dict[str, list[float]] = {}
    seen: dict[tuple[str, str], int] = {}
    for number, sample in _samples(file, draft):
        identity = _identity(sample, number, draft)
        filter_ = sample.get("filter", "")
        if not isinstance(filter_, str):
            raise draft.broken("`filter`", filter_, "text", number)
        for metric in _metrics(sample):
            if isinstance(sample.get(metric), (dict, list, str)):
                continue  # parts of an average over all documents, such as counts for F1
            name = name_of(task, metric, filter_)
            repeat = seen.get((identity, name), 0)
            seen[identity, name] = repeat + 1
            value, problem = measured(sample.get(metric))
            score = None if value is None else float(value)
            draft.case(identity, bare(name), score, repeat=repeat, error=problem)
            if score is not None:
                scores.setdefault(name, []).append(score)
    for name, found in scores.items():
        _add_mean(f"{name}.mean", found, draft)
    return draft.finished()


def _samples(file: SourceFile, draft: Draft) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every line with its number."""
    for number, line in enumerate(file.text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            sample = json.load(line, file.name)
        except DocumentError as error:
            problems = (
                replace(each, where=Place(file.name, number, each.where.column if each.where else 0)) for each in error.problems
            )
            raise DocumentError(*(replace(each, excerpt="") for each in problems)) from None
        if not isinstance(sample, dict):
            raise draft.broken("a sample", sample, "a mapping", number)
        yield number, sample


def _identity(sample: dict[str, Any], line: int, draft: Draft) -> str:
    """The document's number with the beginning of its hash: a number alone means another document in another data set."""
    number, digest = sample.get("doc_id"), sample.get("doc_hash", "")
    if not isinstance(number, (int, str)) or isinstance(number, bool) or not isinstance(digest, str):
        raise draft.broken("`doc_id`", number, "a number", line)
    return f"{number}:{digest[:8]}" if digest else str(number)


def _metrics(sample: dict[str, Any]) -> list[str]:
    named = sample.get("metrics")
    if isinstance(named, list):
        return [each for each in named if isinstance(each, str) and each in sample]
    return [key for key in sample if key not in _NO_METRICS]


def _add_mean(name: str, scores: list[float], draft: Draft) -> None:
    """The mean, with successes k where every score is 0 or 1, with its standard error elsewhere."""
    if all(score in (0, 1) for score in scores):
        draft.share(name, sum(scores), len(scores))
    else:
        draft.add(name, sum(score / len(scores) for score in scores), **spread(scores))
