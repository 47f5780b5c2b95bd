"""What is stated of a value's error beside its n, or instead of it: standard errors, standard deviations and intervals."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt

from gate.record import replace
from gate.stats.test import Tails, Test
from gate.terms.measurement import Interval, Measurement

# Of the effective n: above, a stated standard error says no more than n itself does.
INDEPENDENT = 0.9
_NOISE = 1.05  # times the largest standard deviation: how far rounding, and n for n - 1, can have moved it


def rows_of(found: Measurement, share: float, scale: float) -> float:
    """How many independent rows have the errors that are stated of a share: infinite where none are."""
    stderr, interval = found.support.stderr, found.support.interval
    if stderr:
        return rows_of_error(share, stderr / scale)
    return inf if interval is None else rows_of_interval(share, _in_shares(interval, scale))


def rows_of_error(share: float, stderr: float) -> float:
    """Of a standard error. Where all (or no) rows are right, as if half a row more were not: the variance is never 0."""
    if 0 < share < 1:
        return max(1.0, _squared(sqrt(share * (1 - share)) / stderr))
    return max(1.0, sqrt(0.5) / stderr)


def rows_of_interval(share: float, of: Interval) -> float:
    """Of an interval: by half its width, or the longer side where it ends at 0 or 1; of all right, Wilson's at its end."""
    from gate.stats.normal import normal_quantile

    z = normal_quantile(round((1 + of.confidence) / 2, 12))
    left, right = share - of.low, of.high - share
    if not 0 < share < 1:
        end = max(0.0, of.low) if share == 1 else min(1.0, of.high)
        return max(1.0, _squared(z * sqrt(end * (1 - end)) / (share - end))) if end != share else inf
    one_sided = of.low <= 0 or of.high >= 1 or not left or not right
    return rows_of_error(share, (max(left, right) if one_sided else (left + right) / 2) / z)


def _squared(number: float) -> float:
    """Squares last: of a small number, the square may be 0."""
    return number * number


def _in_shares(of: Interval, scale: float) -> Interval:
    return replace(of, low=of.low / scale, high=of.high / scale) if scale != 1 else of


def is_wider(found: Measurement, share: float, n: float, scale: float) -> bool:
    """Whether the stated standard error is more than that of n independent rows: of clusters, or of weights."""
    stderr = found.support.stderr
    return bool(stderr) and rows_of_error(share, (stderr or 0.0) / scale) < INDEPENDENT * n


def jaccard(found: Measurement, scale: float) -> Measurement:
    """The errors of an F1 as those of its Jaccard index, F / (2 - F), which is a share."""
    value, support = float(found.value or 0) / scale, found.support
    slope = 2 / (2 - value) ** 2
    interval = support.interval
    if interval is not None:
        low, high = (end / scale / (2 - end / scale) if end < 2 * scale else 1.0 for end in (interval.low, interval.high))
        interval = replace(interval, low=low, high=high)
    stderr = None if support.stderr is None else support.stderr / scale * slope
    return replace(found, value=value / (2 - value), support=replace(support, stderr=stderr, interval=interval))


def no_surer(test: Test, found: Measurement) -> Test:
    """The test, which shows nothing that the stated interval does not show as well."""
    from gate.stats.combine import agreeing
    from gate.stats.means import of_stated_interval

    stated = found.support.interval
    if stated is None or not stated.low < stated.high or test.problem:
        return test
    other = of_stated_interval(stated.low, stated.high, stated.confidence, float(found.value or 0))
    return limited(agreeing([test, other]), test.low, test.high)


def limited(test: Test, low: float, high: float) -> Test:
    """The test of a parameter that lies in [low, high], as its estimate does."""
    if not low <= test.estimate <= high:
        return test

    def within(tails: Callable[[float], Tails]) -> Callable[[float], Tails]:
        return lambda c: tails(c) if low <= c <= high else Tails(0.0, 1.0) if c < low else Tails(1.0, 0.0)

    far = None if test.far is None else within(test.far)
    return replace(test, tails=within(test.tails), far=far, low=max(low, test.low), high=min(high, test.high))


def largest_deviation(found: Measurement, share: float, scale: float) -> float:
    """The largest standard deviation that single rows of a share can have, in the unit of the value as it is written."""
    from gate.stats.rounding import ROUGHEST, half_a_digit

    moved = min(half_a_digit(float(found.value or 0)) / scale, ROUGHEST)
    nearest = min(max(0.5, share - moved), share + moved)  # to a half, where shares vary most
    n = found.support.n or inf
    return _NOISE * scale * sqrt(max(0.0, nearest * (1 - nearest)) * (n / (n - 1) if 1 < n < inf else 1.0))
