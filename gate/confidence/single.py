"""One measurement and what stands behind it, as a test of its true value: which method, by which evidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import inf, sqrt

from gate.language.value import Doubt
from gate.record import replace
from gate.stats.combine import scaled
from gate.stats.test import Test
from gate.terms import catalogue
from gate.terms.measurement import Measurement
from gate.terms.metric import Metric

_WORDS = re.compile(r"[^a-z0-9]+")
# Beside a metric's name these say that it is worked out of several values: then it is no share, and no area, of its n.
_AVERAGED = frozenset(
    ("macro", "micro", "weighted", "samples", "mean", "avg", "average", "med", "median", "best", "max", "min", "cv", "std", "ovr",
     "ovo")
)  # fmt: skip
_F1 = frozenset(("f1", "f1score"))
_AVERAGE_PRECISION = "average_precision"
# Means over n rows (or queries) of a number from 0 to 1 each.
_BOUNDED_MEANS = frozenset(("brier", "ndcg", "mrr", "hit_rate", "pass@k", "hamming_loss"))
_LOSSES = frozenset(("log_loss", "rmse", "mae", "mse", "mape"))  # means over rows without a largest value
_OF = {
    "recall": "positives", "fnr": "positives", "specificity": "negatives", "fpr": "negatives",
    "precision": "predicted positives", "fdr": "predicted positives", "npv": "predicted negatives", "ndcg": "queries",
    "mrr": "queries", "f1": "rows labelled or predicted positive",
}  # fmt: skip
# What the rows are, and no estimate of anything beyond them.
_OF_THE_ROWS = frozenset(("rows", "label_coverage"))
# Of the effective n: above, a stated standard error says no more than n itself does.
_INDEPENDENT = 0.9


def test_of(found: Measurement, fact: Metric | None, name: str) -> Test | Doubt:
    """The test of a measurement that has a number, or why there is none. `name` is that of the metric in files."""
    value = found.value
    assert value is not None
    assert not isinstance(value, bool)
    what = known_as(name)
    scale = scale_of(found, fact)
    wrong = _contradiction(found, name)
    if wrong is not None:
        return wrong
    if found.support.exposure and found.support.k is not None:
        from gate.stats import poisson

        return poisson.of_counts(found.support.k, found.support.exposure)
    if _is_share(found, fact):
        return _scaled(_share(found, value / scale, what, name), scale)
    if fact is not None and fact.high in (1, 100) and not (fact.low or 0) <= value <= fact.high * (1 if scale == 1 else inf):
        return Doubt("no-evidence", f"`{name}` is {value:g}, outside its range", "", weak=True)
    return _other(found, value, scale, what, fact, name)


def scale_of(found: Measurement, fact: Metric | None) -> float:
    """What a share of 1 is written as: 100 with the unit %, or where the range says so."""
    return 100.0 if found.unit == "%" or (fact is not None and fact.low == 0 and fact.high == 100) else 1.0


def known_as(name: str) -> str:
    """What the catalogue calls a metric, where its name says nothing else (an average, a cut-off); "" otherwise."""
    common = catalogue.find(name)
    if common is None or "@" in name:
        return ""
    if common.name == _AVERAGE_PRECISION:
        return common.name
    words = _WORDS.split(name.lower())
    if not _AVERAGED.isdisjoint(words):
        return ""
    if common.name == "f1":
        last = [word for word in words if word not in ("score",)]
        return "f1" if any(word in _F1 for word in last) else ""
    return common.name


def is_of_the_rows(name: str) -> bool:
    """Whether a number says what is in the rows at hand, and nothing about others: it is as it is."""
    last = name.rpartition(".")[2]
    return last in _OF_THE_ROWS or name.startswith("quality.")


def counted(what: str) -> str:
    """What the n of a metric counts, in words."""
    return _OF.get(what, "rows")


def _scaled(test: Test | Doubt, scale: float) -> Test | Doubt:
    return test if isinstance(test, Doubt) or scale == 1 else scaled(test, scale)


# -- shares


def _is_share(found: Measurement, fact: Metric | None) -> bool:
    support = found.support
    return bool(support.n) and (support.k is not None or (fact is not None and fact.proportion))


def _share(found: Measurement, value: float, what: str, name: str) -> Test | Doubt:
    from gate.stats import proportion

    support = found.support
    n = float(support.n or 0)
    if n < 1:
        return Doubt("no-evidence", f"`{name}` is measured on {n:g} rows", weak=True)
    if not 0 <= value <= 1:
        what = f"`{name}` is {value:g}, and a share of {n:g} lies between 0 and 1"
        return Doubt("no-evidence", what, "state its unit (`%`), or its range under `metrics:`", weak=True)
    if found.support.k is not None and found.support.k % 1 and not n % 1:
        text = f"`{name}` has k {found.support.k:g} of n {n:g}: a count is a whole number"
        return Doubt("not-a-count", text, "with weights, write the `value` and its `stderr`", weak=True)
    if _is_wider(found, value, n):
        return _effective(found, value, n)
    k = _count(found, value, n)
    if k is not None:
        return replace(proportion.of_counts(k, n), of=counted(what), estimate=value)
    if support.stderr:
        return _effective(found, value, n)
    text = f"`{name}` is {found.value!r} of n {n:g}: that would be {value * n:.6g} {counted(what)}, no whole number"
    return Doubt("not-a-count", text, _right_n(what), weak=True)


def _is_wider(found: Measurement, value: float, n: float) -> bool:
    """Whether the stated standard error is more than that of n independent rows: of clusters, or of weights."""
    return 0 < value < 1 and value * (1 - value) < _INDEPENDENT * n * _stderr(found, value) ** 2


def _stderr(found: Measurement, value: float) -> float:
    """The standard error of a share, which is stated in the unit of the value as it is written; 0 where none is."""
    return (found.support.stderr or 0.0) * (value / found.value if found.value else 1.0)


def counts_of(found: Measurement, fact: Metric | None) -> tuple[float, float] | None:
    """k of n where a measurement is a share of rows that count alike."""
    if not _is_share(found, fact) or found.value is None or (found.support.n or 0) < 1:
        return None
    n = float(found.support.n or 0)
    scale = scale_of(found, fact)
    if _is_wider(found, found.value / scale, n):
        return None
    k = _count(found, found.value / scale, n)
    return (k, n) if k is not None and 0 <= k <= n else None


def _count(found: Measurement, value: float, n: float) -> float | None:
    """How many a share is of n; None where that is no whole number, as with weights, or where n is something else."""
    if found.support.k is not None:
        return float(found.support.k)
    from gate.stats.rounding import count_of

    written = float(found.value or 0)
    return count_of(written, n, value / written if written else 1.0)


def _right_n(what: str) -> str:
    return f"`n` counts the {counted(what)}; or write `k` and `n` instead of a value"


def _effective(found: Measurement, value: float, n: float) -> Test:
    """A share of weighted rows: Wilson's at the number of independent ones that have its standard error."""
    from gate.stats.proportion import of_share

    stderr = _stderr(found, value)
    effective = min(n, value * (1 - value) / (stderr * stderr)) if 0 < value < 1 else n
    if effective < 1:
        effective = 1.0
    test = of_share(value, effective)
    return replace(test, method=f"{test.method}, at the effective n", of="independent rows")


# -- everything else


def _other(found: Measurement, value: float, scale: float, what: str, fact: Metric | None, name: str) -> Test | Doubt:
    support = found.support
    share = value / scale
    in_unit = 0 <= share <= 1
    if what == "auc" and support.n_pos and support.n_neg and in_unit:
        from gate.stats.auc import of_auc

        stderr = support.stderr / scale if support.stderr else None
        return _scaled(of_auc(share, support.n_pos, support.n_neg, stderr), scale)
    if what == "f1" and support.n and support.n >= 1 and in_unit:
        from gate.stats.f1 import of_f1

        return _scaled(replace(of_f1(share, support.n), of=counted(what)), scale)
    if what == _AVERAGE_PRECISION and support.n_pos and support.stderr and in_unit:
        from gate.stats.average_precision import of_average_precision

        return _scaled(of_average_precision(share, support.n_pos, support.stderr / scale), scale)
    stderr = _standard_error(found)
    if stderr is not None:
        return _mean(found, value, stderr, what)
    if support.interval is not None:
        return _stated(found, value)
    if support.n and support.n >= 1 and in_unit and _is_bounded_mean(what, fact, name):
        from gate.stats.proportion import of_share

        test = of_share(share, support.n)
        return _scaled(replace(test, method=f"{test.method}, of a mean", of=counted(what)), scale)
    return no_evidence(found, what, name)


def _is_bounded_mean(what: str, fact: Metric | None, name: str) -> bool:
    """Whether a value is the mean of n numbers from 0 to 1: the catalogue knows it, or only the policy does and bounds it."""
    if what in _BOUNDED_MEANS:
        return True
    return catalogue.find(name) is None and fact is not None and fact.low == 0 and fact.high in (1, 100)


def _standard_error(found: Measurement) -> float | None:
    support = found.support
    if support.stderr:
        return support.stderr
    return support.std / sqrt(support.n) if support.std and support.n and support.n > 1 else None


def _mean(found: Measurement, value: float, stderr: float, what: str) -> Test:
    from gate.stats.means import of_mean

    n = found.support.n
    test = of_mean(value, float(n) if n else inf, stderr)
    return replace(test, of=counted(what)) if n else replace(test, n=0.0, of="")


def _stated(found: Measurement, value: float) -> Test | Doubt:
    from gate.stats.means import of_stated_interval

    stated = found.support.interval
    assert stated is not None
    n = found.support.n
    test = of_stated_interval(stated.low, stated.high, stated.confidence, value)
    return replace(test, n=float(n)) if n else test


def no_evidence(found: Measurement, what: str, name: str) -> Doubt:
    """Why nothing is known of how sure a value is, and what to supply."""
    number, of = f"{found.value:.6g}", counted(what)
    fact = catalogue.find(name)
    share = (fact is not None and fact.proportion) or what == "f1" or what in _BOUNDED_MEANS
    if found.evidence == "measured":
        remedy = "`confidence: none` compares it as it is"
        return Doubt("no-evidence", f"no method here tells how sure `{name}` is", remedy, weak=True)
    if what == "auc":
        of, remedy = "positives and negatives", f'write `{{"value": {number}, "n_pos": 120, "n_neg": 880}}`'
    elif what == _AVERAGE_PRECISION:
        of = "positives"
        remedy = f'write `{{"value": {number}, "n_pos": 120, "stderr": 0.02}}`'
    elif share:
        remedy = f'write `{{"value": {number}, "n": 400}}`, with `n` the number of {of}'
    else:
        text = f"`{name}` does not say how far off it may be"
        if found.support.n:
            text = f"`{name}` says only its n, {found.support.n:,.10g}, and not how far off it may be"
        of_rows = what in _LOSSES or (fact is not None and fact.high is not None)
        other = "or let gate measure the rows" if of_rows else "for what is no sample (a size, a cost) `confidence: none`"
        remedy = f'write `{{"value": {number}, "stderr": …}}`, {other}'
        return Doubt("no-evidence", text, remedy, weak=True)
    return Doubt("no-evidence", f"`{name}` does not say on how many {of} it was measured", remedy, weak=True)


# -- what cannot be


def _contradiction(found: Measurement, name: str) -> Doubt | None:
    support = found.support
    wrong: list[tuple[Callable[[], bool], str]] = [
        (lambda: support.stderr is not None and support.stderr < 0, "has a negative standard error"),
        (lambda: support.stderr == 0 and support.k is None, "has a standard error of 0: no sample is as sure as that"),
        (lambda: support.std == 0, "has a standard deviation of 0: rows that are all alike show nothing about others"),
        (lambda: None not in (support.k, support.n) and not 0 <= (support.k or 0) <= (support.n or 0), "has more `k` than `n`"),
        (
            lambda: support.interval is not None and not support.interval.low < support.interval.high and support.k is None,
            "has an interval of width 0: no sample is as sure as that",
        ),
    ]
    for holds, what in wrong:
        if holds():
            return Doubt("no-evidence", f"`{name}` {what}", "supply `n`, and `k` where it is a share", weak=True)
    return None
