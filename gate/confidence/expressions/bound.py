"""A bound that holds for any expression, whatever its measurements have to do with each other: intervals, carried through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING

from gate.confidence.expressions.tree import Operation, Tree, atoms, leaves, within
from gate.confidence.ground import tally_of
from gate.language import value as v
from gate.language.value import Value
from gate.stats.bounds import interval
from gate.stats.test import Tails, Test, unknown

if TYPE_CHECKING:
    from gate.confidence.expressions.smooth import Prover

_LEAST, _MOST = 1e-15, 0.5  # the error rates between which p-values are told
_STEPS = 24
_ROUNDING = 1e-12  # intervals are rounded outwards
METHOD = "each measurement by itself, whatever their dependence"
NOTE = "its measurements are bounded one by one, whatever they have to do with each other"
_APART = f"{NOTE}; counted together, fewer rows would do"
_TOGETHER = f"{NOTE}: no test here takes these together"


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
    here = within(term, lambda leaf: _point(tests[leaf].estimate))
    if here.doubts:
        return unknown(here.doubts[0].text, estimate=0.0, low=-inf, high=inf, method=METHOD, n=smallest.n, of=smallest.of)
    alone = len(tests) == 1 and _leads_one_way(term, smallest)
    found, method = (_of_one(term, smallest), smallest.method) if alone else (_of_all(term, tests), METHOD)
    notes = () if len(tests) == 1 else (note(prover, tests),)
    return Test(
        tails=lambda c: Tails(_least(lambda alpha: found(alpha).low > c), _least(lambda alpha: found(alpha).high < c)),
        estimate=here.point,
        low=-inf,
        high=inf,
        method=method,
        n=smallest.n,
        of=smallest.of,
        notes=tuple(dict.fromkeys((*(each for test in tests.values() for each in test.notes), *notes))),
    )


def _of_all(term: Tree, tests: Mapping[Tree, Test]) -> Callable[[float], Value]:
    """The ends of an expression by those of its measurements, at an error rate."""
    return lru_cache(None)(lambda alpha: within(term, lambda leaf: _interval(tests[leaf], alpha / (2 * len(tests)))))


def _of_one(term: Tree, test: Test) -> Callable[[float], Value]:
    """Of one measurement that leads one way only: each of its ends is one of the expression, at the whole error rate."""

    def value(end: float) -> float:
        return within(term, lambda _: _point(end)).point

    def at(alpha: float) -> Value:
        low, high = sorted(map(value, interval(test, alpha)))
        return Value(low, low, high)

    return lru_cache(None)(at)


def note(prover: Prover, of: Iterable[Tree]) -> str:
    """What to say of measurements that are bounded one by one; in rows that were counted together, counting does not help."""
    models = list(dict.fromkeys(atom.of for leaf in of for atom in atoms(leaf)))
    if any(tally_of(prover.ground, each) is None for each in models):
        return _APART
    from gate.confidence.counted.tallied import on_same_rows

    return _TOGETHER if all(on_same_rows(prover.ground, models[0], each) for each in models[1:]) else _APART


def _leads_one_way(term: Tree, test: Test) -> bool:
    """Whether an expression of one measurement only rises with it, or only falls, wherever that may be."""
    slope = _slope(term, Value(test.estimate, test.low, test.high))[1]
    return slope.low >= -_ROUNDING or slope.high <= _ROUNDING


def _slope(term: Tree, at: Value) -> tuple[Value, Value]:
    """The value of such an expression, and its derivative, over an interval."""
    if isinstance(term, float):
        return _point(term), _point(0.0)
    if not isinstance(term, Operation):
        return at, _point(1.0)
    (left, by_left), (right, by_right) = _slope(term.left, at), _slope(term.right, at)
    if term.operator in "+-":
        apply = v.add if term.operator == "+" else v.subtract
        return apply(left, right), apply(by_left, by_right)
    inner, outer = v.multiply(by_left, right), v.multiply(left, by_right)
    if term.operator == "*":
        return v.multiply(left, right), v.add(inner, outer)
    return v.divide(left, right), v.divide(v.subtract(inner, outer), v.multiply(right, right))


def _point(number: float) -> Value:
    return Value(number, number, number)


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
