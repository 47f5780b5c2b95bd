"""Hugging Face: the results files of a Trainer, and its state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.readers.known import as_file, item, read, readers_of, refusal, sample, survives, values

TIMES = {"eval_runtime": 2.0, "eval_samples_per_second": 50.0, "eval_steps_per_second": 6.25}


@pytest.mark.parametrize("name", ["all_results", "eval_results"])
def test_a_sample_of_results(name: str) -> None:
    file = sample(f"huggingface/{name}.json")
    assert readers_of(file) == ["huggingface"]
    found = read("huggingface", file)
    assert item(found, "eval_accuracy").value == 0.5625
    assert item(found, "eval_accuracy").support.n == 32
    assert item(found, "eval_loss").support.n == 32


def test_times_are_no_judgement_of_the_model() -> None:
    found = read("huggingface", sample("huggingface/all_results.json"))
    for name in ("eval_runtime", "eval_samples", "eval_steps_per_second", "train_loss", "train_runtime", "epoch"):
        assert item(found, name).support.n is None
        assert item(found, name).better is None
    assert item(found, "eval_runtime").unit == "s"


def test_the_rows_of_training_are_no_n() -> None:
    times = {key.replace("eval_", "train_"): value for key, value in TIMES.items()}
    assert item(read("huggingface", {**times, "train_samples": 100, "train_loss": 0.4}), "train_loss").support.n is None


def test_a_count_that_the_times_contradict_is_no_n() -> None:
    found = read("huggingface", {**TIMES, "eval_accuracy": 0.9, "eval_samples": 32})
    assert item(found, "eval_accuracy").support.n is None
    assert [each.name for each in found.unused] == ["eval_samples as n"]
    assert item(read("huggingface", {**TIMES, "eval_accuracy": 0.9, "eval_samples": 100}), "eval_accuracy").support.n == 100


def test_pieces_of_texts_are_no_questions() -> None:
    found = read("huggingface", {**TIMES, "eval_exact_match": 81.2, "eval_f1": 88.5, "eval_samples": 100})
    assert item(found, "eval_f1").support.n is None
    assert (item(found, "eval_exact_match").unit, item(found, "eval_f1").unit) == ("%", "%")


def test_a_second_data_set_has_a_count_of_its_own() -> None:
    more = {key.replace("eval_", "eval_mm_"): value for key, value in TIMES.items()}
    found = read("huggingface", {**TIMES, **more, "eval_samples": 100, "eval_accuracy": 0.9, "eval_mm_accuracy": 0.8})
    assert item(found, "eval_accuracy").support.n == 100
    assert item(found, "eval_mm_accuracy").support.n is None


def test_words_and_lists_are_noted() -> None:
    found = read("huggingface", {**TIMES, "eval_loss": "NaN", "eval_f1": None, "model": "x", "eval_list": [1]})
    assert item(found, "eval_loss").problem == "not a number (NaN)"
    assert item(found, "eval_f1").problem == "null"
    assert [(each.name, each.why) for each in found.unused] == [("model", "text"), ("eval_list", "a list of 1")]


def test_plain_metrics_stay_plain() -> None:
    for document in ({"eval_accuracy": 0.9, "eval_runtime": 1.0}, {**TIMES, "nested": {"a": 1}}, {**TIMES, "eval_runtime": "1"}):
        assert readers_of(as_file(document)) == []


def test_no_mutation_of_results_crashes_it() -> None:
    survives("huggingface", json.loads(sample("huggingface/all_results.json").text))
    assert "is a list of 1, not a mapping" in refusal("huggingface", "[1]")


# -- trainer_state.json


def state(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"global_step": 8, "log_history": list(rows), **more}


def test_the_sample_of_a_state() -> None:
    file = sample("huggingface/trainer_state.json")
    assert readers_of(file) == ["trainer-state"]
    found = read("trainer-state", file)
    assert values(found)["eval_accuracy"] == 0.5625
    assert values(found)["loss"] == 0.6922192573547363
    assert values(found)["best_metric"] == 0.5
    assert "step" not in found
    assert "epoch" not in found


def test_of_two_evaluations_at_one_step_the_later_counts() -> None:
    """The second is of the best checkpoint, loaded again at the end."""
    found = read("trainer-state", state({"step": 8, "eval_f1": 0.5}, {"step": 8, "eval_f1": 0.6}, best_metric=0.6))
    assert item(found, "eval_f1").value == 0.6


def test_rows_of_training_and_evaluation_stand_in_turns() -> None:
    found = read("trainer-state", state({"step": 2, "loss": 1.0}, {"step": 2, "eval_f1": 0.5}, {"step": 4, "loss": 0.9}))
    assert values(found) == {"loss": 0.9, "eval_f1": 0.5}


def test_a_best_checkpoint_that_is_not_the_last_is_said() -> None:
    rows = ({"step": 4, "eval_f1": 0.9}, {"step": 8, "eval_f1": 0.5})
    found = read("trainer-state", state(*rows, best_metric=0.9, best_global_step=4))
    assert values(found) == {"eval_f1": 0.5, "best_metric": 0.9}
    assert found.unused[0].why == "of step 4; what is read here was evaluated at step 8"


def test_a_state_without_a_best_metric_has_none() -> None:
    assert "best_metric" not in read("trainer-state", state({"step": 1, "loss": 1.0}, best_metric=None))


def test_a_broken_log_is_refused() -> None:
    assert "`log_history[1]` is a number, not a mapping" in refusal("trainer-state", state({"a": 1}, 3))


def test_no_mutation_of_a_state_crashes_it() -> None:
    assert survives("trainer-state", json.loads(sample("huggingface/trainer_state.json").text)) > 50
