"""Drift of a column of categories."""

from __future__ import annotations

from gate.measure.drift.numeric import divergences
from gate.measure.drift.sides import MOST_CATEGORIES, Categories
from gate.measure.drift.values import Found, few, shares
from gate.measure.metrics.metric import Value
from gate.stats import divergence, tails

EXPECTED = 5  # rows that a category must be expected to have on the smaller side; rarer ones are counted together
NAMES = (
    "psi", "psi_p", "js", "unseen_rate", "chi2", "chi2_p", "cramers_v", "linf", "new_categories", "vanished_categories",
    "vanished_rate",
)  # fmt: skip
_TOO_MANY = f"not measured: more than {MOST_CATEGORIES:,} categories"


def drift(reference: Categories, current: Categories) -> Found:
    """How categories differ: their shares, which are new, which are gone, and what is missing. By name without `drift.`."""
    n, m = sum(reference.counts.values()), sum(current.counts.values())
    if not (reference.complete and current.complete):
        return dict.fromkeys((*NAMES, "missing_rate_change", "missing_p"), Value(None, problem=_TOO_MANY))
    found = shares(reference.missing, n, current.missing, m)
    lacking = few(n, m)
    if lacking:
        return found | dict.fromkeys(NAMES, Value(None, problem=lacking))
    before, now = _beside(reference.counts, current.counts)
    found |= divergences(*_common(before, now)) | _tested(*_common(before, now))
    found["linf"] = Value(divergence.largest_difference(before, now), n=m)
    return found | _come_and_gone(before, now)


def _beside(reference: dict[str, int], current: dict[str, int]) -> tuple[list[int], list[int]]:
    names = sorted(reference.keys() | current.keys())
    return [reference.get(name, 0) for name in names], [current.get(name, 0) for name in names]


def _common(before: list[int], now: list[int]) -> tuple[list[int], list[int]]:
    """The counts with rare categories together as one: distances to rare ones are chance, and tests by them err."""
    smaller = min(sum(before), sum(now)) / (sum(before) + sum(now))
    often = [index for index, (one, other) in enumerate(zip(before, now, strict=True)) if (one + other) * smaller >= EXPECTED]
    rest = sum(before) - sum(before[index] for index in often), sum(now) - sum(now[index] for index in often)
    ends = ([], []) if rest == (0, 0) else ([rest[0]], [rest[1]])
    return [before[index] for index in often] + ends[0], [now[index] for index in often] + ends[1]


def _tested(before: list[int], now: list[int]) -> Found:
    statistic, freedom = divergence.chi_square(before, now)
    n, m = sum(before), sum(now)
    return {
        "chi2": Value(statistic, n=m),
        "chi2_p": Value(tails.chi_square_tail(statistic, freedom), n=m),
        "cramers_v": Value(divergence.cramers_v(statistic, n + m), n=m),
    }


def _come_and_gone(before: list[int], now: list[int]) -> Found:
    n, m = sum(before), sum(now)
    new = [other for one, other in zip(before, now, strict=True) if not one]
    gone = [one for one, other in zip(before, now, strict=True) if one and not other]
    return {
        "unseen_rate": Value(sum(new) / m, n=m, k=sum(new)),
        "vanished_rate": Value(sum(gone) / n, n=n, k=sum(gone)),
        "new_categories": Value(float(len(new))),
        "vanished_categories": Value(float(len(gone))),
    }
