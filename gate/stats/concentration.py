"""How many rows a verdict needs by bounds that hold for any data: those that ease.ml/ci publishes (Renggli et al., MLSys 2019).

An estimate within `tolerance` of the truth, but for a probability `error`, over `uses` verdicts of one test set; `full`
where each next model may depend on all verdicts before.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log


def spent(uses: int, full: bool) -> float:
    """What `uses` verdicts add to the logarithm of 1 / error: ln H, or H ln 2 (all sequences of verdicts)."""
    return uses * log(2) if full else log(uses)


def hoeffding(weights: Sequence[float], tolerance: float, error: float, uses: int, full: bool, clauses: int) -> float:
    """Rows for a sum of shares in [0, 1] with these weights, one of `clauses` that must all hold.

    Tolerance and error are divided among the shares: `n - o` needs four times the rows of `n`, and a little more.
    """
    reach = sum(map(abs, weights))
    return reach * reach * (spent(uses, full) + log(len(weights) * clauses / error)) / (2 * tolerance * tolerance)


def bennett(share: float, tolerance: float, error: float, uses: int = 1, full: bool = False) -> float:
    """Rows for the difference of two models that differ on at most this share of rows, which was tested first ("pattern 1")."""
    return (spent(uses, full) + log(4 / error)) / (share * bennett_h(tolerance / share))


def labels_where_they_differ(share: float, tolerance: float, error: float) -> float:
    """Labels for one verdict by `bennett` where only rows are labelled on which the models differ ("active labelling")."""
    return share * bennett(share, tolerance, error)


def bennett_h(u: float) -> float:
    """Bennett's h(u) = (1 + u) ln(1 + u) - u."""
    return (1 + u) * log(1 + u) - u
