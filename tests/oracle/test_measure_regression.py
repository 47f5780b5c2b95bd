"""Predicted numbers against scikit-learn, at any size of the numbers, and their errors against a row's influence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from gate.measure import orders
from gate.measure.tally import merge
from gate.terms.slice import WHOLE, Slice
from tests.measure.rows import baseline, measured, problem, tally, value

SUMS: dict[str, Callable[..., float]] = {
    "mae": sk.mean_absolute_error,
    "mse": sk.mean_squared_error,
    "rmse": sk.root_mean_squared_error,
    "r2": sk.r2_score,
    "mape": sk.mean_absolute_percentage_error,
    "bias": lambda y, p, sample_weight=None: float(np.average(p - y, weights=sample_weight)),
    "pinball@0.9": lambda y, p, **more: sk.mean_pinball_loss(y, p, alpha=0.9, **more),
    "pinball@0.05": lambda y, p, **more: sk.mean_pinball_loss(y, p, alpha=0.05, **more),
}


def rows(seed: int, n: int = 600, size: float = 1.0, shift: float = 0.0) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    label = (draw.normal(3, 2, n) + shift) * size
    return {
        "y": label,
        "p": label + draw.standard_t(3, n) * size,
        "q": label + draw.normal(0.2, 1, n) * size,
        "w": np.round(draw.lognormal(0, 1, n), 3),
        "region": draw.choice(["eu", "us"], n),
    }


ASKED: dict[str, Any] = {"label": "y", "prediction": "p", "task": "regression", "ask": ["pinball@0.9", "pinball@0.05"]}
DATA = {
    "ones": rows(0),
    "millionths": rows(1, size=1e-6),
    "billions": rows(2, size=1e9),
    "far": rows(3, shift=2000.0),
    "few": rows(4, 5),
}


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_the_whole_and_every_slice_are_as_scikit_learn_has_them(name: str, weighted: bool) -> None:
    data = DATA[name]
    found = measured(data, **ASKED, slices=["region"], **({"weight": "w"} if weighted else {}))
    for on in (WHOLE, Slice.of({"region": "eu"}), Slice.of({"region": "us"})):
        here = data["region"] == dict(on.parts)["region"] if on else np.ones(len(data["y"]), dtype=bool)
        if here.sum() < 2:
            continue
        label, guess = data["y"][here], data["p"][here]
        weights = {"sample_weight": data["w"][here]} if weighted else {}
        for metric, oracle in SUMS.items():
            assert found.get(metric, on).value == pytest.approx(oracle(label, guess, **weights), rel=1e-9), (metric, on)
        assert found.get("max_error", on).value == pytest.approx(sk.max_error(label, guess), rel=1e-12)
        middle = sk.median_absolute_error(label, guess, **weights)
        assert found.get("median_absolute_error", on).value == pytest.approx(middle, rel=1e-12)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_standard_errors_are_those_of_influence_values(weighted: bool) -> None:
    data = rows(7, 200)
    weight = data["w"] if weighted else np.ones(200)
    found = measured(data, **ASKED, **({"weight": "w"} if weighted else {}))
    for metric, oracle in SUMS.items():
        variance, step = 0.0, 1e-5
        for row in range(200):
            more, less = weight.copy(), weight.copy()
            more[row] += step
            less[row] -= step
            slope = oracle(data["y"], data["p"], sample_weight=more) - oracle(data["y"], data["p"], sample_weight=less)
            variance += (weight[row] * slope / (2 * step)) ** 2
        assert found.get(metric, WHOLE).support.stderr == pytest.approx(variance**0.5, rel=1e-6), metric


def test_shards_merge_to_the_same_bytes() -> None:
    data = rows(8)
    whole = tally(data, **ASKED)
    parts = [
        tally({name: column[at] for name, column in data.items()}, **ASKED)
        for at in (slice(0, 17), slice(17, 300), slice(300, None))
    ]
    both = merge(parts)
    for name in ("cells", "errors", "relative_errors"):
        assert dict(both[name].rows) == dict(whole[name].rows), name
    assert max(key[2] for key in both["largest_error"].rows) == max(key[2] for key in whole["largest_error"].rows)


def test_the_baseline_has_errors_of_its_own() -> None:
    data = rows(9)
    found = baseline(data, **ASKED, baseline_prediction="q")
    assert value(found, "mae") == pytest.approx(sk.mean_absolute_error(data["y"], data["q"]), rel=1e-9)


def test_numbers_that_are_no_labels_are_told_without_being_asked() -> None:
    data = rows(10)
    assert value(measured(data, label="y", prediction="p"), "rmse") > 0


def test_what_is_not_defined_says_why() -> None:
    same = {"y": np.full(5, 0.1), "p": np.arange(5) / 7}
    assert problem(measured(same, **ASKED), "r2") == "not defined: the labels are all the same, or vary too little for their size"
    right = {"y": np.array([1.5, 2.5]), "p": np.array([1.5, 2.5])}
    found = measured(right, **ASKED)
    assert (value(found, "mae"), value(found, "r2"), value(found, "max_error")) == (0.0, 1.0, 0.0)
    assert found.get("mae", WHOLE).support.stderr is None
    missing = {"y": np.array([1.5, np.nan, np.inf]), "p": np.array([1.0, 2.0, 2.0])}
    assert value(measured(missing, **ASKED, min_coverage=0.1), "mae") == 0.5


@pytest.mark.parametrize("n", [5, 20, 60, 100, 999, 2500, 100_000])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99])
def test_order_statistics_hold_the_quantile_as_scipy_says(n: int, share: float) -> None:
    ordered = np.arange(n, dtype=float)
    test = stats.quantile_test(ordered, p=share).confidence_interval(orders.CONFIDENCE)
    found = orders.bounds(n, share)
    if found is None:
        assert np.isnan(test.low) or np.isnan(test.high)
        return
    within = 0 if n <= 2000 else 3
    assert test.low - within <= found[0] <= test.low
    assert test.high <= found[1] <= test.high + within
