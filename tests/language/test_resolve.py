"""What a rule means before it meets a number: `not`, baselines, percents, stars and history (items 6 to 13 of the semantics)."""

from __future__ import annotations

import pytest

from gate.language.resolve import compile_rule
from gate.language.tokens import RuleError
from gate.language.tree import Number
from tests.language.outline import caret, outline

PARAMETERS = {"floor": Number(0.85, False, "0.85"), "share": Number(0.05, True, "5%")}
BASELINES = ("baseline", "pinned")

READS = {
    "3.6-not-greater-or-equal": ("not a >= b", "(< a b)"),
    "3.6-not-greater": ("not a > b", "(<= a b)"),
    "3.6-not-less": ("not a < b", "(>= a b)"),
    "3.6-not-less-or-equal": ("not a <= b", "(> a b)"),
    "3.6-not-equal": ("not a == b", "(!= a b)"),
    "3.6-not-unequal": ("not a != b", "(== a b)"),
    "3.6-not-twice": ("not not a >= b", "(>= a b)"),
    "3.6-not-and": ("not (a > 1 and b > 1)", "(or (<= a 1) (<= b 1))"),
    "3.6-not-or": ("not (a > 1 or b > 1)", "(and (<= a 1) (<= b 1))"),
    "3.6-not-a-chain": ("not 0.1 <= x <= 0.2", "(or (> 0.1 x) (> x 0.2))"),
    "3.6-not-inside": ("not (a > 1 and not b > 1)", "(or (<= a 1) (> b 1))"),
    "3.7-alone": ("f1 >= baseline", "(>= f1 (on baseline f1))"),
    "3.7-minus": ("f1 >= baseline - 0.01", "(>= f1 (- (on baseline f1) 0.01))"),
    "3.7-on-the-left": ("baseline <= f1", "(<= (on baseline f1) f1)"),
    "3.7-each-comparison-has-its-own": (
        "accuracy >= baseline and recall >= baseline",
        "(and (>= accuracy (on baseline accuracy)) (>= recall (on baseline recall)))",
    ),
    "3.7-each-link-of-a-chain-has-its-own": (
        "baseline - 0.01 <= f1 <= baseline + 0.01",
        "(chain (<= (- (on baseline f1) 0.01) f1) (<= f1 (+ (on baseline f1) 0.01)))",
    ),
    "3.7-the-whole-other-side": (
        "0.7 * recall + 0.3 * precision >= baseline",
        "(>= (+ (* 0.7 recall) (* 0.3 precision)) (on baseline (+ (* 0.7 recall) (* 0.3 precision))))",
    ),
    "3.7-the-other-side-with-functions": (
        "max(fpr[g=*]) - min(fpr[g=*]) <= baseline + 0.01",
        "(<= (- (max fpr[g=*]) (min fpr[g=*])) (+ (on baseline (- (max fpr[g=*]) (min fpr[g=*]))) 0.01))",
    ),
    "3.7-beside-its-metric": ("f1 - baseline >= -0.01", "(>= (- f1 (on baseline f1)) (neg 0.01))"),
    "3.7-beside-its-metric-twice": (
        "(f1 - baseline) / baseline >= -2%", "(>= (/ (- f1 (on baseline f1)) (on baseline f1)) (neg 0.02%))",
    ),
    "3.7-inside-abs": ("abs(f1 - baseline) <= 0.01", "(<= (abs (- f1 (on baseline f1))) 0.01)"),
    "3.7-keeps-the-selector": ("f1[r=eu] >= baseline", "(>= f1[r='eu'] (on baseline f1[r='eu']))"),
    "3.7-explicit": ("f1 >= baseline(recall)", "(>= f1 (on baseline recall))"),
    "3.7-explicit-expression": (
        "f1 >= baseline(max(fpr[g=*]))", "(>= f1 (on baseline (max fpr[g=*])))",
    ),
    "3.7-two-baselines": ("f1 >= max(baseline, pinned)", "(>= f1 (max (on baseline f1) (on pinned f1)))"),
    "3.9-star-is-joined": ("precision[r=*] + recall[r=*] > 1", "(> (+ precision[r=*] recall[r=*]) 1)"),
    "3.9-used-up-per-value-first": (
        "min(recall[r=*] - baseline) >= -0.01", "(>= (min (- recall[r=*] (on baseline recall[r=*]))) (neg 0.01))",
    ),
    "3.9-used-up-in-two-arguments": (
        "min(recall[r=*], precision[d=*]) >= 0.7", "(>= (min recall[r=*] precision[d=*]) 0.7)",
    ),
    "3.12-percent-alone-on-a-side": ("f1 >= 90%", "(>= f1 0.9%)"),
    "3.12-percent-as-a-factor": ("f1 >= baseline * 95%", "(>= f1 (* (on baseline f1) 0.95%))"),
    "3.12-percent-of-one": ("f1 >= baseline * (1 - 5%)", "(>= f1 (* (on baseline f1) (- 1 0.05%)))"),
    "3.12-percent-of-a-ratio": (
        "(f1 - baseline) / baseline >= -2%", "(>= (/ (- f1 (on baseline f1)) (on baseline f1)) (neg 0.02%))",
    ),
    "3.13-swapped": ("false != converged", "(!= converged false)"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), READS.values(), ids=READS)
def test_reads(rule: str, expected: str) -> None:
    assert outline(compile_rule(rule, PARAMETERS, BASELINES).tree) == expected


# rule, slug, the text under the carets, a part of the remedy
REFUSES = {
    "0.4-numbers-only": ("0.8 <= 0.9", "rule-constant", "0.8 <= 0.9", "accuracy > 0.8"),
    "0.4-a-parameter-and-a-number": ("$floor <= 1", "rule-constant", "$floor <= 1", "accuracy > 0.8"),
    "0.4-inside-or": ("x > 0.9 or 1 > 0", "rule-constant", "1 > 0", "accuracy > 0.8"),
    "0.4-functions-of-numbers": ("x > 1 and max(1, 2) > 0", "rule-constant", "max(1, 2) > 0", "accuracy > 0.8"),
    "0.4-only-the-baseline": ("baseline(f1) >= 0.5", "rule-no-candidate", "baseline(f1) >= 0.5", "baseline - 0.01"),
    "0.4-only-the-history": ("sd(last(f1, 8)) <= 0.1", "rule-no-candidate", "sd(last(f1, 8)) <= 0.1", "baseline"),
    "0.4-two-baselines": ("pinned(f1) >= baseline(f1)", "rule-no-candidate", "pinned(f1) >= baseline(f1)", "baseline"),
    "0.4-the-same-on-both-sides": ("x >= x", "rule-constant", "x >= x", ""),
    "0.4-the-same-written-otherwise": ('x + 1 >= "x" + 1.0', "rule-constant", 'x + 1 >= "x" + 1.0', ""),
    "3.7-none": ("baseline >= 0.5", "rule-baseline", "baseline", "baseline(f1)"),
    "3.7-two-metrics-beside": ("a + b - baseline >= 0", "rule-baseline", "baseline", "baseline(f1)"),
    "3.7-metrics-on-both-sides": ("precision >= recall - baseline", "rule-baseline", "baseline", "baseline(f1)"),
    "3.7-only-inside-a-function": ("max(fpr[g=*]) - baseline <= 0.01", "rule-baseline", "baseline", "baseline(f1)"),
    "3.7-in-another-argument": ("max(a, baseline) <= 0.01", "rule-baseline", "baseline", "baseline(f1)"),
    "3.7-history-is-not-it": ("mean(last(f1, 8)) >= baseline", "rule-baseline", "baseline", "baseline(f1)"),
    "3.7-on-both-sides": ("f1 - baseline >= baseline", "rule-baseline", "baseline", "around metrics only"),
    "3.7-a-baseline-in-a-baseline": ("f1 >= baseline(pinned(f1))", "rule-baseline", "pinned(f1)", "metrics only"),
    "3.7-a-bare-one-in-a-baseline": ("f1 >= baseline(pinned)", "rule-baseline", "pinned", "metrics only"),
    "3.7-of-a-number": ("f1 >= baseline(0.5)", "rule-baseline", "baseline(0.5)", "baseline(f1)"),
    "3.7-of-two": ("f1 >= baseline(f1, x)", "rule-function", "baseline(f1, x)", ""),
    "3.9-different-columns": ("precision[r=*] + recall[d=*] > 1", "rule-stars", "recall[d=*]", "min(recall[region=*])"),
    "3.9-more-columns": ("recall[r=*, d=*] >= recall[r=*]", "rule-stars", "recall[r=*]", "the same columns"),
    "3.9-different-columns-in-two-comparisons": ("a[r=*] > 1 and b[d=*] > 1", "rule-stars", "b[d=*]", "the same columns"),
    "3.9-different-columns-inside-a-function": (
        "min(recall[r=*] - precision[d=*]) >= 0", "rule-stars", "recall[r=*] - precision[d=*]", "",
    ),
    "3.9-nothing-to-use-up": ("max(f1) > 1", "rule-function", "max(f1)", "max(recall[region=*])"),
    "3.9-used-up-already": ("min(max(a[r=*])) > 1", "rule-function", "min(max(a[r=*]))", "min(a, b)"),
    "3.11-last-alone": ("f1 >= last(f1, 8)", "rule-history", "last(f1, 8)", "mean(last(f1, 8))"),
    "3.11-last-in-a-calculation": ("f1 >= max(last(f1, 8) + 1, 2)", "rule-history", "last(f1, 8)", "expected_low(f1, 8)"),
    "3.11-last-in-abs": ("f1 >= abs(last(f1, 8))", "rule-history", "last(f1, 8)", "mean(last(f1, 8))"),
    "3.11-last-of-a-baseline": ("f1 >= baseline(mean(last(f1, 8)))", "rule-history", "last(f1, 8)", ""),
    "3.11-expected-of-a-baseline": ("f1 >= baseline(expected_low(f1, 8))", "rule-history", "expected_low(f1, 8)", ""),
    "3.11-a-baseline-inside-last": ("f1 >= mean(last(baseline, 8))", "rule-function", "last(baseline, 8)", "last(f1, 8)"),
    "3.11-no-count": ("f1 >= mean(last(f1))", "rule-function", "last(f1)", "last(f1, 8)"),
    "3.11-no-runs": ("f1 >= mean(last(f1, 0))", "rule-function", "0", "last(f1, 8)"),
    "3.11-ewma-of-a-baseline": ("f1 >= baseline(ewma(f1, 8))", "rule-history", "ewma(f1, 8)", ""),
    "3.11-ewma-of-no-runs": ("ewma(f1) >= 0.8", "rule-function", "ewma(f1)", "ewma(f1, 8)"),
    "3.11-half-a-run": ("f1 >= expected_low(f1, 2.5)", "rule-function", "2.5", "expected_low(f1, 8)"),
    "3.11-runs-in-percent": ("f1 >= expected_low(f1, 100%)", "rule-function", "100%", "expected_low(f1, 8)"),
    "3.11-a-calculation-in-last": ("f1 >= mean(last(f1 + 1, 3))", "rule-function", "last(f1 + 1, 3)", "last(f1, 8)"),
    "3.12-plus": ("f1 >= baseline + 10%", "rule-percent", "10%", "`baseline(f1) * 1.1`; points: `baseline(f1) + 0.1`"),
    "3.12-percent-first": ("f1 >= 10% + baseline", "rule-percent", "10%", "`baseline(f1) * 1.1`"),
    "3.12-minus": ("f1 >= baseline(f1) - 1%", "rule-percent", "1%", "`baseline(f1) * 0.99`; points: `baseline(f1) - 0.01`"),
    "3.12-minus-minus": ("f1 - -1% > 0", "rule-percent", "-1%", "`f1 * 1.01`; points: `f1 + 0.01`"),
    "3.12-percent-minus": ("f1 >= 10% - recall", "rule-percent", "10%", "`0.1 - recall`"),
    "3.12-history": ("f1 >= mean(last(f1, 8)) - 1%", "rule-percent", "1%", "`mean(last(f1, 8)) * 0.99`"),
    "3.12-a-parameter": ("f1 >= baseline - $share", "rule-percent", "$share", "`baseline(f1) * 0.95`"),
    "3.13-boolean-in-a-calculation": ("x == true + 1", "rule-boolean", "true", "metric == true"),
    "3.13-boolean-in-a-function": ("x > abs(true)", "rule-boolean", "true", "metric == true"),
    "3.13-boolean-is-not-ordered": ("converged > true", "rule-boolean", "converged > true", "converged == true"),
    "3.13-two-booleans": ("true == true", "rule-boolean", "true == true", "converged == true"),
    "3.13-boolean-of-a-calculation": ("a + b == true", "rule-boolean", "a + b == true", "converged == true"),
    "3.13-boolean-of-a-baseline": ("baseline(a) == true", "rule-boolean", "baseline(a) == true", "converged == true"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "slug", "under", "remedy"), REFUSES.values(), ids=REFUSES)
def test_refuses(rule: str, slug: str, under: str, remedy: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule(rule, PARAMETERS, BASELINES)
    error = caught.value
    assert (error.slug, caret(error)) == (slug, under)
    assert remedy in error.remedy


STARS = {
    "none": ("recall >= 0.8", ()),
    "one": ("recall[r=*] >= 0.8", ("r",)),
    "two, in the order of columns": ("recall[r=*, d=*] >= 0.8", ("d", "r")),
    "beside a fixed column": ("recall[r=*, d=m] >= 0.8", ("r",)),
    "used up": ("max(fpr[g=*]) - min(fpr[g=*]) <= 0.05", ()),
    "one used up, one free": ("recall[r=*] >= mean(recall[r=*]) - 0.05", ("r",)),
    "free around history": ("recall[r=*] >= mean(last(recall[r=*], 8))", ("r",)),
    "free in expected": ("recall[r=*] >= expected_low(recall[r=*], 8)", ("r",)),
    "free in a moving average": ("ewma(recall[r=*], 8) >= 0.8", ("r",)),
    "free in abs": ("abs(bias[r=*]) <= 0.1", ("r",)),
    "different used up": ("recall[r=*] >= min(recall[d=*])", ("r",)),
}


@pytest.mark.parametrize(("rule", "stars"), STARS.values(), ids=STARS)
def test_free_stars(rule: str, stars: tuple[str, ...]) -> None:
    assert compile_rule(rule).stars == stars


def test_an_expression_names_the_baselines_it_reads() -> None:
    expr = compile_rule("a >= baseline and b >= pinned(c) and d > 1", baselines=BASELINES)
    assert expr.baselines == {"baseline", "pinned"}
    assert [reading.metric for reading in expr.readings] == ["a", "a", "b", "c", "d"]


def test_the_short_way_and_the_long_way_agree() -> None:
    short, long = compile_rule("accuracy > 0.8"), compile_rule("(accuracy) > 0.8")
    assert (short.tree, short.normal, short.stars) == (long.tree, long.normal, long.stars)
