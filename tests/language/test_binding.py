"""Stars that are given their values: those that a finding is of, and no others."""

from __future__ import annotations

import pytest

from gate.language.binding import bound, slice_of
from gate.language.resolve import compile_rule
from gate.language.tree import Comparison, Reading
from gate.language.write import write
from gate.terms.slice import WHOLE, Slice

BINDING = {"region": "eu", "sub region": "a b", "subregion": "de"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("recall", "recall"),
        ("recall[region=*]", "recall[region=eu]"),
        ("recall[region=*, subregion=*]", "recall[region=eu, subregion=de]"),
        ('recall["sub region"=*, region=us]', 'recall[region=us, "sub region"=a b]'),
        ("recall[device=*]", "recall[device=*]"),
        ("recall[region=*] - mean(recall[region=*])", "recall[region=eu] - mean(recall[region=*])"),
        ("mean(last(recall[region=*], 5), 0.5)", "mean(last(recall[region=eu], 5), 0.5)"),
        ("expected_low(recall[region=*], 8)", "expected_low(recall[region=eu], 8)"),
        ("ewma(recall[region=*], 8)", "ewma(recall[region=eu], 8)"),
        ("-abs(recall[region=*] - baseline(recall[region=*]))", "-abs(recall[region=eu] - baseline(recall[region=eu]))"),
        ("max(recall[region=*] - 0.1)", "max(recall[region=*] - 0.1)"),
    ],
)
def test_an_expression_on_a_slice(written: str, expected: str) -> None:
    tree = compile_rule(f"{written} + recall > 0").tree
    assert isinstance(tree, Comparison)
    assert write(bound(tree.left, BINDING)) == f"{expected} + recall"
    assert bound(tree.left, {}) == tree.left


def test_the_slice_of_a_reading() -> None:
    reading = Reading("recall", (("region", None), ("subregion", "de")))
    assert slice_of(reading, BINDING) == Slice((("region", "eu"), ("subregion", "de")))
    assert slice_of(Reading("recall"), BINDING) is WHOLE
    assert slice_of(reading, {}) == Slice((("region", "*"), ("subregion", "de"))), "what has no value keeps its star"
