"""Tables of rules, and what gate says to them."""

from __future__ import annotations

import json
import re

import gate
from gate.errors import GateError
from gate.policy.load import loads
from gate.terms.decision import Verdict

TODAY = "2026-06-01"

_TABLE = r"(<!-- %s -->\n\|[^\n]+\n\|[^\n]+\n)(.*?)(?=^<!-- end -->$)"
_TRAPS = re.compile(_TABLE % "traps", re.DOTALL | re.MULTILINE)
_JUDGED = re.compile(_TABLE % "judged", re.DOTALL | re.MULTILINE)


def filled(page: str) -> str:
    """The page with the last column of its tables written."""
    return _JUDGED.sub(_judged, _TRAPS.sub(_traps, page))


def _traps(match: re.Match[str]) -> str:
    """Each policy line with the message that it gets."""
    return match[1] + "".join(f"| `{line}` | {_refusal(line)} |\n" for line in _cells(match[2]))


def _refusal(line: str) -> str:
    try:
        loads("gate: 1\nrules:\n  " + line.replace("⏎", "\n").replace("\\|", "|") + "\n", TODAY)
    except GateError as error:
        problem = error.problems[0]
        remedy = problem.remedy.replace("\n", "; ")
        # What the YAML parser says depends on its version.
        message = "not valid YAML" if problem.slug == "yaml-syntax" else problem.message
        return f"{message}<br>→ {remedy}".replace("|", "\\|") if remedy else message
    raise AssertionError(f"`{line}` is not refused")


def _judged(match: re.Match[str]) -> str:
    """Each rule with its outcome on the metrics beside it."""
    rows = [[cell.strip(" `") for cell in row.split("|")[1:4]] for row in match[2].splitlines()]
    return match[1] + "".join(_judged_row(*row) for row in rows)


def _judged_row(rule: str, metrics: str, baseline: str) -> str:
    policy = loads(f"gate: 1\nrules:\n  - {rule}\n", TODAY)
    given = json.loads(baseline) if baseline else None
    decision = gate.check(json.loads(metrics), policy, baseline=given, now=TODAY)
    (finding,) = decision.findings
    words = {"pass": "holds", "fail": "fails"}.get(finding.outcome.value, finding.outcome.value)
    reasons = "; ".join(dict.fromkeys(reason.text for reason in (*finding.reasons, *finding.notes)))
    warned = ", and the verdict is `warn`" if decision.verdict is Verdict.WARN else ""
    said = f"**{words}**{f' ({reasons})' if reasons else ''}{warned}"
    return f"| `{rule}` | `{metrics}` | {f'`{baseline}`' if baseline else ''} | {said} |\n"


def _cells(table: str) -> list[str]:
    """The code in the first column of a table."""
    return re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)
