"""A history on a terminal: each metric with its line of blocks and what it needed, then the runs; or one metric plotted."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from gate.reports.history import (
    AMISS,
    branches,
    commit,
    count,
    days,
    ended,
    latest,
    needs,
    ordered,
    sign,
    span,
    spark,
    standing,
    when,
)
from gate.reports.history_plot import plot
from gate.reports.neutral import signs
from gate.reports.numbers import apart, number, signed
from gate.reports.plain import brief
from gate.reports.terminal import Page, Span, pad, width
from gate.terms.chronicle import Chronicle, Grant, Limit, Line
from gate.terms.run import Run

MOST_LINES, MOST_RUNS = 16, 10
_BLOCKS, _GAP = 40, 2
_COLOUR = {"✓": "green", "✗": "red", "!": "yellow", "?": "yellow"}
_STYLE = {
    "fails": "red strong", "undecided": "yellow", "missing": "yellow", "waived": "yellow", "warns": "yellow", "holds": "green",
}  # fmt: skip
_WORD = {"missing": "no value"}
Cells = Sequence[Span]


def render(
    found: Sequence[Chronicle], *, columns: int = 100, colour: bool = False, ascii_only: bool = False, show_all: bool = False
) -> str:
    """The chronicles one after another. `show_all` leaves no line and no run out."""
    page = Page(columns, colour=colour, ascii_only=ascii_only)
    for at, chronicle in enumerate(found):
        if at:
            page.gap()
        _head(page, chronicle)
        _lines(page, chronicle, ascii_only, MOST_LINES if not show_all else None)
        _runs(page, chronicle, MOST_RUNS if not show_all else None)
        _excluded(page, chronicle)
    return str(page)


def render_metric(
    found: Sequence[Chronicle], *, columns: int = 100, colour: bool = False, ascii_only: bool = False, show_all: bool = False
) -> str:
    """One metric of each chronicle, plotted, with the runs that have it."""
    page = Page(columns, colour=colour, ascii_only=ascii_only)
    for at, chronicle in enumerate(found):
        if at:
            page.gap()
        _head(page, chronicle)
        lines = ordered(chronicle)
        _plotted(page, chronicle, lines[0], ascii_only)
        if len(lines) > 1:
            _lines(page, chronicle, ascii_only, MOST_LINES if not show_all else None)
        _runs(page, chronicle, MOST_RUNS if not show_all else None, lines[0])
        _excluded(page, chronicle)
    return str(page)


def _head(page: Page, chronicle: Chronicle) -> None:
    runs, there = chronicle.runs, branches(chronicle.runs)
    on = f" on {there[0]}" if len(there) == 1 and there[0] else f" on {len(there)} branches" if len(there) > 1 else ""
    page.wrapped(f"{brief(chronicle.model)}: {count(len(runs), 'run')}{brief(on)}, {span(runs)}", "strong", indent=0)
    page.gap()


# -- lines


def _lines(page: Page, chronicle: Chronicle, ascii_only: bool, most: int | None) -> None:
    lines = ordered(chronicle)
    if not lines:
        page.line(("  these runs logged no number", "dim"))
        return
    shown = lines[:most]
    size = max(8, min(_BLOCKS, len(chronicle.runs), page.columns - 56))
    rows: list[Cells] = [_line_cells(page, chronicle, line, size, ascii_only) for line in shown]
    last = f"last {size}" if size < len(chronicle.runs) else count(len(chronicle.runs), "run")
    _table(page, ("metric", last, "latest", "change", "needs"), rows, right=(2, 3))
    if len(lines) > len(shown):
        hidden = sum(chronicle.standing_now(line) in AMISS for line in lines[len(shown) :])
        told = f", {hidden} of them not held" if hidden else ""
        page.line((f"  {len(lines) - len(shown)} more{told}: --all", "yellow" if hidden else "dim"))
    page.gap()
    _of_no_line(page, chronicle)


def _of_no_line(page: Page, chronicle: Chronicle) -> None:
    """What does not hold now and stands in no line, as a rule on several measurements: nothing else would say why it failed."""
    found = [(each, each.standings[each.judged_last]) for each in chronicle.of_no_line()]
    amiss = [each for each in found if each[1] in AMISS]
    for limit, stands in amiss[:MOST_RUNS]:
        on = f" on {limit.slice}" if limit.slice else ""
        page.wrapped(f"{_WORD.get(stands, stands)}: {brief(signs(limit.rule))}{brief(on)}", _STYLE[stands], indent=2)
    if amiss:
        page.gap()


def _line_cells(page: Page, chronicle: Chronicle, line: Line, size: int, ascii_only: bool) -> Cells:
    there = [value for value in line.values if value is not None]
    limits = chronicle.limits_now(line)
    value, limit = latest(line, limits)
    style = _STYLE.get(limit.standings[limit.judged_last], "") if limit else ""
    change = there[-1] - there[-2] if len(there) > 1 and value is not None else None
    return (
        (page.say(brief(line.name)), ""),
        (spark(line.values, size, ascii_only=ascii_only), "dim"),
        (page.say(_value(line, value, limit.latest if limit else None)), style),
        (page.say(signed(change)) if change is not None and isfinite(change) else "", "dim"),
        (page.say(needs(limits)), ""),
    )


def _value(line: Line, value: float | None, limit: float | None) -> str:
    if value is None:
        return "no value"
    text = number(value) if limit is None else apart(value, limit)[0]
    return f"{text} {brief(line.unit, 12)}" if line.unit else text


def _plotted(page: Page, chronicle: Chronicle, line: Line, ascii_only: bool) -> None:
    asked = [each.thresholds for each in chronicle.limits_of(line)]
    needed = needs(chronicle.limits_now(line))
    page.line((f"  {page.say(brief(line.name))}", "strong"), (page.say(f"  needs {needed}") if needed else "", "dim"))
    for axis, drawn in plot(line.values, asked, page.columns - 2, ascii_only=ascii_only):
        page.line(("  ", ""), (page.say(axis), "dim"), (drawn, ""))
    page.gap()


# -- runs


def _runs(page: Page, chronicle: Chronicle, most: int | None, line: Line | None = None) -> None:
    """The newest runs; of one line those that have it or missed it, with its value."""
    worst = chronicle.worst(line) if line else ()
    there = [
        (at, run) for at, run in enumerate(chronicle.runs) if line is None or line.values[at] is not None or worst[at] is not None
    ]
    shown = list(reversed(there))[:most]
    rows: list[Cells] = []
    for at, run in shown:
        cells = _run_cells(page, chronicle, run)
        if line is not None:
            cells[2:2] = _judged_cells(page, line, at, worst[at])
        rows.append(cells)
    heads = ["when (UTC)", "", "branch", "commit", "run"]
    if line is not None:
        heads[2:2] = [brief(line.metric), "needs"]
    _table(page, heads, rows, right=(2, 3) if line is not None else ())
    if len(there) > len(shown):
        page.line((f"  {len(there) - len(shown)} older: --all", "dim"))


def _excluded(page: Page, chronicle: Chronicle) -> None:
    """The ranges that no rule compares with."""
    for each in chronicle.exclusions:
        first, last = days(each)
        by = f", by {brief(each.by, 40)}" if each.by else ""
        page.wrapped(f"excluded {brief(first)}..{brief(last)}: {brief(each.why, 200)}{by}", "yellow", indent=2)


def _run_cells(page: Page, chronicle: Chronicle, run: Run) -> list[Span]:
    mark = sign(run)
    names = "".join(f" ({brief(name, 40)})" for name in chronicle.named(run.id))
    names += ", excluded" if chronicle.excluded(run) else ""
    return [
        (when(run.started), ""),
        (page.say(f"{mark} {ended(run)}"), _COLOUR.get(mark, "dim")),
        (page.say(brief(run.branch, 32)), ""),
        (page.say(brief(commit(run))), ""),
        (page.say(f"{brief(run.id, 48)}{names}"), "dim"),
    ]


def _judged_cells(page: Page, line: Line, at: int, limit: Limit | None) -> Cells:
    """What was measured at a run, and what it needed."""
    asked = limit.thresholds[at] if limit else None
    needed = f"{signs(limit.operator)} {number(asked)}" if limit and asked is not None else ""
    style = _STYLE.get(limit.standings[at], "") if limit else ""
    return (page.say(_value(line, line.values[at], asked)), style), (page.say(needed), "dim")


def _table(page: Page, heads: Sequence[str], rows: Sequence[Cells], right: Sequence[int] = ()) -> None:
    """Columns as wide as they must be; those that do not fit are left out from the right, as empty ones are."""
    sizes = [max((width(row[at][0]) for row in rows), default=0) for at in range(len(heads))]
    kept = [at for at, size in enumerate(sizes) if size]
    sizes = [max(size, width(heads[at])) for at, size in enumerate(sizes)]
    if sizes[0] > page.columns // 2:
        sizes[0] = page.columns // 2
    while len(kept) > 2 and _GAP + sum(sizes[at] + _GAP for at in kept) - _GAP > page.columns:
        kept.pop()
    head = "".join(" " * _GAP + pad(page.say(heads[at]), sizes[at], right=at in right) for at in kept)
    page.line((head, "dim"))
    for row in rows:
        spans: list[Span] = []
        if width(row[0][0]) > sizes[0]:
            page.wrapped(row[0][0], row[0][1], indent=_GAP)
            row = (("", ""), *row[1:])
        for at in kept:
            spans += [(" " * _GAP, ""), (pad(row[at][0], sizes[at], right=at in right), row[at][1])]
        page.line(*spans)


# -- waivers


def render_waivers(
    found: Sequence[Grant], today: str, *, columns: int = 100, colour: bool = False, ascii_only: bool = False
) -> str:
    """The waivers that runs saw: rule, how long, who and why."""
    page = Page(columns, colour=colour, ascii_only=ascii_only)
    if not found:
        page.line(("no waiver was stated by the policies of these runs", ""))
    for grant in found:
        on = f" on {brief(str(grant.slice))}" if grant.slice else ""
        over = grant.until < today
        page.wrapped(
            f"{brief(grant.model)}: {brief(signs(grant.rule))}{on}",
            "" if over else "strong",
            indent=0,
            lead="· " if over else "! ",
        )
        page.wrapped(f"until {brief(grant.until)} ({standing(grant, today)}), by {brief(grant.by) or 'nobody'}", indent=4)
        page.wrapped(brief(grant.why, 400), "dim", indent=4)
        if grant.floor:
            page.wrapped(f"floor {brief(signs(grant.floor))}", "dim", indent=4)
    return str(page)
