"""What a policy needs: published numbers from policies, assumptions, and rules that no formula knows."""

from __future__ import annotations

from typing import Any

import pytest

from gate.app.plan import planned
from gate.app.plan_assumed import Assumed
from gate.policy.load import loads
from gate.terms.plan import PartPlan, Plan


def plan(*rules: str, confidence: str = "95%", holdout: str = "", more: str = "", **assumed: Any) -> Plan:
    lines = "\n".join(f"  - {rule}" for rule in rules)
    budget = f"holdout: {holdout}\n" if holdout else ""
    policy = loads(f"gate: 1\nconfidence: {confidence}\n{budget}{more}rules:\n{lines}\n", "2026-06-01")
    return planned(policy, Assumed(**assumed))


def part(*rules: str, at: int = -1, **more: Any) -> PartPlan:
    return plan(*rules, **more).rules[-1].parts[at]


NONE, FULL = "{uses: 32, adaptivity: none}", "{uses: 32, adaptivity: full}"


@pytest.mark.parametrize(
    ("rule", "confidence", "holdout", "tolerance", "rows"),
    [
        ("accuracy > 0.8", "99.99%", "", 0.01, 46_052),  # 46K
        ("accuracy > 0.8", "99.99%", NONE, 0.01, 63_380),  # 63K
        ("accuracy > 0.8", "99.99%", "{uses: 32, adaptivity: first-pass}", 0.01, 63_380),
        ("accuracy > 0.8", "99.99%", FULL, 0.01, 156_955),
        ("accuracy > 0.8", "99.99%", FULL, 0.05, 6_279),
        ("accuracy > baseline + 0.02", "99.8%", "{uses: 7, adaptivity: none}", 0.02, 44_268),
        ("accuracy > baseline + 0.02", "99.8%", "{uses: 7, adaptivity: full}", 0.02, 58_799),  # "up to 58K"
        ("accuracy > baseline + 0.1", "99%", FULL, 0.1, 5_496),
    ],
)
def test_the_published_numbers_of_hoeffding(rule: str, confidence: str, holdout: str, tolerance: float, rows: int) -> None:
    """Renggli et al. 2019; the paper rounds some of them down, where here a started row is a row."""
    found = part(rule, confidence=confidence, holdout=holdout, tolerance=tolerance).bound
    assert found is not None
    assert found.method == "Hoeffding"
    assert 0 <= found.rows - rows <= 1


@pytest.mark.parametrize(("holdout", "rows"), [(NONE, 29_048), (FULL, 67_705)])  # 29K, 67K
@pytest.mark.parametrize(
    "rules",
    [
        ("d < 0.1 and accuracy > baseline + 0.02",),
        ("prediction_change_rate < 10%", "accuracy > baseline + 0.02"),
    ],
)
def test_the_published_numbers_of_pattern_one(rules: tuple[str, ...], holdout: str, rows: int) -> None:
    found = part(*rules, confidence="99.99%", holdout=holdout, tolerance=0.01)
    assert found.bound is not None
    assert found.bound.method == "Bennett"
    assert abs(found.bound.rows - rows) <= 1
    assert found.labels == 2_188


def test_a_flag_may_say_that_models_differ_little() -> None:
    assert part("accuracy > baseline + 0.02", differ=0.1).labels is not None
    assert part("accuracy > baseline + 0.02").labels is None


def test_our_test_of_a_share() -> None:
    found = part("accuracy > 0.8", tolerance=0.02)
    assert found.ours is not None
    assert found.ours.rows == 2_408
    assert found.ours.power == pytest.approx(0.803, abs=0.002)
    assert (found.line, found.truth, found.fewest and found.fewest.rows) == (0.8, pytest.approx(0.82), 14)


@pytest.mark.parametrize(("holdout", "rows"), [("{uses: 10, adaptivity: none}", 4_582), (NONE, 5_666), (FULL, 22_453)])
def test_what_uses_cost_our_test(holdout: str, rows: int) -> None:
    found = part("accuracy > 0.8", holdout=holdout, tolerance=0.02).ours
    assert found is not None
    assert abs(found.rows - rows) <= 1


def test_our_test_of_pairs() -> None:
    found = part("accuracy > baseline", tolerance=0.02, differ=0.1).ours
    assert found is not None
    assert (found.rows, found.of) == (1_544, "pairs")
    worse = part("accuracy >= baseline - 0.01")
    assert (worse.line, worse.truth) == (-0.01, 0)


def test_less_is_better_is_the_same_turned_round() -> None:
    up, down = part("accuracy >= 0.95").ours, part("error_rate <= 0.05").ours
    assert up is not None
    assert down is not None
    assert (up.rows, up.power) == (down.rows, pytest.approx(down.power))
    up, down = part("accuracy >= baseline - 0.01").ours, part("error_rate <= baseline + 0.01").ours
    assert up is not None
    assert down is not None
    assert up.rows == down.rows


def test_a_denominator_is_a_part_of_the_rows() -> None:
    few, many = part("recall >= 0.85", positives=0.02).ours, part("specificity >= 0.85", positives=0.02).ours
    assert few is not None
    assert many is not None
    assert few.of == "positives"
    assert few.units == pytest.approx(many.units)
    assert few.rows > 40 * many.rows


def test_a_stated_truth_counts() -> None:
    near, far = part("recall >= 0.85", truths={"recall": 0.86}).ours, part("recall >= 0.85", truths={"recall": 0.95}).ours
    assert near is not None
    assert far is not None
    assert near.rows > 50 * far.rows
    assert "does not hold" in part("recall >= 0.85", truths={"recall": 0.8}).why


def test_a_line_near_the_end_leaves_half_the_room() -> None:
    assert part("accuracy >= 0.99").truth == pytest.approx(0.995)


@pytest.mark.parametrize("rule", ["accuracy >= 1", "error_rate <= 0", "recall > 1"])
def test_no_number_of_rows_shows_the_end_of_a_scale(rule: str) -> None:
    found = part(rule)
    assert found.ours is None
    assert "no number of rows" in found.why


@pytest.mark.parametrize(
    "rule",
    [
        "log_loss <= 0.3", "f1_macro >= 0.5", "train.accuracy - accuracy <= 0.1", "npv >= baseline - 0.02",
        "recall[r=a] - recall[r=b] <= 0.1", "recall * precision >= 0.6", "max(recall[r=*]) - min(recall[r=*]) <= 0.1",
        "roc_auc >= baseline - 0.01", "accuracy == 0.9", "recall >= mean(last(recall, 3))", "latency_p95_ms >= 3",
    ],
)  # fmt: skip
def test_what_no_formula_knows(rule: str) -> None:
    found = part(rule)
    assert found.ours is None
    assert found.why


@pytest.mark.parametrize(
    ("rule", "method"), [("roc_auc >= 0.9", "Hanley"), ("f1 >= 0.7", "Jaccard"), ("latency_p95_ms <= 200", "order")]
)
def test_other_measures(rule: str, method: str) -> None:
    found = part(rule)
    assert found.ours is not None
    assert method in found.ours.method
    assert found.bound is None


def test_the_fewest_for_a_quantile() -> None:
    assert [part(f"latency_p{q}_ms <= 200").fewest.rows for q in (95, 99)] == [59, 299]  # type: ignore[union-attr]


def test_a_sum_of_shares_has_both() -> None:
    found = part("0.7 * recall + 0.3 * precision >= 0.8", tolerance=0.02)
    assert found.ours is not None
    assert found.ours.method == "tilted cells"
    assert found.bound is not None


def test_models_that_hardly_err_hardly_differ() -> None:
    found = part("mcc >= baseline - 0.02", differ=0.3)
    assert found.ours is not None
    assert "differ on 4 % of the rows" in found.assumed[-1], "0.9 of 10 % leaves each 1 % of errors of either kind"
    assert found.ours == part("mcc >= baseline - 0.02", differ=0.04).ours
    assert found.ours.rows > 2 * part("mcc >= baseline - 0.02", differ=0.01).ours.rows  # type: ignore[union-attr]
    assert "so far apart" in part("mcc >= baseline + 0.2", differ=0.01).why


def test_a_truth_may_be_stated_for_several_cells() -> None:
    near, far = part("mcc >= 0.6", truths={"mcc": 0.61}).ours, part("mcc >= 0.6", truths={"mcc": 0.8}).ours
    assert near is not None
    assert far is not None
    assert near.rows > 100 * far.rows
    assert "does not hold" in part("mcc >= 0.6", truths={"mcc": 0.5}).why
    assert "no number of rows" in part("mcc >= 1").why
    assert "both models are 0.6" in part("mcc >= baseline - 0.05", truths={"mcc": 0.556}).assumed[-1]


def test_a_guard_may_ask_for_more() -> None:
    found = part("balanced_accuracy >= 0.6", truths={"balanced_accuracy": 0.98}, positives=0.01).ours
    assert found is not None
    assert found.rows == 1000, "ten positives"


def test_every_part_of_and_counts_and_or_has_no_number() -> None:
    both = plan("accuracy > 0.8 and recall >= 0.85").rules[0]
    assert both.ours is not None
    assert both.ours.of == "positives"
    assert plan("accuracy > 0.8 or recall >= 0.85").rules[0].ours is None
    assert plan("accuracy > 0.8 and log_loss <= 0.3").rules[0].ours is None


def test_a_range_is_two_lines() -> None:
    found = plan("0.1 <= fpr <= 0.2").rules[0].parts
    assert [each.line for each in found] == [pytest.approx(0.1), pytest.approx(0.2)]


def test_a_rule_without_confidence_needs_no_rows() -> None:
    found = plan("accuracy > 0.8", confidence="none")
    assert found.rules[0].parts == ()
    assert "no rule asks for confidence" in found.notes[0]


def test_what_so_many_rows_can_show() -> None:
    found = part("accuracy > 0.8", rows=2_408, tolerance=0.05)
    assert found.provable == pytest.approx(0.02, abs=1e-3)
    assert part("accuracy > 0.8", rows=5).provable is None
    pairs = part("accuracy >= baseline - 0.01", rows=6_215)
    assert pairs.provable == pytest.approx(0.01, abs=1e-3)


def test_assumptions_are_said_and_only_those_that_were_used() -> None:
    words = " ".join(plan("accuracy > 0.8").assumed)
    assert "--power" in words
    assert "--positives" not in words
    assert "--differ" not in words
    assert "--positives" in " ".join(plan("recall > 0.8").assumed)
    assert "--differ" in " ".join(plan("accuracy > baseline").assumed)


def test_models_that_hardly_differ_cannot_be_far_apart() -> None:
    assert "cannot be" in part("accuracy > baseline + 0.2", differ=0.1).why


def test_a_margin_of_nothing_is_explained() -> None:
    assert any("without a margin" in note for note in plan("accuracy > baseline").notes)
    assert not any("without a margin" in note for note in plan("accuracy > baseline - 0.01").notes)


@pytest.mark.parametrize(
    "rule", ["accuracy > 0.8", "recall >= baseline - 0.01", "recall >= baseline * 0.98", "roc_auc >= 0.9", "f1 >= 0.7"]
)
def test_more_is_asked_more_rows_are_needed(rule: str) -> None:
    def rows(**more: Any) -> int:
        found = part(rule, **more).ours
        assert found is not None
        return found.rows

    usual = rows()
    assert rows(power=0.9) > usual
    assert rows(confidence="99%") > usual
    assert rows(holdout=FULL) > rows(holdout=NONE) > usual
