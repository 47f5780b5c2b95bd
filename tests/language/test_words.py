"""Rules in words: golden sentences, a template for every node, and never the same words for different rules."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.language import tree
from gate.language.parse import parse, parse_number
from gate.language.resolve import compile_rule
from gate.language.tokens import FUNCTIONS, RuleError
from gate.language.tree import Arithmetic, Call, Comparison, Expected, Last, Number, Reading, Tracked, walk
from gate.language.words import TEMPLATES, words

BASELINES = ("baseline", "pinned")
GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))


def told(rule: str, params: dict[str, str] | None = None) -> str:
    numbers = {name: number for name, text in (params or {}).items() if (number := parse_number(text)) is not None}
    return words(parse(rule, BASELINES), numbers)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["rule"])
def test_golden(case: dict[str, Any]) -> None:
    assert told(case["rule"], case.get("params")) == case["words"]


def test_there_are_enough_golden_rules_and_they_cover_every_node() -> None:
    assert len(GOLDEN) >= 30
    seen = {type(node) for case in GOLDEN for node in walk(parse(case["rule"], BASELINES))}
    assert seen == set(TEMPLATES)


def test_golden_rules_mean_something() -> None:
    for case in GOLDEN:
        numbers = {name: parse_number(text) or Number(0) for name, text in case.get("params", {}).items()}
        compile_rule(case["rule"], {"missing": Number(0.5), **numbers}, BASELINES)


def test_golden_rules_cover_every_operator_and_function() -> None:
    nodes = [node for case in GOLDEN for node in walk(parse(case["rule"], BASELINES))]
    assert {node.operator for node in nodes if isinstance(node, Comparison)} == {">", ">=", "<", "<=", "==", "!="}
    assert {node.operator for node in nodes if isinstance(node, Arithmetic)} == set("+-*/")
    functions = {node.function for node in nodes if isinstance(node, (Call, Expected, Tracked))}
    assert functions == FUNCTIONS - {"last"}


def test_every_node_of_the_grammar_has_a_template() -> None:
    classes = {*get_args(tree.Expression), *get_args(tree.Condition)}
    assert set(TEMPLATES) == classes
    assert classes == {found for found in vars(tree).values() if isinstance(found, type) and found.__module__ == tree.__name__}


def test_every_golden_rule_reads_differently() -> None:
    assert len({case["words"] for case in GOLDEN}) == len(GOLDEN)


def test_a_part_of_a_rule_has_words_too() -> None:
    assert words(Last(Reading("f1"), 8)) == "the last 8 runs of f1"
    assert words(parse("recall[region=*] >= 1").left) == "recall"  # type: ignore[union-attr]


def test_a_baseline_that_stands_for_nothing_is_still_named() -> None:
    assert told("f1 - recall >= baseline - precision") == "f1 minus recall is at least the baseline minus precision"


NUMBERS = st.sampled_from(["0", "1", "0.5", "90%", "0.9", "2"])
READINGS = st.sampled_from(
    ["a", "b", "minus", '"a plus b"', "a[g=x]", 'a[g="x y"]', "a[g=*]", "b[g=*]", "a[g=*, h=x]", "a[g=x, h=y]", "pinned(a)"]
)


MANY = st.sampled_from(["min", "max", "mean", "count", "sum"])
EXPECTED = st.sampled_from(["expected_low", "expected_high", "ewma", "cusum"])
STARRED = st.sampled_from(["a[g=*]", "a[g=*] - b"])
METRIC, RUNS = st.sampled_from("ab"), st.sampled_from("18")


def _expressions(depth: int) -> st.SearchStrategy[str]:
    leaf = st.one_of(NUMBERS, READINGS, st.sampled_from(["baseline", "pinned"]))
    if depth == 0:
        return leaf
    inner = _expressions(depth - 1)
    return st.one_of(
        leaf,
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("-{}".format, leaf),
        st.builds("abs({})".format, inner),
        st.builds("{}({})".format, MANY, STARRED),
        st.builds("{}({}, {})".format, MANY, inner, inner),
        st.builds("{}(last({}, {}))".format, MANY, METRIC, RUNS),
        st.builds("{}({}, {})".format, EXPECTED, METRIC, RUNS),
        st.builds("baseline({})".format, inner),
    )


def _conditions(depth: int) -> st.SearchStrategy[str]:
    sides = _expressions(2 if depth else 1)
    operators = st.sampled_from([">", ">=", "<", "<=", "==", "!="])
    leaf = st.one_of(
        st.builds("{} {} {}".format, sides, operators, sides),
        st.builds("{} {} {} {} {}".format, sides, st.sampled_from(["<", "<="]), sides, st.sampled_from(["<", "<="]), sides),
        st.builds("{} {} {}".format, sides, st.just(">="), st.sampled_from(["b > 1", "baseline > a"])),
        st.builds("a {} {}".format, st.sampled_from(["==", "!="]), st.sampled_from(["true", "false"])),
    )
    if depth == 0:
        return leaf
    inner = _conditions(depth - 1)
    return st.one_of(
        leaf,
        st.builds("not {}".format, inner),
        st.builds("not ({})".format, inner),
        st.builds("({}) {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("{} {} {} {} {}".format, inner, st.sampled_from(["and", "or"]), inner, st.sampled_from(["and", "or"]), inner),
    )


def _compiled(rule: str) -> tree.Condition | None:
    try:
        return compile_rule(rule, {}, BASELINES).tree
    except RuleError:
        return None


@pytest.fixture(scope="module")
def said() -> dict[str, tuple[tree.Condition, str]]:
    """What was said of all rules so far: one story for all examples of the test below."""
    return {}


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(_conditions(2))
def test_rules_that_are_judged_differently_have_different_words(said: dict[str, tuple[tree.Condition, str]], rule: str) -> None:
    compiled = _compiled(rule)
    if compiled is None:
        return
    before = said.setdefault(told(rule), (compiled, rule))
    assert before[0] == compiled, f"{rule!r} and {before[1]!r} read the same"


SMALL = "a b 1 2 50% 0.5 baseline pinned a[g=x] a[g=*] baseline(b) -b a+b a*b a/b".split()  # noqa: SIM905
ALSO_RIGHT = [f"{side} {sign} {by}" for side in ("baseline", "pinned") for sign in "+-*/" for by in ("1", "2", "b")]


def test_all_small_rules_that_are_judged_differently_have_different_words() -> None:
    known: dict[str, tuple[tree.Condition, str]] = {}
    for left, operator, right in product(SMALL, (">", ">=", "<", "<=", "==", "!="), SMALL + ALSO_RIGHT):
        rule = f"{left} {operator} {right}"
        compiled = _compiled(rule)
        if compiled is not None:
            before = known.setdefault(told(rule), (compiled, rule))
            assert before[0] == compiled, f"{rule!r} and {before[1]!r} read the same"
    assert len(known) > 1000
