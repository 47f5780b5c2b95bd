"""What columns of either kind have: missing values, and what stands in a value's place where there is none."""

from __future__ import annotations

from math import sqrt
from typing import TypeAlias

from gate.measure.metrics.metric import Value
from gate.stats.tails import normal_tail

Found: TypeAlias = dict[str, Value]  # values by their names without the family's
FEW = 20
NO_SPREAD = "not defined: the column is constant in the reference"


def few(reference: int, current: int) -> str:
    """Why distributions cannot be compared; "" where both sides have values enough."""
    if not reference or not current:
        return f"not measured: the column holds no values{'' if reference else ' in the reference'}"
    if min(reference, current) < FEW:
        return f"not measured: {min(reference, current)} values, and {FEW} are needed"
    return ""


def shares(missing_before: int, known_before: int, missing: int, known: int) -> Found:
    """The change of the missing rate (a difference of shares) and the p-value of the test that there is none."""
    n, m = missing_before + known_before, missing + known
    if not n or not m:
        return dict.fromkeys(("missing_rate_change", "missing_p"), Value(None, problem="not measured: there are no rows"))
    before, now = missing_before / n, missing / m
    pooled = (missing_before + missing) / (n + m)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    error = sqrt(before * (1 - before) / n + now * (1 - now) / m)
    return {
        "missing_rate_change": Value(now - before, n=m, stderr=error),
        "missing_p": Value(normal_tail((now - before) / spread) if spread else 1.0, n=m),
    }
