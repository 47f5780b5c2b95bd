"""The decision for a terminal: what blocks first, what holds folded into a line, the verdict last."""

from __future__ import annotations

from gate.reports.explanation import Remark, unsaid
from gate.reports.numbers import percent
from gate.reports.outline import (
    BLOCKING,
    GOOD,
    ORDER,
    SHOWN,
    Outline,
    Standing,
    answer,
    confidences,
    counted,
    marks,
    outline,
    place,
    tally,
    unseen,
)
from gate.reports.plain import LONGEST_TEXT, brief, plain
from gate.reports.table import Layout, draw, fold, layout, row
from gate.reports.terminal import Page, flow, width
from gate.terms.decision import Decision, Finding, Verdict

NARROWEST, WIDEST = 40, 200
MOST_ROWS = 40  # of one standing, before the rest is counted; --all shows them
_HEAD_AT = 6
_VERDICT_EDGE = 76  # where the exit code ends, unless the table reaches further
_LEAD = {"remedy": "→ ", "why": "why: ", "note": "note: "}
_QUIET = ("baseline", "share", "why", "name")
_VERDICT_STYLE = {Verdict.PASS: "green strong", Verdict.WARN: "yellow strong", Verdict.UNDECIDED: "yellow strong"}


def render(
    decision: Decision,
    *,
    columns: int = 100,
    colour: bool = False,
    ascii_only: bool = False,
    show_all: bool = False,
    exit_code: int | None = None,
) -> str:
    """The report as text that ends in a newline.

    `columns` is the terminal's width, kept within 40 and 200. `ascii_only` is for a stream whose encoding
    cannot carry the signs. `exit_code` is what the process will exit with, where that is not the decision's
    own (`--warn-exit-code`).
    """
    page = Page(max(NARROWEST, min(columns, WIDEST)), colour=colour, ascii_only=ascii_only)
    of = outline(decision)
    _head(page, decision)
    _messages(page, decision)
    if decision.findings:
        page.gap()
    to = draw_findings(page, of, show_all)
    if decision.lost or decision.proposed:
        from gate.reports import provenance_text

        provenance_text.draw(page, decision, show_all)
    _notes(page, decision, show_all)
    if decision.actions:
        _actions(page, decision)
    page.gap()
    _verdict(page, decision, of, decision.exit_code if exit_code is None else exit_code, to.total)
    return str(page)


def _head(page: Page, decision: Decision) -> None:
    facts = [brief(", ".join(each.file for each in decision.policies))] if decision.policies else []
    if rules := sum(each.rules for each in decision.policies):
        facts.append(f"{rules} rule" if rules == 1 else f"{rules} rules")
    facts += [f"{percent(each)} intervals" for each in confidences(decision.findings)[:3]]
    words = [brief(decision.name), f"({', '.join(facts)})" if facts else ""]
    if decision.baselines or decision.revision:
        from gate.reports import provenance_text

        words += provenance_text.head(decision)
    said = marks(decision)
    parts = [f"[{', '.join(said)}]"] * bool(said) + [page.say(word) for word in words if word]
    for index, line in enumerate(flow(parts, page.columns - _HEAD_AT) or [""]):
        page.wrapped(line, indent=_HEAD_AT if index else 0, lead="" if index else "gate  ", lead_style="strong")


def _messages(page: Page, decision: Decision) -> None:
    for message in decision.messages:
        page.gap()
        for line in message.split("\n"):  # already laid out, with its caret: not wrapped
            page.line(("  ", ""), (page.say(plain(line)), ""))


def draw_findings(page: Page, of: Outline, show_all: bool) -> Layout:
    """The findings as a table with what is to say about each, worst first."""
    shown = {here: of.findings[here] if show_all else of.findings[here][:MOST_ROWS] for here in (ORDER if show_all else SHOWN)}
    rows = {here: [row(page, here, finding) for finding in found] for here, found in shown.items()}
    to = layout([each for some in rows.values() for each in some], page.columns)
    for here, found in shown.items():
        said: set[tuple[str, str]] = set()
        for each, finding in zip(rows[here], found, strict=True):
            draw(page, each, to)
            if _below(page, finding, here, to, said) or to.stacked:
                page.gap()
        if more := len(of.findings[here]) - len(found):
            fold(page, here, page.say(f"… {more} more like these"), "--all shows them", to)
    if not show_all:
        for here in (Standing.LET_PASS, Standing.HOLDS):
            if count := len(of.findings[here]):
                hint = "--all shows it" if count == 1 else "--all shows them"
                days = sorted(finding.blocks_from for finding in of.findings[here] if finding.blocks_from)
                when = f", blocks from {brief(days[0])}" if days else ""
                fold(page, here, page.say(counted(of, here) + when), hint, to)
    return to


def _below(page: Page, finding: Finding, here: Standing, to: Layout, said: set[tuple[str, str]]) -> bool:
    """What is to say about a finding, if anything; for the many slices of one rule, each thing once."""
    remarks = unsaid(finding, said)
    where = place(finding) if here in SHOWN and not to.where and not to.stacked else ""
    if where and (finding.rule, where) not in said:
        said.add((finding.rule, where))
        name = next((text for kind, text in remarks if kind == "name"), "")
        remarks = [each for each in remarks if each.kind != "name"]
        remarks.append(Remark("name", f"{where}, {name}" if name else where))
    fresh = [each for each in remarks if here is not Standing.HOLDS or each.kind in ("note", "when")]
    for kind, text in fresh:
        page.wrapped(brief(text, LONGEST_TEXT), "dim" if kind in _QUIET else "", indent=6, lead=_LEAD.get(kind, ""))
    return bool(fresh)


def _notes(page: Page, decision: Decision, show_all: bool) -> None:
    if decision.notes:
        page.gap()
    for note in decision.notes:
        page.wrapped(brief(note.text, LONGEST_TEXT), indent=2, lead="note: ")
        if note.remedy:
            page.wrapped(brief(note.remedy, LONGEST_TEXT), indent=4, lead="→ ")
    if show_all and decision.unused:
        page.gap()
        names = ", ".join(brief(name) for name in decision.unused)
        page.wrapped(names, "dim", indent=2, lead="used by no rule: ")


def _actions(page: Page, decision: Decision) -> None:
    from gate.reports import acts

    page.gap()
    for bad, said, why in acts.lines(decision):
        page.wrapped(brief(said, LONGEST_TEXT), "red" if bad else "", indent=2)
        if why:
            page.wrapped(brief(why, LONGEST_TEXT), "dim", indent=4)


def _verdict(page: Page, decision: Decision, of: Outline, exit_code: int, reach: int) -> None:
    head, _, rest = answer(decision).partition(", ")
    said = head.upper() + (f", {rest}" if rest else "")
    end = f"exit {exit_code}"
    for counts in _counts(decision, of):
        line = f"{said}: {counts}" if counts else said
        if width(line) + 3 + len(end) <= page.columns:
            break
    edge = min(page.columns, max(_VERDICT_EDGE, reach))
    space = max(3, edge - width(line) - len(end))
    page.line((line, _VERDICT_STYLE.get(decision.verdict, "red strong")), (" " * space + end, "dim"))


def _counts(decision: Decision, of: Outline) -> list[str]:
    """What the verdict rests on, from the fullest wording to none, for the one that fits."""
    if decision.verdict is Verdict.ERROR:
        return ["the gate could not run", ""]
    if not decision.passed and not any(of.shown(BLOCKING)):
        return [unseen(decision), ""]
    told = tally(of, (*SHOWN, *GOOD) if decision.passed else SHOWN)
    shorter = [told[0].replace(" rules", "").replace(" rule", ""), *told[1:]] if told else []
    return [", ".join(told), *(", ".join(shorter[:count]) for count in range(len(told), 0, -1)), ""]
