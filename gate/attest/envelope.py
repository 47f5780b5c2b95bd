"""An attestation as a file has it: a bare statement, one in a signed envelope (DSSE), or in a bundle of sigstore."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping, Sequence
from typing import Any

from gate.attest.statement import predicate_type
from gate.documents import json
from gate.documents.document import DocumentError
from gate.errors import InputError, Place, Problem
from gate.readers.source import open_path
from gate.record import dataclass
from gate.reports.intoto import STATEMENT, TEST_RESULT

PAYLOAD = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """`kind` is "statement" (signed by nobody), "dsse" or "sigstore"; `text` is the whole of it.

    `signatures` are those of an envelope, which are not checked yet; a bundle's are in its text.
    """

    file: str
    kind: str
    payload: bytes
    payload_type: str
    text: str
    signatures: tuple[bytes, ...] = ()


def opened(path: str) -> Envelope:
    """The attestation in a file. Raises InputError. Of several lines (GitHub's download), the one that is a test result."""
    text = open_path(path).text
    try:
        return _envelope(json.load(text, path), text, path)
    except DocumentError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.startswith("{") for line in lines):
            raise _malformed(error.problems[0].message, path) from None
    return _one_of([_line(line, path) for line in lines], path)


def _line(line: str, path: str) -> Envelope:
    try:
        return _envelope(json.load(line, path), line, path)
    except DocumentError as error:
        raise _malformed(error.problems[0].message, path) from None


def _one_of(found: Sequence[Envelope], path: str) -> Envelope:
    ours = [each for each in found if predicate_type(each.payload, path) == TEST_RESULT]
    if len(ours) != 1:
        what = f"of {len(found)} attestations in this file, {len(ours)} are test results"
        raise InputError(Problem("which-attestation", what, Place(path), "put the one that counts into a file of its own"))
    return ours[0]


def _envelope(document: Any, text: str, path: str) -> Envelope:
    if not isinstance(document, dict):
        raise _malformed("an object is needed", path)
    if document.get("_type") == STATEMENT or "predicateType" in document:
        return Envelope(path, "statement", text.encode(), PAYLOAD, text)
    if "dsseEnvelope" in document:
        inner = document["dsseEnvelope"]
        if not isinstance(inner, dict):
            raise _malformed("`dsseEnvelope` must be an object", path)
        return _signed(inner, "sigstore", text, path)
    if "payload" in document and "payloadType" in document:
        return _signed(document, "dsse", text, path)
    raise _malformed("it is neither a statement, nor a signed envelope, nor a bundle of sigstore", path)


def _signed(document: Mapping[str, Any], kind: str, text: str, path: str) -> Envelope:
    payload, payload_type, signatures = (document.get(key) for key in ("payload", "payloadType", "signatures"))
    if not isinstance(payload_type, str) or not isinstance(signatures, list) or not signatures:
        raise _malformed("an envelope needs `payloadType` and `signatures`", path)
    found = tuple(_bytes(each.get("sig") if isinstance(each, dict) else None, path) for each in signatures)
    return Envelope(path, kind, _bytes(payload, path), payload_type, text, found)


def _bytes(written: Any, path: str) -> bytes:
    try:
        return b64decode(written.encode("ascii"), validate=True)
    except (AttributeError, UnicodeEncodeError, Error):
        raise _malformed("a payload and its signatures are written in base64", path) from None


def _malformed(what: str, path: str) -> InputError:
    remedy = "write it with: gate check … --model PATH -o decision.intoto.json"
    return InputError(Problem("malformed-attestation", f"this is no attestation of gate: {what}", Place(path), remedy))
