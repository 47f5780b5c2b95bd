"""Writing a tree and reading it again gives the same tree, and compiling what was compiled changes nothing."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.language.parse import parse
from gate.language.resolve import compile_rule
from gate.language.tokens import RuleError
from gate.language.tree import Comparison, Condition, Number, Reading
from gate.language.write import write, write_name
from tests.laws.trees import BASELINES, CONDITIONS, ODD, RULES, TEXT

ONE = Number(1)


@settings(max_examples=500, deadline=None)
@given(CONDITIONS)
@example(Comparison(">", Reading("baseline"), ONE))
@example(Comparison(">", Reading("baseline/accuracy"), ONE))
@example(Comparison(">", Reading("x", (("region", "\u0338eu"),)), ONE))
@example(Comparison(">", Reading("1e-5"), ONE))
def test_what_is_written_is_read_as_the_same_tree(tree: Condition) -> None:
    assert parse(write(tree), BASELINES) == tree


@settings(max_examples=500, deadline=None)
@given(ODD | TEXT)
@example("baseline")
@example("baseline-0.01")
@example("and")
@example("0.5-x")
def test_any_name_can_be_written(name: str) -> None:
    assert parse(f"{write_name(name)} > 1") == Comparison(">", Reading(name), ONE)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS)
def test_the_normal_form_is_its_own(tree: Condition) -> None:
    once = write(parse(write(tree), BASELINES))
    assert write(parse(once, BASELINES)) == once


@settings(max_examples=500, deadline=None)
@given(RULES)
def test_compiling_what_was_compiled_changes_nothing(rule: str) -> None:
    try:
        first = compile_rule(rule)
    except RuleError as error:
        if error.slug in ("rule-constant", "rule-no-candidate", "rule-percent"):
            return
        raise
    again = compile_rule(write(first.tree))
    assert again.tree == first.tree
    assert again.stars == first.stars
    assert compile_rule(first.normal).tree == first.tree
    assert compile_rule(first.normal).normal == first.normal


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="abx0189.,%$*/+-<>=!()[]\"' \nandorté≥−", max_size=40) | RULES)
def test_any_text_is_a_rule_or_an_error_with_its_place(text: str) -> None:
    try:
        compile_rule(text)
        return
    except RuleError as error:
        refused = error
    assert 0 <= refused.start < refused.end
    assert refused.start <= len(refused.text)
    assert "^" in refused.shown()
