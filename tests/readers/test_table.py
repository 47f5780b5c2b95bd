"""Measurements as they are gathered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gate.errors import InputError, Place
from gate.readers import table
from gate.readers.table import Table
from gate.terms.measurement import Measurement, Support
from gate.terms.metric import Direction
from gate.terms.slice import Slice

A = Measurement("f1", 0.9, where=Place("a.json"))
EU = Slice.of({"region": "eu"})


def test_it_becomes_measurements() -> None:
    gathered = Table()
    gathered.add(A)
    gathered.add(replace(A, slice=EU, value=0.8))
    gathered.leave("notes", "text", None)
    found = gathered.measurements({"F1": "f1"})
    assert [item.value for item in found] == [0.9, 0.8]
    assert found.get("F1", EU) is not None
    assert [(unused.name, unused.why) for unused in found.unused] == [("notes", "text")]


def test_the_same_twice_counts_once() -> None:
    gathered = Table()
    gathered.add(A)
    gathered.add(replace(A, where=Place("b.json")))
    assert len(gathered.measurements()) == 1
    assert gathered.count == 1


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (replace(A, value=0.8), "0.9 and 0.8"),
        (replace(A, value=None, problem="null"), "0.9 and null"),
        (replace(A, value=True), "0.9 and true"),
        (replace(A, support=Support(n=4)), "with other evidence"),
        (replace(A, unit="%"), "with other evidence"),
        (replace(A, better=Direction.LOWER), "with other evidence"),
    ],
)
def test_the_same_with_another_value_or_evidence_is_refused(second: Measurement, words: str) -> None:
    gathered = Table()
    gathered.add(A)
    with pytest.raises(InputError) as caught:
        gathered.add(replace(second, where=Place("b.json", 3, 1)))
    (problem,) = caught.value.problems
    assert problem.slug == "measured-twice"
    assert words in problem.message
    assert str(problem.where) == "b.json:3:1"
    assert "a.json" in problem.remedy
    assert "val=b.json" in problem.remedy


def test_one_and_true_are_not_the_same() -> None:
    gathered = Table()
    gathered.add(replace(A, value=1))
    with pytest.raises(InputError):
        gathered.add(replace(A, value=True))


def test_another_slice_is_another_measurement() -> None:
    gathered = Table()
    gathered.add(A)
    gathered.add(replace(A, slice=EU, value=0.1))
    with pytest.raises(InputError, match="region=eu"):
        gathered.add(replace(A, slice=EU, value=0.2))


def test_a_hundred_thousand_measurements_and_no_more() -> None:
    gathered = Table()
    for index in range(table.MAX_MEASUREMENTS):
        gathered.add(replace(A, metric=f"m{index}"))
    gathered.add(replace(A, metric="m7"))
    with pytest.raises(InputError, match="100,000") as caught:
        gathered.add(replace(A, metric="one more"))
    assert caught.value.problems[0].slug == "too-many-measurements"


def test_a_hundred_thousand_other_entries_and_no_more() -> None:
    gathered = Table()
    for index in range(table.MAX_MEASUREMENTS):
        gathered.leave(f"m{index}", "text", None)
    with pytest.raises(InputError, match="100,000"):
        gathered.leave("one more", "text", None)


def test_ten_thousand_slices_and_no_more() -> None:
    gathered = Table()
    for index in range(table.MAX_SLICES):
        on = Slice.of({"id": str(index)})
        gathered.add(replace(A, slice=on))
        gathered.add(replace(A, metric="recall", slice=on))
    with pytest.raises(InputError, match="10,000") as caught:
        gathered.add(replace(A, slice=EU))
    assert caught.value.problems[0].slug == "too-many-slices"
