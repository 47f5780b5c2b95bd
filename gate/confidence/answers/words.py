"""What is proven, in numbers for reports and in sentences for people."""

from __future__ import annotations

import re
from math import ceil, floor, inf, isfinite, log10
from typing import NamedTuple

from gate.confidence.answers import sure as said
from gate.confidence.answers.enough import Held, ends, held, provable, settling
from gate.confidence.answers.versus import change, without_margin
from gate.confidence.expressions.smooth import CERTAIN
from gate.confidence.expressions.tree import Atom, leaves, linear
from gate.confidence.ground import Asked
from gate.confidence.margin import Margin
from gate.confidence.proof import Proof, Proven
from gate.record import replace
from gate.stats.test import Test
from gate.terms.decision import Certainty, Outcome, Reason
from gate.terms.measurement import Interval

OPEN = (Outcome.UNDECIDED, Outcome.MISSING)
_IN_CLUSTERS = "at the effective n, t"
_ALIKE = ("rank all rows alike", "all values are the same")
_APART = ("unpaired", "whatever their dependence")
_DIGITS = 2  # of the distance between a bound and what it is held against


class Deciding(NamedTuple):
    """The comparison that reports show: its proof, and its sides in words. `limit` is the number that the value is held to."""

    of: Proven
    value: str
    operator: str
    limit: float | None
    any_of: int = 1  # so many comparisons, of which one is enough
    all_of: int = 1  # so many, of which one is enough against the rule


def certainty(
    proof: Proof, deciding: Deciding, asked: Asked, below: float, family: int | None, outcome: Outcome, ask: bool = True
) -> Certainty:
    """How sure a finding is: of the whole rule the p-values, of its deciding comparison the rest.

    Where `ask`, what would settle it is asked of the very test, which takes its time.
    """
    sure = Certainty(confidence=asked.confidence, alpha=asked.alpha, p_above=proof.tails.above, p_below=below, family=family)
    margin = deciding.of.margin
    if margin is None or margin.deciding.test.method == CERTAIN:
        return sure
    test = margin.deciding.test
    if all(leaf.test.problem for leaf in margin.leaves()):
        why = next((doubt.text for doubt in deciding.of.doubts), _problem(test))
        return replace(sure, method=test.method, n=_finite(test.n) if test.n else None, of=test.of, why=why)
    exact = _exact(proof, deciding.of)
    low, high = _ends(margin, asked.alpha, exact, proof.far.below, below if family is not None else 0.0)
    against = proof.far.below / below if family is not None and 0 < proof.far.below < below else 1.0
    settles = _settles(deciding, asked.alpha, exact, against, family, ask) if outcome in OPEN else ""
    smallest = held(deciding.of, asked.alpha / deciding.any_of, exact, up=True)
    return replace(
        sure,
        low=_finite(low),
        high=_finite(high),
        method=margin.method,
        n=_finite(test.n) if test.n else None,
        of=test.of,
        provable=_smallest(margin, smallest, low) if smallest is not None and isfinite(low) else None,
        more=settles if isinstance(settles, float) else None,
        why=settles if isinstance(settles, str) else "",
        shown=_shown(deciding, low, high, asked.alpha),
    )


def _smallest(margin: Margin, of: Held, low: float) -> float | None:
    """The smallest margin that is proof; of several, with all of them as much larger as that must be which decides."""
    found = provable(of)
    if found is None or margin is of.margin:
        return found
    found += margin.estimate - of.margin.estimate
    agrees = (found <= margin.estimate) == (low >= 0)  # another of them may be next to decide
    return found if agrees else margin.estimate - low


def _exact(proof: Proof, of: Proven) -> bool:
    """Whether the p-values that decide are those that hold far out: then they are both of the rule's, and apart from the near."""
    return proof.tails is proof.far and of.tails is not of.far


def _settles(deciding: Deciding, alpha: float, exact: bool, against: float, family: int | None, ask: bool) -> float | str:
    """What would settle a comparison that is open: that it holds, or, where the estimate is short of it, that it does not."""
    of = deciding.of
    assert of.margin is not None
    up = of.margin.deciding.estimate >= 0
    needed = alpha / deciding.any_of if up else alpha * against / deciding.all_of
    found = held(of, needed, exact or (family is not None and not up), up)
    return "" if found is None else settling(found, ask)


def _problem(test: Test) -> str:
    """The guard that a test hit; of rows in clusters, which count for fewer, what they are."""
    one = re.sub(r"\b1 ([a-z ]+?) are too few", lambda found: f"1 {said.singular(found[1])} is too few", test.problem)
    if _IN_CLUSTERS in test.method and "cluster" not in one and "too few" in one:
        return f"{one}: those of one cluster count together"
    return one


def _many(number: float, of: str) -> str:
    return f"{number:,.10g} {said.singular(of) if number == 1 else of}"


def _finite(number: float) -> float | None:
    return number if isfinite(number) else None


def _ends(margin: Margin, alpha: float, exact: bool, alone: float, adjusted: float) -> tuple[float, float]:
    """The interval that says what the p-values say; in a family, the upper end at what Holm leaves of alpha."""
    low, high = margin.interval(alpha, exact)
    if 0 < alone < adjusted:
        high = max(high, margin.interval(alpha * alone / adjusted, far=True)[1])
    return low, high


def _shown(deciding: Deciding, low: float, high: float, alpha: float) -> Interval | None:
    """The interval of the value, where it is held against a number: the margin's, moved, as far as the value can be."""
    limit, of = deciding.limit, deciding.of
    if limit is None or not (isfinite(low) and isfinite(high)):
        return None
    low, high = (limit + low, limit + high) if deciding.operator[0] == ">" else (limit - high, limit - low)
    found = None if of.tree is None else linear(of.tree)
    (atom, factor), *others = found.factors.items() if found is not None and found.factors else [(None, 0.0)]
    if isinstance(atom, Atom) and of.ground is not None and abs(factor) == 1 and not others:
        least, most = ends(of.ground, atom)
        if least <= limit <= most:  # else an end that is moved could say other than the verdict
            low, high = max(low, least), min(high, most)
    return Interval(low, high, said.of_interval(alpha))


# -- sentences


def reasons(deciding: Deciding, sure: Certainty, outcome: Outcome, lacking: bool) -> tuple[Reason, ...]:
    """Why a rule is undecided, for people; `lacking` says that a doubt about the evidence tells it already."""
    of = deciding.of
    if outcome is not Outcome.UNDECIDED or of.margin is None or lacking:
        return ()
    if of.margin.deciding.test.problem or (sure.low is None and sure.high is None):
        if not sure.why:
            return ()
        return (Reason("too-thin", f"{deciding.value}: {sure.why}", _way_out(of, sure)),)
    if without_margin(of.tree):
        text = f"{_statement(deciding, sure)}; the rule leaves no margin, so that an equally good model stays undecided at any n"
        return (Reason("not-proven", text, _spare(of)),)
    none = ""
    if sure.provable is None and sure.low is not None and sure.n:
        none = f"; no result on {_many(sure.n, sure.of)} can prove it"
    return (Reason("not-proven", f"{_statement(deciding, sure)}{none}{_shared(deciding, sure)}", _remedy(of, sure)),)


def _shared(deciding: Deciding, sure: Certainty) -> str:
    """Why a comparison that is decided for itself does not decide the rule."""
    above, below = deciding.of.tails
    if deciding.any_of > 1 and above <= sure.alpha:
        needed = said.percent(sure.alpha / deciding.any_of)
        return f"; {deciding.any_of} alternatives share the error rate, so that one must be shown with {needed} confidence"
    if deciding.all_of > 1 and below <= sure.alpha:
        needed = said.percent(sure.alpha / deciding.all_of)
        return f"; {deciding.all_of} comparisons share the error rate, so that one must be refuted with {needed} confidence"
    return ""


def _way_out(of: Proven, sure: Certainty) -> str:
    """What to do where there is no test. Models that agree in every row do so in more rows, too."""
    plain = "`confidence: none` to compare plain values"
    if not any(each in sure.why for each in _ALIKE):
        return f"more {'clusters' if 'cluster' in sure.why else sure.of or 'rows'}, or {plain}"
    if of.tree is not None and len({leaf.of for leaf in leaves(of.tree) if isinstance(leaf, Atom)}) > 1:
        return f"of models that are alike in every row no number of rows can show it: {plain}"
    return f"rows that are not all alike, or {plain}"


def _remedy(of: Proven, sure: Certainty) -> str:
    if sure.more is None:
        return sure.why
    others = ""
    if of.margin is not None and of.margin.deciding.test.method.endswith(_APART):
        others = ", with the other rows in proportion,"
    units = said.singular(sure.of or "rows") if sure.more == 1 else sure.of or "rows"
    return f"about {sure.more:,.0f} more {units}{others} would settle it, were the estimate the truth"


def _statement(deciding: Deciding, sure: Certainty) -> str:
    """ "recall is at least 0.83 with 95 % confidence; the rule asks 0.85"."""
    confidence = f"with {said.percent(sure.alpha)} confidence"
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
    changed = None if found is None else change(found)
    if found is not None and changed is not None and sure.low is not None:
        allowed, rises = -found.constant * changed[1], changed[1] > 0
        bound = (sure.low - found.constant) * changed[1]
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
    value = bound
    if abs(bound) * scale < 2**52:  # a bound that is a short number stays it: 0.29 * 100 is a little less than 29
        value = (ceil(bound * scale - 1e-9) if up else floor(bound * scale + 1e-9)) / scale + 0.0  # and never -0
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
        if without_margin(of.tree) and outcome is not Outcome.UNDECIDED:
            what = "the rule leaves no margin: a model exactly as good as the other is undecided, however many rows there are"
            found[Reason("no-margin", what, _spare(of))] = None
    return tuple(found)


def _spare(of: Proven) -> str:
    found = None if of.tree is None else linear(of.tree)
    changed = None if found is None else change(found)
    rule = "… <= baseline + 0.01" if changed is not None and changed[1] < 0 else "… >= baseline - 0.01"
    return f"say how much may be lost: `{rule}`"


def _named(baseline: str) -> str:
    return "baseline" if baseline == "baseline" else f"baseline `{baseline}`"
