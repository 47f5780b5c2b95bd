"""Laws of tallies: slices add up, shards merge to the same bytes, the order of rows is nothing, doubled rows count twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from gate.measure import tally_file
from gate.measure.engines.engine import Effort
from gate.measure.tally import merge
from gate.record import replace
from gate.terms.slice import WHOLE
from gate.terms.tally import Key, Number, Tally
from tests.measure.rows import rows, tally

ASKED = {"label": "y", "score": "p", "baseline_score": "q", "slices": ["region", ["region", "device"]]}
PORTABLE = Effort(threads=1, portable=True)
SEEDS = range(3)


def counted(data: Any, **more: Any) -> Tally:
    return tally(data, PORTABLE, **ASKED, **more)


def picked(data: dict[str, Any], rows_: Any) -> dict[str, Any]:
    return {name: column[rows_] for name, column in data.items()}


def merging(found: Tally) -> dict[str, dict[Key, tuple[Number, ...]]]:
    return {name: dict(table.rows) for name, table in found.tables.items() if table.merges}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weight", ["", "w"])
def test_slices_add_up_to_the_whole(seed: int, weight: str) -> None:
    found = counted(rows(seed, ties=seed == 1), weight=weight)
    for table in (found["cells"], found["scores"]):
        for columns in (("region",), ("device", "region")):
            added: Counter[tuple[Any, int]] = Counter()
            whole: Counter[tuple[Any, int]] = Counter()
            for key, row in table.rows.items():
                into = added if key[0].columns == columns else whole if key[0] == WHOLE else None
                if into is not None:
                    for index, number in enumerate(row):
                        assert isinstance(number, int)
                        into[key[1:], index] += number
            assert added == whole
            assert whole


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weight", ["", "w"])
def test_shards_merge_to_the_same_bytes_in_any_order(seed: int, weight: str) -> None:
    data = rows(seed)
    cut = np.random.default_rng(seed).integers(0, 3, len(data["y"]))
    shards = [counted(picked(data, cut == shard), weight=weight) for shard in range(3)]
    whole = counted(data, weight=weight)
    merged, again = merge(shards), merge(shards[::-1])
    assert tally_file.write(merged) == tally_file.write(again)
    assert merging(merged) == merging(whole)
    assert tally_file.write(replace(merged, header=whole.header)) == tally_file.write(
        replace(whole, tables={name: table for name, table in whole.tables.items() if table.merges})
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weight", ["", "w"])
def test_the_order_of_rows_is_nothing(seed: int, weight: str) -> None:
    data = rows(seed, ties=True)
    order = np.random.default_rng(seed).permutation(len(data["y"]))
    one, other = counted(data, weight=weight), counted(picked(data, order), weight=weight)
    assert tally_file.write(replace(one, header=other.header)) == tally_file.write(other)


@pytest.mark.parametrize("seed", SEEDS)
def test_doubled_rows_double_the_counts(seed: int) -> None:
    data = rows(seed)
    once, twice = counted(data), counted({name: np.concatenate([column, column]) for name, column in data.items()})
    for name, table in merging(once).items():
        assert {key: tuple(2 * number for number in row) for key, row in table.items()} == merging(twice)[name]
    for key, row in once["ranks"].rows.items():
        again = dict(zip(once["ranks"].fields, twice["ranks"].rows[key], strict=True))
        before = dict(zip(once["ranks"].fields, row, strict=True))
        assert again["twice_u"] == 4 * before["twice_u"]
        assert again["n_pos"] == 2 * before["n_pos"]


def test_a_tally_survives_its_file(tmp_path: Any) -> None:
    found = counted(rows(), weight="w")
    path = tmp_path / "part.tally.json"
    path.write_text(tally_file.write(found), encoding="utf-8")
    again = tally_file.read(str(path))
    assert again.header == found.header
    assert {name: dict(table.rows) for name, table in again.tables.items()} == {
        name: dict(table.rows) for name, table in found.tables.items()
    }
