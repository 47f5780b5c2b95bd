"""Which rows these are: the same for the same ids and labels, in any order and in shards; another for any other row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gate.measure.definition import from_mapping
from gate.measure.engines import duckdb
from gate.measure.engines.engine import Effort
from gate.measure.identity import Identity, identity
from gate.measure.source import of_frame
from gate.measure.tally import merge
from gate.terms.tally import Tally

N = 500


def frame(**columns: Any) -> pd.DataFrame:
    random = np.random.default_rng(5)
    made = {"id": np.arange(N), "y": random.integers(0, 2, N), "p": random.random(N), "x": random.random(N)}
    return pd.DataFrame({**made, **columns})


def counted(data: Any, name: str = "rows", **keys: Any) -> Tally:
    asked = from_mapping({"label": "y", "score": "p", "id": "id", **keys})
    return duckdb.tally(of_frame(data, name), asked, Effort(identify=True))


def of(data: pd.DataFrame, **keys: Any) -> Identity:
    found = identity(counted(data, **keys))
    assert found is not None
    return found


def test_order_and_other_columns_do_not_matter() -> None:
    data = frame()
    assert of(data) == of(data.sample(frac=1, random_state=3)) == of(data.assign(x=1.0)) == of(data, threshold=0.5)


def test_another_models_scores_are_other_predictions_on_the_same_test_set() -> None:
    data, other = of(frame()), of(frame(p=np.linspace(0, 1, N)))
    assert data.test_set == other.test_set
    assert data.predictions != other.predictions


def test_another_threshold_makes_other_predictions_of_scores_and_not_of_labels() -> None:
    one, other = of(frame()), of(frame(), threshold=0.7)
    assert one.test_set == other.test_set
    assert one.predictions != other.predictions
    labelled = frame(h=1)
    assert of(labelled, prediction="h") == of(labelled, prediction="h", threshold=0.7)


@pytest.mark.parametrize("changed", ["label", "id", "fewer", "twice"])
def test_other_rows_are_another_test_set(changed: str) -> None:
    data = frame()
    new = {
        "label": lambda: data.assign(y=np.where(data.id == 17, 1 - data.y, data.y)),
        "id": lambda: data.assign(id=data.id.replace(17, 1017)),
        "fewer": lambda: data[data.id != 17],
        "twice": lambda: pd.concat([data, data[data.id == 17]]),
    }[changed]()
    assert of(new).test_set != of(data).test_set


def test_labels_that_change_places_are_another_test_set() -> None:
    data = frame()
    first, second = data.id[data.y == 1].iloc[0], data.id[data.y == 0].iloc[0]
    swapped = data.assign(y=np.where(data.id == first, 0, np.where(data.id == second, 1, data.y)))
    assert of(swapped).test_set != of(data).test_set


def test_values_that_run_together_stay_apart() -> None:
    one = frame(id=["a"] * N, y=["1"] * (N - 1) + ["0"])
    other = frame(id=["a1"] * N, y=["1"] * (N - 1) + ["0"])
    assert of(one).test_set != of(other).test_set


def test_shards_add_up() -> None:
    data = frame()
    parts = [counted(data[data.id < 100], "a"), counted(data[data.id >= 100], "b")]
    assert identity(merge(parts)) == of(data)


TYPES = ["int8", "int64", "uint8", "float32", "float64", "Int64", "Float64", "bool", "boolean", "object"]


@pytest.mark.parametrize("kind", TYPES)
def test_the_type_of_a_column_makes_no_other_test_set(kind: str) -> None:
    data = frame(h=np.arange(N) % 2)
    told = {"score": "", "prediction": "h"}
    assert of(data.assign(y=data.y.astype(kind), h=data.h.astype(kind)), **told) == of(data, **told)
    if "bool" not in kind and not kind.endswith("8"):
        assert of(data.assign(id=data.id.astype(kind)), **told) == of(data, **told)


def test_text_and_decimals_are_the_same_labels_and_ids() -> None:
    data = frame()
    text = data.assign(y=data.y.astype(str), id=data.id.astype(str))
    assert of(text).test_set == of(data).test_set
    decimals = pa.Table.from_pandas(data).set_column(1, "y", pa.array(data.y.tolist(), pa.decimal128(9, 0)))
    wide = decimals.set_column(0, "id", pa.array(data.id.tolist(), pa.decimal128(38, 0)))
    assert identity(counted(wide)) == of(data)


def test_large_ids_stay_apart() -> None:
    """Above 2^53 a double would take two of them for one."""
    large = [10**25 + each for each in range(N)]
    for ids in (pa.array(large, pa.decimal128(38, 0)), pa.array([2**60 + each for each in range(N)])):
        found = identity(counted(pa.Table.from_pandas(frame()).set_column(0, "id", ids)))
        assert found is not None
        assert found.repeated == 0


def test_a_label_that_is_not_there_is_none_however_it_is_written() -> None:
    data = frame()
    gaps = data.y.where(data.id % 7 > 0)  # NaN
    assert of(data.assign(y=gaps)).test_set == of(data.assign(y=gaps.astype("Int64"))).test_set != of(data).test_set


@pytest.mark.parametrize("scale", [1e-40, 1e-30, 1e-9, 1.0, 1e9, 1e14])
@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_that_differ_in_their_last_bit_are_others(scale: float, sign: int) -> None:
    y = sign * scale * np.random.default_rng(2).random(N)
    asked: dict[str, Any] = {"task": "regression", "score": "", "prediction": "p"}
    other = y.copy()
    other[17] = np.nextafter(y[17], np.inf)
    assert of(frame(y=y), **asked).test_set != of(frame(y=other), **asked).test_set


def test_rows_without_an_id_and_with_that_of_another_are_counted() -> None:
    assert (of(frame()).nameless, of(frame()).repeated) == (0, 0)
    gone = of(frame(id=[None] * N))
    assert (gone.nameless, gone.repeated) == (N, 0)
    nan = of(frame(id=np.where(np.arange(N) < 3, np.nan, np.arange(N))))
    assert (nan.nameless, nan.repeated) == (3, 0)
    assert of(frame(id=1)).repeated == N - 1
    assert of(frame(id=np.arange(N) // 2)).repeated == N // 2


def test_a_ranking_may_name_its_documents_in_each_query() -> None:
    data = frame(id=np.arange(N) % 10, query=np.arange(N) // 10)
    assert of(data, query="query").repeated == 0
    assert of(data.assign(query=1), query="query").repeated == N - 10


def test_the_ids_alone_are_the_same_whoever_labelled_them() -> None:
    data = frame()
    assert of(data.assign(y=1 - data.y)).ids == of(data).ids != of(data[1:]).ids


def test_without_ids_nobody_can_say() -> None:
    assert identity(counted(frame(), id="")) is None
    assert identity(None) is None


def test_nobody_pays_who_does_not_ask() -> None:
    asked = from_mapping({"label": "y", "score": "p", "id": "id"})
    assert "identity" not in duckdb.tally(of_frame(frame()), asked, Effort())
