"""Spark itself, on this machine: it counts as DuckDB does, and leaves nothing in the session.

Spark lives in a Python of its own, which GATE_SPARK leads to, or in this one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from gate.measure.definition import from_mapping
from gate.measure.engines import duckdb
from gate.measure.engines.engine import Effort
from gate.measure.engines.spark_spelling import Spelling, written
from gate.measure.identity import identity
from gate.measure.source import open_rows
from gate.measure.tally import merge
from gate.measure.tally_file import read, write
from gate.terms.tally import Tally
from tests.measure import conformance

ROOT = Path(__file__).parents[2]
PYTHON = os.environ.get("GATE_SPARK") or (sys.executable if find_spec("pyspark") else "")
EFFORT = Effort(threads=1, portable=True)
needs_spark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="GATE_SPARK does not name a Python with Spark (build/ci/spark/bin/python)"),
]


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(conformance.write(tmp_path_factory.mktemp("rows") / "rows.parquet"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, parquet: str) -> Path:
    """What Spark counted, all in one run: a session takes seconds to start."""
    out = tmp_path_factory.mktemp("spark")
    asked = out / "asked.json"
    asked.write_text(json.dumps(conformance.ASKED | conformance.IDENTIFIED), encoding="utf-8")
    program = [PYTHON, str(ROOT / "tests/measure/spark_tallies.py"), parquet, str(asked), str(out)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(program, env=environ, cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "secret-7" not in done.stdout + done.stderr
    return out


def counted(folder: Path, name: str) -> Tally:
    error = folder / f"{name}.error"
    assert not error.exists(), error.read_text(encoding="utf-8")
    return read(str(folder / f"{name}.tally.json"))


def by_duckdb(parquet: str, **definition: object) -> Tally:
    return duckdb.tally(open_rows(parquet), from_mapping(definition), EFFORT)


class TestSpark:
    pytestmark = needs_spark

    @pytest.mark.parametrize("name", conformance.ASKED)
    def test_counts_are_those_of_duckdb(self, name: str, parquet: str, folder: Path) -> None:
        here, there = by_duckdb(parquet, **conformance.ASKED[name]), counted(folder, name)
        assert conformance.differences(here, there) == []
        assert there.header.engine == "spark"
        assert there.header.parts == here.header.parts

    @pytest.mark.parametrize("name", conformance.IDENTIFIED)
    def test_a_test_set_is_the_same_one_wherever_it_lies(self, name: str, parquet: str, folder: Path) -> None:
        asked = from_mapping(conformance.IDENTIFIED[name])
        here = identity(duckdb.tally(open_rows(parquet), asked, Effort(identify=True)))
        assert here is not None
        assert here == identity(counted(folder, name))

    @pytest.mark.parametrize("name", ["frame", "table"])
    def test_frames_and_tables_are_counted(self, name: str, parquet: str, folder: Path) -> None:
        there = counted(folder, name)
        assert conformance.differences(by_duckdb(parquet, label="y", score="p"), there) == []
        assert [part.sha256 for part in there.header.parts] == [""]

    @pytest.mark.parametrize("name", ["folder", "address"])
    def test_folders_that_are_called_like_a_column(self, name: str, parquet: str, folder: Path) -> None:
        here = by_duckdb(parquet, label="y", score="p", slices=["device"])
        assert conformance.differences(here, counted(folder, name)) == []

    def test_settings_of_the_session_change_nothing(self, parquet: str, folder: Path) -> None:
        here = by_duckdb(parquet, label="word", score="p", positive=conformance.QUOTES)
        assert conformance.differences(here, counted(folder, "settings")) == []

    def test_the_session_lives_on_without_a_trace(self, folder: Path) -> None:
        assert json.loads((folder / "after.json").read_text(encoding="utf-8")) == {"left": [], "alive": True}

    def test_the_command_line_and_a_connect_server(self, parquet: str, tmp_path: Path) -> None:
        probe = subprocess.run([PYTHON, "-c", "import grpc, pandas, pyarrow"], capture_output=True, check=False)
        if probe.returncode:
            pytest.skip("this Python has no pyspark[connect]")
        words = ["measure", parquet, "--engine", "spark", "--label", "y", "--score", "p", "-o", str(tmp_path / "rows.tally.json")]
        program = f"import sys; from gate.cli.main import main; sys.exit(main({words!r}))"
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_REMOTE": "local[2]"}
        done = subprocess.run([PYTHON, "-c", program], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        here = by_duckdb(parquet, label="y", score="p")
        assert conformance.differences(here, read(str(tmp_path / "rows.tally.json"))) == []

    def test_parts_counted_by_different_engines_merge(self, parquet: str, folder: Path) -> None:
        parts = [by_duckdb(parquet, label="y", score="p"), counted(folder, "table")]
        both = merge(parts)
        assert len(both.header.parts) == 2
        assert write(both) != write(parts[0])
        assert sum(row[0] for row in both["cells"].rows.values()) == 2 * conformance.ROWS

    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("no-table", "no-such-table"),
            ("no-path", "no-such-file"),
            ("no-column", "no-such-column"),
            ("cut", "broken-rows"),
            ("ragged", "broken-rows"),
            ("pattern", "not-for-spark"),
            ("memory", "not-for-spark"),
        ],
    )
    def test_what_cannot_be_counted_says_why(self, name: str, slug: str, folder: Path) -> None:
        said = (folder / f"{name}.error").read_text(encoding="utf-8")
        assert said.startswith(f"{slug}: ")
        assert "secret-7" not in said


class TestSpelling:
    def test_texts_mean_the_same_under_every_setting(self) -> None:
        assert written("select 'plain', 'it''s' from `a'b`") == "select 'plain', decode(unhex('69742773'), 'UTF-8') from `a'b`"
        assert "'\\" not in written("select 'a\\'")

    def test_a_floor_that_is_subtracted_is_a_double(self) -> None:
        assert (
            written("x - floor((x) * 2e0)")
            == "x - (rint((x) * 2e0) - case when rint((x) * 2e0) > (x) * 2e0 then 1e0 else 0e0 end)"
        )
        assert written("floor(x) + 1") == "floor(x) + 1"
        assert "floor" not in written("a - floor(b - floor(c))")

    def test_wide_numbers_are_taken_apart_before_they_are_whole(self) -> None:
        assert "floor((" in Spelling(wide=True).whole("floor((w) * 2e0)")
        assert Spelling().name("a`b") == "`a``b`"
