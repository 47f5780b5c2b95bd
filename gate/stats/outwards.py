"""A test's statistic along a path of hypotheses, followed outwards from the data."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from math import inf
from typing import NamedTuple

CERTAIN = 12.0  # standard deviations; no hypothesis that is farther out needs to be looked at
_FARTHEST = 240  # strides
_CLOSE = 1e-13  # a root is found to this, relative to its value or its distance
_ROUNDS = 60


class Scores(NamedTuple):
    """What shows that the parameter is above, if it is large, and what shows that it is below, if it is small."""

    above: float
    below: float


class Outwards:
    """Hypotheses by a parameter λ, 0 where the data are: their value, which rises with λ, and the statistic against each.

    Far out, the value may turn back, or the statistic may, where the path leads to hypotheses unlike anything seen. The path
    ends there, and all that lies beyond is ruled out as far as its end is: so both scores fall with the value, as those of
    an interval do that is found outwards from the estimate. Strides are short, lest one skip a turn (tally prototype, sec. 6).
    """

    def __init__(self, value: Callable[[float], float], scores: Callable[[float, float], Scores], stride: float) -> None:
        """The value at λ, the scores from λ and its value, and by how much λ may change at once."""
        self.value, self.scores, self.stride = value, scores, stride
        self.start = value(0.0)
        first = scores(0.0, self.start)
        # of each side (1: λ > 0, -1: λ < 0) what was passed; values times the side, so that they rise
        self.values = {1: [self.start], -1: [-self.start]}
        self.passed = {1: [first], -1: [first]}
        self.ended = {1: False, -1: False}

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
        root = self._root(side, target, far)
        above, below = self.scores(root, wanted)
        low, high = (passed[far], passed[far - 1]) if side > 0 else (passed[far - 1], passed[far])
        return Scores(min(max(above, low.above), high.above), min(max(below, low.below), high.below))

    def _step_out(self, side: int) -> None:
        values, passed = self.values[side], self.passed[side]
        root = side * self.stride * len(values)
        value = self._signed(side, root)
        found = self.scores(root, side * value) if value > values[-1] else None
        last = passed[-1]
        if found is None or (found.below >= last.below if side > 0 else found.above <= last.above):
            self.ended[side] = True
            return
        values.append(value)
        above, below = (min(found.above, last.above), found.below) if side > 0 else (found.above, max(found.below, last.below))
        passed.append(Scores(above, below))
        strength = -below if side > 0 else above
        self.ended[side] = strength > CERTAIN or len(values) > _FARTHEST

    def _signed(self, side: int, root: float) -> float:
        try:
            return side * self.value(root)
        except (ZeroDivisionError, OverflowError):
            return -inf

    def _root(self, side: int, target: float, far_at: int) -> float:
        """The λ between two strides that has a value: by false position, halving where one end stays (Illinois)."""
        values = self.values[side]
        far = side * self.stride * far_at
        near = far - side * self.stride
        short, over = values[far_at - 1] - target, values[far_at] - target
        stop = _CLOSE * max(abs(target), abs(values[0] - target), 1e-3)
        root, kept = far, 0
        for _ in range(_ROUNDS):
            root = (near * over - far * short) / (over - short)
            if root in (near, far):
                break
            off = self._signed(side, root) - target
            if abs(off) <= stop:
                break
            if off < 0:
                near, short, over, kept = root, off, over / 2 if kept == 1 else over, 1
            else:
                far, over, short, kept = root, off, short / 2 if kept == -1 else short, -1
        return root
