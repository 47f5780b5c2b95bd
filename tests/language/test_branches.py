"""A rule's tree as lines."""

from __future__ import annotations

import pytest

from gate.language.branches import branches
from gate.language.resolve import compile_rule


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        ("recall >= 0.85", ">= | recall | 0.85"),
        ("recall[region=*] >= baseline", ">= | recall[region=*] | baseline(recall[region=*])"),
        ("not 0.1 < a + -b < 90%", "or | >= || 0.1 || + ||| a ||| -b | >= || + ||| a ||| -b || 90%"),
        ("f1 >= pinned(a / b)", ">= | f1 | pinned || / ||| a ||| b"),
        ("-(a + b) < mean(last(f1, 8))", "< | - || + ||| a ||| b | mean || last(f1, 8)"),
        ("f1 > expected_low(f1, 8) and ok == true", "and | > || f1 || expected_low(f1, 8) | == || ok || true"),
        ("max(-baseline(a), b) > 0", "> | max || - ||| baseline(a) || b | 0"),
    ],
)
def test_operators_and_functions_stand_above_what_they_work_on(rule: str, lines: str) -> None:
    tree = compile_rule(rule, {}, ("baseline", "pinned")).tree
    assert " ".join(f"{'|' * depth} {text}".strip() for depth, text in branches(tree)) == lines
