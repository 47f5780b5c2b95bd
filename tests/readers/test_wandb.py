"""The summary of a run of Weights & Biases."""

from __future__ import annotations

import json
from typing import Any

from tests.readers.known import as_file, item, read, readers_of, refusal, sample, survives, values

OWN = {"_step": 2, "_runtime": 12.4, "_timestamp": 1795313506.1, "_wandb": {"runtime": 12}}


def test_the_sample() -> None:
    file = sample("wandb/wandb-summary.json")
    assert readers_of(file) == ["wandb"]
    found = read("wandb", file)
    assert values(found) == {"val/acc": 0.91, "nested.f1": 0.5, "best.acc": 0.92, "nan": None}
    assert item(found, "nan").problem == "not a number (NaN)"
    assert [(each.name, each.why) for each in found.unused] == [("h", "a histogram")]


def test_its_own_bookkeeping_is_no_metric() -> None:
    assert values(read("wandb", {**OWN, "acc": 0.9})) == {"acc": 0.9}


def test_what_is_not_finite_comes_as_text() -> None:
    found = read("wandb", {**OWN, "a": "Infinity", "b": "-Infinity", "c": "NaN", "d": "0.5", "e": None})
    assert [item(found, each).problem for each in "abce"] == ["infinite", "infinite", "not a number (NaN)", "null"]
    assert [(each.name, each.why) for each in found.unused] == [("d", "text")]


def test_a_dot_in_a_name_and_a_nested_name_must_not_meet() -> None:
    assert "two entries are called `a.b`" in refusal("wandb", {**OWN, "a.b": 1, "a": {"b": 1}})
    assert values(read("wandb", {**OWN, "a.b": 1, "a/b": 2})) == {"a.b": 1, "a/b": 2}


def test_two_names_that_become_the_same_are_refused() -> None:
    assert "would both be called `val_acc`" in refusal("wandb", {**OWN, "val acc": 1, "val_acc": 1})


def test_names_need_no_quotes() -> None:
    found = read("wandb", {**OWN, "val/f1 (macro)": 1})
    assert found.aliases == {"val/f1 (macro)": "val/f1_macro"}


def test_objects_are_skipped_whatever_they_hold() -> None:
    found = read("wandb", {**OWN, "t": {"_type": "table-file", "nrows": 3}, "m": {"_type": 7, "x": 1}, "l": [1], "e": {}})
    assert values(found) == {}
    assert [each.why for each in found.unused] == ["a table-file", "a mapping", "a list of 1", "an empty mapping"]


def test_plain_metrics_stay_plain() -> None:
    for document in ({"acc": 0.9, "_step": 3}, {"_wandb": 1, "acc": 0.9}):
        assert readers_of(as_file(document)) == []


def test_no_mutation_crashes_it() -> None:
    document: dict[str, Any] = json.loads(sample("wandb/wandb-summary.json").text)
    survives("wandb", document)
