"""Signing with a key of one's own: an envelope (DSSE) made and checked by securesystemslib."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gate.attest.envelope import PAYLOAD, Envelope
from gate.errors import InputError, MissingExtraError, Place, Problem
from gate.record import dataclass

if TYPE_CHECKING:
    from securesystemslib.signer import SSlibKey

PASSPHRASE = "GATE_SIGN_PASSPHRASE"
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, the file it was read from, and what it is called in messages."""

    file: str
    label: str
    inner: SSlibKey


def signer(path: str, environ: Mapping[str, str]) -> Callable[[str], str]:
    """What makes a signed envelope of a statement, by the private key (PEM) in this file.

    The passphrase of an encrypted key comes from `GATE_SIGN_PASSPHRASE`. Raises InputError: unreadable, no private key, a
    wrong passphrase; MissingExtraError. Neither key nor passphrase is ever in a message.
    """
    loaded = _private(path, environ.get(PASSPHRASE, ""))
    try:
        from securesystemslib.dsse import Envelope as Made
        from securesystemslib.signer import CryptoSigner

        private = CryptoSigner(loaded)
    except ImportError:
        raise _missing() from None
    except Exception:  # whatever it says may quote the key
        raise _refusal("signing-key", "this kind of key cannot sign", path, "use Ed25519, ECDSA or RSA") from None

    def sign(statement: str) -> str:
        from json import dumps

        made = Made(statement.encode(), PAYLOAD, {})
        made.sign(private)
        return dumps(made.to_dict(), indent=1, sort_keys=True) + "\n"

    return sign


def public(path: str) -> Key:
    """The public key (PEM) in this file. Raises InputError, MissingExtraError."""
    data = _read(path)
    if b"PRIVATE KEY" in data:
        remedy = f"give its public half: openssl pkey -in {path} -pubout -out gate.pub"
        raise _refusal("signing-key", "this is a private key, which has no business where models are verified", path, remedy)
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
        from securesystemslib.signer import SSlibKey

        key = SSlibKey.from_crypto(load_pem_public_key(data))
    except ImportError:
        raise _missing() from None
    except Exception:
        raise _refusal(
            "signing-key", "there is no public key in this file", path, "give one in PEM: openssl pkey -pubout"
        ) from None
    return Key(path, f"{key.keytype} key {key.keyid[:12]}", key)


def signed_by(envelope: Envelope, keys: Sequence[Key]) -> Key | None:
    """The first of the keys that has signed the envelope; None where none has.

    The id of a key in an envelope is only a hint, which anyone may rewrite: every signature is tried with every key.
    """
    from securesystemslib.dsse import Envelope as Made
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import Signature

    content = Made(envelope.payload, envelope.payload_type, {}).pae()
    for key in keys:
        for signature in envelope.signatures:
            try:
                key.inner.verify_signature(Signature(key.inner.keyid, signature.hex()), content)
                return key
            except UnverifiedSignatureError:  # also where it does not fit the key at all
                continue
    return None


def _private(path: str, passphrase: str) -> Any:
    data = _read(path)
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key
    except ImportError:
        raise _missing() from None
    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else load_pem_private_key
    try:
        return load(data, passphrase.encode() or None)
    except TypeError:  # a passphrase that is needed and not there, or the other way round
        if passphrase:
            return _private(path, "")  # it is not encrypted: the passphrase may be for another one
        raise _refusal("signing-key", "this private key is encrypted", path, f"set {PASSPHRASE} in the environment") from None
    except Exception:
        pass
    remedy = f"is {PASSPHRASE} the right one?" if passphrase else "give one in PEM: openssl genpkey -algorithm ed25519"
    raise _refusal("signing-key", "no private key can be read from this file", path, remedy)


def _read(path: str) -> bytes:
    """A small file. Raises InputError; a key is never quoted."""
    from gate.readers.source import open_path

    data = open_path(path).data
    if len(data) > _LARGEST:
        raise _refusal("signing-key", "this file is too large for a key", path)
    return data


def _missing() -> MissingExtraError:
    return MissingExtraError("signing, or checking a signature,", "attest")


def _refusal(slug: str, message: str, path: str, remedy: str = "") -> InputError:
    return InputError(Problem(slug, message, Place(path), remedy))
