"""Plans for a terminal: a table of rules, what the numbers rest on, the answer last."""

from __future__ import annotations

from collections.abc import Sequence

from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.plan import (
    DASH,
    HEADS,
    RIGHT,
    TRIAL_HEADS,
    Line,
    answer,
    drop_headline,
    dropped,
    headline,
    lines,
    trial_headline,
    trial_lines,
    trial_words,
)
from gate.reports.terminal import Page, pad, width
from gate.terms.plan import Plan, Trial

NARROWEST, WIDEST = 40, 200
_AT, _BELOW, _GAP = 2, 6, 2


def render(plans: Sequence[Plan], *, columns: int = 100, colour: bool = False, ascii_only: bool = False) -> str:
    """All plans as text that ends in a newline; `columns` is the terminal's width, kept within 40 and 200."""
    page = Page(max(NARROWEST, min(columns, WIDEST)), colour=colour, ascii_only=ascii_only)
    for index, plan in enumerate(plans):
        if index:
            page.gap()
        name = f"{brief(plan.name)}  ({brief(plan.file)})  {headline(plan)}"
        page.wrapped(name, indent=0, lead="gate plan  ", lead_style="strong")
        page.gap()
        _table(page, [_safe(page, line) for line in lines(plan)])
        page.gap()
        for place, each in enumerate(plan.assumed):
            page.wrapped(brief(each, LONGEST_TEXT), "dim", indent=_AT, lead="         " if place else "assumed  ")
        for note in plan.notes:
            page.wrapped(brief(note, LONGEST_TEXT), indent=_AT, lead="note: ")
        page.gap()
        page.wrapped(brief(answer(plan), LONGEST_TEXT), "strong", indent=0)
        if plan.trial is not None:
            _trial(page, plan.trial)
    return str(page)


def _safe(page: Page, line: Line) -> Line:
    return Line(tuple(page.say(brief(cell)) for cell in line.cells), tuple(brief(each, LONGEST_TEXT) for each in line.below))


def _table(page: Page, found: Sequence[Line]) -> None:
    sizes = [max(width(text) for text in column) for column in zip(HEADS, *(line.cells for line in found), strict=True)]
    stacked = sum(sizes) + _GAP * len(sizes[1:]) + _AT > page.columns
    if not stacked:
        page.line((" " * _AT, ""), (_joined(HEADS, sizes, RIGHT), "dim"))
    for line in found:
        if stacked:
            page.wrapped(line.cells[0], "strong", indent=_AT)
            for head, cell in zip(HEADS[1:], line.cells[1:], strict=True):
                page.wrapped(cell, indent=_BELOW, lead=f"{head}: ", lead_style="dim")
        else:
            page.line((" " * _AT, ""), (_joined(line.cells, sizes, RIGHT), ""))
        for each in line.below:
            page.wrapped(each, "dim", indent=_BELOW)


def _joined(cells: Sequence[str], sizes: Sequence[int], right: Sequence[bool]) -> str:
    return (" " * _GAP).join(pad(cell, size, right=on) for cell, size, on in zip(cells, sizes, right, strict=True))


def _trial(page: Page, trial: Trial) -> None:
    page.gap()
    page.wrapped(brief(trial_headline(trial), LONGEST_TEXT), indent=0)
    page.gap()
    found = [tuple(page.say(brief(cell)) for cell in cells) for cells in trial_lines(trial)]
    sizes = [max(width(text) for text in column) for column in zip(TRIAL_HEADS, *found, strict=True)]
    right = (False, *[True] * (len(TRIAL_HEADS) - 1))
    if sum(sizes) + _GAP * len(sizes[1:]) + _AT <= page.columns:
        page.line((" " * _AT, ""), (_joined(TRIAL_HEADS, sizes, right), "dim"))
        for cells in found:
            page.line((" " * _AT, ""), (_joined(cells, sizes, right), ""))
    else:
        for cells in found:
            page.wrapped(cells[0], "strong", indent=_AT)
            told = [
                f"{head.lower()} {cell}" for head, cell in zip(TRIAL_HEADS[1:], cells[1:], strict=True) if cell not in ("", DASH)
            ]
            page.wrapped(", ".join(told), indent=_BELOW)
    page.gap()
    page.wrapped(trial_words(), "dim", indent=_AT)
    for note in trial.notes:
        page.wrapped(brief(note, LONGEST_TEXT), indent=_AT, lead="note: ")
    if trial.drop:
        page.gap()
        page.wrapped(drop_headline(trial), indent=_AT)
        for each in dropped(trial):
            page.wrapped(brief(each, LONGEST_TEXT), indent=_BELOW)
