"""Measurements for a terminal: a table to write rules against, then what else was in the files, the counts last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gate.reports import measurements
from gate.reports.measurements import HEADS, RIGHT, Row
from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.terminal import Page, flow, pad, width
from gate.terms.measurements import Measurements

NARROWEST, WIDEST = 40, 200
MOST_ROWS = 60  # before the rest is counted; --all shows them

_LABEL_AT = 4
_BELOW_AT = 6
_GAP = 2
_LEAST_LABEL, _USUAL_LABEL = 20, 40


class Layout(NamedTuple):
    """The widths of the columns; a cell of width 0 is not there. `stacked`: the cells stand below the name."""

    label: int = 0
    cells: tuple[int, ...] = ()  # of all but the name
    stacked: bool = False


def render(
    table: Measurements, *, columns: int = 100, colour: bool = False, ascii_only: bool = False, show_all: bool = False
) -> str:
    """The measurements as text that ends in a newline; `columns` is the terminal's width, kept within 40 and 200."""
    page = Page(max(NARROWEST, min(columns, WIDEST)), colour=colour, ascii_only=ascii_only)
    page.wrapped(brief(measurements.names(table), LONGEST_TEXT), indent=0, lead="gate measure  ", lead_style="strong")
    page.gap()
    found = measurements.rows(table)
    shown = found if show_all else measurements.first(found, MOST_ROWS)
    _table(page, [_safe(page, each) for each in shown])
    if len(shown) < len(found):
        _fold(page, "…", f"{len(found) - len(shown):,} more", "--all shows them")
    page.gap()
    _asides(page, table, show_all)
    page.gap()
    page.wrapped(measurements.tally(table), "strong", indent=0)
    return str(page)


def _safe(page: Page, each: Row) -> Row:
    """The row in characters that can be printed."""
    return each._replace(cells=tuple(page.say(brief(text)) for text in each.cells))


def _table(page: Page, found: list[Row]) -> None:
    to = layout(found, page.columns)
    if not to.stacked and found:
        texts = [pad(HEADS[0], to.label), *_spaced(HEADS[1:], to)]
        page.line((" " * _LABEL_AT + "".join(texts), "dim"))
    for each in found:
        _draw(page, each, to)


def layout(found: list[Row], columns: int) -> Layout:
    """The first table that fits: whole, with very long names on lines of their own, without places, or stacked."""
    if not found:
        return Layout()
    labels = [width(each.name) for each in found]
    sizes = [max(width(each.cells[index]) for each in found) for index in range(1, len(HEADS))]
    sizes = [max(size, len(head)) if size else 0 for size, head in zip(sizes, HEADS[1:], strict=True)]
    usual = max((size for size in labels if size <= _USUAL_LABEL), default=_LEAST_LABEL)
    for least in dict.fromkeys((max(labels), usual, min(usual, _LEAST_LABEL))):
        for cells in (sizes, [*sizes[:-1], 0]):
            room = columns - _LABEL_AT - sum(_GAP + size for size in cells if size)
            if room >= least:
                fitting = max((size for size in labels if size <= room), default=0)
                return Layout(max(fitting, len(HEADS[0])), tuple(cells))
    return Layout(stacked=True)


def _draw(page: Page, each: Row, to: Layout) -> None:
    sign, style = ("", "") if each.found else ("? ", "yellow strong")
    if to.stacked or width(each.name) > to.label:
        page.wrapped(each.name, "strong", indent=2, lead=sign or "  ", lead_style=style)
        if to.stacked:
            _stack(page, each)
        else:
            page.line((" " * (_LABEL_AT + to.label), ""), *_cells(each, to))
    else:
        page.line((pad(f"  {sign}", _LABEL_AT), style), (pad(each.name, to.label), "strong"), *_cells(each, to))


def _stack(page: Page, each: Row) -> None:
    """The cells below the name, each with its head where it does not tell by itself."""
    value, unit, *others = each.cells[1:]
    named = [f"{head} {text}" if head != "evidence" else text for head, text in zip(HEADS[3:], others, strict=True) if text]
    for line in flow([f"{value} {unit}".rstrip(), *named], page.columns - _BELOW_AT):
        page.wrapped(line, indent=_BELOW_AT)


def _cells(each: Row, to: Layout) -> list[tuple[str, str]]:
    styles = dict.fromkeys(HEADS, "dim") | {"value": "" if each.found else "yellow"}
    if each.cells[HEADS.index("better")] == measurements.UNKNOWN:
        styles["better"] = "yellow"
    kept = [styles[head] for head, size in zip(HEADS[1:], to.cells, strict=True) if size]
    return list(zip(_spaced(each.cells[1:], to), kept, strict=True))


def _spaced(texts: Iterable[str], to: Layout) -> list[str]:
    cells = zip(HEADS[1:], texts, to.cells, strict=True)
    return [" " * _GAP + pad(text, size, right=head in RIGHT) for head, text, size in cells if size]


# -- what else was in the files


def _asides(page: Page, table: Measurements, show_all: bool) -> None:
    if said := measurements.cases(table):
        _fold(page, "#", said, "")
    pairs = measurements.aliases(table)
    if pairs:
        said = measurements.count(len(pairs), "other name") + " that rules may use"
        _fold(page, "=", said if show_all else f"{said}: {brief(pairs[0][0])}", "" if show_all else "--all lists them")
        if show_all:
            _list(page, [f"{brief(raw)} → {brief(name)}" for raw, name in pairs])
    if said := measurements.unused(table):
        _fold(page, "-", said, "" if show_all else "--all lists them")
        if show_all:
            _list(page, [f"{brief(each.name) or '(no name)'}: {brief(each.why)}" for each in table.unused])


def _list(page: Page, lines: list[str]) -> None:
    for line in lines:
        page.wrapped(line, "dim", indent=_BELOW_AT)


def _fold(page: Page, sign: str, said: str, hint: str) -> None:
    """A line that stands for what is not shown."""
    said = page.say(brief(said, LONGEST_TEXT))
    if hint and _LABEL_AT + width(said) + _GAP + len(hint) <= page.columns:
        page.line((f"  {page.say(sign)} ", "dim"), (said + " " * _GAP, ""), (hint, "dim"))
    else:
        page.wrapped(f"{said}  {hint}".rstrip(), indent=2, lead=f"{sign} ", lead_style="dim")
