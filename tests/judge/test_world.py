"""What a rule finds among measurements, and in words why it does not."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gate.judge.evidence import Evidence
from gate.judge.suggest import suggestion
from gate.judge.world import MeasuredWorld, fact_of
from gate.language.value import Doubt
from gate.policy.policy import Policy
from gate.readers.inputs import read_mapping
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice
from tests.judge.situation import TODAY, finding, policy, slices, slugs

EU = Slice.of({"region": "eu"})


def world(metrics: Any, baseline: Any = None, rules: str = "x > 0", min_n: float | None = None) -> MeasuredWorld:
    made: Policy = policy(rules)
    tables = {} if baseline is None else {"baseline": read_mapping(baseline)}
    return MeasuredWorld(Evidence(read_mapping(metrics), tables, TODAY), made, ("baseline",), min_n)


@pytest.mark.parametrize(
    ("value", "slug", "words"),
    [
        (math.nan, "not-a-number", "`x` is not a number (NaN)"),
        (math.inf, "not-a-number", "`x` is infinite"),
        (-math.inf, "not-a-number", "`x` is infinite"),
        (None, "not-a-number", "`x` is null"),
        ("0.95", "not-a-number", "`x` is text"),
        (True, "is-a-boolean", "`x` is a boolean"),
        (10**400, "not-a-number", "`x` is infinite"),
        ({"value": None, "n": 10}, "not-a-number", "`x` is null"),
        ({"value": 0, "n": 0}, "not-a-number", "`x` is measured on no rows (n is 0)"),
    ],
    ids=["nan", "inf", "minus-inf", "null", "text", "boolean", "too-large", "null-with-n", "no-rows"],
)
@pytest.mark.parametrize("rule", ["x > 0.5", "not x <= 0.5", "x != 0.5", "0.5 < x"])
def test_what_is_no_finite_number_is_missing(value: Any, slug: str, words: str, rule: str) -> None:
    found = finding(rule, {"x": value})
    assert (found.outcome.value, found.effect.exit_code) == ("missing", 3)
    assert [(reason.slug, reason.text) for reason in found.reasons] == [(slug, words)]


@pytest.mark.parametrize(
    ("head", "before", "words"),
    [
        ("metrics: {x: {unit: ms}}\n", None, "`x` is in s, the policy says ms"),
        ("", {"x": {"value": 200, "unit": "ms"}}, "`x` of the baseline is in ms, that of the candidate in s"),
    ],
)
def test_two_units_are_not_compared(head: str, before: Any, words: str) -> None:
    rule = "x <= baseline * 1.1" if before else "x <= 200"
    found = finding(f"{head}rules: ['{rule}']", {"x": {"value": 0.9, "unit": "s"}}, before)
    assert (found.outcome.value, found.effect.exit_code) == ("missing", 3)
    assert [(reason.slug, reason.text) for reason in found.reasons] == [("other-unit", words)]


@pytest.mark.parametrize("units", [("ms", "ms"), ("", "ms"), ("ms", "")])
def test_one_unit_or_none_is_compared(units: tuple[str, str]) -> None:
    now, before = ({"x": {"value": 9, "unit": unit}} for unit in units)
    text = "metrics: {x: {unit: ms}}\nrules: ['x <= baseline * 1.1']"
    assert finding(text, now, before).effect.exit_code == 0


def test_infinity_that_got_past_a_reader_is_missing_too() -> None:
    table = Measurements.of([Measurement("x", math.inf), Measurement("y", math.nan)])
    made = MeasuredWorld(Evidence(table, {}, TODAY), policy("x > 0"), (), None)
    for name in ("x", "y"):
        value = made.number("", name, WHOLE)
        assert (value.low, value.high) == (-math.inf, math.inf)
        assert [doubt.slug for doubt in value.doubts] == ["not-a-number"]


@pytest.mark.parametrize(("value", "words"), [(1, "a number"), (0.0, "a number"), (None, "null"), ("true", "text")])
def test_what_is_no_boolean_is_missing(value: Any, words: str) -> None:
    found = finding("converged == true", {"converged": value})
    assert (found.outcome.value, slugs(found)) == ("missing", ["not-a-boolean"])
    assert f"`converged` is {words}" in found.reasons[0].text


@pytest.mark.parametrize(("value", "outcome"), [(True, "pass"), (False, "fail")])
def test_a_boolean_is_compared_as_one(value: bool, outcome: str) -> None:
    found = finding("converged == true", {"converged": value})
    assert (found.outcome.value, found.value, found.threshold, found.margin) == (outcome, value, True, None)


RANGED = "metrics: {x: {range: [0, 1]}}\nrules: [x > 0.5]"


@pytest.mark.parametrize(
    ("value", "outcome"), [(85.3, "missing"), (1.0001, "missing"), (-0.1, "missing"), (1, "pass"), (0, "fail")]
)
def test_a_value_outside_its_range_is_missing(value: float, outcome: str) -> None:
    found = finding(RANGED, {"x": value})
    assert found.outcome.value == outcome
    if outcome == "missing":
        assert slugs(found) == ["out-of-range"]
        assert "[0, 1]" in found.reasons[0].text


def test_a_range_may_be_open() -> None:
    assert finding("metrics: {x: {range: [0, null]}}\nrules: [x > 0.5]", {"x": 1e9}).outcome.value == "pass"
    found = finding("metrics: {x: {range: [null, 0]}}\nrules: [x < 0.5]", {"x": 0.1})
    assert "[−∞, 0]" in found.reasons[0].text


MIN_N = {
    "enough": ({"value": 0.9, "n": 200}, "pass", []),
    "too few": ({"value": 0.9, "n": 199}, "undecided", ["too-few-rows"]),
    "too few to fail": ({"value": 0.1, "n": 199}, "undecided", ["too-few-rows"]),
    "unknown": (0.9, "missing", ["no-n"]),
    "unknown and failing": (0.1, "missing", ["no-n"]),
    "positives and negatives": ({"value": 0.9, "n_pos": 50, "n_neg": 150}, "pass", []),
    "too few of both": ({"value": 0.9, "n_pos": 50, "n_neg": 149}, "undecided", ["too-few-rows"]),
    "only positives": ({"value": 0.9, "n_pos": 500}, "missing", ["no-n"]),
}


@pytest.mark.parametrize(("value", "outcome", "why"), MIN_N.values(), ids=MIN_N)
def test_min_n(value: Any, outcome: str, why: list[str]) -> None:
    found = finding("rules: [{check: x > 0.5, min_n: 200}]", {"x": value})
    assert (found.outcome.value, slugs(found)) == (outcome, why)


def test_min_n_holds_for_every_measurement_that_is_read() -> None:
    rule = "rules: [{check: x >= baseline - 0.1, min_n: 200}]"
    enough, few = {"x": {"value": 0.9, "n": 200}}, {"x": {"value": 0.9, "n": 199}}
    assert finding(rule, enough, enough).outcome.value == "pass"
    assert finding(rule, enough, few).outcome.value == "undecided"
    assert finding(rule, few, enough).outcome.value == "undecided"
    assert finding(rule, enough, {"x": 0.9}).outcome.value == "missing"


@pytest.mark.parametrize(("n", "outcome"), [(200, "pass"), (3, "undecided"), (None, "missing")])
def test_min_n_holds_for_booleans_too(n: int | None, outcome: str) -> None:
    found = finding("rules: [{check: converged == true, min_n: 200}]", {"converged": {"value": True, "n": n}})
    assert found.outcome.value == outcome


ABSENT = {
    "nobody knows it": ("f1 > 0", {"x": 1}, None, "unknown-metric", "unknown metric `f1`"),
    "only the baseline has it": ("f1 > 0", {"x": 1}, {"f1": 1}, "not-measured", "`f1` is not in the metrics"),
    "only the candidate has it": ("x >= baseline", {"x": 1}, {"f1": 1}, "not-measured", "`x` is not in the baseline"),
    "no baseline": ("x >= baseline", {"x": 1}, None, "no-baseline", "there is no baseline"),
    "only slices of it": ("f1 > 0", slices("region", "f1", {"eu": 1}), None, "no-slice", "no value for the whole"),
    "no such slice": ("f1[region=eu] > 0", {"f1": 1}, None, "no-slice", "the metrics have no `f1[region=eu]`"),
    "not exactly these columns": (
        "f1[region=eu, device=m] > 0", slices("region", "f1", {"eu": 1}), None, "no-slice", "`f1[device=m, region=eu]`",
    ),
    "no history": ("f1 >= mean(last(f1, 8))", {"f1": 1}, None, "no-history", "`last(f1, 8)` needs 8 recorded runs"),
    "no history for a bound": ("f1 >= expected_low(f1, 1)", {"f1": 1}, None, "no-history", "`expected_low(f1, 1)` needs 1"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "metrics", "baseline", "slug", "words"), ABSENT.values(), ids=ABSENT)
def test_why_there_is_no_value(rule: str, metrics: Any, baseline: Any, slug: str, words: str) -> None:
    found = finding(rule, metrics, baseline)
    assert (found.outcome.value, slugs(found)) == ("missing", [slug])
    assert words in found.reasons[0].text


def test_a_named_baseline_that_cannot_be_had_says_why() -> None:
    gone = Doubt("baseline-unreadable", "the file is gone")
    found = finding("x >= baseline", {"x": 1}, gone)
    assert (found.outcome.value, slugs(found)) == ("missing", ["baseline-unreadable"])


HINTS = {
    "a letter too few": ("recal", "did you mean `recall`?"),
    "a difference": ("f1-recall", "`f1 - recall`"),
    "a quotient": ("f1/recall", "`f1 / recall`"),
    "minus a number": ("f1-0.01", "`f1 - 0.01`"),
    "a unit": ("200ms", "a unit? write `200`"),
    "thousands": ("1_000", "write `1000`"),
    "capitals": ("RECALL", "did you mean `recall`?"),
    "a name with a blank": ("weighted", '"weighted avg"'),
}


@pytest.mark.parametrize(("name", "hint"), HINTS.values(), ids=HINTS)
def test_what_a_name_may_have_meant(name: str, hint: str) -> None:
    assert hint in suggestion(name, read_mapping({"recall": 1, "f1": 1, "weighted avg": 1}))


def test_a_known_name_with_a_dash_is_that_name() -> None:
    assert finding("f1-recall > 0.5", {"f1": 0, "recall": 0, "f1-recall": 1}).outcome.value == "pass"


def test_a_metric_may_have_another_name_in_files() -> None:
    found = finding("metrics: {recall: {from: eval/recall}}\nrules: [recall > 0.5]", {"eval/recall": 0.9})
    assert (found.outcome.value, found.value) == ("pass", 0.9)


def test_reads_are_told_once_each_in_order() -> None:
    found = finding("x + y >= baseline and x > 0", {"x": {"value": 1, "n": 5}, "y": 2}, {"x": 1, "y": 1})
    told = [(read.of, read.metric, read.value, read.n) for read in found.reads]
    assert told == [("candidate", "x", 1, 5), ("candidate", "y", 2, None), ("baseline", "x", 1, None), ("baseline", "y", 1, None)]


def test_a_unit_of_percent_is_seen_in_file_and_policy() -> None:
    assert world({"x": {"value": 3, "unit": "%"}}).in_percent("x")
    assert world({"x": 3}, rules="metrics: {x: {unit: '%'}}\nrules: [x > 0]").in_percent("x")
    assert not world({"x": {"value": 3, "unit": "ms"}}).in_percent("x")
    assert not world({"y": {"value": 3, "unit": "%"}}).in_percent("x")


def test_the_policy_knows_better_than_the_catalogue() -> None:
    assert world({}).highest("accuracy") == 1
    assert world({}, rules="metrics: {accuracy: {range: [0, 100]}}\nrules: [x > 0]").highest("accuracy") == 100
    assert world({}).highest("psnr") is None
    fact = fact_of("accuracy", policy("metrics: {accuracy: {unit: '%'}}\nrules: [x > 0]"))
    assert fact is not None
    assert (fact.unit, fact.high, fact.proportion) == ("%", 1, True)


@pytest.mark.parametrize(
    "rule",
    [
        "sum(errors[r=*]) / sum(requests[r=*]) <= 0.01",
        "min(requests[r=*]) >= 50 and max(errors[r=*]) <= 10",
    ],
)
def test_a_slice_that_one_metric_of_a_rule_lacks_is_missing(rule: str) -> None:
    both = {"slice": {"r": "eu"}, "metrics": {"errors": 1, "requests": 1000}}
    found = finding(rule, {"slices": [both, {"slice": {"r": "us"}, "metrics": {"requests": 1000}}]})
    assert found.effect.exit_code == 3
    assert [(reason.slug, reason.text) for reason in found.reasons] == [("no-slice", "the metrics have no `errors[r=us]`")]


def test_nothing_is_judged_without_a_day() -> None:
    """On a day long ago every waiver would still be valid."""
    with pytest.raises(TypeError, match="today"):
        Evidence(read_mapping({"x": 1}), {})  # type: ignore[call-arg]
