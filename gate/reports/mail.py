"""The decision as the HTML of an e-mail: no script, no style sheet, nothing fetched; the whole page is attached to it."""

from __future__ import annotations

from markupsafe import Markup

from gate.reports import headline
from gate.reports.explanation import unsaid
from gate.reports.html_neutral import code, formula, link, say, words
from gate.reports.neutral import signs
from gate.reports.numbers import apart, number
from gate.reports.outline import Outline, Standing, label, outline
from gate.terms.decision import Decision, Finding, Verdict

MOST_ROWS = 20
_VOICE = headline.Voice(code, formula, say)
_COLOUR = {Verdict.PASS: "#136c31", Verdict.WARN: "#8a5200", Verdict.UNDECIDED: "#6639ba"}
_FAILS = "#b3202c"
_CELL = "padding:6px 12px 6px 0;border-bottom:1px solid #d1d9e0;vertical-align:top;text-align:{}"
_WORDS = {
    Standing.FAILS: "fails",
    Standing.UNDECIDED: "undecided",
    Standing.MISSING: "no value",
    Standing.WAIVED: "waived",
    Standing.WARNS: "warns",
}


def render(decision: Decision) -> str:
    """The page, ending in a newline."""
    of = outline(decision)
    first, others = headline.counts(of)
    parts = [
        Markup('<h1 style="font-size:20px;margin:0 0 8px;color:{}">{}</h1>').format(
            _COLOUR.get(decision.verdict, _FAILS), headline.headline(decision, of, _VOICE)
        ),
        Markup("<p>{}{}</p>").format(
            say("<strong>{}</strong>{}. ", first, others) if first else "", headline.origin(decision, _VOICE)
        ),
        _table(of),
        *_remarks(of),
        *(Markup("<p>{}</p>").format(words(" → ".join(filter(None, (note.text, note.remedy))))) for note in decision.notes[:10]),
    ]
    if decision.run_url:
        parts.append(Markup("<p>{}</p>").format(link(decision.run_url, "The job that judged")))
    parts.append(_foot(decision))
    inner = Markup("\n").join(parts)
    style = "font:15px/1.5 -apple-system,Segoe UI,Helvetica,Arial,sans-serif;color:#1f2328;max-width:720px;margin:16px"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>gate</title></head>\n'
        f'<body style="{style}">\n{inner}\n</body></html>\n'
    )


def _table(of: Outline) -> Markup:
    shown = list(of.shown())
    if not shown:
        return Markup("")
    head = Markup("").join(
        Markup('<th scope="col" style="{}">{}</th>').format(_CELL.format(side), name)
        for name, side in (("", "left"), ("Rule", "left"), ("Measured", "right"), ("Needs", "right"))
    )
    rows = Markup("\n").join(_row(here, finding) for here, finding in shown[:MOST_ROWS])
    more = Markup("<p>and {} more, in the attached report</p>").format(len(shown) - MOST_ROWS) if len(shown) > MOST_ROWS else ""
    return Markup(
        '<table style="border-collapse:collapse;font-size:14px"><thead><tr>{}</tr></thead>\n<tbody>{}</tbody></table>{}'
    ).format(head, rows, more)


def _row(here: Standing, finding: Finding) -> Markup:
    value, threshold = finding.value, finding.threshold
    shown, needed = apart(value, threshold) if value is not None and threshold is not None else ("", "")
    if threshold is None and value is not None:
        shown = number(value)
    cells = (
        (words(_WORDS[here] if value is None else here.value), "left"),
        (formula(label(finding)), "left"),
        (say("<strong>{}</strong> {}", shown, finding.unit) if shown else words("no value"), "right"),
        (say("{} {}", signs(finding.operator), needed) if needed else Markup(""), "right"),
    )
    row = Markup("").join(Markup('<td style="{}">{}</td>').format(_CELL.format(side), cell) for cell, side in cells)
    return Markup("<tr>{}</tr>").format(row)


def _remarks(of: Outline) -> list[Markup]:
    said: set[tuple[str, str]] = set()
    told: list[Markup] = []
    for _, finding in list(of.shown())[:MOST_ROWS]:
        lines = [each.text for each in unsaid(finding, said) if each.kind not in ("baseline", "name")]
        if lines:
            items = Markup("").join(Markup("<li>{}</li>").format(words(line)) for line in lines)
            told.append(Markup("<p>{}</p><ul>{}</ul>").format(formula(label(finding)), items))
    return told


def _foot(decision: Decision) -> Markup:
    facts = [say("gate {}", decision.gate_version)]
    facts += [say("policy {} sha256 {}", code(each.file), code(each.sha256[:12])) for each in decision.policies[:5]]
    facts += [say("judged {}", decision.judged_at)] * bool(decision.judged_at)
    return Markup('<p style="color:#59636e;font-size:12px">{}</p>').format(Markup(" · ").join(facts))
