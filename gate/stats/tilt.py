"""The score test for any smooth function of cells: the variance is that of the nearest shares at which the hypothesis holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import copysign, exp, floor, inf, isfinite, sqrt
from typing import Any, TypeAlias

from gate.record import dataclass
from gate.stats.beta import student
from gate.stats.normal import normal_above
from gate.stats.outwards import Outwards, Scores
from gate.stats.second_order import Departure, departure
from gate.stats.test import Tails, Test, unknown

# A function of the cells' shares, which add up to 1; arithmetic and powers only, so that complex numbers go through it.
Function: TypeAlias = "Callable[[Sequence[Any]], Any]"
Gradient: TypeAlias = "Callable[[Sequence[float]], Sequence[float]]"
Tail: TypeAlias = "Callable[[float], float]"

METHOD = "tilted cells"
LEAST, LEAST_PAIRED = 10, 20  # rows that every denominator needs: of one model on all rows; of two models, or a slice of rows
STRIDE = 0.5  # the most by which one step outwards changes the logarithm of a ratio of two shares
_PSEUDO = 0.5  # of a row, added to every cell
_STEP = 1e-20  # of the complex step: its error is of the order of the square


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
    tail: Tail | None = None,
    corrected: bool = True,
    low: float = -inf,
    high: float = inf,
    method: str = METHOD,
    of: str = "rows",
) -> Test:
    """The test of a smooth function, in [low, high], of cells with these counts of independent rows; empty ones are cells, too.

    Under the hypothesis f(p) = c the shares are p~ ∝ p·exp(λψ), with ψ the influence values at p = (counts + 1/2) / (n + C/2)
    and the λ nearest 0 that gives f(p~) = c: the least favourable family (Efron 1981, DiCiccio and Romano 1990). Z =
    (f(counts/n) - c) / sqrt(Σ p~ ψ(p~)² / n) is standard normal. A c beyond the reach of λ is ruled out where all within it is.

    gradient      of the function by the shares, if it is cheaper than a complex step for each cell
    denominators  how many rows stand below each fraction in the function, by what they are; fewer than `least` prove nothing
    weights       of the rows; `denominators` are then best Kish's effective numbers
    design, tail  how many times more the variance is than of independent rows, at least 1; P(T >= t), if not the normal one
    corrected     Z must rule c out with and without its bias and skewness; without, the test of a proportion is Wilson's
    """
    estimate = _estimate(counts if weights is None else weights.sums, function)
    n = float(sum(counts))
    found: tuple[Outwards, float] | str = thin(denominators or {}, least)
    if estimate is None:
        found, estimate = found or "it is not defined on these rows", (low + high) / 2 if isfinite(low + high) else 0.0
    elif not found:
        slopes = gradient or complex_step(function)
        found = _around(estimate, lambda: _cells(counts, function, slopes, weights, design), corrected)
    if isinstance(found, str):
        return unknown(found, estimate=estimate, low=low, high=high, method=method, n=n, of=of)
    near, far = (_tails(found[0], each, low, high) for each in (tail or normal_above, tail or _far(denominators)))
    return Test(tails=near, estimate=estimate, low=low, high=high, method=method, n=n, of=of, far=far, spread=found[1] * sqrt(n))


def _far(denominators: Mapping[str, float] | None) -> Tail:
    """Student's t with the smallest denominator - 1: of 25 positives the normal tail of 0.1 % errs 1.6 times as often as it
    says, and one of fifty slices failed by accident in 7.8 % of families."""
    return student(min(denominators.values()) - 1) if denominators else normal_above


def _around(estimate: float, make: Callable[[], Cells], corrected: bool) -> tuple[Outwards, float] | str:
    """The hypotheses around an estimate, and its standard error; or why there are none."""
    try:
        cells = make()
        error = cells.error(cells.base)[0]
        return (_outwards(estimate, cells, corrected), error) if error > 0 else "it does not depend on these rows"
    except (ZeroDivisionError, OverflowError):
        return "it is not defined near what was seen"


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


def thin(denominators: Mapping[str, float], least: float) -> str:
    """What is wrong where a denominator is too small for a test; empty where none is."""
    what = min(denominators, key=lambda each: denominators[each], default="")
    return f"{denominators[what]:g} {what} are too few, {least:g} are needed" if what and denominators[what] < least else ""


def _estimate(counts: Sequence[float], function: Function) -> float | None:
    total = sum(counts)
    try:
        value = function([each / total for each in counts])
    except ZeroDivisionError:
        return None
    return float(value) if not isinstance(value, complex) and isfinite(value) else None


def _cells(counts: Sequence[float], function: Function, gradient: Gradient, weights: Weights | None, design: float) -> Cells:
    n = sum(counts)
    if weights is None:
        return Cells([each + _PSEUDO for each in counts], function, gradient, n / design)
    total, square = sum(weights.sums), sum(weights.squares)
    mean, usual = total / n, square / total  # of a weight; of a weight, each row counted by its weight
    ratios = [two / one if one else usual for one, two in zip(weights.sums, weights.squares, strict=True)]
    return Cells([each + _PSEUDO * mean for each in weights.sums], function, gradient, total / design, ratios)


class Cells:
    """Shares of cells, what a function of them depends on, and how they tilt. `ratios` multiply variances where rows weigh."""

    def __init__(
        self, base: Sequence[float], function: Function, gradient: Gradient, n: float, ratios: Sequence[float] | None = None
    ) -> None:
        total = sum(base)
        self.base = [each / total for each in base]
        self.function, self.gradient, self.n, self.ratios = function, gradient, n, ratios
        influence = self.influence(self.base)
        highest, lowest = max(influence), min(influence)
        self.upwards, self.downwards = [each - highest for each in influence], [each - lowest for each in influence]
        self.stride = STRIDE / (highest - lowest) if highest > lowest else 0.0
        self._last: tuple[float, list[float]] | None = None  # the value and its error are asked for in turn

    def influence(self, shares: Sequence[float]) -> list[float]:
        """What one row more in each cell adds to the function, times the number of rows."""
        slopes = self.gradient(shares)
        centre = sum([share * each for share, each in zip(shares, slopes, strict=True)])
        return [each - centre for each in slopes]

    def tilted(self, tilt: float) -> list[float]:
        """The shares at a λ."""
        if self._last is not None and self._last[0] == tilt:
            return self._last[1]
        way = self.upwards if tilt >= 0 else self.downwards
        raised = [share * exp(tilt * each) for share, each in zip(self.base, way, strict=True)]
        total = sum(raised)
        self._last = tilt, [each / total for each in raised]
        return self._last[1]

    def error(self, shares: Sequence[float]) -> tuple[float, list[float]]:
        """The standard error of the function where these shares are the true ones, and its influence values."""
        influence = self.influence(shares)
        if self.ratios is None:
            variance = sum([share * each * each for share, each in zip(shares, influence, strict=True)])
        else:
            every = zip(shares, influence, self.ratios, strict=True)
            variance = sum([share * each * each * ratio for share, each, ratio in every])
        return sqrt(variance / self.n), influence


def _outwards(estimate: float, cells: Cells, corrected: bool) -> Outwards:
    departed = _Departures(cells)

    def scores(tilt: float, value: float) -> Scores:
        error = cells.error(cells.tilted(tilt))[0]
        off = estimate - value
        if not error > 0:
            return (copysign(inf, off), copysign(inf, off)) if off else (0.0, 0.0)
        score = off / error
        other = departed.at(tilt).corrected(score) if corrected else score
        return min(score, other), max(score, other)

    return Outwards(lambda tilt: float(cells.function(cells.tilted(tilt))), scores, cells.stride)


class _Departures:
    """Bias and skewness along the tilt: computed at every stride, and in a line between two."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.known: dict[int, Departure] = {}

    def at(self, tilt: float) -> Departure:
        """Those at a λ."""
        place = tilt / self.cells.stride
        near = floor(place)
        low = self._stride(near)
        share = place - near
        if not share:
            return low
        high = self._stride(near + 1)
        return Departure(low.bias + share * (high.bias - low.bias), low.skewness + share * (high.skewness - low.skewness))

    def _stride(self, index: int) -> Departure:
        if index not in self.known:
            cells = self.cells
            shares = cells.tilted(index * cells.stride)
            self.known[index] = departure(cells.function, shares, cells.influence(shares), cells.n, cells.ratios)
        return self.known[index]


def _tails(path: Outwards, tail: Tail, low: float, high: float) -> Callable[[float], Tails]:
    def tails(hypothesis: float) -> Tails:
        if not low <= hypothesis <= high or not isfinite(hypothesis):
            return Tails(1.0, 0.0) if hypothesis > path.start else Tails(0.0, 1.0)
        above, below = path.at(hypothesis)
        return Tails(tail(above), tail(-below))

    return tails
