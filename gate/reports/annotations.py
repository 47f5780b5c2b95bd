"""The decision as GitHub's workflow commands: an annotation at the line of each rule that does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gate.errors import Place
from gate.reports.explanation import explain
from gate.reports.numbers import apart
from gate.reports.outline import BLOCKING, Standing, distance, label, marks, outline, verb
from gate.reports.plain import LONGEST_TEXT, brief, plain, posix
from gate.terms.decision import Decision, Finding, Outcome

MOST = 10  # of a level in a step; GitHub drops what comes after without a word
MOST_SLICES = 10
_TOLD = ("reason", "part", "share", "waiver", "remedy")


def render(decision: Decision) -> str:
    """The commands for standard output, a line each, the worst first; empty where there is nothing to say.

    A rule has one annotation, however many slices it fails on. At most 10 errors and 10 warnings, then a notice with
    the number of the rest.
    """
    of, mark = outline(decision), "".join(f"{each}: " for each in marks(decision))
    errors = [
        _command("error", f"{mark}gate could not run", message.split("\n"), _place(message)) for message in decision.messages
    ]
    errors += [_annotation("error", findings, mark) for findings in _by_rule(of.shown(BLOCKING))]
    warnings = [_annotation("warning", findings, mark) for findings in _by_rule(of.shown((Standing.WAIVED, Standing.WARNS)))]
    lines = errors[:MOST] + warnings[:MOST]
    rest = [f"+{len(some) - MOST} more {what}" for some, what in ((errors, "errors"), (warnings, "warnings")) if len(some) > MOST]
    if rest:
        lines.append(_command("notice", f"{mark}gate", [f"{', '.join(rest)}: the report lists them all"]))
    return "".join(f"{line}\n" for line in lines)


def _place(message: str) -> Place | None:
    """Where a message says that it stands: `gate.yaml:4:12: …`."""
    found = re.match(r"([^\n]+?):([0-9]{1,9}):([0-9]{1,9}): ", message)
    return Place(found[1], int(found[2]), int(found[3])) if found else None


def _by_rule(shown: Iterable[tuple[Standing, Finding]]) -> list[list[Finding]]:
    """The findings of each rule with one outcome, together."""
    found: dict[tuple[str, str, Outcome], list[Finding]] = {}
    for _, finding in shown:
        found.setdefault((finding.policy, finding.rule, finding.outcome), []).append(finding)
    return list(found.values())


def _annotation(level: str, findings: list[Finding], mark: str) -> str:
    first = findings[0]
    became = verb(first.outcome, first.value)
    if len(findings) == 1:
        title, lines = f"{label(first)} {became}", [_fact(first)]
    else:
        title = f"{first.expression} {became} on {len(findings)} slices"
        lines = [f"{each.slice}: {_fact(each) or became}" for each in findings[:MOST_SLICES]]
        lines += [f"and {len(findings) - MOST_SLICES} more"] if len(findings) > MOST_SLICES else []
    lines += [("→ " if kind == "remedy" else "") + text for kind, text in explain(first) if kind in _TOLD]
    return _command(level, mark + title, [line for line in lines if line] or [title], first.where)


def _fact(finding: Finding) -> str:
    if finding.value is None or finding.threshold is None:
        return ""
    value, threshold = apart(finding.value, finding.threshold)
    far = distance(finding)
    return f"{value}, needs {finding.operator} {threshold}" + (f": {far}" if far else "")


def _command(level: str, title: str, lines: list[str], where: Place | None = None) -> str:
    properties = {"title": brief(title)}
    if where:
        spot = {"file": posix(where.file), "line": where.line, "col": where.column}
        properties = {**{name: plain(str(value)) for name, value in spot.items() if value}, **properties}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {written}::{_data(chr(10).join(brief(line, LONGEST_TEXT) for line in lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
