"""Attestations of every release verify for ever, at the day that they were made; and only with what they were made of."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("securesystemslib")
pytest.importorskip("cryptography")

from gate.attest.verification import Holds, Verification
from tests.attest.making import outcome, verification
from tests.compat.keep import FOLDER, IDENTITY, ISSUER

RELEASES = sorted(FOLDER.iterdir())
SIGNED = ("ed25519", "ecdsa", "rsa")


def expected(release: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((release / "expected.json").read_text())
    return found


def verified(release: Path, name: str, **asked: Any) -> Verification:
    """At the moment that it was made, by the digest of the policy."""
    told = expected(release)
    given = {"policies": [f"sha256:{told['policy']}"], "attestation": str(release / name), **asked}
    return verification(release, told["at"], **given)


def test_there_are_releases() -> None:
    assert [release.name for release in RELEASES][:1] == ["0.1.0"]


@pytest.mark.parametrize("release", RELEASES, ids=lambda each: each.name)
@pytest.mark.parametrize("kind", SIGNED)
def test_a_signature_by_a_key_holds(release: Path, kind: str) -> None:
    assert verified(release, f"{kind}.intoto.json", keys=[str(release / f"{kind}.pub")])
    other = SIGNED[SIGNED.index(kind) - 1]
    assert not verified(release, f"{kind}.intoto.json", keys=[str(release / f"{other}.pub")])


@pytest.mark.parametrize("release", RELEASES, ids=lambda each: each.name)
def test_a_signature_by_an_identity_holds(release: Path) -> None:
    pytest.importorskip("sigstore")
    asked = {"identity": IDENTITY, "issuer": ISSUER, "trusted_root": str(release / "roots.json")}
    assert verified(release, "passes.sigstore.json", **asked)
    assert not verified(release, "passes.sigstore.json", **{**asked, "identity": f"{IDENTITY}x"})


@pytest.mark.parametrize("release", RELEASES, ids=lambda each: each.name)
def test_warnings_and_waivers_are_read(release: Path) -> None:
    found = verified(release, "warns.intoto.json", unsigned=True)
    assert found
    assert outcome(found)["verdict"] is outcome(found)["waivers"] is Holds.REMARK
    assert not verified(release, "warns.intoto.json", unsigned=True, waivers=False)


@pytest.mark.parametrize("release", RELEASES, ids=lambda each: each.name)
def test_another_model_or_policy_does_not_pass(release: Path, tmp_path: Path) -> None:
    key = {"keys": [str(release / "ed25519.pub")]}
    assert not verified(release, "ed25519.intoto.json", policies=[f"sha256:{'0' * 64}"], **key)
    shutil.copytree(release / "model", tmp_path / "model")
    assert verified(release, "ed25519.intoto.json", models=[str(tmp_path / "model")], **key)
    (tmp_path / "model" / "weights.bin").write_bytes(b"Weights")
    assert not verified(release, "ed25519.intoto.json", models=[str(tmp_path / "model")], **key)
