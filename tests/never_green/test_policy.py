"""Nothing about the policy makes a gate green by accident (DESIGN §4): one test a line."""

from __future__ import annotations

import pytest

GOOD = {"accuracy": 0.99, "recall": 0.99, "errors": 0, "slices": [{"slice": {"region": "eu"}, "metrics": {"recall": 0.99}}]}


def test_no_policy_found(desk):
    run = desk.check(GOOD)
    assert run.code == 2
    assert "no policy found" in run.err
    assert "gate init" in run.err


def test_a_policy_above_the_repository_does_not_judge(desk):
    desk.write("gate.yaml", "gate: 1\nrules: [accuracy > 0.1]\n")
    (desk.folder / "repo" / ".git").mkdir(parents=True)
    desk.write("repo/m.json", GOOD)
    import os

    os.chdir(desk.folder / "repo")
    assert desk.run("check", "m.json").code == 2


@pytest.mark.parametrize("policy", ["gate: 1\nrules: []\n", "gate: 1\n", "gate: 1\nrules:\n", "gate: 1\nname: x\nextends: []\n"])
def test_an_empty_rule_list(desk, policy):
    desk.write("gate.yaml", policy)
    assert desk.check(GOOD).code == 2


@pytest.mark.parametrize(
    "rule",
    [
        "{check: accuracy > 0.5, level: warn}",
        "{check: accuracy > 0.5, level: info}",
        "{check: accuracy > 0.5, blocks_from: 2027-01-15}",
    ],
)
def test_nothing_that_can_block(desk, rule):
    desk.rules(rule)
    run = desk.check(GOOD)
    assert run.code == 2
    assert "nothing in this policy" in run.err


def test_nothing_that_can_block_in_one_of_two_policies(desk):
    desk.rules("accuracy > 0.5")
    desk.write("other.yaml", "gate: 1\nname: other\nrules: [{check: accuracy > 0.5, level: warn}]\n")
    assert desk.check(GOOD, "-p", "gate.yaml", "-p", "other.yaml").code == 2


def test_advisory_says_so_first(desk):
    desk.rules("{check: accuracy > 0.5, level: warn}", head="advisory: true\n")
    run = desk.check(GOOD, "-o", "r.md")
    assert run.code == 0
    assert "advisory" in run.out.splitlines()[0]
    assert "advisory" in (desk.folder / "r.md").read_text().splitlines()[0]


TYPOS = {
    "metric": "acuracy > 0.5",
    "metric inside or": "accuracy > 0.5 or acuracy > 0.5",
    "metric inside max": "max(accuracy, acuracy) > 0.5",
    "slice value": "recall[region=ue] > 0.5",
    "slice column": "recall[regoin=eu] > 0.5",
    "starred column": "recall[regoin=*] > 0.5",
    "parameter": "accuracy > $flor",
    "function": "maximum(accuracy, recall) > 0.5",
    "baseline": "accuracy >= basline - 0.5",
    "history": "mean(last(acuracy, 3)) <= 1 or accuracy > 0.5",
}


@pytest.mark.parametrize("rule", TYPOS.values(), ids=TYPOS)
def test_a_typo_in_a_rule(desk, rule):
    desk.rules(rule)
    assert desk.check(GOOD, "-b", str(desk.write("old.json", GOOD))).code in (2, 3)


@pytest.mark.parametrize(
    "policy",
    [
        "gate: 1\nextends: [recal-critical]\nrules: [accuracy > 0.5]\n",
        "gate: 1\nrule: [accuracy > 0.5]\n",
        "gate: 1\nrules: [{check: accuracy > 0.5, levle: warn}]\n",
        "gate: 1\nparams: {floor: 0.5, flor: 0.6}\nrules: [accuracy > $floor]\n",
        "gate: 1\nrules: [{check: accuracy > 0.5, level: blok}]\n",
        "gate: 1\nrules: [accuracy > 0.5]\nwaivers: [{rule: acuracy > 0.5, until: 2026-12-01, why: x, by: y}]\n",
        "version: 1\nrules: [accuracy > 0.5]\n",
    ],
    ids=["pack", "key", "rule key", "parameter", "level", "waiver", "format"],
)
def test_a_typo_in_the_policy(desk, policy):
    desk.write("gate.yaml", policy)
    assert desk.check(GOOD).code == 2


MANGLED = {
    "tag": "  - ! errors > 0.5\n",
    "tag str": "  - !!str accuracy > 0.5\n",
    "folded line": "  - accuracy >= 0.5\n    - recall >= 0\n",
    "folded line of an old Mac": "  - accuracy >= 0.5\r    - recall >= 0\r",
    "folded line, unseen": "  - accuracy >= 0.5\u2028    - recall >= 0\n",
    "flow comma of an old Mac": "  - {check: max(accuracy, recall) > 0.5}\r",
    "folded line without dash": "  - accuracy > 0.5\n    recall > 0.5\n",
    "comment": "  - accuracy #2 > 0.5\n",
    "comment in a quote": '  - accuracy > "limit #2"\n',
    "flow comma": "  - {check: max(accuracy, recall) > 0.5}\n",
    "quoted": '  - "accuracy" >= 0.5\n',
    "block scalar": "  - > 0.5\n",
    "mapping": "  - accuracy: 0.5\n",
    "odd key": "  - accuracy >= 0.5, level: warn\n",
    "no": "  - no\n",
    "nothing": "  - ~\n",
    "alias": "  - &a accuracy > 0.5\n  - *a\n",
    "python": "  - !!python/object/apply:os.system [true]\n",
}


@pytest.mark.parametrize("items", MANGLED.values(), ids=MANGLED)
def test_a_rule_that_yaml_mangled(desk, items):
    desk.write("gate.yaml", "gate: 1\nrules:\n" + items)
    run = desk.check(GOOD)
    assert run.code == 2
    assert "gate.yaml:" in run.err


@pytest.mark.parametrize(
    "rule",
    [
        "0.8 <= 0.9",
        "accuracy > 0.5 or 1 > 0",
        "baseline(accuracy) >= 0.5",
        "sd(last(accuracy, 8)) <= 0.1",
        "accuracy >= accuracy",
        "1 == 1",
    ],
)
def test_a_rule_that_reads_no_measurement_of_the_candidate(desk, rule):
    desk.rules(rule)
    assert desk.check(GOOD, "-b", str(desk.write("old.json", GOOD))).code == 2


def test_an_unknown_function(desk):
    desk.rules("avg(accuracy, recall) > 0.5")
    run = desk.check(GOOD)
    assert run.code == 2
    assert "there is no function `avg`" in run.err


def test_an_error_in_a_warning_rule(desk):
    desk.rules("accuracy > 0.5", "{check: accuracy >> 1, level: warn}")
    assert desk.check(GOOD).code == 2


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("{rule: floor, why: x, by: y}", 2),
        ("{rule: floor, until: 9999-12-31, why: x, by: y}", 2),
        ("{rule: floor, until: 2027-06-01, why: x, by: y}", 2),
        ("{rule: floor, until: 2026-02-30, why: x, by: y}", 2),
        ("{rule: floor, until: 2026-12-01, by: y}", 2),
        ("{rule: floor, until: 2026-12-01, why: x}", 2),
        ("{rule: floor, until: 2026-11-21, why: x, by: y}", 1),
        ("{rule: floor, until: 2026-12-01, why: x, by: y, floor: accuracy > 0.995}", 1),
        ("{rule: floor, until: 2026-12-01, why: x, by: y, floor: acuracy > 0.5}", 1),
        ("{rule: other, until: 2026-12-01, why: x, by: y}", 1),
        ("{rule: never, until: 2026-12-01, why: x, by: y}", 2),
    ],
    ids=[
        "no end",
        "9999",
        "too far",
        "no such day",
        "no reason",
        "nobody",
        "expired",
        "below its floor",
        "floor unknown",
        "other rule",
        "refused",
    ],
)
def test_a_waiver_that_must_not_count(desk, entry, code):
    desk.rules(
        "{id: floor, check: accuracy > 0.999}",
        "{id: other, check: accuracy > 0.5}",
        "{id: never, check: recall > 0.5, waivable: false}",
        head=f"waivers:\n  - {entry}\n",
    )
    assert desk.check(GOOD).code == code


def test_a_waiver_that_counts_is_seen(desk):
    desk.rules(
        "{id: floor, check: accuracy > 0.999}", head="waivers: [{rule: floor, until: 2026-11-22, why: RISK-1, by: head}]\n"
    )
    run = desk.check(GOOD)
    assert run.code == 0
    assert "RISK-1" in run.out
    assert "DEPLOY, with warnings" in run.out.splitlines()[-1]


def test_an_inherited_rule_cannot_be_loosened(desk):
    desk.write("base.yaml", "gate: 1\nrules: [{id: floor, check: accuracy > 0.995}]\n")
    desk.rules("{id: floor, check: accuracy > 0.5}", head="extends: [./base.yaml]\n")
    run = desk.check(GOOD)
    assert run.code == 2
    assert "base.yaml:2" in run.err
    assert "gate.yaml:5" in run.err


def test_a_fail_that_has_no_evidence_whatever_undecided_says(desk):
    desk.rules("{check: accuracy > 0.5, undecided: pass}", head="confidence: 95%\n")
    assert desk.check({"accuracy": 0.1}).code == 1
    assert desk.check({"accuracy": {"value": 0.123456, "n": 7}}).code == 1  # no count of 7


def test_claimed_evidence_where_measured_is_demanded(desk):
    desk.rules("accuracy > 0.5", head="evidence: measured\n")
    assert desk.check(GOOD).code == 3
