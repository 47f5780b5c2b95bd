"""Summaries of columns against numpy, win rates by hand, pass@k against its formula."""

from __future__ import annotations

from inspect import signature
from math import comb
from typing import Any

import numpy as np
import pytest
from sklearn.utils.stats import _weighted_percentile

from gate.errors import InputError
from gate.measure import number_grid, weighted_orders
from gate.measure.engines.engine import Effort
from gate.measure.measurements import measurements
from gate.measure.tally import merge
from gate.terms.slice import WHOLE, Slice
from tests.measure.rows import measured, problem, tally, value

_AVERAGES = "average" in signature(_weighted_percentile).parameters  # since scikit-learn 1.7; Python 3.10 has older ones


def rows(seed: int, n: int = 800) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    return {
        "latency": draw.lognormal(4, 1, n),
        "change": np.round(draw.normal(0, 1, n)),
        "price": 1e6 + draw.normal(0, 10, n),
        "shown": draw.random(n) < 0.3,
        "w": np.round(draw.lognormal(0, 1, n), 3),
        "region": draw.choice(["eu", "us"], n),
        "verdict": draw.choice(["win", "tie", "loss", "Win "], n),
        "task": draw.integers(0, 40, n),
    }


COLUMNS = ["latency", "change", "price", "shown"]


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_the_whole_and_every_slice_are_as_numpy_has_them(weighted: bool) -> None:
    data = rows(0)
    found = measured(data, columns=COLUMNS, slices=["region"], **({"weight": "w"} if weighted else {}))
    for on in (WHOLE, Slice.of({"region": "eu"})):
        here = data["region"] == "eu" if on else np.ones(800, dtype=bool)
        weight = data["w"][here] if weighted else np.ones(here.sum())
        for column in COLUMNS:
            numbers = data[column][here].astype(float)
            mean = np.average(numbers, weights=weight)
            ours = {name: found.get(f"{column}.{name}", on) for name in ("mean", "sum", "std", "rate", "min", "max", "n")}
            assert ours["mean"].value == pytest.approx(mean, rel=1e-12, abs=1e-15)
            assert ours["mean"].support.stderr == pytest.approx(
                np.sqrt((weight**2 * (numbers - mean) ** 2).sum()) / weight.sum(), rel=1e-4
            )
            assert ours["sum"].value == pytest.approx((weight * numbers).sum(), rel=1e-12)
            spread = np.sqrt(np.average((numbers - mean) ** 2, weights=weight)) if weighted else np.std(numbers, ddof=1)
            assert ours["std"].value == pytest.approx(spread, rel=1e-5 if column == "price" else 1e-9)
            assert ours["rate"].value == pytest.approx(np.average(numbers > 0, weights=weight), abs=1e-12)
            assert (ours["min"].value, ours["max"].value, ours["n"].value) == (numbers.min(), numbers.max(), len(numbers))
            for share in (0.5, 0.95, 0.99) if not weighted or _AVERAGES else ():
                quantile = found.get(f"{column}.p{share * 100:.0f}", on)
                expected = (
                    _weighted_percentile(numbers, weight, 100 * share, average=True) if weighted else np.quantile(numbers, share)
                )
                assert quantile.value == pytest.approx(expected, rel=1e-12)
                interval = quantile.support.interval
                assert interval is None or interval.low <= quantile.value <= interval.high
            products = weight * numbers
            error = np.sqrt(len(numbers) * products.var())
            assert ours["sum"].support.stderr == pytest.approx(error, rel=1e-4)
            away = (numbers - mean) ** 2
            error = np.sqrt((weight**2 * (away - np.average(away, weights=weight)) ** 2).sum()) / weight.sum() / (2 * spread)
            found_error = ours["std"].support.stderr
            assert found_error is None if column == "price" else found_error == pytest.approx(error, rel=1e-4)


def test_the_interval_of_a_quantile_holds_it_as_often_as_it_says() -> None:
    hits, draws = 0, 400
    from gate.measure import orders

    for seed in range(draws):
        n, at, low, high, bounded = orders.quantiles(np.random.default_rng(seed).random(200), (0.9,))[0.9]
        hits += bool(low <= 0.9 <= high and bounded and n == 200 and low <= at <= high)
    assert hits / draws >= 0.87


def test_the_interval_of_a_weighted_quantile_holds_it_as_often_as_it_says() -> None:
    hits, draws = 0, 400
    for seed in range(draws):
        draw = np.random.default_rng(seed)
        numbers, weight = draw.random(300), draw.lognormal(0, 1, 300)
        n, at, low, high, bounded = weighted_orders.quantiles(numbers, weight, (0.8,))[0.8]
        hits += bool(low <= 0.8 <= high and bounded and n == 300 and low <= at <= high)
    assert 0.85 <= hits / draws <= 0.95


def test_rows_without_weight_are_not_there_and_equal_weights_are_none() -> None:
    numbers = np.arange(11.0)
    assert weighted_orders.quantiles(numbers, np.r_[np.zeros(5), np.ones(6)], (0.5,))[0.5][1] == 7.5
    assert weighted_orders.quantiles(numbers, np.full(11, 0.1), (0.5,))[0.5][1] == 5.0
    assert weighted_orders.quantiles(numbers, np.zeros(11), (0.5,)) == {}


def test_weighted_quantiles_of_parts_come_from_the_grid() -> None:
    data = rows(5, 4_000)
    parts = [{name: column[start::2] for name, column in data.items()} for start in (0, 1)]
    asked = {"columns": ["latency"], "weight": "w", "slices": ["region"]}
    whole = measured(data, **asked)
    both = measurements(merge([tally(part, Effort(threads=1, portable=True), **asked) for part in parts]))
    for on in (WHOLE, Slice.of({"region": "us"})):
        for name in ("latency.p50", "latency.p95"):
            here, there = whole.get(name, on), both.get(name, on)
            assert there.value == pytest.approx(here.value, rel=0.02)
            assert there.support.interval.low <= here.value <= there.support.interval.high


def test_numbers_that_are_missing_are_counted_and_may_not_be_many() -> None:
    data = {"cost": np.array([1.0, 2.0, np.nan, np.inf, 3.0]), "id": np.arange(5)}
    assert problem(measured(data, columns=["cost"]), "cost.mean") == (
        "not measured: 3 of 5 rows have a number, and `min_coverage` is 0.95"
    )
    found = measured(data, columns=["cost"], min_coverage=0.5)
    assert (value(found, "cost.mean"), value(found, "cost.max"), value(found, "cost.coverage")) == (2.0, 3.0, 0.6)
    none = measured({"cost": np.array([np.nan])}, columns=["cost"])
    assert problem(none, "cost.mean") == "not defined: no row has a number"


def test_a_tie_is_half_a_win() -> None:
    data = rows(1)
    found = measured(data, columns=["verdict"])
    win, tie, loss = (np.char.lower(np.char.strip(data["verdict"])) == each for each in ("win", "tie", "loss"))
    assert value(found, "verdict.win_rate") == pytest.approx((win + tie / 2).mean(), abs=1e-12)
    assert value(found, "verdict.tie_rate") == pytest.approx(tie.mean(), abs=1e-12)
    assert value(found, "verdict.loss_rate") == pytest.approx(loss.mean(), abs=1e-12)
    error = np.std(win + tie / 2) / np.sqrt(800)
    assert found.get("verdict.win_rate", WHOLE).support.stderr == pytest.approx(error, rel=1e-9)
    weighted = measured(data, columns=["verdict"], weight="w")
    assert value(weighted, "verdict.win_rate") == pytest.approx(np.average(win + tie / 2, weights=data["w"]), abs=1e-12)


def test_text_that_is_no_result_is_refused() -> None:
    with pytest.raises(InputError, match="text other than win, tie, loss"):
        measured({"answer": np.array(["win", "forty-two"])}, columns=["answer"])


def test_pass_at_k_is_the_mean_over_queries() -> None:
    data = rows(2)
    found = measured(data, columns=["shown"], query="task", ask=["pass@5"], slices=["region"])
    for on in (WHOLE, Slice.of({"region": "us"})):
        here = data["region"] == "us" if on else np.ones(800, dtype=bool)
        for k in (1, 5):
            chances = []
            for task in set(data["task"][here]):
                tries = data["shown"][here][data["task"][here] == task]
                n, c = len(tries), int(tries.sum())
                if n >= k:
                    chances.append(1 - comb(n - c, k) / comb(n, k))
            ours = found.get(f"shown.pass@{k}", on)
            assert ours.value == pytest.approx(np.mean(chances), rel=1e-9)
            assert ours.support.n == len(chances)
            assert ours.support.stderr == pytest.approx(np.std(chances) / np.sqrt(len(chances)), rel=1e-6)


def test_shards_tell_quantiles_by_the_grid() -> None:
    data = rows(5, 4000)
    portable = Effort(threads=1, portable=True)
    parts = [
        tally({name: column[at] for name, column in data.items()}, portable, columns=COLUMNS)
        for at in (slice(0, 99), slice(99, None))
    ]
    exact, found = measured(data, columns=COLUMNS), measurements(merge(parts))
    for column in ("latency", "change", "price"):
        for name in ("p50", "p95", "p99"):
            ours, theirs = found.get(f"{column}.{name}", WHOLE), exact.get(f"{column}.{name}", WHOLE)
            assert ours.value == pytest.approx(theirs.value, rel=0.02 if column == "latency" else 0.008), (column, name)
            assert ours.support.interval.low <= theirs.support.interval.low
            assert ours.support.interval.high >= theirs.support.interval.high


def test_the_grid_of_numbers_knows_every_number_to_a_hundredth() -> None:
    draw = np.random.default_rng(6)
    numbers = np.concatenate(
        [draw.lognormal(0, 20, 500), -draw.lognormal(0, 20, 500), [0.0, 1.0, 2.0, -4.0, 0.5, np.nextafter(8, 0)]]
    )
    portable = Effort(threads=1, portable=True)
    cells = tally({"x": numbers, "id": np.arange(len(numbers)).astype(str)}, portable, columns=["x"], slices=["id"])[
        "column_cells"
    ].rows
    by_id = {int(key[0].parts[0][1]): key[2] for key in cells if key[0]}
    for index, number in enumerate(numbers):
        low, high = number_grid.edges(by_id[index])
        assert low <= number <= high
        assert high - low <= abs(number) / 100


def test_shards_merge_to_the_same_bytes() -> None:
    data = rows(3)
    asked: dict[str, Any] = {"columns": [*COLUMNS, "verdict"]}
    whole = tally(data, **asked)
    both = merge([tally({name: column[at] for name, column in data.items()}, **asked) for at in (slice(0, 99), slice(99, None))])
    assert {name: dict(both[name].rows) for name in ("columns", "results")} == {
        name: dict(whole[name].rows) for name in ("columns", "results")
    }
    assert "column_order" not in both
