"""What a smooth function of few rows departs from the normal by: its bias and its skewness, to the order of 1/sqrt(n)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gate.record import dataclass

_RELATIVE = 1e-3  # step of second differences, relative to the share that is moved
_DIAGONAL = complex(0.5**0.5, 0.5**0.5)
_NOTHING = 1e-100  # a share so small matters nowhere
MOST_CELLS = 64  # whose curvature is looked at; the bias of more cells than these is left out


@dataclass(frozen=True, slots=True)
class Departure:
    """The bias in standard errors, and the skewness, of an estimate from n rows."""

    bias: float
    skewness: float

    def corrected(self, z: float) -> float:
        """The statistic whose distribution is normal to the next order; it rises with z everywhere.

        The expansion of Cornish and Fisher (1938), z - bias - g (z² - 1) / 6, made monotone by Hall's cubic term (1992).
        """
        bend = self.skewness / 6
        return z - self.bias + bend - bend * z * z + bend * bend * z * z * z / 3


def departure(
    function: Callable[[Sequence[Any]], Any],
    shares: Sequence[float],
    influence: Sequence[float],
    n: float,
    ratios: Sequence[float] | None = None,
) -> Departure:
    """Bias and skewness of a function of `n` rows' shares, which has these influence values there.

    With u = p ψ and H the second derivatives, the third cumulant is (Σ p ψ³ + 3 u'Hu) / n², the bias (Σ p H_cc - p'Hp) / 2n:
    the delta method's next term for a multinomial (Bhattacharya and Ghosh 1978). `ratios` multiply each cell's variance, where
    rows are weighted.
    """
    rates = ratios or [1.0] * len(shares)
    every = list(zip(shares, influence, rates, strict=True))
    variance = sum(share * each * each * rate for share, each, rate in every)
    if not variance > 0:
        return Departure(0.0, 0.0)
    cubes = sum(share * (each * rate) ** 2 * each for share, each, rate in every)
    cubes += 3 * _along(function, shares, [share * each * rate for share, each, rate in every])
    bias = _bias(function, shares, rates) if len(shares) <= MOST_CELLS else 0.0
    return Departure(bias / 2 / (variance * n) ** 0.5, cubes / variance**1.5 / n**0.5)


def _bias(function: Callable[[Sequence[Any]], Any], shares: Sequence[float], rates: Sequence[float]) -> float:
    moved: list[Any] = list(shares)
    bent = 0.0
    for at, (share, rate) in enumerate(zip(shares, rates, strict=True)):
        step = share * _RELATIVE
        if share > _NOTHING:
            moved[at] = share + step * _DIAGONAL
            above = function(moved)
            moved[at] = share - step * _DIAGONAL
            bent += rate * share * _bent(above, function(moved), step)
            moved[at] = share
    return bent - _along(function, shares, shares)


def _along(function: Callable[[Sequence[Any]], Any], shares: Sequence[float], way: Sequence[float]) -> float:
    """The second derivative in a direction, at a step at which no share changes by more than the thousandth part."""
    most = max((abs(each) / share for share, each in zip(shares, way, strict=True) if share), default=0.0)
    if not most:
        return 0.0
    step = _RELATIVE / most
    moves = [step * _DIAGONAL * each for each in way]
    above = function([share + move for share, move in zip(shares, moves, strict=True)])
    below = function([share - move for share, move in zip(shares, moves, strict=True)])
    return _bent(above, below, step)


def _bent(above: complex, below: complex, step: float) -> float:
    """The second derivative from values a step away on the diagonal of the complex plane: no difference of nearly equal numbers
    is in it, which hides all where a share is small (Lai and Crassidis 2008)."""
    return complex(above + below).imag / (step * step)
