"""Clusters of unequal size: as how many of one size they count, and by how much their residuals are too small."""

from __future__ import annotations

from math import sqrt

from gate.record import dataclass

FEWEST, LEAST = 6, 5  # clusters; and of one size, as how many they count: six users have never quite as many rows each
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Clusters:
    """`count` clusters that count as `number` of one size: both are the same where all are of one size.

    With m a cluster's rows (or their weight) below the fraction that is judged, number = Σm Σm² / Σm³, which is never more than
    (Σm)² / Σm²: a cluster weighs in the error by its size, and in the error of that error by its size again. `kept` is the
    share of the variance that is left in the squares of residuals, for a large cluster draws the mean to itself: where what
    differs are the clusters and not their rows, 1 - 2/number + Σm² / (Σm)², of G equal ones (G - 1) / G.
    """

    count: float
    number: float
    kept: float

    @property
    def few(self) -> str:
        """What is wrong where they are too few for a test; empty where they are not."""
        if self.count < FEWEST:
            return f"{self.count:g} clusters are too few: from {FEWEST} on their spread can be told"
        if self.number < LEAST:
            said = f"{self.count:g} clusters of unequal size count as {int(self.number * 10) / 10:g} of one size"
            return f"{said}: from {LEAST} on their spread can be told"
        return ""


def of_sizes(count: float, total: float, squares: float, cubes: float | None = None) -> Clusters:
    """By the sums of the clusters' sizes, their squares and cubes. Without cubes as if the largest were as large as can be."""
    if not (count >= 1 and total > 0 and squares > 0):
        return Clusters(count, 0.0, 1.0)
    equal = squares / (total * total)
    if cubes is None:
        share = 1 / count + sqrt(max(0.0, (1 - 1 / count) * (equal - 1 / count)))
    else:
        share = max(cubes / (total * squares), equal)
    return Clusters(count, 1 / share, max(1 - 2 * share + equal, _NEAR))


def alike(count: float) -> Clusters:
    """Clusters of one size."""
    return of_sizes(count, count, count, count)
