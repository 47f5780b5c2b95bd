"""deepeval's test run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.terms.case import Case
from gate.terms.metric import Direction
from tests.readers.known import as_file, item, read, readers_of, refusal, sample, survives, values


def data(name: str = "Bias", score: Any = 0.9, success: bool = True, threshold: float = 0.5, **more: Any) -> dict[str, Any]:
    return {"name": name, "score": score, "success": success, "threshold": threshold, **more}


def case(*results: Any, name: str = "a", success: Any = True, **more: Any) -> dict[str, Any]:
    return {"name": name, "success": success, "metricsData": list(results), **more}


def run(*cases: Any, scores: Any = (), **more: Any) -> dict[str, Any]:
    return {"testCases": list(cases), "metricsScores": list(scores), "testPassed": 0, "testFailed": 0, **more}


def metric(name: str, scores: list[Any], passes: int = 1, fails: int = 0, errors: int = 0) -> dict[str, Any]:
    return {"metric": name, "scores": scores, "passes": passes, "fails": fails, "errors": errors}


def test_the_sample() -> None:
    file = sample("deepeval/test_run.json")
    assert readers_of(file) == ["deepeval"]
    found = read("deepeval", file)
    assert values(found) == {
        "length_score": pytest.approx(0.6),
        "length_score.pass_rate": 0.5,
        "length_score.error_rate": 0.0,
        "pass_rate": 0.5,
        "error_rate": 0.0,
    }
    score = item(found, "length_score")
    assert (score.support.n, score.support.stderr, score.better) == (2, pytest.approx(0.4), Direction.HIGHER)
    assert found.aliases["Length Score"] == "length_score"
    assert found.cases == (Case("a", "length_score", 1.0, True), Case("b", "length_score", 0.2, False))


def test_names_need_no_quotes() -> None:
    found = read("deepeval", run(scores=[metric("Correctness [GEval]", [1.0]), metric("Answer Relevancy", [1.0])]))
    assert {"correctness_geval", "answer_relevancy", "answer_relevancy.pass_rate"} <= set(found.names)
    assert found.aliases["Correctness [GEval]"] == "correctness_geval"


def test_two_metrics_that_meet_are_refused() -> None:
    assert "would both be called `bias`" in refusal("deepeval", run(scores=[metric("Bias", [1.0]), metric("bias", [1.0])]))


def test_on_an_error_the_score_is_absent_and_the_list_shorter() -> None:
    broke = {"name": "Bias", "success": False, "threshold": 0.5, "error": "no API key"}
    document = run(case(data(score=0.4)), case(broke, name="b", success=False), scores=[metric("Bias", [0.4], 1, 0, 1)])
    found = read("deepeval", document)
    assert item(found, "bias").support.n == 1
    assert (item(found, "bias.pass_rate").value, item(found, "bias.error_rate").value) == (1.0, 0.5)
    assert (item(found, "pass_rate").value, item(found, "pass_rate").support.n) == (1.0, 1)
    assert item(found, "error_rate").value == 0.5
    assert [(each.id, each.score, each.error) for each in found.cases] == [("a", 0.4, ""), ("b", None, "no API key")]


def test_a_score_of_null_is_an_error_too() -> None:
    found = read("deepeval", run(case(data(score=None))))
    assert [(each.score, each.error) for each in found.cases] == [(None, "no score")]


def test_a_metric_that_broke_everywhere_has_no_value() -> None:
    found = read("deepeval", run(scores=[metric("Bias", [], 0, 0, 3)]))
    assert item(found, "bias").problem == "null"
    assert item(found, "bias.pass_rate").problem == "measured on no rows (n is 0)"
    assert item(found, "bias.error_rate").value == 1.0


def test_which_way_is_better_shows_in_the_results() -> None:
    lower = run(case(data(score=0.1, success=True), data(score=0.9, success=False)), scores=[metric("Bias", [0.1, 0.9])])
    assert item(read("deepeval", lower), "bias").better is Direction.LOWER
    mixed = [data(score=0.9, success=True), data(score=0.8, success=False), data(score=0.9, success=True)]
    assert item(read("deepeval", run(case(*mixed), scores=[metric("Bias", [0.9])])), "bias").better is None
    at = run(case(data(score=0.5, success=True)), scores=[metric("Bias", [0.5])])
    assert item(read("deepeval", at), "bias").better is None


def test_a_numbered_test_is_known_by_what_was_asked() -> None:
    numbered, named = case(data(), name="test_case_7", input="2 + 2?"), case(data(), name="adds", input="2 + 2?")
    assert [each.id for each in read("deepeval", run(numbered, named)).cases] == ["2 + 2?", "adds"]


def test_tests_of_one_name_are_repetitions() -> None:
    found = read("deepeval", run(case(data()), case(data()), conversationalTestCases=[case(data(), name="talk")]))
    assert [(each.id, each.repeat) for each in found.cases] == [("a", 0), ("a", 1), ("talk", 0)]


def test_the_run_of_the_command_line_lies_one_level_deeper() -> None:
    found = read("deepeval", {"testRunData": run(scores=[metric("Bias", [1.0])]), "testFile": "t.py"})
    assert item(found, "bias").value == 1.0


def test_a_run_without_its_tests_has_their_counts() -> None:
    assert item(read("deepeval", run(testPassed=3, testFailed=1)), "pass_rate").support.k == 3


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (run(scores=[3]), "`metricsScores[0]` is a number, not a mapping"),
        (run(scores=[metric("x", ["1"])]), "a score in `metricsScores[0].scores` is text, not a number"),
        (run(scores=[{**metric("x", []), "passes": -1}]), "`metricsScores[0].passes` is a number, not a number of tests"),
        (run(scores=[metric(None, [])]), "`metricsScores[0].metric` is null, not text"),  # type: ignore[arg-type]
        (run(case({"score": 1})), "`testCases[0].metricsData[0].name` is null, not text"),
        (run(testPassed="3"), "`testPassed` is text"),
    ],
)
def test_a_broken_run_is_refused(document: Any, message: str) -> None:
    assert message in refusal("deepeval", document)


def test_plain_metrics_about_tests_stay_plain() -> None:
    for document in ({"testCases": 3, "metricsScores": 0.5}, {"testRunData": []}, {"testCases": []}):
        assert readers_of(as_file(document)) == []


def test_no_mutation_crashes_it() -> None:
    assert survives("deepeval", json.loads(sample("deepeval/test_run.json").text)) > 60
