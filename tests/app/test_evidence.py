"""Gathering what a policy is judged on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gate.app.evidence import baseline_given, identities, named_baselines, path_of, refuse_itself, refuse_nothing, stated
from gate.baselines.baseline import Surroundings
from gate.errors import InputError, PolicyError, UsageError
from gate.language.value import Doubt
from gate.policy.load import loads
from gate.policy.policy import Policy
from gate.readers.inputs import read_inputs, read_mapping
from gate.terms.baseline import Baseline

TODAY = "2026-11-22"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(path: str, content: Any) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(content))
    return path


def policy(baselines: str, *rules: str, file: str = "gate.yaml") -> Policy:
    lines = "".join(f"  - {rule}\n" for rule in rules or ("a >= baseline",))
    return loads(f"gate: 1\nbaselines: {{{baselines}}}\nrules:\n{lines}", TODAY, file)


# -- nothing, itself


@pytest.mark.parametrize("content", [{}, {"a": [1, 2]}, {"a": {}}, {"slices": []}])
def test_inputs_without_a_measurement(content: Any) -> None:
    with pytest.raises(InputError) as error:
        refuse_nothing(read_inputs([save("m.json", content)]))
    (problem,) = error.value.problems
    assert problem.slug == "no-measurements"
    assert "m.json" in problem.message
    assert problem.remedy


def test_a_null_is_a_measurement_without_a_value() -> None:
    refuse_nothing(read_mapping({"a": None}))


def test_what_is_not_a_measurement_is_named() -> None:
    with pytest.raises(InputError) as error:
        refuse_nothing(read_inputs([save("m.json", {"losses": [1, 2]})]))
    assert "`losses`" in error.value.problems[0].remedy


@pytest.mark.parametrize(
    ("inputs", "baselines"),
    [
        (["m.json"], ["m.json"]),
        (["m.json"], ["./m.json"]),
        (["test=m.json"], ["m.json"]),
        (["m.json"], ["old=m.json"]),
        (["other.json", "m.json"], ["other2.json", "m.json"]),
        (["m.json"], ["link.json"]),
        (["m.json"], ["hard.json"]),
        (["x=m.json"], ["x=./m.json"]),
    ],
)
def test_a_comparison_with_itself(inputs: list[str], baselines: list[str]) -> None:
    save("m.json", {"a": 1})
    save("x=m.json", {"a": 1})  # a file that looks like NAME=FILE does not shield it
    os.symlink("m.json", "link.json")
    os.link("m.json", "hard.json")
    with pytest.raises(UsageError) as error:
        refuse_itself(inputs, baselines)
    assert error.value.problems[0].slug == "same-file"


def test_another_file_with_the_same_content_is_another_file() -> None:
    refuse_itself([save("m.json", {"a": 1})], [save("old.json", {"a": 1})])
    refuse_itself(["m.json"], ["gone.json"])


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ("m.json", "m.json"),
        ("test=m.json", "m.json"),
        ("val.eu=a/m.json", "a/m.json"),
        ("./a=b.json", "./a=b.json"),
        ("a/b=c.json", "a/b=c.json"),
        ("x=", "x="),
        ("=x", "=x"),
        ("1=x", "1=x"),
        ("a=b=c", "b=c"),
        ("-", "-"),
    ],
)
def test_the_path_of_an_input(spec: str, path: str) -> None:
    assert path_of(spec) == path


# -- baselines


def test_a_file_beside_the_policy() -> None:
    save("policies/old.json", {"a": 5})
    found = named_baselines([policy("baseline: ./old.json", file="policies/gate.yaml")], None, Surroundings())
    table = found["baseline"]
    assert isinstance(table, Baseline)
    assert table.measurements.names == ["a"]
    assert table.origin.label == "old.json"


def test_given_ones_win_over_the_default() -> None:
    save("old.json", {"a": 5})
    given = stated(read_mapping({"a": 6}))
    assert named_baselines([policy("baseline: ./old.json")], given, Surroundings()) == {"baseline": given}


def test_only_what_a_rule_reads_is_fetched_and_the_default() -> None:
    judging = policy("baseline: ./a.json, pinned: ./b.json, other: ./c.json", "a >= pinned")
    assert set(named_baselines([judging], None, Surroundings())) == {"baseline", "pinned"}


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        ("run:latest", "no-baseline"),
        ("./gone.json", "no-baseline"),
        ("./broken.json", "baseline-unreadable"),
        (".", "baseline-unreadable"),
        ("./m.json", "same-file"),
        ("m.json", "same-file"),
    ],
)
def test_a_baseline_that_cannot_be_had_is_a_doubt(source: str, slug: str) -> None:
    save("m.json", {"a": 1})
    Path("broken.json").write_text('{"a": ')
    found = named_baselines([policy(f"baseline: '{source}'")], None, Surroundings(inputs=["m.json"]))["baseline"]
    assert isinstance(found, Doubt)
    assert found.slug == slug
    assert not found.weak


def test_two_policies_share_a_baseline_by_its_name_only_if_it_is_one() -> None:
    save("old.json", {"a": 5})
    save("sub/old.json", {"a": 7})
    here, there = policy("pinned: ./old.json", "a >= pinned"), policy("pinned: ../old.json", "a >= pinned", file="sub/gate.yaml")
    assert set(named_baselines([here, there], None, Surroundings())) == {"pinned"}
    other = policy("pinned: ./old.json", "a >= pinned", file="sub/gate.yaml")
    with pytest.raises(PolicyError) as error:
        named_baselines([here, other], None, Surroundings())
    (problem,) = error.value.problems
    assert problem.slug == "baseline-conflict"
    assert str(problem.where) == "sub/gate.yaml:2:21"
    assert "in gate.yaml:2:21" in problem.message


def test_two_policies_may_differ_on_what_is_given_or_not_read() -> None:
    one, other = policy("baseline: ./a.json, x: ./a.json"), policy("baseline: ./b.json, x: ./b.json")
    assert set(named_baselines([one, other], stated(read_mapping({"a": 1})), Surroundings())) == {"baseline"}


def test_b_names_files_or_one_baseline_of_another_kind() -> None:
    at, files = Surroundings(inputs=["m.json"]), [save("old.json", {"a": 5}), save("more.json", {"b": 6})]
    assert baseline_given([], ["m.json"], at) is None
    found = baseline_given(files, ["m.json"], at)
    assert isinstance(found, Baseline)
    assert (found.origin.label, found.measurements.names) == ("old.json, more.json", ["a", "b"])
    unavailable = baseline_given(["run:latest"], ["m.json"], at)
    assert isinstance(unavailable, Doubt)
    assert unavailable.slug == "no-baseline"
    with pytest.raises(UsageError, match="`-b run:latest` is a baseline of its own"):
        baseline_given(["old.json", "run:latest"], ["m.json"], at)


# -- identities


def test_what_went_in() -> None:
    candidate = read_inputs([save("a/m.json", {"a": 1}), "x=" + save("n.json", {"a": 1})])
    old = read_inputs([save("old.json", {"a": 2})])
    found = identities(candidate, {"baseline": stated(old), "pinned": Doubt("no-baseline", "none")})
    assert [(each.role, each.name, each.format) for each in found] == [
        ("metrics", "a/m.json", "metrics"),
        ("metrics", "n.json", "metrics"),
        ("baseline", "old.json", "metrics"),
    ]
    assert found[0].sha256 == found[1].sha256 != found[2].sha256
