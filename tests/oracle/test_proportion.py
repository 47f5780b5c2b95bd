"""Wilson's interval beside other libraries, and beside the numbers that others published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from statsmodels.stats.proportion import proportion_confint

from gate.stats.normal import normal_quantile
from gate.stats.proportion import wilson

PUBLISHED = json.loads((Path(__file__).parent / "data" / "proportion.json").read_text(encoding="utf-8"))
COUNTS = [(k, n) for n in (1, 2, 3, 5, 10, 29, 100, 200, 1_000, 10**6) for k in sorted({0, 1, n // 3, n // 2, n - 1, n})]
CONFIDENCES = [0.5, 0.8, 0.9, 0.95, 0.99, 0.9999]


@pytest.mark.parametrize("case", PUBLISHED["intervals"], ids=lambda case: case["id"])
def test_published_interval(case: dict[str, Any]) -> None:
    assert wilson(case["k"] / case["n"], case["n"], case["confidence"]) == pytest.approx(case["expected"], abs=case["tolerance"])


@pytest.mark.parametrize("case", PUBLISHED["rows_needed"], ids=lambda case: case["id"])
def test_published_number_of_rows(case: dict[str, Any]) -> None:
    """From so many rows on the lower bound lies above the threshold."""
    few, enough = case["rows"] - 1 - case["tolerance"], case["rows"] + case["tolerance"]
    assert (
        wilson(case["share"], few, case["confidence"])[0]
        < case["threshold"]
        < wilson(case["share"], enough, case["confidence"])[0]
    )


@pytest.mark.parametrize("case", PUBLISHED["quantiles"], ids=lambda case: case["id"])
def test_published_quantile(case: dict[str, Any]) -> None:
    assert normal_quantile(case["probability"]) == case["expected"]


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_as_statsmodels(confidence: float) -> None:
    for k, n in COUNTS:
        low, high = proportion_confint(k, n, 1 - confidence, "wilson")
        assert wilson(k / n, n, confidence) == pytest.approx((low, high), abs=1e-12), (k, n)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_as_scipy(confidence: float) -> None:
    for k, n in COUNTS:
        found = binomtest(k, n).proportion_ci(confidence, method="wilson")
        assert wilson(k / n, n, confidence) == pytest.approx((found.low, found.high), abs=1e-12), (k, n)


def test_its_lower_end_is_the_one_sided_bound() -> None:
    """The two-sided 90 % interval makes the same statement as the one-sided bound at 95 %: the score test just rejects there."""
    for k, n in ((18, 20), (4, 200), (850, 1000)):
        low, _ = wilson(k / n, n, 0.90)
        z = (k / n - low) / (low * (1 - low) / n) ** 0.5
        assert norm.sf(z) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("probability", [0.5, 0.6, 0.9, 0.95, 0.975, 0.99, 0.9995, 0.1, 0.001])
def test_quantiles(probability: float) -> None:
    assert normal_quantile(probability) == pytest.approx(norm.ppf(probability), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("n", [1, 3, 20, 10**6])
def test_all_or_none_reaches_the_end_and_stays_wide(n: int) -> None:
    assert wilson(0, n, 0.9)[0] == 0
    assert wilson(1, n, 0.9)[1] == 1
    assert wilson(1, n, 0.9)[0] == pytest.approx(n / (n + 1.6448536269514722**2))


@settings(max_examples=1000)
@given(st.floats(0, 1), st.floats(1e-3, 1e15), st.sampled_from(CONFIDENCES))
@example(0.0, 1.0, 0.9)
@example(1.0, 1.0, 0.9)
@example(5e-324, 1.0, 0.9)
@example(1 - 2**-53, 3.0, 0.9)
@example(1.6e-27, 1.4e14, 0.9)
@example(7e-226, 0.063, 0.5)
def test_an_interval_holds_its_share_and_lies_in_0_to_1(share: float, n: float, confidence: float) -> None:
    low, high = wilson(share, n, confidence)
    assert 0 <= low <= share <= high <= 1
    assert high > low


def test_more_rows_than_there_can_be() -> None:
    assert wilson(0.9, 10**200, 0.9) == pytest.approx((0.9, 0.9))
