"""A finding as a list of problems shows it: what it comes to in a few lines, where it stands, and a mark to know it by again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from gate.errors import Place
from gate.reports.explanation import explain
from gate.reports.numbers import apart
from gate.reports.outline import BLOCKING, GOOD, SHOWN, Outline, answer, distance, label, marks, tally, unseen, verb
from gate.reports.plain import posix
from gate.terms.decision import Decision, Finding, PolicyIdentity, Verdict

_TOLD = ("reason", "sure", "part", "share", "waiver", "when", "note", "remedy")


def conclusion(decision: Decision, of: Outline) -> str:
    """The answer and what it rests on, in a line: "Do not deploy: 1 rule fails, 1 warns"."""
    head = " · ".join((answer(decision), *marks(decision)))
    if decision.verdict is Verdict.ERROR:
        return f"{head}: the gate could not run"
    if not decision.passed and not any(of.shown(BLOCKING)):
        return f"{head}: {unseen(decision)}"
    counts = tally(of, SHOWN) or tally(of, GOOD)
    return f"{head}: {', '.join(counts)}" if counts else head


def silent(decision: Decision, of: Outline) -> bool:
    """Whether the model may not be deployed and neither a finding nor a message says why."""
    return not decision.passed and not decision.messages and not any(of.shown(BLOCKING))


def title(finding: Finding) -> str:
    """The finding in a line: "recall >= 0.85 fails"."""
    return f"{label(finding)} {verb(finding.outcome, finding.value)}"


def fact(finding: Finding) -> str:
    """What was measured beside what is needed; empty where one of them is not known."""
    if finding.value is None or finding.threshold is None:
        return ""
    value, threshold = apart(finding.value, finding.threshold)
    far = distance(finding)
    return f"{value}, needs {finding.operator} {threshold}" + (f": {far}" if far else "")


def lines(finding: Finding) -> list[str]:
    """The fact and what explains it, a sentence each; nothing in it is neutralised yet."""
    told = [("→ " if kind == "remedy" else "") + text for kind, text in explain(finding) if kind in _TOLD]
    return [line for line in (fact(finding), *told) if line]


def place_in(message: str) -> Place | None:
    """Where a message says that it stands: `gate.yaml:4:12: …`."""
    found = re.match(r"([^\n]+?):([0-9]{1,9}):([0-9]{1,9}): ", message)
    return Place(found[1], int(found[2]), int(found[3])) if found else None


def policy_of(decision: Decision, finding: Finding) -> PolicyIdentity | None:
    """The policy that judged: known by its file, else by its name."""
    named = [each for each in decision.policies if finding.policy in (each.file, each.name)]
    return next((each for each in named if each.file == finding.policy), named[0] if named else None)


def spot(decision: Decision, where: Place | None, finding: Finding | None = None) -> Place:
    """A place for what has none of its own: the first line of the policy. Lines count from 1, and the path has `/`."""
    if where and where.file:
        return Place(posix(where.file), max(1, where.line), where.column)
    policy = policy_of(decision, finding) if finding else next(iter(decision.policies), None)
    return Place(posix(policy.file if policy else finding.policy if finding else "") or "gate.yaml", 1)


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """For each finding 32 hexadecimal digits: the same for a rule of a policy on a slice in every run, whatever is measured."""
    return numbered(
        [fingerprint(each.policy, each.rule, *(text for part in each.slice.parts for text in part)) for each in findings]
    )


def fingerprint(*texts: str) -> str:
    """32 hexadecimal digits that stand for these texts in this order."""
    written = "".join(f"{len(text)}:{text}" for text in texts)
    return sha256(written.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def numbered(names: Iterable[str]) -> list[str]:
    """The names, those that come again with their number behind them: no list may drop the second one as known."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return told
