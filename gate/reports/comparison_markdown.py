"""A comparison as GitHub-flavoured Markdown: for a pull request's comment."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from gate import __version__
from gate.reports.comparison import SHOWN, Row, equals, facts, files, heads, of_move, rows, tally, verdicts
from gate.reports.markdown_page import LIMIT, template
from gate.reports.neutral import Markdown, code, formula, say, words
from gate.terms.comparison import Comparison, DecisionComparison, Move
from gate.terms.decision import Verdict

_NUMBERS = re.compile("[0-9.e+−∞% →]*")
_COMMIT = re.compile("[0-9a-f]{7}")

_SIGN = {Move.WORSE: "🔴", Move.BETTER: "🟢", Move.CHANGED: "⚪", Move.REMOVED: "➖", Move.ADDED: "➕", Move.EQUAL: ""}
_VERDICT_SIGN = {Verdict.PASS: "✅", Verdict.WARN: "⚠️", Verdict.UNDECIDED: "❔", Verdict.FAIL: "⛔", Verdict.ERROR: "🛑"}


class Room(NamedTuple):
    """How many rows are told of what moved and of what is equal, and how many remarks."""

    rows: int = 200
    equal: int = 200
    remarks: int = 30


PLANS = (Room(), Room(equal=0), Room(100, 0, 10), Room(20, 0, 0), Room(0, 0, 0))


class Cells(NamedTuple):
    """A row of the table."""

    sign: Markdown
    label: Markdown
    before: Markdown
    after: Markdown
    facts: list[Markdown]


class Table(NamedTuple):
    """Rows with the facts that any of them has; `more` is how many rows are not there."""

    facts: list[str]
    rows: list[Cells]
    more: int


class Remark(NamedTuple):
    """What is to say about a row."""

    label: Markdown
    text: str


def render(comparison: Comparison, *, limit: int = LIMIT) -> str:
    """The comparison as Markdown of at most `limit` characters (no less than 10,000 is sure to be kept), ending in a newline."""
    page, found, text = template("comparison.md.jinja"), rows(comparison), ""
    for room in PLANS:
        text = page.render(_view(comparison, found, room))
        if len(text) <= limit:
            break
    return text


def _view(comparison: Comparison, found: list[Row], room: Room) -> dict[str, Any]:
    before, after = files(comparison)
    moved = [row for row in found if row.move in SHOWN]
    names = heads(comparison).facts[:-1]  # the last one says what became of it: that stands beside the sign
    is_rule = isinstance(comparison, DecisionComparison)
    remarked = [Remark(_label(row, is_rule), text) for row in moved[: room.rows] for text in row.remarks]
    return {
        "sign": _sign(comparison, moved),
        "headline": _headline(comparison),
        "before": before,
        "after": after,
        "facts": facts(comparison)[1:],  # the verdict is in the headline
        "head": _title(heads(comparison).label),
        "main": _table(moved, room.rows, names, is_rule),
        "remarked": remarked[: room.remarks],
        "equal": equals(comparison),
        "equals": _table(of_move(found, Move.EQUAL), room.equal, names, is_rule),
        "footer": _footer(comparison),
    }


def _sign(comparison: Comparison, moved: list[Row]) -> Markdown:
    """The new verdict, or the worst that became of a metric."""
    if isinstance(comparison, DecisionComparison):
        return Markdown(_VERDICT_SIGN[comparison.after.verdict])
    worst = next((move for move in (Move.WORSE, Move.BETTER) if of_move(moved, move)), Move.CHANGED)
    return Markdown(_SIGN[worst] if moved else "✅")


def _headline(comparison: Comparison) -> Markdown:
    said = tally(comparison)
    if isinstance(comparison, DecisionComparison):
        return say("{}: {}", verdicts(comparison), said)
    return words(said[0].upper() + said[1:])


def _table(found: list[Row], most: int, names: tuple[str, ...], is_rule: bool) -> Table:
    shown = found[:most]
    kept = [index for index in range(len(names)) if any(row.facts[index] for row in shown)]
    cells = []
    for row in shown:
        told = [_number(row.facts[index]) for index in kept]
        sign = say("{} {}", Markdown(_SIGN[row.move]), row.facts[-1]) if row.facts[-1] else Markdown(_SIGN[row.move])
        cells.append(Cells(_joined(sign), _label(row, is_rule), _number(row.before), _number(row.after), told))
    return Table([_title(names[index]) for index in kept], cells, len(found) - len(shown))


def _title(name: str) -> str:
    return name[0].upper() + name[1:] if len(name) > 1 else name


def _number(text: str) -> Markdown:
    """Numbers as they are, which GitHub would not take for a commit; all else neutralised. Kept on one line."""
    return _joined(Markdown(text) if _NUMBERS.fullmatch(text) and not _COMMIT.search(text) else words(text))


def _joined(text: Markdown) -> Markdown:
    return Markdown(text.replace(" ", "\u00a0"))


def _label(row: Row, is_rule: bool) -> Markdown:
    return formula(row.label) if is_rule else code(row.label)


def _footer(comparison: Comparison) -> list[Markdown]:
    if isinstance(comparison, DecisionComparison):
        digests = comparison.before_file.sha256, comparison.after_file.sha256
    else:
        digests = comparison.before.sha256, comparison.after.sha256
    told = [say("{} sha256 {}", name, code(each[:12])) for name, each in zip("AB", digests, strict=True)]
    return [say("gate {}", __version__), *told]
