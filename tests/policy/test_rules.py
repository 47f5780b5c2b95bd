"""Rules: their keys, their names, duplicates, and what replaces an inherited one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy.load import load
from gate.policy.policy import Policy, Settle
from gate.policy.rules import read_confidence
from gate.terms.decision import Level
from tests.policy.writing import TODAY, policy, problem, problems, written


def test_a_rule_with_everything() -> None:
    text = (
        "{id: floor, check: recall > 0.8, level: warn, undecided: pass, missing: warn, min_n: 200, confidence: 99%,"
        " blocks_from: 2026-12-24, waivable: false, why: It costs., owner: '@fraud'}"
    )
    (found,) = policy(text).rules
    assert (found.id, found.expr.text, found.level, found.undecided, found.missing) == (
        "floor",
        "recall > 0.8",
        Level.WARN,
        Settle.PASS,
        Settle.WARN,
    )
    assert (found.min_n, found.confidence, found.blocks_from, found.waivable) == (200, 0.99, "2026-12-24", False)
    assert (found.why, found.owner, found.origin, str(found.where)) == ("It costs.", "@fraud", "", "gate.yaml:3:24")


def test_a_rule_without_anything() -> None:
    (found,) = policy("recall  >  0.8").rules
    assert (found.id, found.level, found.undecided, found.missing) == ("recall > 0.8", Level.BLOCK, Settle.BLOCK, Settle.BLOCK)
    assert (found.min_n, found.confidence, found.blocks_from, found.waivable, found.why, found.owner) == (
        None,
        None,
        "",
        True,
        "",
        "",
    )
    assert str(found.where) == "gate.yaml:3:5"


def test_rules_keep_their_order() -> None:
    assert [rule.id for rule in policy("b > 1", "{id: z, check: a > 1}", "a > 2").rules] == ["b > 1", "z", "a > 2"]


@pytest.mark.parametrize(
    ("first", "second", "place", "remedy"),
    [
        ("a > 1", "a > 1", "4:5", "take one of them out"),
        ("a > 1", "a  >  1", "4:5", "take one of them out"),
        ("a > 1", "{check: a > 1, level: warn}", "4:5", "take one of them out"),
        ("{id: x, check: a > 1}", "{id: x, check: b > 1}", "4:10", "give one of them another `id`"),
        ("{id: b > 1, check: a > 1}", "b > 1", "4:5", "take one of them out"),
    ],
)
def test_the_same_rule_twice(first: str, second: str, place: str, remedy: str) -> None:
    found = problem(written(first, second))
    assert found.slug == "duplicate-rule"
    assert str(found.where) == f"gate.yaml:{place}"
    assert "(first at gate.yaml:3:5)" in found.message
    assert found.remedy == remedy


def test_equal_rules_with_names_of_their_own_are_two() -> None:
    assert len(policy("{id: x, check: a > 1}", "{id: y, check: a > 1}").rules) == 2


@pytest.mark.parametrize(
    ("text", "value"), [("95%", 0.95), (0.95, 0.95), ("none", None), ("99.99%", 0.9999), ("50.1%", 0.501), ("1e2%", None)]
)
def test_reading_a_confidence(text: object, value: float | None) -> None:
    found, wrong = read_confidence(text)
    assert found == value
    assert bool(wrong) == (text == "1e2%")


# -- inheritance


@pytest.fixture
def build(tmp_path: Path):
    """Builds a policy that extends `base.yaml`."""

    def make(base: str, own: str, head: str = "") -> Policy:
        (tmp_path / "base.yaml").write_text(f"gate: 1\nrules:\n{base}")
        (tmp_path / "gate.yaml").write_text(f"gate: 1\nextends: [./base.yaml]\n{head}rules:\n{own}")
        return load(str(tmp_path / "gate.yaml"), TODAY, "gate.yaml")

    return make


FLOOR = "  - {id: floor, check: recall >= 0.8, min_n: 100, why: It costs., owner: '@a'}\n"


def test_inheriting_adds_and_the_inherited_stand_first(build) -> None:
    found = build(FLOOR + "  - b > 1\n", "  - c > 1\n")
    assert [(rule.id, rule.origin, str(rule.where)) for rule in found.rules] == [
        ("floor", "./base.yaml", "base.yaml:3:24"),
        ("b > 1", "./base.yaml", "base.yaml:4:5"),
        ("c > 1", "", "gate.yaml:4:5"),
    ]
    assert found.extends == ("./base.yaml",)


@pytest.mark.parametrize(
    "own",
    [
        "{id: floor}",
        "{id: floor, check: recall >= 0.8}",
        "{id: floor, check: recall >= 0.85}",
        "{id: floor, check: recall > 0.8}",
        "{id: floor, check: recall >= 0.8 and f1 > 0.5}",
        "{id: floor, min_n: 200}",
        "{id: floor, why: Another reason., owner: '@b'}",
        "{id: floor, waivable: false}",
        "{id: floor, confidence: 95%}",
    ],
)
def test_an_equal_or_a_tighter_rule_takes_the_place(build, own: str) -> None:
    found = build(FLOOR + "  - b > 1\n", f"  - {own}\n")
    assert [rule.id for rule in found.rules] == ["floor", "b > 1"]
    assert found.rules[0].origin == ""


def test_only_the_keys_that_are_named_change(build) -> None:
    (floor,) = build(FLOOR, "  - {id: floor, min_n: 200, owner: '@b'}\n").rules
    assert (floor.expr.text, floor.min_n, floor.why, floor.owner) == ("recall >= 0.8", 200, "It costs.", "@b")
    assert str(floor.where) == "gate.yaml:4:5"


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ("{id: floor, check: recall >= 0.7}", "`recall >= 0.7` is not provably as strict as `recall >= 0.8`"),
        ("{id: floor, check: recall >= 0.8 or f1 > 0.5}", "is not provably as strict"),
        ("{id: floor, check: precision >= 0.9}", "is not provably as strict"),
        ("{id: floor, level: warn}", "level: warn is below block"),
        ("{id: floor, undecided: pass}", "undecided: pass is below block"),
        ("{id: floor, missing: warn}", "missing: warn is below block"),
        ("{id: floor, min_n: 50}", "min_n: 50 instead of 100"),
        ("{id: floor, blocks_from: 2026-12-24}", "it blocks only from 2026-12-24"),
        ("{id: floor, level: warn, min_n: 50}", "level: warn is below block; min_n: 50 instead of 100"),
    ],
)
def test_a_looser_rule_is_refused_with_both_lines(build, own: str, why: str) -> None:
    with pytest.raises(PolicyError) as error:
        build(FLOOR, f"  - {own}\n")
    (found,) = error.value.problems
    assert found.slug == "rule-looser"
    assert str(found.where) == "gate.yaml:4:10"
    assert "`floor` of `./base.yaml` (base.yaml:3:24) would be looser" in found.message
    assert why in found.message
    assert "write a waiver" in found.remedy
    assert "floor" in found.excerpt


def test_a_rule_without_a_name_is_replaced_by_its_text(build) -> None:
    assert [rule.why for rule in build("  - b > 1\n", "  - {check: b  > 1, why: x}\n").rules] == ["x"]
    with pytest.raises(PolicyError, match="would be looser"):
        build("  - b > 1\n", "  - {check: b > 1, level: warn}\n")


def test_the_policys_confidence_counts_for_inherited_rules(build) -> None:
    found = build("  - b > 1\n  - {check: a > 1, confidence: none}\n", "  - c > 1\n", head="confidence: 95%\n")
    assert [rule.confidence for rule in found.rules] == [0.95, None, 0.95]


def test_a_parameter_that_only_a_replaced_rule_reads_is_used(build) -> None:
    (floor,) = build(
        "  - {id: floor, check: recall >= $f}\nparams: {f: {ask: How much?}}\n",
        "  - {id: floor, check: recall >= 0.9}\n",
        head="params: {f: 0.8}\n",
    ).rules
    assert floor.expr.text == "recall >= 0.9"


def test_a_name_without_a_check_needs_an_inherited_rule() -> None:
    found = problem(written("a > 1", "{id: flor, min_n: 5}"))
    assert (found.slug, str(found.where)) == ("rule-shape", "gate.yaml:4:10")
    assert "no file that this policy extends has the rule `flor`" in found.message


def test_a_rule_that_does_not_compile_is_refused_at_any_level() -> None:
    for level in ("block", "warn", "info"):
        assert problems(written("a > 1", f"{{check: b => 1, level: {level}}}"))[0].slug == "rule-syntax"
