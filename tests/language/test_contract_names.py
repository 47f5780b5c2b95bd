"""Names, numbers and words: items 1 to 9 of the lexical contract, one test for each trap."""

from __future__ import annotations

import pytest

from gate.language.resolve import compile_rule
from gate.language.tokens import RuleError
from gate.language.tree import Number
from tests.language.outline import caret, outline

PARAMETERS = {"floor": Number(0.85, False, "0.85")}
BASELINES = ("baseline", "pinned")

READS = {
    "1-blanks-mean-nothing": (" accuracy   >\t0.8 ", "(> accuracy 0.8)"),
    "1-a-newline-is-a-blank": ("accuracy >\n  0.8\n", "(> accuracy 0.8)"),
    "1-no-blanks-needed": ("accuracy>0.8", "(> accuracy 0.8)"),
    "1-the-longest-match-wins": ("x>=1", "(>= x 1)"),
    "1-names-are-nfc": ("cafe\u0301 > 1", "(> caf\u00e9 1)"),
    "2-integer": ("x > 12", "(> x 12)"),
    "2-decimal": ("x > 0.5", "(> x 0.5)"),
    "2-no-zero-before-the-point": ("x > .5", "(> x 0.5)"),
    "2-exponent": ("x > 1e-3", "(> x 0.001)"),
    "2-exponent-with-plus": ("x > 1E+3", "(> x 1000)"),
    "2-percent": ("x > 90%", "(> x 0.9%)"),
    "2-percent-with-a-point": ("x > 99.95%", "(> x 0.9995%)"),
    "2-percent-below-one": ("x > .5%", "(> x 0.005%)"),
    "2-percent-with-an-exponent": ("x > 1e1%", "(> x 0.1%)"),
    "2-a-unit-makes-a-name": ("x > 200ms", "(> x 200ms)"),
    "2-an-underscore-makes-a-name": ("x > 1_000", "(> x 1_000)"),
    "3-dash-in-a-name": ("mAP50-95 > 0.5", "(> 'mAP50-95' 0.5)"),
    "3-a-digit-first": ("5xx_rate < 0.1", "(< 5xx_rate 0.1)"),
    "3-a-number-and-a-point-first": ("1.recall > 0.5", "(> '1.recall' 0.5)"),
    "3-colons": ("a::b > 1", "(> 'a::b' 1)"),
    "3-slash": ("eval/recall > 1", "(> 'eval/recall' 1)"),
    "3-at": ("recall@10 > 1", "(> 'recall@10' 1)"),
    "3-ends-in-a-number": ("f1-0.01 > 1", "(> 'f1-0.01' 1)"),
    "3-a-longer-name-beats-a-number": ("1e5x > 1", "(> 1e5x 1)"),
    "3-not-latin": ("точность > 1", "(> точность 1)"),
    "4-a-quoted-piece-at-the-end": ('toy_arith."acc,none" >= 0.6', "(>= 'toy_arith.acc,none' 0.6)"),
    "4-a-quoted-piece-first": ('"macro avg".f1-score >= 0.6', "(>= 'macro avg.f1-score' 0.6)"),
    "4-a-quoted-piece-with-brackets": ('http_req_duration."p(95)" < 200', "(< 'http_req_duration.p(95)' 200)"),
    "4-two-quoted-pieces": ('"a b"/"c d" > 1', "(> 'a b/c d' 1)"),
    "4-escapes": (r'"a\"b\\c" > 1', "(> 'a\"b\\\\c' 1)"),
    "4-a-quoted-word-is-a-metric": ('"and" > 1', "(> 'and' 1)"),
    "4-a-quoted-function-is-a-metric": ('"max" > 1', "(> 'max' 1)"),
    "4-a-quoted-number-is-a-metric": ('"200" > 1', "(> '200' 1)"),
    "4-a-quoted-baseline-is-a-metric": ('"baseline" > 1', "(> 'baseline' 1)"),
    "5-minus-with-a-blank-before": ("a -b > 1", "(> (- a b) 1)"),
    "5-minus-with-a-blank-behind": ("a- b > 1", "(> (- a b) 1)"),
    "5-slash-behind-a-bracket": ("(a+b)/2 > 1", "(> (/ (+ a b) 2) 1)"),
    "5-minus-behind-a-bracket": ("max(a, b)-min(a, b) > 1", "(> (- (max a b) (min a b)) 1)"),
    "5-minus-behind-a-parameter": ("x > $floor-0.01", "(> x (- 0.85 0.01))"),
    "5-minus-behind-a-selector": ("a[r=eu]-b[r=eu] > 1", "(> (- a[r='eu'] b[r='eu']) 1)"),
    "5-a-sign": ("-x > 1", "(> (neg x) 1)"),
    "5-a-sign-before-a-number": ("x >= -0.5", "(>= x (neg 0.5))"),
    "5-a-sign-before-a-percent": ("x >= -1%", "(>= x (neg 0.01%))"),
    "6-blanks-make-it-a-difference": ("x >= baseline - 0.01", "(>= x (- (on baseline x) 0.01))"),
    "6-one-blank-is-enough": ("x >= baseline -0.01", "(>= x (- (on baseline x) 0.01))"),
    "6-quoted-it-is-a-name": ('x >= "baseline-0.01"', "(>= x 'baseline-0.01')"),
    "6-not-a-baseline-of-this-policy": ("x >= other-0.01", "(>= x 'other-0.01')"),
    "8-words": ("a > 1 and not b > 1 or c == true", "(or (and (> a 1) (<= b 1)) (== c true))"),
    "8-minus-sign-of-our-reports": ("x \u2212 y > \u22121", "(> (- x y) (neg 1))"),
    "8-minus-sign-parts-names": ("a\u2212b > 1", "(> (- a b) 1)"),
    "8-unicode-operators": ("x ≥ 1 and y ≤ 1 and z ≠ 1", "(and (>= x 1) (<= y 1) (!= z 1))"),
    "9-count-without-brackets": ("count > 100", "(> count 100)"),
    "9-a-function-as-a-part-of-a-name": ("http_reqs.count > 100", "(> 'http_reqs.count' 100)"),
    "9-last-without-brackets": ("last > 3", "(> last 3)"),
}


@pytest.mark.parametrize(("rule", "expected"), READS.values(), ids=READS)
def test_reads(rule: str, expected: str) -> None:
    assert outline(compile_rule(rule, PARAMETERS, BASELINES).tree) == expected


# rule, slug, the text under the carets, a part of the remedy
REFUSES = {
    "2-no-blank-before-percent": ("x > 90 %", "rule-syntax", "%", "right behind its number"),
    "2-a-point-at-the-end": ("x > 0.8.", "rule-syntax", ".", ""),
    "2-arabic-digits": ("x > \u0663", "rule-name", "\u0663", "quoted"),
    "2-plus-is-no-sign": ("x > +1", "rule-syntax", "+", ""),
    "2-too-large-to-be-a-number": ("x < 1e999", "rule-syntax", "1e999", ""),
    "2-too-many-digits": (f"x < 1{'0' * 400}", "rule-syntax", "1" + "0" * 400, ""),
    "3-a-fraction": ("x >= 1/1000", "rule-name", "1/1000", "`1 / 1000`"),
    "3-a-range": ("x > 18-25", "rule-name", "18-25", "`18 - 25`"),
    "3-a-difference-of-numbers": ("x > 0.01-0.02", "rule-name", "0.01-0.02", "`0.01 - 0.02`"),
    "4-a-quote-behind-a-name": ('x"y" > 1', "rule-name", '"', 'task."acc,none"'),
    "4-a-name-behind-a-quote": ('"x"y > 1', "rule-name", "y", "quote all of it"),
    "4-a-quote-behind-a-quote": ('"x""y" > 1', "rule-name", '"', "quote all of it"),
    "4-another-escape": (r'"a\n" > 1', "rule-syntax", r'"a\n" > 1', "escapes"),
    "4-the-empty-name": ('"" > 1', "rule-name", '""', ""),
    "4-not-closed": ('x > "y', "rule-syntax", '"y', ""),
    "6-baseline-minus": ("x >= baseline-0.01", "rule-name", "baseline-0.01", "`baseline - 0.01`"),
    "6-baseline-over": ("x >= baseline/2", "rule-name", "baseline/2", "`baseline / 2`"),
    "6-a-named-baseline-minus": ("x >= pinned-0.01", "rule-name", "pinned-0.01", "`pinned - 0.01`"),
    "6-a-number-minus": ("0.5-x > 0", "rule-name", "0.5-x", "`0.5 - x`"),
    "6-a-number-over": ("1/x > 0", "rule-name", "1/x", "`1 / x`"),
    "8-AND": ("x > 1 AND y > 1", "rule-word", "AND", "`and`"),
    "8-Or": ("x > 1 Or y > 1", "rule-word", "Or", "`or`"),
    "8-NOT": ("NOT x > 1", "rule-word", "NOT", "`not`"),
    "8-True": ("x == True", "rule-word", "True", "`true`"),
    "8-FALSE": ("x == FALSE", "rule-word", "FALSE", "`false`"),
    "8-yes": ("x ==yes", "rule-word", "yes", "`true`"),
    "8-off": ("x != off", "rule-word", "off", "`false`"),
    "8-ampersands": ("x > 1 && y > 1", "rule-syntax", "&&", "`and`"),
    "8-bars": ("x > 1 || y > 1", "rule-syntax", "||", "`or`"),
    "8-one-equals-sign": ("x = 1", "rule-syntax", "=", "`==`"),
    "8-arrow": ("x => 1", "rule-syntax", "=>", "`>=`"),
    "8-other-arrow": ("x =< 1", "rule-syntax", "=<", "`<=`"),
    "8-three-equals-signs": ("x === 1", "rule-syntax", "===", "`==`"),
    "8-diamond": ("x <> 1", "rule-syntax", "<>", "`!=`"),
    "8-power": ("x ** 2 > 1", "rule-syntax", "**", "multiply"),
    "8-exclamation-mark": ("!x > 1", "rule-syntax", "!", "`not`"),
    "8-single-quotes": ("'x' > 1", "rule-syntax", "'", '`"`'),
    "8-typographic-quotes": ("“x” > 1", "rule-syntax", "“", '`"`'),
    "8-decimal-comma": ("x > 0,8", "rule-syntax", ",", "`0.8`"),
    "8-thousands-comma": ("x > 1,000", "rule-syntax", ",", "`1000`"),
    "8-semicolon": ("x > 1; y > 1", "rule-syntax", ";", "one rule a line"),
    "9-an-unknown-function": ("p(95) < 200", "rule-function", "p", '"p(…)"'),
    "9-a-percentile-of-k6": ("http_req_duration.p(95) < 200", "rule-function", "http_req_duration.p", "quote it"),
    "9-an-index": ("test_predict[10].median < 3", "rule-selector", "[10]", "quote it"),
    "9-a-tag-of-k6": ("x{a:b} > 1", "rule-syntax", "{", "quote it"),
    "9-a-range-of-coco": ("mAP@[.5:.95] > 0.3", "rule-syntax", "@", "quote it"),
    "9-a-hash": ("issue #12 >= 3", "rule-syntax", "#", "quote it"),
}


@pytest.mark.parametrize(("rule", "slug", "under", "remedy"), REFUSES.values(), ids=REFUSES)
def test_refuses(rule: str, slug: str, under: str, remedy: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule(rule, PARAMETERS, BASELINES)
    error = caught.value
    assert (error.slug, caret(error)) == (slug, under)
    assert remedy in error.remedy


def test_carets_stand_under_the_text_as_it_is_shown() -> None:
    """A name written with a combining mark is one letter shorter in the text that is judged and shown."""
    with pytest.raises(RuleError) as caught:
        compile_rule("cafe\u0301 > 1 and 0.8 <= 0.9", PARAMETERS, BASELINES)
    line, carets = caught.value.shown().split("\n")
    assert line[carets.index("^") : carets.index("^") + carets.count("^")] == "0.8 <= 0.9"
