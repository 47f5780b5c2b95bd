"""Drift, quality and pitfalls of tables of PostgreSQL are those of the same rows in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gate.cli.main import main
from gate.errors import GateError
from gate.measure.drift import elsewhere
from gate.measure.source import Source, open_rows
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice
from tests.measure import inspected_elsewhere as rows
from tests.measure import postgres_server

pytestmark = pytest.mark.slow
NOW, BEFORE = "postgres:///#now", "postgres:///#before"


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    psycopg = pytest.importorskip("psycopg")
    with postgres_server.serving() as environ:
        told = {"host": environ["PGHOST"], "user": environ["PGUSER"], "password": environ["PGPASSWORD"], "dbname": "postgres"}
        with psycopg.connect(**told, autocommit=True) as connection:
            postgres_server.fill(connection, "now", rows.table(1, 0.5))
            postgres_server.fill(connection, "before", rows.table(0))
            connection.execute(
                "create table odd as select y, to_timestamp(at) as at, '{}'::json as j,"
                " '\\x00'::bytea as b, p::numeric(9, 4) as n"
                " from now"
            )
            connection.execute("create table empty as select * from now limit 0")
        yield environ


@pytest.fixture(autouse=True)
def _known(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Source, Source]:
    folder = tmp_path_factory.mktemp("rows")
    pq.write_table(rows.table(1, 0.5), folder / "now.parquet")
    pq.write_table(rows.table(0), folder / "before.parquet")
    return open_rows(str(folder / "now.parquet")), open_rows(str(folder / "before.parquet"))


def value(table: Measurements, metric: str, **on: str) -> float | bool | None:
    found = table.get(metric, Slice.of(on) if on else WHOLE)
    assert found is not None, metric
    return found.value


def test_a_table_beside_a_table(files: tuple[Source, Source]) -> None:
    here = rows.told(rows.found(*files, ask=("drift.domain_auc",)))
    there = rows.told(rows.found(open_rows(NOW), open_rows(BEFORE), ask=("drift.domain_auc",)))
    assert rows.differences(here, there) == []
    assert len(here) > 150


@pytest.mark.parametrize("which", [0, 1])
def test_a_table_beside_a_file(files: tuple[Source, Source], which: int) -> None:
    sides = (open_rows(NOW), files[1]) if which else (files[0], open_rows(BEFORE))
    assert rows.differences(rows.told(rows.found(*files)), rows.told(rows.found(*sides))) == []


def test_of_large_tables_a_sample_is_compared_and_that_is_said(
    files: tuple[Source, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "MOST_FETCHED", 260)
    monkeypatch.setattr(elsewhere, "MOST_VALUES", 2_000)
    found = rows.found(open_rows(NOW), open_rows(BEFORE))
    again = rows.found(open_rows(NOW), open_rows(BEFORE))
    assert rows.told(found) == rows.told(again)
    assert value(found, "drift.sample_share") == 0.25
    sampled = found.get("drift.ks", Slice.of({"feature": "p"}))
    assert sampled is not None
    assert sampled.support.n is not None
    assert 150 < sampled.support.n < 350
    whole = rows.found(*files)
    for metric in ("quality.rows", "quality.duplicate_row_rate", "quality.duplicate_id_rate", "quality.constant_columns"):
        assert value(found, metric) == value(whole, metric)
    for metric in ("pitfalls.train_duplicate_rate", "pitfalls.same_rows"):
        one = found.get(metric, WHOLE)
        assert one is not None
        assert one.value is None
        assert "too many" in one.problem
    assert value(found, "pitfalls.train_id_rate") == value(whole, "pitfalls.train_id_rate")


def test_types_that_only_a_database_has(files: tuple[Source, Source]) -> None:
    found = rows.found(open_rows("postgres:///#odd"), files[1])
    assert value(found, "quality.missing_rate", feature="j") == 0
    assert value(found, "quality.constant", feature="b") is True
    expected = value(rows.found(*files), "quality.age_hours")
    assert value(found, "quality.age_hours") == pytest.approx(expected)


def test_no_rows_have_no_drift() -> None:
    found = rows.found(open_rows("postgres:///#empty"), open_rows(BEFORE))
    assert value(found, "quality.rows") == 0
    assert value(found, "drift.psi", feature="p") is None


def test_a_table_beside_itself_is_refused() -> None:
    with pytest.raises(GateError, match="the very rows"):
        rows.found_by_name(NOW, NOW)


def test_an_error_names_its_own_table() -> None:
    with pytest.raises(GateError) as error:
        rows.found(open_rows(NOW), open_rows("postgres:///#none"))
    assert "#none" in str(error.value)
    assert postgres_server.PASSWORD not in str(error.value)


def test_a_policy_names_a_table_as_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    measure = f"measure: {{label: y, score: p, reference: '{BEFORE}'}}"
    (tmp_path / "gate.yaml").write_text(f"gate: 1\n{measure}\nrules: ['drift.psi[feature=amount] < 0.01', quality.rows > 10]\n")
    assert main(["check", NOW]) == 1
