"""What tables are called on the command line: `postgres://host/database#schema.table`, `spark:catalog.schema.table`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from gate.documents.document import shown
from gate.errors import Place, Problem, UsageError
from gate.record import dataclass

POSTGRES = ("postgres://", "postgresql://")
SPARK = "spark:"
TIMEOUT = 1800
_ALLOWED = {"host", "port", "sslmode", "sslrootcert", "timeout"}
_EXAMPLE = "postgres://host/database#schema.table"
_SPARK_EXAMPLE = "write spark:catalog.schema.table, or spark:s3a://bucket/folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAddress:
    """A table and how to reach it; `parameters` are libpq's, without any secret. `timeout` is in seconds, of one query."""

    parameters: Mapping[str, Any]
    schema: str
    table: str
    timeout: int = TIMEOUT


def is_table(path: str) -> bool:
    """Whether an INPUT is the address of a table; a file called so is written `./spark:…`."""
    return path.startswith((*POSTGRES, SPARK))


def form(path: str) -> str:
    """The form of the rows at an address, which is the engine that counts them. Raises UsageError."""
    if path.startswith(SPARK):
        named = path[len(SPARK) :]
        if "://" not in named and not all(named.split(".")):
            raise UsageError(Problem("bad-table", "the address of a table names none", Place(shown(path, 120)), _SPARK_EXAMPLE))
        return "spark"
    postgres(path)
    return "postgres"


def postgres(text: str, environ: Mapping[str, str] | None = None) -> PostgresAddress:
    """The address in parts. Raises UsageError: no URL, no table, a password in it, or a password meant for another host."""
    from urllib.parse import parse_qsl, unquote, urlsplit

    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise _bad(text, "is not a URL", f"write {_EXAMPLE}") from None
    if parts.password is not None or set(query) - _ALLOWED:
        what = "may hold no password, and no settings but " + ", ".join(sorted(_ALLOWED))
        raise _bad(text, what, "give credentials by the environment: PGPASSWORD, PGPASSFILE or PGSERVICE")
    schema, _, table = unquote(parts.fragment).rpartition(".")
    if not table or "\0" in parts.fragment:
        raise _bad(text, "names no table", f"write {_EXAMPLE}")
    if not re.fullmatch(r"[1-9]\d{0,5}", query.get("timeout", str(TIMEOUT))):
        raise _bad(text, "has a `timeout` that is no number of seconds", "write ?timeout=3600 before the #")
    given = {
        "host": unquote(host) or query.get("host", ""),
        "port": port or query.get("port", ""),
        "user": unquote(parts.username or ""),
        "dbname": unquote(parts.path.lstrip("/")),
        "sslmode": query.get("sslmode", ""),
        "sslrootcert": query.get("sslrootcert", ""),
    }
    _refuse_stranger(text, str(given["host"]), os.environ if environ is None else environ)
    timeout = int(query.get("timeout", TIMEOUT))
    parameters = {name: value for name, value in given.items() if value}
    return PostgresAddress(parameters=parameters, schema=schema or "public", table=table, timeout=timeout)


def _refuse_stranger(text: str, host: str, environ: Mapping[str, str]) -> None:
    """A password in the environment goes to the host that the environment names, and to no other."""
    if host and environ.get("PGPASSWORD") and environ.get("PGHOST", "") != host:
        remedy = "set PGHOST to the host that PGPASSWORD is for, or keep passwords by host in PGPASSFILE"
        raise _bad(text, "names another host than PGHOST, and PGPASSWORD is not for it", remedy)


def public(text: str) -> str:
    """The address as it may be shown: without what might be a secret."""
    bare, mark, table = text.partition("#")
    return shown(re.sub(r"//[^/]*@", "//…@", bare).partition("?")[0] + mark + table, 120)


def _bad(text: str, what: str, remedy: str) -> UsageError:
    return UsageError(Problem("bad-table", f"the address of a table {what}", Place(public(text)), remedy))
