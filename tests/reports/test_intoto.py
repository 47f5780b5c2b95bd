"""The in-toto statement: by in-toto's own library, and the same bytes for the same decision."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from gate.errors import GateError
from gate.record import replace
from gate.reports import intoto
from gate.reports import json as decision_json
from gate.terms.decision import Decision, InputIdentity, ModelFile, ModelIdentity, Outcome, UsedWaiver, Verdict
from gate.terms.revision import Revision
from gate.terms.slice import Slice

looks = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
MODEL = ModelIdentity("fraud", "a" * 64, (ModelFile("config.json", "b" * 64), ModelFile("d/w.bin", "c" * 64)))
GOLDEN: dict[str, Decision] = {
    name: replace(each, model=(MODEL,))
    for name, each in {**looks["GOLDEN"], "extreme": looks["EXTREME"]}.items()
    if each.verdict is not Verdict.ERROR
}


def statement(decision: Decision) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(intoto.render(decision))
    return found


@pytest.mark.parametrize("name", GOLDEN)
def test_the_library_takes_it(name: str) -> None:
    pytest.importorskip("in_toto_attestation")
    from google.protobuf import json_format
    from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult as Result
    from in_toto_attestation.v1.statement import Statement
    from in_toto_attestation.v1.statement_pb2 import Statement as Raw

    written = statement(GOLDEN[name])
    read = json_format.ParseDict(written, Raw())
    Statement.copy_from_pb(read).validate()
    assert json_format.MessageToDict(read) == written
    result = json_format.ParseDict(written["predicate"], Result())  # an unknown field raises
    assert list(result.passed_tests) == written["predicate"]["passedTests"]
    assert {each.name for each in result.configuration} >= {"decision.json"}


def test_subjects_are_the_model_and_its_files() -> None:
    subjects = [(each["name"], each["digest"]["sha256"]) for each in statement(GOLDEN["failing"])["subject"]]
    assert subjects == [("fraud", "a" * 64), ("fraud/config.json", "b" * 64), ("fraud/d/w.bin", "c" * 64)]


def test_what_went_in_stands_in_the_configuration() -> None:
    decision = replace(
        GOLDEN["failing"],
        inputs=(
            InputIdentity("metrics", "m.json", "metrics", "1" * 64),
            InputIdentity("baseline", "p.json", "metrics", "2" * 64),
        ),
        revision=Revision("base", "9b0d", "git"),
    )
    parts = {part["name"]: part for part in statement(decision)["predicate"]["configuration"]}
    assert parts["gate.yaml"]["digest"]["sha256"] == decision.policies[0].sha256
    assert parts["m.json"]["annotations"] == {"role": "metrics", "format": "metrics"}
    assert parts["p.json"]["annotations"] == {"role": "baseline", "baseline": "baseline", "format": "metrics"}
    told = parts["decision.json"]
    assert told["digest"]["sha256"] == sha256(decision_json.render(decision).encode()).hexdigest()
    assert told["annotations"]["verdict"] == "fail"
    assert told["annotations"]["policyFrom"] == {"ref": "base", "commit": "9b0d", "by": "git", "first": False}


@pytest.mark.parametrize(
    ("verdict", "result"),
    [(Verdict.PASS, "PASSED"), (Verdict.WARN, "WARNED"), (Verdict.FAIL, "FAILED"), (Verdict.UNDECIDED, "FAILED")],
)
def test_a_verdict_is_a_result(verdict: Verdict, result: str) -> None:
    decision = replace(GOLDEN["failing"], verdict=verdict)
    assert statement(decision)["predicate"]["result"] == result


def test_rules_are_named_with_slice_and_policy() -> None:
    first, second, third = (replace(each, slice=Slice()) for each in GOLDEN["failing"].findings[:3])
    findings = (
        replace(first, rule="a", slice=Slice.of({"region": "eu"}), outcome=Outcome.PASS, effect=Verdict.PASS),
        replace(second, rule="b", outcome=Outcome.FAIL, effect=Verdict.WARN, waiver=UsedWaiver("2026-12-31", "why", "@me")),
        replace(third, rule="c", outcome=Outcome.FAIL, effect=Verdict.PASS),  # it only informs
        replace(third, rule="d", outcome=Outcome.MISSING, effect=Verdict.UNDECIDED),
        replace(third, rule="d", outcome=Outcome.FAIL, effect=Verdict.FAIL),
    )
    predicate = statement(replace(GOLDEN["failing"], findings=findings))["predicate"]
    assert (predicate["passedTests"], predicate["warnedTests"], predicate["failedTests"]) == (["a[region=eu]"], ["b"], ["d"])
    waivers = predicate["configuration"][-1]["annotations"]["waivers"]
    assert waivers == [{"rule": "b", "slice": "", "until": "2026-12-31", "by": "@me", "why": "why"}]
    both = replace(GOLDEN["failing"], findings=findings[:1], policies=GOLDEN["failing"].policies * 2)
    assert statement(both)["predicate"]["passedTests"] == [f"{first.policy}: a[region=eu]"]


@pytest.mark.parametrize(("evidence", "expected"), [(("measured", "measured"), "measured"), (("measured", "claimed"), "claimed")])
def test_one_claim_makes_the_whole_a_claim(evidence: tuple[str, str], expected: str) -> None:
    findings = tuple(replace(GOLDEN["failing"].findings[0], rule=each, evidence=each) for each in evidence)
    told = statement(replace(GOLDEN["failing"], findings=findings))["predicate"]["configuration"][-1]["annotations"]
    assert told["evidence"] == expected
    assert told["claimed"] == [each for each in evidence if each == "claimed"]


def test_the_same_decision_is_the_same_bytes() -> None:
    text = intoto.render(GOLDEN["failing"])
    assert text == intoto.render(GOLDEN["failing"])
    assert text.isascii()
    assert text.endswith("}\n")


def test_without_a_model_or_a_verdict_there_is_no_statement() -> None:
    for decision, slug in [
        (replace(GOLDEN["failing"], model=()), "no-model"),
        (replace(GOLDEN["failing"], verdict=Verdict.ERROR), "nothing-to-attest"),
    ]:
        with pytest.raises(GateError) as error:
            intoto.render(decision)
        assert error.value.problems[0].slug == slug
