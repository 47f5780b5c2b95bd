"""What is proven, in numbers for reports and in sentences for people."""

from __future__ import annotations

from math import ceil, floor, inf, isfinite, log10, sqrt
from typing import NamedTuple

from gate.confidence.ground import Asked
from gate.confidence.margin import Margin
from gate.confidence.proof import Proof, Proven
from gate.confidence.smooth import CERTAIN
from gate.confidence.tree import Atom, Linear, linear
from gate.stats.proportion import upper_quantile
from gate.terms.decision import Certainty, Outcome, Reason
from gate.terms.measurement import Interval

_POWER = 0.8416212335729143  # the normal quantile of .8: "about so many more" settle it four times in five
_ON_THE_THRESHOLD = 0.25  # standard errors
_AFFORDABLE = 10_000  # units more
_DIGITS = 2  # of the distance between a bound and what it is held against


class Deciding(NamedTuple):
    """The comparison that reports show: its proof, and its sides in words. `limit` is the number that the value is held to."""

    of: Proven
    value: str
    operator: str
    limit: float | None


def certainty(proof: Proof, deciding: Deciding, asked: Asked, below: float, family: int | None, outcome: Outcome) -> Certainty:
    """How sure a finding is: of the whole rule the p-values, of its deciding comparison the rest."""
    sure = Certainty(confidence=asked.confidence, alpha=asked.alpha, p_above=proof.tails.above, p_below=below, family=family)
    margin = deciding.of.margin
    if margin is None or margin.deciding.test.method == CERTAIN:
        return sure
    test = margin.deciding.test
    if all(leaf.test.problem for leaf in margin.leaves()):
        why = next((doubt.text for doubt in deciding.of.doubts), test.problem)
        return _replaced(sure, method=test.method, n=_finite(test.n) if test.n else None, of=test.of, why=why)
    low, high = _ends(margin, asked.alpha, proof.far.below, below, family)
    open_ = outcome in (Outcome.UNDECIDED, Outcome.MISSING)
    against = proof.far.below / below if family is not None and 0 < proof.far.below < below and margin.estimate < 0 else 1.0
    settles = _settles(margin, asked.alpha * against, deciding.of) if open_ else ""
    return _replaced(
        sure,
        low=_finite(low),
        high=_finite(high),
        method=margin.method,
        n=_finite(test.n) if test.n else None,
        of=test.of,
        provable=_finite(margin.estimate - low),
        more=settles if isinstance(settles, float) else None,
        why=settles if isinstance(settles, str) else "",
        shown=_shown(deciding, low, high, asked.alpha),
    )


def _replaced(sure: Certainty, **changes: object) -> Certainty:
    from gate.record import replace

    return replace(sure, **changes)  # type: ignore[arg-type]


def _finite(number: float) -> float | None:
    return number if isfinite(number) else None


def _ends(margin: Margin, alpha: float, alone: float, adjusted: float, family: int | None) -> tuple[float, float]:
    """The interval that says what the p-values say; in a family, the upper end at what Holm leaves of alpha."""
    low, high = margin.interval(alpha)
    if family is not None and 0 < alone < adjusted:
        high = max(high, margin.interval(alpha * alone / adjusted, far=True)[1])
    return low, high


def _shown(deciding: Deciding, low: float, high: float, alpha: float) -> Interval | None:
    """The interval of the value, where it is held against a number: the margin's, moved."""
    limit = deciding.limit
    if limit is None or not (isfinite(low) and isfinite(high)):
        return None
    ends = (limit + low, limit + high) if deciding.operator[0] == ">" else (limit - high, limit - low)
    return Interval(*ends, round(1 - 2 * alpha, 12))


# -- what would settle it


def _settles(margin: Margin, alpha: float, deciding: Proven) -> float | str:
    """About how many more units decide, were the estimate the truth; or why no number can be named."""
    of = margin.deciding
    test = of.test
    if test.problem:
        return test.problem
    if not isfinite(test.n) or test.n <= 0:
        return "write its `n` too: then it can be told how many more would settle it"
    if without_margin(deciding):
        return "a model exactly as good as the other stays undecided, however many rows there are"
    apart, z = abs(of.estimate), upper_quantile(alpha)
    stderr = of.stderr
    if not stderr:
        low, high = of.interval(alpha)
        stderr = (high - low) / (2 * z)
    if not isfinite(stderr):
        return "how much more rows would tell is not known"
    on_threshold = "the estimate sits on the threshold: no affordable sample settles it"
    if not apart:
        return on_threshold
    here, there = _deviations(of, stderr * sqrt(test.n))
    more = ((z * here + _POWER * there) / apart) ** 2 - test.n
    if apart <= _ON_THE_THRESHOLD * stderr and more > _AFFORDABLE:
        return on_threshold
    return rounded(more) if more >= 1 else f"a few more {test.of} would settle it"


def _deviations(of: Margin, spread: float) -> tuple[float, float]:
    """The standard deviation of a unit at the threshold and at the estimate; both are the estimate's, but for shares."""
    test = of.test
    width = test.high - test.low
    if isfinite(width) and width > 0 and test.low < 0 < test.high:
        share, limit = (test.estimate - test.low) / width, -test.low / width
        if abs(spread - width * sqrt(max(share * (1 - share), 0.0))) <= 1e-6 * width:
            return width * sqrt(limit * (1 - limit)), spread
    return spread, spread


def rounded(number: float) -> float:
    """To two digits, upwards."""
    if number < 10:
        return float(ceil(number))
    step = 10.0 ** (floor(log10(number)) - 1)
    return ceil(number / step - 1e-9) * step


def without_margin(deciding: Proven) -> bool:
    """Whether a measurement must be above (or below) the same one of another model, with nothing to spare."""
    found = None if deciding.tree is None else linear(deciding.tree)
    change = None if found is None else _change(found)
    return found is not None and change is not None and not found.constant


def _change(found: Linear) -> tuple[Atom, float] | None:
    """The candidate's measurement, and its sign, in a margin that is its change since a baseline and a constant."""
    if len(found.factors) != 2:
        return None
    (first, one), (second, other) = found.factors.items()
    if not (isinstance(first, Atom) and isinstance(second, Atom)) or one != -other or abs(one) != 1:
        return None
    if first[1:] != second[1:] or bool(first.of) == bool(second.of):
        return None
    return (first, one) if not first.of else (second, other)


# -- sentences


def reasons(deciding: Deciding, sure: Certainty, outcome: Outcome, lacking: bool) -> tuple[Reason, ...]:
    """Why a rule is undecided, for people; `lacking` says that a doubt about the evidence tells it already."""
    of = deciding.of
    if outcome is not Outcome.UNDECIDED or of.margin is None or lacking:
        return ()
    if of.margin.deciding.test.problem or (sure.low is None and sure.high is None):
        if not sure.why:
            return ()
        more = "clusters" if "cluster" in sure.why else sure.of or "rows"
        remedy = f"more {more}, or `confidence: none` to compare plain values"
        return (Reason("too-thin", f"{deciding.value}: {sure.why}", remedy),)
    if without_margin(of):
        text = f"{_statement(deciding, sure)}; the rule leaves no margin, so that an equally good model stays undecided at any n"
        return (Reason("not-proven", text, _spare(of)),)
    return (Reason("not-proven", _statement(deciding, sure), _remedy(sure)),)


def _remedy(sure: Certainty) -> str:
    if sure.more is None:
        return sure.why
    return f"about {sure.more:,.0f} more {sure.of or 'rows'} would settle it, were the estimate the truth"


def _statement(deciding: Deciding, sure: Certainty) -> str:
    """ "recall is at least 0.83 with 95 % confidence; the rule asks 0.85"."""
    confidence = f"with {round((1 - sure.alpha) * 100, 10):.12g} % confidence"
    up, found_margin = deciding.operator[0] == ">", deciding.of.margin
    if found_margin is not None and sure.shown is not None and deciding.limit is not None:
        if found_margin.estimate < 0:  # short of it: what it may be at best
            bound, most = (sure.shown.high, "may be as high as") if up else (sure.shown.low, "may be as low as")
            what = f"{deciding.value} {most} {beside(bound, deciding.limit, up)} {confidence}"
        else:
            bound, most = (sure.shown.low, "at least") if up else (sure.shown.high, "at most")
            what = f"{deciding.value} is {most} {beside(bound, deciding.limit, not up)} {confidence}"
        return f"{what}; the rule asks {deciding.limit:.6g}"
    found = None if deciding.of.tree is None else linear(deciding.of.tree)
    change = None if found is None else _change(found)
    if found is not None and change is not None and sure.low is not None:
        allowed, rises = -found.constant * change[1], change[1] > 0
        bound = (sure.low - found.constant) * change[1]
        most = "at least" if rises else "at most"
        what = f"its change since the baseline is {most} {beside(bound, allowed, not rises, sign=True)} {confidence}"
        return f"{what}; the rule asks {f'{allowed:+.6g}' if allowed else 0}".replace("-", "−")
    low, high = -inf if sure.low is None else sure.low, inf if sure.high is None else sure.high
    ends = f"{beside(low, 0.0, False, sign=True)} and {beside(high, 0.0, True, sign=True)}"
    return f"the margin lies between {ends} {confidence} on either side: it may hold or not"


def beside(bound: float, limit: float, up: bool, sign: bool = False) -> str:
    """A bound with few digits, outwards, and never so few that it seems to be the limit."""
    if not isfinite(bound):
        return "+∞" if bound > 0 else "−∞"
    apart = abs(bound - limit)
    digits = max(0, min(12, _DIGITS - 1 - floor(log10(apart)))) if apart > 0 else 6
    scale = 10.0**digits
    value = (ceil if up else floor)(bound * scale) / scale if abs(bound) * scale < 2**52 else bound
    shown = f"{value:{'+' if sign else ''}.{digits}f}"
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown).replace("-", "−")


def notes(proof: Proof, outcome: Outcome) -> tuple[Reason, ...]:
    """What is to say of how a rule was tested; that it leaves no margin is among the reasons of one that is undecided."""
    found: dict[Reason, None] = {}
    for of in proof.of.values():
        for baseline in of.unpaired:
            what = f"the model and the {_named(baseline)} are compared as if on different rows; in the same rows, fewer would do"
            found[Reason("unpaired", what)] = None
        for leaf in () if of.margin is None else of.margin.leaves():
            for note in leaf.test.notes:
                found[Reason("about-the-test", note)] = None
        if without_margin(of) and outcome is not Outcome.UNDECIDED:
            what = "the rule leaves no margin: a model exactly as good as the other is undecided, however many rows there are"
            found[Reason("no-margin", what, _spare(of))] = None
    return tuple(found)


def _spare(of: Proven) -> str:
    found = None if of.tree is None else linear(of.tree)
    change = None if found is None else _change(found)
    rule = "… <= baseline + 0.01" if change is not None and change[1] < 0 else "… >= baseline - 0.01"
    return f"say how much may be lost: `{rule}`"


def _named(baseline: str) -> str:
    return "baseline" if baseline == "baseline" else f"baseline `{baseline}`"
