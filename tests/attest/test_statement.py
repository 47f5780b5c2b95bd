"""A statement read back: what is written comes back, what contradicts itself is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gate.attest.statement import predicate_type, read
from gate.errors import GateError
from gate.reports import intoto
from gate.terms.decision import Verdict
from tests.attest.making import NOW, decided, furnished

Data = dict[str, Any]


@pytest.fixture
def document(tmp_path: Path) -> Data:
    found: Data = json.loads(intoto.render(decided(furnished(tmp_path))))
    return found


def told(document: Data) -> Data:
    found: Data = document["predicate"]["configuration"][-1]["annotations"]
    return found


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    decision = decided(furnished(tmp_path), commit="9b0d77e", run_url="https://ci.example.com/1")
    found = read(intoto.render(decision).encode(), "a.json")
    assert found.subjects == (
        ("model", decision.model[0].sha256), *((f"model/{file.name}", file.sha256) for file in decision.model[0].files)
    )  # fmt: skip
    assert [(each.name, each.sha256) for each in found.policies] == [("fraud", decision.policies[0].sha256)]
    assert (found.verdict, found.judged_at, found.simulated, found.advisory, found.first) == (
        Verdict.PASS,
        NOW,
        False,
        False,
        False,
    )
    assert (found.commit, found.url, found.gate_version) == ("9b0d77e", "https://ci.example.com/1", decision.gate_version)
    assert (found.evidence, found.claimed, found.passed) == (
        "claimed",
        ("recall >= 0.85", "f1 >= 0.9"),
        ("recall >= 0.85", "f1 >= 0.9"),
    )
    assert found.warned == found.failed == found.waivers == ()


WRONG: dict[str, Callable[[Data], object]] = {
    "another statement": lambda it: it.update(_type="https://in-toto.io/Statement/v0.1"),
    "another predicate": lambda it: it.update(predicateType="https://in-toto.io/attestation/test-result/v0.2"),
    "no predicate": lambda it: it.pop("predicate"),
    "no subject": lambda it: it.update(subject=[]),
    "a subject without a digest": lambda it: it["subject"][0].pop("digest"),
    "a subject with another digest": lambda it: it["subject"][0].update(digest={"sha1": "0" * 40}),
    "a digest in capitals": lambda it: it["subject"][0]["digest"].update(sha256="A" * 64),
    "a digest with a line feed": lambda it: it["subject"][0]["digest"].update(sha256="a" * 64 + "\n"),
    "no policy": lambda it: it["predicate"]["configuration"].pop(0),
    "no decision": lambda it: it["predicate"]["configuration"].pop(),
    "two decisions": lambda it: it["predicate"]["configuration"].append(it["predicate"]["configuration"][-1]),
    "a later format": lambda it: told(it).update(format=2),
    "a format that is no number": lambda it: told(it).update(format=True),
    "result and verdict": lambda it: it["predicate"].update(result="FAILED"),
    "verdict and result": lambda it: told(it).update(verdict="fail"),
    "no such verdict": lambda it: told(it).update(verdict="error"),
    "a failed rule that passes": lambda it: it["predicate"]["failedTests"].append("r"),
    "a warning that passes": lambda it: it["predicate"]["warnedTests"].append("r"),
    "a waiver that passes": lambda it: told(it)["waivers"].append({"rule": "r", "slice": "", "until": "", "by": "", "why": ""}),
    "measured claims": lambda it: told(it).update(evidence="measured"),
    "another evidence": lambda it: told(it).update(evidence="sworn"),
    "a time of day only": lambda it: told(it).update(judgedAt="10:00"),
    "a time with a zone": lambda it: told(it).update(judgedAt="2026-11-22T10:00:00+01:00"),
    "simulated as text": lambda it: told(it).update(simulated="false"),
    "advisory missing": lambda it: it["predicate"]["configuration"][0]["annotations"].pop("advisory"),
    "rules that are numbers": lambda it: it["predicate"].update(passedTests=[1]),
    "no list of failures": lambda it: it["predicate"].pop("failedTests"),
    "a waiver without end and word": lambda it: told(it).update(waivers=[{"rule": "r"}]),
    "a trusted policy without a word": lambda it: told(it).update(policyFrom={}),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused(document: Data, name: str) -> None:
    read(json.dumps(document).encode(), "a.json")
    WRONG[name](document)
    with pytest.raises(GateError, match="this is no attestation of gate: ") as error:
        read(json.dumps(document).encode(), "a.json")
    assert error.value.problems[0].slug == "malformed-attestation"


@pytest.mark.parametrize("payload", [b"", b"\xff", b"[]", b"[" * 100_000, b"1" * 5000, b'{"_type": 1, "_type": 2}'])
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    with pytest.raises(GateError, match="this is no attestation of gate"):
        read(payload, "a.json")
    assert predicate_type(payload, "a.json") == ""


def test_what_is_not_known_is_left_alone(document: Data) -> None:
    document["more"] = document["predicate"]["more"] = 1
    document["subject"][0]["annotations"] = {"more": 1}
    assert read(json.dumps(document).encode(), "a.json").verdict is Verdict.PASS
