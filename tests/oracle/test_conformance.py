"""Every metric with an oracle agrees with it, and the page of metrics says of DuckDB what is so."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gate.measure.metrics import catalogue
from gate.terms.measurements import Measurements
from tests.measure import conformance, oracles
from tests.measure.rows import measured

SEEN = json.loads((Path(__file__).parents[2] / "docs" / "conformance.json").read_text(encoding="utf-8"))


@cache
def found(asked: str) -> Measurements:
    return measured(conformance.table(), **json.loads(asked))


@pytest.mark.parametrize("family", oracles.ORACLES)
def test_metrics_agree_with_their_oracles(family: str) -> None:
    data: Any = oracles.data()
    for name, oracle in oracles.ORACLES[family].items():
        assert oracle.agrees(found(json.dumps(oracle.asked)), data), name


@pytest.mark.parametrize("family", oracles.ORACLES)
def test_oracles_are_of_metrics_in_the_catalogue_and_the_page_knows_them(family: str) -> None:
    names = {each.name for each in catalogue.described()[family]}
    assert set(oracles.ORACLES[family]) <= names
    assert SEEN["duckdb"][family] == list(oracles.ORACLES[family])


def test_an_oracle_that_disagrees_is_seen() -> None:
    data: Any = oracles.data()
    right = oracles.ORACLES["confusion"]["recall"]
    wrong = right._replace(value=lambda rows: right.value(rows) + 1e-6)
    assert not wrong.agrees(found(json.dumps(right.asked)), data)
