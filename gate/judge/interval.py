"""How sure a measurement is: the interval that reports print beside it."""

from __future__ import annotations

from gate.stats.normal import normal_quantile
from gate.stats.proportion import FEW, wilson
from gate.terms.measurement import Interval, Measurement
from gate.terms.metric import Metric

SHOWN = 0.90  # two-sided; it makes the same statement as a one-sided bound at 95 %


def interval_of(found: Measurement, fact: Metric | None) -> Interval | None:
    """The interval a file states, if it has a width, or that of its evidence: of a share's test, normal for a standard error."""
    support = found.support
    if support.interval is not None:
        return support.interval if support.interval.low < support.interval.high else None
    value = found.value
    if value is None or isinstance(value, bool):
        return None
    is_share = support.k is not None or (fact is not None and fact.proportion)
    if is_share and support.n is not None and support.n >= 1 and 0 <= value <= 1:
        return Interval(*_of_share(value, support.n), SHOWN)
    if support.stderr is not None and 0 < support.stderr < 1e300:
        half = normal_quantile(0.95) * support.stderr
        return Interval(value - half, value + half, SHOWN)
    return None


def _of_share(value: float, n: float) -> tuple[float, float]:
    """The ends of the test that a rule with confidence is held against; where rows are many, by Wilson's closed form."""
    if min(value * n, n - value * n) >= FEW:
        return wilson(value, n, SHOWN)
    from gate.stats.bounds import interval
    from gate.stats.proportion import of_share

    return interval(of_share(value, n), (1 - SHOWN) / 2)
