"""A PostgreSQL of a test's own: on a socket in a folder of its own, with a password, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

PASSWORD = "hunter2-and-more"
_TYPES = {
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.string(): "text",
    pa.bool_(): "boolean",
}


def programs() -> Path | None:
    """Where initdb and pg_ctl are: Debian keeps them out of PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return next((path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None)


@contextmanager
def serving(settings: str = "-c fsync=off -c shared_buffers=32MB") -> Iterator[dict[str, str]]:
    """The environment that leads to a running server. Skips, or fails where services are required."""
    found = programs()
    if found is None:
        if os.environ.get("GATE_CONSUMERS") == "required":
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="gate-"))  # short: the path of a socket has at most 107 bytes
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to be root
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o755)
    (folder / "password").write_text(PASSWORD)
    data = str(folder / "data")

    def run(program: str, *words: str) -> None:
        log = subprocess.DEVNULL
        subprocess.run([found / program, *words], check=True, cwd=folder, stdout=log, stderr=log, **user)

    try:
        run(
            "initdb",
            "-D",
            data,
            "-U",
            "gate",
            "-A",
            "scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "--no-sync",
            "-E",
            "UTF8",
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' {settings}"
        run("pg_ctl", "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield {"PGHOST": str(folder), "PGUSER": "gate", "PGPASSWORD": PASSWORD, "PGDATABASE": "postgres"}
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(connection: Any, name: str, rows: pa.Table) -> None:
    """A table with these rows."""
    from psycopg import sql

    columns = [sql.SQL("{} {}").format(sql.Identifier(each.name), sql.SQL(_TYPES[each.type])) for each in rows.schema]
    connection.execute(sql.SQL("create table {} ({})").format(sql.Identifier(name), sql.SQL(", ").join(columns)))
    into = sql.SQL("copy {} from stdin").format(sql.Identifier(name))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            copy.write_row(row)
