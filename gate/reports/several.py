"""Several decisions in one comment: the worst first, each folded; and what could not be judged again, said so."""

from __future__ import annotations

from collections.abc import Sequence

from gate.reports import markdown
from gate.reports.entries import conclusion
from gate.reports.markdown import VERDICT_SIGN
from gate.reports.markdown_page import LIMIT
from gate.reports.neutral import Markdown, block, cell, code, say, words
from gate.reports.outline import outline
from gate.reports.plain import brief
from gate.terms.decision import WORST_FIRST, Decision

LEAST = 10_000  # characters that a report of its own needs
MOST_LINES = 40  # of why one could not be judged again
MOST_UNVERIFIED = 5  # that say why; others are counted
LONGEST_LINE = 200
Unverified = tuple[str, tuple[str, ...]]  # a name, and why it could not be judged again


def worst_first(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions in the order of reports."""
    return tuple(sorted(decisions, key=lambda decision: (WORST_FIRST.index(decision.verdict), decision.name)))


def headline(decisions: Sequence[Decision]) -> str:
    """How many of them may be deployed."""
    passed = sum(decision.passed for decision in decisions)
    if passed == len(decisions):
        return f"Deploy: all {passed} hold"
    return f"Do not deploy: {len(decisions) - passed} of {len(decisions)} are refused"


def render(decisions: Sequence[Decision], unverified: Sequence[Unverified] = (), *, limit: int = LIMIT) -> str:
    """The reports of these decisions, worst first, as Markdown of at most `limit` characters, ending in a newline.

    Where not all of them find room, the last ones are told in the table only.
    """
    parts = [_unverified(unverified)] if unverified else []
    room = limit - sum(map(len, parts))
    if len(decisions) == 1:
        parts.append(markdown.render(decisions[0], limit=room))
    elif decisions:
        parts.append(_many(worst_first(decisions), room))
    return "\n".join(parts)


def _many(decisions: Sequence[Decision], room: int) -> str:
    table = _table(decisions)
    reports: list[str] = []
    left = room - len(table)
    for decision in decisions:
        each = max(LEAST, left // (len(decisions) - len(reports)))
        report = markdown.render(decision, limit=each)
        folded = f"<details><summary>{_title(decision)}</summary>\n\n{report}\n</details>\n"
        if len(folded) > left:
            reports.append(f"*{len(decisions) - len(reports)} more reports are in the decisions' own files.*\n")
            break
        reports.append(folded)
        left -= len(folded) + 1
    return "\n".join([table, *reports])


def _title(decision: Decision) -> str:
    """In a line of HTML, where Markdown neutralises nothing: gate's own words only."""
    return f"{VERDICT_SIGN[decision.verdict]} {decision.verdict.value}"


def _table(decisions: Sequence[Decision]) -> str:
    sign = VERDICT_SIGN[decisions[0].verdict]
    rows = [_row(each) for each in decisions]
    return "\n".join([f"## {sign} {headline(decisions)}", "", "| | Policy | |", "|:-:|---|---|", *rows, ""])


def _row(decision: Decision) -> Markdown:
    said = cell(words(conclusion(decision, outline(decision))))
    return say("| {} | {} | {} |", Markdown(VERDICT_SIGN[decision.verdict]), cell(code(decision.name or "model")), said)


def _unverified(unverified: Sequence[Unverified]) -> str:
    """At most about 15,000 characters, so that a stranger cannot make it too long to be posted."""
    count = len(unverified)
    what = "this decision" if count == 1 else f"{count} decisions"
    told = [f"## ❔ Unverified: {what} could not be judged again", ""]
    most = MOST_LINES // min(count, MOST_UNVERIFIED)
    for name, reasons in unverified[:MOST_UNVERIFIED]:
        lines = [brief(line, LONGEST_LINE) for reason in reasons for line in reason.split("\n")]
        lines = lines if len(lines) <= most else [*lines[:most], f"… and {len(lines) - most} lines more"]
        told += [code(name), "", block(lines), ""]
    told += [f"… and {count - MOST_UNVERIFIED} more.", ""] if count > MOST_UNVERIFIED else []
    told += ["What the change's own job said of itself is not shown, and no check was set.", ""]
    return "\n".join(told)
