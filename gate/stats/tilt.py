"""The score test for any smooth function of cells: the variance is that of the nearest shares at which the hypothesis holds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from math import erfc, exp, inf, isfinite, sqrt
from typing import Any, TypeAlias

from gate.record import dataclass
from gate.stats.test import UNKNOWN, Tails, Test, unknown

# A function of the cells' shares, which add up to 1; arithmetic and powers only, so that complex numbers go through it.
Function: TypeAlias = Callable[[Sequence[Any]], Any]
Gradient: TypeAlias = Callable[[Sequence[float]], Sequence[float]]

METHOD = "tilted cells"
LEAST, LEAST_PAIRED = 10, 20  # rows that every denominator needs: of one model on all rows; of two models, or a slice of rows
_STEP = 1e-20  # of the complex step: its error is of the order of the square
_STRIDE = 0.5  # the most by which one step outwards changes the logarithm of a ratio of two shares
_FARTHEST = 60.0  # beyond it, shares are one or nothing
_CLOSE = 1e-14  # a root is found to this, relative to the distance between estimate and hypothesis
_ROUNDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The sums of weights and of squared weights in every cell, where rows count unequally."""

    sums: Sequence[float]
    squares: Sequence[float]


def of_cells(
    counts: Sequence[float],
    function: Function,
    *,
    gradient: Gradient | None = None,
    denominators: Mapping[str, float] | None = None,
    least: float = LEAST,
    weights: Weights | None = None,
    design: float = 1.0,
    tail: Callable[[float], float] | None = None,
    low: float = -inf,
    high: float = inf,
    method: str = METHOD,
    of: str = "rows",
) -> Test:
    """The test of a smooth function of cells of which `counts` rows were seen, drawn independently.

    Under the hypothesis f(p) = c the shares are p~ ∝ p·exp(λψ), with ψ the influence values at p = (counts + 1/2) / (n + C/2)
    and the λ nearest 0 that gives f(p~) = c; Z = (f(counts/n) - c) / sqrt(Σ p~ ψ(p~)² / n) is standard normal. For a
    proportion it is Wilson's. A c that no λ reaches is ruled out only where the farthest value in reach is.

    counts        rows in every cell, those in which none was seen as well
    gradient      of the function by the shares, if it is cheaper than a complex step for each cell
    denominators  how many rows stand below each fraction in the function, by what they are; fewer than `least` prove nothing
    weights       of the rows; `denominators` are then best Kish's effective numbers
    design        how many times more the variance is than that of independent rows (clusters); at least 1
    tail          P(T >= t) where it is not the normal one: Student's for few clusters
    low, high     the function's range
    """
    n = float(sum(counts))
    said = _thin(denominators or {}, least)
    estimate = _estimate(counts if weights is None else weights.sums, function)
    if estimate is None:
        said, estimate = said or "it is not defined on these rows", (low + high) / 2 if isfinite(low + high) else 0.0
    if not said:
        path = _path(counts, function, gradient or complex_step(function), weights, design)
        if path.slope > 0:
            found = _score(estimate, path, tail or normal_tail)
            spread = path.spread(0.0) * sqrt(n)
            return Test(tails=found, estimate=estimate, low=low, high=high, method=method, n=n, of=of, spread=spread)
        said = "it does not depend on these rows"
    return unknown(said, estimate=estimate, low=low, high=high, method=method, n=n, of=of)


def complex_step(function: Function) -> Gradient:
    """The gradient of an analytic function, exact to rounding (Squire and Trapp 1998)."""

    def gradient(shares: Sequence[float]) -> list[float]:
        moved: list[Any] = list(shares)
        found = []
        for at, share in enumerate(shares):
            moved[at] = complex(share, _STEP)
            found.append(complex(function(moved)).imag / _STEP)
            moved[at] = share
        return found

    return gradient


def normal_tail(z: float) -> float:
    """P(Z >= z) for a standard normal Z."""
    return erfc(z / 1.4142135623730951) / 2


def _thin(denominators: Mapping[str, float], least: float) -> str:
    what = min(denominators, key=lambda each: denominators[each], default="")
    return f"{denominators[what]:g} {what} are too few, {least:g} are needed" if what and denominators[what] < least else ""


def _estimate(counts: Sequence[float], function: Function) -> float | None:
    total = sum(counts)
    try:
        value = function([each / total for each in counts])
    except ZeroDivisionError:
        return None
    return float(value) if not isinstance(value, complex) and isfinite(value) else None


def _path(counts: Sequence[float], function: Function, gradient: Gradient, weights: Weights | None, design: float) -> Path:
    n = sum(counts)
    if weights is None:
        return Path([each + 0.5 for each in counts], function, gradient, n / design)
    total, square = sum(weights.sums), sum(weights.squares)
    mean, usual = total / n, square / total  # of a weight; of a weight, each row counted by its weight
    ratios = [two / one if one else usual for one, two in zip(weights.sums, weights.squares, strict=True)]
    return Path([each + 0.5 * mean for each in weights.sums], function, gradient, total / design, ratios)


class Path:
    """Shares tilted outwards from those seen, and the function's value along the way; what was computed once is kept.

    Every point is (value, λ), in lists that rise (λ > 0) or fall (λ < 0) with the distance from 0.
    """

    def __init__(
        self, base: list[float], function: Function, gradient: Gradient, n: float, ratios: Sequence[float] | None = None
    ) -> None:
        total = sum(base)
        self.base = [each / total for each in base]
        self.function, self.gradient, self.n, self.ratios = function, gradient, n, ratios
        slopes = gradient(self.base)
        centre = sum(map(_times, self.base, slopes))
        influence = [each - centre for each in slopes]
        highest, lowest = max(influence), min(influence)
        self.towards = {1: [each - highest for each in influence], -1: [each - lowest for each in influence]}
        self.slope = sum(share * each * each for share, each in zip(self.base, influence, strict=True))  # of the value, by λ
        self.stride = _STRIDE / (highest - lowest) if highest > lowest else 0.0
        start = float(function(self.base))
        self.values = {1: [start], -1: [-start]}
        self.lambdas = {1: [0.0], -1: [0.0]}
        self.ended = {1: False, -1: False}

    def shares(self, tilt: float) -> list[float]:
        """The shares at a λ."""
        raised = [share * exp(tilt * each) for share, each in zip(self.base, self.towards[1 if tilt >= 0 else -1], strict=True)]
        total = sum(raised)
        return [each / total for each in raised]

    def spread(self, tilt: float) -> float:
        """The standard error of the function if the shares at a λ are the true ones."""
        shares = self.shares(tilt)
        slopes = self.gradient(shares)
        centre = sum(map(_times, shares, slopes))
        if self.ratios is None:
            variance = sum(share * (each - centre) ** 2 for share, each in zip(shares, slopes, strict=True))
        else:
            every = zip(shares, slopes, self.ratios, strict=True)
            variance = sum(share * (each - centre) ** 2 * ratio for share, each, ratio in every)
        return sqrt(variance / self.n)

    def find(self, wanted: float) -> tuple[float, float]:
        """(λ, value) nearest 0 with a wanted value, or the last before the value turns back."""
        side = 1 if wanted >= self.values[1][0] else -1
        values, lambdas = self.values[side], self.lambdas[side]
        target = side * wanted
        while values[-1] < target and not self.ended[side]:
            self._stride_out(side, target)
        if values[-1] <= target:
            return lambdas[-1], side * values[-1]
        return self._between(side, target)

    def _stride_out(self, side: int, target: float) -> None:
        """One more point outwards: about as far as the wanted value seems to be, never farther than a stride."""
        values, lambdas = self.values[side], self.lambdas[side]
        slope = self.slope if len(values) < 2 else abs((values[-1] - values[-2]) / (lambdas[-1] - lambdas[-2]))
        far = min(self.stride, 1.1 * (target - values[-1]) / slope)
        tilt = lambdas[-1] + side * max(far, self.stride * 1e-3)
        value = self._value(side, tilt)
        if value <= values[-1] or abs(tilt) * _STRIDE > _FARTHEST * self.stride:
            self.ended[side] = True
        else:
            values.append(value)
            lambdas.append(tilt)

    def _value(self, side: int, tilt: float) -> float:
        try:
            return side * float(self.function(self.shares(tilt)))
        except (ZeroDivisionError, OverflowError):
            return -inf

    def _between(self, side: int, target: float) -> tuple[float, float]:
        """The point between two that are known: by false position, halving where one end stays (Illinois)."""
        values, lambdas = self.values[side], self.lambdas[side]
        at = bisect_left(values, target)
        if values[at] == target:
            return lambdas[at], side * target
        near, far = lambdas[at - 1], lambdas[at]
        short, over = values[at - 1] - target, values[at] - target
        stop = _CLOSE * max(abs(target), abs(values[0] - target), 1e-3)
        kept = 0
        for _ in range(_ROUNDS):
            tilt = (near * over - far * short) / (over - short)
            off = self._value(side, tilt) - target
            if abs(off) <= stop or tilt in (near, far):
                break
            if off < 0:
                near, short = tilt, off
                over = over / 2 if kept == 1 else over
                kept = 1
            else:
                far, over = tilt, off
                short = short / 2 if kept == -1 else short
                kept = -1
        if values[at - 1] < off + target < values[at]:
            values.insert(at, off + target)
            lambdas.insert(at, tilt)
        return tilt, side * target


def _times(first: float, second: float) -> float:
    return first * second


def _score(estimate: float, path: Path, tail: Callable[[float], float]) -> Callable[[float], Tails]:
    def tails(hypothesis: float) -> Tails:
        if not isfinite(hypothesis):
            return Tails(1.0, 0.0) if hypothesis > 0 else Tails(0.0, 1.0)
        tilt, reached = path.find(hypothesis)
        off, spread = estimate - reached, path.spread(tilt)
        if not spread > 0:
            return UNKNOWN if not off else Tails(0.0, 1.0) if off > 0 else Tails(1.0, 0.0)
        return Tails(tail(off / spread), tail(-off / spread))

    return tails
