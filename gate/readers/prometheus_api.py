"""Prometheus: the answer of its query API (`/api/v1/query`); labels are slices."""

from __future__ import annotations

from typing import Any

from gate.documents.document import shown
from gate.errors import InputError, Problem
from gate.readers.draft import Draft
from gate.readers.number_text import as_number, number
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

_NAMELESS = "value"  # what an aggregated series is called: it has no name of its own
_STATUS = ("success", "error")


def recognises(file: SourceFile) -> bool:
    """Whether it is an answer of the API: a result of some type, or an error."""
    document = file.mapping
    if document is None or document.get("status") not in _STATUS:
        return False
    data = document.get("data")
    return (isinstance(data, dict) and "resultType" in data) or (document["status"] == "error" and "errorType" in document)


def read(file: SourceFile) -> Measurements:
    """One measurement for each series. Raises InputError: an error answer, a range of times; DocumentError."""
    draft = Draft(file, "an answer of Prometheus's query API")
    document = draft.mapping(file.document, "the file")
    if document.get("status") != "success":
        message = f"the query failed: {shown(str(document.get('error') or document.get('status')), 200)}"
        raise InputError(Problem("query-failed", message, draft.place(), "mend the query, and let its step fail when it does"))
    data = draft.mapping(document.get("data"), "data")
    kind, result = data.get("resultType"), draft.list(data.get("result"), "data.result")
    if kind == "matrix":
        remedy = "ask for one point in time (`/api/v1/query`), or aggregate: avg_over_time(…)"
        raise InputError(Problem("several-times", "a range query has a value for each of several times", draft.place(), remedy))
    if kind == "vector":
        for index, series in enumerate(result):
            _series(draft, draft.mapping(series, f"data.result[{index}]"), f"data.result[{index}]")
        if not result:
            draft.leave("data.result", "the query found nothing")
    elif kind == "scalar":
        draft.add(_NAMELESS, _value(draft, result, "data.result"))
    elif kind == "string":
        draft.leave("data.result", "text")
    else:
        raise draft.refusal(f"`{shown(str(kind), 40)}` is no type of result")
    for key in ("warnings", "infos"):
        for said in draft.list(document.get(key) or [], key):
            draft.leave(key, shown(str(said), 200))
    return draft.finished()


def _series(draft: Draft, series: dict[str, Any], what: str) -> None:
    labels = {
        key: draft.text(value, f"{what}.metric.{key}")
        for key, value in draft.mapping(series.get("metric"), f"{what}.metric").items()
    }
    name = labels.pop("__name__", "") or _NAMELESS
    on = draft.slice({key: value for key, value in labels.items() if value})
    if "histogram" in series and "value" not in series:
        _histogram(draft, series["histogram"], name, on, f"{what}.histogram")
    else:
        draft.add(name, _value(draft, series.get("value"), f"{what}.value"), on=on)


def _value(draft: Draft, point: Any, what: str) -> float:
    """The value of `[time, "0.91"]`; there numbers are text."""
    pair = draft.list(point, what)
    found = number(draft.text(pair[1], f"{what}[1]")) if len(pair) == 2 else None
    if found is None:
        raise draft.refusal(f"`{shown(what)}` is not a time and a number in quotes")
    return found


def _histogram(draft: Draft, point: Any, name: str, on: Slice = WHOLE, what: str = "") -> None:
    """A native histogram: its mean, with its count as n."""
    pair = draft.list(point, what)
    inside = draft.mapping(pair[1] if len(pair) == 2 else None, f"{what}[1]")
    count, total = (as_number(inside.get(key)) for key in ("count", "sum"))
    if not isinstance(count, float) or not isinstance(total, float) or not 0 <= count < float("inf"):
        raise draft.refusal(f"`{shown(what)}` has no count and sum")
    draft.add(f"{name}.mean", total / count if count else 0, on=on, n=count)
