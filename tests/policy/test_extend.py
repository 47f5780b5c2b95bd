"""`extends`: packs by name, files below, diamonds, cycles, and what a pack may hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.errors import PolicyError, Problem
from gate.policy import packs
from gate.policy.extend import PACK_KEYS
from gate.policy.load import load
from gate.policy.policy import Policy
from tests.policy.writing import TODAY, caret


class Files:
    """Policies in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, extends: str = "", more: str = "", rules: str = "") -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"gate: 1\nextends: [{extends}]\n" if extends else "gate: 1\n"
        path.write_text(f"{head}{more}" + (f"rules: [{rules}]\n" if rules else ""))

    def load(self, name: str = "gate.yaml") -> Policy:
        return load(str(self.folder / name), TODAY, name)

    def ids(self) -> list[str]:
        return [rule.id for rule in self.load().rules]

    def problem(self) -> Problem:
        with pytest.raises(PolicyError) as error:
            self.load()
        (found,) = error.value.problems
        return found


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_a_pack_by_its_name(files: Files) -> None:
    files.write("gate.yaml", "recall-critical", "params: {recall_floor: 90%, precision_floor: 20%}\n")
    found = files.load()
    assert [rule.id for rule in found.rules] == ["recall-floor", "precision-floor", "too-good"]
    assert {rule.origin for rule in found.rules} == {"recall-critical"}
    assert str(found.rules[0].where).startswith("recall-critical (pack):")
    assert found.extends == ("recall-critical",)


def test_files_below_and_beside(files: Files) -> None:
    files.write("base.yaml", rules="a > 1")
    files.write("more/deep.yml", "./deeper.yaml", rules="b > 1")
    files.write("more/deeper.yaml", rules="c > 1")
    files.write("gate.yaml", "./base.yaml, ./more/deep.yml", rules="d > 1")
    assert files.ids() == ["a > 1", "c > 1", "b > 1", "d > 1"]
    assert [str(rule.where) for rule in files.load().rules] == [
        "base.yaml:2:9",
        "more/deeper.yaml:2:9",
        "more/deep.yml:3:9",
        "gate.yaml:3:9",
    ]


def test_a_diamond_counts_once(files: Files) -> None:
    files.write("base.yaml", rules="a > 1")
    files.write("left.yaml", "./base.yaml", rules="b > 1")
    files.write("right.yaml", "./base.yaml", rules="c > 1")
    files.write("gate.yaml", "./left.yaml, ./right.yaml, ./base.yaml", rules="d > 1")
    assert files.ids() == ["a > 1", "b > 1", "c > 1", "d > 1"]


def test_the_same_file_by_another_path_counts_once(files: Files) -> None:
    files.write("base.yaml", rules="a > 1")
    os.symlink("base.yaml", files.folder / "link.yaml")
    files.write("gate.yaml", "./base.yaml, ././base.yaml, ./link.yaml")
    assert files.ids() == ["a > 1"]


@pytest.mark.parametrize("extends", ["./gate.yaml", "./a.yaml", "././gate.yaml"])
def test_a_cycle(files: Files, extends: str) -> None:
    files.write("a.yaml", "./b.yaml", rules="a > 1")
    files.write("b.yaml", "./a.yaml", rules="b > 1")
    files.write("gate.yaml", extends, rules="c > 1")
    found = files.problem()
    assert found.slug == "extends-cycle"
    assert "extends this file in turn" in found.message
    assert found.remedy


def test_a_chain_without_end(files: Files) -> None:
    for number in range(120):
        files.write(f"p{number}.yaml", f"./p{number + 1}.yaml")
    files.write("p120.yaml", rules="a > 1")
    files.write("gate.yaml", "./p0.yaml", rules="b > 1")
    assert files.problem().slug == "extends-cycle"
    assert "more than 100 files" in files.problem().message


def test_the_same_rule_in_two_packs(files: Files) -> None:
    rule = "{id: floor, check: recall >= 0.8}"
    files.write("eu.yaml", rules=rule)
    files.write("us.yaml", rules=rule)
    files.write("gate.yaml", "./eu.yaml, ./us.yaml")
    assert files.ids() == ["floor"]
    files.write("us.yaml", rules="{id: floor, check: recall >= 0.7}")
    found = files.problem()
    assert found.slug == "rule-conflict"
    assert "the rule `floor` is also in `./eu.yaml` (eu.yaml:2:28), and differs" in found.message
    assert str(found.where) == "us.yaml:2:14"
    assert found.remedy == "extend only one of the two"


def test_of_two_packs_with_one_rule_the_tighter_one_may_come_second(files: Files) -> None:
    files.write("eu.yaml", rules="{id: floor, check: recall >= 0.7}")
    files.write("us.yaml", rules="{id: floor, check: recall >= 0.8}")
    files.write("gate.yaml", "./eu.yaml, ./us.yaml")
    assert [rule.expr.text for rule in files.load().rules] == ["recall >= 0.8"]


@pytest.mark.parametrize(
    ("entry", "slug", "words", "remedy"),
    [
        ("../base.yaml", "extends-path", "lies below this one", "write `./base.yaml`, without `..`"),
        ("./a/../../base.yaml", "extends-path", "lies below this one", "without `..`"),
        ("/etc/base.yaml", "extends-path", "lies below this one", "write `./base.yaml`"),
        ("base.yaml", "extends-path", "lies below this one", "write `./base.yaml`"),
        ("sub/base", "extends-path", "lies below this one", "write `./base.yaml`"),
        ("./gone.yaml", "policy-not-found", "there is no file `./gone.yaml` beside this policy", "relative to the file"),
        ("./sub", "policy-not-found", "there is no file `./sub`", "relative to the file"),
        ("git:" + "0" * 40 + ":base.yaml", "pack-address", "does not name a policy in git", "write git:https://HOST"),
        ("recal-critical", "unknown-pack", "there is no pack `recal-critical`", "did you mean `recall-critical`?"),
        ("nothing-like-it", "unknown-pack", "there is no pack `nothing-like-it`", "a file is written `./nothing-like-it.yaml`"),
        ("README", "unknown-pack", "there is no pack `README`", "packs are "),
        ("gate.schema", "unknown-pack", "there is no pack", "packs are "),
    ],
)
def test_what_cannot_be_extended(files: Files, entry: str, slug: str, words: str, remedy: str) -> None:
    (files.folder.parent / "base.yaml").write_text("gate: 1\nrules: [z > 1]\n")
    (files.folder / "sub").mkdir()
    files.write("gate.yaml", f"'{entry}'", rules="a > 1")
    found = files.problem()
    assert found.slug == slug
    assert words in found.message
    assert remedy in found.remedy
    assert str(found.where) == "gate.yaml:2:11"
    assert caret(found)[0] == "'"


def test_a_link_out_of_the_folder_is_followed_by_name_only(files: Files) -> None:
    """A link inside the checkout is the checkout's own; the path that a policy writes stays below it."""
    outside = files.folder.parent / "outside.yaml"
    outside.write_text("gate: 1\nrules: [z > 1]\n")
    os.symlink(outside, files.folder / "link.yaml")
    files.write("gate.yaml", "./link.yaml", rules="a > 1")
    assert files.ids() == ["z > 1", "a > 1"]


@pytest.mark.parametrize(
    "more",
    [
        "metrics: {a: {}}",
        "slices: {r: [eu]}",
        "baselines: {baseline: ./a.json}",
        "confidence: 95%",
        "evidence: measured",
        "advisory: true",
        "waivers: []",
        "measure: {}",
        "actions: []",
    ],
)
def test_a_pack_holds_rules_params_and_text_only(files: Files, more: str) -> None:
    files.write("base.yaml", more=more + "\n", rules="a > 1")
    files.write("gate.yaml", "./base.yaml", rules="b > 1")
    found = files.problem()
    key = more.partition(":")[0]
    assert found.slug == "pack-key"
    assert str(found.where) == "base.yaml:2:1"
    assert caret(found) == key
    assert f"`{key}` is not inherited, so `./base.yaml` may not hold it" in found.message
    assert "-p A -p B" in found.remedy


def test_every_other_key_may_stand_in_a_pack(files: Files) -> None:
    assert frozenset(("gate", "name", "description", "extends", "params", "rules")) == PACK_KEYS
    files.write("deep.yaml", rules="a > 1")
    files.write("base.yaml", "./deep.yaml", "name: base\ndescription: x\nparams: {f: 1}\n", "b > $f")
    files.write("gate.yaml", "./base.yaml", "name: own\n", "c > 1")
    assert files.load().name == "own"


def test_a_pack_with_mistakes_tells_them_at_its_own_place(files: Files) -> None:
    files.write("base.yaml", rules="a => 1, b > 1, b > 1")
    files.write("gate.yaml", "./base.yaml", rules="c => 1")
    with pytest.raises(PolicyError) as error:
        files.load()
    assert [(each.slug, str(each.where)) for each in error.value.problems] == [
        ("rule-syntax", "base.yaml:2:11"),
        ("duplicate-rule", "base.yaml:2:24"),
        ("rule-syntax", "gate.yaml:3:11"),
    ]


# -- parameters across files


def test_a_question_is_answered_by_the_policy_that_extends(files: Files) -> None:
    files.write("base.yaml", more="params: {f: {ask: How much?}}\n", rules="a > $f")
    files.write("gate.yaml", "./base.yaml", rules="b > 1")
    found = files.problem()
    assert found.slug == "param-asked"
    assert found.message == "`./base.yaml` asks for `f`: How much?"
    assert found.remedy == "answer in gate.yaml: `params: {f: …}`"
    assert str(found.where) == "gate.yaml:2:1"
    assert caret(found) == "extends"
    files.write("gate.yaml", "./base.yaml", "params: {f: 0.5}\n", "b > 1")
    assert files.load().parameters["f"].value == 0.5


def test_a_question_is_answered_by_a_file_between(files: Files) -> None:
    files.write("base.yaml", more="params: {f: {ask: How much?}}\n", rules="a > $f")
    files.write("middle.yaml", "./base.yaml", "params: {f: 0.7}\n", "c > 1")
    files.write("gate.yaml", "./middle.yaml", rules="b > 1")
    assert files.load().parameters["f"].value == 0.7


def test_every_question_is_told(files: Files) -> None:
    files.write("gate.yaml", "recall-critical", rules="b > 1")
    with pytest.raises(PolicyError) as error:
        files.load()
    assert [each.slug for each in error.value.problems if each.slug == "param-asked"] == ["param-asked"] * 2


def test_an_inherited_number_cannot_be_changed(files: Files) -> None:
    files.write("base.yaml", more="params: {f: 0.9}\n", rules="a > $f")
    files.write("gate.yaml", "./base.yaml", "params: {f: 0.7}\n", "b > 1")
    found = files.problem()
    assert (found.slug, str(found.where), caret(found)) == ("param-set", "gate.yaml:3:10", "f")
    assert "`f` is already 0.9" in found.message
    files.write("gate.yaml", "./base.yaml", "params: {f: 90%}\n", "b > 1")
    assert files.load().parameters["f"].value == 0.9


def test_one_question_of_two_packs_has_one_answer(files: Files) -> None:
    files.write("eu.yaml", more="params: {f: {ask: How much?}}\n", rules="a > $f")
    files.write("us.yaml", more="params: {f: {ask: How many?}}\n", rules="b > $f")
    files.write("gate.yaml", "./eu.yaml, ./us.yaml", "params: {f: 5}\n")
    assert [rule.expr.tree.right.value for rule in files.load().rules] == [5, 5]  # type: ignore[union-attr]


def test_an_answer_to_nobodys_question(files: Files) -> None:
    files.write("gate.yaml", "recall-critical", "params: {recall_floor: 90%, precision_floor: 20%, f1_floor: 0.5}\n")
    found = files.problem()
    assert (found.slug, caret(found)) == ("unused-parameter", "f1_floor")


def test_packs_are_where_they_are_looked_for() -> None:
    assert "recall-critical" in packs.names()
    assert packs.names() == sorted(packs.names())
    assert all(Path(packs.path_of(name)).is_file() for name in packs.names())
    assert Path(packs.folder(), "gate.schema.json").is_file()
