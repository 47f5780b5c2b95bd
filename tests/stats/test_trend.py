from __future__ import annotations

import random
import statistics

import pytest

from gate.stats.change_points import change_points, split
from gate.stats.trend import centre_and_spread, drift, expected, moving_average, student_quantile

stats = pytest.importorskip("scipy.stats")

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4 (moving average) and 6.3.2.3 (cumulative sum)
AVERAGED = [
    52.0,
    47.0,
    53.0,
    49.3,
    50.1,
    47.0,
    51.0,
    50.1,
    51.2,
    50.5,
    49.6,
    47.6,
    49.9,
    51.3,
    47.8,
    51.2,
    52.6,
    52.4,
    53.6,
    52.1,
]
AVERAGES = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73,
            51.23, 51.94, 51.99]  # fmt: skip
SUMMED = [324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625, 325.150, 328.325,
          327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350]  # fmt: skip
# Apache Otava, tests/analysis_test.py, test_single_series
OTAVAS = [1.02, 0.95, 0.99, 1.0, 1.12, 1.0, 1.01, 0.98, 1.01, 0.96, 0.5, 0.51, 0.48, 0.48, 0.55, 0.5, 0.49, 0.51, 0.5, 0.49]


def test_a_moving_average_is_nists() -> None:
    found = [moving_average([50, *AVERAGED[: end + 1]]) for end in range(len(AVERAGED))]
    assert found == pytest.approx(AVERAGES, abs=0.0051)


def test_a_cumulative_sum_signals_where_nists_does() -> None:
    sums = [drift(SUMMED[: end + 1], 325, 1, downwards=False, slack=0.3175) for end in range(len(SUMMED))]
    assert next(number for number, each in enumerate(sums, 1) if each > 4.1959) == 14


def test_falling_values_are_rising_ones_in_a_mirror() -> None:
    mirrored = [650 - each for each in SUMMED]
    assert drift(mirrored, 325, 2, downwards=True) == pytest.approx(drift(SUMMED, 325, 2, downwards=False))
    assert drift(SUMMED[:12], 325, 2, downwards=False) == 0


@pytest.mark.parametrize("freedom", [1, 2, 7, 24, 400])
@pytest.mark.parametrize("probability", [0.6, 0.95, 0.975, 0.999])
def test_quantiles_of_t_are_scipys(probability: float, freedom: int) -> None:
    assert student_quantile(probability, freedom) == pytest.approx(stats.t.ppf(probability, freedom), rel=1e-9)


def test_bounds_of_the_next_value_are_benchers() -> None:
    """Bencher's documentation: 25 values, mean 100, standard deviation 10, boundary 0.977: 78.54 to 121.46."""
    wide = 10 * (24 / 25) ** 0.5 * 1.0206207261596576  # so that the sample's deviation is 10
    values = [100 + wide * (1 if at % 2 else -1) for at in range(24)] + [100]
    mean, spread = centre_and_spread(values)
    values = [100 + (each - mean) * 10 / spread for each in values]
    assert expected(values, confidence=0.977) == pytest.approx((78.54, 121.46), abs=0.01)


def test_a_new_value_is_outside_as_often_as_said() -> None:
    draw = random.Random(7)
    below = above = 0
    for _ in range(4000):
        *history, new = (draw.gauss(0.9, 0.01) for _ in range(9))
        low, high = expected(history)
        below, above = below + (new < low), above + (new > high)
    assert 0.018 < below / 4000 < 0.033
    assert 0.018 < above / 4000 < 0.033


def test_a_constant_history_still_judges_by_the_declared_spread() -> None:
    low, high = expected([0.95] * 10, least=0.005)
    assert 0.93 < low < 0.945
    assert 0.955 < high < 0.97
    assert expected([0.95] * 10) == pytest.approx((0.95, 0.95))


def test_a_change_is_found_where_otava_finds_it() -> None:
    assert split(OTAVAS) == 10
    assert change_points(OTAVAS) == [10]


def test_several_changes_and_none() -> None:
    draw = random.Random(3)
    levels = [draw.gauss(level, 0.01) for level in (0.9, 0.8, 0.85) for _ in range(30)]
    assert change_points(levels) == [30, 60]
    assert change_points([0.9, 0.8, 0.9]) == change_points([]) == change_points([0.5] * 50) == []
    assert change_points([0.95] * 10 + [0.10] * 5) == [10]


def test_noise_has_no_changes() -> None:
    draw = random.Random(11)
    assert sum(bool(change_points([draw.gauss(0, 1) for _ in range(30)])) for _ in range(200)) <= 1


def test_only_the_latest_are_looked_at() -> None:
    assert change_points([0.0] * 300 + [1.0] * 400) == []
    assert change_points([0.0] * 600 + [1.0] * 100) == [600]


def test_numbers_whose_squares_are_none() -> None:
    mean, spread = centre_and_spread([1e200, 2e200, 1e200, 3e200])
    assert mean == pytest.approx(1.75e200)
    assert spread == pytest.approx(statistics.stdev([1.0, 2.0, 1.0, 3.0]) * 1e200)
    assert centre_and_spread([-1.7e308, 1.7e308])[0] == 0
