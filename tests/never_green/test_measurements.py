"""Nothing about measurements or baselines makes a gate green by accident (DESIGN §4): one test a line."""

from __future__ import annotations

import subprocess
import sys

import pytest

GOOD = {"accuracy": 0.99, "recall": 0.99}
SLICED = {"recall": 0.95, "slices": [{"slice": {"region": "eu"}, "metrics": {"recall": 0.99}}]}


@pytest.mark.parametrize(
    "value",
    ["null", "NaN", "Infinity", "-Infinity", '"0.99"', "true", "[0.99]", "{}", "1e999", '{"value": null}', '{"value": "0.99"}'],
)
@pytest.mark.parametrize("rule", ["accuracy > 0.5", "not accuracy <= 0.5", "accuracy != 0.5", "accuracy > 0.5 and recall > 0.5"])
def test_a_metric_that_is_no_finite_number(desk, value, rule):
    desk.rules(rule)
    assert desk.check(f'{{"recall": 0.99, "accuracy": {value}}}').code in (2, 3)


def test_a_metric_that_is_missing(desk):
    desk.rules("accuracy > 0.5")
    run = desk.check({"recall": 0.99})
    assert run.code == 3
    assert "unknown metric `accuracy`" in run.out


@pytest.mark.parametrize("metrics", ["{}", '{"a": {}}', '{"a": "b"}', '{"slices": []}', "[]", "0.9", "null"])
def test_nothing_to_check(desk, metrics):
    desk.rules("accuracy > 0.5")
    assert desk.check(metrics).code in (2, 3)
    assert desk.check("{}").code == 2


def test_no_input(desk):
    desk.rules("accuracy > 0.5")
    assert desk.run("check").code == 2


@pytest.mark.parametrize(
    "rule", ["accuracy >= baseline - 0.01", "accuracy > 0.5 or accuracy >= baseline", "accuracy >= pinned - 0.5"]
)
def test_no_baseline(desk, rule):
    desk.rules(rule, head="baselines: {pinned: ./gone.json}\n")
    assert desk.check(GOOD).code == (0 if " or " in rule else 3)


def test_a_rule_that_holds_although_its_baseline_is_unknown_warns(desk):
    desk.rules("accuracy > 0.5 or accuracy >= baseline")
    run = desk.check(GOOD)
    assert "with warnings" in run.out.splitlines()[-1]
    assert "there is no baseline" in run.out


@pytest.mark.parametrize(
    "source", ["git:main", "ci:main", "run:latest", "mlflow:models:/m@champion", "./gone.json", "./broken.json"]
)
def test_a_baseline_that_cannot_be_had(desk, source):
    desk.write("broken.json", '{"accuracy": ')
    desk.rules("accuracy >= baseline - 0.5", head=f'baselines: {{baseline: "{source}"}}\n')
    assert desk.check(GOOD).code == 3


@pytest.mark.parametrize("content", [None, "", "{", "[]"])
def test_a_baseline_given_and_not_readable(desk, content):
    if content is not None:
        desk.write("old.json", content)
    desk.rules("accuracy > 0.5")
    assert desk.check(GOOD, "-b", "old.json").code == 2


def test_a_comparison_with_itself(desk):
    desk.rules("accuracy >= baseline")
    assert desk.check(GOOD, "-b", "metrics.json").code == 2
    (desk.folder / "link.json").symlink_to("metrics.json")
    assert desk.check(GOOD, "-b", "link.json").code == 2
    desk.rules("accuracy >= baseline", head="baselines: {baseline: ./metrics.json}\n")
    assert desk.check(GOOD).code == 3


def test_equal_numbers_from_another_file_are_judged(desk):
    desk.write("old.json", GOOD)
    desk.rules("accuracy >= baseline")
    assert desk.check(GOOD, "-b", "old.json").code == 0


@pytest.mark.parametrize(
    "rule", ["recall[region=us] > 0.5", "recall[country=*] > 0.5", "count(recall[country=*]) >= 0", "max(recall[country=*]) <= 1"]
)
def test_a_slice_that_matches_nothing(desk, rule):
    desk.rules(rule)
    assert desk.check(SLICED).code == 3


def test_a_declared_slice_that_is_not_there(desk):
    desk.rules("recall[region=*] > 0.5", head="slices: {region: [eu, us]}\n")
    run = desk.check(SLICED)
    assert run.code == 3
    assert "region=us" in run.out


def test_a_slice_that_vanished_since_the_baseline(desk):
    both = {"slices": [{"slice": {"region": region}, "metrics": {"recall": 0.9}} for region in ("eu", "us")]}
    desk.write("old.json", both)
    desk.rules("recall[region=*] > 0.5")
    assert desk.check(SLICED, "-b", "old.json").code == 3
    desk.rules("max(recall[region=*]) <= 1")
    assert desk.check(SLICED, "-b", "old.json").code == 3


@pytest.mark.parametrize("rule", ["accuracy >= expected_low(accuracy, 8)", "mean(last(accuracy, 8)) <= accuracy"])
def test_too_little_history(desk, rule):
    desk.rules(rule)
    assert desk.check(GOOD).code == 3


@pytest.mark.parametrize("old", [0, -1, -0.5])
@pytest.mark.parametrize(
    "rule", ["accuracy >= baseline * 0.9", "accuracy / baseline >= 0.9", "(accuracy - baseline) / baseline >= -5%"]
)
def test_a_ratio_to_a_baseline_that_is_not_positive(desk, old, rule):
    desk.write("old.json", {"accuracy": old})
    desk.rules(rule)
    run = desk.check(GOOD, "-b", "old.json")
    assert run.code == 3
    assert "difference" in run.out


@pytest.mark.parametrize(("rule", "value"), [("success_percent >= 95%", 3.0), ("accuracy > 0.8", 12.0), ("recall >= 90%", 45)])
def test_a_percentage_against_a_scale_to_a_hundred(desk, rule, value):
    desk.rules(rule)
    run = desk.check({rule.split()[0]: value})
    assert run.code == 3
    assert "counts to 100" in run.out


def test_too_few_rows(desk):
    desk.rules("{check: recall > 0.5, min_n: 200}")
    assert desk.check({"recall": {"value": 0.99, "n": 50}}).code == 3
    assert desk.check({"recall": 0.99}).code == 3
    assert desk.check({"recall": {"value": 0.99, "n": 200}}).code == 0


def test_a_total_that_hides_a_bad_slice(desk):
    desk.rules("recall > 0.9", "recall[region=*] > 0.9")
    metrics = {
        "recall": 0.95,
        "slices": [{"slice": {"region": r}, "metrics": {"recall": v}} for r, v in (("eu", 0.99), ("us", 0.4))],
    }
    run = desk.check(metrics)
    assert run.code == 1
    assert "region=us" in run.out


def test_undecided_hides_no_fail(desk):
    desk.rules("{check: recall > 0.5, min_n: 200}", "accuracy > 0.999", "latency > 1")
    run = desk.check({"accuracy": 0.99, "recall": {"value": 0.99, "n": 50}})
    assert run.code == 1
    desk.rules("accuracy > 0.999 and recall >= baseline")
    assert desk.check(GOOD).code == 1


def test_the_same_measurement_twice_with_another_value(desk):
    desk.rules("accuracy > 0.5")
    desk.write("more.json", {"accuracy": 0.1})
    desk.write("metrics.json", GOOD)
    assert desk.run("check", "metrics.json", "more.json").code == 2
    assert desk.check('{"accuracy": 0.1, "accuracy": 0.99}').code == 2


def test_a_value_outside_its_range(desk):
    desk.rules("accuracy > 0.5", head="metrics: {accuracy: {range: [0, 1]}}\n")
    assert desk.check({"accuracy": 1.7}).code == 3


def test_one_blocking_rule_at_least_is_evaluated(desk):
    desk.rules("{check: acuracy > 0.5, missing: warn}")
    run = desk.check(GOOD)
    assert run.code == 3
    desk.rules("{check: acuracy > 0.5, missing: warn}", "accuracy > 0.5")
    assert desk.check(GOOD).code == 0


@pytest.mark.parametrize("named", [False, True])
def test_a_comparison_with_itself_through_standard_input(desk, named):
    desk.write("m.json", GOOD)
    desk.rules("accuracy >= baseline", head="baselines: {baseline: ./m.json}\n" if named else "")
    command = [sys.executable, "-m", "gate.cli.main", "check", "-", *([] if named else ["-b", "m.json"])]
    with (desk.folder / "m.json").open("rb") as stdin:
        done = subprocess.run(command, stdin=stdin, cwd=desk.folder, capture_output=True, check=False)
    assert done.returncode == (3 if named else 2)


@pytest.mark.parametrize("rule", ["recall > 0.5", "recall[region=eu] > 0.5"])
def test_a_declared_slice_that_no_rule_stars(desk, rule):
    desk.rules(rule, head="slices: {region: [eu, us]}\n")
    run = desk.check(SLICED)
    assert run.code == 3
    assert "region=us" in run.out


@pytest.mark.parametrize(
    ("now", "old", "rule"),
    [
        ({"accuracy": 3}, {"accuracy": 0.9}, "accuracy >= baseline - 0.01"),
        ({"error_rate": 0.5}, {"error_rate": 5}, "error_rate <= baseline"),
        ({"accuracy": 3, "recall": 4}, {}, "min(accuracy, recall) >= 0.8"),
        ({"precision": 3, "recall": 4}, {}, "0.5 * recall + 0.5 * precision >= 0.8"),
    ],
    ids=["candidate", "baseline", "function", "sum"],
)
def test_two_scales_in_one_comparison(desk, now, old, rule):
    desk.write("old.json", old or {"other": 1})
    desk.rules(rule)
    run = desk.check(now, "-b", "old.json")
    assert run.code == 3
    assert "counts to 100" in run.out


def test_a_plain_fail_is_not_hidden_by_what_cannot_be_judged_yet(desk):
    desk.rules("{check: accuracy > 0.8, confidence: 95%, missing: warn}")
    assert desk.check({"accuracy": 0.1}).code == 1


def test_a_file_that_turns_a_metric_round(desk):
    desk.rules("recall > 0.5", head="metrics: {recall: {better: higher}}\n")
    assert desk.check({"recall": {"value": 0.9, "better": "lower"}}).code == 2
    assert desk.check({"recall": {"value": 0.9, "better": "higher"}}).code == 0
