"""What tables are called, and who gets a password."""

from __future__ import annotations

import pytest

from gate.errors import GateError
from gate.measure.measuring import Measuring, tally_of
from gate.measure.source import open_rows
from gate.measure.table_address import is_table, postgres

SECRET = "hunter2-and-more"


def refused(text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(GateError) as error:
        postgres(text, environ or {})
    assert SECRET not in str(error.value)
    assert error.value.problems[0].slug == "bad-table"
    return str(error.value)


def test_an_address_in_parts() -> None:
    found = postgres("postgres://me@db.example.com:5433/risk?sslmode=verify-full&timeout=60#eu.pred%20ictions", {})
    told = {"host": "db.example.com", "port": 5433, "user": "me", "dbname": "risk", "sslmode": "verify-full"}
    assert found.parameters == told
    assert (found.schema, found.table, found.timeout) == ("eu", "pred ictions", 60)


def test_what_the_environment_says_is_left_to_it() -> None:
    found = postgres("postgres:///#scores", {"PGHOST": "db.example.com", "PGPASSWORD": SECRET})
    assert (found.parameters, found.schema, found.table) == ({}, "public", "scores")


@pytest.mark.parametrize(
    "text",
    [
        f"postgres://me:{SECRET}@db.example.com/risk#t",
        f"postgres://db.example.com/risk?password={SECRET}#t",
        f"postgres://db.example.com/risk?options=-c%20{SECRET}#t",
        f"postgresql://a:{SECRET}@b:99999999/x#t",
    ],
)
def test_secrets_and_other_settings_are_refused_unseen(text: str) -> None:
    refused(text)
    with pytest.raises(GateError) as error:
        open_rows(text)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("text", ["postgres://h/d", "postgres://h/d#", "postgres://h/d#s.", "postgres://h/d?timeout=0#t"])
def test_addresses_that_are_none(text: str) -> None:
    assert "the address of a table" in refused(text)


def test_a_password_goes_to_its_own_host_alone() -> None:
    said = refused("postgres://elsewhere.example.com/risk#t", {"PGHOST": "db.example.com", "PGPASSWORD": SECRET})
    assert "PGHOST" in said
    refused("postgres:///risk?host=elsewhere.example.com#t", {"PGPASSWORD": SECRET})
    postgres("postgres://db.example.com/risk#t", {"PGHOST": "db.example.com", "PGPASSWORD": SECRET})
    postgres("postgres://elsewhere.example.com/risk#t", {"PGHOST": "db.example.com"})


def test_tables_of_spark() -> None:
    assert open_rows("spark:risk.scores").form == "spark"
    assert is_table("spark:a")
    assert not is_table("./spark:a")
    for text in ("spark:", "spark:a..b"):
        with pytest.raises(GateError, match="names none"):
            open_rows(text)


def test_rows_here_are_not_for_postgres() -> None:
    from gate.measure.definition import from_mapping
    from gate.measure.source import of_frame

    by = Measuring(definition=from_mapping({"label": "y", "score": "p"}), engine="postgres")
    with pytest.raises(GateError, match="counts tables"):
        tally_of(of_frame({}), by)
