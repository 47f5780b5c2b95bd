"""What remote objects of rows are called: `s3://bucket/rows.parquet`, `https://host/rows.csv`, any address that fsspec opens."""

from __future__ import annotations

import re

from gate.documents.document import shown
from gate.errors import Place, Problem, UsageError

HTTP = ("http", "https")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")
_OTHERS = ("file", "local", "postgres", "postgresql")


def scheme_of(path: str) -> str:
    """The scheme of an address, which fsspec calls a protocol; "" where the path is none, or one of a table."""
    found = _SCHEME.match(path)
    return found[1] if found and found[1] not in _OTHERS else ""


def is_object(path: str) -> bool:
    """Whether a path is the address of an object; a file called so is written `./s3:/…`."""
    return bool(scheme_of(path))


def key(address: str) -> str:
    """The path in an address: without what stands behind `?` and `#`, by which objects are asked for."""
    path = address.partition("://")[2].partition("?")[0]
    return path.partition("#")[0] if scheme_of(address) in HTTP else path


def public(address: str) -> str:
    """The address as it may be shown: users, passwords and what stands behind `?` may be secret."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    bare, asked, _ = path.partition("?")
    host, also, _ = host.partition("?")
    end = "?…" if asked or also else ""
    return shown(f"{scheme}://{'…@' if '@' in host else ''}{host.rpartition('@')[2]}{slash}{bare.partition('#')[0]}{end}", 200)


def refuse_odd(address: str) -> None:
    """Refuse addresses that hold a password, and those that chain several. Raises UsageError."""
    host = address.partition("://")[2].partition("/")[0]
    if ":" in host.rpartition("@")[0]:
        remedy = "give credentials to fsspec: by the environment, or by files of its own"
        raise UsageError(Problem("bad-address", "the address may hold no password", Place(public(address)), remedy))
    if "::" in address or "\0" in address:
        what = "the address chains several, or holds a zero byte"
        raise UsageError(Problem("bad-address", what, Place(public(address)), "name the object itself"))
