"""Trees as written: spans, and the rules that do not parse for other reasons than their names and numbers."""

from __future__ import annotations

import pytest

from gate.language.parse import MAX_NESTING, parse, parse_number
from gate.language.tokens import RuleError
from gate.language.tree import Number, walk
from tests.language.outline import caret, outline

WRITTEN = {
    "not stays": ("not not a > 1", "(not (not (> a 1)))"),
    "parameters stay": ("a > $p", "(> a $p)"),
    "a bare baseline stays": ("a > baseline - 1", "(> a (- bare:baseline 1))"),
    "brackets around everything": ("((a) > (1))", "(> a 1)"),
    "and in brackets": ("a > 1 and (b > 1 and c > 1)", "(and (> a 1) (and (> b 1) (> c 1)))"),
    "a chain in an and": ("a > 1 and 1 < b < 2", "(and (> a 1) (chain (< 1 b) (< b 2)))"),
    "every function": (
        "abs(a) + min(a, b) + max(a, b) + mean(a, b) + median(a, b) + sd(a, b) + sum(a, b) > count(a, b)",
        "(> (+ (+ (+ (+ (+ (+ (abs a) (min a b)) (max a b)) (mean a b)) (median a b)) (sd a b)) (sum a b)) (count a b))",
    ),
    "history": (
        "mean(last(f1[r=*], 8)) > expected_low(f1, 3) - expected_high(f1, 3)",
        "(> (mean (last f1[r=*] 8)) (- (expected_low f1 3) (expected_high f1 3)))",
    ),
    "a metric followed over runs": ("ewma(f1[r=*], 8) >= 0.8 - cusum(f1, 3)", "(>= (ewma f1[r=*] 8) (- 0.8 (cusum f1 3)))"),
    "signs": ("--a > - - 1", "(> (neg (neg a)) (neg (neg 1)))"),
}


@pytest.mark.parametrize(("rule", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_trees_as_written(rule: str, expected: str) -> None:
    assert outline(parse(rule)) == expected


# rule, the text under the carets, a part of the message, a part of the remedy
BROKEN = {
    "two rules side by side": ("x > 0.8 y > 0.7", "0.8 y", "side by side", "a `-` is missing"),
    "a name with a blank": ("weighted avg > 1", "weighted avg", "side by side", "a name with a blank is quoted"),
    "nothing at the end": ("x >", ">", "too early", "missing"),
    "nothing behind and": ("x > 1 and", "d", "too early", "missing"),
    "nothing at the start": ("> 0.8", ">", "nothing stands before `>`", "accuracy > 0.8"),
    "nothing behind not": ("not > 1", ">", "nothing stands before `>`", "accuracy > 0.8"),
    "a word at the start": ("and x > 1", "and", "not expected", ""),
    "two operators": ("x > > 1", ">", "not expected", ""),
    "a bracket too few": ("(x > 1", "(", "`)` is missing", ""),
    "a bracket too few in a function": ("max(a, b > 1", "b > 1", "do not nest", ""),
    "a bracket too many": ("x > 1)", ")", "not expected", ""),
    "a function of nothing": ("max() > 1", ")", "not expected", ""),
    "abs of two": ("abs(a, b) > 1", "abs(a, b)", "one expression", ""),
    "a selector on a function": ("max(a, b)[r=eu] > 1", "[", "behind a metric", "recall[region=eu]"),
    "an unknown function with a dash": ("x > baseline-max(a, b)", "baseline-max", "no function", "functions are abs"),
}


@pytest.mark.parametrize(("rule", "under", "message", "remedy"), BROKEN.values(), ids=BROKEN)
def test_broken_rules(rule: str, under: str, message: str, remedy: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(rule)
    assert caret(caught.value) == under
    assert message in caught.value.message
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("rule", ["a + b >= 2 * c[r=eu] and not d == true", "accuracy >= 0.8"], ids=["long way", "short way"])
def test_spans_are_the_text_of_each_node(rule: str) -> None:
    spans = {rule[node.start : node.end] for node in walk(parse(rule))}
    if "and" in rule:
        assert spans == {
            rule, "a + b >= 2 * c[r=eu]", "a + b", "a", "b", "2 * c[r=eu]", "2", "c[r=eu]",
            "not d == true", "d == true", "d", "true",
        }  # fmt: skip
    else:
        assert spans == {rule, "accuracy", "0.8"}


@pytest.mark.parametrize("opened", ["(", "-", "abs(", "not "], ids=["brackets", "signs", "functions", "not"])
def test_nesting_has_an_end(opened: str) -> None:
    closed = ")" if opened.endswith("(") else ""
    inner = "x > 1" if opened == "not " else "x"
    outer = "" if opened == "not " else " > 1"

    def nested(depth: int) -> str:
        return opened * depth + inner + closed * depth + outer

    parse(nested(MAX_NESTING))
    with pytest.raises(RuleError, match="nested deeper"):
        parse(nested(MAX_NESTING + 1))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.85", Number(0.85)),
        ("85%", Number(0.85, True)),
        ("-1", Number(-1)),
        ("-2.5%", Number(-0.025, True)),
        ("1e-3", Number(0.001)),
    ],
)
def test_numbers_of_parameters(text: str, number: Number) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "x", "1 2", "1/2", "90 %", "0,8", "'1'", "+1", "true", "1e999", "1e999%"])
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None
