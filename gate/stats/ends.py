"""Parameters by the ends of their intervals, at any level at once: what many tests are combined by in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor, hypot, inf, isfinite
from typing import NamedTuple

from gate.record import replace
from gate.stats.bounds import interval
from gate.stats.normal import normal_above, upper_quantile
from gate.stats.test import UNKNOWN, Tails, Test

_GRID = 2  # levels to a standard deviation at which ends are worked out; between them they are nearly straight
_FARTHEST = 9.0  # standard deviations: p-values below 1e-19 are not told apart
_STEPS = 100
_CLOSE = 1e-13


class Ends:
    """The least (side -1) and the largest (side 1) value that is not ruled out at a one-sided normal deviate z ≥ 0."""

    def __init__(self, estimate: float, low: float, high: float) -> None:
        self.estimate, self.low, self.high = estimate, low, high
        self._known: dict[tuple[int, int], float] = {}

    def end(self, side: int, z: float) -> float:
        """The end on that side, which moves outwards as z rises."""
        at = z * _GRID
        below = floor(at)
        first, share = self._on_grid(side, below), at - below
        if share == 0:
            return first
        second = self._on_grid(side, below + 1)
        return first + share * (second - first) if isfinite(second) else second

    def _on_grid(self, side: int, step: int) -> float:
        found = self._known.get((side, step))
        if found is None:
            found = self._known[side, step] = self.worked_out(side, step / _GRID)
        return found

    def worked_out(self, side: int, z: float) -> float:
        """The end itself, for the few z of the grid."""
        raise NotImplementedError

    @property
    def width(self) -> float:
        """The standard error, as the interval at one of them on either side tells it."""
        return (self.end(1, 1.0) - self.end(-1, 1.0)) / 2


class OfTest(Ends):
    """Those of one test. Its tails must not have been worked out from Ends, which would be slow."""

    def __init__(self, test: Test, far: bool = False) -> None:
        super().__init__(test.estimate, test.low, test.high)
        self._test = replace(test, tails=test.far_tails) if far else test
        self._intervals: dict[float, tuple[float, float]] = {}  # both ends are worked out at once

    def end(self, side: int, z: float) -> float:
        """Within one standard error by the ends at one: exact tests have steps there, of which a sum of many has none.

        The curve through both ends and the estimate has the skewness of the test, and no bias, which in sums would add up.
        """
        if z >= 1:
            return super().end(side, z)
        own, other = abs(super().end(side, 1.0) - self.estimate), abs(super().end(-side, 1.0) - self.estimate)
        if not isfinite(own) or not isfinite(other):
            return self.estimate + side * own
        return self.estimate + side * min(own, z * (own + other + z * (own - other)) / 2)

    def worked_out(self, side: int, z: float) -> float:
        if z not in self._intervals:
            self._intervals[z] = interval(self._test, normal_above(z))
        return self._intervals[z][side > 0]


class Part(NamedTuple):
    """What counts for `factor` in a sum."""

    of: Ends
    factor: float


class Sum(Ends):
    """Σ factor · θ + constant of groups of parameters: those of one group may depend on each other, groups do not.

    At z, the part of each group in z is that of its standard error in the whole one, which is right to the second order: the
    skewness of the sum is that of the parts with the cubes of these as weights. (Zou and Donner 2008 add up squares of the
    distances to ends at the whole z instead, which is right to the first order.) In a group standard errors are added up, which
    is what they are at most, whatever the correlation.
    """

    def __init__(self, groups: Sequence[Sequence[Part]], constant: float = 0.0) -> None:
        super().__init__(*_sums([part for group in groups for part in group], constant))
        self.constant = constant
        self.groups = groups
        self._shares: list[float] | None = None

    def end(self, side: int, z: float) -> float:
        if self._shares is None:
            widths = [sum(abs(part.factor) * part.of.width for part in group) for group in self.groups]
            whole = hypot(*widths)
            self._shares = [width / whole if 0 < whole < inf else 1.0 for width in widths]
        moved = (_end(part, side, z * share) for group, share in zip(self.groups, self._shares, strict=True) for part in group)
        return sum(moved, self.constant)


class AnyhowSum(Ends):
    """Σ factor · θ + constant of parameters whatever their dependence: each at its part of the error rate (Bonferroni)."""

    def __init__(self, parts: Sequence[Part], constant: float = 0.0) -> None:
        super().__init__(*_sums(parts, constant))
        self.parts, self.constant = parts, constant

    def end(self, side: int, z: float) -> float:
        each = _shared(z, len(self.parts))
        return sum((_end(part, side, each) for part in self.parts), self.constant)


class Outermost(Ends):
    """The largest, or the smallest, of several parameters, as `combine.either` and `combine.both` have it.

    That some one is beyond has as many chances as there are parameters, which takes ends that hold far out.
    """

    def __init__(self, members: Sequence[Ends], largest: bool) -> None:
        self._choose = choose = max if largest else min
        super().__init__(
            choose(each.estimate for each in members), choose(each.low for each in members), choose(each.high for each in members)
        )
        self.members, self._every = members, 1 if largest else -1
        self.chances = sum(1 for each in members if each.low < each.high) or 1  # numbers have none

    def worked_out(self, side: int, z: float) -> float:
        at = z if side == self._every else _shared(z, self.chances)
        return self._choose(each.end(side, at) for each in self.members)


def _end(part: Part, side: int, z: float) -> float:
    return part.factor * part.of.end(side if part.factor > 0 else -side, z)


def _sums(parts: Sequence[Part], constant: float) -> tuple[float, float, float]:
    ends = [sorted((part.factor * part.of.low, part.factor * part.of.high)) for part in parts]
    estimate = sum((part.factor * part.of.estimate for part in parts), constant)
    return estimate, sum((low for low, _ in ends), constant), sum((high for _, high in ends), constant)


def _shared(z: float, chances: int) -> float:
    """The deviate of an equal share of the error rate at z."""
    return upper_quantile(normal_above(z) / chances)


def tails_of(make: Callable[[], Ends]) -> Callable[[float], Tails]:
    """P-values by where the end on the side of c is c; ends are made when the first is asked for."""
    made: list[Ends] = []

    def tails(c: float) -> Tails:
        if not made:
            made.append(make())
        (ends,) = made
        if c == ends.estimate:
            return UNKNOWN
        side = 1 if c > ends.estimate else -1
        if not ends.low <= c <= ends.high:
            return Tails(1.0, 0.0) if side > 0 else Tails(0.0, 1.0)
        p = _at(lambda z: side * (ends.end(side, z) - c))
        return Tails(1.0, p) if side > 0 else Tails(p, 1.0)

    return tails


def _at(beyond: Callable[[float], float]) -> float:
    """The p-value at whose z something that rises passes 0: by false position, halving where one end stays (Illinois)."""
    low, high = 0.0, 1.0
    under = beyond(low)
    if under >= 0:
        return 1.0
    over = beyond(high)
    while over < 0 and high < _FARTHEST:
        low, under, high = high, over, min(_FARTHEST, 2 * high)
        over = beyond(high)
    if over <= 0:
        return normal_above(high)
    kept = 0
    for step in range(_STEPS):
        if high - low <= _CLOSE * high:
            break
        middle = (low * over - high * under) / (over - under) if isfinite(over) and step % 4 < 3 else (low + high) / 2
        if not low < middle < high:
            middle = (low + high) / 2
        value = beyond(middle)
        if value == 0:
            return normal_above(middle)
        if value < 0:
            low, under, over, kept = middle, value, over / 2 if kept < 0 else over, -1
        else:
            high, over, under, kept = middle, value, under / 2 if kept > 0 else under, 1
    return normal_above(low)
