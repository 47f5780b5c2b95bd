"""Two recorded runs compared: what is not the same about them, then how they were judged, then what they measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from gate.reports import comparison_json, comparison_markdown, comparison_text
from gate.reports.comparison import SHOWN, Row, equals, heads, rows, tally, verdicts
from gate.reports.history import ended, sign, when
from gate.reports.history_data import run_fields
from gate.reports.markdown_page import LIMIT
from gate.reports.neutral import Markdown, cell, code, say
from gate.reports.plain import brief
from gate.reports.terminal import Page, pad
from gate.terms.comparison import Comparison, Move, RunComparison, RunFact
from gate.terms.run import Run

FORMAT = 1
_KIND = {Move.WORSE: "fails", Move.BETTER: "holds", Move.CHANGED: "let-pass", Move.REMOVED: "let-pass", Move.ADDED: "let-pass"}
_SIGN = {Move.WORSE: "✗", Move.BETTER: "✓", Move.CHANGED: "~", Move.REMOVED: "−", Move.ADDED: "+"}
_DIGEST = 24
_INTERVALS = "In brackets: 95 % intervals of the change, as if A and B had been measured on different rows"


def render(form: str, comparison: RunComparison) -> str:
    """The comparison in one form: text, markdown, json or html."""
    if form == "json":
        return as_json(comparison)
    if form == "html":
        return as_page(comparison)
    return as_markdown(comparison) if form == "markdown" else as_text(comparison)


def as_text(
    comparison: RunComparison, *, columns: int = 100, colour: bool = False, ascii_only: bool = False, show_all: bool = False
) -> str:
    """For a terminal."""
    page = Page(columns, colour=colour, ascii_only=ascii_only)
    for letter, run in (("A", comparison.before), ("B", comparison.after)):
        told = f"run {brief(run.id)} of {brief(run.model)}, {when(run.started)} UTC: {sign(run)} {ended(run)}"
        page.wrapped(told, indent=0, lead=f"{letter}  ", lead_style="strong")
    page.gap()
    size = max((len(page.say(brief(_named(fact), 40))) for fact in comparison.facts), default=0)
    for fact in comparison.facts:
        before, after = (_value(each) for each in (fact.before, fact.after))
        page.wrapped(f"{before} → {after}", indent=2, lead=f"{pad(brief(_named(fact), 40), size)}  ", lead_style="dim")
    shape: dict[str, Any] = {"columns": columns, "colour": colour, "ascii_only": ascii_only, "show_all": show_all}
    parts = [comparison_text.render(each, **shape) for each in _parts(comparison)]
    return "\n".join((str(page), *parts)) + (f"{_INTERVALS}\n" if _has_intervals(comparison) else "")


def as_markdown(comparison: RunComparison) -> str:
    """For a comment."""
    lines = ["| | A | B |", "|---|---|---|"]
    names = ("run", "model", "started", "verdict")
    lines += [f"| {name} | {_of_run(comparison.before, name)} | {_of_run(comparison.after, name)} |" for name in names]
    for fact in comparison.facts:
        before, after = (cell(code(_value(each))) if each else Markdown("") for each in (fact.before, fact.after))
        lines.append(f"| {cell(code(fact.name)) if fact.of == 'param' else cell(say('{}', fact.name))} | {before} | {after} |")
    parts = [comparison_markdown.render(each, limit=LIMIT // 2 - 2000) for each in _parts(comparison)]
    return "\n".join(("\n".join(lines), "", *parts)) + (f"\n{_INTERVALS}.\n" if _has_intervals(comparison) else "")


def _of_run(run: Run, name: str) -> Markdown:
    at, verdict = say("{} UTC", when(run.started)), say("{}", ended(run))
    told = {"run": code(run.id), "model": code(run.model), "started": at, "verdict": verdict}
    return cell(told[name])


def as_json(comparison: RunComparison) -> str:
    """For programs."""
    data = {
        "format": FORMAT,
        "kind": "runs",
        "a": run_fields(comparison.before),
        "b": run_fields(comparison.after),
        "facts": [{"of": each.of, "name": each.name, "a": each.before, "b": each.after} for each in comparison.facts],
        "metrics": comparison_json.told(comparison.metrics),
        "decisions": comparison_json.told(comparison.decisions) if comparison.decisions else None,
    }
    return json.dumps(data, ensure_ascii=True, allow_nan=False, indent=1, sort_keys=True) + "\n"


def as_page(comparison: RunComparison) -> str:
    """As a web page that needs no network and has no script."""
    from gate.reports.html import content_security_policy, file, template

    styles, pair = [file("html.css")], (("A", comparison.before), ("B", comparison.after))
    return template("run_comparison.html.jinja").render(
        content_security_policy=Markup(content_security_policy([], styles).replace("script-src ;", "script-src 'none';")),
        style=Markup(styles[0]),
        runs=[(letter, run, sign(run), ended(run), when(run.started)) for letter, run in pair],
        facts=[(fact.of, fact.name, _value(fact.before), _value(fact.after)) for fact in comparison.facts],
        parts=[_part(each) for each in _parts(comparison)],
        headline=_headline(comparison),
        intervals=_INTERVALS if _has_intervals(comparison) else "",
    )


def _headline(comparison: RunComparison) -> str:
    if comparison.decisions is not None:
        return f"{verdicts(comparison.decisions)}: {tally(comparison.decisions)}"
    said = tally(comparison.metrics)
    return said[0].upper() + said[1:]


def _part(of: Comparison) -> dict[str, Any]:
    found: Sequence[Row] = rows(of)
    moved = [row for row in found if row.move in SHOWN]
    names = heads(of)
    kept = [at for at in range(3) if any(row.facts[at] for row in moved)]
    return {
        "title": "Rules" if names.label == "rule" else "Measurements",
        "label": names.label,
        "facts": [names.facts[at] for at in kept],
        "rows": [_cells(row, kept) for row in moved],
        "equal": equals(of),
        "tally": tally(of),
    }


def _cells(row: Row, kept: Sequence[int]) -> tuple[str, str, str, Row, list[str]]:
    return _KIND[row.move], _SIGN[row.move], row.facts[3] or row.move.value, row, [row.facts[at] for at in kept]


def _parts(comparison: RunComparison) -> list[Comparison]:
    return [*([comparison.decisions] if comparison.decisions else []), comparison.metrics]


def _has_intervals(comparison: RunComparison) -> bool:
    return any(each.interval for each in comparison.metrics.moves)


def _named(fact: RunFact) -> str:
    return f"{fact.of} {fact.name}" if fact.of == "param" else fact.name


def _value(text: str) -> str:
    """A digest is told apart by its start."""
    return brief(text[:_DIGEST] + "…" if len(text) == 64 and text.isalnum() else text) or "none"
