"""PostgreSQL itself: it counts as DuckDB does, writes nothing, and says no secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import GateError
from gate.measure.definition import from_mapping
from gate.measure.engines import duckdb, postgres
from gate.measure.engines.engine import Effort
from gate.measure.identity import identity
from gate.measure.measuring import Measuring, tally_of
from gate.measure.source import open_rows
from gate.measure.tally import merge
from gate.measure.tally_file import write
from gate.terms.tally import Tally
from tests.measure import conformance, postgres_server

pytestmark = pytest.mark.slow
EFFORT = Effort(threads=1, portable=True)
TABLE = "postgres:///#rows"


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    psycopg = pytest.importorskip("psycopg")
    with postgres_server.serving() as environ:
        told = {"host": environ["PGHOST"], "user": environ["PGUSER"], "password": environ["PGPASSWORD"], "dbname": "postgres"}
        with psycopg.connect(**told, autocommit=True) as connection:
            rows = conformance.table()
            postgres_server.fill(connection, "rows", rows)
            postgres_server.fill(connection, 'we"ird', rows.slice(0, 50))
            connection.execute("create schema risk")
            connection.execute("create type colour as enum ('red', 'green')")
            connection.execute("create table risk.scores as select y, p, 'red'::colour as c, p::numeric(9, 4) as n from rows")
            connection.execute("create table huge as select 0 as y, 1e200::float8 as x, -1e200::float8 as z")
            connection.execute("create function public.floor(float8) returns float8 language sql as 'select 7::float8'")
            connection.execute("create view slow as select y, p from rows, pg_sleep(20)")
            connection.execute("create role stranger login password 'stranger'")
        yield environ


@pytest.fixture(autouse=True)
def _known(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(conformance.write(tmp_path_factory.mktemp("rows") / "rows.parquet"))


def counted(address: str, **definition: Any) -> Tally:
    return tally_of(open_rows(address), Measuring(definition=from_mapping(definition), effort=EFFORT))


def refused(address: str, **definition: Any) -> str:
    with pytest.raises(GateError) as error:
        counted(address, **definition)
    said = str(error.value)
    assert postgres_server.PASSWORD not in said
    return f"{error.value.problems[0].slug}: {said}"


@pytest.mark.parametrize("name", conformance.ASKED)
def test_counts_are_those_of_duckdb(name: str, parquet: str) -> None:
    definition = from_mapping(conformance.ASKED[name])
    here = duckdb.tally(open_rows(parquet), definition, EFFORT)
    there = postgres.tally(open_rows(TABLE), definition, EFFORT)
    assert conformance.differences(here, there) == []
    assert there.header.engine == "postgres"
    assert sum(row[0] for key, row in there["cells"].rows.items() if not key[0]) == conformance.ROWS


def test_two_counts_of_the_same_rows_are_the_same_bytes() -> None:
    asked = conformance.ASKED["pair"]
    assert write(counted(TABLE, **asked)) == write(counted(TABLE, **asked))


def test_parts_counted_by_different_engines_merge(parquet: str) -> None:
    asked = {"label": "y", "score": "p"}
    part = duckdb.tally(open_rows(parquet), from_mapping(asked), EFFORT)
    both = merge([counted(TABLE, **asked), part])
    names = part["cells"].fields
    for key, row in part["cells"].rows.items():
        exact = [index for index, name in enumerate(names) if "log_loss" not in name]
        assert [both["cells"].rows[key][index] for index in exact] == [2 * row[index] for index in exact]
    assert [part.name for part in both.header.parts] == [parquet, TABLE]
    with pytest.raises(GateError, match="would count twice"):
        merge([counted(TABLE, **asked), counted(TABLE, **asked)])


def test_functions_in_the_path_of_the_user_are_not_called() -> None:
    cells = counted(TABLE, label="y", score="p")["cells"]
    assert sum(row[cells.fields.index("brier")] for row in cells.rows.values()) != 7 * conformance.ROWS


def test_names_are_quoted() -> None:
    cells = counted('postgres:///#we"ird', label="y", score="p")["cells"].rows
    assert sum(row[0] for row in cells.values()) == 50


def test_a_schema_an_enumeration_and_decimals() -> None:
    found = counted("postgres:///#risk.scores", label="y", score="n", slices=["c"])
    assert {str(on) for on in found.slices} == {"", "c=red"}


def test_the_command_line_measures_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", TABLE, "--label", "y", "--score", "p", "-o", str(tmp_path / "metrics.json")]) == 0
    assert '"roc_auc"' in (tmp_path / "metrics.json").read_text()
    assert postgres_server.PASSWORD not in capsys.readouterr().out + (tmp_path / "metrics.json").read_text()


def test_nothing_can_be_written() -> None:
    import psycopg

    source = open_rows(TABLE)
    address = postgres.postgres(TABLE)
    with pytest.raises(GateError, match="SQLSTATE 25006"), postgres._opened(address, source, EFFORT) as connection:
        postgres.Open(connection, address, source, wide=False).fetched("create table mine (x int)")
    with psycopg.connect("") as connection:
        assert connection.execute("select to_regclass('public.mine')").fetchone() == (None,)


def test_what_takes_too_long_is_stopped() -> None:
    assert refused("postgres:///?timeout=1#slow", label="y", score="p").startswith("query-timeout: ")


def test_numbers_that_overflow_are_refused() -> None:
    asked = {"label": "x", "prediction": "z", "task": "regression", "weight": "y"}
    assert refused("postgres:///#huge", **asked).split(":")[0] in ("number-range", "bad-weight")


def test_a_column_and_a_table_that_are_not_there() -> None:
    assert refused(TABLE, label="y", score="pp").startswith("no-such-column: ")
    assert refused("postgres:///#risk.rows", label="y", score="p").startswith("no-such-table: ")
    assert refused("postgres:///nowhere#rows", label="y", score="p").startswith("postgres-refused: ")


def test_a_user_without_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGUSER", "stranger")
    assert refused(TABLE, label="y", score="p").startswith("postgres-refused: ")
    monkeypatch.setenv("PGPASSWORD", "stranger")
    assert refused(TABLE, label="y", score="p").startswith("no-permission: ")


def test_rows_that_cannot_be_used_are_refused_without_a_row_number() -> None:
    said = refused(TABLE, label="gap", score="hole")
    assert said.startswith("score-nan: ")
    assert "rows" in said
    assert "is the first" not in said


@pytest.mark.parametrize("name", conformance.IDENTIFIED)
def test_a_test_set_is_the_same_one_wherever_it_lies(name: str, parquet: str) -> None:
    by = Measuring(definition=from_mapping(conformance.IDENTIFIED[name]), effort=Effort(identify=True))
    here, there = (identity(tally_of(open_rows(address), by)) for address in (parquet, TABLE))
    assert here is not None
    assert here == there
