"""A classifier beside always saying the most frequent label."""

from __future__ import annotations

import numpy as np
import pytest

from tests.measure.rows import measured, rows, value


def test_the_published_case_of_caret() -> None:
    """Accuracy .775 against a no-information rate of .7225: 400 rows, 289 of the larger class (caret's documentation)."""
    label = np.array([1] * 289 + [0] * 111)
    prediction = label.copy()
    prediction[:45], prediction[-45:] = 0, 1
    table = measured({"y": label, "h": prediction}, label="y", prediction="h")
    assert value(table, "accuracy") == 0.775
    assert value(table, "no_information_rate") == 0.7225
    assert value(table, "majority_class_gain") == pytest.approx(0.0525)


def test_a_model_that_always_says_the_same_gains_nothing() -> None:
    table = measured({"y": np.array([0] * 98 + [1] * 2), "h": np.zeros(100, dtype=int)}, label="y", prediction="h")
    assert value(table, "accuracy") == 0.98
    assert value(table, "no_information_rate") == 0.98
    assert value(table, "majority_class_gain") == 0
    assert value(table, "pitfalls.constant_prediction_rate") == 1


def test_the_error_of_the_gain_is_that_of_the_rows() -> None:
    frame = rows(3, 500)
    found = measured(frame, label="y", score="p").slices_of("majority_class_gain")
    (item,) = found.values()
    differences = ((frame["p"] >= 0.5) == frame["y"]).astype(int) - (frame["y"] == 0).astype(int)
    assert item.value == pytest.approx(differences.mean(), abs=1e-12)
    assert item.support.stderr == pytest.approx(differences.std() / np.sqrt(500), rel=1e-9)


def test_every_slice_has_its_own_most_frequent_label() -> None:
    frame = {"y": np.array([0, 0, 0, 1, 1, 1, 1, 0]), "h": np.zeros(8, dtype=int), "r": np.array(["a"] * 4 + ["b"] * 4)}
    table = measured(frame, label="y", prediction="h", slices=["r"])
    assert value(table, "no_information_rate", r="a") == 0.75
    assert value(table, "no_information_rate", r="b") == 0.75
    assert value(table, "majority_class_gain", r="a") == 0
    assert value(table, "majority_class_gain", r="b") == -0.5


def test_weights_count() -> None:
    frame = {"y": np.array([0, 0, 1]), "h": np.array([0, 0, 0]), "w": np.array([1.0, 1.0, 6.0])}
    table = measured(frame, label="y", prediction="h", weight="w")
    assert value(table, "no_information_rate") == 0.75
    assert value(table, "majority_class_gain") == -0.5
    assert value(table, "pitfalls.constant_prediction_rate") == 1


def test_classes_have_it_and_numbers_do_not() -> None:
    frame = {"y": np.array(["a", "b", "b", "c"]), "h": np.array(["a", "b", "c", "c"])}
    assert value(measured(frame, label="y", prediction="h"), "no_information_rate") == 0.5
    numbers = {"y": np.array([1.5, 2.5, 3.5]), "h": np.array([1.0, 2.0, 3.0])}
    assert "no_information_rate" not in measured(numbers, label="y", prediction="h", task="regression")
