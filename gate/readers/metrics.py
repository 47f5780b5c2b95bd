"""Plain metrics: a mapping of names to numbers in JSON, YAML or TOML; nested names are joined with a full stop."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem
from gate.readers import evidence, matrix_beside
from gate.readers.names import clean
from gate.readers.source import SourceFile
from gate.readers.table import Table
from gate.readers.values import kind, measured
from gate.record import replace
from gate.terms import defining
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice, slice_value, written_value

MEASURED = "measured"  # the key under which gate's own file says what rows its numbers come from
_SLICES_REMEDY = "write `slices` as a list of {slice: {region: eu}, metrics: {recall: 0.9}}"


def recognises(file: SourceFile) -> bool:
    """Whether it is JSON, YAML or TOML at all; asked last, when no other reader knows the file."""
    return file.syntax != ""


def read(file: SourceFile) -> Measurements:
    """The measurements of a file. Raises InputError, or DocumentError where the text is not a document."""
    return from_document(file.document, file.name)


def from_document(document: Any, file: str) -> Measurements:
    """The measurements of a parsed document; `file` is what messages call it."""
    here = Place(file)
    if not isinstance(document, dict):
        found = "nothing" if document is None else kind(document)
        remedy = 'write names with numbers: {"accuracy": 0.85}'
        raise InputError(Problem("not-a-mapping", f"metrics are a mapping of names to numbers; this is {found}", here, remedy))
    table = Table()
    slices = _slices(document)
    left = ({"slices"} if slices else set()) | ({MEASURED} if _is_provenance(document.get(MEASURED)) else set())
    _Tree(table, here, WHOLE).walk(document, leave_out=left)
    for index, entry in enumerate(slices):
        _entry(entry, f"slices[{index}]", table, _place(here, slices, index))
    read_here = table.measurements()
    return _with_tally(read_here, document[MEASURED], file) if MEASURED in left else read_here


def _with_tally(table: Measurements, told: Mapping[str, Any], file: str) -> Measurements:
    """The measurements with the joint evidence behind them, and a baseline's in the same rows: claims, as all in a file."""
    if told.get("tally") is None:
        return table
    from gate.reports.tally_document import TallyError, read

    try:
        tally = read(told["tally"])
    except TallyError as error:
        remedy = "write the file again: gate measure ROWS -o metrics.json"
        raise InputError(Problem("broken-tally", f"the tally in this file {error}", Place(file), remedy)) from None
    other = told.get("baseline")
    beside = replace(from_document(other, file), tally=tally, model="baseline") if isinstance(other, dict) else None
    return replace(table, tally=tally, beside=beside)


def _is_provenance(found: Any) -> bool:
    """Whether it is what `gate measure` writes about the rows; it holds no measurement."""
    return isinstance(found, dict) and isinstance(found.get("by"), str) and isinstance(found.get("inputs"), list)


def _slices(document: dict[str, Any]) -> list[Any]:
    """The slices of a document: a mapping called `slices`, or a list of plain values, is just a name."""
    slices = document.get("slices")
    return slices if isinstance(slices, list) and any(isinstance(entry, dict) for entry in slices) else []


def _entry(entry: Any, name: str, table: Table, where: Place) -> None:
    """One entry of `slices`."""
    metrics = entry.get("metrics") if isinstance(entry, dict) else None
    if not isinstance(metrics, dict) or not isinstance(entry.get("slice"), dict):
        message = f"`{name}` does not have a mapping `slice` and a mapping `metrics`"
        raise InputError(Problem("bad-slice", message, where, _SLICES_REMEDY))
    on = _slice(entry["slice"], WHOLE, where)
    _Tree(table, where, on).walk(metrics)
    for key in entry:
        if key not in ("slice", "metrics"):
            table.leave(clean(f"{name}.{key}", where), "beside `slice` and `metrics`", where)


def _slice(columns: Mapping[str, Any], within: Slice, where: Place) -> Slice:
    """The slice that the columns describe inside another one."""
    parts = dict(within.parts)
    for raw, value in columns.items():
        column = clean(raw, where)
        if not column or isinstance(value, (dict, list)):
            message = (
                f"the column `{shown(column)}` of a slice has {kind(value)} as its value" if column else "a column without a name"
            )
            raise InputError(Problem("bad-slice", message, where, "a value is text, a number, true or false"))
        text = clean(_column_text(value, columns, raw), where)
        if parts.setdefault(column, text) != text:
            message = f"the column `{shown(column)}` has two values: `{shown(parts[column])}` and `{shown(text)}`"
            raise InputError(Problem("bad-slice", message, where))
    return Slice.of(parts)


def _column_text(value: Any, columns: Mapping[str, Any], column: str) -> str:
    """A value of a slice as text."""
    return written_value(value, columns.marks[column].text) if hasattr(columns, "marks") else slice_value(value)


def _place(here: Place, container: Any, key: Any) -> Place:
    """Where an entry stands, as well as the document knows."""
    marks = getattr(container, "marks", None)
    if marks is None:
        return here
    mark = marks[key]
    return Place(here.file, mark.key_line or mark.line, mark.key_column or mark.column)


class _Tree:
    """One mapping of metrics, on one slice; inside it no two entries may end up with the same name."""

    def __init__(self, table: Table, here: Place, on: Slice) -> None:
        self.table = table
        self.here = here
        self.on = on
        self.names: dict[str, Place] = {}

    def walk(self, mapping: Mapping[str, Any], prefix: str = "", leave_out: Collection[str] = ()) -> None:
        if not prefix and evidence.is_measurement(mapping) and "value" in mapping:
            where = _place(self.here, mapping, "value")
            remedy = 'say what was measured: {"accuracy": {"value": 0.85}}'
            raise InputError(Problem("nameless-value", "a `value` without a name", where, remedy))
        for key, value in mapping.items():
            if key == matrix_beside.KEY and self.matrix(mapping, prefix):
                continue
            if key not in leave_out:
                self.take(prefix + key, value, _place(self.here, mapping, key))

    def take(self, raw_name: str, value: Any, where: Place) -> None:
        name = clean(raw_name, where)
        if isinstance(value, dict) and value and not evidence.is_measurement(value):
            self.walk(value, name + ".")
            return
        self.meet(name, where)
        if not name:
            self.table.leave(name, "without a name", where)
        elif isinstance(value, dict) and value:
            self.measurement(name, value, where)
        elif isinstance(value, (dict, list)):
            self.table.leave(name, kind(value), where)
        else:
            number, problem = measured(value)
            if name.rpartition(".")[2] in defining.NAMES and isinstance(value, str):
                problem = defining.problem_of(shown(value, 40))
            self.add(Measurement(name, number, self.on, problem=problem, where=where), value)

    def matrix(self, mapping: Mapping[str, Any], prefix: str) -> bool:
        """Whether it has a confusion matrix: then its cells are measurements, called as `gate measure` calls them."""
        found, where = matrix_beside.cells(mapping), _place(self.here, mapping, matrix_beside.KEY)
        if not found or not {"label", "prediction"}.isdisjoint(dict(self.on.parts)):
            return False
        name = clean(prefix + "confusion", where)
        self.meet(name, where)
        for label, prediction, n in found:
            on = _slice({"label": label, "prediction": prediction}, self.on, where)
            self.table.add(Measurement(name, n, on, where=where))
        return True

    def meet(self, name: str, where: Place) -> None:
        if name in self.names:
            first = self.names[name]
            message = f"two entries are called `{shown(name)}` once nested names are joined with `.`"
            remedy = f"the other one: {first}" if first.line else "rename one of them"
            raise InputError(Problem("names-meet", message, where, remedy))
        self.names[name] = where

    def measurement(self, name: str, mapping: Mapping[str, Any], where: Place) -> None:
        on = self.on
        if "slice" in mapping:
            if not isinstance(mapping["slice"], dict):
                message = f"`{shown(name)}`: `slice` is {kind(mapping['slice'])}, not a mapping of columns to values"
                raise InputError(Problem("bad-slice", message, where, "write `slice: {region: eu}`"))
            on = _slice(mapping["slice"], on, where)
        self.add(evidence.measurement(mapping, name, on, where), mapping.get("value"))
        for key, value in mapping.items():
            if not evidence.is_evidence(key, mapping):
                self.take(f"{name}.{key}", value, _place(where, mapping, key))

    def add(self, item: Measurement, raw: Any) -> None:
        self.table.add(item)
        if raw is not None and item.value is None and not isinstance(raw, (int, float)):
            self.table.leave(item.metric, item.problem, item.where)
