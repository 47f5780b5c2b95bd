"""Keras: the file of its CSVLogger; the last epoch counts, of the last run where one was appended to another."""

from __future__ import annotations

from gate.readers.draft import Draft
from gate.readers.number_text import number
from gate.readers.source import SourceFile
from gate.readers.training_log import Row, header, rows, value
from gate.terms.measurements import Measurements

_EPOCH = "epoch"
_NOT_MEASURED = "NA"  # what an epoch without validation has (`validation_freq`)


def recognises(file: SourceFile) -> bool:
    """Whether it is CSV with a column `epoch`, others besides, and no `step`."""
    names = header(file)
    return _EPOCH in names and "step" not in names and len(names) > 1


def read(file: SourceFile) -> Measurements:
    """The last value that each column has in the last run. Raises InputError with the line, DocumentError."""
    draft = Draft(file, "a log of Keras's CSVLogger")
    last: dict[str, tuple[str, int]] = {}
    before: float | None = None
    for row in rows(draft, file.text):
        epoch = _epoch(draft, row)
        if before is not None and epoch <= before:
            last = {}  # `append=True`: a new run, whose epochs start again; an older one's values are not its own
        before = epoch
        for name, cell in row.values.items():
            if cell not in ("", _NOT_MEASURED) or name not in last:
                last[name] = cell, row.line
    for name, (cell, line) in last.items():
        if not name or name == _EPOCH:
            draft.leave(name, "says how far the run went", line)
        else:
            draft.add(name, None if cell in ("", _NOT_MEASURED) else value(cell), line=line)
    return draft.finished()


def _epoch(draft: Draft, row: Row) -> float:
    epoch = number(row.values.get(_EPOCH, ""))
    if epoch is None or not epoch >= 0:
        raise draft.refusal("a row without the number of its epoch", row.line)
    return epoch
