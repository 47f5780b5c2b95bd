"""A policy linted, alone and against metrics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.app.check import CheckRequest, check
from gate.app.lint.lint import Linted, LintRequest, lint
from gate.errors import GateError, PolicyError
from gate.policy.load import load

TODAY = "2026-06-01"


class Desk:
    """A folder with one policy and its metrics."""

    def policy(self, *rules: str, head: str = "") -> None:
        lines = "".join(f"  - {rule}\n" for rule in rules)
        Path("gate.yaml").write_text(f"gate: 1\nname: x\n{head}rules:\n{lines}")

    def lint(self, metrics: dict[str, Any] | None = None) -> Linted:
        if metrics is not None:
            Path("m.json").write_text(json.dumps(metrics))
        (found,) = lint(LintRequest(metrics=["m.json"] if metrics is not None else [], now=TODAY))
        return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk()


def sliced(metric: str, column: str, **values: Any) -> list[dict[str, Any]]:
    return [{"slice": {column: name}, "metrics": {metric: value}} for name, value in values.items()]


# -- errors


def test_errors_are_all_there_exactly_as_loading_gives_them(desk: Desk) -> None:
    desk.policy("x >", "y > 1", "{check: z > 1, levl: warn}", "w")
    with pytest.raises(PolicyError) as caught:
        load("gate.yaml", TODAY)
    found = desk.lint()
    assert found.errors == tuple(caught.value.problems)
    assert (found.rules, found.advice) == (0, ())


def test_a_policy_in_which_nothing_blocks_is_an_error_as_it_is_for_check(desk: Desk) -> None:
    desk.policy("{check: x > 1, level: warn}")
    found = desk.lint({"x": 2})
    assert [problem.slug for problem in found.errors] == ["nothing-blocks"]
    with pytest.raises(GateError, match="nothing in this policy can block"):
        check(CheckRequest(inputs=["m.json"], now=TODAY))


def test_every_policy_is_linted_whatever_the_others_are(desk: Desk) -> None:
    desk.policy("x > 1")
    Path("broken.yaml").write_text("gate: 1\nrules: [x]\n")
    found = lint(LintRequest(policies=["gate.yaml", "broken.yaml", "none.yaml"], now=TODAY))
    assert [(each.file, each.rules, len(each.errors)) for each in found] == [
        ("gate.yaml", 1, 0),
        ("broken.yaml", 0, 1),
        ("none.yaml", 0, 1),
    ]


def test_no_policy_is_refused(desk: Desk) -> None:
    with pytest.raises(PolicyError, match="no policy found"):
        desk.lint()


def test_metrics_that_cannot_be_read_are_refused(desk: Desk) -> None:
    desk.policy("x > 1")
    with pytest.raises(GateError, match="there is no such file"):
        lint(LintRequest(metrics=["none.json"]))
    with pytest.raises(GateError, match="there is no measurement"):
        desk.lint({})


# -- names


def test_a_name_that_the_metrics_do_not_have_is_an_error_with_the_line_to_paste(desk: Desk) -> None:
    desk.policy("recal >= 0.85   # floor")
    (problem,) = desk.lint({"recall": 0.9, "f1": 1}).errors
    assert str(problem).splitlines() == [
        "gate.yaml:4:5: unknown metric `recal`",
        "      4 |   - recal >= 0.85   # floor",
        "        |     ^^^^^",
        "  did you mean `recall`? there is: recall, f1",
        "  write: - recall >= 0.85   # floor",
    ]


@pytest.mark.parametrize(
    ("rule", "better"),
    [
        ("weighted avg.f1-score >= 0.8", """- '"weighted avg".f1-score >= 0.8'"""),
        ("weighted_avg.f1_score >= 0.8", """- '"weighted avg".f1-score >= 0.8'"""),
        ("{check: weighted_avg.f1_score >= 0.8, level: block}", """- {check: '"weighted avg".f1-score >= 0.8', level: block}"""),
        ("'recal[region=*] > 0 and recal > 0'", "- 'recall[region=*] > 0 and recall > 0'"),
        ("mean(recal[region=*]) > 0 # one", "- mean(recall[region=*]) > 0 # one"),
        ("loss #2 < 1", """- '"loss #2" < 1'"""),
        ('"acc,none" >= 0.6', """- '"acc,none" >= 0.6'"""),
    ],
)
def test_the_line_to_paste_is_right(desk: Desk, rule: str, better: str) -> None:
    metrics = {"recall": 0.9, "weighted avg": {"f1-score": 0.8}, "acc,none": 0.7, "loss #2": 1}
    metrics["slices"] = sliced("recall", "region", eu=0.9)
    desk.policy(rule)
    (problem,) = desk.lint(metrics).errors
    assert problem.remedy.splitlines()[-1] == f"write: {better}"
    desk.policy(better.removeprefix("- "))
    assert desk.lint(metrics).errors == ()


def test_without_metrics_the_remedy_is_that_of_loading(desk: Desk) -> None:
    desk.policy("acc,none >= 0.6")
    with pytest.raises(PolicyError) as caught:
        load("gate.yaml", TODAY)
    assert desk.lint().errors == tuple(caught.value.problems)


def test_every_unknown_name_is_said_once_for_a_rule(desk: Desk) -> None:
    desk.policy("a > 1 and a > 0 or b > expected_low(c, 3)", "x > baseline(only_there)")
    assert [problem.message for problem in desk.lint({"x": 1}).errors] == [
        "unknown metric `a`",
        "unknown metric `b`",
        "unknown metric `c`",
    ]


def test_a_rule_in_a_block_has_no_column(desk: Desk) -> None:
    desk.policy("check: |\n      recal\n      > 0")
    (problem,) = desk.lint({"recall": 1}).errors
    assert (str(problem.where), problem.excerpt) == ("gate.yaml:4:12", "")
    assert problem.remedy.startswith("did you mean `recall`?")


def test_names_from_elsewhere_and_aliases_are_known(desk: Desk) -> None:
    desk.policy("auc > 0", "x > 0", head="metrics: {auc: {from: eval/auc}}\n")
    assert desk.lint({"eval/auc": 1, "x": 1}).errors == ()
    assert [problem.message for problem in desk.lint({"auc": 1, "x": 1}).errors] == ["unknown metric `eval/auc`"]


def test_a_name_of_a_pack_says_how_to_call_it(desk: Desk) -> None:
    desk.policy("x > 0", head="extends: [recall-critical]\nparams: {recall_floor: 80%, precision_floor: 20%}\n")
    found = desk.lint({"x": 1, "recalls": 0.5, "precision": 0.5}).errors
    assert {problem.remedy.splitlines()[-1] for problem in found} == {
        "if yours is called otherwise, say so: `metrics: {recall: {from: recalls}}`"
    }


def test_a_name_in_a_floor_is_looked_up_too(desk: Desk) -> None:
    waiver = "waivers: [{rule: x > 0, until: 2026-08-01, why: w, by: b, floor: yy > 0}]\n"
    desk.policy("x > 0", head=waiver)
    (problem,) = desk.lint({"x": 1}).errors
    assert problem.message == "unknown metric `yy` in the floor, so the waiver never counts"


def test_rules_in_a_file_below_have_their_places(desk: Desk) -> None:
    Path("base.yaml").write_text("gate: 1\nrules:\n  - recal > 0\n  - {id: cut, check: x > 0, why: see\n      #1\n      }\n")
    desk.policy("x > 1", head="extends: [./base.yaml]\n")
    (problem,) = desk.lint({"recall": 1, "x": 1}).errors
    assert str(problem.where) == "base.yaml:3:5"
    assert problem.remedy.endswith("write: - recall > 0")


# -- what does not fit


def advice(found: Linted) -> list[tuple[str, str]]:
    return [(problem.slug, problem.message) for problem in found.advice]


def test_what_check_would_leave_open_is_said_before(desk: Desk) -> None:
    metrics = {"accuracy": 91, "converged": True, "f1": 0.9, "slices": sliced("f1", "region", eu=0.9)}
    desk.policy(
        "accuracy > 0.8", "converged > 1", "{id: n, check: f1 > 0.1, min_n: 20}", "f1[site=*] > 0.1", "f1[region=us] > 0.1"
    )
    found = desk.lint(metrics)
    assert advice(found) == [
        ("percent-scale", "`accuracy > 0.8`: 91 is compared with 0.8: one counts to 100, the other to 1"),
        ("is-a-boolean", "`converged > 1`: `converged` is a boolean"),
        ("no-n", "`n`: `f1` does not say its n; the rule asks for 20"),
        ("no-slices", "`f1[site=*] > 0.1`: no slice matches `f1[site=*] > 0.1`"),
        ("no-slice", "`f1[region=us] > 0.1`: the metrics have no `f1[region=us]`"),
    ]
    assert [problem.remedy for problem in found.advice][-2:] == ["there are slices by [region=*]"] * 2
    assert found.errors == ()


def test_what_is_only_weak_is_left_to_check(desk: Desk) -> None:
    desk.policy("{check: f1 > 0.5, min_n: 20}", "f1 > baseline", "f1 > expected_low(f1, 3)", "x > 1")
    assert desk.lint({"f1": {"value": 0.4, "n": 3}, "x": None}).advice == ()


def test_declared_slices_that_the_metrics_lack(desk: Desk) -> None:
    desk.policy("f1[region=*] > 0.1", head="slices: {region: [eu, us]}\n")
    found = desk.lint({"f1": 1, "slices": sliced("f1", "region", eu=0.9)})
    assert advice(found) == [("no-slice", "`f1[region=*] > 0.1`: the metrics have no `f1[region=us]`")]


def test_many_slices_of_one_rule_are_counted(desk: Desk) -> None:
    desk.policy("{check: 'f1[g=*] > 0.1', min_n: 2}")
    found = desk.lint({"slices": sliced("f1", "g", **{f"s{number}": 0.5 for number in range(9)})})
    assert [message.partition("`: ")[2] for _, message in advice(found)][-1] == "6 more like this"
    assert len(found.advice) == 4


def test_a_baseline_that_hides_a_metric(desk: Desk) -> None:
    desk.policy("x > pinned", head="baselines: {pinned: a.json}\n")
    (problem,) = desk.lint({"x": 1, "pinned": 2}).advice
    assert (problem.slug, str(problem.where)) == ("hidden-metric", "gate.yaml:3:21")
    assert problem.remedy == 'a rule that means the metric quotes it: `"pinned"`'
    desk.policy("x > 0")
    assert [problem.slug for problem in desk.lint({"x": 1, "baseline": 2}).advice] == ["hidden-metric"]


def test_metrics_that_go_beyond_the_usual_range_overrule_it(desk: Desk) -> None:
    desk.policy("accuracy > 80", "f1 > 80")
    assert advice(desk.lint({"accuracy": 91.2, "f1": 0.9})) == [
        ("threshold-out-of-range", "`f1 > 80` never holds: f1 is at most 1")
    ]
    desk.policy("accuracy > 80", head="metrics: {accuracy: {range: [0, 1]}}\n")
    assert [slug for slug, _ in advice(desk.lint({"accuracy": 91.2}))] == ["threshold-out-of-range", "out-of-range"]


# -- what this version and this day make of it


def test_confidence_changes_nothing_about_an_exact_comparison(desk: Desk) -> None:
    desk.policy("x > 1", "z == 1", head="confidence: 95%\n")
    assert [slug for slug, _ in advice(desk.lint())] == ["confidence-ignored"]


def test_confidence_without_a_margin_is_never_enough_for_an_equal_model(desk: Desk) -> None:
    rules = ("f1 >= baseline", "fpr <= baseline", "baseline <= recall", "mcc >= baseline - 0.01", "auc >= 0.9 * baseline")
    desk.policy(*rules, head="confidence: 95%\n")
    found = desk.lint().advice
    assert [(problem.slug, problem.remedy) for problem in found] == [
        ("no-margin", "say how much may be lost: `baseline - 0.01`"),
        ("no-margin", "say how much may be lost: `baseline + 0.01`"),
        ("no-margin", "say how much may be lost: `baseline - 0.01`"),
    ]
    desk.policy(*rules)
    assert desk.lint().advice == ()


def test_waivers_that_are_over_or_nearly(desk: Desk) -> None:
    entry = "  - {rule: x > 1, until: %s, why: w, by: '@me'}\n"
    desk.policy(
        "x > 1", head="waivers:\n" + "".join(entry % day for day in ("2026-05-31", "2026-06-01", "2026-06-15", "2026-06-16"))
    )
    assert [(problem.slug, problem.where and problem.where.line, problem.message) for problem in desk.lint().advice] == [
        ("waiver-expired", 4, "the waiver for `x > 1` ended on 2026-05-31"),
        ("waiver-ends-soon", 5, "the waiver for `x > 1` by @me ends on 2026-06-01"),
        ("waiver-ends-soon", 6, "the waiver for `x > 1` by @me ends on 2026-06-15"),
    ]


def test_advice_comes_in_the_order_of_the_file(desk: Desk) -> None:
    desk.policy(
        "accuracy > 80",
        "{check: x > 1, blocks_from: 2026-01-02}",
        "recall >= 0.2",
        "recall >= 0.3",
        head="slices: {g: [a]}\nwaivers: [{rule: x > 1, until: 2026-01-31, why: w, by: b}]\n",
    )
    lines = [problem.where.line for problem in desk.lint().advice if problem.where]
    assert lines == sorted(lines)
    assert len(lines) == 5


def test_a_pack_gives_no_advice_of_its_own(desk: Desk) -> None:
    params = "params: {recall_floor: 80%, precision_floor: 20%}\n"
    desk.policy("x > 0", head=f"extends: [recall-critical]\n{params}")
    assert desk.lint({"x": 1, "recall": 1, "precision": 1}).advice == ()


@pytest.mark.usefixtures("desk")
def test_what_init_writes_has_nothing_to_mend() -> None:
    from gate.cli.main import main

    Path("m.json").write_text(
        json.dumps({"accuracy": {"value": 0.91, "n": 400}, "latency_p95_ms": 143.2, "weighted avg": {"f1": 0.8}})
    )
    assert main(["init", "m.json"]) == 0
    (found,) = lint(LintRequest(metrics=["m.json"], now=TODAY))
    assert found.rules == 3
    assert (found.errors, found.advice) == ((), ())
