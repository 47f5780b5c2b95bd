"""Rules that may not say what was meant."""

from __future__ import annotations

import pytest

from gate.judge.world import fact_of
from gate.policy.doubtful import MOST_COMPARED, doubtful
from gate.policy.load import loads
from gate.policy.policy import Policy
from gate.terms import catalogue
from gate.terms.metric import Metric


def policy(*rules: str, head: str = "") -> Policy:
    return loads("gate: 1\n" + head + "rules:\n" + "".join(f"  - {rule}\n" for rule in rules), "2026-06-01")


def told(*rules: str, head: str = "") -> list[tuple[str, str]]:
    found = policy(*rules, head=head)

    def fact(name: str) -> Metric | None:
        return found.metrics.get(name) or catalogue.find(name)

    return [(problem.slug, problem.message) for problem in doubtful(found, fact)]


def slugs(*rules: str, head: str = "") -> list[str]:
    return [slug for slug, _ in told(*rules, head=head)]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("accuracy > 80", "`accuracy > 80` never holds: accuracy is at most 1"),
        ("accuracy > 1", "`accuracy > 1` never holds: accuracy is at most 1"),
        ("accuracy >= 1.5", "`accuracy >= 1.5` never holds: accuracy is at most 1"),
        ("80 < accuracy", "`80 < accuracy` never holds: accuracy is at most 1"),
        ("recall >= 0", "`recall >= 0` always holds: recall is at least 0"),
        ("recall[region=*] > -1", ""),
        ("fpr < 0", "`fpr < 0` never holds: fpr is at least 0"),
        ("fpr <= 5", "`fpr <= 5` always holds: fpr is at most 1"),
        ("fpr < 2", "`fpr < 2` always holds: fpr is at most 1"),
        ("mae < 0", "`mae < 0` never holds: mae is at least 0"),
        ("mae <= 1e9", ""),
        ("accuracy == 2", "`accuracy == 2` never holds: accuracy is at most 1"),
        ("accuracy != 2", "`accuracy != 2` always holds: accuracy is at most 1"),
        ("r2 > 2", "`r2 > 2` never holds: r2 is at most 1"),
        ("r2 > -5", ""),
        ("accuracy >= 1", ""),
        ("fpr <= 0", ""),
        ("fpr < 1", ""),
        ("uptime <= 1", ""),
        ("fpr <= 1", ""),
        ("unheard_of > 80", ""),
        ("2 * accuracy > 1.5", ""),
        ("accuracy > baseline", ""),
    ],
)
def test_thresholds_beyond_the_range(rule: str, said: str) -> None:
    found = [message for slug, message in told(rule) if slug == "threshold-out-of-range"]
    assert found == ([said] if said else [])


def test_a_declared_range_counts() -> None:
    head = "metrics: {profit: {range: [-10, 10]}, accuracy: {unit: '%'}}\n"
    assert told("profit > 20", head=head) == [("threshold-out-of-range", "`profit > 20` never holds: profit is at most 10")]
    assert slugs("profit <= 10", head=head) == ["threshold-out-of-range"]
    assert slugs("profit > 9", head=head) == []


def test_a_threshold_that_counts_to_100_gets_both_ways_out() -> None:
    (problem,) = doubtful(policy("accuracy > 80"), catalogue.find)
    assert problem.remedy == "write `80%`; or if it counts to 100, say so: `metrics: {accuracy: {range: [0, 100]}}`"
    (problem,) = doubtful(policy("accuracy > $least", head="params: {least: 80}\n"), catalogue.find)
    assert problem.remedy.startswith("write `params: {least: 80%}`; ")
    (problem,) = doubtful(policy("accuracy > 100"), catalogue.find)
    assert problem.remedy.startswith("write `100%`; ")
    (problem,) = doubtful(policy("accuracy > 101"), catalogue.find)
    assert problem.remedy.startswith("choose another number, ")
    (problem,) = doubtful(policy("mae < $most", head="params: {most: 0}\n"), catalogue.find)
    assert problem.remedy == "choose another number for `$most`, or correct the range under `metrics:`"


def test_a_metric_in_percent_ends_at_100() -> None:
    found = policy("accuracy > 80", "accuracy > 120", "val.accuracy > 80", head="metrics: {accuracy: {unit: '%'}}\n")
    problems = [
        problem for problem in doubtful(found, lambda name: fact_of(name, found)) if problem.slug == "threshold-out-of-range"
    ]
    assert [problem.message for problem in problems] == [
        "`accuracy > 120` never holds: accuracy is at most 100",
        "`val.accuracy > 80` never holds: val.accuracy is at most 1",
    ]
    assert problems[0].remedy == "choose another number, or correct the range under `metrics:`"


def test_a_threshold_of_a_pack_is_looked_at_too() -> None:
    text = "gate: 1\nextends: [recall-critical]\nparams: {recall_floor: 90, precision_floor: 20%}\n"
    (problem,) = doubtful(loads(text), catalogue.find)
    assert problem.slug == "threshold-out-of-range"
    assert problem.where is not None
    assert problem.where.file == "recall-critical (pack)"


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("x == 0.95", 1),
        ("x != 95%", 1),
        ("x == 3", 0),
        ("accuracy == 1", 0),
        ("converged == true", 0),
        ("f1 == baseline", 1),
        ("errors == baseline", 0),
        ("a / b == c", 1),
        ("not x == 0.5 or y > 1", 1),
    ],
)
def test_exact_comparisons(rule: str, count: int) -> None:
    assert slugs(rule).count("exact-comparison") == count


def test_an_exact_comparison_names_the_distance() -> None:
    (problem,) = doubtful(policy("f1 == baseline"), catalogue.find)
    assert problem.remedy.endswith("`abs(f1 - baseline(f1)) <= 0.005`")
    assert problem.message.startswith("`f1 == baseline(f1)` hardly ever holds")
    (problem,) = doubtful(policy("x != 0.5"), catalogue.find)
    assert problem.message.startswith("`x != 0.5` nearly always holds")


def test_a_confidence_changes_nothing_on_an_exact_comparison() -> None:
    assert slugs("{check: errors == 0, confidence: 95%}") == ["confidence-ignored"]
    assert slugs("errors == 0", "x > 1", head="confidence: 90%\n") == ["confidence-ignored"]
    assert slugs("{check: errors == 0, confidence: none}", "ok == true", head="confidence: 90%\n") == []


@pytest.mark.parametrize(
    "rule", ["accuracy < 0.9", "0.9 > accuracy", "mae >= 3", "f1 <= baseline + 0.1", "x > 1 and accuracy < 0.9"]
)
def test_a_rule_that_blocks_the_better_model(rule: str) -> None:
    assert slugs(rule) == ["against-direction"]


@pytest.mark.parametrize(
    "rules",
    [
        ["accuracy < 1"],
        ["fpr > 0"],
        ["{check: accuracy < 0.9, level: warn}"],
        ["accuracy > 0.8", "accuracy < 0.95"],
        ["accuracy > 0.8 and accuracy < 0.95"],
        ["0.8 < accuracy < 0.95"],
        ["unheard_of < 0.9"],
        ["accuracy < 0.9 or x > 1"],
        ["accuracy < f1"],
    ],
)
def test_rules_that_mean_it(rules: list[str]) -> None:
    assert "against-direction" not in slugs(*rules)


def test_the_remedy_turns_the_comparison_round() -> None:
    (problem,) = doubtful(policy("accuracy < 0.9"), catalogue.find)
    assert problem.message == "`accuracy < 0.9` blocks a model for being better: of accuracy, higher is better"
    assert problem.remedy.startswith("did you mean `accuracy > 0.9`?")
    stated = policy("widgets > 3", head="metrics: {widgets: {better: lower}}\n")
    assert [problem.slug for problem in doubtful(stated, stated.metrics.get)] == ["against-direction"]


def test_a_rule_that_another_one_implies() -> None:
    assert told("recall >= 0.8", "{id: strict, check: recall >= 0.9}") == [
        ("implied-rule", "`recall >= 0.8` never decides: `strict` (gate.yaml:4:25) is stricter")
    ]
    assert slugs("x >= 0.8 or y > 1", "x >= 0.9 and z > 1") == ["implied-rule"]
    assert slugs("{check: x >= 0.8, level: warn}", "x >= 0.9") == ["implied-rule"]


def test_the_same_rule_twice_is_said_once() -> None:
    ((slug, message),) = told("x >= 0.8", "{id: again, check: x >= 0.80}")
    assert slug == "implied-rule"
    assert message.endswith("is the same")


@pytest.mark.parametrize(
    "rules",
    [
        ["x >= 0.8", "{check: x >= 0.9, level: warn}"],
        ["x >= 0.8", "{check: x >= 0.9, min_n: 20}"],
        ["x >= 0.8", "{check: x >= 0.9, undecided: pass}"],
        ["x >= 0.8", "{check: x >= 0.9, blocks_from: 2026-09-01}"],
        ["{check: x >= 0.8, waivable: false}", "x >= 0.9"],
        ["x >= 0.8", "y >= 0.9"],
        ["x[g=*] >= 0.8", "x >= 0.9"],
        ["x >= 0.8", "x <= 0.9"],
    ],
)
def test_rules_that_decide_on_their_own(rules: list[str]) -> None:
    assert slugs(*rules) == []


def test_a_waiver_leaves_the_looser_rule_to_decide() -> None:
    waiver = "waivers: [{rule: x >= 0.9, until: 2026-07-01, why: w, by: b, floor: x >= 0.8}]\n"
    assert slugs("x >= 0.8", "x >= 0.9", head=waiver) == []


def test_a_rule_of_a_pack_is_not_said_to_be_needless() -> None:
    text = "gate: 1\nextends: [recall-critical]\nparams: {recall_floor: 80%, precision_floor: 20%}\nrules: [recall >= 0.9]\n"
    assert list(doubtful(loads(text), catalogue.find)) == []


def test_a_rule_that_a_pack_implies_is_the_one_to_take_out() -> None:
    text = "gate: 1\nextends: [recall-critical]\nparams: {recall_floor: 0.8, precision_floor: 20%}\nrules: [recall >= 0.7]\n"
    (problem,) = doubtful(loads(text), catalogue.find)
    assert (problem.slug, problem.remedy) == ("implied-rule", "take it out")


def test_very_many_rules_on_one_metric_are_not_compared() -> None:
    assert slugs(*(f"x >= {number}" for number in range(MOST_COMPARED + 1))) == []
