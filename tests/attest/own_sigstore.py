"""A sigstore of our own: a certificate authority, a log of certificates and a transparency log, as small as their formats allow.

What it signs is checked by sigstore's own library with nothing left out, only against these roots instead of the public ones.
"""

from __future__ import annotations

import json
import struct
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

ISSUER_OID, OLD_ISSUER_OID = ObjectIdentifier("1.3.6.1.4.1.57264.1.8"), ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
SCT_OID = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
ROOTS = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"


def coded(data: bytes) -> str:
    return b64encode(data).decode()


def public(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class OwnSigstore:
    """It vouches for anyone who asks; the certificate is of the moment of signing."""

    def __init__(self, at: str) -> None:
        self.at = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        self.authority, self.certificates, self.log = (generate_private_key(SECP256R1()) for _ in range(3))
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own sigstore")])
        self.root = (
            x509.CertificateBuilder(name, name, self.authority.public_key(), x509.random_serial_number())
            .not_valid_before(self.at - timedelta(days=1))
            .not_valid_after(self.at + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.authority.public_key()), critical=False)
            .sign(self.authority, SHA256())
        )

    def trusted_root(self, path: Path) -> Path:
        """What a verifier trusts, as a file."""
        since = {"validFor": {"start": (self.at - timedelta(days=1)).isoformat().replace("+00:00", "Z")}}

        def log(key: EllipticCurvePrivateKey) -> dict[str, Any]:
            told = {"rawBytes": coded(public(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", **since}
            url = {"baseUrl": "https://log.example.com", "hashAlgorithm": "SHA2_256"}
            return {**url, "publicKey": told, "logId": {"keyId": coded(sha256(public(key)).digest())}}

        authority = {
            "subject": {"organization": "example.com", "commonName": "own sigstore"},
            "uri": "https://ca.example.com",
            "certChain": {"certificates": [{"rawBytes": coded(self.root.public_bytes(Encoding.DER))}]},
            **since,
        }
        roots = {
            "mediaType": ROOTS,
            "tlogs": [log(self.log)],
            "certificateAuthorities": [authority],
            "ctlogs": [log(self.certificates)],
        }
        path.write_text(json.dumps(roots))
        return path

    def signed(self, statement: str, identity: str, issuer: str, payload_type: str = "application/vnd.in-toto+json") -> str:
        """A bundle of the statement, signed in the name of an identity."""
        key = generate_private_key(SECP256R1())
        certificate = self._certificate(key, identity, issuer)
        payload = statement.encode()
        kind = payload_type.encode()
        content = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
        signature = key.sign(content, ECDSA(SHA256()))
        envelope = {"payload": coded(payload), "payloadType": payload_type, "signatures": [{"sig": coded(signature)}]}
        verifier = coded(certificate.public_bytes(Encoding.PEM))
        spec = {
            "envelopeHash": {"algorithm": "sha256", "value": sha256(json.dumps(envelope).encode()).hexdigest()},
            "payloadHash": {"algorithm": "sha256", "value": sha256(payload).hexdigest()},
            "signatures": [{"signature": coded(signature), "verifier": verifier}],
        }
        material = {
            "certificate": {"rawBytes": coded(certificate.public_bytes(Encoding.DER))},
            "tlogEntries": [self._logged({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})],
        }
        return json.dumps({"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": envelope})

    def _logged(self, entry: dict[str, Any]) -> dict[str, Any]:
        """The only entry of a transparency log, with its promise and proof."""
        body = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
        log_id, when, root = sha256(public(self.log)).digest(), int(self.at.timestamp()), sha256(b"\0" + body).digest()
        told = {"body": coded(body), "integratedTime": when, "logID": log_id.hex(), "logIndex": 0}
        promise = self.log.sign(json.dumps(told, sort_keys=True, separators=(",", ":")).encode(), ECDSA(SHA256()))
        note = f"log.example.com\n1\n{coded(root)}\n"
        seal = coded(log_id[:4] + self.log.sign(note.encode(), ECDSA(SHA256())))
        proof = {"logIndex": "0", "rootHash": coded(root), "treeSize": "1", "hashes": []}
        return {
            "logIndex": "0",
            "logId": {"keyId": coded(log_id)},
            "kindVersion": {"kind": entry["kind"], "version": entry["apiVersion"]},
            "integratedTime": str(when),
            "inclusionPromise": {"signedEntryTimestamp": coded(promise)},
            "inclusionProof": {**proof, "checkpoint": {"envelope": f"{note}\n\N{EM DASH} log.example.com {seal}\n"}},
            "canonicalizedBody": coded(body),
        }

    def _certificate(self, key: EllipticCurvePrivateKey, identity: str, issuer: str) -> x509.Certificate:
        """A certificate of ten minutes, logged before it was signed (RFC 6962)."""
        name = issuer.encode()
        plain = (
            x509.CertificateBuilder(self.root.subject, x509.Name([]), key.public_key(), x509.random_serial_number())
            .not_valid_before(self.at - timedelta(minutes=1))
            .not_valid_after(self.at + timedelta(minutes=9))
            .add_extension(usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority.public_key()), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)]), critical=True)
            .add_extension(x509.UnrecognizedExtension(OLD_ISSUER_OID, name), critical=False)
            .add_extension(x509.UnrecognizedExtension(ISSUER_OID, bytes([0x0C, len(name)]) + name), critical=False)
        )
        before = plain.sign(self.authority, SHA256()).tbs_certificate_bytes
        when = int(self.at.timestamp() * 1000)
        entry = sha256(public(self.authority)).digest() + len(before).to_bytes(3, "big") + before
        promise = self.certificates.sign(struct.pack("!BBQH", 0, 0, when, 1) + entry + b"\0\0", ECDSA(SHA256()))
        sct = struct.pack("!B32sQHBBH", 0, sha256(public(self.certificates)).digest(), when, 0, 4, 3, len(promise)) + promise
        listed = struct.pack("!HH", len(sct) + 2, len(sct)) + sct
        value = bytes([0x04, *([len(listed)] if len(listed) < 128 else [0x81, len(listed)])]) + listed
        return plain.add_extension(x509.UnrecognizedExtension(SCT_OID, value), critical=False).sign(self.authority, SHA256())


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
