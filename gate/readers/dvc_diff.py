"""What `dvc metrics diff --json` prints: for every file and metric the old and the new value."""

from __future__ import annotations

from typing import Any

from gate.readers.draft import Draft
from gate.readers.source import SourceFile
from gate.readers.values import kind
from gate.terms.measurements import Measurements

_BOTH = frozenset(("old", "new"))
_KEYS = _BOTH | {"diff"}


def recognises(file: SourceFile) -> bool:
    """Whether every file has metrics, and each an old and a new value."""
    document = file.mapping
    if not document or not all(isinstance(found, dict) and found for found in document.values()):
        return False
    return all(_is_change(change) for found in document.values() for change in found.values())


def _is_change(change: Any) -> bool:
    return isinstance(change, dict) and change.keys() >= _BOTH and change.keys() <= _KEYS


def read(file: SourceFile) -> Measurements:
    """The new values under their names, the old ones as `old.…`. Raises InputError.

    `diff` is not read: for a boolean it is -1 or 1, and of an added or removed metric there is none.
    """
    draft = Draft(file, "what `dvc metrics diff --json` prints")
    document = draft.mapping(file.document, "the document")
    changes = [
        (path, name, draft.mapping(change, f"{path}.{name}"))
        for path, found in document.items()
        for name, change in draft.mapping(found, path).items()
    ]
    files: dict[str, set[str]] = {}
    for path, name, _ in changes:
        files.setdefault(name, set()).add(path)
    for path, name, change in changes:
        for key, before in (("new", ""), ("old", "old.")):
            _add(f"{before}{name}", f"{before}{path}:{name}", change.get(key), len(files[name]) == 1, draft)
    return draft.finished()


def _add(short: str, full: str, value: Any, alone: bool, draft: Draft) -> None:
    """A removed metric has no new value, an added one no old value."""
    if isinstance(value, (dict, list, str)):
        draft.leave(short, kind(value))
        return
    if value is None and short.startswith("old."):
        return
    draft.alias(full, draft.add(short if alone else full, value))
