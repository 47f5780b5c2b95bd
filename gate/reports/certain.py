"""How sure a finding is, in words and numbers: bounds that its confidence gives, beside what was measured."""

from __future__ import annotations

from math import ceil, floor, log10

from gate.reports.numbers import interval, number
from gate.reports.outline import label
from gate.reports.plain import clip
from gate.terms.decision import Certainty, Finding, Outcome
from gate.terms.measurement import Interval

_SLIGHT = 1e-9
LONGEST_SIDE = 60  # characters of an expression in a sentence; a longer one is "the value"


def of_margin(finding: Finding) -> str:
    """The margin's interval, where the finding shows none of the value itself: empty otherwise."""
    found = span_of_margin(finding)
    return "" if found is None or finding.interval is not None else interval(found, 0)


def span_of_margin(finding: Finding) -> Interval | None:
    """The two-sided interval of the margin that makes the same statement as the verdict."""
    sure = finding.certainty
    if sure is None or sure.low is None or sure.high is None or finding.margin is None:
        return None
    return Interval(sure.low, sure.high, 1 - 2 * sure.alpha)


def assured(finding: Finding) -> str:
    """What is shown about a finding that was decided on evidence: "recall is at most 0.841 with 95 % confidence".

    Of an undecided one it is what would have been enough: "on 400 positives a margin of 0.03 or more would be proof".
    """
    sure = finding.certainty
    if sure is None or len(finding.parts) > 1:
        return ""
    if finding.outcome is Outcome.UNDECIDED:
        return _enough(sure)
    if finding.outcome not in (Outcome.PASS, Outcome.FAIL):
        return ""
    if sure.family is not None and finding.outcome is Outcome.FAIL:
        what = f"not by chance, even as one of {number(sure.family)} findings"
        return f"{what}: p {number(sure.p_below, 2)} (Holm)" if sure.p_below <= sure.alpha else ""
    return _bound(finding, sure)


def _enough(sure: Certainty) -> str:
    if sure.provable is None or sure.provable <= 0 or sure.n is None:
        return ""
    method = f" ({sure.method})" if sure.method else ""
    from gate.confidence.answers.sure import singular

    of = singular(sure.of) if sure.n == 1 else sure.of
    return f"on {number(sure.n)} {of} a margin of {_upwards(sure.provable)} or more would be proof{method}"


def _upwards(margin: float) -> str:
    """A margin to two digits, upwards: less would not be enough."""
    unit = 10.0 ** (1 - floor(log10(margin)))
    return number(ceil(margin * unit * (1 - _SLIGHT)) / unit, 3)


def _bound(finding: Finding, sure: Certainty) -> str:
    from gate.confidence.answers.sure import percent

    holds, upwards = finding.outcome is Outcome.PASS, finding.operator in (">", ">=")
    if sure.shown is not None and finding.operator in (">", ">=", "<", "<="):
        which = "low" if holds is upwards else "high"
        what, end = _left(finding), _end(sure.shown, which, finding.threshold)
    elif sure.low is not None and sure.high is not None:
        end = _end(Interval(sure.low, sure.high, 0.9), "low" if holds else "high", 0).lstrip("−-+")
        what = f"{end} to spare" if holds else f"short by {end}"
        return f"{what} at least, with {percent(sure.alpha)} confidence"
    else:
        return ""
    return f"{what} is at {'least' if which == 'low' else 'most'} {end} with {percent(sure.alpha)} confidence"


def _end(of: Interval, which: str, beside: float | bool | None) -> str:
    """One end as the interval shows it."""
    low, _, high = interval(of, beside)[1:-1].partition(", ")
    return low if which == "low" else high


def _left(finding: Finding) -> str:
    """The rule's left side, as code stands in a sentence."""
    left = label(finding).rpartition(f" {finding.operator} ")[0]
    return f"`{clip(left, LONGEST_SIDE)}`" if left and len(left) <= LONGEST_SIDE and "`" not in left else "the value"
