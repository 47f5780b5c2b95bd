"""`gate verify`: what holds, and that nothing holds which was tampered with."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gate
from gate.app.verify import VerifyRequest, verified
from gate.attest.verification import Check, Holds, Verification
from gate.errors import GateError
from gate.record import replace
from gate.reports import intoto
from gate.terms.decision import Decision, Level, Outcome, UsedWaiver, Verdict
from gate.terms.revision import Revision
from tests.attest.making import NOW, POLICY, attested, decided, furnished, outcome, pair, verification

pytest.importorskip("securesystemslib")

YES, NO, REMARK, UNKNOWN = Holds.YES, Holds.NO, Holds.REMARK, Holds.UNKNOWN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return furnished(tmp_path)


@pytest.fixture
def key(folder: Path) -> tuple[Path, Path]:
    return pair(folder)


def slug_of(call: Callable[[], object]) -> str:
    with pytest.raises(GateError) as error:
        call()
    return error.value.problems[0].slug


def of(found: Verification, name: str) -> Check:
    return next(check for check in found.checks if check.name == name)


# -- all of it holds


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_signed_pass_holds(folder: Path, kind: str) -> None:
    private, public = pair(folder, kind=kind)
    attested(folder, key=private)
    found = verification(folder, keys=[str(public)])
    assert found
    assert (found.passed, found.exit_code, found.failed, found.name) == (True, 0, (), "fraud")
    assert set(outcome(found)) == {"model", "signature", "policy", "verdict", "age", "evidence", "waivers"}
    assert set(outcome(found).values()) == {YES}
    assert "recall >= 0.85" in of(found, "evidence").text


def test_one_of_several_keys_is_enough(folder: Path, key: tuple[Path, Path]) -> None:
    old, new = pair(folder, "old"), key
    attested(folder, key=new[0])
    assert verification(folder, keys=[str(old[1]), str(new[1])])
    assert not verification(folder, keys=[str(old[1])])


def test_the_model_may_have_moved(folder: Path, key: tuple[Path, Path]) -> None:
    attestation = attested(folder, key=key[0])
    moved = folder / "elsewhere" / "fraud-2026"
    shutil.copytree(folder / "model", moved)
    shutil.copy(attestation, moved / "fraud.intoto.json")  # in the model itself, too
    assert verification(folder, models=[str(moved)], keys=[str(key[1])])


def test_a_file_is_a_model_too(folder: Path, key: tuple[Path, Path]) -> None:
    from gate.attest.model import identified

    weights = folder / "model" / "weights.bin"
    attested(folder, decided(folder, model=identified([str(weights)])), key[0])
    assert verification(folder, models=[str(weights)], keys=[str(key[1])], attestation=str(folder / "decision.intoto.json"))
    weights.write_bytes(b"Weights")
    found = verification(folder, models=[str(weights)], keys=[str(key[1])], attestation=str(folder / "decision.intoto.json"))
    assert of(found, "model").text == "weights.bin is not the model that was judged: its digest is another"


def test_unsigned_is_said(folder: Path) -> None:
    attested(folder)
    found = verification(folder, unsigned=True)
    assert found
    assert outcome(found)["signature"] is REMARK


# -- tampered with, field by field

Data = dict[str, Any]


def remarks(statement: Data) -> Data:
    found: Data = statement["predicate"]["configuration"][-1]["annotations"]
    return found


def policy_of(statement: Data) -> Data:
    found: Data = statement["predicate"]["configuration"][0]
    return found


FIELDS: dict[str, Callable[[Data], object]] = {
    "the statement's type": lambda it: it.update(_type="https://in-toto.io/Statement/v0.1"),
    "the predicate's type": lambda it: it.update(predicateType="https://slsa.dev/provenance/v1"),
    "a subject's name": lambda it: it["subject"][0].update(name="other"),
    "a subject's digest": lambda it: it["subject"][0]["digest"].update(sha256="0" * 64),
    "a file's digest": lambda it: it["subject"][1]["digest"].update(sha256="0" * 64),
    "a subject more": lambda it: it["subject"].append({"name": "x", "digest": {"sha256": "0" * 64}}),
    "the result": lambda it: it["predicate"].update(result="WARNED"),
    "the verdict": lambda it: remarks(it).update(verdict="warn"),
    "the policy": lambda it: policy_of(it)["digest"].update(sha256="1" * 64),
    "whether it advises": lambda it: policy_of(it)["annotations"].update(advisory=True),
    "the metrics": lambda it: it["predicate"]["configuration"][1]["digest"].update(sha256="2" * 64),
    "the decision": lambda it: it["predicate"]["configuration"][-1]["digest"].update(sha256="3" * 64),
    "the time": lambda it: remarks(it).update(judgedAt="2026-11-22T09:59:59Z"),
    "the clock": lambda it: remarks(it).update(simulated=True),
    "the version": lambda it: remarks(it).update(gateVersion="9.9.9"),
    "the evidence": lambda it: remarks(it).update(evidence="measured", claimed=[]),
    "a waiver": lambda it: remarks(it)["waivers"].append({"rule": "r", "slice": "", "until": "", "by": "me", "why": "so"}),
    "a failed rule": lambda it: it["predicate"]["failedTests"].append("recall >= 0.85"),
    "a key more": lambda it: it.update(more=1),
}


def changed(path: Path, change: Callable[[Data], object]) -> None:
    """The payload of an envelope changed, its signature left."""
    envelope = json.loads(path.read_text())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    change(statement)
    envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    path.write_text(json.dumps(envelope))


@pytest.mark.parametrize("field", FIELDS)
def test_a_changed_field_breaks_the_signature(folder: Path, key: tuple[Path, Path], field: str) -> None:
    changed(attested(folder, key=key[0]), FIELDS[field])
    found = verification(folder, keys=[str(key[1])])
    assert not found
    assert found.exit_code == 1
    assert outcome(found) == dict.fromkeys(outcome(found), UNKNOWN) | {"signature": NO}


def test_whitespace_in_the_payload_breaks_the_signature(folder: Path, key: tuple[Path, Path]) -> None:
    changed(attested(folder, key=key[0]), dict)  # written again, and nothing else
    assert outcome(verification(folder, keys=[str(key[1])]))["signature"] is NO


def test_another_ones_signature_is_none(folder: Path, key: tuple[Path, Path]) -> None:
    foreign = pair(folder, "foreign")
    attested(folder, key=foreign[0])
    found = verification(folder, keys=[str(key[1])])
    assert outcome(found)["signature"] is NO
    assert key[1].name in of(found, "signature").text


def test_the_id_of_a_key_is_only_a_hint(folder: Path, key: tuple[Path, Path]) -> None:
    foreign = pair(folder, "foreign")
    path = attested(folder, key=foreign[0])
    envelope = json.loads(path.read_text())
    ours = json.loads(attested(folder, key=key[0]).read_text())["signatures"][0]
    envelope["signatures"][0]["keyid"] = ours["keyid"]
    path.write_text(json.dumps(envelope))
    assert not verification(folder, keys=[str(key[1])])
    del ours["keyid"]  # cosign writes none
    path.write_text(json.dumps({**json.loads(attested(folder, key=key[0]).read_text()), "signatures": [ours]}))
    assert verification(folder, keys=[str(key[1])])


def test_a_byte_of_the_signature(folder: Path, key: tuple[Path, Path]) -> None:
    path = attested(folder, key=key[0])
    envelope = json.loads(path.read_text())
    signature = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    for position in (0, len(signature) // 2, len(signature) - 1):
        broken = bytes(each ^ (index == position) for index, each in enumerate(signature))
        envelope["signatures"][0]["sig"] = base64.b64encode(broken).decode()
        path.write_text(json.dumps(envelope))
        assert outcome(verification(folder, keys=[str(key[1])]))["signature"] is NO
    envelope["signatures"][0]["sig"] = ""
    path.write_text(json.dumps(envelope))
    assert outcome(verification(folder, keys=[str(key[1])]))["signature"] is NO


@pytest.mark.parametrize("unsigned", [False, True])
def test_the_payloads_type(folder: Path, key: tuple[Path, Path], unsigned: bool) -> None:
    path = attested(folder, key=key[0])
    path.write_text(json.dumps({**json.loads(path.read_text()), "payloadType": "application/json"}))
    asked: dict[str, Any] = {"unsigned": True} if unsigned else {"keys": [str(key[1])]}
    found = verification(folder, **asked)
    assert "application/json" in of(found, "signature").text
    assert not found


def test_a_signature_over_another_type_does_not_count(folder: Path, key: tuple[Path, Path]) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner

    made = Envelope(intoto.render(decided(folder)).encode(), "text/plain", {})
    made.sign(CryptoSigner(load_pem_private_key(key[0].read_bytes(), None)))
    path = folder / "decision.intoto.json"
    path.write_text(json.dumps(made.to_dict()))
    assert not verification(folder, keys=[str(key[1])])
    path.write_text(json.dumps({**made.to_dict(), "payloadType": "application/vnd.in-toto+json"}))
    assert outcome(verification(folder, keys=[str(key[1])]))["signature"] is NO


def test_a_key_that_stands_twice(folder: Path, key: tuple[Path, Path]) -> None:
    path = attested(folder, key=key[0])
    text = path.read_text()
    path.write_text(text.replace("{", '{"payloadType": "application/json",', 1))
    assert slug_of(lambda: verification(folder, keys=[str(key[1])])) == "malformed-attestation"
    plain = intoto.render(decided(folder))
    path.write_text(plain.replace('"result": "PASSED"', '"result": "FAILED", "result": "PASSED"'))
    assert slug_of(lambda: verification(folder, unsigned=True)) == "malformed-attestation"


# -- the model


@pytest.mark.parametrize("change", ["byte", "name", "swap", "more", "less", "hidden"])
def test_another_model_does_not_pass(folder: Path, key: tuple[Path, Path], change: str) -> None:
    attested(folder, key=key[0])
    weights, layer = folder / "model" / "weights.bin", folder / "model" / "layers" / "0.json"
    if change == "byte":
        weights.write_bytes(b"weightz")
    if change == "name":  # the order of the digests stays, and so the digest of the whole
        weights.rename(folder / "model" / "zeights.bin")
    if change == "swap":
        weights.write_text("{}")
        layer.write_bytes(b"weights")
    if change == "more":
        (folder / "model" / "custom_code.py").write_text("import os")
    if change == "less":
        layer.unlink()
    if change == "hidden":
        (folder / "model" / ".hidden").write_text("")
    found = verification(folder, keys=[str(key[1])])
    assert outcome(found)["model"] is NO
    assert set(outcome(found).values()) == {YES, NO}
    assert of(found, "model").text.startswith("model is not the model that was judged: ")


def test_a_link_in_the_place_of_a_file_is_refused(folder: Path, key: tuple[Path, Path]) -> None:
    attested(folder, key=key[0])
    weights = folder / "model" / "weights.bin"
    weights.rename(folder / "weights.bin")
    weights.symlink_to(folder / "weights.bin")
    assert slug_of(lambda: verification(folder, keys=[str(key[1])])) == "model-link"


def test_every_model_must_be_one_that_was_judged(folder: Path, key: tuple[Path, Path]) -> None:
    attested(folder, key=key[0])
    (folder / "other").mkdir()
    (folder / "other" / "w").write_text("w")
    both = [str(folder / "model"), str(folder / "other")]
    assert outcome(verification(folder, models=both, keys=[str(key[1])]))["model"] is NO
    from gate.attest.model import identified

    attested(folder, decided(folder, model=identified(both)), key[0])
    assert verification(folder, models=both, keys=[str(key[1])])
    assert verification(folder, keys=[str(key[1])])  # a part of what was judged


# -- the policy


def test_another_policy_does_not_pass(folder: Path, key: tuple[Path, Path]) -> None:
    attested(folder, key=key[0])
    (folder / "gate.yaml").write_text(POLICY.replace("0.85", "0.95"))
    found = verification(folder, keys=[str(key[1])])
    assert outcome(found)["policy"] is NO
    (folder / "gate.yaml").write_text(f"# written otherwise\n{POLICY}")
    assert verification(folder, keys=[str(key[1])])


def test_more_policies_may_have_judged_but_not_fewer(folder: Path, key: tuple[Path, Path]) -> None:
    attested(folder, key=key[0])
    (folder / "company.yaml").write_text("gate: 1\nname: company\nrules: [recall > 0.5]\n")
    both = [str(folder / "gate.yaml"), str(folder / "company.yaml")]
    found = verification(folder, policies=both, keys=[str(key[1])])
    assert outcome(found)["policy"] is NO
    assert "company.yaml" in of(found, "policy").text


def test_a_policy_by_its_digest(folder: Path, key: tuple[Path, Path]) -> None:
    decision = decided(folder)
    attested(folder, decision, key[0])
    digest = decision.policies[0].sha256
    assert verification(folder, policies=[f"sha256:{digest}"], keys=[str(key[1])])
    assert not verification(folder, policies=[f"sha256:{'0' * 64}"], keys=[str(key[1])])
    assert slug_of(lambda: verification(folder, policies=["sha256:12"], keys=[str(key[1])])) == "usage"
    mixed = [f"sha256:{digest}", str(folder / "gate.yaml")]
    assert slug_of(lambda: verification(folder, policies=mixed, keys=[str(key[1])])) == "usage"


def test_without_a_policy_nothing_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attested(folder)
    (folder / "empty").mkdir()
    monkeypatch.chdir(folder / "empty")
    monkeypatch.setenv("GATE_POLICY", str(folder / "gate.yaml"))  # the environment has no say
    assert slug_of(lambda: verification(folder, policies=[], unsigned=True, environ={"GATE_POLICY": "x"})) == "no-policy"


def test_another_version_of_gate_is_named_where_the_policy_differs(folder: Path, key: tuple[Path, Path]) -> None:
    attested(folder, decided(folder, gate_version="0.0.9"), key[0])
    assert verification(folder, keys=[str(key[1])])
    (folder / "gate.yaml").write_text(POLICY.replace("0.85", "0.95"))
    assert "gate 0.0.9 judged" in of(verification(folder, keys=[str(key[1])]), "policy").remedy


# -- the decision

Change = Callable[[Decision], Decision]


def waived(until: str) -> Change:
    def change(decision: Decision) -> Decision:
        first, *rest = decision.findings
        used = UsedWaiver(until, "RISK-123", "@risk")
        return replace(
            decision,
            verdict=Verdict.WARN,
            findings=(replace(first, outcome=Outcome.FAIL, effect=Verdict.WARN, waiver=used), *rest),
        )

    return change


def with_effect(effect: Verdict) -> Change:
    return lambda it: replace(
        it, verdict=effect, findings=(replace(it.findings[0], effect=effect, outcome=Outcome.FAIL), *it.findings[1:])
    )


DECISIONS: dict[str, tuple[Change, str, Holds]] = {
    "fail": (with_effect(Verdict.FAIL), "verdict", NO),
    "undecided": (with_effect(Verdict.UNDECIDED), "verdict", NO),
    "warn": (with_effect(Verdict.WARN), "verdict", REMARK),
    "advisory": (lambda it: replace(it, policies=(replace(it.policies[0], advisory=True),)), "verdict", NO),
    "nothing judged": (lambda it: replace(it, findings=()), "verdict", NO),
    "its own policy": (
        lambda it: replace(it, verdict=Verdict.WARN, revision=Revision("base", "9b0d", "git", first=True)), "verdict", NO,
    ),
    "a trusted policy": (lambda it: replace(it, revision=Revision("base", "9b0d", "git")), "verdict", YES),
    "simulated": (lambda it: replace(it, simulated=True), "age", NO),
    "seven days old": (lambda it: replace(it, judged_at="2026-11-15T10:00:00Z"), "age", YES),
    "older": (lambda it: replace(it, judged_at="2026-11-15T09:59:59Z"), "age", NO),
    "a clock that is ahead a little": (lambda it: replace(it, judged_at="2026-11-22T10:05:00Z"), "age", YES),
    "from the future": (lambda it: replace(it, judged_at="2026-11-22T10:05:01Z"), "age", NO),
    "no such day": (lambda it: replace(it, judged_at="2026-02-31T10:05:01Z"), "age", NO),
    "a waiver": (waived("2026-11-22"), "waivers", REMARK),
    "a waiver without end": (waived(""), "waivers", REMARK),
    "a waiver that has ended": (waived("2026-11-21"), "waivers", NO),
}  # fmt: skip


@pytest.mark.parametrize("name", DECISIONS)
def test_what_a_decision_says_counts(folder: Path, key: tuple[Path, Path], name: str) -> None:
    change, check, expected = DECISIONS[name]
    attested(folder, change(decided(folder)), key[0])
    found = verification(folder, keys=[str(key[1])])
    assert outcome(found)[check] is expected
    assert bool(found) is (expected is not NO)
    assert [each.name for each in found.failed] == [check] * (expected is NO)


def test_waivers_are_named_and_may_be_refused(folder: Path, key: tuple[Path, Path]) -> None:
    attested(folder, waived("2026-12-31")(decided(folder)), key[0])
    found = verification(folder, keys=[str(key[1])])
    assert of(found, "waivers").text == "recall >= 0.85 by @risk until 2026-12-31: RISK-123"
    assert not verification(folder, keys=[str(key[1])], waivers=False)


def test_measured_can_be_demanded(folder: Path, key: tuple[Path, Path]) -> None:
    decision = decided(folder)
    attested(folder, decision, key[0])
    assert not verification(folder, keys=[str(key[1])], evidence="measured")
    counted = tuple(replace(each, evidence="measured") for each in decision.findings)
    attested(folder, replace(decision, findings=counted), key[0])
    assert verification(folder, keys=[str(key[1])], evidence="measured")
    informs = replace(decision.findings[0], level=Level.INFO)
    attested(folder, replace(decision, findings=(informs, *counted[1:])), key[0])
    assert verification(folder, keys=[str(key[1])], evidence="measured")


@pytest.mark.parametrize(("most", "holds"), [("1d", True), ("2h", True), ("119m", False), ("1h", False)])
def test_how_old_it_may_be(folder: Path, key: tuple[Path, Path], most: str, holds: bool) -> None:
    attested(folder, key=key[0])
    assert bool(verification(folder, "2026-11-22T12:00:00Z", keys=[str(key[1])], max_age=most)) is holds


@pytest.mark.parametrize("most", ["", "7", "0d", "-1d", "1w", "٣d", "1d\n", "9999999d"])
def test_what_is_no_age(folder: Path, most: str) -> None:
    assert slug_of(lambda: verification(folder, unsigned=True, max_age=most)) == "bad-age"


# -- what is asked


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"keys": ["a.pub"], "unsigned": True},
        {"keys": ["a.pub"], "identity": "me", "issuer": "https://example.com"},
        {"identity": "me"},
        {"issuer": "https://example.com"},
    ],
)  # fmt: skip
def test_whose_signature_counts_must_be_clear(folder: Path, asked: dict[str, Any]) -> None:
    attested(folder)
    assert slug_of(lambda: verification(folder, **asked)) == "no-signer"


def test_nothing_to_verify(folder: Path) -> None:
    assert slug_of(lambda: verification(folder, models=[], unsigned=True)) == "no-input"
    assert slug_of(lambda: verification(folder, unsigned=True)) == "no-attestation"
    attested(folder)
    assert slug_of(lambda: verification(folder, unsigned=True, evidence="sworn")) == "usage"
    (folder / "other.intoto.json").write_text("{}")
    assert slug_of(lambda: verification(folder, unsigned=True)) == "which-attestation"


def test_a_signature_of_another_kind_is_said(folder: Path, key: tuple[Path, Path]) -> None:
    attested(folder)
    assert "nobody has signed" in of(verification(folder, keys=[str(key[1])]), "signature").text
    attested(folder, key=key[0])
    found = verification(folder, identity="me", issuer="https://example.com")
    assert "signed with a key" in of(found, "signature").text
    envelope = json.loads((folder / "decision.intoto.json").read_text())
    (folder / "decision.intoto.json").write_text(json.dumps({"dsseEnvelope": envelope}))
    assert "signed with sigstore" in of(verification(folder, keys=[str(key[1])]), "signature").text


def test_the_one_test_result_of_several_lines_counts(folder: Path) -> None:
    line = json.dumps(json.loads(intoto.render(decided(folder))))
    other = json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1"})
    path = folder / "decision.intoto.json"
    path.write_text(f"{other}\n{line}\n")
    assert verification(folder, unsigned=True)
    path.write_text(f"{line}\n{line}\n")
    assert slug_of(lambda: verification(folder, unsigned=True)) == "which-attestation"
    path.write_text(f"{line}\nrubbish\n")
    assert slug_of(lambda: verification(folder, unsigned=True)) == "malformed-attestation"


@pytest.mark.parametrize(
    "text", ["[]", "{}", "no", '{"payload": 1, "payloadType": "x", "signatures": []}', '{"dsseEnvelope": 1}', "[" * 9000]
)
def test_what_is_no_attestation(folder: Path, text: str) -> None:
    (folder / "decision.intoto.json").write_text(text)
    assert slug_of(lambda: verification(folder, unsigned=True)) == "malformed-attestation"


# -- from Python


def test_in_python_it_is_true_only_where_all_holds(folder: Path, key: tuple[Path, Path]) -> None:
    from gate.app.clock import clock

    attested(folder, decided(folder, judged_at=clock().now), key[0])
    found = gate.verify(folder / "model", policy=folder / "gate.yaml", key=key[1])
    assert found
    assert found.passed
    assert "DEPLOY: all 7 checks hold" in str(found)
    assert repr(found) == "<Verification passed>"
    (folder / "model" / "weights.bin").write_bytes(b"other")
    found = gate.verify([folder / "model"], policy=[folder / "gate.yaml"], key=[key[1]])
    assert not found
    assert repr(found) == "<Verification failed: model>"
    assert "DO NOT DEPLOY: model does not hold" in str(found)


def test_no_checks_are_no_pass() -> None:
    assert not Verification(())
    assert not Verification((Check("a", YES, ""), Check("b", UNKNOWN, "")))


def test_a_trusted_revision_is_asked(folder: Path, key: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    monkeypatch.chdir(folder)
    attested(folder, key=key[0])
    done = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q", "-b", "main"], ["add", "gate.yaml"], ["commit", "-qm", "policy"]):
        subprocess.run([*done, *words], check=True, cwd=folder)
    (folder / "gate.yaml").write_text(POLICY.replace("0.85", "0.5"))  # the checkout's policy has no say
    from gate.app.clock import Clock

    asked = VerifyRequest(models=["model"], policies=["gate.yaml"], policy_from="main", keys=[str(key[1])])
    found = verified(asked, Clock(NOW))
    assert found, str(found)
    subprocess.run([*done, "checkout", "-q", "--orphan", "empty"], check=True, cwd=folder)
    subprocess.run([*done, "rm", "-qf", "--cached", "gate.yaml"], check=True, cwd=folder)
    subprocess.run([*done, "commit", "-q", "--allow-empty", "-m", "no policy"], check=True, cwd=folder)
    assert slug_of(lambda: verified(replace(asked, policy_from="empty"), Clock(NOW))) == "no-policy"
    assert "at main" in of(found, "policy").text
    attested(folder, key=key[0])  # judged by the checkout's
    assert outcome(verified(asked, Clock(NOW)))["policy"] is NO
