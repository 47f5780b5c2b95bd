"""A rule explained: which one, in which words, from which values, and exactly what `gate check` finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.app.check import CheckRequest, check
from gate.app.explain.consequences import consequences, standing
from gate.app.explain.explain import ExplainRequest, Explanation, explain
from gate.errors import GateError, PolicyError
from gate.policy.load import loads

POLICY = """\
gate: 1
name: fraud
params: {floor: 85%}
slices: {region: [eu, us, latam]}
metrics:
  auc: {from: eval/auc, unit: points}
baselines: {pinned: ./old.json}
rules:
  - recall >= $floor
  - recall[region=*] >= 0.8
  - {id: no-regression, check: recall >= baseline - 0.01, level: warn, why: it costs, owner: "@us"}
  - auc > pinned or auc > 0.9
  - {id: later, check: ece <= 0.05, blocks_from: 2026-03-01, waivable: false}
  - {id: history, check: "f1 >= expected_low(f1, 8)", min_n: 20, missing: warn}
waivers:
  - {rule: no-regression, until: 2026-02-01, why: relabelled, by: "@head", floor: recall >= 0.7, slice: {region: eu}}
"""
METRICS = {
    "recall": {"value": 0.83, "n": 400},
    "eval/auc": 0.95,
    "f1": {"value": 0.8, "n": 10},
    "ece": None,
    "slices": [{"slice": {"region": region}, "metrics": {"recall": value}} for region, value in (("eu", 0.9), ("us", 0.7))],
}
TODAY = "2026-01-15"

pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gate.yaml").write_text(POLICY)
    (tmp_path / "m.json").write_text(json.dumps(METRICS, indent=1))
    (tmp_path / "old.json").write_text('{"recall": 0.9, "eval/auc": 0.8}')
    return tmp_path


@pytest.fixture
def bare(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a policy."""
    (here / "bare").mkdir()
    monkeypatch.chdir(here / "bare")
    return here / "bare"


def told(rule: str, *inputs: str, policies: tuple[str, ...] = (), baselines: tuple[str, ...] = ()) -> Explanation:
    request = ExplainRequest(rule=rule, inputs=inputs, policies=policies, baselines=baselines, now=TODAY)
    (found,) = explain(request)
    return found


def refusal(rule: str, *inputs: str, **more: tuple[str, ...]) -> str:
    with pytest.raises(GateError) as caught:
        told(rule, *inputs, **more)
    return str(caught.value)


# -- which rule


@pytest.mark.parametrize("asked", ["no-regression", "recall >= baseline - 0.01", "recall>=baseline-  0.010"])
def test_a_rule_is_found_by_its_id_and_by_its_text(asked: str) -> None:
    found = told(asked)
    assert found.listed
    assert found.rule.id == "no-regression"
    assert found.words == "recall is at least what it was on the baseline, less 0.01"
    assert found.branches == ((0, ">="), (1, "recall"), (1, "-"), (2, "baseline(recall)"), (2, "0.01"))


def test_a_rule_with_a_parameter_is_found_by_either_text() -> None:
    assert told("recall >= $floor").rule.id == told("recall >= 85%").rule.id == "recall >= $floor"
    assert told("recall >= $floor").words == "recall is at least 85 % (0.85, $floor)"


def test_any_other_text_is_explained_as_if_it_stood_there() -> None:
    found = told("recall > $floor and recall >= pinned")
    assert not found.listed
    assert found.policy.name == "fraud"
    assert found.words == "recall is above 85 % (0.85, $floor), and recall is at least what it was on `pinned`"
    assert found.similar == ""
    assert told("recal >= $floor").similar == "recall >= $floor"


def test_a_text_needs_no_policy(bare: Path) -> None:
    found = told("recall >= 0.85")
    assert (found.listed, found.policy.file, found.words) == (False, "", "recall is at least 0.85")
    (bare / "m.json").write_text('{"recall": 0.8}')
    assert [finding.outcome.value for finding in told("recall >= 0.85", "m.json").findings] == ["fail"]


def test_a_rule_of_two_policies_is_told_for_both(here: Path) -> None:
    (here / "other.yaml").write_text("gate: 1\nrules: [{id: no-regression, check: f1 > 0.5}]\n")
    request = ExplainRequest(rule="no-regression", policies=["gate.yaml", "other.yaml"], now=TODAY)
    assert [found.policy.file for found in explain(request)] == ["gate.yaml", "other.yaml"]


def test_a_text_takes_the_confidence_of_the_policy_around_it(here: Path) -> None:
    (here / "sure.yaml").write_text("gate: 1\nconfidence: 95%\nrules: [f1 > 0.5]\n")
    assert told("f1 > 0.4", policies=("sure.yaml",)).rule.confidence == 0.95
    assert told("f1 > 0.4").rule.confidence is None


def test_an_unknown_id_is_refused_with_what_may_be_meant() -> None:
    assert refusal("no-regresion") == "no rule of gate.yaml is called `no-regresion`\n  did you mean `no-regression`?"
    assert refusal("auc").endswith("rules that read it: `auc > pinned or auc > 0.9`")
    assert "rules are `recall >= $floor`, `recall[region=*] >= 0.8`, " in refusal("zzz")


@pytest.mark.usefixtures("bare")
def test_an_unknown_id_without_a_policy_says_what_to_do() -> None:
    assert refusal("no-regression").splitlines() == [
        "`no-regression` is not the text of a rule, and there is no policy to look it up in",
        "  name a policy: `-p gate.yaml`",
        "  or write the rule: `gate explain 'recall >= 0.85'`",
    ]


def test_a_broken_text_is_refused_with_its_column() -> None:
    assert refusal("recall >= 0.8 precision").splitlines()[1:3] == ["   recall >= 0.8 precision", "             ^^^^^^^^^^^^^"]


def test_a_policy_that_is_named_must_be_there() -> None:
    assert refusal("recall >= 0.8", policies=("none.yaml",)).startswith("none.yaml: there is no such policy file")


def test_a_broken_policy_is_not_passed_over(here: Path) -> None:
    (here / "gate.yaml").write_text("gate: 1\nrules: [recall]\n")
    assert "nothing is compared here" in refusal("recall >= 0.8")


# -- what is read


def test_without_inputs_it_says_what_is_known_of_the_names() -> None:
    assert [(seen.name, seen.known) for seen in told("auc > pinned or auc > 0.9").reads] == [
        ("auc", "`eval/auc` in the metrics, higher is better, from 0 to 1, in points"),
        ("auc", "of the baseline `pinned`, `eval/auc` in the metrics, higher is better, from 0 to 1, in points"),
    ]
    assert [seen.known.partition(",")[0] for seen in told("history").reads] == ["higher is better", "of the last 8 runs"]
    assert [seen.known for seen in told("unheard_of > 1").reads] == [""]
    assert [seen.known for seen in told("r2 > mae").reads] == ["higher is better, up to 1", "lower is better, from 0 up"]


def test_values_come_with_their_line_slice_and_n() -> None:
    reads = told("recall >= baseline and recall[region=*] > 0", "m.json", baselines=("old.json",)).reads
    assert [(seen.name, seen.read and seen.read.value, seen.read and seen.read.n, str(seen.where)) for seen in reads] == [
        ("recall", 0.83, 400, "m.json:2:2"),
        ("baseline(recall)", 0.9, None, "old.json:1:2"),
        ("recall[region=eu]", 0.9, None, "m.json:18:5"),
        ("recall[region=us]", 0.7, None, "m.json:26:5"),
    ]


def test_a_value_under_another_name_says_so() -> None:
    reads = told("auc > pinned or auc > 0.9", "m.json").reads
    assert [(seen.name, seen.unit, seen.known, str(seen.where)) for seen in reads] == [
        ("auc", "", "`eval/auc`", "m.json:6:2"),
        ("pinned(auc)", "", "`eval/auc`", "old.json"),
    ]


def test_yaml_and_named_inputs_have_lines_too(here: Path) -> None:
    (here / "m.yaml").write_text("recall: 0.9\nf1: 0.8\n")
    reads = told("a.f1 > m.f1 - 1", "a=m.yaml", "m=m.yaml").reads
    assert [str(seen.where) for seen in reads] == ["m.yaml:2:1", "m.yaml:2:1"]


def test_what_is_no_number_says_why() -> None:
    (seen,) = told("later", "m.json").reads
    assert (seen.read and seen.read.value, seen.problem) == (None, "null")


# -- what is found


@pytest.mark.parametrize("rule", [rule.id for rule in loads(POLICY, TODAY).rules])
@pytest.mark.parametrize("baselines", [(), ("old.json",)])
def test_findings_are_those_of_check(rule: str, baselines: tuple[str, ...]) -> None:
    decision = check(CheckRequest(inputs=["m.json"], baselines=baselines, now=TODAY))
    expected = tuple(finding for finding in decision.findings if finding.rule == rule)
    assert expected
    assert told(rule, "m.json", baselines=baselines).findings == expected


def test_a_text_is_found_to_be_what_check_finds_once_it_is_written_down(here: Path) -> None:
    free = told("f1 > 0.75 and recall[region=*] > 0.75", "m.json").findings
    (here / "gate.yaml").write_text(POLICY.replace("rules:", "rules:\n  - f1 > 0.75 and recall[region=*] > 0.75"))
    written = [each for each in check(CheckRequest(inputs=["m.json"], now=TODAY)).findings if each.rule.startswith("f1 > 0.75")]
    seen = [(each.slice, each.outcome, each.effect, each.value, each.threshold, each.parts, each.reads) for each in free]
    assert seen == [
        (each.slice, each.outcome, each.effect, each.value, each.threshold, each.parts, each.reads) for each in written
    ]
    assert len(seen) == 3


def test_inputs_are_refused_as_check_refuses_them(here: Path) -> None:
    (here / "empty.json").write_text('{"a": {}}')
    assert "there is no measurement" in refusal("no-regression", "empty.json")
    assert "is the same file as the input" in refusal("no-regression", "m.json", baselines=("m.json",))
    assert refusal("no-regression", baselines=("old.json",)).startswith("a baseline alone gives nothing to compare")


# -- what follows


def follows(keys: str, rule: str = "f1 > 0.5", more: str = "") -> dict[str, str]:
    policy = loads(f"gate: 1\n{more}rules:\n  - {{id: r, check: '{rule}'{keys}}}\n  - other > 1\n", TODAY)
    return dict(consequences(policy.rules[0], policy, TODAY))


def test_a_plain_rule_blocks() -> None:
    said = follows("")
    assert list(said) == ["does not hold", "undecided", "no value"]
    assert said["does not hold"] == "do not deploy (exit 1)"
    assert said["undecided"].startswith("do not deploy (exit 3): ")
    assert said["no value"].startswith("do not deploy (exit 3): ")


def test_doubts_are_settled_as_the_rule_says() -> None:
    said = follows(", undecided: pass, missing: warn")
    assert said["undecided"].startswith("deploy; ")
    assert said["no value"].startswith("deploy, with a warning")
    assert said["does not hold"] == "do not deploy (exit 1)"


def test_a_rule_that_never_blocks_says_so_once() -> None:
    assert follows(", level: warn") == {"otherwise": "deploy, with a warning, also when it is undecided or has no value"}
    assert follows(", level: info")["otherwise"].startswith("deploy; the report tells")


def test_a_rule_that_blocks_later_says_when() -> None:
    said = follows(", blocks_from: 2026-02-01")
    assert said["otherwise"].startswith("deploy; the report tells")
    assert said["blocks from"] == "2026-02-01; until then it only informs"
    assert "blocks from" not in follows(", blocks_from: 2026-01-15")


def test_what_is_asked_of_the_evidence() -> None:
    assert follows(", min_n: 200")["rows"].startswith("200 or more behind every measurement")
    assert follows(", confidence: 95%")["confidence"].startswith("95 %: it holds, or does not, when")
    assert "confidence" not in follows(", confidence: 95%", rule="errors == 0")
    budget = follows(", confidence: 95%", more="holdout: {uses: 32, adaptivity: full}\n")["holdout"]
    assert budget == "32 uses of a test set, each may spend 1/2^32 of the error rate; .gate/holdout.jsonl counts them"
    assert "holdout" not in follows("", more="holdout: {uses: 32, adaptivity: full}\n")
    assert "only what gate itself measured from rows" in follows("", more="evidence: measured\n")["evidence"]
    said = follows("", rule="f1[region=*] > 0", more="slices: {region: [eu, us]}\n")
    assert said["slices"] == "region=eu, region=us must be there; one that is not has no value"


def test_waivers_are_told() -> None:
    found = told("no-regression")
    said = dict(consequences(found.rule, found.policy, TODAY))
    assert said["waiver"] == "until 2026-02-01, by @head, on region=eu, as long as `recall >= 0.7` holds: relabelled"
    assert dict(consequences(found.rule, found.policy, "2026-02-02"))["waiver"].startswith("ended on 2026-02-01, ")
    assert follows(", waivable: false")["waivers"] == "none counts"


def test_what_a_rule_does_today() -> None:
    policy = loads(POLICY, TODAY)
    assert [standing(rule, TODAY) for rule in policy.rules] == ["blocks", "blocks", "warns", "blocks", "informs", "blocks"]
    assert standing(policy.rules[4], "2026-03-01") == "blocks"


def test_a_policy_error_is_one() -> None:
    with pytest.raises(PolicyError):
        told("zzz")
