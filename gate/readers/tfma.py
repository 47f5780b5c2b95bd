"""TensorFlow Model Analysis: `slicing_metrics` of an evaluation, dumped as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gate.errors import GateError
from gate.readers.draft import Draft
from gate.readers.number_text import as_number
from gate.readers.source import SourceFile
from gate.readers.values import is_number
from gate.terms import catalogue
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

_NUMBERS = ("doubleValue", "boundedValue")
_SAMPLED = ("POISSON_BOOTSTRAP", "JACKKNIFE")
_COUNT, _WEIGHTED = "example_count", "weighted_example_count"


def recognises(file: SourceFile) -> bool:
    """Whether it is a list of slices with metrics by output and sub key."""
    if not file.syntax:
        return False
    try:
        document = file.document
    except GateError:
        return False
    return isinstance(document, list) and len(document) > 0 and all(map(_is_entry, document))


def read(file: SourceFile) -> Measurements:
    """Every metric that is a number, on its slice. Raises InputError, DocumentError."""
    draft = Draft(file, "slicing_metrics of TensorFlow Model Analysis")
    for index, entry in enumerate(draft.list(file.document, "the file")):
        if not _is_entry(entry):
            raise draft.refusal(f"entry {index} is not a slice with its metrics")
        key, outputs = (entry["slice"], entry["metrics"]) if isinstance(entry, dict) else entry
        on = _slice(draft, key, f"[{index}]")
        for prefix, metrics in _groups(draft, outputs, f"[{index}]"):
            rows = _rows(metrics)
            for name, value in metrics.items():
                _add(draft, f"{prefix}{name}", value, on, rows)
    return draft.finished()


def _is_entry(entry: Any) -> bool:
    if isinstance(entry, dict):
        return isinstance(entry.get("slice"), list) and _are_outputs(entry.get("metrics"))
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], list) and _are_outputs(entry[1])


def _are_outputs(outputs: Any) -> bool:
    """Whether it is `{output: {sub key: {metric: {type: value}}}}`, as far as it goes."""
    if not isinstance(outputs, dict):
        return False
    return all(isinstance(subs, dict) and all(isinstance(each, dict) for each in subs.values()) for subs in outputs.values())


def _slice(draft: Draft, key: list[Any], what: str) -> Slice:
    """The columns of a slice: `[["region", "eu"], ["device", 2]]`."""
    columns: dict[str, Any] = {}
    for pair in key:
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)) or pair[0] in columns:
            raise draft.broken(f"the slice of {what}", pair, "a column and its value")
        columns[pair[0]] = pair[1]
    return draft.slice(columns)


def _groups(draft: Draft, outputs: dict[str, Any], what: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The metrics of each output and sub key, with what comes before their names."""
    for output, subs in outputs.items():
        for sub, metrics in subs.items():
            yield "".join(f"{part}/" for part in (output, sub) if part), draft.mapping(metrics, f"{what}.{output}.{sub}")


def _rows(metrics: dict[str, Any]) -> float | None:
    """The number of examples; None where they are weighted, since shares then are of weights."""
    rows, weight = (_number(metrics.get(name)) for name in (_COUNT, _WEIGHTED))
    if not is_number(rows) or (is_number(weight) and weight != rows):
        return None
    found: float = rows
    return found


def _number(value: Any) -> Any:
    inside = value.get("doubleValue") if isinstance(value, dict) else None
    return as_number(inside)


def _add(draft: Draft, name: str, value: Any, on: Slice, rows: float | None) -> None:
    kind = next((key for key in _NUMBERS if isinstance(value, dict) and key in value), None)
    if kind is None:
        draft.leave(name, "not a number")
        return
    bounded = value[kind] if isinstance(value[kind], dict) else {}
    number = _unwrapped(bounded.get("value")) if kind == "boundedValue" else as_number(value[kind])
    interval = _interval(bounded, sampled=False) or _interval(value.get("confidenceInterval"), sampled=True)
    draft.add(name, number, on=on, n=rows if _counts_rows(name) else None, interval=interval)


def _interval(found: Any, *, sampled: bool) -> list[float] | None:
    """The two-sided 95 % interval; the bounds of an area under a curve are Riemann sums, and no interval."""
    if not isinstance(found, dict) or not (sampled or found.get("methodology") in _SAMPLED):
        return None
    low, high = _unwrapped(found.get("lowerBound")), _unwrapped(found.get("upperBound"))
    return [low, high] if is_number(low) and is_number(high) else None


def _unwrapped(value: Any) -> Any:
    """A number, as text or in a wrapper of its own where the protocol buffer wrote it so."""
    return as_number(value.get("value", value.get("doubleValue")) if isinstance(value, dict) else value)


def _counts_rows(name: str) -> bool:
    """Whether the examples are what stands under the metric: for a recall they are not, only the positives are."""
    last = name.rpartition("/")[2]
    known = catalogue.find(last)
    if last in (_COUNT, _WEIGHTED):
        return False
    return known is None or not known.proportion or "accuracy" in last
