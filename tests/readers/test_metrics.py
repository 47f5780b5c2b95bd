"""Plain metrics: a mapping of names to numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from gate.errors import GateError, Problem
from gate.readers import metrics
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements, Unused
from gate.terms.slice import WHOLE, Slice

SAMPLES = Path(__file__).parent.parent / "samples"


def read(text: str, name: str = "m.json") -> Measurements:
    return metrics.read(SourceFile(name, text.encode()))


def values(found: Measurements, on: Slice = WHOLE) -> dict[str, Any]:
    return {item.metric: item.value for item in found if item.slice == on}


def problem(text: str, name: str = "m.json") -> Problem:
    with pytest.raises(GateError) as caught:
        read(text, name)
    (only,) = caught.value.problems
    return only


# -- names and values


def test_nested_names_are_joined() -> None:
    found = read('{"accuracy": 0.85, "val": {"f1": {"macro": 0.8}, "n": 1000}}')
    assert values(found) == {"accuracy": 0.85, "val.f1.macro": 0.8, "val.n": 1000}
    assert found.unused == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [('{"a": {"b": 1}}', "m.json"), ("a:\n  b: 1\n", "m.yaml"), ("a: {b: 1}\n", "m.yml"), ("[a]\nb = 1\n", "m.toml")],
)
def test_json_yaml_and_toml_say_the_same(text: str, name: str) -> None:
    assert values(read(text, name)) == {"a.b": 1}


def test_integers_stay_exact() -> None:
    (item,) = read('{"requests": 9007199254740993}')
    assert item.value == 9007199254740993
    assert isinstance(item.value, int)


def test_what_is_no_number_is_there_without_a_value() -> None:
    found = read('{"a": null, "b": NaN, "c": -Infinity, "d": 1e999, "e": "0.95", "f": true}')
    assert {item.metric: item.problem for item in found} == {
        "a": "null",
        "b": "not a number (NaN)",
        "c": "infinite",
        "d": "infinite",
        "e": "text",
        "f": "",
    }
    assert [item.value for item in found] == [None] * 5 + [True]


def test_text_is_there_and_noted_and_lists_are_noted() -> None:
    found = read('{"model": "v2", "curve": [1, 2], "empty": {}, "none": [], "x": {"deep": ["a"]}, "": 1}')
    assert values(found) == {"model": None}
    assert found.unused == (
        Unused("model", "text"),
        Unused("curve", "a list of 2"),
        Unused("empty", "an empty mapping"),
        Unused("none", "an empty list"),
        Unused("x.deep", "a list of 1"),
        Unused("", "without a name"),
    )


def test_a_date_is_there_and_noted() -> None:
    found = read("day = 2026-01-02", "m.toml")
    assert [(item.value, item.problem) for item in found] == [(None, "a date")]
    assert found.unused == (Unused("day", "a date"),)


@pytest.mark.parametrize(
    "text", ['{"a.b": 1, "a": {"b": 2}}', '{"a": {"b": 1}, "a.b": 1}', '{"a": {"b": {"c": 1}}, "a.b": {"c": 1}}']
)
def test_two_names_that_meet_are_refused_even_with_one_value(text: str) -> None:
    assert problem(text).slug == "names-meet"


def test_names_that_meet_when_composed_are_refused() -> None:
    assert problem('{"caf\\u00e9": 1, "cafe\\u0301": 1}').slug == "names-meet"


def test_a_name_that_meets_a_list_is_refused() -> None:
    assert problem('{"a.b": [1], "a": {"b": 2}}').slug == "names-meet"


def test_names_that_meet_are_placed() -> None:
    found = problem("a.b: 1\na:\n  b: 2\n", "m.yaml")
    assert str(found.where) == "m.yaml:3:3"
    assert "m.yaml:1:1" in found.remedy


def test_a_duplicate_key_is_refused() -> None:
    assert problem('{"a": 1, "a": 1}').slug == "duplicate-key"
    assert problem("a: 1\na: 1", "m.yaml").slug == "duplicate-key"
    assert problem("a = 1\na = 1", "m.toml").slug == "toml-syntax"


@pytest.mark.parametrize(
    "name", ["a|b", "`x`", "<script>", "</details>", "@team", "a\nb", "::error::", "%0A", "\x1b[31m", "\u202e\u200b"]
)
def test_a_hostile_name_is_kept_as_it_is(name: str) -> None:
    assert values(read(json.dumps({name: 1}))) == {name: 1}


def test_a_name_too_long_is_refused_joined_or_not() -> None:
    assert problem(json.dumps({"x" * 1001: 1})).slug == "name-too-long"
    assert problem(json.dumps({"x" * 600: {"y" * 600: 1}})).slug == "name-too-long"
    assert problem(json.dumps({"x" * 1001: [1]})).slug == "name-too-long"


def test_half_a_character_in_a_name_is_refused_and_elsewhere_not_looked_at() -> None:
    assert problem('{"\\ud800": 1}').slug == "half-a-character"
    assert values(read('{"a": 1, "b": "\\ud800"}')) == {"a": 1, "b": None}


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("[1]", "m.json", "a list of 1"),
        ("null", "m.json", "nothing"),
        ("0.9", "m.json", "a number"),
        ('"x"', "m.json", "text"),
        ("true", "m.json", "a boolean"),
        ("- a: 1\n", "m.yaml", "a list of 1"),
        ("# nothing\n", "m.yaml", "nothing"),
    ],
)
def test_a_root_that_is_no_mapping_is_refused(text: str, name: str, found: str) -> None:
    refused = problem(text, name)
    assert refused.slug == "not-a-mapping"
    assert refused.message.endswith(f"this is {found}")


def test_an_empty_mapping_is_no_measurement() -> None:
    assert len(read("{}")) == 0


def test_yaml_knows_lines_and_json_the_file() -> None:
    places = {item.metric: str(item.where) for item in read("a: 1\nb:\n  c: {value: 0.5, n: 4, limit: 1}\n", "m.yaml")}
    assert places == {"a": "m.yaml:1:1", "b.c": "m.yaml:3:3", "b.c.limit": "m.yaml:3:25"}
    assert {str(item.where) for item in read('{"a": 1}')} == {"m.json"}


# -- evidence


def test_a_mapping_with_a_value_is_one_measurement_and_other_numbers_are_their_own() -> None:
    found = read('{"recall": {"value": 0.91, "n": 400, "threshold": 0.8, "by": {"class": 0.7}, "note": "x"}}')
    assert values(found) == {"recall": 0.91, "recall.threshold": 0.8, "recall.by.class": 0.7, "recall.note": None}
    recall = found.get("recall", WHOLE)
    assert recall is not None
    assert recall.support.n == 400


def test_k_and_n_are_a_measurement_and_at_the_top_just_names() -> None:
    assert values(read('{"recall": {"k": 364, "n": 400}}')) == {"recall": 0.91}
    assert values(read('{"k": 364, "n": 400}')) == {"k": 364, "n": 400}
    assert values(read('{"search": {"k": 50, "n": 40, "depth": 3}}')) == {"search.k": 50, "search.n": 40, "search.depth": 3}


def test_a_mapping_called_value_is_a_name() -> None:
    assert values(read('{"value": {"a": 1}, "x": {"value": {"b": 2}}}')) == {"value.a": 1, "x.value.b": 2}


@pytest.mark.parametrize(
    "text",
    [
        '{"value": 0.9}',
        '{"metric": "acc", "value": 0.9}',
        '{"value": null}',
        '{"slices": [{"slice": {"a": 1}, "metrics": {"value": 1}}]}',
    ],
)
def test_a_value_without_a_name_is_refused(text: str) -> None:
    assert problem(text).slug == "nameless-value"


def test_a_contradiction_is_placed() -> None:
    found = problem("a: 1\nrecall:\n  k: 5\n  n: 4\n", "m.yaml")
    assert found.slug == "bad-evidence"
    assert str(found.where) == "m.yaml:2:1"


def test_a_number_beside_a_value_that_meets_another_name_is_refused() -> None:
    assert problem('{"a": {"value": 1, "b": 2}, "a.b": 2}').slug == "names-meet"


def test_a_measurement_may_name_its_slice() -> None:
    found = read('{"recall": {"value": 0.7, "slice": {"region": "eu"}}}')
    assert values(found, Slice.of({"region": "eu"})) == {"recall": 0.7}
    assert values(found) == {}
    assert problem('{"recall": {"value": 0.7, "slice": "eu"}}').slug == "bad-slice"


# -- hostile sizes


def test_too_many_measurements_are_refused() -> None:
    assert problem(json.dumps({f"m{i}": i for i in range(100_001)})).slug == "too-many-measurements"
    assert len(read(json.dumps({f"m{i}": i for i in range(100_000)}))) == 100_000


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "too-deep"),
        ('{"a":' + "[" * 10_000 + "]" * 10_000 + "}", "too-deep"),
        ('{"a": ' + "1" * 1_000_000 + "}", "number-too-long"),
        ('{"a": 1', "json-syntax"),
        ('{"a": 1} x', "json-syntax"),
    ],
)
def test_hostile_json(text: str, slug: str) -> None:
    assert problem(text).slug == slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        (
            "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
            + "".join(f"{y}: &{y} [{','.join(['*' + x] * 9)}]\n" for x, y in zip("bcdefgh", "cdefghi", strict=True)),
            "too-many-values",
        ),
        ("a: !!python/object/apply:os.system [echo]", "yaml-tag"),
        ("a:\n\tb: 1", "yaml-syntax"),
        ("a: " + "[" * 10_000, "too-deep"),
    ],
)
def test_hostile_yaml(text: str, slug: str) -> None:
    assert problem(text, "m.yaml").slug == slug


def test_aliases_are_measurements_like_others_and_count() -> None:
    text = "a: &a {x: 1, y: 2}\nb: *a\n"
    assert values(read(text, "m.yaml")) == {"a.x": 1, "a.y": 2, "b.x": 1, "b.y": 2}
    rows = ", ".join(f"k{i}: 1" for i in range(1001))
    assert problem(f"a: &a {{{rows}}}\n" + "".join(f"b{i}: *a\n" for i in range(100)), "m.yaml").slug == "too-many-measurements"


# -- files of other tools that are plain mappings


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("dvc/metrics.json", {"train.loss": 0.21, "val.accuracy": 0.89, "val.f1.macro": 0.88, "n": 1000}),
        ("dvc/eval.yaml", {"auc": 0.95, "slices.en.f1": 0.9, "slices.de.f1": 0.8}),
        ("dvc/eval.toml", {"auc": 0.95, "slices.en.f1": 0.9}),
        ("huggingface/all_results.json", {"eval_accuracy": 0.5625, "eval_samples": 32, "train_loss": 0.6936347484588623}),
        ("huggingface/eval_results.json", {"eval_loss": 0.6934378147125244, "epoch": 2.0}),
        ("sklearn/classification_report.json", {"accuracy": 1.0, "Iris versicolor.f1-score": 1.0, "macro avg.support": 38.0}),
        ("sklearn/classification_report_micro_avg.json", {"1.recall": 1.0, "micro avg.f1-score": 0.75}),
        ("sklearn/classification_report_nan.json", {"weighted avg.recall": 1.0}),
        ("wandb/wandb-summary.json", {"val/acc": 0.91, "nested.f1": 0.5, "best.acc": 0.92, "nan": None, "_wandb.runtime": 12}),
    ],
)
def test_a_sample(file: str, expected: dict[str, Any]) -> None:
    path = SAMPLES / file
    found = values(metrics.read(SourceFile(path.name, path.read_bytes())))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("tool", ["dvc", "huggingface", "sklearn", "wandb"])
def test_what_a_sample_measures_is_finite_or_has_a_problem(tool: str) -> None:
    for path in sorted((SAMPLES / tool).iterdir()):
        for item in metrics.read(SourceFile(path.name, path.read_bytes())):
            assert item.value is None or math.isfinite(item.value)
            assert (item.value is None) == bool(item.problem)
