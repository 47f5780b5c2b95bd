"""A finding as the cells of a table in Markdown."""

from __future__ import annotations

from typing import NamedTuple

from gate.reports.certain import of_margin
from gate.reports.neutral import Markdown, code, formula, say
from gate.reports.numbers import apart, interval, number, same, signed
from gate.reports.outline import Standing, label
from gate.reports.plain import LONGEST_UNIT, clip
from gate.terms.decision import Finding

_SIGN = {Standing.FAILS: "⛔", Standing.UNDECIDED: "❔", Standing.MISSING: "❔", Standing.LET_PASS: "▫️", Standing.HOLDS: "✅"}
_JOINED = "\u00a0"  # what must not be broken over two lines of a narrow cell
OPERATOR = {">=": "≥", "<=": "≤", "!=": "≠", "==": "=", ">": "\\>", "<": "\\<"}


class Row(NamedTuple):
    """A finding as the cells of a table."""

    sign: Markdown
    rule: Markdown
    measured: Markdown
    needs: Markdown
    margin: Markdown
    since: Markdown


def row(here: Standing, finding: Finding) -> Row:
    value, threshold = finding.value, finding.threshold
    shown, needed = ("", "") if value is None or threshold is None else apart(value, threshold)
    if value is not None and threshold is None:
        shown = number(value)
    elif threshold is not None and value is None:
        needed = number(threshold)
    return Row(
        Markdown(_SIGN.get(here, "⚠️")),
        _rule(finding),
        _measured(finding, shown),
        say(f"{{}}{_JOINED}{{}}", Markdown(OPERATOR.get(finding.operator, "")), needed) if needed else Markdown(""),
        _margin(finding),
        _change(finding),
    )


def _rule(finding: Finding) -> Markdown:
    shown = formula(label(finding))
    if finding.blocks_from:
        shown = say("{} <sub>blocks from {}</sub>", shown, finding.blocks_from)
    return say("{} <sub>{}</sub>", shown, code(finding.rule)) if finding.rule != finding.expression else shown


def _measured(finding: Finding, shown: str) -> Markdown:
    if finding.value is None:
        return Markdown("*no value*")
    said = say("**{}**", shown)
    if finding.unit:
        said = say("{} {}", said, clip(finding.unit, LONGEST_UNIT))
    facts = [interval(finding.interval, finding.threshold).replace(" ", _JOINED)] if finding.interval else []
    facts += [f"n{_JOINED}{number(finding.n)}"] if finding.n is not None else []
    return say("{} <sub>{}</sub>", said, Markdown(" · ".join(facts))) if facts else said


def _margin(finding: Finding) -> Markdown:
    if finding.margin is None or finding.value is None or finding.threshold is None:
        return Markdown("")
    shown = "0" if same(finding.value, finding.threshold) else signed(finding.margin)
    span = of_margin(finding).replace(" ", _JOINED)
    return say("{} <sub>{}</sub>", Markdown(shown), Markdown(span)) if span else Markdown(shown)


def _change(finding: Finding) -> Markdown:
    if finding.baseline_value is None or finding.value is None or isinstance(finding.value, bool):
        return Markdown("")
    change = 0.0 if same(finding.value, finding.baseline_value) else finding.value - finding.baseline_value
    return Markdown(signed(change) if change else "±0")
