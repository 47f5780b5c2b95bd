"""What the tests of readers share: a file from text, how the readers see it, and mutations of a document."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate import registry
from gate.errors import GateError, Problem
from gate.readers.reader import choose
from gate.readers.source import SourceFile
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

SAMPLES = Path(__file__).parents[1] / "samples"
HOSTILE = (None, "", "\x1b[31m\u202e", [], {}, [[]], {"": {}}, -1, 1e400, float("nan"), True, "x" * 2000, 10**300, "\ud800")


def sample(path: str) -> SourceFile:
    return SourceFile(str(SAMPLES / path), (SAMPLES / path).read_bytes())


def as_file(document: Any, name: str = "m.json") -> SourceFile:
    return SourceFile(name, (document if isinstance(document, str) else json.dumps(document)).encode("utf-8", "surrogatepass"))


def readers_of(file: SourceFile) -> list[str]:
    """The readers that know the file, besides the plain one."""
    names = [name for name in registry.names("readers") if name != "metrics"]
    return [name for name in names if registry.load("readers", name).recognises(file)]


def read(form: str, document: Any, name: str = "m.json") -> Measurements:
    """The measurements of a document, which must be recognised as `form`, marks and all."""
    file = document if isinstance(document, SourceFile) else as_file(document, name)
    found, reader = choose(file, None)
    assert found == form
    return reader.read(file)


def refusal(form: str, document: Any, name: str = "m.json") -> str:
    """The message that refuses the document, read as `form`; it names the file."""
    file = document if isinstance(document, SourceFile) else as_file(document, name)
    with pytest.raises(GateError) as caught:
        registry.load("readers", form).read(file)
    message = str(caught.value)
    assert message.startswith(file.name)
    return message


def values(table: Measurements, on: Slice = WHOLE) -> dict[str, float | bool | None]:
    return {item.metric: item.value for item in table if item.slice == on}


def item(table: Measurements, metric: str, **columns: str) -> Measurement:
    found = table.get(metric, Slice.of(columns))
    assert found is not None, f"{metric} {columns}: {[(each.metric, str(each.slice)) for each in table]}"
    return found


def mutations(document: Any, values: tuple[Any, ...] = HOSTILE, limit: int = 60) -> Iterator[Any]:
    """The document with one of its parts taken out or made something else."""
    for path in list(_paths(document))[:limit]:
        for value in (*values, ...):
            changed = copy.deepcopy(document)
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            if value is ...:
                del inner[path[-1]]
            else:
                inner[path[-1]] = value
            yield changed


def _paths(document: Any) -> Iterator[tuple[Any, ...]]:
    inside = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in inside:
        yield (key,)
        yield from ((key, *rest) for rest in _paths(value))


def survives(form: str, document: Any, name: str = "m.json", limit: int = 60) -> int:
    """How many mutations were refused; none may crash the reader, or be read as a file without end."""
    refused = 0
    for changed in mutations(document, limit=limit):
        file = as_file(changed, name)
        reader = registry.load("readers", form)
        assert reader.recognises(file) in (True, False)
        errors: tuple[Problem, ...] = ()
        try:
            reader.read(file)
        except GateError as error:
            errors = tuple(error.problems)
        assert all(problem.message and problem.where and problem.where.file == name for problem in errors)
        assert all(str(problem).isprintable() or "\n" in str(problem) for problem in errors)
        refused += bool(errors)
    return refused
