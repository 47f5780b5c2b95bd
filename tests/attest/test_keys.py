"""Keys: signatures are those of the library, bad keys are refused, and no secret is ever said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.attest import keys
from gate.attest.envelope import opened
from gate.errors import GateError
from tests.attest.making import PASSPHRASE, pair

pytest.importorskip("securesystemslib")


def problem_of(path: Path, **environ: str) -> str:
    with pytest.raises(GateError) as error:
        keys.signer(str(path), environ)
    text = str(error.value)
    assert error.value.__cause__ is None
    assert PASSPHRASE not in text
    assert not any(line in text for line in path.read_text(errors="replace").split() if len(line) > 20)
    return text


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_the_library_verifies_what_was_signed(tmp_path: Path, kind: str) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    private, public = pair(tmp_path, kind=kind)
    text = keys.signer(str(private), {})('{"a": 1}')
    made = Envelope.from_dict(json.loads(text))
    key = SSlibKey.from_crypto(load_pem_public_key(public.read_bytes()))
    assert made.verify([key], 1)
    assert (made.payload, made.payload_type) == (b'{"a": 1}', "application/vnd.in-toto+json")


def test_what_the_library_signed_is_verified(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner

    signer = CryptoSigner.generate_ed25519()
    made = Envelope(b"{}", "application/vnd.in-toto+json", {})
    made.sign(signer)
    (tmp_path / "a.dsse.json").write_text(json.dumps(made.to_dict()))
    public = signer._private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[call-arg, union-attr]
    (tmp_path / "a.pub").write_bytes(public)
    key = keys.public(str(tmp_path / "a.pub"))
    assert keys.signed_by(opened(str(tmp_path / "a.dsse.json")), [key]) is key
    other = keys.public(str(pair(tmp_path, "other")[1]))
    assert keys.signed_by(opened(str(tmp_path / "a.dsse.json")), [other]) is None
    rsa = keys.public(str(pair(tmp_path, "rsa", kind="rsa")[1]))  # a signature that does not fit its kind at all
    assert keys.signed_by(opened(str(tmp_path / "a.dsse.json")), [rsa, key]) is key


def test_an_encrypted_key_asks_for_its_passphrase(tmp_path: Path) -> None:
    private, public = pair(tmp_path, passphrase=PASSPHRASE)
    assert keys.PASSPHRASE in problem_of(private)
    assert "is GATE_SIGN_PASSPHRASE the right one?" in problem_of(private, GATE_SIGN_PASSPHRASE="wrong")
    (tmp_path / "a.dsse.json").write_text(keys.signer(str(private), {"GATE_SIGN_PASSPHRASE": PASSPHRASE})("{}"))
    assert keys.signed_by(opened(str(tmp_path / "a.dsse.json")), [keys.public(str(public))])


def test_a_passphrase_for_another_key_does_not_matter(tmp_path: Path) -> None:
    private, _ = pair(tmp_path)
    assert keys.signer(str(private), {"GATE_SIGN_PASSPHRASE": PASSPHRASE})("{}")


def test_what_is_no_private_key(tmp_path: Path) -> None:
    private, public = pair(tmp_path)
    assert "no private key" in problem_of(public)
    private.write_bytes(private.read_bytes()[:-40])
    assert "no private key" in problem_of(private)
    private.write_bytes(b"\x00\xff" * 100)
    assert "no private key" in problem_of(private)
    from cryptography.hazmat.primitives.asymmetric import x25519
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    only_agrees = x25519.X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    private.write_bytes(only_agrees)
    assert "this kind of key cannot sign" in problem_of(private)


def test_an_unreadable_key(tmp_path: Path) -> None:
    with pytest.raises(GateError, match="no such file"):
        keys.signer(str(tmp_path / "none.pem"), {})
    with pytest.raises(GateError, match="a folder"):
        keys.public(str(tmp_path))


def test_a_private_key_is_no_public_one(tmp_path: Path) -> None:
    private, public = pair(tmp_path)
    with pytest.raises(GateError, match="this is a private key") as error:
        keys.public(str(private))
    assert private.read_text().split("\n")[1] not in str(error.value)
    public.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(GateError, match="there is no public key in this file"):
        keys.public(str(public))
