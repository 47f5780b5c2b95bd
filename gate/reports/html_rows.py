"""Findings as the rows of a table in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from gate.reports.certain import of_margin
from gate.reports.explanation import Remark
from gate.reports.html_neutral import code, formula, rounded, say, words
from gate.reports.numbers import apart, interval, number, same, signed
from gate.reports.outline import Standing, label, place
from gate.reports.plain import LONGEST_UNIT, clip
from gate.terms.decision import Finding

ROWS_IN_SIGHT = 100  # a table goes on beyond that in folded ones
ROWS_OF_A_FOLD = 500

_SIGN = {Standing.FAILS: "✗", Standing.UNDECIDED: "?", Standing.MISSING: "?", Standing.LET_PASS: "·", Standing.HOLDS: "✓"}
_WORD = {Standing.MISSING: "no value"}
OPERATOR = {">=": "≥", "<=": "≤", "!=": "≠", "==": "="}
_RANK = {here: rank for rank, here in enumerate(Standing)}
_NOTHING = Markup("")


class Row(NamedTuple):
    """A finding as a row of a table; `since` is its last cell, which a table may do without."""

    cells: Markup
    since: Markup


class Page(NamedTuple):
    """The rows of one table; `first` and `last` number them within all of them."""

    rows: Sequence[Row]
    first: int
    last: int


class Table(NamedTuple):
    """Rows in pages. `head` is what the column of rules is headed with; `rest` says where more of each rule is."""

    caption: str
    head: str
    pages: list[Page]
    since: bool
    rest: list[Markup]
    legend: str = ""


def kind_of(here: Standing) -> str:
    """The standing as a class in the style sheet."""
    return here.name.lower().replace("_", "-")


def sign_of(here: Standing) -> str:
    return _SIGN.get(here, "!")


def word_of(here: Standing, value: float | bool | None) -> str:
    """The standing in a word or two, as a table says it beside the sign and the value."""
    return here.value if value is not None else _WORD.get(here, here.value)


def row(here: Standing, finding: Finding, *, name: Markup | None = None, about: str = "", below: Iterable[Remark] = ()) -> Row:
    """The finding's cells; `name` stands for the rule where its table is of that rule alone.

    `about` is the place of what is said about it in the page, `below` is said in the row itself. What this makes by the
    ten thousand is put together here and not by the template: numbers are gate's own text, all else is neutralised.
    """
    value, threshold = finding.value, finding.threshold
    shown, needed = ("", "") if value is None or threshold is None else apart(value, threshold)
    if value is not None and threshold is None:
        shown = number(value)
    elif threshold is not None and value is None:
        needed = number(threshold)
    rank, kind, sign = _RANK[here], kind_of(here), sign_of(here)
    outcome = f'<td class="k {kind}" data-sort="{rank}"><span aria-hidden="true">{sign}</span> {word_of(here, value)}</td>'
    needs = f"{OPERATOR.get(finding.operator, escape(finding.operator))} {needed}" if needed else ""
    numbers = _cell(_measured(finding, shown), value) + _cell(needs, threshold) + _margin(finding)
    return Row(Markup(outcome + _head(finding, name, about, below) + numbers), _change(finding))


def _head(finding: Finding, name: Markup | None, about: str, below: Iterable[Remark]) -> str:
    """The rule, or what stands for it; in small what else is to know."""
    told = [] if name else [*_facts(finding)]
    told += [Markup(f'<a href="#{about}">why</a>')] if about else []
    small = f"<small>{' · '.join(told)}</small>" if told else ""
    said = "".join(f"<p>{remark(each)}</p>" for each in below)
    return f'<th scope="row">{name or formula(label(finding))}{small}{said}</th>'


def _cell(shown: str, sort: float | bool | None) -> str:
    """A cell with the number to sort by, where it is one."""
    by = rounded(sort)
    return f"<td>{shown}</td>" if by is None else f'<td data-sort="{by}">{shown}</td>'


def table(caption: str, rows: Sequence[Row], *, head: str = "Rule", rest: Iterable[Markup] = (), legend: str = "") -> Table:
    """The rows in pages, under a caption."""
    starts = [0, *range(ROWS_IN_SIGHT, len(rows), ROWS_OF_A_FOLD)]
    pages = [Page(rows[start:end], start + 1, end) for start, end in zip(starts, [*starts[1:], len(rows)], strict=True)]
    return Table(caption, head, pages, any(each.since for each in rows), list(rest), legend)


def remark(of: Remark) -> Markup:
    """A sentence about a finding."""
    if of.kind == "remedy":
        return say("→ {}", of.text)
    return say("<em>{}</em>", of.text) if of.kind == "why" else words(of.text)


def _facts(finding: Finding) -> Iterator[Markup]:
    """By what name to speak of the rule, where it stands, from when it blocks."""
    if finding.rule != finding.expression:
        yield code(finding.rule)
    if at := place(finding):
        yield words(at)
    if finding.blocks_from:
        yield say("blocks from {}", finding.blocks_from)


def _measured(finding: Finding, shown: str) -> str:
    if finding.value is None:
        return "<i>no value</i>"
    said = f"<b>{shown}</b>"
    if finding.unit:
        said += f" {words(clip(finding.unit, LONGEST_UNIT))}"
    facts = [interval(finding.interval, finding.threshold)] if finding.interval else []
    facts += [f"n {number(finding.n)}"] if finding.n is not None else []
    return f"{said}<small>{' · '.join(facts)}</small>" if facts else said


def _margin(finding: Finding) -> str:
    if finding.margin is None or finding.value is None or finding.threshold is None:
        return "<td></td>"
    shown = "0" if same(finding.value, finding.threshold) else signed(finding.margin)
    span = of_margin(finding)
    return _cell(f"{shown}<small>{span}</small>" if span else shown, finding.margin)


def _change(finding: Finding) -> Markup:
    if finding.baseline_value is None or finding.value is None or isinstance(finding.value, bool):
        return _NOTHING
    change = 0.0 if same(finding.value, finding.baseline_value) else finding.value - finding.baseline_value
    return Markup(_cell(signed(change) if change else "±0", change))
