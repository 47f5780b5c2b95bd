"""The interval beside a value: a share by Wilson, a standard error by the normal, a stated one as it is, else none."""

from __future__ import annotations

import math

import pytest

from gate.judge.interval import SHOWN, interval_of
from gate.stats.bounds import interval
from gate.stats.proportion import of_counts, wilson
from gate.terms.catalogue import find
from gate.terms.measurement import Interval, Measurement, Support
from gate.terms.metric import Metric

SHARE = Metric("accuracy", proportion=True)
Z = 1.6448536269514722  # of a one-sided bound at 95 %


def test_the_stated_interval_counts() -> None:
    stated = Interval(0.7, 0.9, 0.95)
    assert interval_of(Measurement("x", 0.8, support=Support(n=100, stderr=0.1, interval=stated)), SHARE) is stated


def test_a_share_of_n() -> None:
    found = interval_of(Measurement("accuracy", 0.8, support=Support(n=100)), SHARE)
    assert found == Interval(*wilson(0.8, 100, SHOWN), 0.90)


def test_k_makes_any_metric_a_share() -> None:
    found = interval_of(Measurement("x", 0.8, support=Support(n=200, k=160)), None)
    assert found == Interval(*wilson(0.8, 200, SHOWN), 0.90)


@pytest.mark.parametrize(("k", "n"), [(160, 200), (8, 10), (196, 200), (3, 200), (0, 5), (1, 1)])
def test_it_is_that_of_the_test_a_rule_with_confidence_is_held_against(k: int, n: int) -> None:
    found = interval_of(Measurement("x", k / n, support=Support(n=n, k=k)), None)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(interval(of_counts(k, n), 0.05), abs=1e-12)


def test_a_standard_error() -> None:
    found = interval_of(Measurement("x", 5, support=Support(n=100, stderr=2)), None)
    assert found == Interval(5 - 2 * Z, 5 + 2 * Z, 0.90)


def test_a_share_has_the_better_interval() -> None:
    found = interval_of(Measurement("accuracy", 1.0, support=Support(n=3, stderr=0.0)), SHARE)
    assert found is not None
    assert (found.high, round(found.low, 3)) == (1.0, 0.368)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_or_none_of_few_is_not_sure(value: float) -> None:
    found = interval_of(Measurement("accuracy", value, support=Support(n=1)), SHARE)
    assert found is not None
    assert found.high - found.low > 0.7
    assert found.low <= value <= found.high


NONE = {
    "no evidence": (Measurement("accuracy", 0.8), SHARE),
    "n alone": (Measurement("x", 0.8, support=Support(n=100)), None),
    "n of what is no share": (Measurement("f1", 0.8, support=Support(n=100)), find("f1")),
    "a share on 0 to 100": (Measurement("accuracy", 80.0, support=Support(n=100)), SHARE),
    "a share below 0": (Measurement("accuracy", -0.1, support=Support(n=100)), SHARE),
    "no rows": (Measurement("accuracy", 0.8, support=Support(n=0)), SHARE),
    "less than a row": (Measurement("accuracy", 0.8, support=Support(n=0.5)), SHARE),
    "no value": (Measurement("accuracy", None, support=Support(n=100)), SHARE),
    "a boolean": (Measurement("accuracy", True, support=Support(n=100)), SHARE),
    "no width": (Measurement("x", 0.8, support=Support(stderr=0)), None),
    "a deviation is no error": (Measurement("x", 0.8, support=Support(n=100, std=0.1)), None),
}


@pytest.mark.parametrize(("measurement", "fact"), NONE.values(), ids=NONE)
def test_no_interval(measurement: Measurement, fact: Metric | None) -> None:
    assert interval_of(measurement, fact) is None


def test_intervals_are_finite() -> None:
    found = interval_of(Measurement("accuracy", 0.5, support=Support(n=1e300)), SHARE)
    assert found is not None
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)
