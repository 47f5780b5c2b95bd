"""Standard errors of means over classes: equal to those of influence values row by row, and to what a bootstrap shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from gate.measure.engines.engine import Effort
from gate.measure.measurements import measurements
from gate.measure.tally import merge
from gate.terms.slice import WHOLE, Slice
from tests.measure.rows import measured, tally

NAMES = ["precision", "recall", "f1", "jaccard"]
FUNCTIONS = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score, "jaccard": sk.jaccard_score}


def rows(seed: int, n: int = 600, classes: int = 4) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rows whose classes go together, and how they are asked for."""
    draw = np.random.default_rng(seed)
    mood = draw.normal(0, 1, n)
    frame: dict[str, Any] = {"w": np.round(draw.lognormal(0, 0.7, n), 3), "region": draw.choice(["eu", "us"], n)}
    for index in range(classes):
        truth = mood + draw.normal(0, 1, n) > index / 3
        frame[f"y{index}"] = truth.astype(np.int64)
        frame[f"h{index}"] = np.where(draw.random(n) < 0.75, truth, draw.random(n) < 0.4).astype(np.int64)
    labels = {f"c{index}": f"y{index}" for index in range(classes)}
    return frame, {"labels": labels, "predictions": {name: column.replace("y", "h") for name, column in labels.items()}}


def numeric(name: str, average: str, frame: dict[str, Any], weight: Any, classes: int) -> float:
    """The error by influence values, had from changing the weight of each row a little."""
    truth, guess = (np.stack([frame[f"{letter}{index}"] for index in range(classes)], axis=1) for letter in "yh")

    def value(weights: Any) -> float:
        return float(FUNCTIONS[name](truth, guess, average=average, sample_weight=weights, zero_division=0))

    total = 0.0
    for index in range(len(weight)):
        step = np.zeros(len(weight))
        step[index] = 1e-4
        total += (weight[index] * (value(weight + step) - value(weight - step)) / 2e-4) ** 2
    return float(np.sqrt(total))


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_they_are_those_of_influence_values(weighted: bool) -> None:
    frame, asked = rows(1, 120)
    found = measured(frame, **asked, **({"weight": "w"} if weighted else {}))
    weight = frame["w"] if weighted else np.ones(120)
    for name in NAMES:
        for average in ("macro", "weighted"):
            ours = found.get(f"{name}_{average}", WHOLE)
            assert ours is not None
            assert ours.support.stderr == pytest.approx(numeric(name, average, frame, weight, 4), rel=1e-5), (name, average)


def test_they_are_what_draws_show() -> None:
    values, errors = [], []
    for seed in range(300):
        frame, asked = rows(seed, 400)
        found = measured(frame, **asked).get("f1_macro", WHOLE)
        assert found is not None
        assert found.support.stderr is not None
        values.append(found.value)
        errors.append(found.support.stderr)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.12)


def test_slices_and_parts_have_theirs() -> None:
    frame, asked = rows(2)
    whole = measured(frame, **asked, slices=["region"])
    parts = [{name: column[start::2] for name, column in frame.items()} for start in (0, 1)]
    effort = Effort(threads=1, portable=True)
    both = measurements(merge([tally(part, effort, **asked, slices=["region"]) for part in parts]))
    us = {name: column[frame["region"] == "us"] for name, column in frame.items()}
    alone = measured(us, **asked).get("recall_macro", WHOLE)
    for table in (whole, both):
        there = table.get("recall_macro", Slice.of({"region": "us"}))
        assert there is not None
        assert alone is not None
        assert there.support == alone.support


def test_a_class_without_labels_counts_nothing() -> None:
    frame, asked = rows(3, 100)
    frame["y2"], frame["h2"] = np.zeros(100, dtype=np.int64), np.zeros(100, dtype=np.int64)
    found = measured(frame, **asked).get("f1_macro", WHOLE)
    assert found is not None
    assert found.support.stderr == pytest.approx(numeric("f1", "macro", frame, np.ones(100), 4), rel=1e-5)


def test_of_many_classes_no_error_is_known() -> None:
    frame, asked = rows(4, 100, classes=13)
    found = measured(frame, **asked).get("f1_macro", WHOLE)
    assert found is not None
    assert found.value is not None
    assert found.support.stderr is None
