"""What a policy needs: published numbers from policies, assumptions, and rules that no formula knows."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gate.app.plan.assumed import Assumed
from gate.app.plan.plan import planned
from gate.policy.load import loads
from gate.reports.plan import answer, headline, lines
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
    assert 0 <= found.rows - rows <= 2  # by the formula; where its power falls short, a few more
    assert found.power is not None
    assert found.power >= 0.8


@pytest.mark.parametrize(
    ("rule", "assumed", "rows"),
    [
        ("recall < 1", {"positives": 0.1}, 800),  # 80 positives: 1 - 0.98^80
        ("accuracy >= baseline - 0.02", {"differ": 0.0001}, 149),  # as many as can show it where none differs
        ("accuracy >= baseline - 0.02", {"differ": 0.005}, 240),
        ("precision >= 65%", {"positives": 0.1}, 34_840),
        ("latency_p95_ms <= 200", {}, 386),
    ],
)
def test_a_size_reaches_the_power_that_was_asked_for(rule: str, assumed: dict[str, float], rows: int) -> None:
    found = part(rule, **assumed).ours
    assert found is not None
    assert found.power is not None
    assert found.power >= 0.8
    assert found.rows == rows


@pytest.mark.parametrize("rule", ["f1 >= 0.98", "accuracy >= 0.98", "recall >= 0.999", "recall < 1", "accuracy > 0"])
@pytest.mark.parametrize("true", [None, 0.9999])
def test_a_size_is_never_below_the_least(rule: str, true: float | None) -> None:
    found = part(rule, truths={} if true is None else {rule.split()[0]: true})
    assert found.ours is not None
    assert found.fewest is not None
    assert found.ours.rows >= found.fewest.rows


def test_what_spends_little_is_planned_by_exact_tails() -> None:
    """As it is judged: below an error rate of 0.5 %, and where confidence is to hold literally."""
    for more in ({"holdout": FULL}, {"confidence": "95% exact"}):
        found = part("accuracy > 0.8", **more)
        assert found.ours is not None
        assert found.ours.method == "exact binomial"
    assert found.fewest is not None
    assert part("accuracy > 0.9", confidence="95% exact").fewest.rows == 29  # type: ignore[union-attr]
    assert part("accuracy > 0.9").fewest.rows == 25  # type: ignore[union-attr]


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


@pytest.mark.parametrize(
    ("rule", "truth"), [("accuracy >= 0.99", 0.995), ("accuracy >= 0.98", 0.99), ("f1 >= 0.98", 0.99), ("fpr <= 0.02", 0.01)]
)
def test_a_line_near_the_end_leaves_half_the_room(rule: str, truth: float) -> None:
    assert part(rule).truth == pytest.approx(truth)


@pytest.mark.parametrize(
    ("rule", "name"),
    [("roc_auc >= 0.9", "auc"), ("sensitivity >= 0.9", "recall"), ("val.recall >= 0.9", "recall"), ("recall >= 0.9", "TPR")],
)
def test_a_truth_is_of_a_metric_by_any_name(rule: str, name: str) -> None:
    assert part(rule, truths={name: 0.95}).truth == 0.95


def test_a_truth_is_of_the_metric_that_has_its_name() -> None:
    found = plan("recall >= 0.8", "train.recall >= 0.8", "f1_macro >= 0.5", truths={"recall": 0.9, "f1": 0.7})
    assert [each.parts[0].truth for each in found.rules] == [0.9, pytest.approx(0.82), None]
    facts = "metrics: {hits: {from: eval/recall, range: [0, 1]}, recall: {from: all/recall}}\n"
    found = plan("recall >= 0.8", more=facts, truths={"all/recall": 0.9})
    assert found.rules[0].parts[0].truth == 0.9


def test_a_truth_that_changes_nothing_is_named() -> None:
    assert any("--truth log_loss changes nothing" in note for note in plan("log_loss <= 1", truths={"log_loss": 0.3}).notes)
    assert not plan("recall >= 0.8", truths={"recall": 0.9}).notes


def test_a_misspelt_metric_is_named() -> None:
    assert "did you mean `recall`?" in part("recal >= 0.8").why
    assert "did you mean" not in part("latency_p95_ms >= 3").why
    assert "did you mean" not in part("zorblax >= 3").why


def test_a_rule_that_blocks_on_evidence_needs_no_rows() -> None:
    found = plan("{check: recall >= 0.8, undecided: pass}", "accuracy > 0.8", "{check: precision > 0.8, undecided: warn}")
    assert [each.ours is None for each in found.rules] == [True, False, True]
    assert "`undecided: pass`" in found.rules[0].why
    assert "`undecided: warn`" in found.rules[2].why
    assert answer(found).startswith("2,408 rows by our tests, for `accuracy > 0.8`")
    assert "each may err 0.0016" in headline(plan("{check: recall >= 0.8, undecided: pass}", holdout=NONE))
    assert answer(plan("{check: recall >= 0.8, undecided: pass}")) == "no rule has to be shown: no number of rows"


def test_no_line_is_minus_nothing() -> None:
    assert str(part("accuracy > 0").line) == "0.0"
    assert "above 0," in lines(plan("accuracy > 0"))[0].below[0]
    assert "at the least: 1 row," in " ".join(lines(plan("accuracy > 0"))[0].below)
    assert "at the least: 1 positive," in " ".join(lines(plan("recall < 1"))[0].below)


def test_given_rows_count_where_nobody_says_otherwise() -> None:
    seen = {"seen_positives": 0.3, "seen_differ": 0.04}
    found = plan("recall >= 0.8", "accuracy >= baseline - 0.02", **seen)
    same = plan("recall >= 0.8", "accuracy >= baseline - 0.02", positives=0.3, differ=0.04)
    assert [each.ours for each in found.rules] == [each.ours for each in same.rules]
    assert "30 % of the rows are positive, as in those given" in " ".join(found.assumed)
    assert "two models differ on 4 % of the rows, as in those given" in " ".join(found.assumed)
    said = plan("recall >= 0.8", positives=0.2, **seen)
    assert said.rules[0].ours == plan("recall >= 0.8", positives=0.2).rules[0].ours
    assert "as in those given" not in " ".join(said.assumed)
    assert part("accuracy > baseline + 0.02", **seen).labels is None, "what is seen is no promise: no bound rests on it"


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
        "roc_auc >= baseline - 0.01", "accuracy == 0.9", "recall >= mean(last(recall, 3))", "latency_p100_ms <= 3",
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


@pytest.mark.parametrize(
    ("metric", "rows"),
    [("latency_p95_ms", 59), ("latency_p99_ms", 299), ("latency_p999", 2_995), ('"latency_p99.9"', 2_995), ("lat.p50", 5)],
)
def test_the_fewest_for_a_quantile(metric: str, rows: int) -> None:
    """ln 0.05 / ln q: that all values lie within the limit is as unlikely, if the quantile lies on it."""
    assert part(f"'{metric} <= 200'").fewest.rows == rows  # type: ignore[union-attr]


def test_a_quantile_above_a_limit_is_more_than_the_rest_beyond_it() -> None:
    found = part("lat.p95 >= 10")
    assert found.shows == "more than 5 % of the values lie beyond the limit"
    assert found.fewest is not None
    assert found.fewest.rows == 1
    assert found.ours is not None
    assert found.ours.power >= 0.8


def test_a_sum_of_shares_has_both() -> None:
    found = part("0.7 * recall + 0.3 * precision >= 0.8", tolerance=0.02)
    assert found.ours is not None
    assert found.ours.method == "tilted cells"
    assert found.bound is not None


def test_models_that_hardly_err_hardly_differ() -> None:
    found = part("mcc >= baseline - 0.02", differ=0.3)
    assert found.ours is not None
    assert "differ on 4 % of the rows" in found.said[-1], "0.9 of 10 % leaves each 1 % of errors of either kind"
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
    assert "both models are 0.6" in part("mcc >= baseline - 0.05", truths={"mcc": 0.556}).said[-1]


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
    assert part("accuracy > 0.8", rows=5).provable == math.inf
    pairs = part("accuracy >= baseline - 0.01", rows=6_215)
    assert pairs.provable == pytest.approx(0.01, abs=1e-3)
    assert part("accuracy >= baseline - 0.02", rows=1_000, differ=0.005).provable == pytest.approx(0.015, abs=1e-3)
    assert part("recall < 1", rows=350).provable == pytest.approx(1 - 0.2 ** (1 / 35), abs=1e-4)


@pytest.mark.parametrize("rule", ["f1 >= 0.8", "average_precision >= 0.8", "recall >= 0.98 * baseline", "mcc >= 0.5"])
def test_as_many_rows_as_are_needed_can_show_what_they_are_needed_for(rule: str) -> None:
    needed = part(rule)
    assert needed.ours is not None
    found = part(rule, rows=math.ceil(1.02 * needed.ours.rows))
    assert found.provable is not None
    assert found.provable <= needed.truth - needed.line + 1e-3  # type: ignore[operator]
    assert part(rule, rows=10).provable == math.inf


def test_a_better_model_needs_fewer_pairs_than_one_that_is_alike() -> None:
    found = part("recall >= 0.98 * baseline", rows=900)  # 90 positives, and 149 where no pair differs
    assert found.fewest is None
    assert 0.02 < found.provable < 0.12  # type: ignore[operator]


def test_where_it_is_not_known_what_rows_can_show_nothing_is_said() -> None:
    assert part("latency_p95_ms <= 200", rows=50_000).provable is None
    assert "can show" not in " ".join(words for line in lines(plan("latency_p95_ms <= 200", rows=50_000)) for words in line.below)


def test_assumptions_are_said_and_only_those_that_were_used() -> None:
    words = " ".join(plan("accuracy > 0.8").assumed)
    assert "--power" in words
    assert "--positives" not in words
    assert "--differ" not in words
    assert "--positives" in " ".join(plan("recall > 0.8").assumed)
    assert "the scores of both classes spread alike" in " ".join(plan("roc_auc > 0.9").assumed)
    assert "average precision errs by as little as the test believes" in " ".join(plan("average_precision > 0.6").assumed)
    assert "--differ" in " ".join(plan("accuracy > baseline").assumed)


def test_a_name_may_have_a_blank() -> None:
    found = plan("""'"my set".accuracy >= 0.98 * baseline'""")
    assert '"my set.accuracy" is 0.9 for both models (--truth "my set.accuracy"=…)' in found.assumed
    assert found.rules[0].ours == plan("accuracy >= 0.98 * baseline").rules[0].ours


def test_models_that_hardly_differ_cannot_be_far_apart() -> None:
    assert "cannot be" in part("accuracy > baseline + 0.2", differ=0.1).why


def test_a_margin_of_nothing_is_explained() -> None:
    assert any("without a margin" in note for note in plan("accuracy > baseline").notes)
    assert not any("without a margin" in note for note in plan("accuracy > baseline - 0.01").notes)
    share = plan("accuracy >= 0.98 * baseline")
    assert share.rules[0].ours is not None
    assert not share.notes, "a share of the baseline is a margin"


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
