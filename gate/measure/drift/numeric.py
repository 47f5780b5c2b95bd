"""Drift of a column of numbers."""

from __future__ import annotations

from math import sqrt
from typing import Any

from gate.measure.drift.sides import Numbers
from gate.measure.drift.values import NO_SPREAD, Found, few, shares
from gate.measure.metrics.metric import Value
from gate.stats import divergence, samples, tails
from gate.terms.measurement import Interval

BINS = 10
ROWS_A_BIN = 10
CONFIDENCE = 0.95
QUANTILES = {"p05": 0.05, "median": 0.5, "p95": 0.95}
_INFINITE = "not defined: the column holds infinite numbers"


def drift(reference: Numbers, current: Numbers) -> Found:
    """How numbers differ: their distribution, their mean, their quantiles, and what is missing. By name without `drift.`."""
    found = shares(reference.missing, len(reference.values), current.missing, len(current.values))
    lacking = few(len(reference.values), len(current.values))
    if lacking:
        return found | dict.fromkeys(NAMES, Value(None, problem=lacking))
    before, now = reference.values, current.values
    n, m = len(before), len(now)
    found |= _bins(before, now)
    outside = int(m - (_below(now, before[-1], "right") - _below(now, before[0], "left")))
    found["unseen_rate"] = Value(outside / m, n=m, k=outside)
    distance = samples.kolmogorov_smirnov(before, now)
    found["ks"] = Value(distance, n=m)
    found["ks_p"] = Value(tails.kolmogorov_tail(distance * sqrt(n * m / (n + m))), n=m)
    return found | _moved(before, now)


NAMES = (
    "psi", "psi_p", "js", "unseen_rate", "ks", "ks_p", "wasserstein", "mean_shift", *(f"{name}_shift" for name in QUANTILES),
)  # fmt: skip


def ks_interval(value: Value, n: int, m: int) -> Interval | None:
    """Where the true distance lies at 95 %, by the inequality of Dvoretzky, Kiefer and Wolfowitz: wide, and always right."""
    if value.value is None:
        return None
    margin = samples.smirnov_margin(n, m, CONFIDENCE)
    return Interval(max(0.0, value.value - margin), min(1.0, value.value + margin), CONFIDENCE)


def _below(values: Any, edge: Any, side: Any) -> int:
    import numpy as np

    return int(np.searchsorted(values, edge, side))


def _bins(before: Any, now: Any) -> Found:
    """PSI and JS over bins that hold as many reference values each; fewer bins for fewer rows, so that chance stays small."""
    count = min(BINS, max(2, min(len(before), len(now)) // ROWS_A_BIN))
    cuts = samples.equal_mass_cuts(before, count)
    return divergences(samples.counts(before, cuts), samples.counts(now, cuts))


def divergences(reference: list[int], current: list[int]) -> Found:
    """PSI, debiased, with the p-value of the chi-square test over the same bins, and the JS distance.

    PSI's own null distribution, (1/n + 1/m) chi², calls too often for few rows (1.9 % at a nominal 1 % with 100 rows);
    Pearson's statistic, which it equals for many, does not (0.8 %).
    """
    stability = divergence.population_stability(reference, current)
    n = sum(current)
    p = tails.chi_square_tail(*divergence.chi_square(reference, current))
    return {
        "psi": Value(stability.value, n=n, stderr=stability.stderr),
        "psi_p": Value(p, n=n),
        "js": Value(divergence.jensen_shannon(reference, current), n=n),
    }


def _moved(before: Any, now: Any) -> Found:
    """How far numbers moved, in standard deviations of the reference."""
    import numpy as np

    names = ("wasserstein", "mean_shift", *(f"{name}_shift" for name in QUANTILES))
    n, m = len(before), len(now)
    if not (np.isfinite(before[[0, -1]]).all() and np.isfinite(now[[0, -1]]).all()):
        return dict.fromkeys(names, Value(None, problem=_INFINITE))
    with np.errstate(all="ignore"):
        spread, other = float(before.std(ddof=1)), float(now.std(ddof=1))
        if not spread > abs(float(before[0])) * 1e-12:
            return dict.fromkeys(names, Value(None, problem=NO_SPREAD))
        shift = (float(now.mean()) - float(before.mean())) / spread
        error = sqrt(spread**2 / n + other**2 / m) / spread if spread < 1e150 > other else None
        found = {
            "wasserstein": Value(samples.wasserstein(before, now) / spread, n=m),
            "mean_shift": Value(shift, n=m, stderr=error),
        }
        for name, share in QUANTILES.items():
            moved = float(now[int(share * (m - 1))]) - float(before[int(share * (n - 1))])
            found[f"{name}_shift"] = Value(moved / spread, n=m)
    return found
