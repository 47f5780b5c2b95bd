"""A bound that holds for any expression, whatever its measurements have to do with each other: intervals, carried through it."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from gate.confidence.expressions.tree import Tree, leaves, within
from gate.language.value import Value
from gate.stats.bounds import interval
from gate.stats.test import Tails, Test, unknown

if TYPE_CHECKING:
    from gate.confidence.expressions.smooth import Prover

_LEAST, _MOST = 1e-15, 0.5  # the error rates between which p-values are told
_STEPS = 24
METHOD = "each measurement by itself, whatever their dependence"
NOTE = "its measurements are bounded one by one, whatever they have to do with each other; counted together, fewer rows would do"


def bounded(prover: Prover, term: Tree) -> Test | None:
    """The test; None where a measurement in it has none.

    Every one gets an equal share of the error rate, on either side (Bonferroni): all their intervals hold at once. What
    arithmetic on intervals makes of them then holds the expression.
    """
    tests: dict[Tree, Test] = {}
    for leaf in leaves(term):
        test = prover.leaf(leaf)
        if test is None:
            return None
        tests[leaf] = test
    smallest = min(tests.values(), key=lambda each: each.n)
    here = within(term, lambda leaf: Value(tests[leaf].estimate, tests[leaf].estimate, tests[leaf].estimate))
    if here.doubts:
        return unknown(here.doubts[0].text, estimate=0.0, low=-inf, high=inf, method=METHOD, n=smallest.n, of=smallest.of)
    known: dict[float, Value] = {}

    def at(alpha: float) -> Value:
        if alpha not in known:
            known[alpha] = within(term, lambda leaf: _interval(tests[leaf], alpha / (2 * len(tests))))
        return known[alpha]

    return Test(
        tails=lambda c: Tails(_least(lambda alpha: at(alpha).low > c), _least(lambda alpha: at(alpha).high < c)),
        estimate=here.point,
        low=-inf,
        high=inf,
        method=METHOD,
        n=smallest.n,
        of=smallest.of,
        notes=tuple(dict.fromkeys((*(note for test in tests.values() for note in test.notes), NOTE))),
    )


def _least(shown: Callable[[float], bool]) -> float:
    """The smallest error rate at which something is shown; 1 where it is at none."""
    if not shown(_MOST):
        return 1.0
    low, high = _LEAST, _MOST
    if shown(low):
        return low
    for _ in range(_STEPS):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if shown(middle) else (middle, high)
    return high


def _interval(test: Test, alpha: float) -> Value:
    low, high = interval(test, alpha)
    return Value(test.estimate, low, high)
