"""A comparison for a terminal: what got worse first, what is equal folded into a line, the counts last."""

from __future__ import annotations

from typing import NamedTuple

from gate.reports.comparison import ORDER, Heads, Row, equals, facts, files, heads, of_move, rows, tally, verdicts
from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.terminal import Page, pad, width
from gate.terms.comparison import Comparison, DecisionComparison, Move
from gate.terms.decision import Verdict

NARROWEST, WIDEST = 40, 200
MOST_ROWS = 40  # of one kind, before the rest is counted; --all shows them

_SIGN = {Move.WORSE: "✗", Move.BETTER: "✓", Move.CHANGED: "~", Move.REMOVED: "-", Move.ADDED: "+", Move.EQUAL: "="}
_STYLE = {Move.WORSE: "red", Move.BETTER: "green", Move.EQUAL: "dim"}
_LOUD = ("change", "margin", "")
_ARROW = "→"
_ARROW_ROOM = 4  # it may be spelt out
_LABEL_AT = 4
_BELOW_AT = 6
_GAP = 2
_LEAST_LABEL, _USUAL_LABEL = 20, 32


class Layout(NamedTuple):
    """The widths of the columns; a fact of width 0 is not there. `stacked`: the numbers stand below the label."""

    label: int = 0
    before: int = 0
    after: int = 0
    facts: tuple[int, ...] = ()
    stacked: bool = False


def render(
    comparison: Comparison, *, columns: int = 100, colour: bool = False, ascii_only: bool = False, show_all: bool = False
) -> str:
    """The comparison as text that ends in a newline; `columns` is the terminal's width, kept within 40 and 200."""
    page = Page(max(NARROWEST, min(columns, WIDEST)), colour=colour, ascii_only=ascii_only)
    before, after = files(comparison)
    page.wrapped(f"{brief(before)} {_ARROW} {brief(after)}", indent=0, lead="gate diff  ", lead_style="strong")
    _facts(page, comparison)
    page.gap()
    _rows(page, comparison, show_all)
    page.gap()
    last = tally(comparison)
    if isinstance(comparison, DecisionComparison):
        last = f"{verdicts(comparison)}: {last}"
    page.wrapped(last, _last_style(comparison), indent=0)
    return str(page)


def _facts(page: Page, comparison: Comparison) -> None:
    told = facts(comparison)
    if told:
        page.gap()
    for name, text in told:
        page.wrapped(brief(text, LONGEST_TEXT), indent=2, lead=f"{name:<9}", lead_style="dim")


def _last_style(comparison: Comparison) -> str:
    if not isinstance(comparison, DecisionComparison):
        return "strong"
    passed = {Verdict.PASS: "green strong", Verdict.WARN: "yellow strong", Verdict.UNDECIDED: "yellow strong"}
    return passed.get(comparison.after.verdict, "red strong")


def _rows(page: Page, comparison: Comparison, show_all: bool) -> None:
    safe = [_safe(page, each) for each in rows(comparison)]
    shown = {move: of_move(safe, move) for move in ORDER}
    if not show_all:
        shown = {move: each[:MOST_ROWS] for move, each in shown.items() if move is not Move.EQUAL}
    to = layout([each for some in shown.values() for each in some], page.columns, heads(comparison))
    _head(page, to, heads(comparison))
    for move, some in shown.items():
        for each in some:
            _draw(page, each, to, heads(comparison))
        if more := len(of_move(safe, move)) - len(some):
            _fold(page, move, page.say(f"… {more} more"), to)
    if not show_all and (said := equals(comparison)):
        _fold(page, Move.EQUAL, said, to)


def _safe(page: Page, each: Row) -> Row:
    """The row in characters that can be printed."""
    texts = [page.say(brief(text)) for text in (each.label, each.before, each.after)]
    one, two, three, four = (page.say(brief(text)) for text in each.facts)
    return Row(each.move, texts[0], texts[1], texts[2], (one, two, three, four), each.remarks)


def layout(found: list[Row], columns: int, head: Heads) -> Layout:
    """The first table that fits: whole, with very long labels on lines of their own, without some facts, or stacked."""
    if not found:
        return Layout()
    labels = [width(each.label) for each in found]
    before, after = max(width(each.before) for each in found), max(width(each.after) for each in found)
    every = [max(width(each.facts[index]) for each in found) for index in range(4)]
    every = [max(size, width(text)) if size else 0 for size, text in zip(every, head.facts, strict=True)]
    usual = max((size for size in labels if size <= _USUAL_LABEL), default=_LEAST_LABEL)
    leave_out = [head.spare[:count] for count in range(len(head.spare) + 1)]
    tries = [(max(labels), ()), *((usual, gone) for gone in leave_out), *((min(usual, _LEAST_LABEL), gone) for gone in leave_out)]
    for least, gone in tries:
        kept = tuple(0 if index in gone else size for index, size in enumerate(every))
        room = columns - _LABEL_AT - _GAP - before - _ARROW_ROOM - after - sum(_GAP + size for size in kept if size)
        if room >= least:
            return Layout(max((size for size in labels if size <= room), default=0), before, after, kept)
    return Layout(stacked=True)


def _head(page: Page, to: Layout, head: Heads) -> None:
    if to.stacked or not to.facts:
        return
    pair = pad("A", to.before, right=True) + " " * (2 + width(page.say(_ARROW))) + pad("B", to.after)
    texts = [pad(text, size) for text, size in zip(head.facts, to.facts, strict=True) if size]
    page.line((" " * _LABEL_AT + (" " * _GAP).join([pad(head.label, to.label), pair, *texts]), "dim"))


def _draw(page: Page, each: Row, to: Layout, head: Heads) -> None:
    style = _STYLE.get(each.move, "")
    sign = (f"  {page.say(_SIGN[each.move])} ", f"{style} strong".strip())
    loud = "strong" if each.move in (Move.WORSE, Move.BETTER) else "dim" if each.move is Move.EQUAL else ""
    if to.stacked or width(each.label) > to.label:
        page.wrapped(each.label, loud, indent=2, lead=sign[0].strip() + " ", lead_style=sign[1])
        if to.stacked:
            page.wrapped(_in_a_line(page, each, head), indent=_BELOW_AT)
        else:
            page.line((" " * (_LABEL_AT + to.label), ""), *_numbers(page, each, to, head))
    else:
        page.line(sign, (pad(each.label, to.label), loud), *_numbers(page, each, to, head))
    for remark in each.remarks:
        page.wrapped(brief(remark, LONGEST_TEXT), "dim", indent=_BELOW_AT)


def _numbers(page: Page, each: Row, to: Layout, head: Heads) -> list[tuple[str, str]]:
    style = _STYLE.get(each.move, "")
    arrow = page.say(_ARROW) if each.before and each.after else " " * width(page.say(_ARROW))
    spans = [(" " * _GAP, ""), (f"{pad(each.before, to.before, right=True)} {arrow} {pad(each.after, to.after)}", "")]
    for name, text, size in zip(head.facts, each.facts, to.facts, strict=True):
        if size:
            spans += [(" " * _GAP, ""), (pad(text, size), style if name in _LOUD else "dim")]
    return spans


def _in_a_line(page: Page, each: Row, head: Heads) -> str:
    pair = f" {page.say(_ARROW)} ".join(text for text in (each.before, each.after) if text)
    named = [f"{name} {text}" if name else text for name, text in zip(head.facts, each.facts, strict=True) if text]
    return "  ".join([pair, *named])


def _fold(page: Page, move: Move, said: str, to: Layout) -> None:
    """A line that stands for rows that are not shown."""
    hint = "--all shows them"
    said = pad(said, to.label)
    fits = _LABEL_AT + width(said) + _GAP + len(hint) <= page.columns
    page.line((f"  {_SIGN[move]} ", "dim"), (said + " " * _GAP, ""), (hint if fits else "", "dim"))
