"""The median of several parameters."""

from __future__ import annotations

from collections.abc import Sequence

from gate.record import replace
from gate.stats.test import Tails, Test


def median(tests: Sequence[Test]) -> Test:
    """The median of several parameters: above c where more than half of them are, by the p-value of that many together.

    With p-values in order, (m - u + 1) p_(u) shows that u of m at least are above (Benjamini and Heller 2008), whatever they
    have to do with each other.
    """
    size = len(tests)
    wanted = size // 2 + 1

    def most(found: Sequence[float]) -> float:
        return min(1.0, (size - wanted + 1) * sorted(found)[wanted - 1])

    def tails(c: float) -> Tails:
        found = [each.far_tails(c) for each in tests]
        return Tails(most([each.above for each in found]), most([each.below for each in found]))

    known = [each.problem for each in tests if each.problem]
    values = sorted(each.estimate for each in tests)
    middle = (values[(size - 1) // 2] + values[size // 2]) / 2
    smallest = min(tests, key=lambda each: each.n)
    return replace(
        smallest,
        tails=tails,
        far=None,
        estimate=middle,
        low=min(each.low for each in tests),
        high=max(each.high for each in tests),
        method=f"median of {size}, by how many are beyond it",
        spread=None,
        problem=known[0] if len(known) > size - wanted else "",
    )
