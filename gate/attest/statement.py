"""A statement read back: what an attestation claims, checked for shape and for agreeing with itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gate.documents import json
from gate.documents.document import DocumentError, decode
from gate.errors import InputError, Place, Problem
from gate.record import dataclass
from gate.reports.intoto import FORMAT, RESULTS, STATEMENT, TEST_RESULT
from gate.terms.decision import Verdict

_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Judge:
    """A policy that judged: its file's name and the digest of what it resolves to."""

    file: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Permission:
    """A waiver that was used; `until` is an ISO date, empty where it has no end."""

    rule: str
    slice: str
    until: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is claimed of a model. `first` says that the change's own policy judged: the trusted revision had none.

    `passed`, `warned` and `failed` are rules by name, `claimed` those that rest on numbers that gate did not measure.
    """

    subjects: tuple[tuple[str, str], ...]
    policies: tuple[Judge, ...]
    verdict: Verdict
    judged_at: str
    simulated: bool
    gate_version: str
    commit: str
    url: str
    evidence: str
    advisory: bool
    first: bool
    passed: tuple[str, ...]
    warned: tuple[str, ...]
    failed: tuple[str, ...]
    claimed: tuple[str, ...]
    waivers: tuple[Permission, ...]


class _WrongError(Exception):
    """What is wrong, in words."""


def read(payload: bytes, file: str) -> Statement:
    """The statement in the bytes of a payload. Raises InputError: another format, a part that is missing or disagrees."""
    try:
        document = json.load(decode(payload, file), file)
        return _statement(_object(document, "the statement"))
    except DocumentError as error:
        raise _malformed(f"its statement cannot be read: {error.problems[0].message}", file) from None
    except _WrongError as error:
        raise _malformed(str(error), file) from None


def _malformed(what: str, file: str) -> InputError:
    return InputError(Problem("malformed-attestation", f"this is no attestation of gate: {what}", Place(file), _REMEDY))


_REMEDY = "write it with: gate check … --model PATH -o decision.intoto.json"


def predicate_type(payload: bytes, file: str) -> str:
    """What a payload says that it is about; empty where it says nothing."""
    try:
        document = json.load(decode(payload, file), file)
    except DocumentError:
        return ""
    found = document.get("predicateType") if isinstance(document, dict) else None
    return found if isinstance(found, str) else ""


def _statement(data: Mapping[str, Any]) -> Statement:
    if data.get("_type") != STATEMENT:
        raise _WrongError("it is not an in-toto statement of version 1")
    if data.get("predicateType") != TEST_RESULT:
        raise _WrongError(f"its predicate is of the type `{str(data.get('predicateType'))[:80]}`, not in-toto's test result v0.1")
    predicate = _object(data.get("predicate"), "`predicate`")
    parts = [_object(each, "`configuration`") for each in _list(predicate, "configuration")]
    policies = [each for each in parts if _role(each) == "resolved policy"]
    decisions = [_remarks(each) for each in parts if _role(each) == "decision"]
    if len(decisions) != 1 or not policies:
        raise _WrongError("`configuration` must hold one decision, and a policy")
    remarks = decisions[0]
    if remarks.get("format") != FORMAT or isinstance(remarks["format"], bool):
        raise _WrongError(f"this version of gate reads format {FORMAT} only; another one wrote it")
    found = Statement(
        subjects=tuple(_named_digest(each, "`subject`") for each in _list(data, "subject")),
        policies=tuple(_judge(each) for each in policies),
        verdict=_verdict(remarks, predicate),
        judged_at=_text(remarks, "judgedAt", _MOMENT),
        simulated=_flag(remarks, "simulated"),
        gate_version=_text(remarks, "gateVersion"),
        commit=_text(remarks, "commit"),
        url=_text(predicate, "url") if "url" in predicate else "",
        evidence=_text(remarks, "evidence", re.compile(r"(claimed|measured)\Z")),
        advisory=any(_flag(_remarks(each), "advisory") for each in policies),
        first=_flag(_object(remarks["policyFrom"], "`policyFrom`"), "first") if "policyFrom" in remarks else False,
        passed=_texts(predicate, "passedTests"),
        warned=_texts(predicate, "warnedTests"),
        failed=_texts(predicate, "failedTests"),
        claimed=_texts(remarks, "claimed"),
        waivers=tuple(_permission(each) for each in _list(remarks, "waivers")),
    )
    _refuse_disagreement(found)
    return found


def _refuse_disagreement(found: Statement) -> None:
    """Its parts must tell one story: who forges one of them should have to forge all."""
    if not found.subjects:
        raise _WrongError("it names no subject")
    if found.failed and found.verdict in (Verdict.PASS, Verdict.WARN):
        raise _WrongError(f"`failedTests` are named, and the verdict is {found.verdict.value}")
    if (found.warned or found.waivers) and found.verdict is Verdict.PASS:
        raise _WrongError("warnings or waivers are named, and the verdict is pass")
    if found.claimed and found.evidence == "measured":
        raise _WrongError("rules rest on claims, and the evidence is said to be measured")


def _verdict(remarks: Mapping[str, Any], predicate: Mapping[str, Any]) -> Verdict:
    written = _text(remarks, "verdict")
    verdict = next((each for each in RESULTS if each.value == written), None)
    if verdict is None or predicate.get("result") != RESULTS[verdict]:
        raise _WrongError(f"`result` is {str(predicate.get('result'))[:40]}, and the verdict is {written[:40]}")
    return verdict


# -- pieces


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _WrongError(f"{name} must be an object")
    return value


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list):
        raise _WrongError(f"`{key}` must be a list")
    return value


def _text(data: Mapping[str, Any], key: str, form: re.Pattern[str] | None = None) -> str:
    value = data.get(key)
    if not isinstance(value, str) or (form is not None and not form.match(value)):
        raise _WrongError(f"`{key}` is missing, or not what it should be")
    return value


def _texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = _list(data, key)
    if not all(isinstance(each, str) for each in value):
        raise _WrongError(f"`{key}` must hold texts")
    return tuple(value)


def _flag(data: Mapping[str, Any], key: str) -> bool:
    value = data.get(key)
    if not isinstance(value, bool):
        raise _WrongError(f"`{key}` must be true or false")
    return value


def _remarks(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object(part.get("annotations", {}), "`annotations`")


def _role(part: Mapping[str, Any]) -> Any:
    return _remarks(part).get("role")


def _named_digest(part: Any, of: str) -> tuple[str, str]:
    whole = _object(part, of)
    return _text(whole, "name"), _text(_object(whole.get("digest"), "`digest`"), "sha256", _DIGEST)


def _judge(part: Mapping[str, Any]) -> Judge:
    file, digest = _named_digest(part, "a policy")
    return Judge(file, _text(_remarks(part), "policy"), digest)


def _permission(data: Any) -> Permission:
    of = _object(data, "a waiver")
    return Permission(_text(of, "rule"), _text(of, "slice"), _text(of, "until", _DAY), _text(of, "by"), _text(of, "why"))
