"""Measurements that no test is of: those that lack evidence, and those whose evidence cannot be."""

from __future__ import annotations

from math import sqrt

from gate.confidence.evidence.stated import INDEPENDENT, largest_deviation
from gate.language.value import Doubt
from gate.stats.rounding import is_noise
from gate.terms import catalogue
from gate.terms.measurement import Interval, Measurement

AVERAGE_PRECISION = "average_precision"
# Means over n rows (or queries) of a number from 0 to 1 each.
BOUNDED_MEANS = frozenset(("brier", "ndcg", "mrr", "hit_rate", "pass@k", "hamming_loss"))
_LOSSES = frozenset(("log_loss", "rmse", "mae", "mse", "mape"))  # means over rows without a largest value
# These may be counted: of requests, of queries, of what is in either of two sets.
_SHARES = BOUNDED_MEANS | {"uptime", "availability", "iou"}
_LEAST, _MOST = 1e-50, 1e50
_FINEST = 1e-15  # of the scale: an error of a share of more rows than there are


def no_evidence(found: Measurement, what: str, name: str, of: str) -> Doubt:
    """Why nothing is known of how sure a value is, and what to supply."""
    number = f"{found.value:.6g}"
    fact = catalogue.find(name)
    share = (fact is not None and fact.proportion) or what == "f1" or what in BOUNDED_MEANS
    if found.evidence == "measured":
        remedy = "`confidence: none` compares it as it is"
        return Doubt("no-evidence", f"no method here tells how sure `{name}` is", remedy, weak=True)
    none = next(
        (key for key in ("n_pos", "n_neg") if what in ("auc", AVERAGE_PRECISION) and getattr(found.support, key) == 0), ""
    )
    if none:
        return Doubt("no-evidence", f"`{name}` has {none} 0: it takes rows of both classes", "measure such rows, too", weak=True)
    if what == "auc":
        of, remedy = "positives and negatives", f'write `{{"value": {number}, "n_pos": 120, "n_neg": 880}}`'
    elif what == AVERAGE_PRECISION:
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


def contradiction(found: Measurement, share: float, scale: float, name: str, of_rows: bool) -> Doubt | None:
    """What in the evidence cannot be, or is of something else; `of_rows` where the value is a share of rows."""
    support, value = found.support, float(found.value or 0)
    k, n, stderr, std = support.k, support.n, support.stderr, support.std
    counted = k is not None and (n is not None or support.exposure is not None)  # then an error is not needed
    finest, beyond = _FINEST * scale if of_rows else 0.0, _beyond(found)
    wrong = [
        (stderr is not None and stderr < 0, "has a negative standard error"),
        (
            stderr is not None and (is_noise(stderr, value) or stderr < finest) and not counted,
            "has a standard error of 0: no sample is as sure as that",
        ),
        (
            std is not None and is_noise(std, value),
            "has a standard deviation of 0: rows that are all alike show nothing about others",
        ),
        (k is not None and n is not None and not 0 <= k <= n, "has more `k` than `n`"),
        (
            support.interval is not None and _is_no_width(support.interval, scale, of_rows) and not counted,
            "has an interval of width 0: no sample is as sure as that",
        ),
        (bool(beyond), beyond),
    ]
    for holds, what in wrong:
        if holds:
            return Doubt("no-evidence", f"`{name}` {what}", "supply `n`, and `k` where it is a share", weak=True)
    return _no_count(found, name, of_rows) or (_other_spread(found, share, scale, name) if of_rows else None)


def _is_no_width(of: Interval, scale: float, of_rows: bool) -> bool:
    """Whether an interval leaves nothing between its ends; of a share, nothing that a share can be."""
    if of.low > of.high or is_noise(of.high - of.low, of.low, of.high):
        return True
    return of_rows and min(of.high, scale) - max(of.low, 0.0) < _FINEST * scale


def _beyond(found: Measurement) -> str:
    """Which number is of no sample: squares of it, and of their ratios, are no numbers any more."""
    support, of = found.support, found.support.interval
    every = (
        ("a value", found.value, 0.0),
        *((f"`{name}`", getattr(support, name), 0.0) for name in ("n", "k", "n_pos", "n_neg")),
        ("an end of its interval", None if of is None else max(abs(of.low), abs(of.high)), 0.0),
        ("a standard error", support.stderr, _LEAST),
        ("a standard deviation", support.std, _LEAST),
        ("an exposure", support.exposure, _LEAST),
    )
    for what, number, least in every:
        if number and not least <= abs(number) <= _MOST:
            return f"has {what} of {number:g}: that is of no sample"
    return ""


def is_no_share(name: str) -> bool:
    """Whether a metric is known to be no share k of n: a ratio of other things, an area, an average over classes."""
    known = catalogue.find(name)
    if known is None or known.proportion or known.name in _SHARES:
        return False
    plain = catalogue.find(known.name)
    return plain is None or not plain.proportion or "macro" in name.lower()


def _no_count(found: Measurement, name: str, of_rows: bool) -> Doubt | None:
    """`k` of what is not counted so, or a count that is no whole number; with weights, the error of the value tells it all."""
    support = found.support
    alone = of_rows and found.evidence != "measured" and support.stderr is None and support.interval is None
    if support.k is None and not alone:
        return None
    if support.k is not None and support.n is not None and is_no_share(name):
        what = f"`{name}` has k {support.k:g} of n {support.n:g}, and is no share of rows that count alike"
        return Doubt("not-a-count", what, "leave `k` out: write its `value` and `stderr`", weak=True)
    for key, number, of in (("k", support.k, support.n), ("n", support.n, None)):
        if number is not None and number % 1:
            text = f"`{name}` has {key} {number:g}{f' of n {of:g}' if of else ''}: a count is a whole number"
            return Doubt("not-a-count", text, "with weights, write the `value` and its `stderr`", weak=True)
    return None


def _other_spread(found: Measurement, share: float, scale: float, name: str) -> Doubt | None:
    """A standard deviation that single rows of a share cannot have."""
    std, most = found.support.std, largest_deviation(found, share, scale)
    if not std or not 0 <= share <= 1 or std <= most:
        return None
    text = f"`{name}` has a standard deviation of {std:g}, and single rows of a share of {found.value:g} have {most:.3g} at most"
    return Doubt("no-evidence", text, "write `k` and `n`, or the `stderr` of the value", weak=True)


def no_whole_number(found: Measurement, share: float, scale: float, name: str, of: str) -> Doubt:
    """A share of n that would be no whole number of them."""
    n, std = float(found.support.n or 0), found.support.std
    if std and std < INDEPENDENT * scale * sqrt(share * (1 - share)):
        text = f"`{name}` has n {n:g} and a standard deviation of {std:g}, too small for rows: that of {n:g} folds or runs"
        remedy = "folds share their rows, and do not say how sure it is: write `k` and `n` over all rows"
        return Doubt("not-a-count", text, remedy, weak=True)
    text = f"`{name}` is {found.value!r} of n {n:g}: that would be {share * n:.6g} {of}, no whole number"
    return Doubt("not-a-count", text, f"`n` counts the {of}; or write `k` and `n` instead of a value", weak=True)


def out_of_range(found: Measurement, name: str, text: str) -> Doubt:
    """A value beyond the ends of its metric."""
    remedy = "state its unit (`%`), or its range under `metrics:`"
    return Doubt("no-evidence", f"`{name}` is {found.value:g}, {text}", remedy, weak=True)
