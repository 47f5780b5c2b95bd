"""An in-toto statement (v1) that says which model the decision is about: its predicate is in-toto's test result (v0.1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from gate.errors import Problem, UsageError
from gate.reports import json as decision_json
from gate.reports.plain import posix
from gate.terms.decision import Decision, Finding, Level, ModelIdentity, Outcome, Verdict

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
FORMAT = 1  # of the remarks on the decision
RESULTS = {Verdict.PASS: "PASSED", Verdict.WARN: "WARNED", Verdict.FAIL: "FAILED", Verdict.UNDECIDED: "FAILED"}


def render(decision: Decision) -> str:
    """The statement as JSON that ends in a newline. Raises UsageError where there is no verdict, or no model.

    Subjects are the model's digest under its name, and that of each of its files under `name/path`. What judged and what
    went in stands in `configuration`, with a `role`; the decision's own entry has the digest of decision.json.
    """
    if not decision.model:
        remedy = "name the model's files or folder: `--model PATH`"
        raise UsageError(Problem("no-model", "an attestation says which model it is about", remedy=remedy))
    if decision.verdict not in RESULTS:
        raise UsageError(Problem("nothing-to-attest", "there is no verdict to attest", remedy="see why the gate could not run"))
    statement = {
        "_type": STATEMENT,
        "subject": [_resource(name, digest) for model in decision.model for name, digest in subjects(model)],
        "predicateType": TEST_RESULT,
        "predicate": _predicate(decision),
    }
    return json.dumps(_text(statement), indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _text(value: Any) -> Any:
    """The value with texts that UTF-8 can carry, as in-toto asks: half a surrogate pair is shown as what it is."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_text(each) for each in value]
    return {_text(key): _text(each) for key, each in value.items()} if isinstance(value, dict) else value


def subjects(model: ModelIdentity) -> Iterator[tuple[str, str]]:
    """Names and SHA-256: the model's own, then its files'."""
    yield model.name, model.sha256
    for file in model.files:
        yield f"{model.name}/{file.name}", file.sha256


def _resource(name: str, digest: str, **remarks: Any) -> dict[str, Any]:
    """An in-toto resource descriptor."""
    return {"name": name, "digest": {"sha256": digest}, **({"annotations": remarks} if remarks else {})}


def _predicate(decision: Decision) -> dict[str, Any]:
    named = len(decision.policies) > 1
    passed, warned, failed = (
        list(dict.fromkeys(_name(each, named) for each in decision.findings if _counts(each, effects)))
        for effects in ((Verdict.PASS,), (Verdict.WARN,), (Verdict.FAIL, Verdict.UNDECIDED, Verdict.ERROR))
    )
    return {
        "result": RESULTS[decision.verdict],
        "configuration": list(_configuration(decision)),
        **({"url": decision.run_url} if decision.run_url else {}),
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    }


def _counts(finding: Finding, effects: Iterable[Verdict]) -> bool:
    """Whether it has one of these effects; what does not hold and yet has none is no passed test."""
    return finding.effect in effects and (finding.effect is not Verdict.PASS or finding.outcome is Outcome.PASS)


def _name(finding: Finding, with_policy: bool) -> str:
    name = f"{finding.rule}[{finding.slice}]" if finding.slice else finding.rule
    return f"{posix(finding.policy)}: {name}" if with_policy else name


def _configuration(decision: Decision) -> Iterator[dict[str, Any]]:
    for policy in decision.policies:
        yield _resource(posix(policy.file), policy.sha256, role="resolved policy", policy=policy.name, advisory=policy.advisory)
    for given in decision.inputs:
        of = {"role": "metrics"} if given.role == "metrics" else {"role": "baseline", "baseline": given.role}
        yield _resource(posix(given.name), given.sha256, **of, format=given.format)
    digest = sha256(decision_json.render(decision).encode()).hexdigest()
    yield _resource("decision.json", digest, role="decision", **_remarks(decision))


def _remarks(decision: Decision) -> dict[str, Any]:
    """What a deploy step asks of a decision and in-toto's test result has no field for."""
    claimed = list(dict.fromkeys(each.rule for each in decision.findings if _rests_on_claims(each)))
    told: dict[str, Any] = {
        "format": FORMAT,
        "verdict": decision.verdict.value,
        "judgedAt": decision.judged_at,
        "simulated": decision.simulated,
        "gateVersion": decision.gate_version,
        "commit": decision.commit,
        "evidence": "claimed" if claimed or not decision.findings else "measured",
        "claimed": claimed,
        "waivers": [_waiver(each) for each in decision.findings if each.waiver],
    }
    if decision.revision:
        of = decision.revision
        told["policyFrom"] = {"ref": of.ref, "commit": of.commit, "by": of.by, "first": of.first}
    return told


def _rests_on_claims(finding: Finding) -> bool:
    return finding.level is not Level.INFO and finding.evidence != "measured"


def _waiver(finding: Finding) -> dict[str, str]:
    assert finding.waiver is not None
    used = finding.waiver
    return {"rule": finding.rule, "slice": str(finding.slice), "until": used.until, "by": used.by, "why": used.why}
