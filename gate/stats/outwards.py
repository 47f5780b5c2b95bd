"""A test's statistic along a path of hypotheses, followed outwards from the data."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import TypeAlias

CERTAIN = 9.0  # standard deviations; no hypothesis that is farther out needs to be looked at
_FARTHEST = 400  # strides
_LONGER = 40  # strides, from which on each is longer than the last: shares that change fast have come to nothing by then
_CLOSE = 1e-14  # a root is found to this, relative to its value or its distance
_ROUNDS = 60


# What shows that the parameter is above, if it is large, and what shows that it is below, if it is small.
Scores: TypeAlias = "tuple[float, float]"


class Outwards:
    """Hypotheses by a parameter λ, 0 where the data are: their value, which rises with λ, and the statistic against each.

    Far out, the value may turn back, or the statistic may, where the path leads to hypotheses unlike anything seen. The path
    ends there, and all that lies beyond is ruled out as far as its end is: so both scores fall with the value, as those of
    an interval do that is found outwards from the estimate. Strides are short, lest one skip a turn: a root found beyond it is
    no neighbour of the data, and fails many a rule that holds.
    """

    def __init__(self, value: Callable[[float], float], scores: Callable[[float, float], Scores], stride: float) -> None:
        """The value at λ, the scores from λ and its value, and by how much λ may change at once."""
        self.value, self.scores, self.stride = value, scores, stride
        self.start = value(0.0)
        first = scores(0.0, self.start)
        # of each side (1: λ > 0, -1: λ < 0) what was passed; values times the side, so that they rise
        self.values = {1: [self.start], -1: [-self.start]}
        self.passed = {1: [first], -1: [first]}
        self.steps = {1: 0, -1: 0}
        self.ended = {1: False, -1: False}
        # every (value, λ) that was computed: roots near each other are asked for again and again
        self.known = {1: [(self.start, 0.0)], -1: [(-self.start, 0.0)]}

    def at(self, wanted: float) -> Scores:
        """The scores against a hypothesised value."""
        side = 1 if wanted >= self.start else -1
        values, passed = self.values[side], self.passed[side]
        target = side * wanted
        while values[-1] < target and not self.ended[side]:
            self._step_out(side)
        if values[-1] <= target:
            return passed[-1]
        far = bisect_left(values, target)
        if values[far] == target:
            return passed[far]
        root = self._root(side, target)
        above, below = self.scores(root, wanted)
        low, high = (passed[far], passed[far - 1]) if side > 0 else (passed[far - 1], passed[far])
        return min(max(above, low[0]), high[0]), min(max(below, low[1]), high[1])

    def _step_out(self, side: int) -> None:
        values, passed = self.values[side], self.passed[side]
        last, self.steps[side] = passed[-1], self.steps[side] + max(1, self.steps[side] // _LONGER)
        root = side * self.stride * self.steps[side]
        value, found = self._next(side, root, values[-1])
        if found is None:
            self.ended[side] = True
            return
        values.append(value)
        choose = min if side > 0 else max
        above, below = choose(found[0], last[0]), choose(found[1], last[1])
        passed.append((above, below))
        self.known[side].append((value, root))
        strength = -below if side > 0 else above
        self.ended[side] = strength > CERTAIN or len(values) > _FARTHEST

    def _next(self, side: int, root: float, last: float) -> tuple[float, Scores | None]:
        """The value and the scores of a stride; no scores where the value turns back, or is not defined."""
        try:
            value = side * self.value(root)
            return value, self.scores(root, side * value) if value > last else None
        except (ZeroDivisionError, OverflowError):
            return last, None

    def _root(self, side: int, target: float) -> float:
        """The λ of a value between others: by false position, halving where one end stays (Illinois)."""
        known = self.known[side]
        at = bisect_left(known, (target,))
        (short, near), (over, far) = known[at - 1], known[at]
        short, over = short - target, over - target
        stop = _CLOSE * max(abs(target), abs(known[0][0] - target), 1e-3)
        root, off, kept = far, over, 0
        for _ in range(_ROUNDS):
            if abs(off) <= stop:
                break
            root = (near * over - far * short) / (over - short)
            if root in (near, far):
                break
            off = side * self.value(root) - target
            if off < 0:
                near, short, over, kept = root, off, over / 2 if kept == 1 else over, 1
            else:
                far, over, short, kept = root, off, short / 2 if kept == -1 else short, -1
        if known[at - 1][0] < off + target < known[at][0]:
            known.insert(at, (off + target, root))
        return root
