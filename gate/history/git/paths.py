"""Where a record lies on the branch: what tells it from others, as a digest."""

from __future__ import annotations

from hashlib import sha256

from gate.history import rows
from gate.terms.run import Entry, Exclusion, Name, Record


def path_of(record: Record) -> str:
    """The file of a record."""
    if isinstance(record, Entry):
        return path_of_run(record.run.id)
    if isinstance(record, Name):
        return _path("names", record.model, record.name)
    if isinstance(record, Exclusion):
        return _path("exclusions", record.model, record.since, record.until)
    return _path("states", record.key)


def path_of_run(run: str) -> str:
    """The file of the run with this id."""
    return _path("runs", run)


def _path(folder: str, *key: str) -> str:
    digest = sha256(rows.encode(key).encode()).hexdigest()
    return f"{folder}/{digest[:2]}/{digest[2:34]}.json"
