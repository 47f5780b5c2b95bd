"""Findings as a table on a terminal: aligned where it fits, stacked where the terminal is narrow."""

from __future__ import annotations

from typing import NamedTuple

from gate.reports.certain import of_margin
from gate.reports.numbers import apart, interval, number
from gate.reports.outline import Standing, distance, label, place, states_threshold
from gate.reports.plain import LONGEST_UNIT, brief, clip
from gate.reports.terminal import Page, flow, pad, width
from gate.terms.decision import Finding

_GAP = 2
_LABEL_AT = 4
_BELOW_AT = 6
_LEAST_LABEL = 24

_SIGN = {Standing.FAILS: "✗", Standing.UNDECIDED: "?", Standing.MISSING: "?", Standing.LET_PASS: "·", Standing.HOLDS: "✓"}
_STYLE = {Standing.FAILS: "red", Standing.LET_PASS: "dim", Standing.HOLDS: "green"}


class Row(NamedTuple):
    """A finding as the cells of a table; `where` is the rule's line in its policy."""

    standing: Standing
    label: str
    measured: str
    n: str
    distance: str
    where: str


class Layout(NamedTuple):
    """The widths of the columns; one of width 0 is not there. `stacked`: the numbers stand below the rule."""

    label: int = _LEAST_LABEL
    measured: int = 0
    n: int = 0
    distance: int = 0
    where: int = 0
    stacked: bool = False

    @property
    def total(self) -> int:
        """How far the table reaches to the right."""
        return 0 if self.stacked else _LABEL_AT + self.label + sum(_GAP + each for each in self[1:5] if each)


def row(page: Page, standing: Standing, finding: Finding) -> Row:
    """The finding's cells, safe to print."""
    n = "" if finding.n is None else f"n {number(finding.n)}"
    texts = label(finding), _measured(finding), n, _needs(finding), place(finding)
    return Row(standing, *(page.say(brief(text)) for text in texts))


def layout(rows: list[Row], columns: int) -> Layout:
    """The first table that fits: whole, without the rules' lines, with long rules on lines of their own, or stacked."""
    if not rows:
        return Layout()
    labels, measured, n, far, where = (max(map(width, column)) for column in zip(*(each[1:] for each in rows), strict=True))
    for least in (labels, _LEAST_LABEL):
        for shown in (where, 0):
            room = columns - _LABEL_AT - sum(_GAP + each for each in (measured, n, far, shown) if each)
            if room >= least:
                fitting = max((size for each in rows if (size := width(each.label)) <= room), default=0)
                return Layout(fitting, measured, n, far, shown)
    return Layout(stacked=True)


def draw(page: Page, each: Row, to: Layout) -> None:
    """The row's line, or its lines where the rule is too long for its column."""
    style = _STYLE.get(each.standing, "yellow")
    quiet = each.standing in (Standing.HOLDS, Standing.LET_PASS)
    loud = "" if quiet else "strong"
    sign = page.say(_SIGN.get(each.standing, "!"))
    cells = [
        (pad(each.measured, to.measured), ""),
        (pad(each.n, to.n), "dim"),
        (pad(each.distance, to.distance), "" if quiet else style),
        (pad(each.where, to.where), "dim"),
    ]
    shown = [cell for cell, size in zip(cells, to[1:5], strict=True) if size]
    if to.stacked or width(each.label) > to.label:
        page.wrapped(each.label, loud, indent=_LABEL_AT - 2, lead=f"{sign} ", lead_style=f"{style} strong")
        if to.stacked:
            facts = (each.measured, each.n, each.distance, each.where)
            for line in flow([fact for fact in facts if fact], page.columns - _BELOW_AT):
                page.wrapped(line, indent=_BELOW_AT)
            return
        page.line((" " * (_LABEL_AT + to.label), ""), *_spaced(shown))
        return
    page.line((f"  {sign} ", f"{style} strong"), (pad(each.label, to.label), loud), *_spaced(shown))


def fold(page: Page, standing: Standing, said: str, hint: str, to: Layout) -> None:
    """A line that stands for rows that are not shown."""
    sign = page.say(_SIGN.get(standing, "!"))
    style = f"{_STYLE.get(standing, 'yellow')} strong"
    if _LABEL_AT + width(said) > page.columns:
        page.wrapped(said, indent=_LABEL_AT - 2, lead=f"{sign} ", lead_style=style)
        return
    said = pad(said, to.label)
    fits = _LABEL_AT + width(said) + _GAP + len(hint) <= page.columns
    page.line((f"  {sign} ", style), (said + " " * _GAP, ""), (hint if fits else "", "dim"))


def _spaced(cells: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [span for cell in cells for span in ((" " * _GAP, ""), cell)]


def _measured(finding: Finding) -> str:
    if finding.value is None:
        return "no value"
    text = number(finding.value) if finding.threshold is None else apart(finding.value, finding.threshold)[0]
    text = f"{text} {clip(finding.unit, LONGEST_UNIT)}" if finding.unit else text
    return f"{text} {interval(finding.interval, finding.threshold)}" if finding.interval else text


def _needs(finding: Finding) -> str:
    far, span = distance(finding), of_margin(finding)
    far = f"{far} {span}" if far and span else far
    if finding.value is None or finding.threshold is None or states_threshold(finding):
        return far
    needs = f"needs {apart(finding.value, finding.threshold)[1]}"
    return f"{needs}, {far}" if far else needs
