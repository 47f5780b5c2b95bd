"""What recorded values say about the next one: where it should lie, and whether they drift."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

from gate.stats.beta import student_above

CONFIDENCE = 0.975  # one-sided: one run in forty is below the lower bound although nothing has changed
WEIGHT = 0.3  # of the newest value in a moving average
SLACK = 0.5  # standard deviations that a value may stay behind without adding to a drift
_STEPS = 200


def centre_and_spread(values: Sequence[float], least: float = 0.0) -> tuple[float, float]:
    """Mean and sample standard deviation of two values or more; the spread is no smaller than `least`."""
    scale = max(1.0, *map(abs, values))  # squares of large numbers are no numbers
    parts = [value / scale for value in values]
    mean = fsum(parts) / len(parts)
    return mean * scale, max(sqrt(fsum((part - mean) ** 2 for part in parts) / (len(parts) - 1)) * scale, least)


def expected(values: Sequence[float], least: float = 0.0, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The bounds within which the next value lies, each with this one-sided confidence, if it is drawn as these were.

    Mean ± t·s·sqrt(1 + 1/k), Student's t with k - 1 degrees of freedom; at least two values. `least` is the smallest spread
    to believe in: values that were all equal by chance, or by rounding, predict nothing else.
    """
    mean, spread = centre_and_spread(values, least)
    half = student_quantile(confidence, len(values) - 1) * spread * sqrt(1 + 1 / len(values))
    return mean - half, mean + half


def moving_average(values: Sequence[float]) -> float:
    """The exponentially weighted moving average of values in order (Roberts 1959)."""
    average = values[0]
    for value in values:
        average += WEIGHT * (value - average)
    return average


def drift(values: Sequence[float], centre: float, spread: float, *, downwards: bool, slack: float = SLACK) -> float:
    """The cumulative sum of how far values in order stay behind the centre, in standard deviations (Page 1954).

    Never below 0: what is ahead takes back what was behind, and no more. `downwards` counts falling values.
    """
    total = 0.0
    for value in values:
        behind = (centre - value if downwards else value - centre) / spread
        total = max(0.0, total + behind - slack)
    return total


def student_quantile(probability: float, freedom: float) -> float:
    """The quantile of Student's t, of a probability in (0.5, 1), with `freedom` ≥ 1: by halving."""
    low, high = 0.0, 2.0
    while student_above(high, freedom) > 1 - probability:
        low, high = high, 2 * high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if student_above(middle, freedom) > 1 - probability else (low, middle)
    return (low + high) / 2
