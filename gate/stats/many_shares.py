"""A weighted sum of shares of different rows: of slices, of models, however many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import copysign, inf, lcm, sqrt
from typing import NamedTuple

from gate.stats.normal import normal_above
from gate.stats.proportion import FEW
from gate.stats.saddlepoint import at_least, cumulants_of
from gate.stats.test import Tails, Test

_STEPS = 200
_CLOSE = 1e-14
_ROUNDING = 2e-16
_FAR = 600.0
_LATTICE = 1e-3  # standard deviations: values that are so close together are no lattice


class Share(NamedTuple):
    """`k` of `n` rows, and what one unit of this share counts for in the sum."""

    k: float
    n: float
    factor: float


def of_shares(shares: Sequence[Share]) -> Test:
    """Σ factor · p from `k` of `n` rows each, all of them different rows.

    The score test with the shares that are most likely under the hypothesis, as Miettinen and Nurminen's (1985) for two, with
    their n / (n - 1) carried over to more. Where of all together fewer than 20 are right, or wrong, and in families, by tails
    that hold there too.
    """
    value = sum(each.factor * each.k / each.n for each in shares)
    rows = min(each.n for each in shares)
    variance = sum(_variance(each, each.k / each.n) for each in shares)
    score = _score(shares, value)
    exact = _exact(shares, value, score)
    few = min(sum(each.k for each in shares), sum(each.n - each.k for each in shares)) < FEW
    return Test(
        tails=exact if few else score,
        estimate=value,
        low=sum(min(0.0, each.factor) for each in shares),
        high=sum(max(0.0, each.factor) for each in shares),
        method="exact score of several shares, unpaired" if few else "score of several shares, unpaired",
        n=rows,
        of="rows on the smallest side",
        far=exact,
        spread=sqrt(variance * rows) or None,
    )


def most_likely(shares: Sequence[Share], c: float) -> list[float]:
    """The shares of largest likelihood whose weighted sum is `c`, which lies between the ends of what it can be.

    Each solves k - n p = λ · factor · p (1 - p); their sum falls with λ, which is the same for all.
    """
    low, high, at = -inf, inf, 0.0
    reach = max(each.n / abs(each.factor) for each in shares)
    fine = _ROUNDING * sum(abs(each.factor) for each in shares)
    for _ in range(_STEPS):
        total = slope = 0.0
        for k, n, factor in shares:
            share, falls = _share(k, n, at * factor)
            total += factor * share
            slope += factor * factor * falls
        off = total - c
        if abs(off) <= fine:
            break
        low, high = (at, high) if off > 0 else (low, at)
        following = at + off / slope if slope > 0 else inf
        if not low < following < high:
            following = (low + high) / 2 if high - low < inf else 2 * at + copysign(reach, off)
        if abs(following - at) <= _CLOSE * max(reach * 1e-3, abs(at)):
            break
        at = following
    return [_share(each.k, each.n, at * each.factor)[0] for each in shares]


def _share(k: float, n: float, pull: float) -> tuple[float, float]:
    """The share that k of n rows and a pull downwards make most likely, and how fast it falls with the pull."""
    sides = n + pull
    apart = n - pull
    root = sqrt(sides * sides - 4 * pull * k if pull < 0 else apart * apart + 4 * pull * (n - k))  # no term below 0
    share = min(1.0, 2 * k / (sides + root) if sides > 0 else (sides - root) / (2 * pull))  # either without cancellation
    return share, share * (1 - share) / root if root > 0 else 0.0


def _variance(of: Share, share: float) -> float:
    return of.factor * of.factor * share * (1 - share) / of.n


def _stderr(shares: Sequence[Share], likely: Sequence[float]) -> float:
    """Of the sum. Each share spends as much of a row as it is free of the others: n / (n - 1 + its part of the variance)."""
    parts = [_variance(each, share) for each, share in zip(shares, likely, strict=True)]
    total = sum(parts)
    return sqrt(sum(part * each.n / (each.n - 1 + part / total) for each, part in zip(shares, parts, strict=True) if part > 0))


def _score(shares: Sequence[Share], value: float) -> Callable[[float], Tails]:
    low, high = sum(min(0.0, each.factor) for each in shares), sum(max(0.0, each.factor) for each in shares)

    def tails(c: float) -> Tails:
        if not low < c < high:
            return Tails(0.0, 1.0) if c <= low else Tails(1.0, 0.0)
        stderr, apart = _stderr(shares, most_likely(shares, c)), value - c
        z = apart / stderr if stderr > 0 else copysign(inf, apart) if apart else 0.0
        return Tails(normal_above(z), normal_above(-z))

    return tails


def _exact(shares: Sequence[Share], value: float, score: Callable[[float], Tails]) -> Callable[[float], Tails]:
    """As in multinomial.exact_tails: how often a sum is so large with the shares most likely under the hypothesis."""
    low, high = sum(min(0.0, each.factor) for each in shares), sum(max(0.0, each.factor) for each in shares)
    reach = _FAR * min(each.n / abs(each.factor) for each in shares)
    step = _step(shares)

    @lru_cache(maxsize=64)  # reports ask for both ends and both sides of the same hypotheses
    def tails(c: float) -> Tails:
        found = score(c)
        if not low < c < high:
            return found
        likely = most_likely(shares, c)
        parts = [(p, each.n, each.factor / each.n) for p, each in zip(likely, shares, strict=True)]
        up, down = cumulants_of(parts), cumulants_of([(p, n, -weight) for p, n, weight in parts])
        return Tails(max(found.above, at_least(value, up, step, reach)), max(found.below, at_least(-value, down, step, reach)))

    return tails


def _step(shares: Sequence[Share]) -> float:
    """How far apart the values of the sum are; 0 where they are all but everywhere."""
    first = abs(shares[0].factor)
    if any(abs(each.factor) != first or each.n != int(each.n) for each in shares):
        return 0.0
    step = first / lcm(*(int(each.n) for each in shares))
    return step if step**2 > _LATTICE**2 * sum(first * first / each.n for each in shares) else 0.0
