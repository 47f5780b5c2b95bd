"""Measurements as gate's own metrics JSON: whatever they came from, the `metrics` reader reads them back as they were."""

from __future__ import annotations

import json
from typing import Any

from gate import __version__
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

_ENCODE = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode
_SLICES = "slices"  # at the top of a file this is the list of slices, so that no metric can be called so there
_NUMBERS = ("n", "k", "stderr", "std", "n_pos", "n_neg", "exposure")


def render(table: Measurements) -> str:
    """The measurements as JSON that ends in a newline: ASCII, one a line; what has no value is null.

    Names are whole (`"val.f1"`). Every measurement is a mapping with `value`, so that no reader of
    another tool takes the file for its own. Aliases, cases and what was not used are not in it. Behind the numbers stands,
    as `measured`, where they come from: rows, the tally of them, and the baseline's measurements in the same rows.
    """
    top = _members(table)
    if any(item.evidence == "measured" for item in table):
        top.append(f'"measured": {_provenance(table)}')
    return "{\n" + ",\n".join(f"  {member}" for member in top) + "\n}\n"


def _members(table: Measurements) -> list[str]:
    """The metrics of the whole, one a member, and the list of slices."""
    top: list[str] = []
    on: dict[Slice, list[str]] = {}
    for item in table:
        told = f"{_ENCODE(item.metric)}: {_ENCODE(_measurement(item))}"
        if item.slice or item.metric == _SLICES:
            on.setdefault(item.slice, []).append(told)
        else:
            top.append(told)
    if on:
        entries = ",\n".join(_entry(part, told) for part, told in on.items())
        top.append(f'"{_SLICES}": [\n{entries}\n  ]')
    return top


def _provenance(table: Measurements) -> str:
    """By what, and from which rows, the numbers were measured."""
    inputs = [{"name": source.name, "format": source.format, "sha256": source.sha256} for source in table.sources]
    told = [f'"by": {_ENCODE(f"gate {__version__}")}', f'"inputs": {_ENCODE(inputs)}']
    if table.beside is not None:
        members = ",\n".join(f"      {each}" for each in _members(table.beside))
        told.append(f'"baseline": {{\n{members}\n    }}')
    if table.tally is not None:
        from gate.reports.tally_document import written

        data = written(table.tally)
        tables = ",\n".join(f"        {_ENCODE(name)}: {_ENCODE(each)}" for name, each in data.pop("tables").items())
        head = "".join(f"      {_ENCODE(name)}: {_ENCODE(each)},\n" for name, each in data.items())
        told.append(f'"tally": {{\n{head}      "tables": {{\n{tables}\n      }}\n    }}')
    return "{\n" + ",\n".join(f"    {each}" for each in told) + "\n  }"


def _entry(on: Slice, told: list[str]) -> str:
    members = ",\n".join(f"      {member}" for member in told)
    return f'    {{"slice": {_ENCODE(dict(on.parts))}, "metrics": {{\n{members}\n    }}}}'


def _measurement(item: Measurement) -> dict[str, Any]:
    support = item.support
    told: dict[str, Any] = {} if _by_its_counts(item) else {"value": item.value}
    told |= {key: value for key in _NUMBERS if (value := getattr(support, key)) is not None}
    if support.interval is not None:
        told |= {"interval": [support.interval.low, support.interval.high], "confidence": support.interval.confidence}
    if item.unit:
        told["unit"] = item.unit
    if item.better is not None:
        told["better"] = item.better.value
    if item.evidence:
        told["evidence"] = item.evidence
    return told


def _by_its_counts(item: Measurement) -> bool:
    """Whether k of n alone says the value, as its interval was made for a rounded one and does not hold it."""
    support, value = item.support, item.value
    if value is None or isinstance(value, bool) or support.interval is None or support.k is None or not support.n:
        return False
    return not support.interval.low <= value <= support.interval.high
