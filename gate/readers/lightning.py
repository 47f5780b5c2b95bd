"""Lightning: the `metrics.csv` of its CSVLogger; each metric is logged in some rows only, and the last one counts."""

from __future__ import annotations

from gate.readers.draft import Draft
from gate.readers.source import SourceFile
from gate.readers.training_log import header, rows, value
from gate.terms.measurements import Measurements

_PROGRESS = ("epoch", "step")


def recognises(file: SourceFile) -> bool:
    """Whether it is CSV with a column `step`, and others besides `epoch`."""
    names = header(file)
    return "step" in names and len(set(names) - set(_PROGRESS)) > 0


def read(file: SourceFile) -> Measurements:
    """The last value of each column. Raises InputError with the line, DocumentError."""
    draft = Draft(file, "a metrics.csv of Lightning")
    last: dict[str, tuple[str, int]] = {}
    for row in rows(draft, file.text):
        for name, cell in row.values.items():
            if cell:
                last[name] = cell, row.line
            elif name not in last:
                last[name] = "", row.line
    for name, (cell, line) in last.items():
        if not name or name in _PROGRESS:
            draft.leave(name, "says how far the run went", line)
        else:
            draft.add(name, value(cell) if cell else None, line=line)
    return draft.finished()
