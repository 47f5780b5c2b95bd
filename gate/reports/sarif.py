"""The decision as SARIF 2.1.0: what code scanning shows at the policy's lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from gate.errors import Place
from gate.reports.entries import conclusion, fingerprint, fingerprints, lines, place_in, silent, spot, title
from gate.reports.neutral import code, formula, words
from gate.reports.outline import SHOWN, Outline, Standing, outline, standing_of
from gate.reports.plain import LONGEST_TEXT, brief, plain
from gate.terms.decision import Decision, Finding, Level, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/mlgate/gate"
_DOCS = f"{HOME}/blob/main/docs"
_ORDER = (*SHOWN, Standing.LET_PASS)
_LEVEL = {Standing.WAIVED: "warning", Standing.WARNS: "warning", Standing.LET_PASS: "note"}
_RULE_LEVEL = {Level.BLOCK: "error", Level.WARN: "warning", Level.INFO: "note"}
_COULD_NOT_RUN, _VERDICT = "gate/could-not-run", "gate/verdict"
_OWN_RULES = {
    _COULD_NOT_RUN: ("The gate could not run", f"{_DOCS}/errors.md"),
    _VERDICT: ("The verdict, where no finding explains it", f"{_DOCS}/exit-codes.md"),
}


def render(decision: Decision) -> str:
    """A run with a result for each finding that does not hold, worst first, ending in a newline.

    What blocks has the level `error`, and so has what kept the gate from running: there is one whenever the exit code
    is not 0. A waiver is a suppression, and what it covers a `warning`. The exit code and the verdict are in the
    invocation. A result keeps its fingerprint as long as its rule and its slice keep their names.
    """
    of = outline(decision)
    ids = _rule_ids(decision)
    rules = _rules(decision, ids, of)
    index = {rule["id"]: at for at, rule in enumerate(rules)}
    results = [*_own_results(decision, of), *_results(decision, ids)]
    run = {
        "tool": {"driver": _driver(decision, rules)},
        "automationDetails": {"id": f"gate/{brief(decision.name)}/" if decision.name else "gate/"},
        "invocations": [_invocation(decision, of)],
        "results": [{**each, "ruleIndex": index[each["ruleId"]]} for each in results],
        "columnKind": "unicodeCodePoints",
        "properties": _facts(decision),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _driver(decision: Decision, rules: list[dict[str, Any]]) -> dict[str, Any]:
    version = {"version": brief(decision.gate_version)} if decision.gate_version else {}
    return {"name": "gate", **version, "informationUri": HOME, "rules": rules}


# -- rules


def _rule_ids(decision: Decision) -> dict[tuple[str, str], str]:
    """A name for each rule of each policy: the rule's own, with the policy's before it where two have the same."""
    owners: dict[str, dict[str, None]] = {}
    for finding in decision.findings:
        owners.setdefault(finding.rule, {})[finding.policy] = None
    told: dict[tuple[str, str], str] = {}
    taken: set[str] = set(_OWN_RULES)
    for rule, policies in owners.items():
        for policy in policies:
            name = brief(rule if len(policies) == 1 else f"{policy}/{rule}")
            if name in taken:  # cut to the same letters, or one of gate's own
                name = f"{name} {fingerprint(policy, rule)[:8]}"
            taken.add(name)
            told[policy, rule] = name
    return told


def _rules(decision: Decision, ids: dict[tuple[str, str], str], of: Outline) -> list[dict[str, Any]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in decision.findings:
        grouped.setdefault(ids[finding.policy, finding.rule], []).append(finding)
    own = [_COULD_NOT_RUN] * bool(decision.messages) + [_VERDICT] * silent(decision, of)
    return [*map(_own_rule, own), *(_rule(name, findings) for name, findings in grouped.items())]


def _own_rule(name: str) -> dict[str, Any]:
    text, uri = _OWN_RULES[name]
    return {
        "id": name, "shortDescription": {"text": text}, "fullDescription": {"text": text}, "helpUri": uri,
        "help": {"text": f"See {uri}"}, "defaultConfiguration": {"level": "error"},
    }  # fmt: skip


def _rule(name: str, findings: list[Finding]) -> dict[str, Any]:
    first = findings[0]
    pages = _pages(findings)
    why = [brief(first.why, LONGEST_TEXT)] if first.why else []
    owner = [f"Owner: {brief(first.owner)}"] if first.owner else []
    text = [brief(first.expression, LONGEST_TEXT), *why, *owner, *(f"See {page}" for page in pages)]
    shown: list[str] = [formula(first.expression), *([words(first.why)] if first.why else [])]
    shown += [f"Owner: {code(first.owner)}"] if first.owner else []
    shown += [f"[{page.rpartition('/')[2]}]({page})" for page in pages]
    return {
        "id": name,
        "shortDescription": {"text": _unlinked(brief(first.expression, LONGEST_TEXT))},
        "fullDescription": {"text": _unlinked(". ".join(text[: 1 + len(why)]))},
        "helpUri": pages[0],
        "help": {"text": _unlinked("\n".join(text)), "markdown": "\n\n".join(shown)},
        "defaultConfiguration": {"level": _RULE_LEVEL[first.level]},
    }


def _pages(findings: list[Finding]) -> list[str]:
    """Where the documentation tells of the reasons; of rules, where there are none."""
    slugs = dict.fromkeys(reason.slug for finding in findings for reason in finding.reasons)
    told = [f"{_DOCS}/errors.md#{slug}" for slug in slugs if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)]
    return told[:5] or [f"{_DOCS}/rules.md"]


# -- results


def _own_results(decision: Decision, of: Outline) -> list[dict[str, Any]]:
    """What is to be said beside the findings."""
    told = [
        _result(_COULD_NOT_RUN, "error", _text(message.split("\n")), spot(decision, place_in(message)), fingerprint(message))
        for message in decision.messages
    ]
    if silent(decision, of):
        text = _text([conclusion(decision, of)])
        told.append(_result(_VERDICT, "error", text, spot(decision, None), fingerprint(_VERDICT, decision.name)))
    return told


def _results(decision: Decision, ids: dict[tuple[str, str], str]) -> list[dict[str, Any]]:
    """A result for each finding that does not hold, worst first: of very many, code scanning shows the first ones."""
    found = [
        (_ORDER.index(here), finding, mark)
        for finding, mark in zip(decision.findings, fingerprints(decision.findings), strict=True)
        if (here := standing_of(finding)) is not Standing.HOLDS
    ]
    return [_finding(decision, each, ids, mark) for _, each, mark in sorted(found, key=lambda one: one[0])]


def _finding(decision: Decision, finding: Finding, ids: dict[tuple[str, str], str], mark: str) -> dict[str, Any]:
    level = _LEVEL.get(standing_of(finding), "error")
    text = _text([title(finding), *lines(finding)])
    told = _result(ids[finding.policy, finding.rule], level, text, spot(decision, finding.where, finding), mark)
    told["properties"] = {"outcome": finding.outcome.value, "slice": brief(str(finding.slice))}
    if finding.waiver:
        why = f"until {finding.waiver.until} by {finding.waiver.by}: {finding.waiver.why}"
        told["suppressions"] = [{"kind": "external", "status": "accepted", "justification": brief(why, LONGEST_TEXT)}]
    return told


def _result(rule: str, level: str, text: str, where: Place, mark: str) -> dict[str, Any]:
    region = {"startLine": where.line, **({"startColumn": where.column} if where.column else {})}
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(where.file)}, "region": region}}],
        # GitHub looks at the first one alone, and else takes two slices of one line for the same alert.
        "partialFingerprints": {"primaryLocationLineHash": mark, "gateRuleAndSlice/v1": mark},
    }


def _text(told: Iterable[str]) -> str:
    return _unlinked("\n".join(brief(line, LONGEST_TEXT) for line in told))


def _unlinked(text: str) -> str:
    """The text without what a viewer takes for a link, `[text](target)`, in a plain message too."""
    return text.replace("](", "] (")


def _uri(path: str) -> str:
    """The path as a URI reference, relative where it is."""
    safe = "".join(
        character if character.isascii() and (character.isalnum() or character in "/-._~") else _percent(character)
        for character in plain(path)
    )
    if path.startswith("/"):
        return f"file://{safe}"
    return f"file:///{safe}" if re.match(r"[A-Za-z]:/", path) else safe


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


# -- the run


def _invocation(decision: Decision, of: Outline) -> dict[str, Any]:
    told: dict[str, Any] = {
        "executionSuccessful": decision.verdict is not Verdict.ERROR,
        "exitCode": decision.exit_code,
        "exitCodeDescription": brief(conclusion(decision, of), LONGEST_TEXT),
    }
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", decision.judged_at):
        told["endTimeUtc"] = decision.judged_at
    if decision.messages:
        told["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": _text(message.split("\n"))}} for message in decision.messages
        ]
    return told


def _facts(decision: Decision) -> dict[str, Any]:
    policies = [{"name": brief(each.name), "file": brief(each.file), "sha256": brief(each.sha256)} for each in decision.policies]
    inputs = [{"role": brief(each.role), "name": brief(each.name), "sha256": brief(each.sha256)} for each in decision.inputs]
    told = {"verdict": decision.verdict.value, "advisory": decision.advisory, "simulatedClock": decision.simulated}
    return {**told, "commit": brief(decision.commit), "policies": policies, "inputs": inputs}
