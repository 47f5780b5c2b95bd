"""At deploy time: this model has a passing decision under this policy, and it is signed by whom it should be."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gate import __version__
from gate.app.clock import Clock, clock
from gate.attest import checks
from gate.attest.statement import Judge, Statement, read
from gate.attest.verification import Check, Holds, Verification
from gate.errors import InputError, Place, PolicyError, Problem, UsageError
from gate.record import dataclass, field

if TYPE_CHECKING:
    from gate.attest.envelope import Envelope
    from gate.attest.keys import Key

DIGEST = "sha256:"
ENDINGS = (".intoto.json", ".dsse.json", ".sigstore.json")
_AGE = re.compile(r"(\d{1,6})(d|h|m)\Z", re.ASCII)
_UNITS = {"d": (86400, "day"), "h": (3600, "hour"), "m": (60, "minute")}
_AFTER = (
    "model",
    "policy",
    "verdict",
    "age",
    "evidence",
    "waivers",
)  # what is looked at only in a statement that can be believed


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What `gate verify` was asked for. `policies` are paths, or `sha256:` and the digest that one resolves to.

    The signature is one by any of `keys` (files of public keys), or by `identity` as vouched for by `issuer`; `unsigned`
    says that something else vouches for the attestation.
    """

    models: Sequence[str]
    attestation: str = ""
    policies: Sequence[str] = ()
    policy_from: str = ""
    keys: Sequence[str] = ()
    identity: str = ""
    issuer: str = ""
    trusted_root: str = ""
    unsigned: bool = False
    max_age: str = "7d"
    evidence: str = ""
    waivers: bool = True
    environ: Mapping[str, str] = field(default_factory=dict)


def verify(
    models: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    attestation: str | os.PathLike[str] = "",
    policy: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    policy_from: str = "",
    key: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    identity: str = "",
    issuer: str = "",
    trusted_root: str | os.PathLike[str] = "",
    unsigned: bool = False,
    max_age: str = "7d",
    evidence: str = "",
    waivers: bool = True,
) -> Verification:
    """Whether this model has a passing decision under this policy, signed by whom it should be: `assert gate.verify(…)`.

    The arguments are the options of `gate verify`. What is returned is true only where every check holds; `.checks` tells
    of each, and printing it shows them. Raises GateError where it cannot be said.
    """
    return verified(
        VerifyRequest(
            models=_paths(models),
            attestation=os.fspath(attestation),
            policies=_paths(policy),
            policy_from=policy_from,
            keys=_paths(key),
            identity=identity,
            issuer=issuer,
            trusted_root=os.fspath(trusted_root),
            unsigned=unsigned,
            max_age=max_age,
            evidence=evidence,
            waivers=waivers,
            environ=os.environ,
        )
    )


def _paths(given: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> list[str]:
    return [os.fspath(each) for each in ([given] if isinstance(given, (str, os.PathLike)) else given)]


def verified(request: VerifyRequest, moment: Clock | None = None) -> Verification:
    """Every check. Raises GateError where it cannot be said: no attestation, no policy, a file that cannot be read."""
    from gate.attest.envelope import opened
    from gate.attest.model import identified

    moment = moment or clock()
    _refuse_unclear(request)
    most, most_text = _age(request.max_age)
    wanted, at = _trusted(request, moment)
    file = request.attestation or _beside(request.models)
    envelope = opened(file)
    signature = _signature(request, envelope)
    if signature.holds is Holds.NO:
        unknown = "not looked at: nothing in the attestation can be believed"
        rest = [Check(name, Holds.UNKNOWN, unknown) for name in _AFTER]
        return Verification((signature, *rest), file, ", ".join(request.models))
    statement = read(envelope.payload, file)
    models = identified(request.models, [file])
    found = (
        checks.model(models, statement),
        signature,
        checks.policy(wanted, statement, __version__, at),
        checks.verdict(statement),
        checks.age(statement, moment.now, most, most_text),
        checks.evidence(statement, request.evidence),
        checks.waivers(statement, moment.today, request.waivers),
    )
    return Verification(found, file, _name(statement))


def _name(statement: Statement) -> str:
    names = " + ".join(dict.fromkeys(each.name for each in statement.policies))
    return f"{names} at {statement.commit[:7]}" if statement.commit else names


def _refuse_unclear(request: VerifyRequest) -> None:
    """Refuse what is asked by halves: a signature must be wanted from somebody, or said not to be."""
    if not request.models:
        raise UsageError(Problem("no-input", "nothing to verify: name the model", remedy="gate verify model/ --key gate.pub"))
    if bool(request.identity) != bool(request.issuer):
        what = "`--identity` and `--issuer` belong together: anyone may be called anything by somebody"
        raise UsageError(Problem("no-signer", what, remedy="see docs/verify.md for those of your CI"))
    asked = [bool(request.keys), bool(request.identity), request.unsigned]
    if sum(asked) != 1:
        what = "whose signature must it be?" if not any(asked) else "`--key`, `--identity` and `--unsigned` exclude each other"
        remedy = (
            "--key gate.pub                           who has the private key\n"
            "--identity NAME --issuer URL             a job of CI, by sigstore\n"
            "--unsigned                               anyone: when something else has checked the attestation"
        )
        raise UsageError(Problem("no-signer", what, remedy=remedy))
    if request.evidence not in ("", "claimed", "measured"):
        what = f"`--evidence {request.evidence[:40]}` is neither claimed nor measured"
        raise UsageError(Problem("usage", what, remedy="--evidence measured"))


def _age(written: str) -> tuple[int, str]:
    """Seconds, and in words. Raises UsageError."""
    found = _AGE.match(written)
    if not found or not int(found[1]):
        raise UsageError(Problem("bad-age", f"`--max-age {written[:40]}` is no span of time", remedy="--max-age 7d, 12h or 30m"))
    seconds, unit = _UNITS[found[2]]
    count = int(found[1])
    return count * seconds, f"{count} {unit}{'s' if count > 1 else ''}"


# -- the trusted policy


def _trusted(request: VerifyRequest, moment: Clock) -> tuple[list[Judge], str]:
    """The policies that must have judged, and where they were read."""
    pinned = [name for name in request.policies if name.startswith(DIGEST)]
    if pinned:
        return _pinned(request, pinned), ""
    if request.policy_from:
        from gate.app.trust.trusted import trusted

        judging = trusted(request.policy_from, request.policies, moment, request.environ)
        revision = judging.revision
        assert revision is not None
        if revision.first:
            what = f"there is no policy at {revision.ref} that could have judged"
            raise PolicyError(Problem("no-policy", what, remedy="merge the policy first"))
        policies, at = judging.policies, f" at {revision.ref} {revision.commit[:7]}"
    else:
        from gate.app.judging import load_all

        policies, at = tuple(load_all(_found(request.policies), moment)), ""
    return [Judge(each.file, each.name, each.sha256) for each in policies], at


def _found(named: Sequence[str]) -> list[str]:
    """The policies named, or the nearest one; the environment has no say."""
    from gate.policy.find import find

    try:
        return find(named, {})
    except PolicyError as error:
        if any(problem.slug != "no-policy" for problem in error.problems):
            raise
        remedy = "name it: `-p gate.yaml`, `--policy-from origin/main`, or `-p sha256:` and its digest"
        raise PolicyError(
            Problem("no-policy", "which policy must have judged? There is no gate.yaml here", remedy=remedy)
        ) from None


def _pinned(request: VerifyRequest, pinned: Sequence[str]) -> list[Judge]:
    digests = [name.removeprefix(DIGEST) for name in pinned]
    if len(pinned) < len(request.policies) or request.policy_from:
        what = "digests of policies stand alone: without `--policy-from`, and without files beside them"
        raise UsageError(Problem("usage", what, remedy="give the digests of all"))
    for digest in digests:
        if not re.fullmatch("[0-9a-f]{64}", digest):
            remedy = "it stands in decision.json under `policies`"
            raise UsageError(Problem("usage", f"`{DIGEST}{digest[:80]}` is not a digest of 64 hexadecimal digits", remedy=remedy))
    return [Judge("", "", digest) for digest in digests]


# -- the attestation


def _beside(models: Sequence[str]) -> str:
    """The one attestation in or beside the first model. Raises InputError: none, or several."""
    path = models[0].rstrip("/" + os.sep) or models[0]
    folders = [path] if os.path.isdir(path) else []
    folders.append(os.path.dirname(path) or os.curdir)
    for folder in folders:
        found = sorted(name for name in _listed(folder) if name.lower().endswith(ENDINGS))
        if len(found) > 1:
            what = f"several attestations lie here: {', '.join(found[:4])}"
            raise InputError(Problem("which-attestation", what, Place(folder), f"say which: `--attestation {found[0]}`"))
        if found:
            return os.path.normpath(os.path.join(folder, found[0]))
    what = f"no attestation lies in or beside this model (a file that ends in {', '.join(ENDINGS)})"
    remedy = "name it: `--attestation FILE`; the job that judged makes it by `--model PATH -o decision.intoto.json`"
    raise InputError(Problem("no-attestation", what, Place(models[0]), remedy))


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _signature(request: VerifyRequest, envelope: Envelope) -> Check:
    from gate.attest.envelope import PAYLOAD

    given = _keys(request.keys)
    if envelope.payload_type != PAYLOAD:
        return _unsigned(f"what is signed is no in-toto statement but `{envelope.payload_type[:60]}`")
    if request.unsigned:
        return Check("signature", Holds.REMARK, "not checked (--unsigned)")
    if envelope.kind == "statement":
        return _unsigned(
            "nobody has signed this attestation", "sign it where the model is judged: `--sign-key` or `--sign-keyless`"
        )
    if given:
        return _by_key(envelope, given)
    return _by_identity(request, envelope)


def _keys(paths: Sequence[str]) -> list[Key]:
    """The public keys, read before anything is said about a signature."""
    if not paths:
        return []
    from gate.attest import keys

    return [keys.public(path) for path in paths]


def _by_key(envelope: Envelope, given: Sequence[Key]) -> Check:
    from gate.attest import keys

    if envelope.kind != "dsse":
        return _unsigned("it was signed with sigstore, by an identity, and not by a key", "--identity NAME --issuer URL")
    by = keys.signed_by(envelope, given)
    if by is None:
        return _unsigned(f"no signature of it is one by {', '.join(f'{key.file} ({key.label})' for key in given)}")
    return Check("signature", Holds.YES, f"by {by.file} ({by.label})")


def _by_identity(request: VerifyRequest, envelope: Envelope) -> Check:
    if envelope.kind != "sigstore":
        return _unsigned("it was signed with a key, and not by an identity", "--key gate.pub")
    from gate.attest import keyless

    why = keyless.refused(envelope, keyless.Identity(request.identity, request.issuer), request.trusted_root)
    if why:
        return _unsigned(f"sigstore does not vouch for {request.identity}: {why}")
    return Check("signature", Holds.YES, f"by {request.identity}, vouched for by {request.issuer}")


def _unsigned(what: str, remedy: str = "") -> Check:
    return Check("signature", Holds.NO, what, remedy)
