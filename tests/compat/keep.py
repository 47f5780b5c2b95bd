"""Makes the folder of a release in tests/compat/attestations: a model, and what this version attests of it."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from gate.attest import keys
from gate.record import replace
from gate.reports import intoto
from gate.terms.decision import Decision, UsedWaiver, Verdict
from gate.terms.revision import Revision
from tests.attest.making import NOW, decided, furnished, pair
from tests.attest.own_sigstore import OwnSigstore

FOLDER = Path(__file__).parent / "attestations"
IDENTITY, ISSUER = (
    "https://github.com/acme/fraud/.github/workflows/gate.yml@refs/heads/main",
    "https://token.actions.githubusercontent.com",
)


def waived(decision: Decision) -> Decision:
    """The decision with a warning, a waiver and a trusted revision: every part that an attestation can have."""
    first, *rest = decision.findings
    used = replace(first, effect=Verdict.WARN, waiver=UsedWaiver("2026-12-31", "RISK-123", "@risk"))
    revision = Revision("main", "9b0d77e41c2f3a5b6d7e8f901234567890abcdef", "git")
    told = {"run_url": "https://ci.example.com/1", "commit": "3f2a1c9d0b7e4f5a6b7c8d9e0f1a2b3c4d5e6f70"}
    return replace(decision, verdict=Verdict.WARN, findings=(used, *rest), revision=revision, **told)


def keep(version: str) -> None:
    """Make the folder. The private keys are forgotten."""
    target = FOLDER.resolve() / version
    shutil.rmtree(target, ignore_errors=True)
    furnished(target)
    (target / "model" / ".gitkeep").write_text("")
    (target / "model" / "ä b.json").write_text("[]\n", encoding="utf-8")
    os.chdir(target)  # so that no path of this machine is attested
    passes = decided(Path())
    warns = waived(passes)
    with tempfile.TemporaryDirectory() as elsewhere:
        for kind in ("ed25519", "ecdsa", "rsa"):
            private, public = pair(Path(elsewhere), kind, kind=kind)
            shutil.copy(public, target / public.name)
            (target / f"{kind}.intoto.json").write_text(keys.signer(str(private), {})(intoto.render(passes)))
    (target / "warns.intoto.json").write_text(intoto.render(warns))
    sigstore = OwnSigstore(NOW)
    sigstore.trusted_root(target / "roots.json")
    (target / "passes.sigstore.json").write_text(sigstore.signed(intoto.render(passes), IDENTITY, ISSUER))
    (target / "expected.json").write_text(json.dumps({"at": NOW, "policy": passes.policies[0].sha256}) + "\n")


if __name__ == "__main__":
    keep(sys.argv[1])
