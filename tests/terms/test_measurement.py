"""One measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gate.errors import Place
from gate.terms.measurement import Interval, Measurement, Support

ONE = Measurement("recall", 1, support=Support(n=4, interval=Interval(0.5, 1, 0.95)), unit="ratio", where=Place("a.json"))


def test_the_place_does_not_matter() -> None:
    assert ONE.same_as(replace(ONE, where=Place("b.json", 3)))
    assert ONE.same_as(replace(ONE, value=1.0))


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, value=0.9),
        replace(ONE, value=True),
        replace(ONE, value=None, problem="null"),
        replace(ONE, support=Support(n=5)),
        replace(ONE, unit="%"),
    ],
)
def test_value_kind_support_and_unit_do(other: Measurement) -> None:
    assert not ONE.same_as(other)
    assert not other.same_as(ONE)


def test_two_without_a_value_are_the_same_only_for_the_same_reason() -> None:
    null = Measurement("recall", None, problem="null")
    assert null.same_as(Measurement("recall", None, problem="null"))
    assert not null.same_as(Measurement("recall", None, problem="text"))
