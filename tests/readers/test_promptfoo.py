"""promptfoo's results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.terms.case import Case
from gate.terms.metric import Direction
from gate.terms.slice import Slice
from tests.readers.known import as_file, item, read, readers_of, refusal, sample, survives, values

SAY = {"provider": "echo", "prompt": "Say {{x}}"}


def prompt(label: str = "p", counts: tuple[int, int, int] = (1, 1, 0), score: float = 1.0, **metrics: Any) -> dict[str, Any]:
    passed, failed, broke = counts
    tests = {"testPassCount": passed, "testFailCount": failed, "testErrorCount": broke}
    return {"id": "a" * 64, "label": label, "provider": "x", "metrics": {"score": score, **tests, **metrics}}


def result(success: bool = True, score: float = 1.0, **more: Any) -> dict[str, Any]:
    return {"promptIdx": 0, "testIdx": 0, "success": success, "score": score, "vars": {"q": "1"}, **more}


def document(*prompts: Any, results: Any = (), **more: Any) -> dict[str, Any]:
    return {"results": {"version": 3, "prompts": list(prompts), "results": list(results), **more}}


def test_the_sample() -> None:
    file = sample("promptfoo/results.json")
    assert readers_of(file) == ["promptfoo"]
    found = read("promptfoo", file)
    assert values(found) == {
        "pass_rate": 0.5,
        "error_rate": 0,
        "score": 0.375,
        "latency_ms": 3.5,
        "cost": 0,
        "exact": 0,
        "len": 0.5,
    }
    assert (item(found, "pass_rate").support.k, item(found, "pass_rate").support.n) == (2, 4)
    assert item(found, "len", **SAY).value == 0.45
    assert (item(found, "latency_ms").unit, item(found, "latency_ms").better) == ("ms", Direction.LOWER)
    assert found.aliases == {"namedScores.exact": "exact", "namedScores.len": "len"}


def test_the_cases_of_the_sample() -> None:
    found = read("promptfoo", sample("promptfoo/results.json"))
    on = Slice.of(SAY)
    assert [case for case in found.cases if case.slice == on] == [
        Case('{"x": "hello"}', "pass_rate", 1.0, True, on),
        Case('{"x": "hello"}', "score", 0.725, True, on),
        Case('{"x": "hello"}', "len", 0.45, None, on),
        Case('{"x": "bye"}', "pass_rate", 0.0, False, on),
        Case('{"x": "bye"}', "score", 0.0, False, on),
        Case('{"x": "bye"}', "exact", 0.0, None, on),
    ]


def test_named_scores_are_weighted_sums() -> None:
    weighted = prompt(namedScores={"f": 2.4}, namedScoresCount={"f": 2}, namedScoreWeights={"f": 3})
    assert item(read("promptfoo", document(weighted)), "f").value == pytest.approx(0.8)
    counted = prompt(namedScores={"f": 1.6}, namedScoresCount={"f": 2})
    assert item(read("promptfoo", document(counted)), "f").value == pytest.approx(0.8)
    assert item(read("promptfoo", document(counted)), "f").support.n == 2


def test_named_scores_without_any_count_are_no_measurement() -> None:
    found = read("promptfoo", document(prompt(namedScores={"f": 1.6})))
    assert "f" not in found
    assert {(each.name, each.why) for each in found.unused} == {("namedScores.f", "a sum of nobody knows how many scores")}


def test_derived_scores_are_values_and_never_added_up() -> None:
    parts = [prompt(label, namedScores={"f1": 0.7}, namedScoresCount={}) for label in "ab"]
    found = read("promptfoo", document(*parts))
    assert "f1" not in values(found)
    assert item(found, "f1", provider="x", prompt="a").value == 0.7
    assert item(found, "f1", provider="x", prompt="a").better is None


def test_named_scores_over_all_prompts() -> None:
    first = prompt("a", namedScores={"f": 1}, namedScoresCount={"f": 1}, namedScoreWeights={"f": 1})
    second = prompt("b", namedScores={"f": 0}, namedScoresCount={"f": 3}, namedScoreWeights={"f": 3})
    assert item(read("promptfoo", document(first, second)), "f").value == 0.25


def test_a_named_score_of_weight_0_has_no_value() -> None:
    found = read("promptfoo", document(prompt(namedScores={"f": 0}, namedScoresCount={"f": 1}, namedScoreWeights={"f": 0})))
    assert item(found, "f").problem == "not a number (NaN)"


def test_a_named_score_called_like_a_measurement_here() -> None:
    found = read("promptfoo", document(prompt(namedScores={"score": 1}, namedScoresCount={"score": 2}, score=1.5)))
    assert item(found, "score").value == 0.75
    assert item(found, "named.score").value == 0.5


def test_errors_are_no_failures() -> None:
    found = read("promptfoo", document(prompt(counts=(3, 1, 4), score=3.0)))
    assert (item(found, "pass_rate").value, item(found, "pass_rate").support.n) == (0.75, 4)
    assert (item(found, "error_rate").value, item(found, "error_rate").support.n) == (0.5, 8)
    assert item(found, "score").value == 0.75


def test_where_every_test_broke_there_is_no_pass_rate() -> None:
    found = read("promptfoo", document(prompt(counts=(0, 0, 2), score=0.0)))
    assert item(found, "pass_rate").problem == "measured on no rows (n is 0)"
    assert item(found, "error_rate").value == 1


def test_a_case_that_broke_is_neither() -> None:
    results = [
        result(False, 0, failureReason=2, error="timeout"),
        result(False, 0, error="no key"),
        result(True, failureReason=0),
    ]
    found = read("promptfoo", document(prompt(counts=(1, 0, 2)), results=results))
    assert [(each.score, each.error, each.repeat) for each in found.cases if each.metric == "pass_rate"] == [
        (None, "timeout", 0),
        (None, "no key", 1),
        (1.0, "", 2),
    ]


def test_a_failed_assertion_is_no_error() -> None:
    found = read("promptfoo", document(prompt(), results=[result(False, 0, failureReason=1, error="not equal")]))
    assert [(each.score, each.passed, each.error) for each in found.cases if each.metric == "pass_rate"] == [(0.0, False, "")]


def test_a_case_is_known_by_what_is_asked_not_by_its_place() -> None:
    described = result(testCase={"description": "greets"})
    found = read("promptfoo", document(prompt(), results=[result(vars={"b": 1, "a": "é"}), described]))
    assert [each.id for each in found.cases if each.metric == "score"] == ['{"a": "é", "b": 1}', "greets"]


def test_the_named_score_of_a_case_is_divided_by_its_weight_too() -> None:
    weighed = result(namedScores={"f": 1.5}, gradingResult={"namedScoreWeights": {"f": 2}})
    found = read("promptfoo", document(prompt(namedScores={"f": 1.5}, namedScoresCount={"f": 1}), results=[weighed]))
    assert [each.score for each in found.cases if each.metric == "f"] == [0.75]


def test_scores_of_every_case_give_a_standard_error() -> None:
    found = read("promptfoo", document(prompt(counts=(1, 1, 0)), results=[result(), result(False, 0.0)]))
    assert item(found, "score").support.stderr == pytest.approx(0.5)
    assert item(read("promptfoo", document(prompt(), results=[result()])), "score").support.stderr is None


def test_prompts_of_one_label_are_told_apart_and_long_ones_cut() -> None:
    found = read("promptfoo", document(prompt("p"), prompt("p"), prompt("long " * 300)))
    labels = [each.slice.parts[0][1] for each in found if each.metric == "pass_rate" and each.slice]
    assert labels[:2] == ["p", "p (2)"]
    assert len(labels[2]) < 80
    assert labels[2].endswith("… aaaaaaaa")


def test_statistics_that_contradict_the_prompts_are_refused() -> None:
    message = refusal("promptfoo", document(prompt(), stats={"successes": 5, "failures": 1, "errors": 0}))
    assert "`results.stats.successes` is 5, the prompts have 1" in message


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"results": {"version": 2, "prompts": [prompt()]}}, "its version is 2"),
        (document(prompt(counts=(-1, 0, 0))), "testPassCount` is a number, not a number of tests"),
        (document(prompt(), 3), "`results.prompts[1]` is a number, not a mapping"),
        (document({"metrics": {}, "label": "x"}), "`results.prompts[0].provider` is null, not text"),
        (document(prompt(), results=[result(promptIdx=1)]), "`results.results[0].promptIdx` names none of the prompts"),
        (document(prompt(), results=[result(success="yes")]), "`results.results[0].success` is text"),
        (document(prompt(namedScores=3)), "namedScores` is a number, not a mapping"),
        (document(prompt(namedScores={"f": 1}, namedScoresCount={"f": "2"})), "namedScoresCount.f` is text"),
    ],
)
def test_broken_results_are_refused(found: Any, message: str) -> None:
    assert message in refusal("promptfoo", found)


def test_plain_metrics_with_prompts_stay_plain() -> None:
    for each in ({"results": {"prompts": [1]}}, {"results": 3}, {"prompts": [prompt()]}):
        assert readers_of(as_file(each)) == []


def test_no_mutation_crashes_it() -> None:
    small = document(
        prompt(namedScores={"f": 1}, namedScoresCount={"f": 1}, namedScoreWeights={"f": 1}, cost=0.1, totalLatencyMs=4),
        results=[result(namedScores={"f": 1}, gradingResult={"namedScoreWeights": {"f": 1}}, failureReason=0, testCase={})],
        stats={"successes": 1, "failures": 1, "errors": 0},
    )
    assert survives("promptfoo", json.loads(json.dumps(small))) > 60
