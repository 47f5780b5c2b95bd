"""Rows and questions that other tasks than binary cannot use: each is an error that says why, or is counted and left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gate.errors import GateError
from tests.measure.rows import measured, problem, value

FRAME: dict[str, Any] = {
    "y": np.array(["a", "b", "b", "a"]),
    "h": np.array(["a", None, "b", "a"], dtype=object),
    "sa": np.array([0.9, 0.2, 0.4, 0.8]),
    "sb": np.array([0.1, 0.8, 0.6, 0.2]),
    "n": np.array([1.5, 2.0, 3.0, np.inf]),
    "p": np.array([1.0, np.nan, 3.0, 4.0]),
    "q": np.array([1.0, np.nan, 1.0, 2.0]),
    "t": np.array([True, False, True, True]),
}
SCORES = {"a": "sa", "b": "sb"}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"label": "y", "prediction": "p", "task": "regression"}, r"`y` \(label\) holds text, not numbers"),
        ({"label": "n", "prediction": "h", "task": "regression"}, r"`h` \(prediction\) holds text, not numbers"),
        ({"label": "n", "prediction": "p"}, "no usable prediction or score in 1 rows; row 2"),
        ({"label": "y", "scores": {"a": "sa"}}, "classes without a score: `b`"),
        ({"label": "y", "scores": {"a": "sa", "b": "p"}}, "no usable prediction or score in 1 rows; row 2|a score outside"),
        ({"label": "y", "scores": SCORES, "prediction": "h"}, "no usable prediction or score in 1 rows; row 2"),
        ({"labels": {"x": "y"}, "predictions": {"x": "t"}}, r"`y` \(labels\) holds text, not true and false"),
        ({"labels": {"x": "t"}, "predictions": {"z": "t"}}, "the class `x` has a column of one kind only"),
        ({"labels": {"x": "t"}}, "no column is named that could be measured"),
        ({"columns": ["none"]}, "there is no column `none`"),
        ({"label": "t", "score": "sa", "query": "y", "weight": "sb"}, "not numbers|weights of rows"),
        ({"columns": ["p"], "ask": ["sklearn:r2_score"]}, "need labels and predictions"),
    ],
)
def test_what_cannot_be_measured_says_why(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(GateError, match=words):
        measured(FRAME, **asked)


def test_rows_that_may_be_left_out_are_counted() -> None:
    found = measured(FRAME, label="n", prediction="p", nan="exclude", min_coverage=0.5)
    assert (value(found, "mae"), value(found, "score_coverage"), value(found, "label_coverage")) == (0.25, 0.75, 0.75)
    strict = measured(FRAME, label="n", prediction="p", nan="exclude")
    assert problem(strict, "mae").startswith("not measured: 3 of 4 rows have a label")


def test_a_row_without_a_query_is_in_no_list() -> None:
    asked: dict[str, Any] = {"label": "r", "score": "sa", "query": "query"}
    frame = FRAME | {"r": np.array([1, 0, 0, 1]), "query": np.array(["x", "x", None, "x"], dtype=object)}
    with pytest.raises(GateError, match="row 3 is the first"):
        measured(frame, **asked)
    assert value(measured(frame, **asked, nan="exclude", min_coverage=0.5), "queries") == 1.0
