"""What the HTML report's charts show, as plain data, and in words for those who do not see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from gate.reports.certain import span_of_margin
from gate.reports.entries import fact
from gate.reports.html_neutral import formula, rounded, say
from gate.reports.html_rows import OPERATOR, kind_of
from gate.reports.numbers import number, percent
from gate.reports.outline import Standing, label, standing_of
from gate.reports.plain import LONGEST_TEXT, brief
from gate.terms.decision import Finding

MOST_SLICES = 30  # of one rule
MOST_RULES = 40
_DIRECTION = {">": 1, ">=": 1, "<": -1, "<=": -1}
_KEY = {
    Standing.FAILS: "fails", Standing.UNDECIDED: "undecided", Standing.WAIVED: "waived", Standing.WARNS: "warns",
    Standing.LET_PASS: "let pass", Standing.HOLDS: "holds",
}  # fmt: skip


class Chart(NamedTuple):
    """A chart by its name in the page; `key` lists what its marks stand for."""

    name: str
    caption: Markup
    key: list[tuple[str, str]]
    data: dict[str, Any]


def slices(name: str, findings: Sequence[tuple[Standing, Finding]]) -> Chart | None:
    """One rule on its slices, worst first: values with intervals against the limit; None where they do not stand side by side."""
    drawn = [each for each in findings if rounded(each[1].value) is not None]
    several = any(len(finding.parts) > 1 for _, finding in findings)
    if several or len(drawn) < 2 or len({finding.operator for _, finding in drawn}) > 1:
        return None
    shown = drawn[:MOST_SLICES]
    rows = [_slice_row(*each) for each in shown]
    first = shown[0][1]
    said = [say("{} on {}.", formula(first.expression), _how_many(len(shown), len(drawn), "slices"))]
    if without := len(findings) - len(drawn):
        said.append(say("{} without a value.", "1 more slice is" if without == 1 else f"{without} more slices are"))
    said.append(say("The worst is {}: {}.", str(first.slice) or "everything", _told(first)))
    data = {"kind": "slices", "label": _axis(first), "rows": rows}
    return Chart(name, Markup(" ").join(said), _key(shown, rows, "limit", 5, 6, 3), data)


def margins(findings: Iterable[Finding]) -> Chart | None:
    """Each rule where it has the least room, as a share of what it needs; None where fewer than two have such a share."""
    closest: dict[tuple[str, str], tuple[float, Finding]] = {}
    rules = set()
    for finding in findings:
        key = finding.policy, finding.rule
        rules.add(key)
        share = _share(finding)
        if share is not None and (key not in closest or share < closest[key][0]):
            closest[key] = share, finding
    if len(closest) < 2:
        return None
    ranked = sorted(closest.values(), key=lambda each: each[0])
    shown = [(standing_of(finding), finding) for _, finding in ranked[:MOST_RULES]]
    rows = [_margin_row(*each) for each in shown]
    told = _how_many(len(shown), len(ranked), "rules")
    said = [say("The margin of {}, as a share of what it needs: left of 0 falls short.", told)]
    if others := len(rules) - len(closest):
        what = "1 rule has" if others == 1 else f"{others} rules have"
        said.append(say("{} none to draw: no value, a limit of 0, a yes or no, or several parts.", what))
    return Chart("margins", Markup(" ").join(said), _key(shown, rows, "", 9, 5, 3), {"kind": "margins", "rows": rows})


def _slice_row(here: Standing, finding: Finding) -> list[Any]:
    """[name, standing, value, low, high, limit, baseline, what to say about it]"""
    low, high = (finding.interval.low, finding.interval.high) if finding.interval else (None, None)
    numbers = finding.value, low, high, finding.threshold, finding.baseline_value
    return [brief(str(finding.slice)), kind_of(here), *map(rounded, numbers), _told(finding)]


def _margin_row(here: Standing, finding: Finding) -> list[Any]:
    """[name, standing, share, low, high, baseline, what to say about it]"""
    base = finding.baseline_value
    low, high = _margin_ends(finding)
    before = None if base is None else _shifted(finding, base)
    numbers = _share(finding), low, high, before
    return [_name(finding), kind_of(here), *map(rounded, numbers), _told(finding)]


def _margin_ends(finding: Finding) -> tuple[float | None, float | None]:
    """The margin's interval as shares of the limit: the one that decided, else that of the value, moved."""
    sure, span, limit = span_of_margin(finding), finding.interval, rounded(finding.threshold)
    if sure is not None and limit:
        return sure.low / abs(limit), sure.high / abs(limit)
    if span is None or finding.operator not in _DIRECTION:
        return None, None
    low, high = sorted((_shifted(finding, span.low) or 0, _shifted(finding, span.high) or 0))
    return low, high


def _told(finding: Finding) -> str:
    said = fact(finding) or number(finding.value or 0)
    operator = OPERATOR.get(finding.operator, finding.operator)
    return brief(said.replace(f"needs {finding.operator} ", f"needs {operator} ", 1), LONGEST_TEXT)


def _name(finding: Finding) -> str:
    """The rule as the tables show it."""
    return str(formula(label(finding)).striptags())


def _share(finding: Finding) -> float | None:
    """The margin as a share of the limit; None where there is none, or the limit is 0."""
    limit, margin = rounded(finding.threshold), rounded(finding.margin)
    return margin / abs(limit) if limit and margin is not None and finding.value is not None else None


def _shifted(finding: Finding, value: float) -> float | None:
    """Where another value of the same measurement would be."""
    limit, direction = rounded(finding.threshold), _DIRECTION.get(finding.operator)
    return direction * (value - limit) / abs(limit) if limit and direction else None


def _axis(finding: Finding) -> str:
    """The rule's left side, with the unit."""
    left = finding.expression.rpartition(f" {finding.operator} ")[0] if finding.operator else ""
    unit = f" ({finding.unit})" if finding.unit else ""
    return brief((left or finding.expression) + unit)


def _how_many(shown: int, of: int, what: str) -> str:
    return f"{of} {what}" if shown == of else f"{of} {what} (the {shown} worst are drawn)"


def _key(
    shown: Sequence[tuple[Standing, Finding]], rows: list[list[Any]], limit: str, limit_at: int, before_at: int, low_at: int
) -> list[tuple[str, str]]:
    """What stands for what: only what can be seen."""
    there = {here for here, _ in shown}
    key = [(kind_of(here), _KEY[here]) for here in _KEY if here in there]
    if any(row[low_at] is not None for row in rows):
        spans = sorted({each.confidence for _, finding in shown if (each := finding.interval or span_of_margin(finding))})
        key.append(("interval", f"{percent(spans[0])} interval" if len(spans) == 1 else "interval"))
    if limit and any(row[limit_at] is not None for row in rows):
        key.append(("limit", limit))
    if any(row[before_at] is not None for row in rows):
        key.append(("before", "baseline"))
    return key
