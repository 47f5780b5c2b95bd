"""Several tests as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, sqrt
from typing import Any, TypeAlias

from gate.record import replace
from gate.stats.test import Tails, Test, unknown

Tailed: TypeAlias = "Callable[[float], Tails]"


def agreeing(tests: Sequence[Test]) -> Test:
    """Several tests of one parameter that must all agree: the larger p-values. The first gives estimate, range and n."""
    first = tests[0]
    return replace(
        first,
        tails=_worst([each.tails for each in tests]),
        far=_worst([each.far_tails for each in tests]),
        method=" and ".join(dict.fromkeys(each.method for each in tests)),
        problem="; ".join(dict.fromkeys(each.problem for each in tests if each.problem)),
        notes=tuple(dict.fromkeys(note for each in tests for note in each.notes)),
    )


def both(tests: Sequence[Test]) -> Test:
    """The smallest of several parameters: it is above c where every one is shown to be (no correction: Berger 1982).

    It is below c where some one is, which has as many chances as there are parameters: min(1, k min p).
    """
    return _extreme(tests, smallest=True)


def either(tests: Sequence[Test]) -> Test:
    """The largest of several parameters: above c where some one is (min(1, k min p)), below where every one is (max p)."""
    return _extreme(tests, smallest=False)


def scaled(test: Test, factor: float, offset: float = 0.0) -> Test:
    """The test of factor θ + offset; `factor` is not 0, and a negative one exchanges the sides."""

    def moved(tails: Callable[[float], Tails]) -> Callable[[float], Tails]:
        def at(c: float) -> Tails:
            found = tails((c - offset) / factor)
            return found if factor > 0 else Tails(found.below, found.above)

        return at

    ends = sorted((factor * test.low + offset, factor * test.high + offset))
    return replace(
        test,
        tails=moved(test.tails),
        far=None if test.far is None else moved(test.far),
        estimate=factor * test.estimate + offset,
        low=ends[0],
        high=ends[1],
        spread=None if test.spread is None else abs(factor) * test.spread,
    )


def summed(parts: Sequence[tuple[Test, float]], constant: float, method: str, near: Tailed, far: Tailed) -> Test:
    """Σ factor · θ + constant, whose tails are worked out elsewhere; it says nothing where one of the tests does not."""
    smallest = min((test for test, _ in parts), key=lambda each: each.n or inf)  # numbers have none
    ends = [sorted((factor * test.low, factor * test.high)) for test, factor in parts]
    fields: dict[str, Any] = {
        "estimate": sum((factor * test.estimate for test, factor in parts), constant),
        "low": sum((low for low, _ in ends), constant),
        "high": sum((high for _, high in ends), constant),
        "method": method,
        "n": smallest.n,
        "of": smallest.of,
    }
    problem = "; ".join(dict.fromkeys(test.problem for test, _ in parts if test.problem))
    if problem:
        return unknown(problem, **fields)
    squares = [None if test.spread is None else (factor * test.spread) ** 2 / test.n for test, factor in parts if test.n]
    known = [each for each in squares if each is not None]
    return Test(
        tails=near,
        far=far,
        spread=sqrt(sum(known) * smallest.n) if len(known) == len(squares) else None,
        notes=tuple(dict.fromkeys(note for test, _ in parts for note in test.notes)),
        **fields,
    )


def _worst(all_tails: Sequence[Callable[[float], Tails]]) -> Callable[[float], Tails]:
    def at(c: float) -> Tails:
        found = [tails(c) for tails in all_tails]
        return Tails(max(each.above for each in found), max(each.below for each in found))

    return at


def _extreme(tests: Sequence[Test], *, smallest: bool) -> Test:
    if len(tests) == 1:
        return tests[0]
    choose = min if smallest else max
    widest = max(tests, key=lambda each: inf if each.problem else -each.n if each.n else -inf)  # numbers have no n
    return replace(
        widest,
        tails=_of_extreme([each.tails for each in tests], smallest),
        far=_of_extreme([each.far_tails for each in tests], smallest),
        estimate=choose(each.estimate for each in tests),
        low=choose(each.low for each in tests),
        high=choose(each.high for each in tests),
        method=", ".join(dict.fromkeys(each.method for each in tests)) + f"; {len(tests)} at once",
        spread=None,
        problem="",
        notes=tuple(dict.fromkeys(note for each in tests for note in (*each.notes, each.problem) if note)),
    )


def _of_extreme(all_tails: Sequence[Callable[[float], Tails]], smallest: bool) -> Callable[[float], Tails]:
    count = len(all_tails)

    def at(c: float) -> Tails:
        found = [tails(c) for tails in all_tails]
        above, below = [each.above for each in found], [each.below for each in found]
        if smallest:
            return Tails(max(above), min(1.0, count * min(below)))
        return Tails(min(1.0, count * min(above)), max(below))

    return at
