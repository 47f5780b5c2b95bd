"""What would be enough: the smallest provable margin, and how many more, held against the very tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gate.terms.decision import Certainty, Finding
from tests.confidence.test_rows import SCORED, found, tables
from tests.judge.situation import finding
from tests.measure.rows import rows


def told(rule: str, metrics: dict[str, Any], baseline: dict[str, Any] | None = None) -> Finding:
    return finding(f'confidence: 95%\nrules: ["{rule}"]', metrics, baseline)


def sure(rule: str, metrics: dict[str, Any], baseline: dict[str, Any] | None = None) -> Certainty:
    certainty = told(rule, metrics, baseline).certainty
    assert certainty is not None
    return certainty


def passes(rule: str, metrics: dict[str, Any]) -> bool:
    return told(rule, metrics).outcome.value == "pass"


# -- the smallest provable margin


@pytest.mark.parametrize(
    ("k", "n", "limit"),
    [
        (40, 50, 0.85),
        (36, 50, 0.8),
        (344, 400, 0.85),
        (2, 30, 0.5),
        (19, 20, 0.8),
        (600, 1000, 0.9),
        (0, 40, 0.1),
        (174, 200, 0.85),
    ],
)
def test_the_smallest_provable_margin_is_that_of_the_least_count_that_passes(k: int, n: int, limit: float) -> None:
    least = next(each for each in range(n + 1) if passes(f"recall >= {limit}", {"recall": {"k": each, "n": n}}))
    assert sure(f"recall >= {limit}", {"recall": {"k": k, "n": n}}).provable == pytest.approx(least / n - limit)


def test_so_it_is_below_a_ceiling_in_percent_and_of_f1() -> None:
    most = max(each for each in range(401) if passes("fpr <= 0.05", {"fpr": {"k": each, "n": 400}}))
    assert sure("fpr <= 0.05", {"fpr": {"k": 22, "n": 400}}).provable == pytest.approx(0.05 - most / 400)
    assert sure("recall >= 85", {"recall": {"value": 80, "n": 50, "unit": "%"}}).provable == pytest.approx(9)
    values = [2 * tp / (60 + tp) for tp in range(61)]
    least = next(each for each in values if passes("f1 >= 0.8", {"f1": {"value": each, "n": 60}}))
    assert sure("f1 >= 0.8", {"f1": {"value": 0.82, "n": 60}}).provable == pytest.approx(least - 0.8)


@pytest.mark.parametrize(("k", "n", "limit"), [(1, 1, 0.85), (18, 20, 0.95), (20, 20, 0.95), (45, 50, 0.95), (9, 50, 0.95)])
def test_where_no_result_can_be_proof_that_is_said(k: int, n: int, limit: float) -> None:
    open_ = told(f"recall >= {limit}", {"recall": {"k": k, "n": n}})
    assert open_.certainty is not None
    assert open_.certainty.provable is None
    if open_.outcome.value == "undecided":
        assert f"no result on {n} positive" in open_.reasons[0].text


def test_nor_is_there_room_above_an_area_of_1() -> None:
    open_ = told("roc_auc >= 0.9", {"roc_auc": {"value": 1.0, "n_pos": 10, "n_neg": 10}})
    assert open_.certainty is not None
    assert open_.certainty.provable is None
    assert "no result on 10 positives can prove it" in open_.reasons[0].text
    near = sure("roc_auc >= 0.9", {"roc_auc": {"value": 0.92, "n_pos": 100, "n_neg": 100}})
    assert near.provable is not None
    assert passes("roc_auc >= 0.9", {"roc_auc": {"value": 0.9 + near.provable * 1.02, "n_pos": 100, "n_neg": 100}})
    assert not passes("roc_auc >= 0.9", {"roc_auc": {"value": 0.9 + near.provable * 0.95, "n_pos": 100, "n_neg": 100}})


def test_nor_below_a_difference_of_0() -> None:
    now, before = {"recall": {"k": 70, "n": 100}}, {"recall": {"k": 72, "n": 100}}
    assert sure("abs(recall - baseline(recall)) <= 0.1", now, before).provable is None
    assert sure("abs(recall - baseline(recall)) <= 0.2", now, before).provable == pytest.approx(0.1, abs=0.01)


# -- how many more


@pytest.mark.parametrize(("n", "more"), [(1, 18), (3, 16), (10, 9)])
def test_of_rows_that_are_all_right_it_takes_those_that_the_test_takes(n: int, more: int) -> None:
    assert sure("recall >= 0.85", {"recall": {"k": n, "n": n}}).more == more
    assert passes("recall >= 0.85", {"recall": {"k": n + more, "n": n + more}})
    assert not passes("recall >= 0.85", {"recall": {"k": n + more - 1, "n": n + more - 1}})


SUM = "0.7*recall + 0.3*precision >= 0.8"


@pytest.mark.parametrize("rule", [SUM, "recall * precision >= 0.65"])
def test_of_separate_numbers_all_that_is_bounded_counts(rule: str) -> None:
    open_ = told(rule, {"recall": {"k": 172, "n": 200}, "precision": {"k": 160, "n": 200}})
    assert open_.certainty is not None
    assert open_.certainty.more is not None
    times = 1 + open_.certainty.more / 200
    grown = {name: {"k": round(k * times), "n": round(200 * times)} for name, k in (("recall", 172), ("precision", 160))}
    assert passes(rule, grown)
    assert "with the other rows in proportion" in open_.reasons[0].remedy


def test_it_settles_four_times_in_five() -> None:
    """Were the estimate the truth, as the report says."""
    more = sure("recall >= 0.82", {"recall": {"k": 172, "n": 200}}).more
    assert more is not None
    n = round(200 + more)
    draws = np.random.default_rng(4).binomial(n, 0.86, 300)
    settled = {int(k): passes("recall >= 0.82", {"recall": {"k": int(k), "n": n}}) for k in set(draws)}
    assert 0.74 < sum(settled[int(k)] for k in draws) / 300 < 0.88


ALIKE = rows(5, n=400)
ALIKE["q"] = ALIKE["p"]


@pytest.mark.parametrize("rule", ["recall >= 0.99 * baseline", "accuracy >= baseline - 0.001", "mcc >= baseline - 0.01"])
def test_of_models_that_are_alike_it_takes_as_many_as_the_paired_test_takes(rule: str) -> None:
    open_ = found(rule, tables(ALIKE, **SCORED))
    assert open_.outcome.value == "undecided"
    assert open_.certainty is not None
    assert open_.certainty.more is not None
    assert open_.certainty.n is not None
    times = 1 + open_.certainty.more / open_.certainty.n
    enough, few = (tables({name: np.concatenate([each] * size) for name, each in ALIKE.items()}, **SCORED) for size in
                   (int(np.ceil(times)), int(times * 0.9)))  # fmt: skip
    assert found(rule, enough).outcome.value == "pass"
    assert found(rule, few).outcome.value == "undecided"


@pytest.mark.parametrize("rule", ["roc_auc >= baseline - 0.01", "log_loss <= baseline + 0.01"])
def test_where_no_number_helps_none_is_asked_for(rule: str) -> None:
    (reason,) = found(rule, tables(ALIKE, **SCORED)).reasons
    assert reason.remedy.startswith("of models that are alike in every row no number of rows can show it")


def by_group(*shares: tuple[int, int]) -> dict[str, Any]:
    told = [{"slice": {"g": f"s{at}"}, "metrics": {"recall": {"k": k, "n": n}}} for at, (k, n) in enumerate(shares)]
    return {"slices": told}


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (((90, 100), (40, 50), (17, 20)), ((85, 100), (39, 50), (19, 20))),
        (((90, 100), (38, 50), (17, 20)), ((85, 100), (39, 50), (17, 20))),
        (((45, 50), (30, 50), (18, 20)), ((85, 100), (79, 100), (80, 100))),
        (((90, 100), (80, 100), (85, 100)), ((85, 100), (89, 100), (80, 100))),
    ],
)
def test_the_smallest_margin_of_a_range_is_beyond_the_margin_where_that_is_no_proof(now: Any, before: Any) -> None:
    one = told("max(recall[g=*]) - min(recall[g=*]) <= baseline + 0.3", by_group(*now), by_group(*before))
    assert one.certainty is not None
    assert one.certainty.provable is not None
    assert one.margin is not None
    assert (one.certainty.provable <= one.margin) is (one.outcome.value == "pass")


def test_of_clusters_no_count_is_asked_for() -> None:
    """A count does not say in which of them it is: no result was said to be proof, of rows that were nearly one."""
    label = np.arange(1500) % 2
    wrong = np.arange(1500) % 7 == 0
    score = np.where(wrong, 1 - label, label) * 0.8 + 0.1
    data = {"y": label, "p": score, "q": score, "region": np.array(["eu"] * 1500), "device": np.array(["a"] * 1500)}
    one = found("accuracy >= 0.85", tables({**data, "user": np.arange(1500) // 5}, **SCORED, cluster="user"))
    assert one.outcome.value == "undecided"
    assert one.certainty is not None
    assert one.certainty.provable is not None
    assert "no result" not in one.reasons[0].text


def test_of_few_clusters_more_are_asked_for() -> None:
    label = np.arange(301) % 2
    score = label * 0.8 + 0.1
    data = {"y": label, "p": score, "q": score, "region": np.array(["eu"] * 301), "device": np.array(["a"] * 301)}
    (reason,) = found("accuracy >= 0.5", tables({**data, "user": np.arange(301) % 7}, **SCORED, cluster="user")).reasons
    assert "7 rows are too few, 10 are needed: those of one cluster count together" in reason.text
    assert reason.remedy.startswith("more clusters,")
    (one,) = found("accuracy >= 0.5", tables({**data, "user": np.arange(301) % 1}, **SCORED, cluster="user")).reasons
    assert "1 cluster is too few" in one.text
