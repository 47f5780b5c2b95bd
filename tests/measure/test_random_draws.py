"""Test sets drawn from rows: what belongs together stays together, and a model can be made worse by so much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gate.errors import InputError
from gate.measure.definition import from_mapping
from gate.measure.engines.engine import Effort
from gate.measure.random_draws import Held, drawn, held, worse
from gate.measure.source import of_frame, open_rows

N = 1000
ASKED = from_mapping({"label": "y", "score": "p", "id": "id", "slices": ["region"]})


def frame(**columns: Any) -> pd.DataFrame:
    random = np.random.default_rng(3)
    made = {"id": np.arange(N), "y": random.integers(0, 2, N), "p": random.random(N), "region": ["eu", "us"] * (N // 2), "x": 1}
    return pd.DataFrame({**made, **columns})


def rows(data: pd.DataFrame, **keys: Any) -> Held:
    return held(of_frame(data), from_mapping({**ASKED.document, **keys}), Effort())


def test_only_what_is_measured_is_held() -> None:
    found = rows(frame())
    assert set(found.columns) == {"y", "p", "id", "region"}
    assert (found.rows, found.count) == (N, N)


def draw(found: Held, size: int, **keys: Any) -> dict[str, Any]:
    return drawn(found, from_mapping({**ASKED.document, **keys}), size, np.random.default_rng(1))


def test_rows_are_drawn_with_replacement_and_each_copy_is_another_row() -> None:
    found = draw(rows(frame(p=np.arange(N) / N)), 300)
    assert {name: len(column) for name, column in found.items()} == dict.fromkeys(found, 300)
    assert len(set(found["id"])) == 300
    assert 240 < len(set(found["p"])) < 300


def test_a_row_stays_whole() -> None:
    data = frame(p=np.arange(N) / N)
    found = draw(rows(data), 100)
    there = data.set_index("p").loc[found["p"]]
    assert (there["y"].to_numpy() == found["y"]).all()
    assert (there["region"].to_numpy() == found["region"]).all()


def test_rows_of_a_cluster_are_drawn_together() -> None:
    data = frame(user=np.arange(N) // 10, p=np.arange(N) / N)
    found = draw(rows(data, cluster="user"), 300, cluster="user")
    assert len(found["p"]) == 300
    assert set(np.unique(found["user"], return_counts=True)[1]) == {10}
    assert len(set(found["user"])) == 30  # one that was drawn twice counts as two
    assert all(len(set(np.floor(found["p"][found["user"] == each] * N / 10))) == 1 for each in range(30))


def test_what_is_missing_stays_missing(tmp_path: Path) -> None:
    label = frame()["y"].astype("Int64")
    label[3] = None
    region = frame()["region"].astype(object)
    region[5] = None
    frame(y=label, region=region).to_parquet(tmp_path / "p.parquet")
    found = held(open_rows(str(tmp_path / "p.parquet")), ASKED, Effort())
    assert np.isnan(found.columns["y"]).sum() == 1
    assert [each for each in found.columns["region"] if each is None] == [None]


@pytest.mark.parametrize("data", [frame()[:3], frame(y=0)[:0]])
def test_too_few_rows(data: pd.DataFrame) -> None:
    with pytest.raises(InputError):
        rows(data)


def test_too_few_clusters() -> None:
    with pytest.raises(InputError):
        rows(frame(user=np.arange(N) % 3), cluster="user")


def test_so_many_right_answers_become_wrong() -> None:
    data = rows(frame()).columns
    right = (data["p"] >= 0.5) == (data["y"] == 1)
    made = worse(data, ASKED, right, 0.05, np.random.default_rng(1))
    now = (made["p"] >= 0.5) == (made["y"] == 1)
    assert right.sum() - now.sum() == 50
    assert not (now & ~right).any()
    assert set(made["p"]) <= set(data["p"])
    assert (data["p"] == rows(frame()).columns["p"]).all()  # the rows themselves are as they were


def test_a_model_that_always_says_the_same_cannot_say_otherwise() -> None:
    data = rows(frame(p=0.9)).columns
    right = data["y"] == 1
    assert (worse(data, ASKED, right, 0.05, np.random.default_rng(1))["p"] == 0.9).all()
