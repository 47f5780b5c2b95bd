"""From a policy's text to a Policy: all its keys, parameters, and the digest of its meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy.load import load, loads
from gate.policy.policy import BaselineSource, Policy
from gate.terms.decision import Level
from gate.terms.metric import Direction
from tests.policy.writing import TODAY, policy, problem, problems, written

WHOLE = """
gate: 1
name: fraud-detection
description: What it is for.
params: {recall_floor: 0.85, points: 1}
metrics:
  recall: {from: eval/recall, better: higher, range: [0, 1], unit: ratio}
  churn: {better: lower}
slices: {region: [eu, 02134, NO, 1:30, "x y", 5, true, eu]}
baselines: {baseline: "ci:main", pinned: run:release-1.0}
confidence: 95%
evidence: measured
rules:
  - accuracy > 0.8
  - id: floor
    check: recall[region=*] >= $recall_floor
    level: warn
    why: It costs.
  - {check: a >= pinned - $points, confidence: none, blocks_from: 2026-12-24}
measure: {label: y, score: p, id: txn, slices: [region, [region, device]]}
actions:
  - {when: fail, for: 2, do: email, to: [fraud-ml@example.com]}
"""


def test_all_keys() -> None:
    found = loads(WHOLE, TODAY, "policies/fraud.yaml")
    assert (found.name, found.file, found.description) == ("fraud-detection", "policies/fraud.yaml", "What it is for.")
    assert {name: number.value for name, number in found.parameters.items()} == {"recall_floor": 0.85, "points": 1}
    recall, churn = found.metrics["recall"], found.metrics["churn"]
    assert (recall.source, recall.better, recall.low, recall.high, recall.unit) == (
        "eval/recall",
        Direction.HIGHER,
        0,
        1,
        "ratio",
    )
    assert (churn.source, churn.better, churn.low, churn.high, churn.unit) == ("", Direction.LOWER, None, None, "")
    assert [(source.name, source.text) for source in found.baselines.values()] == [
        ("baseline", "ci:main"),
        ("pinned", "run:release-1.0"),
    ]
    assert str(found.baselines["pinned"].where) == "policies/fraud.yaml:10:42"
    assert (found.evidence, found.advisory, found.extends) == ("measured", False, ())
    assert found.measure == {"label": "y", "score": "p", "id": "txn", "slices": ["region", ["region", "device"]]}
    (action,) = found.actions
    assert (action.when.value, action.runs, action.do, action.settings) == ("fail", 2, "email", {"to": ["fraud-ml@example.com"]})
    assert [rule.id for rule in found.rules] == ["accuracy > 0.8", "floor", "a >= pinned - $points"]
    assert [rule.confidence for rule in found.rules] == [0.95, 0.95, None]
    assert [str(rule.where) for rule in found.rules] == [f"policies/fraud.yaml:{place}" for place in ("14:5", "16:12", "19:13")]


def test_slice_values_are_kept_as_they_are_written_and_stand_once() -> None:
    assert loads(WHOLE, TODAY).slices == {"region": ("eu", "02134", "NO", "1:30", "x y", "5", "true")}


def test_what_is_not_said() -> None:
    found = policy("a > 1")
    assert (found.name, found.file, found.description, found.evidence, found.advisory) == (
        "model",
        "gate.yaml",
        "",
        "claimed",
        False,
    )
    assert not found.metrics
    assert not found.slices
    assert not found.baselines
    assert not found.parameters
    assert not found.waivers
    assert (found.measure, found.actions) == (None, ())
    assert isinstance(found.baselines, dict)


@pytest.mark.parametrize(
    ("written_as", "value"),
    [("95%", 0.95), ('"95%"', 0.95), ("97.5%", 0.975), ("0.95", 0.95), ("'99%'", 0.99), ("none", None), ('"none"', None)],
)
def test_confidence_can_be_written_in_several_ways(written_as: str, value: float | None) -> None:
    assert policy("a > 1", head=f"confidence: {written_as}\n").rules[0].confidence == value
    assert policy(f"{{check: a > 1, confidence: {written_as}}}").rules[0].confidence == value


def test_a_rules_own_confidence_wins() -> None:
    assert policy("{check: a > 1, confidence: 90%}", head="confidence: 99%\n").rules[0].confidence == 0.9
    assert policy("{check: a > 1, confidence: none}", head="confidence: 99%\n").rules[0].confidence is None


def test_the_day_is_the_machines_unless_it_is_given() -> None:
    text = written("{check: a > 1, blocks_from: 2100-01-01}")
    assert loads(text, "2099-12-31").rules[0].blocks_from == "2100-01-01"
    with pytest.raises(PolicyError, match="days ahead"):
        loads(text)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    assert load(str(path), TODAY).file == str(path)
    assert load(str(path), TODAY, "gate.yaml").file == "gate.yaml"
    path.write_text(written("a > 1"), encoding="utf-8")
    assert Policy.load(str(path)).rules[0].level is Level.BLOCK


def test_problems_come_in_the_order_of_the_file_and_once() -> None:
    text = """gate: 1
metrics: {a: {range: [1, 0]}}
confidence: 40%
rules:
  - b > $gone
  - {check: c > 1, confidence: 30%, blocks_from: 2026-02-30}
  - c => 1
  - b > $gone
waivers: [{rule: nobody, until: 2028-01-01, why: x, by: y}]
"""
    found = problems(text)
    assert [each.slug for each in found] == [
        "bad-range",
        "bad-confidence",
        "unknown-parameter",
        "bad-confidence",
        "bad-date",
        "rule-syntax",
        "unknown-parameter",
        "unknown-rule",
        "bad-date",
    ]
    places = [(each.where.line, each.where.column) for each in found if each.where]
    assert places == sorted(places)
    assert all(each.remedy for each in found)


def test_baseline_names_hide_metrics_and_quotes_reach_them() -> None:
    found = policy("a > pinned", "'a > \"pinned\"'", head="baselines: {pinned: ./old.json}\n")
    assert [sorted(rule.expr.baselines) for rule in found.rules] == [["pinned"], []]
    assert found.baselines["pinned"] == BaselineSource("pinned", "./old.json", found.baselines["pinned"].where)
    assert problem(written("a > basline - 0.1", head="baselines: {old: ./a}\n") + "x: 1\n").slug == "unknown-key"


# -- parameters


def test_a_parameter_is_a_number_in_rules_and_floors() -> None:
    found = policy("a >= $f", "b <= -$f", "{check: c > $p}", head="params: {f: 0.85, p: 85%}\n")
    assert [rule.expr.normal for rule in found.rules] == ["a >= $f", "b <= -$f", "c > $p"]
    left = [rule.expr.tree.right for rule in found.rules]  # type: ignore[union-attr]
    assert [getattr(node, "value", None) for node in left] == [0.85, None, 0.85]
    assert [getattr(node, "percent", None) for node in left] == [False, None, True]


def test_a_parameter_that_only_a_waivers_floor_reads_is_used() -> None:
    head = "params: {f: 0.8}\nwaivers: [{rule: a > 1, until: 2026-12-01, why: x, by: y, floor: a > $f}]\n"
    assert problems(written("a > 1", head=head)) == ()


def test_an_unused_parameter() -> None:
    found = problem(written("a > 1", head="params: {floor: 0.8}\n"))
    assert (found.slug, str(found.where)) == ("unused-parameter", "gate.yaml:2:10")
    assert "`$floor`" in found.message


def test_an_unknown_parameter_names_the_line_to_add() -> None:
    found = problem(written("a > $floor"))
    assert (found.slug, str(found.where)) == ("unknown-parameter", "gate.yaml:3:9")
    assert found.remedy == "set it: `params: {floor: 0.85}`"


def test_nobody_is_there_to_answer_a_question_of_the_policys_own() -> None:
    found = problem(written("a > $f", head="params: {f: {ask: How much?}}\n"))
    assert found.slug == "param-asked"
    assert "How much?" in found.message
    assert "params: {f: …}" in found.remedy


# -- the digest

SAME = [
    ("a > 1", "a  >  1"),
    ("a > 1", "{check: a > 1}"),
    ("a > 1", "'a > 1'"),
    ("{check: a > 1, level: block, undecided: block, missing: block}", "a > 1"),
    ("{id: r, check: not a <= 1}", "{id: r, check: a > 1}"),
    ("{id: r, check: a >= baseline}", "{id: r, check: a >= baseline(a)}"),
    ("{check: a > 1, waivable: true}", "a > 1"),
    ("{check: a > 1, confidence: none}", "a > 1"),
    ("{check: a > 1, confidence: 95%}", "{check: a > 1, confidence: 0.95}"),
]

OTHER = [
    ("a > 1", "a >= 1"),
    ("a > 1", "a > 2"),
    ("a > 1", "b > 1"),
    ("a > 1", "a > 1 and b > 1"),
    ("a[r=eu] > 1", "a[r=us] > 1"),
    ("{check: a > 1}", "{id: a, check: a > 1}"),
    ("{check: a > 1, level: warn}", "a > 1"),
    ("{check: a > 1, undecided: warn}", "a > 1"),
    ("{check: a > 1, undecided: pass}", "{check: a > 1, undecided: warn}"),
    ("{check: a > 1, missing: warn}", "a > 1"),
    ("{check: a > 1, min_n: 5}", "a > 1"),
    ("{check: a > 1, min_n: 5}", "{check: a > 1, min_n: 6}"),
    ("{check: a > 1, confidence: 95%}", "a > 1"),
    ("{check: a > 1, confidence: 95%}", "{check: a > 1, confidence: 90%}"),
    ("{check: a > 1, blocks_from: 2026-12-01}", "a > 1"),
    ("{check: a > 1, waivable: false}", "a > 1"),
    ("{check: a > 1, why: x}", "a > 1"),
    ("{check: a > 1, owner: x}", "a > 1"),
]

WAIVER = "waivers: [{{rule: a > 1, until: {}, why: {}, by: {}{}}}]\n"

HEADS = [
    "",
    "name: other\n",
    "advisory: true\n",
    "evidence: measured\n",
    "confidence: 95%\n",
    "confidence: 90%\n",
    "slices: {r: [eu]}\n",
    "slices: {r: [eu, us]}\n",
    "slices: {q: [eu]}\n",
    "metrics: {a: {from: b}}\n",
    "metrics: {a: {from: c}}\n",
    "metrics: {a: {better: higher}}\n",
    "metrics: {a: {range: [0, 1]}}\n",
    "metrics: {a: {range: [0, 2]}}\n",
    "metrics: {a: {unit: s}}\n",
    "baselines: {baseline: ./a.json}\n",
    "baselines: {baseline: ./b.json}\n",
    "baselines: {pinned: ./a.json}\n",
    "measure: {label: y}\n",
    "actions: [{when: fail, do: webhook}]\n",
    WAIVER.format("2026-12-01", "x", "y", ""),
    WAIVER.format("2026-12-02", "x", "y", ""),
    WAIVER.format("2026-12-01", "z", "y", ""),
    WAIVER.format("2026-12-01", "x", "z", ""),
    WAIVER.format("2026-12-01", "x", "y", ", floor: a > 0"),
    WAIVER.format("2026-12-01", "x", "y", ", floor: a > 0.5"),
    WAIVER.format("2026-12-01", "x", "y", ", slice: {r: eu}"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_meaning_has_the_same_digest(one: str, other: str) -> None:
    assert policy(one).sha256 == policy(other).sha256


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_rule_has_another_digest(one: str, other: str) -> None:
    assert policy(one).sha256 != policy(other).sha256


def test_every_other_change_of_meaning_has_another_digest() -> None:
    digests = [policy("a > 1", head=head).sha256 for head in HEADS]
    assert len(set(digests)) == len(HEADS)
    assert all(len(digest) == 64 for digest in digests)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (written("a > 1", "b > 1"), written("b > 1", "a > 1")),
        (written("a > 1"), "# note\n" + written("a > 1", head="description: x\n")),
        (written("{id: r, check: a > 0.5}"), written("{id: r, check: a > $f}", head="params: {f: 0.5}\n")),
        (written("a > 1", head="slices: {r: [eu, us]}\n"), written("a > 1", head="slices: {r: [us, eu]}\n")),
        (written("a > 1", head="metrics: {a: {}, b: {}}\n"), written("a > 1", head="metrics: {b: {}, a: {}}\n")),
    ],
)
def test_what_does_not_judge_does_not_count(one: str, other: str) -> None:
    assert loads(one, TODAY, "a.yaml").sha256 == loads(other, TODAY, "b/c.yaml").sha256


def test_a_policy_split_over_files_has_the_digest_of_the_whole(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("gate: 1\nparams: {f: {ask: How much?}}\nrules: [{id: r, check: a > $f}, b > 1]\n")
    (tmp_path / "gate.yaml").write_text("gate: 1\nname: m\nextends: [./base.yaml]\nparams: {f: 0.5}\nrules: [c > 1]\n")
    (tmp_path / "whole.yaml").write_text("gate: 1\nname: m\nrules: [{id: r, check: a > 0.5}, b > 1, c > 1]\n")
    (tmp_path / "waived.yaml").write_text("- {rule: r, until: 2026-12-01, why: x, by: y}\n")
    split, whole = (load(str(tmp_path / name), TODAY) for name in ("gate.yaml", "whole.yaml"))
    assert split.sha256 == whole.sha256
    with (tmp_path / "gate.yaml").open("a") as file:
        file.write("waivers: ./waived.yaml\n")
    with (tmp_path / "whole.yaml").open("a") as file:
        file.write("waivers: [{rule: r, until: 2026-12-01, why: x, by: y}]\n")
    waived = [load(str(tmp_path / name), TODAY).sha256 for name in ("gate.yaml", "whole.yaml")]
    assert waived[0] == waived[1] != split.sha256


def test_names_are_those_of_rules_and_files_however_they_are_encoded() -> None:
    composed, apart = "é", "e\u0301"
    waiver = f"waivers: [{{rule: r, slice: {{{apart}: {apart}}}, until: 2026-12-01, why: x, by: y}}]\n"
    found = loads(
        f"gate: 1\nmetrics: {{{apart}: {{from: f{apart}, range: [0, 1]}}}}\nslices: {{{apart}: [{apart}]}}\n{waiver}"
        f"rules: [{{id: r, check: '{apart}[{apart}=*] > 0.5'}}]\n",
        TODAY,
    )
    (reading,) = found.rules[0].expr.readings
    assert reading.metric == composed
    assert found.metrics[composed].source == f"f{composed}"
    assert found.slices == {composed: (composed,)}
    assert found.waivers[0].slice.parts == ((composed, composed),)
