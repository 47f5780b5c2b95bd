"""How far two distributions over the same bins or categories are apart, from counts."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, log2, sqrt

from gate.record import dataclass

Counts = Sequence[int]


@dataclass(frozen=True, slots=True)
class Stability:
    """A population stability index: `raw`, the part of it that chance is expected to give, and its standard error."""

    raw: float
    expected: float
    stderr: float
    bins: int

    @property
    def value(self) -> float:
        """The index without what chance gives: 0 on average where nothing changed, never below."""
        return max(0.0, self.raw - self.expected)


def population_stability(reference: Counts, current: Counts) -> Stability:
    """PSI, the sum of (p - q) ln(p / q) over bins, with its null distribution (1/n + 1/m) chi²(B - 1).

    That distribution's mean is taken off `value` (Yurdakul and Naranjo 2020): on 100 against 100 rows and 10 bins chance
    alone gives 0.18. A bin that is empty on one side counts half a row there; one that is empty on both sides is no bin.
    The standard error is that of the multinomial shares to the first order, and the null's spread, added in squares.
    """
    pairs = [(one, other) for one, other in zip(reference, current, strict=True) if one or other]
    first, second = _shares([one for one, _ in pairs]), _shares([other for _, other in pairs])
    n, m = sum(reference), sum(current)
    noise = 1 / n + 1 / m
    raw = sum((p - q) * log(p / q) for p, q in zip(first, second, strict=True))
    by_first = [log(p / q) + 1 - q / p for p, q in zip(first, second, strict=True)]
    by_second = [log(q / p) + 1 - p / q for p, q in zip(first, second, strict=True)]
    null = 2 * (len(pairs) - 1) * noise * noise
    stderr = sqrt(_variance(first, by_first) / n + _variance(second, by_second) / m + null)
    return Stability(raw, (len(pairs) - 1) * noise, stderr, len(pairs))


def _shares(counts: Counts) -> list[float]:
    filled = [count or 0.5 for count in counts]
    total = sum(filled)
    return [count / total for count in filled]


def _variance(shares: Sequence[float], values: Sequence[float]) -> float:
    mean = sum(p * value for p, value in zip(shares, values, strict=True))
    return sum(p * (value - mean) ** 2 for p, value in zip(shares, values, strict=True))


def jensen_shannon(reference: Counts, current: Counts) -> float:
    """The Jensen-Shannon distance to base 2: the square root of the divergence (Lin 1991), which is a metric (Endres and
    Schindelin 2003), from 0 (equal) to 1 (nothing in common)."""
    n, m = sum(reference), sum(current)
    total = 0.0
    for one, other in zip(reference, current, strict=True):
        p, q = one / n, other / m
        middle = (p + q) / 2
        total += (p * log2(p / middle) if p else 0.0) + (q * log2(q / middle) if q else 0.0)
    return sqrt(min(1.0, max(0.0, total / 2)))


def chi_square(reference: Counts, current: Counts) -> tuple[float, int]:
    """Pearson's statistic of homogeneity (without Yates's correction) and its degrees of freedom."""
    n, m = sum(reference), sum(current)
    statistic, categories = 0.0, 0
    for one, other in zip(reference, current, strict=True):
        both = one + other
        if both:
            difference = one * m - other * n
            statistic += difference * difference / (both * n * m)
            categories += 1
    return statistic, categories - 1


def cramers_v(statistic: float, rows: int) -> float:
    """Cramér's V (1946) of a table with two rows (reference and current) and `rows` observations: 0 to 1."""
    return sqrt(min(1.0, statistic / rows))


def largest_difference(reference: Counts, current: Counts) -> float:
    """L∞: the largest change of one category's share, 0 to 1."""
    n, m = sum(reference), sum(current)
    return max(abs(one / n - other / m) for one, other in zip(reference, current, strict=True))
