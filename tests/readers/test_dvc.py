"""What `dvc metrics show --json` and `dvc metrics diff --json` print."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.terms.measurement import Support
from tests.readers.known import as_file, item, read, readers_of, refusal, sample, survives, values

ERROR = {"error": {"type": "FileNotFoundError", "msg": "[Errno 2] No such file or directory: 'missing.json'"}}


def shown(revision: str = "", **files: Any) -> dict[str, Any]:
    return {revision: {"data": {name: found if found is ERROR else {"data": found} for name, found in files.items()}}}


def test_the_sample_of_show() -> None:
    file = sample("dvc/dvc-metrics-show.json")
    assert readers_of(file) == ["dvc"]
    found = read("dvc", file)
    assert values(found) == {
        "train.loss": 0.21,
        "val.accuracy": 0.89,
        "val.f1.macro": 0.88,
        "n": 1000,
        "eval.yaml:auc": 0.95,
        "eval.yaml:slices.en.f1": 0.9,
        "slices.de.f1": 0.8,
        "eval.toml:auc": 0.95,
        "eval.toml:slices.en.f1": 0.9,
    }


def test_a_metric_is_also_known_with_its_file() -> None:
    found = read("dvc", shown(**{"m.json": {"acc": 0.9}}))
    assert values(found) == {"acc": 0.9}
    assert found.aliases == {"m.json:acc": "acc"}


def test_other_revisions_are_slices() -> None:
    file = sample("dvc/metrics-show-all.json")
    assert readers_of(file) == ["dvc"]
    found = read("dvc", file)
    assert values(found) == {"m.json:acc": 0.91, "ok": False, "name": None, "new": 2, "t/m.json:acc": 0.8}
    before = {each.slice for each in found if each.slice}
    assert len(before) == 2
    for on in before:
        assert on.columns == ("rev",)
        assert values(found, on) == {"m.json:acc": 0.9, "ok": True, "name": None, "gone": 1, "t/m.json:acc": 0.8}
    assert any(each.name.startswith("missing.json at ") for each in found.unused)


def test_a_file_that_dvc_could_not_read_is_refused_though_it_exits_0() -> None:
    message = refusal("dvc", shown(**{"m.json": {"acc": 0.9}, "missing.json": ERROR}))
    assert "DVC could not read `missing.json`: [Errno 2]" in message
    assert readers_of(as_file(shown(**{"m.json": {"acc": 0.9}, "missing.json": ERROR}))) == ["dvc"]
    assert "DVC could not read `the revision`" in refusal("dvc", {"workspace": ERROR, "main": {"data": {}}})


def test_what_dvc_could_not_read_of_an_older_revision_is_noted() -> None:
    document = {**shown("workspace", **{"m.json": {"acc": 0.9}}), **shown("main", **{"m.json": ERROR}), "v1": ERROR}
    found = read("dvc", document)
    assert values(found) == {"acc": 0.9}
    assert [each.name for each in found.unused] == ["m.json at main", "the revision at v1"]


def test_evidence_in_a_metrics_file_is_kept() -> None:
    found = read("dvc", shown(**{"m.json": {"recall": {"value": 0.9, "n": 40, "better": "higher"}}}))
    assert item(found, "recall").support == Support(n=40)


def test_a_name_with_spaces_needs_no_quotes() -> None:
    found = read("dvc", shown(**{"my metrics.json": {"val": {"f1 macro": 0.8}}}))
    assert values(found) == {"val.f1_macro": 0.8}
    assert found.aliases == {"val.f1 macro": "val.f1_macro", "my metrics.json:val.f1 macro": "val.f1_macro"}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"": 3}, "`the workspace` is a number, not a mapping"),
        ({"": {"data": []}}, "`.data` is an empty list, not a mapping"),
        ({"": {"data": {"m.json": 3}}}, "`.data.m.json` is a number, not a mapping"),
        ({"": {"data": {"m.json": {"data": None}}}}, "`.data.m.json.data` is null, not a mapping"),
        (shown(**{"m.json": {"a.b": 1, "a": {"b": 1}}}), "two entries are called `a.b`"),
    ],
)
def test_a_broken_print_is_refused(document: Any, message: str) -> None:
    assert message in refusal("dvc", document)


@pytest.mark.parametrize("name", ["metrics.json", "eval.yaml", "eval.toml"])
def test_metrics_files_are_plain(name: str) -> None:
    assert readers_of(sample(f"dvc/{name}")) == []


def test_plain_metrics_about_data_stay_plain() -> None:
    for document in ({"train": {"data": {"rows": 5}}}, {"data": {"a": 1}}, {"a": {"data": {"b": {"data": 1}}}}, {}):
        assert readers_of(as_file(document)) == []


@pytest.mark.parametrize("name", ["dvc-metrics-show", "metrics-show-all"])
def test_no_mutation_of_show_crashes_it(name: str) -> None:
    assert survives("dvc", json.loads(sample(f"dvc/{name}.json").text)) > 20


# -- diff


def test_the_samples_of_diff() -> None:
    assert readers_of(sample("dvc/dvc-metrics-diff.json")) == ["dvc-diff"]
    assert values(read("dvc-diff", sample("dvc/dvc-metrics-diff.json"))) == {"val.accuracy": 0.89, "old.val.accuracy": 0.91}
    file = sample("dvc/metrics-diff-all.json")
    assert readers_of(file) == ["dvc-diff"]
    assert values(read("dvc-diff", file)) == {
        "t/m.json:acc": 0.8,
        "old.t/m.json:acc": 0.8,
        "m.json:acc": 0.91,
        "old.m.json:acc": 0.9,
        "ok": False,
        "old.ok": True,
        "new": 2,
        "gone": None,
        "old.gone": 1,
    }


def test_a_removed_metric_has_no_value() -> None:
    found = read("dvc-diff", {"m.json": {"gone": {"old": 1, "new": None}}})
    assert item(found, "gone").problem == "null"
    assert item(found, "old.gone").value == 1


def test_the_difference_of_booleans_is_not_read() -> None:
    assert values(read("dvc-diff", {"m.json": {"ok": {"old": True, "new": False, "diff": -1}}})) == {"ok": False, "old.ok": True}


def test_a_metric_called_as_an_old_one_is_refused() -> None:
    change = {"old": 1, "new": 2, "diff": 1}
    assert "measured twice" in refusal("dvc-diff", {"m.json": {"a": change, "old.a": {"old": 3, "new": 4}}})


def test_plain_metrics_with_old_and_new_stay_plain() -> None:
    for document in ({"a": {"old": 1, "new": 2}}, {"m": {"a": {"old": 1, "new": 2, "n": 3}}}, {"m": {}}, {}):
        assert readers_of(as_file(document)) == []


def test_no_mutation_of_diff_crashes_it() -> None:
    assert survives("dvc-diff", json.loads(sample("dvc/metrics-diff-all.json").text)) > 20
