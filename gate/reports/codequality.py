"""The decision as GitLab's code quality report: what a merge request shows at the policy's lines."""

from __future__ import annotations

import json
from typing import Any

from gate.errors import Place
from gate.reports.entries import conclusion, fact, fingerprint, fingerprints, place_in, spot, title
from gate.reports.outline import SHOWN, Standing, outline, standing_of
from gate.reports.plain import LONGEST_TEXT, brief, plain
from gate.terms.decision import Decision, Finding, Verdict

_SEVERITY = {
    Standing.FAILS: "blocker", Standing.UNDECIDED: "critical", Standing.MISSING: "critical", Standing.WAIVED: "minor",
    Standing.WARNS: "major", Standing.LET_PASS: "info",
}  # fmt: skip
_VERDICT_SEVERITY = {Verdict.ERROR: "blocker", Verdict.FAIL: "blocker", Verdict.UNDECIDED: "critical", Verdict.WARN: "major"}
_ORDER = (*SHOWN, Standing.LET_PASS)
_LEAD = {Standing.WAIVED: "waived: ", Standing.WARNS: "warning: "}


def render(decision: Decision) -> str:
    """A JSON array with an entry for each finding that does not hold, worst first, ending in a newline.

    The first entry is the verdict, unless that is `pass`. There is an entry of severity `blocker` or `critical` whenever
    the exit code is not 0. GitLab shows what is new against the target branch, by the fingerprints: they stay the same
    as long as the policy's file, the rule's id and the slice do.
    """
    entries = [*_verdict(decision), *_messages(decision), *_findings(decision)]
    body = ",\n".join(f" {json.dumps(each, ensure_ascii=True)}" for each in entries)
    return f"[\n{body}\n]\n" if body else "[]\n"


def _verdict(decision: Decision) -> list[dict[str, Any]]:
    severity = _VERDICT_SEVERITY.get(decision.verdict)
    if severity is None:
        return []
    mark = fingerprint("verdict", decision.verdict.value, *(each.file for each in decision.policies))
    text = (
        f"{decision.name}: {conclusion(decision, outline(decision))}"
        if decision.name
        else conclusion(decision, outline(decision))
    )
    return [_entry("gate/verdict", severity, text, spot(decision, None), mark)]


def _messages(decision: Decision) -> list[dict[str, Any]]:
    return [
        _entry(
            "gate/could-not-run", "blocker", message.replace("\n", " "), spot(decision, place_in(message)), fingerprint(message)
        )
        for message in decision.messages
    ]


def _findings(decision: Decision) -> list[dict[str, Any]]:
    found = [
        (_ORDER.index(here), _finding(decision, finding, here, mark))
        for finding, mark in zip(decision.findings, fingerprints(decision.findings), strict=True)
        if (here := standing_of(finding)) is not Standing.HOLDS
    ]
    return [entry for _, entry in sorted(found, key=lambda one: one[0])]


def _finding(decision: Decision, finding: Finding, here: Standing, mark: str) -> dict[str, Any]:
    told = [f"{_LEAD.get(here, '')}{title(finding)}", *([fact(finding)] if fact(finding) else [])]
    told += [reason.text for reason in finding.reasons[:1]]
    told += [f"waived until {finding.waiver.until} by {finding.waiver.by}: {finding.waiver.why}"] if finding.waiver else []
    return _entry(finding.rule, _SEVERITY[here], "; ".join(told), spot(decision, finding.where, finding), mark)


def _entry(name: str, severity: str, text: str, where: Place, mark: str) -> dict[str, Any]:
    return {
        "description": brief(text, LONGEST_TEXT),
        "check_name": brief(name),
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": plain(where.file.removeprefix("./")), "lines": {"begin": where.line}},
    }
