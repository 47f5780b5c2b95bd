"""Selectors, parameters, baselines, precedence and what a rule is: items 10 to 15 of the lexical contract."""

from __future__ import annotations

import pytest

from gate.language.resolve import compile_rule
from gate.language.tokens import RuleError
from gate.language.tree import Number
from tests.language.outline import caret, outline

PARAMETERS = {
    "floor": Number(0.85, False, "0.85"),
    "percent": Number(0.85, True, "85%"),
    "below": Number(-0.5, False, "-0.5"),
}
BASELINES = ("baseline", "pinned")

READS = {
    "10-text": ("recall[region=eu] > 1", "(> recall[region='eu'] 1)"),
    "10-plus-in-a-value": ("recall[age=65+] > 1", "(> recall[age='65+'] 1)"),
    "10-less-than-in-a-value": ("recall[age=<18] > 1", "(> recall[age='<18'] 1)"),
    "10-a-blank-in-a-value": ("recall[region= eu  west ] > 1", "(> recall[region='eu  west'] 1)"),
    "10-zeros-stay": ("recall[zip=02134] > 1", "(> recall[zip='02134'] 1)"),
    "10-a-date-is-text": ("recall[day=2026-01-01] > 1", "(> recall[day='2026-01-01'] 1)"),
    "10-equals-in-a-value": ("recall[q=a=b] > 1", "(> recall[q='a=b'] 1)"),
    "10-quoted-value": ('recall[region="eu, [west]"] > 1', "(> recall[region='eu, [west]'] 1)"),
    "10-the-empty-value": ('recall[region=""] > 1', "(> recall[region=''] 1)"),
    "10-star": ("recall[region=*] > 1", "(> recall[region=*] 1)"),
    "10-a-quoted-star-is-text": ('recall[region="*"] > 1', "(> recall[region='*'] 1)"),
    "10-a-star-in-a-text": ("recall[region=eu*] > 1", "(> recall[region='eu*'] 1)"),
    "10-two-columns": ("recall[region=eu, device=*] > 1", "(> recall[device=*, region='eu'] 1)"),
    "10-a-quoted-column": ('recall["my col"=x] > 1', "(> recall[my col='x'] 1)"),
    "10-blanks-before-a-selector": ("recall [region=eu] > 1", "(> recall[region='eu'] 1)"),
    "10-behind-a-quoted-name": ('"a b"[region=eu] > 1', "(> 'a b'[region='eu'] 1)"),
    "11-the-order-of-columns-does-not-matter": ("recall[b=1, a=2] > 1", "(> recall[a='2', b='1'] 1)"),
    "12-a-parameter-is-a-number": ("x >= $floor", "(>= x 0.85)"),
    "12-a-parameter-may-be-a-percent": ("x >= $percent", "(>= x 0.85%)"),
    "12-a-parameter-may-be-negative": ("x >= $below", "(>= x -0.5)"),
    "12-a-parameter-in-a-calculation": ("x >= 2 * $floor", "(>= x (* 2 0.85))"),
    "12-a-parameter-is-no-text": ("x >= y * $below - 1", "(>= x (- (* y -0.5) 1))"),
    "13-a-named-baseline": ("x >= pinned", "(>= x (on pinned x))"),
    "13-called": ("x >= pinned(y)", "(>= x (on pinned y))"),
    "13-as-a-part-of-a-name": ("baseline_recall >= 0.5", "(>= baseline_recall 0.5)"),
    "13-in-quotes-it-is-a-metric": ('"pinned" >= 0.5', "(>= 'pinned' 0.5)"),
    "14-and-before-or": ("a > 1 or b > 1 and c > 1", "(or (> a 1) (and (> b 1) (> c 1)))"),
    "14-brackets": ("(a > 1 or b > 1) and c > 1", "(and (or (> a 1) (> b 1)) (> c 1))"),
    "14-not-before-and": ("not a > 1 and b > 1", "(and (<= a 1) (> b 1))"),
    "14-comparison-before-not": ("not a + b > 1", "(<= (+ a b) 1)"),
    "14-times-before-plus": ("a + b * c > 1", "(> (+ a (* b c)) 1)"),
    "14-sign-before-times": ("-a * b > 1", "(> (* (neg a) b) 1)"),
    "14-minus-from-the-left": ("a - b - c > 1", "(> (- (- a b) c) 1)"),
    "14-over-from-the-left": ("a / b / c > 1", "(> (/ (/ a b) c) 1)"),
    "14-chain": ("0.1 <= x <= 0.2", "(chain (<= 0.1 x) (<= x 0.2))"),
    "14-a-long-chain-downwards": ("0.9 > x > y >= 0.1", "(chain (> 0.9 x) (> x y) (>= y 0.1))"),
    "15-a-boolean": ("converged == true", "(== converged true)"),
    "15-a-boolean-on-the-left": ("true == converged", "(== converged true)"),
    "15-not-a-boolean": ("not converged != false", "(== converged false)"),
}


@pytest.mark.parametrize(("rule", "expected"), READS.values(), ids=READS)
def test_reads(rule: str, expected: str) -> None:
    assert outline(compile_rule(rule, PARAMETERS, BASELINES).tree) == expected


# rule, slug, the text under the carets, a part of the remedy
REFUSES = {
    "10-or-in-a-value": ("recall[region=eu|us] > 1", "rule-selector", "eu|us", "a rule for each value"),
    "10-not-equal": ("recall[region!=eu] > 1", "rule-selector", "!=", "a rule for each value"),
    "10-two-equals-signs": ("recall[region==eu] > 1", "rule-selector", "=eu", "`eu` behind one `=`"),
    "10-an-empty-value": ("recall[region=] > 1", "rule-selector", "]", '`""`'),
    "10-empty": ("recall[] > 1", "rule-selector", "]", "recall[region=eu]"),
    "10-no-column": ("recall[=eu] > 1", "rule-selector", "=", "recall[region=eu]"),
    "10-no-value": ("recall[region] > 1", "rule-selector", "[region]", "[column=value]"),
    "10-not-closed": ("recall[region=eu > 1", "rule-selector", "[region=eu > 1", ""),
    "10-a-quote-in-a-value": ('recall[region=a"b] > 1', "rule-selector", 'a"b', "quote the whole value"),
    "10-more-behind-a-quote": ('recall[region="a"b] > 1', "rule-selector", "b", ""),
    "10-a-bracket-in-a-value": ("recall[a=b[c] > 1", "rule-selector", "b[c", "quote the whole value"),
    "10-behind-a-number": ("3[region=eu] > 1", "rule-selector", "[", "recall[region=eu]"),
    "11-a-column-twice": ("recall[a=1, a=2] > 1", "rule-selector", "[a=1, a=2", ""),
    "12-unknown": ("x >= $nope", "unknown-parameter", "$nope", "params: {nope: 0.85}"),
    "12-a-digit-first": ("x >= $1", "rule-syntax", "$", "letters, digits"),
    "12-no-name": ("x >= $", "rule-syntax", "$", "letters, digits"),
    "13-a-selector-on-a-baseline": (
        "x >= baseline[r=eu]", "rule-baseline", "baseline[r=eu]", "baseline(recall[region=eu])",
    ),
    "13-reserved-though-none-is-given": ("baseline > 0.5", "rule-baseline", "baseline", "baseline(f1)"),
    "14-a-comparison-in-brackets": ("(x > y) > z", "rule-nested", "x > y", "`and`"),
    "14-a-comparison-in-a-function": ("abs(x > 1) > 0", "rule-nested", "x > 1", "`and`"),
    "14-or-of-numbers": ("x >= (0.5 or y)", "rule-no-comparison", "0.5", "a rule compares"),
    "14-a-chain-both-ways": ("0.1 <= x >= 0.2", "rule-syntax", "<= x >=", "`and`"),
    "14-a-chain-of-equals": ("x == w == z", "rule-syntax", "== w ==", "`and`"),
    "14-not-equal-in-a-chain": ("w != x > z", "rule-syntax", "!= x >", "`and`"),
    "15-a-metric-alone": ("converged", "rule-no-comparison", "converged", "`converged == true`"),
    "15-not-a-metric": ("not converged", "rule-no-comparison", "converged", "`converged == true`"),
    "15-in-an-and": ("x > 1 and converged", "rule-no-comparison", "converged", "`converged == true`"),
    "15-a-slice-alone": ("recall[region=eu]", "rule-no-comparison", "recall[region=eu]", "a rule compares"),
    "15-a-number-alone": ("0.8", "rule-no-comparison", "0.8", "a rule compares"),
    "15-a-function-alone": ("max(a, b)", "rule-no-comparison", "max(a, b)", "a rule compares"),
    "15-nothing": ("  ", "rule-syntax", " ", "a rule compares"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "slug", "under", "remedy"), REFUSES.values(), ids=REFUSES)
def test_refuses(rule: str, slug: str, under: str, remedy: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule(rule, PARAMETERS, BASELINES)
    error = caught.value
    assert (error.slug, caret(error)) == (slug, under)
    assert remedy in error.remedy


def test_a_parameter_in_the_text_that_names_a_rule_stays_a_parameter() -> None:
    assert compile_rule("recall >= $floor", PARAMETERS).normal == "recall >= $floor"
    assert compile_rule("recall >= $floor and x > $below", PARAMETERS).parameters == {"floor", "below"}
