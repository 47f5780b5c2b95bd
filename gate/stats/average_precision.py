"""Average precision: the area under the precision-recall curve, in steps."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, sqrt, tanh

from gate.record import replace
from gate.stats.beta import student_above
from gate.stats.means import of_mean
from gate.stats.proportion import of_share
from gate.stats.test import Tails, Test, unknown

FEWEST = 20
_STEPS = 80
_NONE = 1e-9


def of_average_precision(value: float, n_pos: float, stderr: float | None = None) -> Test:
    """An average precision in [0, 1] on `n_pos` positives, `stderr` by its influence function.

    On the logit scale against t with `n_pos` - 1 degrees of freedom; the standard error never below what Boyd, Eng and
    Page (2013) take it for, 1 / sqrt(n_pos A (1 - A)), at the value and at c. Fewer than 20 positives say nothing: the value
    itself is biased upwards there.
    """
    value, n_pos = float(value), float(n_pos)
    method = "logit average precision, t"
    if n_pos < FEWEST:
        problem = f"{n_pos:g} positives are too few: {FEWEST} at least"
        return unknown(problem, estimate=value, low=0.0, high=1.0, method=method, n=n_pos, of="positives")
    if not _NONE < value < 1 - _NONE:  # the logit is infinite; Boyd's other interval is the binomial's
        return replace(of_share(value, n_pos), method="Wilson score at the number of positives", of="positives")
    own = value * (1 - value)
    known = max(1 / sqrt(n_pos * own), float(stderr or 0.0) / own)
    return Test(
        tails=_tails(value, n_pos, known),
        estimate=value,
        low=0.0,
        high=1.0,
        method=method,
        n=n_pos,
        of="positives",
        spread=known * own * sqrt(n_pos),
        notes=() if n_pos >= 100 else ("average precision is biased upwards where positives are few",),
    )


def of_average_precision_pair(difference: float, stderr: float, n_pos: float) -> Test:
    """The difference of two average precisions in the same rows, by the difference of their influence values; t with n_pos - 1.

    How often this errs has not been measured as it was for others. Fewer than 20 positives say nothing.
    """
    if n_pos < FEWEST:
        said = f"{n_pos:g} positives are too few: {FEWEST} at least"
        return unknown(
            said, estimate=difference, low=-1.0, high=1.0, method="paired average precision, t", n=n_pos, of="positives"
        )
    test = of_mean(difference, n_pos, stderr, low=-1.0, high=1.0, of="positives")
    note = "how often this test errs was not measured"
    return replace(test, method="paired average precision, t", notes=(note,))


def _tails(value: float, n_pos: float, known: float) -> Callable[[float], Tails]:
    centre = log(value / (1 - value))
    most = _peak(centre), -_peak(-centre)  # beyond these c the error at c grows faster than the distance

    def tails(c: float) -> Tails:
        if not 0 < c < 1:
            return Tails(0.0, 1.0) if c <= 0 else Tails(1.0, 0.0)
        logit = log(c / (1 - c))
        limited = min(most[1], max(most[0], logit))
        share = 1 / (1 + exp(-limited))
        by_null = (centre - limited) * sqrt(n_pos * share * (1 - share))
        by_value = (centre - logit) / known
        t = min(by_null, by_value) if logit < centre else max(by_null, by_value)
        return Tails(student_above(t, n_pos - 1), student_above(-t, n_pos - 1))

    return tails


def _peak(centre: float) -> float:
    """The logit l below `centre` at which (centre - l) sqrt(c (1 - c)) is largest: (centre - l) tanh(-l / 2) = 2."""
    low, high = min(centre, 0.0) - 40.0, min(centre, 0.0)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (centre - middle) * tanh(-middle / 2) > 2:
            low = middle
        else:
            high = middle
    return low
