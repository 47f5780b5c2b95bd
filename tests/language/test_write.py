"""Trees to text: quotes where they are needed, brackets only where they are needed."""

from __future__ import annotations

import pytest

from gate.language.parse import parse
from gate.language.resolve import compile_rule
from gate.language.tree import Number
from gate.language.write import write, write_name, write_number, write_selector

NORMAL = {
    "blanks": ("accuracy>0.8", "accuracy > 0.8"),
    "signs of mathematics": ("x ≥ 1 and y ≤ 1 and z ≠ 1", "x >= 1 and y <= 1 and z != 1"),
    "needless brackets": ("((a + (b * c)) > (1))", "a + b * c > 1"),
    "needful brackets": ("(a + b) * c > 1", "(a + b) * c > 1"),
    "minus of a minus": ("a - (b - c) > 1", "a - (b - c) > 1"),
    "minus from the left": ("(a - b) - c > 1", "a - b - c > 1"),
    "over of a product": ("a / (b * c) > 1", "a / (b * c) > 1"),
    "a sign before a sum": ("-(a + b) > 1", "-(a + b) > 1"),
    "a sign before a product": ("-(a * b) > 1", "-(a * b) > 1"),
    "a signed factor": ("(-a) * b > 1", "-a * b > 1"),
    "two signs": ("--a > 1", "--a > 1"),
    "or in and": ("(a > 1 or b > 1) and c > 1", "(a > 1 or b > 1) and c > 1"),
    "and in or": ("(a > 1 and b > 1) or c > 1", "a > 1 and b > 1 or c > 1"),
    "and in and": ("a > 1 and (b > 1 and c > 1)", "a > 1 and (b > 1 and c > 1)"),
    "not before and": ("not (a > 1 and b > 1)", "not (a > 1 and b > 1)"),
    "a chain": ("0.1<=x<=0.2", "0.1 <= x <= 0.2"),
    "numbers as they were written": ("x > 1.50", "x > 1.50"),
    "percents as they were written": ("x > 90.0%", "x > 90.0%"),
    "parameters as names": ("x > $low", "x > $low"),
    "baselines as written": ("x >= baseline - 1", "x >= baseline - 1"),
    "columns in order": ("x[b=1,a=*] > 1", "x[a=*, b=1] > 1"),
    "pieces of a name": ('task."acc,none" > 1', '"task.acc,none" > 1'),
    "quotes stay": ('"x" > 1', '"x" > 1'),
    "functions": ("max( a,b )>1", "max(a, b) > 1"),
    "history": ("f1>mean( last(f1[r=*],8) )", "f1 > mean(last(f1[r=*], 8))"),
}


@pytest.mark.parametrize(("rule", "normal"), NORMAL.values(), ids=NORMAL)
def test_normal_form(rule: str, normal: str) -> None:
    assert write(parse(rule)) == normal
    assert write(parse(normal)) == normal


def test_the_tree_as_judged_can_be_written_too() -> None:
    judged = compile_rule("not 0.1 <= x <= $high", {"high": Number(0.2, False, "")}).tree
    assert write(judged) == "0.1 > x or x > 0.2"


def test_a_chain_of_which_the_links_no_longer_meet_is_written_with_and() -> None:
    judged = compile_rule("not (x < 0.1 or 0.2 < x)").tree
    assert write(judged) == "x >= 0.1 and 0.2 >= x"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("recall", "recall"),
        ("mAP50-95", "mAP50-95"),
        ("eval/recall@10", "eval/recall@10"),
        ("acc,none", '"acc,none"'),
        ("macro avg", '"macro avg"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("p(95)", '"p(95)"'),
        ("and", '"and"'),
        ("True", '"True"'),
        ("200", '"200"'),
        ("1e5", '"1e5"'),
        ("0.5-x", '"0.5-x"'),
        ("18-25_years", '"18-25_years"'),
        ("5xx", "5xx"),
        ("200ms", "200ms"),
        (".x", '".x"'),
        ("x.", '"x."'),
        ("", '""'),
        ("línea", "línea"),
    ],
)
def test_names(name: str, written: str) -> None:
    assert write_name(name) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "[c=*]"),
        ("*", '[c="*"]'),
        ("eu", "[c=eu]"),
        ("eu west", "[c=eu west]"),
        ("65+", "[c=65+]"),
        ("<18", "[c=<18]"),
        ("", '[c=""]'),
        (" eu", '[c=" eu"]'),
        ("a,b", '[c="a,b"]'),
        ("a]b", '[c="a]b"]'),
        ("a|b", '[c="a|b"]'),
        ("=a", '[c="=a"]'),
        ("a=b", "[c=a=b]"),
        ('a"b', r'[c="a\"b"]'),
    ],
)
def test_selectors(value: str | None, written: str) -> None:
    assert write_selector((("c", value),)) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1.0, "1"),
        (0.1, "0.1"),
        (-3, "-3"),
        (1e14, "100000000000000"),
        (1e15, "1000000000000000.0"),
        (1e-7, "1e-07"),
        (1e22, "1e+22"),
    ],
)
def test_numbers(number: float, written: str) -> None:
    assert write_number(number) == written
    assert float(written) == number
