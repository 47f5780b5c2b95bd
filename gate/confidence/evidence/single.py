"""One measurement and what stands behind it, as a test of its true value: which method, by which evidence."""

from __future__ import annotations

import re
from math import inf, sqrt
from typing import TypeVar

from gate.confidence.evidence.lacking import (
    AVERAGE_PRECISION,
    BOUNDED_MEANS,
    contradiction,
    is_no_share,
    no_evidence,
    no_whole_number,
    out_of_range,
)
from gate.confidence.evidence.spread import is_mean_of_rows, not_of_rows
from gate.confidence.evidence.stated import is_wider, jaccard, limited, no_surer, rows_of, rows_of_error
from gate.language.value import Doubt
from gate.record import replace
from gate.stats.combine import scaled
from gate.stats.test import Test
from gate.terms import catalogue
from gate.terms.measurement import Measurement
from gate.terms.metric import Metric

Found = TypeVar("Found", Test, Test | Doubt)
_WORDS = re.compile(r"[^a-z0-9]+")
# Beside a metric's name these say that it is worked out of several values: then it is no share, and no area, of its n.
_AVERAGED = frozenset(
    ("macro", "micro", "weighted", "samples", "mean", "avg", "average", "med", "median", "best", "max", "min", "cv", "std", "ovr",
     "ovo")
)  # fmt: skip
_SINGLE_PRECISION = 1e-6  # so far above 1, a share is 1
_F1 = frozenset(("f1", "f1score"))
_OF = {
    "recall": "positives", "fnr": "positives", "specificity": "negatives", "fpr": "negatives",
    "precision": "predicted positives", "fdr": "predicted positives", "npv": "predicted negatives", "ndcg": "queries",
    "mrr": "queries", "f1": "rows labelled or predicted positive",
}  # fmt: skip


def test_of(found: Measurement, fact: Metric | None, name: str) -> Test | Doubt:
    """The test of a measurement that has a number, or why there is none. `name` is that of the metric in files."""
    value = found.value
    assert value is not None
    assert not isinstance(value, bool)
    what, scale = known_as(name), scale_of(found, fact)
    share = value / scale
    if 1 < share <= 1 + _SINGLE_PRECISION and fact is not None and fact.high in (1, 100):
        found, share = replace(found, value=scale), 1.0
    wrong = contradiction(found, share, scale, name, _is_share(found, fact))
    if wrong is not None:
        return wrong
    test = _by_evidence(found, share, scale, what, fact, name)
    return test if isinstance(test, Doubt) else no_surer(test, found)


def _by_evidence(found: Measurement, share: float, scale: float, what: str, fact: Metric | None, name: str) -> Test | Doubt:
    support = found.support
    if support.exposure and support.k is not None:
        from gate.stats import poisson

        return poisson.of_counts(support.k, support.exposure)
    if _is_share(found, fact):
        return _scaled(_share(found, share, scale, what, name), scale)
    low, high = ends_of(fact, scale)
    if fact is not None and fact.high in (1, 100) and not low <= share * scale <= high:
        return out_of_range(found, name, "outside its range")
    return _other(found, share, scale, what, fact, name)


def scale_of(found: Measurement, fact: Metric | None) -> float:
    """What a share of 1 is written as: 100 with the unit %, or where the range says so."""
    return 100.0 if found.unit == "%" or (fact is not None and fact.low == 0 and fact.high == 100) else 1.0


def known_as(name: str) -> str:
    """What the catalogue calls a metric, where its name says nothing else (an average, a cut-off); "" otherwise."""
    common = catalogue.find(name)
    if common is None or "@" in name:
        return ""
    if common.name == AVERAGE_PRECISION:
        return common.name
    words = _WORDS.split(name.lower())
    if not _AVERAGED.isdisjoint(words):
        return ""
    if common.name == "f1":
        return "f1" if any(word in _F1 for word in words) else ""
    return common.name


def counted(what: str) -> str:
    """What the n of a metric counts, in words."""
    return _OF.get(what, "rows")


def _scaled(test: Found, scale: float) -> Found:
    return test if isinstance(test, Doubt) or scale == 1 else scaled(test, scale)


# -- shares


def _is_share(found: Measurement, fact: Metric | None) -> bool:
    support = found.support
    if support.n:
        return support.k is not None or (fact is not None and fact.proportion)
    return fact is not None and fact.proportion and bool(support.stderr or support.interval) and support.n is None


def _share(found: Measurement, share: float, scale: float, what: str, name: str) -> Test | Doubt:
    from gate.stats import proportion

    n = inf if found.support.n is None else float(found.support.n)
    if n < 1:
        return Doubt("no-evidence", f"`{name}` is measured on {n:g} rows", weak=True)
    if not 0 <= share <= 1:
        return out_of_range(found, name, f"and a share{f' of {n:g}' if n < inf else ''} lies between 0 and 1")
    if n == inf or is_wider(found, share, n, scale):
        return _effective(share, min(n, rows_of(found, share, scale)))
    k = _count(found, share, n)
    if k is not None:
        return replace(proportion.of_counts(k, n), of=counted(what), estimate=share)
    if found.support.stderr:
        return _effective(share, min(n, rows_of(found, share, scale)))
    return no_whole_number(found, share, scale, name, counted(what))


def counts_of(found: Measurement, fact: Metric | None) -> tuple[float, float] | None:
    """k of n where a measurement is a share of rows that count alike, and nothing else is stated of its error."""
    n = float(found.support.n or 0)
    if (
        not _is_share(found, fact)
        or found.value is None
        or n < 1
        or found.support.interval is not None
        or is_no_share(found.metric)
    ):
        return None
    scale = scale_of(found, fact)
    if is_wider(found, found.value / scale, n, scale):
        return None
    k = _count(found, found.value / scale, n)
    return (k, n) if k is not None and 0 <= k <= n else None


def _count(found: Measurement, share: float, n: float) -> float | None:
    """How many a share is of n; None where that is no whole number, as with weights, or where n is something else."""
    if found.support.k is not None:
        return float(found.support.k)
    from gate.stats.rounding import count_of

    written = float(found.value or 0)
    return count_of(written, n, share / written if written else 1.0)


def _effective(share: float, n: float) -> Test:
    """A share by its error: Wilson's at the number of independent rows that have it, exact where few."""
    from gate.stats.proportion import of_share

    test = of_share(share, max(1.0, float(f"{n:.4g}")))  # as people read it
    return replace(test, method=f"{test.method}, at the effective n", of="independent rows", estimate=share)


# -- everything else


def _other(found: Measurement, share: float, scale: float, what: str, fact: Metric | None, name: str) -> Test | Doubt:
    support = found.support
    if 0 <= share <= 1:
        test = _in_unit(found, share, scale, what, name)
        if test is not None:
            return _scaled(test, scale)
    of_rows = is_mean_of_rows(name)
    stderr = _standard_error(found, of_rows)
    if stderr is not None:
        return _mean(found, stderr, scale, what, fact)
    if support.interval is not None:
        return _stated(found, scale, fact)
    if support.n and support.n >= 1 and 0 <= share <= 1 and _is_bounded_mean(what, fact, name):
        from gate.stats.proportion import of_share

        test = of_share(share, support.n)
        return _scaled(replace(test, method=f"{test.method}, of a mean", of=counted(what)), scale)
    if support.std and support.n and not of_rows:
        return not_of_rows(found, name)
    return no_evidence(found, what, name, counted(what))


def _in_unit(found: Measurement, share: float, scale: float, what: str, name: str) -> Test | Doubt | None:
    """The test of a metric from 0 to 1 that has one of its own; None where there is none, or not the evidence for it."""
    from gate.stats.auc import FEWEST, of_auc

    support = found.support
    if what in ("auc", AVERAGE_PRECISION) and 0 in (support.n_pos, support.n_neg):
        return no_evidence(found, what, name, counted(what))
    if what == "auc" and support.n_pos and support.n_neg:
        stderr = support.stderr / scale if support.stderr else None
        test = of_auc(share, support.n_pos, support.n_neg, stderr)
        return test if 0 < share < 1 or stderr is None else _as_wide(test, share, stderr)
    known = [each for each in (support.n_pos, support.n_neg) if each is not None]
    if what == "auc" and known and min(known) < FEWEST:
        return of_auc(share, support.n_pos or inf, support.n_neg or inf)  # a class that is not told may be large
    if what == "f1":
        return _f1(found, scale)
    if what == AVERAGE_PRECISION and (support.stderr or support.interval):
        if not support.n_pos:
            return no_evidence(found, what, name, counted(what))
        from gate.stats.average_precision import of_average_precision

        return of_average_precision(share, support.n_pos, (support.stderr or 0) / scale)
    return None


def _f1(found: Measurement, scale: float) -> Test | None:
    """F1 by its Jaccard index, which is a share: of n, or of the independent rows that have its error."""
    from gate.stats.f1 import of_f1

    of_jaccard, n = jaccard(found, scale), found.support.n
    effective = rows_of(of_jaccard, float(of_jaccard.value or 0), 1.0)
    if n is None and effective < inf:
        n = effective
    if not n or n < 1:
        return None
    if not is_wider(of_jaccard, float(of_jaccard.value or 0), n, 1.0) and n == found.support.n:
        return replace(of_f1(float(found.value or 0) / scale, n), of=counted("f1"))
    test = of_f1(float(found.value or 0) / scale, min(n, effective))
    return replace(test, method=f"{test.method}, at the effective n", of="independent rows")


def _is_bounded_mean(what: str, fact: Metric | None, name: str) -> bool:
    """Whether a value is the mean of n numbers from 0 to 1: the catalogue knows it, or only the policy does and bounds it."""
    if what in BOUNDED_MEANS:
        return True
    return catalogue.find(name) is None and fact is not None and fact.low == 0 and fact.high in (1, 100)


def _standard_error(found: Measurement, of_rows: bool) -> float | None:
    """As stated, or by the standard deviation of rows."""
    support = found.support
    if support.stderr:
        return support.stderr
    return support.std / sqrt(support.n) if of_rows and support.std and support.n and support.n > 1 else None


def _mean(found: Measurement, stderr: float, scale: float, what: str, fact: Metric | None) -> Test:
    from gate.stats.means import of_mean

    n, value = found.support.n, float(found.value or 0)
    test = of_mean(value, float(n) if n else inf, stderr)
    test = replace(test, of=counted(what)) if n else replace(test, n=0.0, of="")
    low, high = ends_of(fact, scale)
    if (low, high) == (0.0, scale) and low <= value <= high and not test.problem:
        test = _as_wide(test, value / scale, stderr / scale, scale)
    return limited(test, low, high)


def _as_wide(test: Test, share: float, stderr: float, scale: float = 1.0) -> Test:
    """The test of what lies in [0, 1], which is no surer than that of a share with its error: near an end errors are skewed."""
    from gate.stats.combine import agreeing
    from gate.stats.proportion import of_share

    other = _scaled(of_share(share, rows_of_error(share, stderr)), scale)
    return agreeing([test, other])


def ends_of(fact: Metric | None, scale: float) -> tuple[float, float]:
    """Between what a metric lies, as it is written; infinite where that is not known."""
    if fact is None:
        return -inf, inf
    unit = scale / 100 if (fact.low, fact.high) == (0, 100) else scale
    return (-inf if fact.low is None else fact.low * unit), (inf if fact.high is None else fact.high * unit)


def _stated(found: Measurement, scale: float, fact: Metric | None) -> Test:
    from gate.stats.means import of_stated_interval

    stated = found.support.interval
    assert stated is not None
    n = found.support.n
    test = of_stated_interval(stated.low, stated.high, stated.confidence, float(found.value or 0))
    return limited(replace(test, n=float(n)) if n else test, *ends_of(fact, scale))
