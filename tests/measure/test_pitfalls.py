"""The traps that rows show: features that hold the label, and rows that were learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gate.measure import pitfalls as room
from gate.measure.definition import Definition
from gate.measure.engines.engine import Effort
from gate.measure.pitfalls import pitfalls
from gate.measure.source import of_frame
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

SERIAL = Effort(threads=1)


def shown(now: Any, train: Any = None, effort: Effort = SERIAL, **definition: Any) -> Measurements:
    source = None if train is None else of_frame(train, "train")
    return pitfalls(of_frame(now), Definition(**{"label": "y", "score": "p", **definition}), effort, source)


def leak(table: Measurements, feature: str) -> Measurement:
    found = table.get("pitfalls.leakage_auc", Slice.of({"feature": feature}))
    assert found is not None, feature
    return found


def overlap(table: Measurements, name: str) -> Any:
    found = table.get(f"pitfalls.{name}", WHOLE)
    assert found is not None, name
    return found.value if found.value is not None else found.problem


def rows(seed: int = 0, n: int = 1_000) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    label = (draw.random(n) < 0.3).astype(np.int64)
    return {
        "y": label,
        "p": draw.random(n),
        "id": np.arange(n) + 10_000 * seed,
        "user": draw.integers(0, 200, n) + 1_000 * seed,
        "at": np.arange(n) + 10_000 * seed,
        "noise": draw.normal(0, 1, n),
        "useful": draw.normal(label, 1),
        "leaked": -2.0 * label + draw.normal(0, 0.01, n),
        "code": draw.integers(0, 600, n).astype(str),
        "outcome": np.where(label == 1, draw.choice(["chargeback", "dispute"], n), draw.choice(["ok", "fine"], n)),
    }


def test_a_feature_that_holds_the_label_is_found_whichever_way_it_points() -> None:
    now = rows()
    table = shown(now, id="id", cluster="user", timestamp="at")
    assert leak(table, "leaked").value == 1
    assert leak(table, "outcome").value == 1
    useful = leak(table, "useful")
    assert useful.value == pytest.approx(roc_auc_score(now["y"], now["useful"]), rel=1e-12)
    assert useful.support.stderr is not None
    assert (useful.support.n_pos, useful.support.n) == (now["y"].sum(), 1_000)
    assert {str(on) for on in table.slices_of("pitfalls.leakage_auc")} == {
        f"feature={name}" for name in ("noise", "useful", "leaked", "code", "outcome")
    }


def test_what_tells_nothing_is_no_leak_however_many_categories_it_has() -> None:
    """A code that occurs once or twice would tell its own label within the same rows."""
    found = [shown(rows(seed), features=("code", "noise")) for seed in range(10)]
    assert np.mean([leak(table, "code").value for table in found]) < 0.55
    assert np.mean([leak(table, "noise").value for table in found]) < 0.55


def test_text_labels_need_no_numbers() -> None:
    now = rows()
    now["y"] = np.where(now["y"] == 1, "fraud", "fine")
    assert leak(shown(now, positive="fraud", features=("leaked",)), "leaked").value == 1


def test_rows_without_a_label_are_left_out() -> None:
    now = rows()
    now["y"] = now["y"].astype(float)
    now["y"][::2] = np.nan
    assert leak(shown(now, features=("useful",)), "useful").support.n == 500


def test_one_class_has_no_area() -> None:
    now = {**rows(), "y": np.ones(1_000, dtype=np.int64)}
    assert "0 rows of one class" in leak(shown(now, features=("useful",)), "useful").problem


@pytest.mark.parametrize("labels", [np.arange(1_000) % 3, np.linspace(0, 1, 1_000)], ids=["classes", "numbers"])
def test_labels_that_are_not_binary_have_no_leak(labels: Any) -> None:
    assert "pitfalls.leakage_auc" not in shown({**rows(), "y": labels}, score="", prediction="p")


def test_of_many_rows_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LEAK_ROWS", 200)
    found = leak(shown(rows(), features=("leaked", "outcome")), "leaked")
    assert found.value == 1
    assert found.support.n is not None
    assert 100 < found.support.n < 300


def test_fresh_rows_share_nothing_with_training() -> None:
    table = shown(rows(2), rows(1), id="id", cluster="user", timestamp="at")
    for name in ("train_duplicate_rate", "train_id_rate", "train_cluster_rate", "train_time_rate"):
        assert overlap(table, name) == 0
    assert overlap(table, "same_rows") is False


def test_rows_ids_users_and_times_of_training_are_counted() -> None:
    now, train = rows(2), rows(1)
    for name, column in now.items():
        column = column.copy()
        column[:100] = train[name][:100]
        now[name] = column
    now["p"] = np.zeros(1_000)  # what the model says of a row does not make it another one
    table = shown(now, train, id="id", cluster="user", timestamp="at")
    for name in ("train_duplicate_rate", "train_id_rate", "train_cluster_rate", "train_time_rate"):
        assert overlap(table, name) == 0.1
    found = table.get("pitfalls.train_id_rate", WHOLE)
    assert found is not None
    assert (found.support.k, found.support.n) == (100, 1_000)


def test_a_row_as_new_as_the_newest_of_training_overlaps() -> None:
    times = [{"y": np.array([0, 1, 0]), "at": np.array(at)} for at in ([30, 31, 32], [10, 20, 30])]
    assert overlap(shown(*times, score="", prediction="x0", timestamp="at"), "train_time_rate") == pytest.approx(1 / 3)


def test_the_same_rows_in_another_order_are_the_same() -> None:
    now = rows(1)
    mixed = np.random.default_rng(0).permutation(1_000)
    table = shown({name: column[mixed] for name, column in now.items()}, now, id="id")
    assert overlap(table, "same_rows") is True
    assert overlap(shown(now, {name: column[:-1] for name, column in now.items()}, id="id"), "same_rows") is False


def test_integers_that_training_holds_as_other_numbers_are_equal() -> None:
    now = {"y": np.array([0, 1]), "x": np.array([1, 2])}
    train = {"y": np.array([0.0, 1.0]), "x": np.array([1.0, 3.0])}
    assert overlap(shown(now, train, score="", prediction="x0"), "train_duplicate_rate") == 0.5


def test_without_training_rows_the_overlap_is_missing() -> None:
    table = shown(rows(), id="id")
    assert "no training rows are named" in overlap(table, "train_duplicate_rate")
    assert "no training rows are named" in overlap(table, "train_id_rate")
    assert "pitfalls.train_cluster_rate" not in table


def test_keys_that_training_lacks_or_has_as_text_are_missing() -> None:
    now, train = rows(2), rows(1)
    del train["user"]
    train["id"] = train["id"].astype(str)
    table = shown(now, train, id="id", cluster="user")
    assert "another type" in overlap(table, "train_id_rate")
    assert "not in both files" in overlap(table, "train_cluster_rate")


def test_overlap_is_not_looked_for_where_there_are_too_many_rows() -> None:
    assert "more than 10 rows" in overlap(shown(rows(), rows(1), Effort(threads=1, exact_rows=10)), "train_duplicate_rate")


def test_columns_may_be_called_anything() -> None:
    draw = np.random.default_rng(0)
    label = (draw.random(200) < 0.5).astype(np.int64)
    names = ("h", "half", "c0", "c1", 'a"b', "k", "x", "select", "count(*)", "row_number_")
    now = {"y": label} | {name: label + draw.normal(0, 0.01, 200) for name in names}
    train = {name: column + 5 for name, column in now.items()}
    table = shown(now, train, score="", prediction="h0")
    assert {leak(table, name).value for name in names} == {1}
    assert overlap(table, "train_duplicate_rate") == 0


def test_no_rows_share_nothing() -> None:
    none = {name: column[:0] for name, column in rows().items() if column.dtype.kind != "U"}
    table = shown(none, rows(1), id="id")
    assert "there are no rows" in overlap(table, "train_duplicate_rate")
    assert "pitfalls.leakage_auc" not in table
    full = {name: column for name, column in rows().items() if name in none}
    assert overlap(shown(full, none, id="id"), "train_duplicate_rate") == 0
