"""The score test for an area under the ROC curve: the scores of both classes are tilted until the area is as hypothesised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import copysign, exp, inf, sqrt

from gate.stats.auc import of_auc
from gate.stats.normal import normal_above
from gate.stats.outwards import Outwards, Scores
from gate.stats.second_order import Departure
from gate.stats.test import Tails, Test, unknown
from gate.stats.tilt import STRIDE

METHOD = "tilted scores"
LEAST = 50  # rows of each class; with fewer, the area's other test has more power
_PSEUDO = 0.5  # of a positive and of a negative beyond all scores, in the wrong order: even where all are apart, some may not be;
# and in the right one where all scores are equal: no tilt of equal ones moves the area either way
_SKEWED = 0.5  # the skewness from which its correction is not trusted by itself: Z must rule out as well


def of_scores(positives: Sequence[float], negatives: Sequence[float], value: float | None = None) -> Test:
    """The test of an area from how many rows of each class have each score, or fall into each cell of scores, ascending.

    Within a class, shares are tilted by the placements (DeLong): p~ ∝ p·exp(λ V10 / n_pos) and q~ ∝ q·exp(λ V01 / n_neg), with
    the λ nearest 0 at which the area is c; Z = (area - c) / sqrt(Var V10 / n_pos + Var V01 / n_neg), all of it at p~ and q~,
    corrected for its skewness there (Hall 1992): near 1 an area is skewed, and Z alone fails too often and passes too rarely.
    `value` is the exact area, where cells hold scores that differ. Far out the tests of `of_auc` stand in: Z is skewed, and at
    an area of 0.9 and 50 positives one of fifty slices failed by accident in 19 % of families, by those in 5 %.
    """
    n_pos, n_neg = sum(positives), sum(negatives)
    thin = min(n_pos, n_neg) < LEAST
    areas = None if thin else _Areas(*_merged(positives, negatives))
    area = value if value is not None else 0.5 if not n_pos or not n_neg else _area(positives, negatives) / (n_pos * n_neg)
    if areas is None:
        said = f"{min(n_pos, n_neg):g} {'positives' if n_pos < n_neg else 'negatives'} are too few, {LEAST} are needed"
        return unknown(said, estimate=area, low=0.0, high=1.0, method=METHOD, n=n_pos + n_neg)
    n = float(n_pos + n_neg)
    error = areas.error(*areas.tilted(0.0))[0]
    far = of_auc(area, n_pos, n_neg, error).far_tails
    tails = _tails(area, areas)
    return Test(tails=tails, far=far, estimate=area, low=0.0, high=1.0, method=METHOD, n=n, spread=error * sqrt(n))


def _merged(positives: Sequence[float], negatives: Sequence[float]) -> tuple[list[float], list[float]]:
    """Neighbouring cells together that hold only positives, or only negatives: between them nothing is ranked."""
    merged: tuple[list[float], list[float]] = ([], [])
    last = None
    for both in zip(positives, negatives, strict=True):
        kind = (both[0] > 0, both[1] > 0)
        if kind == (False, False):
            continue
        if kind == last and kind != (True, True):
            merged[0][-1] += both[0]
            merged[1][-1] += both[1]
        else:
            merged[0].append(both[0])
            merged[1].append(both[1])
        last = kind
    return merged


def _area(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """How many pairs of a positive and a negative stand in the right order, or how much of all; ties are half right."""
    lower = accumulate(negatives)
    return sum([high * (up_to - low / 2) for high, low, up_to in zip(positives, negatives, lower, strict=True)])


class _Areas:
    """Shares of both classes by score, and what their area is, and how well known."""

    def __init__(self, positives: list[float], negatives: list[float]) -> None:
        self.n_pos, self.n_neg = sum(positives), sum(negatives)
        above = 2 * _area(positives, negatives) / (self.n_pos * self.n_neg) - 1
        low, high = (_PSEUDO if above >= 0 else 0.0), (_PSEUDO if above <= 0 else 0.0)  # of a positive; of a negative in turn
        self.pos = _shares([low, *positives, high])
        self.neg = _shares([high, *negatives, low])
        ten, one = _placements(self.pos, self.neg)
        n = self.n_pos + self.n_neg
        self.ten, self.one = [each * n / self.n_pos for each in ten], [each * n / self.n_neg for each in one]
        reach = max(max(self.ten) - min(self.ten), max(self.one) - min(self.one))
        self.stride = STRIDE / reach if reach > 0 else 1.0
        self._last: tuple[float, tuple[list[float], list[float]]] | None = None  # the area and its error are asked for in turn

    def tilted(self, tilt: float) -> tuple[list[float], list[float]]:
        """The shares of both classes at a λ."""
        if self._last is None or self._last[0] != tilt:
            self._last = tilt, (_tilted(self.pos, self.ten, tilt), _tilted(self.neg, self.one, tilt))
        return self._last[1]

    def error(self, pos: list[float], neg: list[float]) -> tuple[float, float]:
        """The standard error of the area where these are the true shares (DeLong, DeLong and Clarke-Pearson 1988), and its
        skewness as far as it is that of the placements."""
        ten, one = _placements(pos, neg)
        (square_pos, cube_pos), (square_neg, cube_neg) = _moments(pos, ten), _moments(neg, one)
        error = sqrt(square_pos / self.n_pos + square_neg / self.n_neg)
        cubes = cube_pos / self.n_pos**2 + cube_neg / self.n_neg**2
        return error, cubes / error**3 if error > 0 else 0.0


def _shares(counts: list[float]) -> list[float]:
    total = sum(counts)
    return [each / total for each in counts]


def _tilted(shares: list[float], way: list[float], tilt: float) -> list[float]:
    shift = tilt * (max(way) if tilt >= 0 else min(way))
    return _shares([share * exp(tilt * each - shift) for share, each in zip(shares, way, strict=True)])


def _placements(pos: list[float], neg: list[float]) -> tuple[list[float], list[float]]:
    """The share of negatives below each score, and that of positives above it; of equal scores half."""
    ten = [up_to - low / 2 for low, up_to in zip(neg, accumulate(neg), strict=True)]
    one = [1 - up_to + high / 2 for high, up_to in zip(pos, accumulate(pos), strict=True)]
    return ten, one


def _moments(shares: list[float], values: list[float]) -> tuple[float, float]:
    """The variance, and the third central moment."""
    mean = sum([share * each for share, each in zip(shares, values, strict=True)])
    apart = [each - mean for each in values]
    weighed = [share * each * each for share, each in zip(shares, apart, strict=True)]
    return sum(weighed), sum([each * off for each, off in zip(weighed, apart, strict=True)])


def _tails(area: float, areas: _Areas) -> Callable[[float], Tails]:
    def scores(tilt: float, value: float) -> Scores:
        (error, skewness), off = areas.error(*areas.tilted(tilt)), area - value
        if not error > 0:
            return (copysign(inf, off), copysign(inf, off)) if off else (0.0, 0.0)
        score, other = off / error, Departure(0.0, skewness).corrected(off / error)
        return (other, other) if abs(skewness) <= _SKEWED else (min(score, other), max(score, other))

    path = Outwards(lambda tilt: _area(*areas.tilted(tilt)), scores, areas.stride)

    def tails(hypothesis: float) -> Tails:
        if not 0 <= hypothesis <= 1:
            return Tails(1.0, 0.0) if hypothesis > 1 else Tails(0.0, 1.0)
        above, below = path.at(hypothesis)
        return Tails(normal_above(above), normal_above(-below))

    return tails
