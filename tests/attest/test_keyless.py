"""Bundles of sigstore: checked by its own library in full, against a sigstore that is made here."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sigstore")

from gate.attest import keyless
from gate.attest.verification import Holds, Verification
from gate.errors import GateError
from gate.reports import intoto
from tests.attest.making import NOW, decided, furnished, outcome, verification
from tests.attest.own_sigstore import OwnSigstore

WHO = "https://github.com/acme/fraud/.github/workflows/gate.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"
Data = dict[str, Any]


class Signed:
    """A folder whose attestation is signed by an identity of a sigstore."""

    def __init__(self, folder: Path) -> None:
        self.folder = furnished(folder)
        self.sigstore = OwnSigstore(NOW)
        self.path = folder / "decision.sigstore.json"
        self.roots = self.sigstore.trusted_root(folder / "roots.json")
        self.sign()

    def sign(self, identity: str = WHO, issuer: str = ISSUER, **more: Any) -> None:
        self.path.write_text(self.sigstore.signed(intoto.render(decided(self.folder)), identity, issuer, **more))

    def verified(self, **asked: Any) -> Verification:
        given: Data = {"identity": WHO, "issuer": ISSUER, "trusted_root": str(self.roots)}
        return verification(self.folder, **{**given, **asked})


@pytest.fixture
def signed(tmp_path: Path) -> Signed:
    return Signed(tmp_path)


def why(found: Verification) -> str:
    assert not found
    assert outcome(found)["signature"] is Holds.NO
    assert set(outcome(found).values()) == {Holds.NO, Holds.UNKNOWN}
    return next(check.text for check in found.checks if check.name == "signature")


def test_who_it_should_be_has_signed(signed: Signed) -> None:
    found = signed.verified()
    assert found, str(found)
    assert outcome(found)["signature"] is Holds.YES


@pytest.mark.parametrize(
    "identity", [WHO.replace("main", "feature"), WHO.replace("acme", "mallory"), WHO[:-1], f"{WHO}2", "*", ".*"]
)
def test_another_identity_does_not_count(signed: Signed, identity: str) -> None:
    assert identity in why(signed.verified(identity=identity))
    signed.sign(identity=identity)
    why(signed.verified())


def test_another_issuer_does_not_count(signed: Signed) -> None:
    why(signed.verified(issuer="https://gitlab.com"))
    signed.sign(issuer="https://token.example.com")
    why(signed.verified())


def test_another_sigstore_does_not_count(signed: Signed, tmp_path: Path) -> None:
    other = OwnSigstore(NOW).trusted_root(tmp_path / "other.json")
    why(signed.verified(trusted_root=str(other)))
    why(signed.verified(trusted_root=""))  # the public one, of which the library carries the roots


def entry(bundle: Data) -> Data:
    found: Data = bundle["verificationMaterial"]["tlogEntries"][0]
    return found


def flipped(data: Data, key: str) -> None:
    """The last byte of something in base64 changed."""
    raw = bytearray(b64decode(data[key]))
    raw[-1] ^= 1
    data[key] = b64encode(bytes(raw)).decode()


def later(bundle: Data) -> None:
    entry(bundle)["integratedTime"] = str(int(entry(bundle)["integratedTime"]) + 60)


PARTS: dict[str, Callable[[Data], object]] = {
    "the payload": lambda it: flipped(it["dsseEnvelope"], "payload"),
    "the signature": lambda it: flipped(it["dsseEnvelope"]["signatures"][0], "sig"),
    "no signature": lambda it: it["dsseEnvelope"]["signatures"][0].update(sig=""),
    "the certificate": lambda it: flipped(it["verificationMaterial"]["certificate"], "rawBytes"),
    "no certificate": lambda it: it["verificationMaterial"].pop("certificate"),
    "no log entry": lambda it: it["verificationMaterial"].update(tlogEntries=[]),
    "the log's body": lambda it: flipped(entry(it), "canonicalizedBody"),
    "the log's promise": lambda it: flipped(entry(it)["inclusionPromise"], "signedEntryTimestamp"),
    "no promise": lambda it: entry(it).pop("inclusionPromise"),
    "the log's root": lambda it: flipped(entry(it)["inclusionProof"], "rootHash"),
    "no proof": lambda it: entry(it).pop("inclusionProof"),
    "the time": later,
    "another kind of bundle": lambda it: it.update(mediaType="application/json"),
}


@pytest.mark.parametrize("part", PARTS)
def test_what_was_tampered_with_does_not_count(signed: Signed, part: str) -> None:
    bundle = json.loads(signed.path.read_text())
    PARTS[part](bundle)
    signed.path.write_text(json.dumps(bundle))
    why(signed.verified())


def test_a_payload_of_another_type_does_not_count(signed: Signed) -> None:
    signed.sign(payload_type="text/plain")
    assert "text/plain" in why(signed.verified())


def test_two_payloads_of_one_name_do_not_count(signed: Signed) -> None:
    text = signed.path.read_text()
    signed.path.write_text(text.replace('"dsseEnvelope": {', '"dsseEnvelope": {"payload": "e30=", ', 1))
    with pytest.raises(GateError, match="this is no attestation of gate"):
        signed.verified()


def test_roots_that_cannot_be_read(signed: Signed) -> None:
    for text in ("", "{}", "[]"):
        signed.roots.write_text(text)
        with pytest.raises(GateError, match="roots of trust cannot be read"):
            signed.verified()
    with pytest.raises(GateError, match="roots of trust cannot be read"):
        signed.verified(trusted_root="none.json")


def test_without_an_identity_nothing_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "BUILDKITE", "SIGSTORE_ID_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(GateError, match="this job has no identity") as error:
        keyless.signer()
    assert error.value.problems[0].slug == "no-identity"


def test_a_job_without_the_permission_has_no_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name in ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(GateError, match="id-token: write"):
        keyless.signer()


def token(**claims: Any) -> str:
    """A token as a CI gives it, which nobody has signed."""

    def coded(data: Data) -> str:
        return urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    told = {"aud": "sigstore", "sub": "job", "iss": "https://gitlab.com", "iat": 1, "exp": 32503680000, **claims}
    return f"{coded({'alg': 'RS256', 'typ': 'JWT'})}.{coded(told)}.c2VjcmV0"


@pytest.mark.parametrize("written", ["eyJ-a-secret-token", token(aud="somebody else")])
def test_a_token_that_is_none_is_refused_and_never_said(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", written)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing leaves this machine
    with pytest.raises(GateError) as error:
        keyless.signer()("{}")
    assert error.value.problems[0].slug in ("no-identity", "not-signed")
    assert written not in str(error.value)
    assert error.value.__cause__ is None


def test_a_sigstore_that_cannot_be_reached_signs_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", token())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    sign = keyless.signer()
    with pytest.raises(GateError, match="sigstore did not sign") as error:
        sign("{}")
    assert error.value.problems[0].slug == "not-signed"
    assert token() not in str(error.value)
