"""The decision as GitHub-flavoured Markdown: a pull request's comment, a step summary, a notebook."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from gate.reports import acts, headline
from gate.reports.cells import Row, row
from gate.reports.explanation import unsaid
from gate.reports.markdown_page import LIMIT, template
from gate.reports.matrix import matrix
from gate.reports.neutral import Markdown, block, code, formula, say, words
from gate.reports.outline import (
    Outline,
    Standing,
    counted,
    label,
    outline,
    verb,
)
from gate.reports.provenance_markdown import changes, lost_cases, policy_from
from gate.reports.slice_charts import Charts, slice_charts
from gate.terms.decision import Decision, Finding, Verdict

LONGEST_URL = 500

VERDICT_SIGN = {Verdict.PASS: "✅", Verdict.WARN: "⚠️", Verdict.UNDECIDED: "❔", Verdict.FAIL: "⛔", Verdict.ERROR: "🛑"}
VOICE = headline.Voice(code, formula, say)


class Room(NamedTuple):
    """How much of each is told."""

    rows: int = 100
    paragraphs: int = 30
    holding: int = 100
    unused: int = 200
    notes: int = 30
    lines: int = 200
    charts: int = 5
    cases: int = 20
    changes: int = 30
    classes: int = 12


# In this order things go when a report is too long: what no rule uses, charts, what holds, explanations, findings; and
# always whole rows, paragraphs and sections, so that nothing stays open.
PLANS = (
    Room(),
    Room(unused=0),
    Room(unused=0, charts=0),
    Room(unused=0, charts=0, holding=0, classes=0),
    Room(50, 10, 0, 0, 10, 100, 0, 10, 10, 0),
    Room(20, 0, 0, 0, 3, 20, 0, 0, 3, 0),
    Room(0, 0, 0, 0, 0, 5, 0, 0, 0, 0),
)


class Table(NamedTuple):
    """Findings as rows; `more` is how many are not there.

    The title stands in a line of HTML, where Markdown neutralises nothing: it holds gate's own words only.
    """

    title: str
    rows: list[Row]
    more: int
    caption: Markdown


class Paragraph(NamedTuple):
    """What is to say about a finding."""

    head: Markdown
    lines: list[Markdown]


def render(decision: Decision, *, limit: int = LIMIT) -> str:
    """The report as Markdown of at most `limit` characters (no less than 10,000 is sure to be kept), ending in a newline.

    Where it would be longer, whole sections are left out in the order of `PLANS`, and it says which.
    """
    page, of, text = template("markdown.md.jinja"), outline(decision), ""
    charts = slice_charts(decision, Room().charts)
    for room in PLANS:
        text = page.render(_view(decision, of, charts, room))
        if len(text) <= limit:
            break
    return text


def _view(decision: Decision, of: Outline, charts: Charts, room: Room) -> dict[str, Any]:
    shown = list(of.shown())
    paragraphs = _paragraphs(shown[: room.rows])
    return {
        "sign": Markdown(VERDICT_SIGN[decision.verdict]),
        "headline": headline.headline(decision, of, VOICE),
        "tally": _tally(decision, of),
        "messages": _messages(decision, room.lines),
        "since_what": headline.since(decision, VOICE),
        "main": _table("", shown, room.rows),
        "paragraphs": paragraphs[: room.paragraphs],
        "lost": lost_cases(decision, room.cases) if room.cases else None,
        "changes": changes(decision.proposed, room.changes),
        "notes": decision.notes[: room.notes],
        "follows": acts.lines(decision)[: room.notes],
        "charts": charts if room.charts else None,
        "matrix": matrix(decision, room.classes),
        "folds": [fold for here in (Standing.LET_PASS, Standing.HOLDS) if (fold := _fold(of, here, room.holding)).rows],
        "waivers": [(formula(label(each)), each.waiver) for each in of.findings[Standing.WAIVED][: room.paragraphs]],
        "unused": decision.unused[: room.unused],
        "more_unused": len(decision.unused) - room.unused if 0 < room.unused < len(decision.unused) else 0,
        "left_out": _left_out(decision, of, room, len(paragraphs), bool(charts.drawn)),
        "whole": _whole(decision.run_url),
        "footer": _footer(decision),
    }


def _left_out(decision: Decision, of: Outline, room: Room, paragraphs: int, charts: bool) -> list[str]:
    """What the reader does not see at all, or not all of, for want of room."""
    gone = {
        "the metrics that no rule uses": bool(decision.unused) and not room.unused,
        "charts": charts and not room.charts,
        "what holds": bool(of.findings[Standing.HOLDS] or of.findings[Standing.LET_PASS]) and not room.holding,
        "explanations": paragraphs > room.paragraphs,
        "the confusion matrix": not room.classes and matrix(decision, Room().classes) is not None,
        "lost cases": bool(decision.lost) and not room.cases,
        "notes": len(decision.notes) > room.notes,
        "all findings": not room.rows and any(of.shown()),
    }
    return [what for what, is_gone in gone.items() if is_gone]


def _whole(run_url: str) -> Markdown:
    """Where to find what is left out; an address with anything in it that is more than an address is no link."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.:-]+(?:/[\w./?=&%~+-]*)?", run_url, re.ASCII) or len(run_url) > LONGEST_URL:
        return Markdown("decision.json")
    return Markdown(f"decision.json of [this run]({run_url.replace('_', '%5F')})")


def _tally(decision: Decision, of: Outline) -> Markdown:
    """The counts, unless the headline has said them all; which commit, and against what."""
    first, others = headline.counts(of)
    said = [say("**{}**{}.", first, others)] if first else []
    if origin := headline.origin(decision, VOICE):
        said.append(Markdown(origin))
    return Markdown(" ".join(said))


def _messages(decision: Decision, most: int) -> Markdown:
    lines = [line for message in decision.messages for line in (*message.split("\n"), "")][:-1]
    if len(lines) > most:
        lines = [*lines[:most], f"… and {len(lines) - most} lines more"]
    return block(lines) if lines else Markdown("")


def _table(title: str, findings: list[tuple[Standing, Finding]], most: int) -> Table:
    shown = findings[:most]
    return Table(
        title,
        [row(*each) for each in shown],
        len(findings) - len(shown),
        Markdown(headline.legend(finding for _, finding in shown)),
    )


def _paragraphs(shown: list[tuple[Standing, Finding]]) -> list[Paragraph]:
    """For the many slices of one rule, each thing is said once."""
    told: list[Paragraph] = []
    said: set[tuple[str, str]] = set()
    for here, finding in shown:
        lines = [_line(*each) for each in unsaid(finding, said) if each.kind not in ("baseline", "name")]
        owner = finding.owner if not finding.why and (finding.rule, finding.owner) not in said else ""
        said.add((finding.rule, finding.owner))
        if lines or owner:
            who = say(" ({})", code(owner)) if owner else ""
            warns = ", as a warning" if here is Standing.WARNS else ""
            said_of_it = verb(finding.outcome, finding.value)
            told.append(Paragraph(say("**{}** {}{}{}", formula(label(finding)), said_of_it, warns, who), lines))
    return told


def _line(kind: str, text: str) -> Markdown:
    if kind == "remedy":
        return say("→ {}", text)
    return say("<em>{}</em>", text) if kind == "why" else words(text)


def _fold(of: Outline, here: Standing, most: int) -> Table:
    findings = [(here, finding) for finding in of.findings[here]]
    return _table(counted(of, here), findings, most)


def _footer(decision: Decision) -> list[Markdown]:
    facts = [say("gate {}", decision.gate_version)] if decision.gate_version else [Markdown("gate")]
    facts += [say("policy {} sha256 {}", code(each.file), code(each.sha256[:12])) for each in decision.policies[:5]]
    if trusted := policy_from(decision):
        facts.append(trusted)
    for each in decision.inputs[:5]:
        role = words(each.role) if each.role in ("metrics", "baseline") else code(each.role)
        facts.append(say("{} {} sha256 {}", role, code(each.name), code(each.sha256[:12])))
    facts += [say("model {} sha256 {}", code(each.name), code(each.sha256[:12])) for each in decision.model[:5]]
    evidence = [finding.evidence for finding in decision.findings]
    kinds = sorted(set(evidence))
    if kinds:
        counted = kinds[0] if len(kinds) == 1 else ", ".join(f"{evidence.count(each)} {each}" for each in kinds)
        facts.append(say("evidence {}", counted))
    return facts + ([say("judged {}", decision.judged_at)] if decision.judged_at else [])
