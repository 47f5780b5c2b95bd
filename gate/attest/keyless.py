"""Signing without a key of one's own: sigstore vouches for the identity that a CI job has."""

from __future__ import annotations

from collections.abc import Callable

from gate.attest.envelope import PAYLOAD, Envelope
from gate.errors import GateError, InputError, MissingExtraError, Place, Problem
from gate.record import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Who must have signed: the name in the certificate (a workflow with its ref, an e-mail address), and who vouches for it."""

    name: str
    issuer: str


def signer() -> Callable[[str], str]:
    """What makes a bundle of a statement, signed as this CI job. Raises UsageError outside of one, MissingExtraError."""
    try:
        from sigstore.models import ClientTrustConfig
        from sigstore.oidc import IdentityToken, detect_credential
        from sigstore.sign import SigningContext
    except ImportError:
        raise MissingExtraError("signing with sigstore", "sigstore") from None
    try:
        written = detect_credential()
    except Exception as error:
        raise _no_identity(type(error).__name__) from None
    if not written:
        raise _no_identity("")

    def sign(statement: str) -> str:
        from sigstore.dsse import Statement

        try:
            context = SigningContext.from_trust_config(ClientTrustConfig.production())
            with context.signer(IdentityToken(written)) as made:
                return str(made.sign_dsse(Statement(statement.encode())).to_json()) + "\n"
        except Exception as error:  # of the network, of the token, of the services: none may quote the token
            what = f"sigstore did not sign: {type(error).__name__}"
            raise GateError(Problem("not-signed", what, remedy="try again, or sign with a key: `--sign-key`")) from None

    return sign


def _no_identity(why: str) -> GateError:
    what = "signing with sigstore: this job has no identity" + (f" ({why})" if why else "")
    remedy = (
        "GitHub: `permissions: {id-token: write}`; GitLab: `id_tokens: {SIGSTORE_ID_TOKEN: {aud: sigstore}}`\n"
        "elsewhere sign with a key: `--sign-key FILE`"
    )
    return GateError(Problem("no-identity", what, remedy=remedy))


def refused(envelope: Envelope, who: Identity, trusted_root: str = "") -> str:
    """Why a bundle is not signed by this identity; empty where it is.

    Certificate, its log, the transparency log and the signature are checked by sigstore's own library, against the roots
    of the public sigstore as they came with it or were last fetched, or those in the file `trusted_root`. Nothing is
    fetched. Raises InputError for that file, MissingExtraError.
    """
    try:
        from sigstore.models import Bundle, ClientTrustConfig, TrustedRoot
        from sigstore.verify import Verifier
        from sigstore.verify.policy import Identity as Named
    except ImportError:
        raise MissingExtraError("checking a bundle of sigstore", "sigstore") from None
    try:
        roots = TrustedRoot.from_file(trusted_root) if trusted_root else ClientTrustConfig.production(offline=True).trusted_root
        verifier = Verifier(trusted_root=roots)
    except Exception as error:
        problem = Problem("bad-trusted-root", f"roots of trust cannot be read: {type(error).__name__}", _place(trusted_root))
        raise InputError(problem) from None
    try:
        bundle = Bundle.from_json(envelope.text)
        kind, payload = verifier.verify_dsse(bundle, Named(identity=who.name, issuer=who.issuer))
    except Exception as error:  # sigstore's own, and those of what it is built on: a bundle is a stranger's
        return _first_line(error)
    if (kind, payload) != (PAYLOAD, envelope.payload):
        return "what is signed is not what is read"
    return ""


def _place(trusted_root: str) -> Place | None:
    return Place(trusted_root) if trusted_root else None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).partition("\n")[0][:200]
