"""One rule on evidence: stars, vanished slices, names nobody knows, and what a finding tells (semantics, 8 to 16)."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.judge.situation import decide, finding, findings, slices, slugs

THREE = slices("region", "recall", {"eu": 0.9, "us": 0.8, "latam": 0.7}, recall=0.85)


def test_a_star_is_a_finding_per_value() -> None:
    assert findings("recall[region=*] >= 0.75", THREE) == {"region=eu": "pass", "region=us": "pass", "region=latam": "fail"}


def test_a_selector_is_exactly_its_columns() -> None:
    metrics = {
        "recall": 0.1,
        "slices": [
            {"slice": {"region": "eu"}, "metrics": {"recall": 0.9}},
            {"slice": {"region": "eu", "device": "m"}, "metrics": {"recall": 0.2}},
            {"slice": {"device": "m"}, "metrics": {"recall": 0.3}},
        ],
    }
    assert findings("recall[region=*] >= 0.75", metrics) == {"region=eu": "pass"}
    assert findings("recall >= 0.75", metrics) == {"": "fail"}
    assert findings("recall[region=*, device=*] >= 0.75", metrics) == {"device=m, region=eu": "fail"}
    assert findings("recall[region=eu, device=*] >= 0.1", metrics) == {"device=m": "pass"}


def test_stars_of_one_rule_join_on_equal_values() -> None:
    metrics = {
        "slices": [
            {"slice": {"r": "eu"}, "metrics": {"precision": 0.5, "recall": 0.6}},
            {"slice": {"r": "us"}, "metrics": {"precision": 0.5, "recall": 0.4}},
        ]
    }
    assert findings("precision[r=*] + recall[r=*] > 1", metrics) == {"r=eu": "pass", "r=us": "fail"}


def test_a_value_that_only_one_of_the_joined_metrics_has_is_missing() -> None:
    metrics = {
        "slices": [
            {"slice": {"r": "eu"}, "metrics": {"precision": 0.5, "recall": 0.6}},
            {"slice": {"r": "us"}, "metrics": {"precision": 0.9}},
        ]
    }
    assert findings("precision[r=*] + recall[r=*] > 1", metrics) == {"r=eu": "pass", "r=us": "missing"}
    assert findings("precision[r=*] > 0.1 or recall[r=*] > 0.9", metrics) == {"r=eu": "pass", "r=us": "missing"}


def test_a_star_beside_a_function_of_stars() -> None:
    assert findings("recall[region=*] >= mean(recall[region=*]) - 0.05", THREE) == {
        "region=eu": "pass",
        "region=us": "pass",
        "region=latam": "fail",
    }


def test_a_star_beside_the_whole() -> None:
    assert findings("recall[region=*] >= recall - 0.1", THREE) == {
        "region=eu": "pass",
        "region=us": "pass",
        "region=latam": "fail",
    }


def test_a_vanished_slice_is_missing() -> None:
    now, before = slices("r", "recall", {"eu": 0.9}), slices("r", "recall", {"eu": 0.9, "us": 0.9})
    assert findings("recall[r=*] >= 0.8", now, before) == {"r=eu": "pass", "r=us": "missing"}
    assert findings("recall[r=*] >= 0.8", now) == {"r=eu": "pass"}


def test_a_vanished_slice_leaves_a_function_unknown() -> None:
    now, before = slices("r", "recall", {"eu": 0.9}), slices("r", "recall", {"eu": 0.9, "us": 0.9})
    assert findings("min(recall[r=*]) >= 0.8", now, before) == {"": "missing"}
    assert findings("min(recall[r=*]) >= 0.95", now, before) == {"": "fail"}
    assert findings("count(recall[r=*]) >= 2", now, before) == {"": "missing"}


def test_a_new_slice_is_missing_only_where_the_rule_reads_the_baseline() -> None:
    now, before = slices("r", "recall", {"eu": 0.9, "us": 0.9}), slices("r", "recall", {"eu": 0.9})
    assert findings("recall[r=*] >= 0.8", now, before) == {"r=eu": "pass", "r=us": "pass"}
    assert findings("recall[r=*] >= baseline - 0.01", now, before) == {"r=eu": "pass", "r=us": "missing"}
    assert findings("recall[r=*] >= 0.8 or recall[r=*] >= baseline", now, before) == {"r=eu": "pass", "r=us": "pass"}


def test_the_slices_of_a_named_baseline_count_where_it_is_read() -> None:
    now, before = slices("r", "recall", {"eu": 0.9}), slices("r", "recall", {"eu": 0.8, "us": 0.8})
    head = "baselines: {pinned: ./p.json}\nrules: "
    assert findings(f'{head}["recall[r=*] >= pinned"]', now, pinned=before) == {"r=eu": "pass", "r=us": "missing"}
    assert findings(f'{head}["recall[r=*] >= 0.5", x >= pinned]', {**now, "x": 1}, pinned={**before, "x": 1}) == {
        "r=eu": "pass",
        "": "pass",
    }


def test_a_declared_slice_must_be_there() -> None:
    rules = 'slices: {r: [eu, us]}\nrules: ["recall[r=*] >= 0.8"]'
    assert findings(rules, slices("r", "recall", {"eu": 0.9})) == {"r=eu": "pass", "r=us": "missing"}
    assert findings(rules, slices("r", "recall", {"eu": 0.9, "us": 0.9, "br": 0.9})) == {
        "r=eu": "pass",
        "r=us": "pass",
        "r=br": "pass",
    }


def test_declared_slices_are_compared_as_they_are_written() -> None:
    rules = 'slices: {zip: [02134, "10"]}\nrules: ["recall[zip=*] >= 0.8"]'
    assert findings(rules, slices("zip", "recall", {"02134": 0.9, "10": 0.9})) == {"zip=02134": "pass", "zip=10": "pass"}


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ("recall[device=*] >= 0.5", "missing"),
        ("recall[device=*] >= 0.5 or recall >= 0.5", "missing"),
        ("recall[device=*] >= 0.5 and recall >= 0.99", "fail"),
        ("min(recall[device=*]) >= 0.5", "missing"),
        ("min(recall[device=*]) >= 0.5 or recall >= 0.5", "missing"),
        ("count(recall[device=*]) <= 5", "missing"),
    ],
)
def test_a_star_that_matches_nothing_is_one_missing_finding(rule: str, outcome: str) -> None:
    found = finding(rule, THREE)
    assert (found.outcome.value, str(found.slice)) == (outcome, "")
    assert "no-slices" in slugs(found) + [note.slug for note in found.notes]
    assert found.effect.exit_code != 0


def test_a_star_over_an_unknown_metric_says_so() -> None:
    found = finding("recal[region=*] >= 0.5", THREE)
    assert (found.outcome.value, slugs(found)) == ("missing", ["unknown-metric"])
    assert "did you mean `recall`" in found.reasons[0].remedy


@pytest.mark.parametrize(
    "rule",
    [
        "recall > 0.8 or recal > 0.9",
        "recal > 0.9 or recall > 0.8",
        "recall > 0.8 or not recal > 0.9",
        "recall > 0.8 or recall[region=eus] > 0.9",
        "recall > 0.8 or baseline(recal) > 0.9",
        "recall > 0.8 or recal == true",
        "recall > 0.8 or mean(last(recal, 3)) > 1",
        "recall > 0.8 or expected_low(recal, 3) > 1",
        "max(recall, 0 * recal) >= -1 or recall > 0.8",
    ],
)
def test_a_name_nobody_knows_is_missing_wherever_it_stands(rule: str) -> None:
    found = finding(rule, THREE, {"recall": 0.8})
    assert (found.outcome.value, found.effect.exit_code) == ("missing", 3)


def test_a_name_that_only_the_baseline_knows_is_absorbed_with_a_warning() -> None:
    found = finding("recall > 0.8 or f1 > 0.9", THREE, {"f1": 0.8})
    assert (found.outcome.value, found.effect.value) == ("pass", "warn")
    assert [note.slug for note in found.notes] == ["not-measured"]
    assert found.reasons == ()


def test_a_name_nobody_knows_does_not_hide_a_doubt_that_is_settled_more_strictly() -> None:
    rules = "rules: [{check: x > 0.5 and typo > 0, min_n: 10, missing: warn}]"
    found = finding(rules, {"x": {"value": 0.9, "n": 3}})
    assert (found.outcome.value, found.effect.exit_code) == ("undecided", 3)


def test_a_fail_is_not_hidden_by_a_name_nobody_knows() -> None:
    found = finding("recall > 0.99 and recal > 0.9", THREE)
    assert (found.outcome.value, found.effect.exit_code) == ("fail", 1)


MIXED = {
    "both block": ("", "missing", "undecided"),
    "undecided passes": ("undecided: pass", "missing", "undecided"),
    "missing warns": ("missing: warn", "undecided", "undecided"),
    "undecided passes, missing warns": ("undecided: pass, missing: warn", "missing", "warn"),
    "both warn": ("undecided: warn, missing: warn", "missing", "warn"),
    "undecided warns": ("undecided: warn", "missing", "undecided"),
}


@pytest.mark.parametrize(("keys", "outcome", "effect"), MIXED.values(), ids=MIXED)
def test_of_two_doubts_the_one_that_is_settled_more_strictly_counts(keys: str, outcome: str, effect: str) -> None:
    metrics = {"a": {"value": 0.9, "n": 5}, "b": {"value": math.nan, "n": 50}}
    more = f", {keys}" if keys else ""
    rules = "rules: [{check: a > 0.5 and b > 0.5, min_n: 10%s}, c > 0]" % more  # noqa: UP031
    found = decide(rules, {**metrics, "c": 1}).findings[0]
    assert (found.outcome.value, found.effect.value) == (outcome, effect)
    assert slugs(found) == ["too-few-rows", "not-a-number"]


PARTS = {
    "the margin of a chain is its smallest": ("0.1 <= x <= 0.6", {"x": 0.5}, 0.1, [0.4, 0.1]),
    "and of different things has none": ("x > 0.1 and y > 0.1", {"x": 0.5, "y": 0.3}, None, [0.4, 0.2]),
    "or has none": ("x > 0.1 or y > 0.1", {"x": 0.5, "y": 0.3}, None, [0.4, 0.2]),
    "a chain turned by not has none": ("not 0.6 <= x <= 0.7", {"x": 0.5}, None, [0.1, -0.2]),
    "booleans have none": ("ok == true and x > 0.1", {"ok": True, "x": 0.5}, None, [None, 0.4]),
    "an unknown link has none": ("0.1 <= x <= y", {"x": 0.5, "y": None}, None, [0.4, None]),
}


@pytest.mark.parametrize(("rule", "metrics", "margin", "margins"), PARTS.values(), ids=PARTS)
def test_margins_and_parts(rule: str, metrics: Any, margin: float | None, margins: list[float | None]) -> None:
    found = finding(rule, metrics)
    assert found.margin == (None if margin is None else pytest.approx(margin))
    assert [part.margin for part in found.parts] == [None if each is None else pytest.approx(each) for each in margins]


def test_a_part_tells_its_sides_and_why() -> None:
    found = finding("x > 0.1 and y < 2 * z", {"x": 0.5, "y": 1, "z": math.nan})
    first, second = found.parts
    assert (first.text, first.left, first.operator, first.right, first.outcome.value) == ("x > 0.1", 0.5, ">", 0.1, "pass")
    assert (second.text, second.left, second.operator, second.right, second.outcome.value) == (
        "y < 2 * z",
        1,
        "<",
        None,
        "missing",
    )
    assert [reason.slug for reason in second.reasons] == ["not-a-number"]
    assert first.reasons == ()


def test_a_finding_carries_what_the_rule_says() -> None:
    rules = 'rules:\n  - id: floor\n    check: x > 0.5\n    why: because\n    owner: "@us"\n'
    found = finding(rules, {"x": {"value": 0.4, "n": 50, "unit": "ms"}})
    assert (found.rule, found.policy, found.expression, found.why, found.owner) == (
        "floor",
        "gate.yaml",
        "x > 0.5",
        "because",
        "@us",
    )
    assert (found.value, found.n, found.unit, found.evidence) == (0.4, 50, "ms", "claimed")
    assert found.where is not None
    assert (found.where.line, found.where.column) == (5, 12)
