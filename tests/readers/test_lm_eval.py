"""lm-evaluation-harness: results and samples."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.readers.source import SourceFile
from gate.terms.case import Case
from gate.terms.metric import Direction
from tests.readers.known import as_file, item, read, readers_of, refusal, sample, survives, values


def results(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"results": {"t": row}, "n-shot": {"t": 0}, "versions": {"t": 1}, **more}


def test_the_sample() -> None:
    file = sample("lm-eval/results.json")
    assert readers_of(file) == ["lm-eval"]
    found = read("lm-eval", file)
    assert values(found) == {
        "toy_arith/acc": 0.3,
        "toy_arith/acc_norm": 0.3,
        "toy_arith2/acc": 0.5,
        "toy_arith2/acc_norm": 0.5,
        "toy_group/acc": 0.4,
    }
    acc = item(found, "toy_arith/acc")
    assert (acc.support.n, acc.support.stderr, acc.better) == (20, 0.10513149660756933, Direction.HIGHER)
    assert item(found, "toy_group/acc").support.n == 40
    assert found.aliases["toy_arith/acc,none"] == "toy_arith/acc"
    assert found.unused == ()


def test_the_comma_parts_metric_and_filter() -> None:
    found = read(
        "lm-eval", results({"exact_match,strict-match": 0.5, "exact_match,none": 0.6, "exact_match_stderr,strict-match": 0.1})
    )
    assert values(found) == {"t/strict-match/exact_match": 0.5, "t/exact_match": 0.6}
    assert item(found, "t/strict-match/exact_match").support.stderr == 0.1
    assert found.aliases["t/exact_match,strict-match"] == "t/strict-match/exact_match"


def test_a_standard_error_may_be_text() -> None:
    found = read("lm-eval", results({"acc,none": 0.5, "acc_stderr,none": "N/A", "sample_len": 10}))
    assert (item(found, "t/acc").support.stderr, item(found, "t/acc").support.n) == (None, 10)


def test_names_and_lengths_are_no_metrics() -> None:
    found = read(
        "lm-eval", results({"alias": " - t", "name": "t", "sample_len": 4, "sample_count": {"acc,none": 4}, "acc,none": 1})
    )
    assert list(values(found)) == ["t/acc"]


def test_lower_may_be_better() -> None:
    document = results({"ppl,none": 9.5, "x,none": 1}, higher_is_better={"t": {"ppl": False, "x": None}})
    assert item(read("lm-eval", document), "t/ppl").better is Direction.LOWER
    assert item(read("lm-eval", document), "t/x").better is None


def test_effective_samples_go_before_the_length() -> None:
    document = results({"acc,none": 0.5, "sample_len": 7}, **{"n-samples": {"t": {"original": 40, "effective": 20}}})
    assert item(read("lm-eval", document), "t/acc").support.n == 20


def test_a_group_that_is_no_mean_of_documents_has_no_n() -> None:
    rows = {"a": {"acc,none": 0.2, "sample_len": 90}, "b": {"acc,none": 0.8, "sample_len": 10}}
    group = {"acc,none": 0.5, "sample_len": 100, "sample_count": {"acc,none": 100}, "acc_stderr,none": 0.05}
    document = {**results({}), "results": {**rows, "g": group}, "groups": {"g": group}, "group_subtasks": {"g": ["a", "b"]}}
    found = read("lm-eval", document)
    assert (item(found, "g/acc").support.n, item(found, "g/acc").support.stderr) == (None, 0.05)
    group["acc,none"] = 0.26
    assert item(read("lm-eval", document), "g/acc").support.n == 100


def test_a_group_that_stands_only_under_groups_is_read_once() -> None:
    found = read("lm-eval", results({"acc,none": 1}, groups={"g": {"acc,none": 0.5}, "t": {"acc,none": 0.7}}))
    assert values(found) == {"g/acc": 0.5, "t/acc": 1}


def test_tasks_with_spaces_and_slashes() -> None:
    found = read("lm-eval", {**results({}), "results": {"my task/sub": {"acc,none": 1}}})
    assert values(found) == {"my_task/sub/acc": 1}


def test_two_tasks_that_meet_are_refused() -> None:
    document = {**results({}), "results": {"my task": {"acc,none": 1}, "my_task": {"acc,none": 1}}}
    assert "would both be called `my_task/acc`" in refusal("lm-eval", document)


def test_what_is_not_a_number() -> None:
    found = read("lm-eval", results({"acc,none": float("nan"), "f1,none": None, "bleu,none": "N/A", " ": " "}))
    assert item(found, "t/acc").problem == "not a number (NaN)"
    assert item(found, "t/f1").problem == "null"
    assert [each.name for each in found.unused] == ["t/bleu,none"]


def test_a_broken_file_is_refused() -> None:
    assert "`results.t` is a number, not a mapping" in refusal("lm-eval", {**results({}), "results": {"t": 3}})
    assert readers_of(as_file({"results": {"a": 1}, "versions": {}})) == []


def test_no_mutation_crashes_it() -> None:
    survives("lm-eval", json.loads(sample("lm-eval/results.json").text), limit=80)


# -- samples


def line(doc: int = 0, filter_: str = "none", **scores: Any) -> str:
    rest = {"doc": {}, "target": "1", "arguments": {}, "resps": [], "filtered_resps": [], "doc_hash": f"{doc:064x}"[::-1]}
    return json.dumps({"doc_id": doc, **rest, "filter": filter_, "metrics": list(scores), **scores})


NAME = "samples_toy_arith_2026-11-22T02-10-51.400519.jsonl"


def test_a_case_for_every_document() -> None:
    file = as_file("\n".join([line(0, acc=1.0), line(1, acc=0.0), line(2, acc=True)]) + "\n", NAME)
    assert readers_of(file) == ["lm-eval-samples"]
    found = read("lm-eval-samples", file)
    assert found.cases == (
        Case("0:00000000", "toy_arith/acc", 1.0),
        Case("1:10000000", "toy_arith/acc", 0.0),
        Case("2:20000000", "toy_arith/acc", 1.0),
    )
    mean = item(found, "toy_arith/acc.mean")
    assert (mean.support.k, mean.support.n) == (2, 3)
    assert found.aliases == {}


def test_a_document_comes_once_per_filter() -> None:
    found = read("lm-eval-samples", line(0, "strict", em=1.0) + "\n" + line(0, "loose", em=0.0), NAME)
    assert [(each.metric, each.score, each.repeat) for each in found.cases] == [
        ("toy_arith/strict/em", 1.0, 0),
        ("toy_arith/loose/em", 0.0, 0),
    ]


def test_a_document_that_comes_twice_is_repeated() -> None:
    found = read("lm-eval-samples", line(0, acc=1.0) + "\n" + line(0, acc=0.0))
    assert [(each.metric, each.repeat) for each in found.cases] == [("acc", 0), ("acc", 1)]


def test_scores_between_have_a_standard_error() -> None:
    mean = item(read("lm-eval-samples", "\n".join(line(each, f1=score) for each, score in enumerate((0.2, 0.4, 0.6)))), "f1.mean")
    assert mean.value == pytest.approx(0.4)
    assert mean.support.std == pytest.approx(0.2)
    assert mean.support.stderr == pytest.approx(0.2 / 3**0.5)


def test_a_score_that_is_none_is_an_error_and_parts_are_no_score() -> None:
    found = read("lm-eval-samples", line(0, acc=None, f1=float("nan"), parts=[1, 2]))
    assert [(each.metric, each.score, each.error) for each in found.cases] == [
        ("acc", None, "null"),
        ("f1", None, "not a number (NaN)"),
    ]
    assert len(found) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (line() + "\n{broken", "m.jsonl:2"),
        (line() + "\n[1]", "m.jsonl:2: not samples of lm-evaluation-harness: a sample is a list of 1"),
        (line().replace('"doc_id": 0', '"doc_id": null'), "`doc_id` is null"),
        (line().replace('"none"', "[]"), "`filter` is an empty list"),
    ],
)
def test_a_broken_line_is_refused_with_its_place(text: str, message: str) -> None:
    assert message in refusal("lm-eval-samples", text, "m.jsonl")


def test_other_lines_are_of_no_format() -> None:
    for data in (b'{"doc_id": 1}\n{"doc_id": 2}\n', b"{", b"\xff", b'{"doc_id": 1, "filtered_resps": 2}'):
        assert readers_of(SourceFile("m.jsonl", data)) == []


def test_no_mutation_of_a_sample_crashes_it() -> None:
    assert survives("lm-eval-samples", json.loads(line(0, acc=1.0)), "m.jsonl") > 20
