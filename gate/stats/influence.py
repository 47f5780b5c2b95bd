"""The delta method: a smooth function of estimates whose joint covariance is known, by its gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf, isfinite, log, sqrt

from gate.record import replace
from gate.stats.beta import student
from gate.stats.means import of_mean
from gate.stats.test import Tails, Test, unknown
from gate.stats.tilt import LEAST, Function, complex_step, of_cells, thin
from gate.stats.unequal import Clusters

METHOD = "delta method, t"
_TOLD = 1e-13  # of the terms of a variance: what doubles tell from none

Covariance = Sequence[Sequence[float]]  # of estimates: what each has been divided by n
Skewness = Callable[[Sequence[float], float], "float | None"]  # of an estimate, by its gradient and its variance


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
    clusters: Clusters | None = None,
    skewness: Skewness | None = None,
    denominators: Mapping[str, float] | None = None,
    least: float = LEAST,
    of: str = "rows",
) -> Test:
    """The test of a smooth function of estimates from `n` rows, for those in which there is more than cells of counts.

    Its variance is that of the data, not that of the hypothesis: it needs support in every denominator, and takes Student's t
    with one degree of freedom less than the least of them (or than there are clusters of one size). Where the `skewness` of
    the estimate is known, by its gradient and variance, Johnson's and Hall's t must agree.
    """
    found = slopes(function, values)
    few = "" if clusters is None else clusters.few
    said = thin(denominators or {}, least) or few or ("" if found else "it is not defined on these rows")
    if said or found is None:
        value = found[0] if found else 0.0
        return unknown(said, estimate=value, low=-inf, high=inf, method=METHOD, n=n, of=of)
    variance = _variance(found[1], covariance)
    fewest, support = min(((of, n if clusters is None else clusters.number), *(denominators or {}).items()), key=_count)
    if clusters is None:
        test = of_mean(found[0], support, sqrt(variance), of=fewest)
        return test if test.problem else replace(test, method=METHOD)
    error = sqrt(variance / clusters.kept)
    scaled = skewness(found[1], variance) if skewness is not None and variance else None
    skew = None if scaled is None else scaled * sqrt(support)
    test = of_mean(found[0], support, error, skew, paired=True, of="clusters")
    method = METHOD if skew is None else f"{METHOD}, Johnson's t and Hall's"
    count = clusters.count  # people know these, and not as how many of one size they count
    return test if test.problem else replace(test, method=method, n=count, spread=error * sqrt(count))


def on_logits(test: Test) -> Test:
    """The test by an estimate of a number between 0 and 1 and its error, taken on the logit scale, where few clusters err less.

    Of an area of .9 in 10 clusters the plain t falsely passes twice as often as it says.
    """
    value = test.estimate
    if test.problem or not 0 < value < 1:
        return test
    logit, slope = log(value / (1 - value)), value * (1 - value)

    def tails(c: float) -> Tails:
        if not 0 < c < 1:
            return Tails(0.0, 1.0) if c <= 0 else Tails(1.0, 0.0)
        return test.tails(value - slope * (logit - log(c / (1 - c))))

    return replace(test, tails=tails, low=0.0, high=1.0, method=f"{test.method} of the logit", notes=())


def _count(told: tuple[str, float]) -> float:
    return told[1]


def _variance(gradient: Sequence[float], covariance: Covariance) -> float:
    """That of a function; nothing where it is no more than rounding may have left of its terms."""
    found = covariance_of(gradient, gradient, covariance)
    sizes = [abs(each) for each in gradient]
    terms = covariance_of(sizes, sizes, [[abs(each) for each in row] for row in covariance])
    return found if found > _TOLD * terms else 0.0


def of_clusters(
    counts: Sequence[float],
    covariance: Covariance,
    function: Function,
    clusters: Clusters,
    *,
    denominators: Mapping[str, float] | None = None,
    least: float = LEAST,
    low: float = -inf,
    high: float = inf,
) -> Test:
    """The test of a function of cells whose rows come in clusters; `covariance` is that of the shares of cells by clusters.

    As with a share at its effective n: the rows count as so many independent ones as would have this variance (never as
    more than they are), and the score is held against Student's t with one degree of freedom less than there are clusters of
    one size. Where no row differs from the rest, every such cluster counts as one row. Fewer than 6 say nothing.
    """
    n = float(sum(counts))
    shares = [each / n for each in counts] if n else []
    found = slopes(function, shares) if n else None
    said = clusters.few or ("" if found else "it is not defined on these rows")
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
        tail=student(clusters.number - 1),
        low=low,
        high=high,
        method="tilted cells at the effective n, t",
    )


def _design(shares: Sequence[float], gradient: Sequence[float], covariance: Covariance, n: float, clusters: Clusters) -> float:
    """How many times more than among independent rows the variance is; at least 1."""
    centre = sum(share * slope for share, slope in zip(shares, gradient, strict=True))
    alone = sum(share * (slope - centre) ** 2 for share, slope in zip(shares, gradient, strict=True)) / n
    if not alone > 0:
        return max(1.0, n / clusters.number)
    return max(1.0, covariance_of(gradient, gradient, covariance) / clusters.kept / alone)
