"""Every pack: it asks, it passes on good metrics, and each of its rules fails on the trap that it is there for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gate.errors import PolicyError
from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.language.tree import Number, walk
from gate.policy import extend, packs
from gate.policy.load import loads
from gate.policy.policy import Policy
from gate.policy.text import read
from gate.readers.inputs import read_mapping
from gate.terms.decision import Decision, Outcome, Verdict

TODAY = "2026-06-01"

ANSWERS: dict[str, dict[str, str]] = {
    "classification": {"majority_share": "62%", "accuracy_floor": "0.85", "f1_floor": "80%"},
    "recall-critical": {"recall_floor": "85%", "precision_floor": "20%"},
    "precision-critical": {"precision_floor": "99%", "recall_floor": "60%"},
    "regression": {"mae_ceiling": "12.5", "rmse_ceiling": "20"},
    "operations": {
        "latency_p95_ms_ceiling": "200",
        "error_rate_ceiling": "0.1%",
        "uptime_floor": "99.9%",
        "deployment_success_floor": "0.95",
    },
    "drift": {"psi_ceiling": "0.25", "false_alarm_rate": "1%", "unseen_ceiling": "1%", "missing_growth_ceiling": "2%"},
    "quality": {
        "rows_floor": "1000",
        "missing_ceiling": "5%",
        "duplicate_ceiling": "1%",
        "out_of_range_ceiling": "1%",
        "age_ceiling_hours": "168",
    },
    "pitfalls": {"leakage_ceiling": "0.95", "overlap_ceiling": "1%", "calibration_ceiling": "5%"},
}
GOOD: dict[str, dict[str, float | bool]] = {
    "classification": {"accuracy": 0.91, "f1": 0.88},
    "recall-critical": {"recall": 0.91, "precision": 0.34, "accuracy": 0.96},
    "precision-critical": {"recall": 0.72, "precision": 0.995},
    "regression": {"mae": 9.1, "rmse": 14.0, "r2": 0.71},
    "operations": {"latency_p95_ms": 140, "error_rate": 0.0004, "uptime": 0.9995, "deployment_success_rate": 0.97},
    "drift": {
        "drift.psi[feature=amount]": 0.01,
        "drift.p[feature=amount]": 0.4,
        "drift.unseen_rate[feature=amount]": 0.001,
        "drift.missing_rate_change[feature=amount]": -0.001,
    },
    "quality": {
        "quality.rows": 20_000,
        "quality.missing_rate[feature=amount]": 0.01,
        "quality.duplicate_row_rate": 0.0,
        "quality.duplicate_id_rate": 0.0,
        "quality.age_hours": 20.0,
        "quality.absent_columns": 0,
        "quality.type_changed[feature=amount]": False,
        "quality.out_of_range_rate[feature=amount]": 0.0001,
        "quality.constant_columns": 0,
    },
    "pitfalls": {
        "accuracy": 0.95,
        "no_information_rate": 0.9,
        "pitfalls.constant_prediction_rate": 0.91,
        "pitfalls.leakage_auc[feature=amount]": 0.7,
        "pitfalls.train_duplicate_rate": 0.0,
        "pitfalls.train_id_rate": 0.0,
        "pitfalls.train_time_rate": 0.0,
        "pitfalls.same_rows": False,
        "ece": 0.01,
    },
}
# pack, what makes the good metrics bad, the rules that must say so
TRAPS: list[tuple[str, dict[str, float | bool], set[str]]] = [
    ("classification", {"accuracy": 0.62}, {"beats-guessing", "accuracy-floor"}),
    ("classification", {"f1": 0.41}, {"f1-floor"}),
    ("recall-critical", {"recall": 0.12, "precision": 0.5, "accuracy": 0.98}, {"recall-floor"}),
    ("recall-critical", {"recall": 1.0, "precision": 0.02, "accuracy": 0.02}, {"precision-floor"}),
    ("precision-critical", {"precision": 0.93}, {"precision-floor"}),
    ("precision-critical", {"precision": 0.999, "recall": 0.003}, {"recall-floor"}),
    ("regression", {"r2": 0.0}, {"beats-the-mean"}),
    ("regression", {"mae": 13.0}, {"mae-ceiling"}),
    ("regression", {"rmse": 60.0}, {"rmse-ceiling"}),
    ("operations", {"latency_p95_ms": 201}, {"latency-ceiling"}),
    ("operations", {"error_rate": 0.002}, {"error-rate-ceiling"}),
    ("operations", {"uptime": 0.99}, {"uptime-floor"}),
    ("operations", {"deployment_success_rate": 0.9}, {"deployment-success-floor"}),
    ("drift", {"drift.psi[feature=amount]": 0.3, "drift.p[feature=amount]": 1e-6}, {"no-shift"}),
    ("drift", {"drift.unseen_rate[feature=amount]": 0.2}, {"nothing-unseen"}),
    ("drift", {"drift.missing_rate_change[feature=amount]": 0.3}, {"no-more-missing"}),
    ("quality", {"quality.rows": 3}, {"enough-rows"}),
    ("quality", {"quality.missing_rate[feature=amount]": 1.0}, {"missing-values"}),
    ("quality", {"quality.duplicate_row_rate": 0.5}, {"duplicate-rows"}),
    ("quality", {"quality.duplicate_id_rate": 0.0001}, {"duplicate-ids"}),
    ("quality", {"quality.age_hours": 2_000.0}, {"newest-row"}),
    ("quality", {"quality.age_hours": -3.0}, {"newest-row"}),
    ("quality", {"quality.absent_columns": 1}, {"every-column"}),
    ("quality", {"quality.type_changed[feature=amount]": True}, {"same-types"}),
    ("quality", {"quality.out_of_range_rate[feature=amount]": 0.4}, {"same-range"}),
    ("pitfalls", {"accuracy": 0.98, "no_information_rate": 0.98}, {"beats-majority"}),
    ("pitfalls", {"pitfalls.constant_prediction_rate": 1.0}, {"not-constant"}),
    ("pitfalls", {"pitfalls.leakage_auc[feature=amount]": 0.999}, {"no-leak"}),
    ("pitfalls", {"pitfalls.train_duplicate_rate": 0.3}, {"not-learned"}),
    ("pitfalls", {"pitfalls.train_id_rate": 0.001}, {"other-ids"}),
    ("pitfalls", {"pitfalls.train_time_rate": 0.9}, {"newer-rows"}),
    ("pitfalls", {"pitfalls.same_rows": True}, {"other-rows"}),
]
TOO_GOOD: dict[str, dict[str, float | bool]] = {
    "classification": {"accuracy": 1.0, "f1": 1.0},
    "recall-critical": {"recall": 1.0, "precision": 1.0},
    "precision-critical": {"recall": 1.0, "precision": 1.0},
    "regression": {"mae": 0.0, "rmse": 0.0, "r2": 1.0},
    "pitfalls": {**GOOD["pitfalls"], "accuracy": 1.0},
}


def written(names: list[str], answers: dict[str, str], more: str = "") -> str:
    params = ", ".join(f"{name}: {value}" for name, value in answers.items())
    return f"gate: 1\nname: m\nextends: [{', '.join(names)}]\n" + (f"params: {{{params}}}\n" if params else "") + more


def policy(names: list[str], more: str = "") -> Policy:
    answers = {name: value for pack in names for name, value in ANSWERS[pack].items()}
    return loads(written(names, answers, more), today=TODAY)


def decided(judging: Policy, metrics: Mapping[str, float | bool]) -> Decision:
    return judge([judging], Evidence(read_mapping(nested(metrics)), {}, TODAY))


def nested(metrics: Mapping[str, float | bool]) -> dict[str, Any]:
    """`psi[feature=x]: 1` as a metrics file has it."""
    found: dict[str, Any] = {name: value for name, value in metrics.items() if "[" not in name}
    for name, value in metrics.items():
        metric, _, selector = name.rstrip("]").partition("[")
        if selector:
            column, _, text = selector.partition("=")
            found.setdefault("slices", []).append({"slice": {column: text}, "metrics": {metric: value}})
    return found


def not_holding(decision: Decision) -> set[str]:
    return {finding.rule for finding in decision.findings if finding.outcome is not Outcome.PASS}


def pack_file(name: str) -> Any:
    return read(packs.path_of(name)).value


def test_every_pack_is_tested() -> None:
    assert set(packs.names()) == set(ANSWERS) == set(GOOD) == {name for name, _, _ in TRAPS}


@pytest.mark.parametrize("name", packs.names())
def test_good_metrics_pass(name: str) -> None:
    decision = decided(policy([name]), GOOD[name])
    assert decision.verdict is Verdict.PASS
    assert not_holding(decision) == set()


@pytest.mark.parametrize(("name", "change", "rules"), TRAPS)
def test_each_trap_fails_by_the_rule_that_is_there_for_it(name: str, change: dict[str, float], rules: set[str]) -> None:
    decision = decided(policy([name]), {**GOOD[name], **change})
    assert decision.verdict is Verdict.FAIL
    assert not_holding(decision) == rules


@pytest.mark.parametrize("name", packs.names())
def test_every_blocking_rule_has_its_trap(name: str) -> None:
    blocking = {rule.id for rule in policy([name]).level_rules}
    caught = {rule for pack, _, rules in TRAPS if pack == name for rule in rules}
    assert blocking - caught <= {"uptime-is-a-share"}


@pytest.mark.parametrize("name", TOO_GOOD)
def test_a_model_without_a_mistake_warns(name: str) -> None:
    assert decided(policy([name]), TOO_GOOD[name]).verdict is Verdict.WARN


@pytest.mark.parametrize("uptime_floor", ["99.9%", "0.999"])
def test_uptime_in_per_cent_does_not_pass(uptime_floor: str) -> None:
    answers = {**ANSWERS["operations"], "uptime_floor": uptime_floor}
    decision = decided(loads(written(["operations"], answers), today=TODAY), {**GOOD["operations"], "uptime": 97.0})
    assert decision.exit_code == 1


@pytest.mark.parametrize("name", packs.names())
@pytest.mark.parametrize("metrics", [{"other": 0.9}, {}])
def test_metrics_that_it_does_not_know_never_pass(name: str, metrics: dict[str, float | bool]) -> None:
    assert decided(policy([name]), metrics).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(("name", "param"), [(name, param) for name, answers in ANSWERS.items() for param in answers])
def test_an_unanswered_question_is_asked(name: str, param: str) -> None:
    answers = {other: value for other, value in ANSWERS[name].items() if other != param}
    with pytest.raises(PolicyError) as caught:
        loads(written([name], answers), today=TODAY)
    asked = [problem for problem in caught.value.problems if problem.slug == "param-asked"]
    assert len(asked) == 1
    assert pack_file(name)["params"][param]["ask"] in asked[0].message
    assert f"params: {{{param}: …}}" in asked[0].remedy


@pytest.mark.parametrize("name", packs.names())
def test_no_threshold_is_universal(name: str) -> None:
    """Numbers in a pack are the ends of a scale; all others are asked for."""
    raw = loads(written([name], ANSWERS[name]), today=TODAY)
    asked = set(raw.parameters)
    assert asked == set(pack_file(name)["params"])
    for rule in raw.rules:
        literals = {node.value for node in walk(rule.expr.tree) if isinstance(node, Number)}
        from_answers = {raw.parameters[param].value for param in rule.expr.parameters}
        assert literals - from_answers <= {0, 1}, rule.id


@pytest.mark.parametrize("name", packs.names())
def test_the_example_in_its_first_comment_loads(name: str) -> None:
    text = read(packs.path_of(name)).text
    snippet = "\n".join(line.removeprefix("#   ") for line in text.split("\n") if line.startswith("#   "))
    judging = loads(f"gate: 1\n{snippet}\n", today=TODAY)
    assert judging.extends == (name,)
    assert decided(judging, GOOD[name]).exit_code == 0


@pytest.mark.parametrize("name", packs.names())
def test_a_pack_says_what_it_is(name: str) -> None:
    source = read(packs.path_of(name))
    assert set(source.value) <= extend.PACK_KEYS
    assert source.value["name"] == name
    assert source.text.startswith("# For ")
    assert "\n# Not for " in source.text
    assert source.value["description"].startswith("Use it ")
    assert "Do not use it " in source.value["description"]
    assert all("?" in asked["ask"] for asked in source.value["params"].values())
    for rule in source.value["rules"]:
        assert rule["id"]
        assert rule["why"].endswith(".")


def test_all_packs_can_be_extended_together() -> None:
    together = policy(packs.names())
    assert {rule.id for rule in together.rules} == {rule.id for name in packs.names() for rule in policy([name]).rules}


def test_operations_compares_plain_values_whatever_confidence_is_asked_for() -> None:
    sure = policy(["operations"], "confidence: 95%\n")
    assert decided(sure, GOOD["operations"]).verdict is Verdict.PASS


def test_the_accuracy_trap_is_told() -> None:
    """98 % accuracy with 12 % recall: the finding says why accuracy misled."""
    decision = decided(policy(["recall-critical"]), {"accuracy": 0.98, "recall": 0.12, "precision": 0.5})
    (failing,) = [finding for finding in decision.findings if finding.outcome is Outcome.FAIL]
    assert failing.rule == "recall-floor"
    assert "a model that never raises an alarm is right almost every time" in failing.why
    assert "accuracy is 98 %" in failing.why


def test_a_pack_can_be_tightened_with_evidence_and_an_owner() -> None:
    more = 'rules:\n  - {id: recall-floor, min_n: 200, owner: "@fraud-ml"}\n'
    (rule,) = [rule for rule in policy(["recall-critical"], more).rules if rule.id == "recall-floor"]
    assert (rule.min_n, rule.owner) == (200, "@fraud-ml")


def test_a_pack_cannot_be_loosened() -> None:
    with pytest.raises(PolicyError) as caught:
        policy(["recall-critical"], "rules:\n  - {id: recall-floor, check: recall >= 0.1}\n")
    assert [problem.slug for problem in caught.value.problems] == ["rule-looser"]
