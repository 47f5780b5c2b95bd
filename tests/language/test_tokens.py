"""Tokens: their kinds and places, and the limits on a rule's length."""

from __future__ import annotations

import pytest

from gate.language.tokens import MAX_LENGTH, MAX_TOKENS, RuleError, tokenize


def test_every_kind_with_its_place() -> None:
    rule = 'f1[r=eu] >= $low and not "a b" < .5%'
    found = [(token.kind, rule[token.start : token.end]) for token in tokenize(rule)]
    assert found == [
        ("name", "f1"),
        ("selector", "[r=eu]"),
        ("operator", ">="),
        ("parameter", "$low"),
        ("word", "and"),
        ("word", "not"),
        ("name", '"a b"'),
        ("operator", "<"),
        ("number", ".5%"),
        ("end", ""),
    ]


def test_texts_are_what_is_meant_not_what_is_written() -> None:
    tokens = tokenize(r'"say \"hi\"" ≥ $low − x[b="*", a=*]')
    assert [token.text for token in tokens] == ['say "hi"', ">=", "low", "-", "x", "", ""]
    assert [token.quoted for token in tokens] == [True, False, False, False, False, False, False]
    assert tokens[5].parts == (("a", None), ("b", "*"))


def test_an_empty_text_has_only_an_end() -> None:
    assert [token.kind for token in tokenize(" \n\t")] == ["end"]


def test_a_rule_has_at_most_so_many_characters() -> None:
    assert tokenize("x" * MAX_LENGTH)[0].kind == "name"
    with pytest.raises(RuleError, match="10,000 characters"):
        tokenize("x" * (MAX_LENGTH + 1))


def test_a_rule_has_at_most_so_many_tokens() -> None:
    assert len(tokenize("x " * MAX_TOKENS)) == MAX_TOKENS + 1
    with pytest.raises(RuleError) as caught:
        tokenize("x " * (MAX_TOKENS + 1))
    assert caught.value.slug == "rule-too-long"


def test_the_excerpt_of_a_long_rule_is_cut_around_what_is_wrong() -> None:
    with pytest.raises(RuleError) as caught:
        tokenize("accuracy > 0.8 and " * 20 + "x ** 2 > 1")
    line, carets = caught.value.shown().split("\n")
    assert line[carets.index("^") : len(carets)] == "**"
    assert len(line) <= 120


def test_the_excerpt_is_one_line() -> None:
    with pytest.raises(RuleError) as caught:
        tokenize("a > 1\nand b ** 2 > 1")
    assert caught.value.shown() == "a > 1 and b ** 2 > 1\n            ^^"


def test_an_error_carries_its_problem_for_those_who_know_no_rules() -> None:
    with pytest.raises(RuleError) as caught:
        tokenize("a && b")
    (problem,) = caught.value.problems
    assert (problem.slug, problem.remedy, caught.value.exit_code) == ("rule-syntax", "write `and`", 2)
    assert problem.excerpt == "a && b\n  ^^"
