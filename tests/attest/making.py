"""A model, a policy and metrics in a folder, and what is made of them: keys, attestations, verifications."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gate.app.check import CheckRequest, check
from gate.app.clock import Clock
from gate.app.verify import VerifyRequest, verified
from gate.attest import keys
from gate.attest.verification import Holds, Verification
from gate.record import replace
from gate.reports import intoto
from gate.terms.decision import Decision

NOW = "2026-11-22T10:00:00Z"
POLICY = "gate: 1\nname: fraud\nrules:\n  - recall >= 0.85\n  - {check: f1 >= 0.9, level: warn}\n"
METRICS = {"recall": {"value": 0.91, "n": 400}, "f1": 0.95}
PASSPHRASE = "correct horse battery staple"


def furnished(folder: Path, policy: str = POLICY) -> Path:
    """The folder with a model of two files, a policy and metrics."""
    (folder / "model" / "layers").mkdir(parents=True)
    (folder / "model" / "weights.bin").write_bytes(b"weights")
    (folder / "model" / "layers" / "0.json").write_text("{}")
    (folder / "gate.yaml").write_text(policy)
    (folder / "metrics.json").write_text(json.dumps(METRICS))
    return folder


def decided(folder: Path, now: str = NOW, **changes: Any) -> Decision:
    """The decision on what stands there, at a moment that does not count as given."""
    request = CheckRequest(
        inputs=[str(folder / "metrics.json")], policies=[str(folder / "gate.yaml")], models=[str(folder / "model")], now=now
    )
    return replace(check(request), simulated=False, **changes)


def pair(folder: Path, name: str = "gate", *, kind: str = "ed25519", passphrase: str = "") -> tuple[Path, Path]:
    """A private and a public key, in PEM."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    makers: dict[str, Callable[[], Any]] = {
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
    }
    key = makers[kind]()
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def attested(folder: Path, decision: Decision | None = None, key: Path | None = None) -> Path:
    """The decision as an attestation beside the model, signed where there is a key."""
    text = intoto.render(decided(folder) if decision is None else decision)
    path = folder / "decision.intoto.json"
    path.write_text(keys.signer(str(key), {})(text) if key else text)
    return path


def verification(folder: Path, now: str = NOW, **asked: Any) -> Verification:
    """What `gate verify` says at a moment."""
    given: dict[str, Any] = {"models": [str(folder / "model")], "policies": [str(folder / "gate.yaml")]}
    return verified(VerifyRequest(**{**given, **asked}), Clock(now))


def outcome(found: Verification) -> dict[str, Holds]:
    return {check.name: check.holds for check in found.checks}


def run(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """gate as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "gate.cli.main", *words],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
