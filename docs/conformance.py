"""Measures the same rows by every engine that is at hand and by other people's code: which metrics come out the same.

`python docs/conformance.py` writes conformance.json, from which generate.py takes the table of metrics.md; what an engine
that is not at hand did in an earlier run stays. A value that differs is an error, and is named.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gate import registry  # noqa: E402
from gate.measure.definition import from_mapping  # noqa: E402
from gate.measure.engines.engine import Effort  # noqa: E402
from gate.measure.measurements import measurements  # noqa: E402
from gate.measure.source import open_rows  # noqa: E402
from tests.measure import conformance, oracles, postgres_server  # noqa: E402

FILE = ROOT / "docs" / "conformance.json"


def main() -> int:
    """Run every engine at hand; the number of values that differ."""
    told: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        parquet = str(conformance.write(Path(folder) / "rows.parquet"))
        for engine, address in engines(parquet, stack):
            same, differ = run(engine, address)
            told[engine] = same
            wrong += len(differ)
            print(f"{engine}: {sum(map(len, same.values()))} metrics agree", *(f"  differs: {each}" for each in differ), sep="\n")
    told["rows"] = conformance.ROWS
    FILE.write_text(json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return wrong


def engines(parquet: str, stack: ExitStack) -> Iterator[tuple[str, str]]:
    """The engines that can run here, and where they find the rows."""
    yield "duckdb", parquet
    if find_spec("psycopg") and postgres_server.programs():
        yield "postgres", stack.enter_context(_postgres())
    if find_spec("pyspark"):
        yield "spark", parquet


def run(engine: str, address: str) -> tuple[dict[str, list[str]], list[str]]:
    """The metrics by family that agree with their oracle, and those that do not."""
    data = oracles.data()
    measured: dict[str, Any] = {}
    same: dict[str, list[str]] = {}
    differ: list[str] = []
    for family, metrics in oracles.ORACLES.items():
        for name, oracle in metrics.items():
            asked = json.dumps(oracle.asked, sort_keys=True)
            if asked not in measured:
                tally = registry.load("engines", engine).tally(open_rows(address), from_mapping(oracle.asked), Effort(threads=1))
                measured[asked] = measurements(tally)
            if oracle.agrees(measured[asked], data):
                same.setdefault(family, []).append(name)
            else:
                differ.append(f"{family} {name}")
    return same, differ


@contextmanager
def _postgres() -> Iterator[str]:
    import psycopg

    with postgres_server.serving() as environ:
        before = dict(os.environ)
        os.environ.update(environ)
        try:
            told = {"host": environ["PGHOST"], "user": environ["PGUSER"], "password": environ["PGPASSWORD"], "dbname": "postgres"}
            with psycopg.connect(**told, autocommit=True) as connection:
                postgres_server.fill(connection, "rows", conformance.table())
            yield "postgres:///#rows"
        finally:
            os.environ.clear()
            os.environ.update(before)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
