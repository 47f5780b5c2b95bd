"""What to chart of a decision: each rule that was judged on several slices, its values beside what they need."""

from __future__ import annotations

from math import inf, isfinite
from typing import NamedTuple

from gate.reports.cells import OPERATOR
from gate.reports.charts import LARGEST, axis, chart
from gate.reports.neutral import Markdown, code, say, signs
from gate.reports.numbers import number, same
from gate.reports.outline import ORDER, standing_of
from gate.reports.plain import LONGEST_UNIT, clip
from gate.terms.decision import Decision, Finding

FEWEST_SLICES, MOST_SLICES = 3, 20


class Chart(NamedTuple):
    """A drawing, and in words what is drawn."""

    drawing: Markdown
    caption: Markdown


class Charts(NamedTuple):
    """Charts of a decision, worst rules first; `rules` is how many rules could have one."""

    drawn: list[Chart]
    rules: int

    @property
    def title(self) -> str:
        """In gate's own words, for a line of HTML."""
        if self.rules == 1:
            return "Chart of 1 rule by slice"
        which = f"the {len(self.drawn)} worst of {self.rules}" if len(self.drawn) < self.rules else f"{self.rules}"
        return f"Charts of {which} rules by slice"


def slice_charts(decision: Decision, most: int) -> Charts:
    """At most `most` charts of the rules with at least FEWEST_SLICES slices that have a number to compare."""
    rules: dict[tuple[str, str], list[Finding]] = {}
    for finding in decision.findings:
        if finding.slice.parts:
            rules.setdefault((finding.policy, finding.rule), []).append(finding)
    fit = [found for found in rules.values() if _fit(found)]
    worst = sorted(fit, key=lambda found: min(ORDER.index(standing_of(each)) for each in found))
    drawn = [made for found in worst[:most] if (made := _chart(found))]
    return Charts(drawn, len(drawn) + max(0, len(fit) - most))


def _fit(found: list[Finding]) -> bool:
    """Whether the values of a rule's findings are of one thing, compared in one way, and enough to look at."""
    return (
        len({each.operator for each in found}) == 1
        and all(len(each.parts) <= 1 for each in found)
        and sum(map(_drawable, found)) >= FEWEST_SLICES
    )


def _drawable(finding: Finding) -> bool:
    return _is_number(finding.value) and _is_number(finding.threshold)


def _is_number(value: float | bool | None) -> bool:
    return value is not None and not isinstance(value, bool) and abs(value) < LARGEST


def _worst_first(finding: Finding) -> tuple[int, float]:
    return ORDER.index(standing_of(finding)), _margin(finding)


def _margin(finding: Finding) -> float:
    return inf if finding.margin is None or not isfinite(finding.margin) else finding.margin


def _chart(found: list[Finding]) -> Chart | None:
    """The values as bars, the worst first; what they need as a line; the baseline's values as another, where that tells more."""
    able = sorted(filter(_drawable, found), key=_worst_first)
    shown = sorted(able[:MOST_SLICES], key=_margin)
    values, needs = [_number(each.value) for each in shown], [_number(each.threshold) for each in shown]
    straight = all(same(each, needs[0]) for each in needs)
    before = [each.baseline_value for each in shown if straight and _is_number(each.baseline_value)]
    lines = [needs, *([[_number(each) for each in before]] if len(before) == len(shown) else [])]
    labels = [" / ".join(value for _, value in each.slice.parts) for each in shown]
    drawing = chart(signs(shown[0].expression), labels, values, lines, across=True)
    if drawing is None:
        return None
    said = [_bars(shown[0], len(shown), len(able)), _line(shown[0], straight)]
    if len(lines) > 1:
        said.append(say("Other line: {}.", code(shown[0].baseline or "baseline")))
    if without := len(found) - len(able):
        said.append(say("{} without a value.", "1 more slice is" if without == 1 else f"{without} more slices are"))
    if start := axis(values, lines)[0]:
        said.append(say("The axis starts at {}.", number(start)))
    return Chart(drawing, Markdown(" ".join(said)))


def _bars(finding: Finding, shown: int, able: int) -> Markdown:
    which = f"the {shown} worst of {able}" if shown < able else f"{shown}"
    rule = say(" by {}", code(finding.rule)) if finding.rule != finding.expression else ""
    unit = say(" in {}", clip(finding.unit, LONGEST_UNIT)) if finding.unit else ""
    return say("Bars: {} slices{}{}, the smallest margin first.", which, rule, unit)


def _line(finding: Finding, straight: bool) -> Markdown:
    if not straight:
        return Markdown("Line: what the rule needs of each.")
    return say(
        "Straight line: the rule needs {} {}.", Markdown(OPERATOR.get(finding.operator, "")), number(_number(finding.threshold))
    )


def _number(value: float | bool | None) -> float:
    assert value is not None
    return float(value)
