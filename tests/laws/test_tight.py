"""What is called equal or tighter lets nothing pass that was refused: random rules, their mutations, random evidence."""

from __future__ import annotations

from random import Random

import pytest

from gate.language.evaluate import evaluate
from gate.language.tree import Condition
from gate.language.write import write
from gate.policy.compare import tight
from gate.terms.decision import Outcome
from tests.laws.pairs import FACTS, Sample, mutated, rule

PASSES = frozenset((Outcome.PASS,))
SEEDS = range(4)
PAIRS = 6_000
EVIDENCE = 12


def loosened_on(old: Condition, new: Condition, random: Random) -> Sample | None:
    """Evidence on which the old rule refuses and the new one passes, if a few random tries find any."""
    for _ in range(EVIDENCE):
        sample = Sample(random)
        if evaluate(new, sample).outcomes == PASSES and evaluate(old, sample).outcomes != PASSES:
            return sample
    return None


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_called_tight_passes_nothing_that_was_refused(seed: int) -> None:
    random = Random(seed)
    claimed = 0
    for _ in range(PAIRS):
        old = rule(random)
        new = mutated(old, random)
        for before, after in ((old, new), (new, old)):
            if tight(before, after, FACTS):
                claimed += 1
                sample = loosened_on(before, after, random)
                assert sample is None, f"{write(before)}  →  {write(after)} passes on {sample and sample.values}"
    assert claimed * EVIDENCE >= 20_000, "too few pairs were comparable for this to say anything"


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_that_are_loosened_are_found(seed: int) -> None:
    """The evidence is rich enough to tell: most pairs that are not called tight are loosened on some of it."""
    random = Random(seed)
    refused = told = 0
    for _ in range(300):
        old = rule(random, 0)
        new = mutated(old, random)
        if not tight(old, new, FACTS):
            refused += 1
            told += any(loosened_on(old, new, random) is not None for _ in range(5))
    assert told > refused / 2
