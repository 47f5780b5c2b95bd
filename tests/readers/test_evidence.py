"""A value with its evidence, and evidence that contradicts itself."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gate.errors import InputError, Place
from gate.readers.evidence import is_evidence, is_measurement, measurement
from gate.terms.measurement import Interval, Measurement, Support
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE

HERE = Place("m.json")


def read(mapping: dict[str, Any]) -> Measurement:
    return measurement(mapping, "recall", WHOLE, HERE)


def message(mapping: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        read(mapping)
    (problem,) = caught.value.problems
    assert problem.slug == "bad-evidence"
    assert problem.where == HERE
    assert problem.message.startswith("`recall`: ")
    return problem.message


@pytest.mark.parametrize(
    ("mapping", "is_one"),
    [
        ({"value": 0.9}, True),
        ({"value": None}, True),
        ({"value": [1]}, True),
        ({"value": {"a": 1}}, False),
        ({"value": 0.9, "anything": 1}, True),
        ({"k": 3, "n": 4}, True),
        ({"k": 3, "n": 4, "unit": "%", "interval": [0, 1], "confidence": 0.9}, True),
        ({"k": 3, "exposure": 400}, True),
        ({"k": 3, "exposure": 400, "depth": 7}, False),
        ({"k": 3, "n": 4, "depth": 7}, False),  # settings, not a share
        ({"k": {"a": 1}, "n": 4}, False),
        ({"n": 4}, False),
        ({"k": 4}, False),
        ({"n": 4, "stderr": 0.1}, False),
        ({}, False),
    ],
)
def test_what_is_a_measurement(mapping: dict[str, Any], is_one: bool) -> None:
    assert is_measurement(mapping) is is_one


def test_confidence_is_evidence_only_beside_an_interval() -> None:
    assert is_evidence("confidence", {"interval": [0, 1]})
    assert not is_evidence("confidence", {"value": 1})
    assert not is_evidence("threshold", {"value": 1})


def test_all_evidence_is_taken() -> None:
    found = read(
        {
            "value": 0.9,
            "n": 400,
            "stderr": 0.015,
            "std": 0.3,
            "n_pos": 400,
            "n_neg": 600,
            "interval": [0.85, 0.95],
            "confidence": 0.9,
            "unit": "ratio",
            "better": "higher",
        }
    )
    assert found == Measurement(
        "recall",
        0.9,
        WHOLE,
        Support(400, None, 0.015, 0.3, 400, 600, Interval(0.85, 0.95, 0.9)),
        "ratio",
        Direction.HIGHER,
        "",
        HERE,
    )


def test_an_interval_is_at_95_percent_unless_it_says_so() -> None:
    found = read({"value": 0.9, "interval": [0.85, 0.95]})
    assert found.support.interval == Interval(0.85, 0.95, 0.95)


def test_null_is_no_evidence() -> None:
    found = read(dict.fromkeys(("n", "k", "stderr", "interval", "confidence", "unit", "better"), None) | {"value": 0.9})
    assert found == Measurement("recall", 0.9, where=HERE)


@pytest.mark.parametrize(
    ("value", "problem"), [(None, "null"), (math.nan, "not a number (NaN)"), ("0.9", "text"), ([1], "a list of 1")]
)
def test_evidence_of_a_value_that_is_none_is_kept(value: object, problem: str) -> None:
    found = read({"value": value, "n": 400, "interval": [0.1, 0.2]})
    assert (found.value, found.problem, found.support.n) == (None, problem, 400)


# -- k and n


def test_k_of_n_is_the_value() -> None:
    assert read({"k": 364, "n": 400}).value == 0.91
    assert read({"k": 0, "n": 3}).value == 0
    assert read({"k": 364, "n": 400, "unit": "%"}).value == 91


def test_a_rounded_value_gives_way_to_the_exact_ratio() -> None:
    assert read({"value": 0.85, "k": 849, "n": 1000}).value == 0.849
    assert read({"value": 84.9, "k": 849, "n": 1000, "unit": "%"}).value == pytest.approx(84.9, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "k", "n"),
    [
        (0.67, 2, 3),
        (0.667, 2, 3),
        (0.6666666666666666, 2, 3),
        (0.6666666667, 2, 3),
        (1, 1, 1),
        (0.0, 0, 9),
        (0.91, 364, 400),
        (2e-5, 1, 50_001),
    ],
)
def test_rounding_is_no_contradiction(value: float, k: int, n: int) -> None:
    assert read({"value": value, "k": k, "n": n}).value == k / n


@pytest.mark.parametrize(
    ("value", "k", "n"),
    [
        (0.66, 2, 3),
        (0.6, 2, 3),
        (0.9, 364, 400),
        (1, 399, 402),
        (0.5, 0, 9),
        (0.91, 36, 400),
        (0.912, 364, 400),
        (3e-5, 1, 50_001),
    ],
)
def test_another_value_than_k_of_n_is_a_contradiction(value: float, k: int, n: int) -> None:
    assert "`k` of `n`" in message({"value": value, "k": k, "n": n})


@pytest.mark.parametrize("mapping", [{"k": 0, "n": 0}, {"value": 1.0, "n": 0}, {"value": 0.0, "k": 0, "n": 0}])
def test_what_was_measured_on_no_rows_has_no_value(mapping: dict[str, Any]) -> None:
    found = read(mapping)
    assert (found.value, found.problem) == (None, "measured on no rows (n is 0)")


# -- contradictions


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"value": 0.9, "n": -1}, "`n` is negative: -1"),
        ({"value": 0.9, "k": -1, "n": 4}, "`k` is negative"),
        ({"value": 0.9, "stderr": -0.1}, "`stderr` is negative"),
        ({"value": 0.9, "std": -0.1}, "`std` is negative"),
        ({"value": 0.9, "n_pos": -1}, "`n_pos` is negative"),
        ({"value": 0.9, "n_neg": -1}, "`n_neg` is negative"),
        ({"k": 50, "n": 40}, "`k` is more than `n`: 50 of 40"),
        ({"value": 0.9, "interval": [0.95, 0.85]}, "reversed"),
        ({"value": None, "interval": [0.95, 0.85]}, "reversed"),
        ({"value": 0.9, "interval": [0.91, 0.95]}, "does not hold the value"),
        ({"value": 0.9, "interval": [0.8, 0.89]}, "does not hold the value"),
        ({"value": 3e-12, "interval": [1e-12, 2e-12]}, "does not hold the value"),
        ({"value": 0.9, "interval": [0.8]}, "not two numbers"),
        ({"value": 0.9, "interval": 0.1}, "not two numbers"),
        ({"value": 0.9, "interval": [0.8, math.inf]}, "not two numbers"),
        ({"value": 0.9, "interval": ["0.8", "1"]}, "not two numbers"),
        ({"value": 0.9, "interval": [0, 1], "confidence": 95}, "between 0 and 1"),
        ({"value": 0.9, "interval": [0, 1], "confidence": 1}, "between 0 and 1"),
        ({"value": 0.9, "interval": [0, 1], "confidence": "95%"}, "between 0 and 1"),
        ({"value": 0.9, "n": "400"}, "`n` is text, not a number"),
        ({"value": 0.9, "n": True}, "`n` is a boolean, not a number"),
        ({"value": 0.9, "n": [4]}, "`n` is a list of 1, not a number"),
        ({"value": 0.9, "n": {"a": 1}}, "`n` is a mapping, not a number"),
        ({"value": 0.9, "stderr": math.nan}, "`stderr` is not a number (NaN)"),
        ({"value": 0.9, "n": math.inf}, "`n` is infinite"),
        ({"value": 0.9, "n": 10**310}, "`n` is infinite"),
        ({"value": 0.9, "unit": 3}, "`unit` is a number"),
        ({"value": 0.9, "better": "up"}, "`better` is neither"),
        ({"value": 0.9, "better": ["higher"]}, "`better` is neither"),
        ({"k": 1, "n": None}, "needs a `value`, or `k` and `n`"),
    ],
)
def test_what_cannot_be_is_refused(mapping: dict[str, Any], words: str) -> None:
    assert words in message(mapping)


def test_an_interval_may_end_at_the_value() -> None:
    assert read({"value": 1.0, "interval": [1.0, 1.0]}).value == 1.0
    assert read({"value": 0.1 + 0.2, "interval": [0.1, 0.3]}).value == 0.1 + 0.2


def test_a_hostile_name_is_shown_harmless() -> None:
    with pytest.raises(InputError, match=r"`a\\u000a::error::`") as caught:
        measurement({"value": 1, "n": -1}, "a\n::error::", WHOLE, HERE)
    assert "\n" not in caught.value.problems[0].message


def test_a_rate_of_events() -> None:
    found = read({"k": 15, "exposure": 400})
    assert (found.value, found.support.k, found.support.exposure, found.support.n) == (0.0375, 15, 400, None)
    assert read({"value": 0.04, "k": 15, "exposure": 400}).value == 0.0375  # rounded in the file


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"k": 15, "exposure": 0}, "nothing could happen"),
        ({"k": 15, "exposure": -4}, "`exposure` is negative"),
        ({"k": 15, "n": 20, "exposure": 400}, "either of `n` or per `exposure`"),
        ({"value": 0.5, "k": 15, "exposure": 400}, "`k` per `exposure` is 0.0375"),
        ({"k": 15, "exposure": "400"}, "not a number"),
    ],
)
def test_a_rate_that_cannot_be(mapping: dict[str, Any], words: str) -> None:
    assert words in message(mapping)
