"""Two compared policies as GitHub-flavoured Markdown: what is looser in a table, the rest folded."""

from __future__ import annotations

from typing import Any, NamedTuple

from gate import __version__
from gate.policy.change import LOOSENED, PolicyComparison, Relation, Trial
from gate.reports import replay
from gate.reports.difference import WORDS, Entry, blocking, counted, entries, headline, verdicts
from gate.reports.markdown_page import LIMIT, template
from gate.reports.neutral import Markdown, code, formula, say, words
from gate.terms.replay import Replay

_SIGN = {Relation.LOOSER: "🔴", Relation.CHANGED: "🟠", Relation.TIGHTER: "🟢", Relation.SAME: "⚪"}
_HEADLINE = {
    "loosened": "🔴 This loosens the policy",
    "tighter": "🟢 This does not loosen the policy",
    "the same": "✅ The same policy",
}


class Room(NamedTuple):
    """How many parts are told of what was loosened, of what is tighter, and of what is the same."""

    loosened: int = 200
    tighter: int = 200
    same: int = 200


PLANS = (Room(), Room(same=0), Room(100, 20, 0), Room(20, 0, 0), Room(0, 0, 0))


class Cells(NamedTuple):
    """A row of the table."""

    sign: Markdown
    before: Markdown
    after: Markdown
    remarks: Markdown


class Table(NamedTuple):
    """Rows; `more` is how many are not there."""

    rows: list[Cells]
    more: int


def render(comparison: PolicyComparison, *, limit: int = LIMIT) -> str:
    """The comparison as Markdown of at most `limit` characters (no less than 10,000 is sure to be kept), ending in a newline."""
    page, found, text = template("difference.md.jinja"), entries(comparison), ""
    for room in PLANS:
        text = page.render(_view(comparison, found, room))
        if len(text) <= limit:
            break
    return text


def _view(comparison: PolicyComparison, found: list[Entry], room: Room) -> dict[str, Any]:
    loosened = [each for each in found if each.relation in LOOSENED]
    kinds = {relation: [each for each in found if each.relation is relation] for relation in (Relation.TIGHTER, Relation.SAME)}
    most = {Relation.TIGHTER: room.tighter, Relation.SAME: room.same}
    return {
        "headline": Markdown(f"{_HEADLINE[headline(comparison)]}: {counted(comparison)}"),
        "before": comparison.before.name,
        "after": comparison.after.name,
        "main": _table(loosened, room.loosened),
        "trial": _trial(comparison.trial),
        "replay": _replay(comparison.replay),
        "folds": [
            {"title": f"{len(some)} {WORDS[relation]}", "table": _table(some, most[relation])}
            for relation, some in kinds.items()
            if some
        ],
        "footer": _footer(comparison),
    }


def _table(found: list[Entry], most: int) -> Table:
    return Table([_cells(each) for each in found[:most]], len(found) - len(found[:most]))


def _cells(each: Entry) -> Cells:
    sign = say("{} {}", Markdown(_SIGN[each.relation]), each.word or WORDS[each.relation])
    remarks = Markdown("; ".join(words(remark) for remark in each.remarks))
    before, after = _side(each.before, each.before_at), _side(each.after, each.after_at)
    return Cells(Markdown(sign.replace(" ", "\u00a0")), before, after, remarks)


def _side(text: str, at: str) -> Markdown:
    if not text:
        return Markdown("")
    return say("{} <sub>{}</sub>", formula(text), code(at)) if at else formula(text)


def _trial(trial: Trial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    lines = []
    for name, decision in (("A", trial.before), ("B", trial.after)):
        told, more = blocking(decision)
        why = Markdown("; ".join(say("{} ({})", formula(rule), value) for rule, value in told) + more)
        lines.append(say("{}: {}: {}" if why else "{}: {}{}", name, decision.verdict.value, why))
    metrics = Markdown(", ".join(code(name) for name in trial.metrics))
    return {"metrics": metrics, "verdicts": verdicts(trial), "lines": lines}


def _replay(of: Replay | None) -> list[Markdown]:
    return [] if of is None else [words(replay.headline(of)), *map(words, replay.lines(of))]


def _footer(comparison: PolicyComparison) -> list[Markdown]:
    digests = zip("AB", (comparison.before.sha256, comparison.after.sha256), strict=True)
    return [say("gate {}", __version__), *(say("{} sha256 {}", name, code(each[:12])) for name, each in digests)]
