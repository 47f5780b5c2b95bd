"""What may go wrong when objects are fetched, whatever library says it."""

from __future__ import annotations

import errno
from typing import Any

from gate.errors import Place, Problem
from gate.measure.object_address import public

_CREDENTIALS = ("NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError", "TokenRetrievalError")
_CUT = ("ClientPayloadError", "IncompleteReadError", "ContentLengthError", "ResponseStreamingError", "IncompleteRead")
# fsspec says of a web server that does not answer that there is no such file; what it comes from tells.
_SILENT = (
    "ConnectorError",
    "ConnectorDNSError",
    "ConnectorCertificateError",
    "ConnectionRefusedError",
    "TimeoutError",
    "DisconnectedError",
)


class TooLargeError(Exception):
    """More bytes than gate fetches."""


class DiskFullError(Exception):
    """More bytes than the disk holds."""


def said(error: BaseException, address: str) -> Problem:
    """An error as a problem. Its own words are not shown: they quote addresses, hosts and what servers say."""
    where = Place(public(address))
    every = list(_causes(error))
    names = {type(each).__name__ for each in every}
    if any(isinstance(each, TooLargeError) for each in every):
        remedy = "count it where it lies (spark:…), or in shards whose tallies merge"
        return Problem("too-large", "this is larger than what gate fetches (64 GiB)", where, remedy)
    if any(isinstance(each, DiskFullError) or getattr(each, "errno", None) == errno.ENOSPC for each in every):
        remedy = "free some space in the folder for temporary files, or name another: TMPDIR"
        return Problem("disk-full", "the disk is full: objects are fetched before they are counted", where, remedy)
    status = next((found for each in every if (found := _status(each))), 0)
    if status in (401, 403) or names & {"PermissionError", *_CREDENTIALS}:
        remedy = "credentials are fsspec's: by the environment (AWS_PROFILE …), or by its own files"
        return Problem("no-permission", "no permission to read the object", where, remedy)
    if names & {*_CUT}:
        return Problem("cut-short", "the connection broke off before all of the object was here", where, "try again")
    silent = any(name.endswith(_SILENT) for name in names)
    if status in (404, 410) or (names & {"FileNotFoundError", "NoSuchBucket", "NoSuchKey"} and not (status or silent)):
        return Problem("no-such-file", "there is no such object", where)
    return _unanswered(names, status, where)


def _unanswered(names: set[str], status: int, where: Place) -> Problem:
    if status:
        return Problem("object-unreachable", f"the server answers with status {status}", where, "try again later")
    if any("Certificate" in name or "SSL" in name for name in names):
        return Problem("object-unreachable", "the server's certificate is not trusted here", where, "check the host's name")
    remedy = "is the address right, and may this machine reach it?"
    told = next(iter(sorted(names)), "")
    return Problem("object-unreachable", f"the object cannot be fetched ({told})", where, remedy)


def _causes(error: BaseException) -> Any:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int:
    """The HTTP status that an error of aiohttp, botocore, gcsfs or azure carries; 0 for none."""
    response = getattr(error, "response", None)
    found = response.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(response, dict) else None
    for name in ("status", "status_code", "code"):
        found = found if found is not None else getattr(error, name, None)
    return found if isinstance(found, int) and 400 <= found < 600 else 0
