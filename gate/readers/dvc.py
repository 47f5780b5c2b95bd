"""What `dvc metrics show --json` prints: revisions, in each the metrics files, in each the metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gate.readers import metrics
from gate.readers.draft import Draft
from gate.readers.source import SourceFile
from gate.readers.values import kind
from gate.record import replace
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

_WORKSPACE = ("", "workspace")
_ERROR = "error"


class Entry(NamedTuple):
    """A metrics file in a revision, as the plain reader reads it."""

    on: Slice
    file: str
    table: Measurements


def recognises(file: SourceFile) -> bool:
    """Whether every revision has `data` with files that have `data`, or an error, and nothing else."""
    document = file.mapping
    if not document or not all(_is_result(revision) for revision in document.values()):
        return False
    files = [each for revision in document.values() for each in _inside(revision).values()]
    return all(map(_is_result, files)) and any("data" in each for each in files)


def _is_result(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and (isinstance(found.get("data"), dict) or isinstance(found.get(_ERROR), dict))
        and len(found) == 1
    )


def _inside(result: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = result.get("data", {})
    return found


def read(file: SourceFile) -> Measurements:
    """The metrics of the workspace, of other revisions on slices `rev=…`. Raises InputError."""
    draft = Draft(file, "what `dvc metrics show --json` prints")
    document = draft.mapping(file.document, "the document")
    entries = list(_entries(document, draft))
    holders: dict[str, set[str]] = {}
    for entry in entries:
        for item in entry.table:
            holders.setdefault(item.metric, set()).add(entry.file)
    for entry in entries:
        _take(entry, holders, draft)
    return draft.finished()


def _entries(document: Mapping[str, Any], draft: Draft) -> Iterator[Entry]:
    """Every file of every revision; what DVC could not read of the newest one is refused: it exits 0 on it."""
    newest = next((name for name in document if name in _WORKSPACE), next(iter(document), ""))
    for revision, result in document.items():
        on = WHOLE if revision == newest else draft.slice({"rev": revision})
        for path, found in _files(revision, result, draft).items():
            inside = draft.mapping(found, f"{revision}.data.{path}")
            if _ERROR in inside:
                _refuse_or_note(path, inside, revision, revision == newest, draft)
            else:
                data = draft.mapping(inside.get("data"), f"{revision}.data.{path}.data")
                yield Entry(on, path, metrics.from_document(data, draft.file.name))


def _files(revision: str, result: Any, draft: Draft) -> dict[str, Any]:
    found = draft.mapping(result, revision or "the workspace")
    if _ERROR in found:
        return {"the revision": found}
    return draft.mapping(found.get("data"), f"{revision}.data")


def _refuse_or_note(path: str, found: dict[str, Any], revision: str, newest: bool, draft: Draft) -> None:
    error = found[_ERROR]
    said = error.get("msg") if isinstance(error, dict) else error
    what = said[:100] if isinstance(said, str) else kind(said)
    if newest:
        raise draft.refusal(f"DVC could not read `{path[:80]}`: {what}", remedy="did the stage that writes it run?")
    draft.leave(f"{path} at {revision}"[:200], f"DVC could not read it: {what}")


def _take(entry: Entry, holders: Mapping[str, set[str]], draft: Draft) -> None:
    """Names that several files have get the file's name before them, as DVC writes them: `eval.yaml:auc`."""
    for item in entry.table:
        full = f"{entry.file}:{item.metric}"
        alone = len(holders[item.metric]) == 1
        name = draft.called(item.metric if alone else full)
        draft.alias(full, name)
        on = Slice.of((*item.slice.parts, *entry.on.parts))
        draft.table.add(replace(item, metric=name, slice=on))
    for unused in entry.table.unused:
        draft.leave(unused.name, unused.why)
