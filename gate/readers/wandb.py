"""The summary of a run of Weights & Biases, `wandb-summary.json`: the last value of everything that was logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gate.documents.document import shown
from gate.errors import InputError, Problem
from gate.readers.draft import Draft
from gate.readers.source import SourceFile
from gate.readers.values import kind, not_finite
from gate.terms.measurements import Measurements

_ITS_OWN = "_wandb"
_BOOKKEEPING = frozenset((_ITS_OWN, "_step", "_runtime", "_timestamp"))


def recognises(file: SourceFile) -> bool:
    """Whether it has the mapping that every summary has."""
    summary = file.mapping
    return summary is not None and isinstance(summary.get(_ITS_OWN), dict)


def read(file: SourceFile) -> Measurements:
    """Every number, nested names joined with `.`; histograms, tables and media are none. Raises InputError."""
    draft = Draft(file, "a summary of Weights & Biases")
    summary = draft.mapping(file.document, "the document")
    seen: set[str] = set()
    for name, value in _joined({key: value for key, value in summary.items() if key not in _BOOKKEEPING}, ""):
        if name in seen:
            message = f"two entries are called `{shown(name)}` once nested names are joined with `.`"
            raise InputError(Problem("names-meet", message, draft.place(), "log one of them under another name"))
        seen.add(name)
        _add(name, not_finite(value), draft)
    return draft.finished()


def _joined(mapping: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Names with what they stand for; an object of W&B's own, which has a `_type`, is one thing."""
    for key, value in mapping.items():
        if isinstance(value, dict) and value and "_type" not in value:
            yield from _joined(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _add(name: str, value: Any, draft: Draft) -> None:
    if not name:
        draft.leave(name, "without a name")
    elif isinstance(value, dict) and isinstance(value.get("_type"), str):
        draft.leave(name, f"a {value['_type'][:80]}")
    elif isinstance(value, (dict, list, str)):
        draft.leave(name, kind(value))
    else:
        draft.add(name, value)
