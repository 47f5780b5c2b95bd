"""Which rows these are: the same for the same ids and labels, in any order and in shards; another for any other row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
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


def counted(data: pd.DataFrame, name: str = "rows", **keys: Any) -> Tally:
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


def test_without_ids_nobody_can_say() -> None:
    assert identity(counted(frame(), id="")) is None
    assert identity(None) is None


def test_nobody_pays_who_does_not_ask() -> None:
    asked = from_mapping({"label": "y", "score": "p", "id": "id"})
    assert "identity" not in duckdb.tally(of_frame(frame()), asked, Effort())
