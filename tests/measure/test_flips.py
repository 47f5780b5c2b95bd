"""What got worse beside a baseline in the same rows: how many rows, of which classes and slices, and which."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gate
from tests.measure.rows import measured, rows, tally, value

ROLES = {"label": "y", "id": "id", "slices": ["region"]}
BY_SCORE = {"score": "p", "baseline_score": "q"}
BY_PREDICTION = {"prediction": "h", "baseline_prediction": "g"}


def flipped(data: dict[str, Any]) -> Any:
    return (data["g"] == data["y"]) & (data["h"] != data["y"])


@pytest.mark.parametrize("columns", [BY_SCORE, BY_PREDICTION], ids=["scores", "predictions"])
def test_lost_rows_are_counted_by_slice_and_class(columns: dict[str, str]) -> None:
    data = rows(3)
    found = measured(data, **ROLES, **columns)
    lost = flipped(data)
    assert value(found, "lost") == lost.sum() > 0
    assert value(found, "gained") == ((data["g"] != data["y"]) & (data["h"] == data["y"])).sum()
    assert value(found, "lost", region="eu") == (lost & (data["region"] == "eu")).sum()
    assert value(found, "lost", **{"class": "1"}) == (lost & (data["y"] == 1)).sum()


@pytest.mark.parametrize("columns", [BY_SCORE, BY_PREDICTION], ids=["scores", "predictions"])
def test_the_rows_that_were_lost_are_named_at_most_twenty(columns: dict[str, str]) -> None:
    data = rows(3, n=2000)
    ids = [key[1] for key in tally(data, **ROLES, **columns)["lost"].rows]
    assert len(ids) == 20
    assert set(ids) <= set(data["id"][flipped(data)].astype(str))
    if "score" in columns:
        moved = np.abs(data["p"] - data["y"]) - np.abs(data["q"] - data["y"])
        deepest = sorted(np.flatnonzero(flipped(data)), key=lambda row: (-moved[row], str(row)))[:20]
        assert set(ids) == {str(row) for row in deepest}


def test_labels_and_predictions_of_other_types_are_compared_as_what_they_mean() -> None:
    data = rows(3)
    ids = list(tally(data, **ROLES, **BY_PREDICTION)["lost"].rows)
    mixed = {**data, "y": data["y"].astype(bool), "h": data["h"].astype(float), "g": data["g"].astype(np.int8)}
    again = list(tally(mixed, **ROLES, **BY_PREDICTION)["lost"].rows)
    assert [key[1] for key in again] == [key[1] for key in ids]


def test_a_decision_names_the_rows_that_were_lost(tmp_path: Any) -> None:
    data = rows(3)
    policy = tmp_path / "gate.yaml"
    policy.write_text("gate: 1\nrules: [recall >= baseline - 1]\n", encoding="utf-8")
    found = gate.measure({name: np.asarray(column) for name, column in data.items()}, **ROLES, **BY_SCORE)
    decision = gate.check(found, policy)
    assert decision.passed
    assert {case.id for case in decision.lost} <= set(data["id"][flipped(data)].astype(str))
    assert decision.lost
