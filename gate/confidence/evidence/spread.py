"""What a standard deviation beside an `n` is one of: of rows, where the value is their mean; else of folds, or of runs."""

from __future__ import annotations

import re

from gate.confidence.evidence.lacking import BOUNDED_MEANS
from gate.language.value import Doubt
from gate.terms import catalogue
from gate.terms.measurement import Measurement

_WORDS = re.compile(r"[^a-z0-9]+")
# Of these every row (or query, or request) has a number of its own, and the value is their mean.
_MEANS = BOUNDED_MEANS | {"log_loss", "mae", "mse", "msle", "mape", "smape", "loss", "latency", "rouge", "meteor"}
# Beside a name these say that the value is no mean of rows, or one of folds or classes.
_OTHER = frozenset(
    ("macro", "micro", "weighted", "samples", "cv", "fold", "folds", "best", "max", "min", "med", "median", "std", "ovr", "ovo")
)
_QUANTILE = re.compile(r"p\d{1,3}")


def is_mean_of_rows(name: str) -> bool:
    """Whether a value is a mean over rows, as far as its name tells; of names that nobody knows it may be."""
    words = [word for word in _WORDS.split(name.lower()) if word]
    if not _OTHER.isdisjoint(words) or any(map(_QUANTILE.fullmatch, words)):
        return False
    known = catalogue.find(name)
    return known is None or known.name in _MEANS


def not_of_rows(found: Measurement, name: str) -> Doubt:
    """Why a standard deviation says nothing of a value that is no mean."""
    n, std = found.support.n, found.support.std
    text = f"`{name}` is no mean over rows: its standard deviation, {std:g} with n {n:,.10g}, is that of folds or runs?"
    remedy = "folds share their rows, and do not say how sure it is: write the `stderr` of the value over all rows"
    return Doubt("no-evidence", text, remedy, weak=True)
