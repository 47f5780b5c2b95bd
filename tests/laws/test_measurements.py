"""What is written as a metrics file reads back as the same measurements."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gate.errors import InputError, Place
from gate.readers import evidence
from gate.readers.inputs import read_inputs
from gate.readers.reader import choose
from gate.readers.source import SourceFile
from gate.readers.table import Table
from gate.record import replace
from gate.reports import measurements_json
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

HERE = Place("metrics.json")
SAMPLES = Path(__file__).parents[1] / "samples"
FILES = [path for path in SAMPLES.rglob("*") if path.is_file() and path.name != "README.md" and "file-store" not in path.parts]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda text: normalize("NFC", text))
WORDS = st.sampled_from(
    [
        "slices",
        "slice",
        "metrics",
        "value",
        "k",
        "n",
        "interval",
        "confidence",
        "unit",
        "better",
        "a",
        "a.b",
        "a.b.c",
        "null",
        "_wandb",
    ]
)
NAMES = (TEXT | WORDS).filter(bool)
NUMBERS = st.integers(-5, 2000) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**300), 10**300)
COUNTS = st.integers(0, 50) | st.floats(0, 50)
VALUES: st.SearchStrategy[Any] = (
    NUMBERS | st.booleans() | st.sampled_from([None, "text", float("nan"), float("inf"), 0.5, 90, 0.667])
)


@st.composite
def said(draw: st.DrawFn) -> dict[str, Any]:
    """A value with some evidence, not always one that holds together."""
    found: dict[str, Any] = {"value": draw(VALUES)}
    found |= draw(st.dictionaries(st.sampled_from(evidence.NUMBERS), COUNTS, max_size=4))
    if draw(st.booleans()):
        centre = found["value"] if isinstance(found["value"], (int, float)) else 0.5
        found["interval"] = [draw(st.sampled_from([centre, -1e308, 0])), draw(st.sampled_from([centre, 1e308, 1]))]
        found["confidence"] = draw(st.sampled_from([0.9, 0.95, 1e-9]))
    found |= draw(
        st.fixed_dictionaries({}, optional={"unit": TEXT | st.just("%"), "better": st.sampled_from(["higher", "lower"])})
    )
    if found.get("k") is not None and found.get("n") and draw(st.booleans()):
        del found["value"]
    return found


SLICES = st.dictionaries(NAMES, TEXT, max_size=2).map(Slice.of)


def made(items: list[tuple[str, Slice, dict[str, Any]]]) -> Measurements:
    """The measurements that hold together, as a reader would gather them."""
    table = Table()
    for name, on, mapping in items:
        try:
            table.add(evidence.measurement(mapping, name, on, HERE))
        except InputError:
            continue
    return table.measurements()


def comparable(table: Measurements) -> dict[tuple[str, Slice], Measurement]:
    """The measurements without their places; what has no value is null."""
    return {(item.metric, item.slice): replace(item, where=None, problem="null" if item.value is None else "") for item in table}


def again(table: Measurements, form: str | None = "metrics") -> Measurements:
    """The measurements written and read."""
    file = SourceFile("metrics.json", measurements_json.render(table).encode())
    name, reader = choose(file, form)
    assert name == "metrics"
    return reader.read(file)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(NAMES, SLICES, said()), min_size=1, max_size=8))
@example([("a", Slice(), {"value": 0.9, "k": 93, "n": 100, "interval": [0.8, 0.91]})])
@example([("slices", Slice(), {"value": 1}), ("slices", Slice.of({"a": "b"}), {"value": 2})])
@example([("value", Slice(), {"value": 1}), ("k", Slice(), {"value": 1}), ("n", Slice(), {"value": 2})])
@example([("a", Slice(), {"k": 0, "n": 0}), ("b", Slice(), {"value": True, "k": 1, "n": 2})])
@example([("a", Slice(), {"value": 50, "unit": "%", "k": 1, "n": 2, "stderr": 0.1, "std": 3, "n_pos": 1, "n_neg": 1})])
def test_what_is_written_is_read_as_the_same(items: list[tuple[str, Slice, dict[str, Any]]]) -> None:
    table = made(items)
    assume(len(table))
    assert comparable(again(table)) == comparable(table)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NAMES, SLICES, said()), min_size=1, max_size=4))
def test_what_was_read_is_written_as_the_same_bytes(items: list[tuple[str, Slice, dict[str, Any]]]) -> None:
    table = made(items)
    assume(len(table))
    once = measurements_json.render(again(table))
    assert measurements_json.render(again(again(table))) == once
    assert once.isascii()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_every_tool_s_measurements_are_read_back_and_taken_for_no_tool_s(path: Path) -> None:
    if path.suffix == ".toml" and sys.version_info < (3, 11):
        pytest.importorskip("tomli")
    table = read_inputs([str(path)])
    assert comparable(again(table, None)) == comparable(table)
