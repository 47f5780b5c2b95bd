"""The delta method: a smooth function of estimates whose joint covariance is known, by its gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite, sqrt

from gate.record import replace
from gate.stats.beta import student
from gate.stats.means import of_mean
from gate.stats.test import Test, unknown
from gate.stats.tilt import LEAST, Function, complex_step, of_cells, thin

METHOD = "delta method, t"
FEWEST_CLUSTERS = 6

Covariance = Sequence[Sequence[float]]  # of estimates: what each has been divided by n


def slopes(function: Function, values: Sequence[float]) -> tuple[float, list[float]] | None:
    """A function of estimates and its derivatives; None where it is not defined there."""
    try:
        value = function(values)
        found = [float(each) for each in complex_step(function)(values)]
    except (ZeroDivisionError, OverflowError):
        return None
    return (float(value), found) if not isinstance(value, complex) and all(map(isfinite, (value, *found))) else None


def covariance_of(first: Sequence[float], second: Sequence[float], covariance: Covariance) -> float:
    """The covariance of two functions of the same estimates, from their gradients; of one with itself its variance."""
    return sum(
        one * sum(other * each for other, each in zip(second, row, strict=True))
        for one, row in zip(first, covariance, strict=True)
        if one
    )


def of_estimates(
    values: Sequence[float],
    covariance: Covariance,
    function: Function,
    *,
    n: float,
    clusters: float = 0,
    denominators: Mapping[str, float] | None = None,
    least: float = LEAST,
    of: str = "rows",
) -> Test:
    """The test of a smooth function of estimates from `n` rows, for those in which there is more than cells of counts.

    Its variance is that of the data, not that of the hypothesis: it needs support in every denominator, and takes Student's t
    with one degree of freedom less than the least of them (or than clusters).
    """
    found = slopes(function, values)
    said = thin(denominators or {}, least) or _few(clusters) or ("" if found else "it is not defined on these rows")
    if said or found is None:
        value = found[0] if found else 0.0
        return unknown(said, estimate=value, low=-inf, high=inf, method=METHOD, n=n, of=of)
    error = sqrt(max(covariance_of(found[1], found[1], covariance), 0.0))
    support = min((clusters or n, *(denominators or {}).values()))
    test = of_mean(found[0], support, error, of="clusters" if clusters else of)
    return test if test.problem else replace(test, method=METHOD)


def of_clusters(
    counts: Sequence[float],
    covariance: Covariance,
    function: Function,
    clusters: float,
    *,
    denominators: Mapping[str, float] | None = None,
    least: float = LEAST,
    low: float = -inf,
    high: float = inf,
) -> Test:
    """The test of a function of cells whose rows come in clusters; `covariance` is that of the shares of cells by clusters.

    As with a share at its effective n: the rows count as so many independent ones as would have this variance (never as
    more than they are), and the score is held against Student's t with one degree of freedom less than there are clusters.
    Where no row differs from the rest, every cluster counts as one row. Fewer than 6 clusters say nothing.
    """
    n = float(sum(counts))
    shares = [each / n for each in counts] if n else []
    found = slopes(function, shares) if n else None
    said = _few(clusters) or ("" if found else "it is not defined on these rows")
    if said or found is None:
        value = found[0] if found else 0.0
        return unknown(said, estimate=value, low=low, high=high, method="tilted cells at the effective n, t", n=n)
    design = _design(shares, found[1], covariance, n, clusters)
    return of_cells(
        counts,
        function,
        denominators={what: count / design for what, count in (denominators or {}).items()},
        least=least,
        design=design,
        tail=student(clusters - 1),
        low=low,
        high=high,
        method="tilted cells at the effective n, t",
    )


def _few(clusters: float) -> str:
    if not clusters or clusters >= FEWEST_CLUSTERS:
        return ""
    return f"{clusters:g} clusters are too few: from {FEWEST_CLUSTERS} on their spread can be told"


def _design(shares: Sequence[float], gradient: Sequence[float], covariance: Covariance, n: float, clusters: float) -> float:
    """How many times more than among independent rows the variance is; at least 1."""
    centre = sum(share * slope for share, slope in zip(shares, gradient, strict=True))
    alone = sum(share * (slope - centre) ** 2 for share, slope in zip(shares, gradient, strict=True)) / n
    if not alone > 0:
        return max(1.0, n / clusters)
    return max(1.0, covariance_of(gradient, gradient, covariance) / alone)
