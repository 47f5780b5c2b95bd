"""How many rows the tests of a gate need to show what is true, with what power.

Sizes are those of score tests: ((z_α s₀ + z_β s₁) / (θ - c))², with the standard deviation of one row under the hypothesis and
under the truth. Powers are exact where they can be enumerated, so that they need not be quite what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, exp, lgamma, log, sqrt

from gate.stats import paired, proportion
from gate.stats.auc import FEWEST, hanley_mcneil_error
from gate.stats.beta import binomial_at_least
from gate.stats.normal import normal_above, upper_quantile
from gate.stats.tilt import Cells, Function, Gradient

MOST_APART = 10_000  # pairs that differ; above, power is that of the normal approximation
_FINEST = 4096  # a size is found to this part of itself
_STRIDES, _ROUNDS = 240, 60
_FAR = 7.0  # standard deviations of the number of pairs that differ


def of_spreads(gap: float, null: float, truth: float, alpha: float, power: float) -> float:
    """Rows that show a gap > 0; `null` and `truth` are the standard deviations of one row."""
    return ((upper_quantile(alpha) * null - upper_quantile(power) * truth) / gap) ** 2


def normal_power(n: float, gap: float, null: float, truth: float, alpha: float) -> float:
    """The power of the same on n rows."""
    return normal_above((upper_quantile(alpha) * null - gap * sqrt(n)) / truth)


def reached(start: float, power_at: Callable[[int], float], power: float) -> int:
    """A number of rows that has this power: `start`, which is what a formula says, or else the next one that is found.

    Counted power goes up and down from row to row, so that a few rows more may fall short of it again, by little.
    """
    low = max(1, ceil(start - 1e-9))
    if power_at(low) >= power:
        return low
    finest = step = max(1, low // _FINEST)
    while power_at(low + step) < power:
        low, step = low + step, 2 * step
    high = low + step
    while high - low > finest:
        middle = (low + high) // 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    return high


# -- a function of cells above a line


def tilted_spreads(shares: Sequence[float], function: Function, gradient: Gradient, line: float) -> tuple[float, float] | None:
    """The standard deviations of one row for `of_spreads`: of a function of cells under the nearest hypothesis at which it is
    `line`, and where these shares are the true ones, at which it is above. None where no such hypothesis is within reach.
    """
    cells = Cells(shares, function, gradient, 1.0)
    near, far = 0.0, -cells.stride
    for _ in range(_STRIDES):
        if function(cells.tilted(far)) <= line:
            break
        near, far = far, far - cells.stride
    else:
        return None
    for _ in range(_ROUNDS):
        middle = (near + far) / 2
        near, far = (near, middle) if function(cells.tilted(middle)) <= line else (middle, far)
    return cells.error(cells.tilted(far))[0], cells.error(cells.base)[0]


# -- one share above a line (one below is its rest above the line's rest)


def share(line: float, truth: float, alpha: float, power: float) -> float:
    """Rows that show a share above the line (Wilson's score)."""
    return of_spreads(truth - line, _spread(line), _spread(truth), alpha, power)


def share_power(n: int, line: float, truth: float, alpha: float, far: bool = False) -> float:
    """How often the test of `proportion.of_counts` shows it on n rows: by enumeration; `far` is as for `fewest_right`."""
    least = fewest_right(n, line, alpha, far)
    return binomial_at_least(least, n, truth) if least <= n else 0.0


def fewest_right(n: int, line: float, alpha: float, far: bool = False) -> int:
    """How many of n rows must be right to show a share above the line; more than there are where none suffices.

    `far` takes the tails that hold far out too, as those do who spend little or ask for `exact`.
    """
    return _first(lambda k: _above(k, n, line, far) <= alpha, n + 1)


def fewest(line: float, alpha: float, far: bool = False) -> int:
    """The fewest rows that can show a share above the line: where all of them are right, for a line in [0, 1)."""
    if far:
        return fewest_exactly(line, alpha)
    few = next((n for n in range(1, proportion.FEW) if _above(n, n, line, far) <= alpha), 0)
    return few or _first(lambda n: _above(n, n, line, far) <= alpha, 1 << 62)


def _above(k: int, n: int, line: float, far: bool) -> float:
    test = proportion.of_counts(k, n)
    return (test.far_tails if far else test.tails)(line).above


def fewest_exactly(line: float, alpha: float) -> int:
    """The same by binomial tails, as families have it: ln α / ln c, for a line in [0, 1)."""
    return max(1, ceil(log(alpha) / log(line) - 1e-9)) if line > 0 else 1


def _spread(share: float) -> float:
    return sqrt(share * (1 - share))


def _first(holds: Callable[[int], bool], beyond: int) -> int:
    """The first whole number ≥ 1 at which something holds that then keeps holding; `beyond` where it never does."""
    high = 1
    while high < beyond and not holds(high):
        high *= 2
    low, high = high // 2, min(high, beyond)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


# -- two models on the same rows


def pairs(line: float, truth: float, differ: float, alpha: float, power: float) -> float:
    """Pairs that show a difference of two shares above the line, where the models differ on the share `differ` of rows.

    At a line of 0 this is Connor's formula (1987).
    """
    return of_spreads(truth - line, *_pair_spreads(line, truth, differ), alpha, power)


def _pair_spreads(line: float, truth: float, differ: float) -> tuple[float, float]:
    """The standard deviations of one pair: by Tango's estimate under the hypothesis, and under the truth."""
    better, worse = (differ + truth) / 2, (differ - truth) / 2
    linear = (2 - better + worse) * line - differ
    share = (sqrt(max(0.0, linear * linear + 8 * worse * line * (1 - line))) - linear) / 4
    return sqrt(2 * share + line * (1 - line)), sqrt(differ - truth * truth)


def pairs_power(n: int, line: float, truth: float, differ: float, alpha: float) -> float:
    """How often Tango's test shows it on n pairs: by enumeration over how many differ, and which way."""
    return pairs_powers(n, line, differ, alpha)(truth)


def pairs_powers(n: int, line: float, differ: float, alpha: float) -> Callable[[float], float]:
    """The same as a function of what is true, which is quick to ask again."""
    if n * differ > MOST_APART:
        return lambda truth: normal_power(n, truth - line, *_pair_spreads(line, truth, differ), alpha)
    middle, reach = n * differ, _FAR * sqrt(n * differ * (1 - differ)) + 1
    shown: list[tuple[float, int, int]] = []  # how likely so many differ, and how many of them must be for the new model
    first = max(0, int(middle - reach))
    least = first // 2
    for apart in range(first, min(n, ceil(middle + reach)) + 1):
        least = _least_better(apart, n, line, alpha, least)
        if least <= apart:
            shown.append((_chance(apart, n, differ), least, apart))

    def power(truth: float) -> float:
        better = min(1.0, max(0.0, (differ + truth) / 2 / differ))
        return min(1.0, sum(chance * binomial_at_least(least, apart, better) for chance, least, apart in shown))

    return power


def _least_better(apart: int, n: int, line: float, alpha: float, near: int) -> int:
    """Of so many pairs that differ, how many must be for the new model; one more than there are where none suffices.

    It is sought from `near`, that of one pair less.
    """

    def shows(better: int) -> bool:
        return paired.of_pairs(better, apart - better, n).tails(line).above <= alpha

    least = min(near, apart + 1)
    while least <= apart and not shows(least):
        least += 1
    while least > 0 and shows(least - 1):
        least -= 1
    return least


def _chance(k: int, n: int, p: float) -> float:
    """P(X = k) for X ~ Binomial(n, p), p in (0, 1)."""
    return (
        exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p)) if 0 < p < 1 else float(k == n)
    )


def ratio_power(n: int, shares: Sequence[float], factor: float, sign: int, line: float, alpha: float, far: bool = False) -> float:
    """How often `sign * (new - factor * old)` is shown above the line on n pairs: by enumeration, so for few; `shares` are those
    of pairs that both models have, only the new one, only the old one and neither.
    """
    power = 0.0
    for both in range(n + 1):
        for new in range(n + 1 - both):
            for old in range(n + 1 - both - new):
                test = paired.of_pairs_ratio(both, new, old, n, factor)
                tails = (test.far_tails if far else test.tails)(sign * line)
                if (tails.above if sign > 0 else tails.below) <= alpha:
                    power += _multinomial((both, new, old, n - both - new - old), shares)
    return power


def _multinomial(counts: Sequence[int], shares: Sequence[float]) -> float:
    if any(count and share <= 0 for count, share in zip(counts, shares, strict=True)):
        return 0.0
    ways = lgamma(sum(counts) + 1) - sum(lgamma(count + 1) for count in counts)
    return exp(ways + sum(count * log(share) for count, share in zip(counts, shares, strict=True) if count))


def fewest_ratio(factor: float, line: float, alpha: float, far: bool = False) -> int | None:
    """The fewest pairs that can show `new - factor * old` above the line: both models right on all of them; None where no
    number can."""

    def shows(n: int) -> bool:
        test = paired.of_pairs_ratio(n, 0, 0, n, factor)
        return (test.far_tails if far else test.tails)(line).above <= alpha

    found = _first(shows, MOST_APART)
    return found if found < MOST_APART else None


# -- the area under the curve


def auc(line: float, truth: float, positives: float, alpha: float, power: float) -> float:
    """Rows, of which the share `positives` is positive, that show an AUC above the line (the score of Hanley and McNeil)."""
    return float(_first(lambda n: auc_power(n, line, truth, positives, alpha) >= power, 1 << 40))


def auc_power(n: float, line: float, truth: float, positives: float, alpha: float) -> float:
    """How often it is shown on n rows, by the normal approximation."""
    n_pos, n_neg = n * positives, n * (1 - positives)
    if min(n_pos, n_neg) < FEWEST:
        return 0.0
    null, true = (hanley_mcneil_error(each, n_pos, n_neg) for each in (line, truth))
    return normal_above((upper_quantile(alpha) * null - (truth - line)) / true)
