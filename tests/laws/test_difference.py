"""On no evidence does a new policy pass what the old one refuses, unless the difference says that it was loosened."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import PolicyError
from gate.judge.evidence import Evidence
from gate.judge.judge import check_blocking, judge
from gate.policy.change import Relation
from gate.policy.difference import difference
from gate.policy.load import loads
from gate.policy.policy import Policy
from tests.laws.policies import TODAY, changed, evidence, policy, text

EVIDENCE = 12
SEEDS = st.integers(0, 2**48)


def loaded(written: str) -> Policy | None:
    """The policy; None where random words mean nothing, or nothing in it can block today."""
    try:
        found = loads(written, TODAY)
        check_blocking(found, TODAY)
    except PolicyError:
        return None
    return found


def pair(random: Random) -> tuple[Policy, Policy] | None:
    """A policy and a change of it."""
    old = policy(random)
    before, after = loaded(text(old)), loaded(text(changed(random, old)))
    if before is None or after is None:
        return None
    return (before, after) if random.random() < 0.5 else (after, before)


def passes(of: Policy, on: Evidence) -> bool:
    try:
        return judge([of], on).exit_code == 0
    except PolicyError:  # nothing blocks on that day
        return False


def told(of: Policy) -> str:
    return "\n".join(f"  {each}" for each in (of.rules, of.waivers, of.metrics, of.slices, of.advisory, of.evidence))


@settings(max_examples=1200, deadline=None)
@given(SEEDS)
def test_what_is_not_called_loosened_passes_nothing_that_was_refused(seed: int) -> None:
    random = Random(seed)
    found = pair(random)
    if found is None:
        return
    old, new = found
    said = difference(old, new, TODAY)
    if said.loosened:
        return
    for _ in range(EVIDENCE):
        on = evidence(random)
        if passes(new, on):
            assert passes(old, on), f"seed {seed}\nold\n{told(old)}\nnew\n{told(new)}\n{on}\n{said.parts}"


def test_the_random_pairs_can_tell() -> None:
    """Enough of them are called equal or tighter while they differ; and most that are called loosened are, on some evidence."""
    random = Random(20261122)
    tighter = refused = loosened = shown = 0
    for _ in range(1500):
        found = pair(random)
        if found is None:
            continue
        said = difference(*found, TODAY)
        if not said.loosened and said.of(Relation.TIGHTER):
            tighter += 1
            refused += sum(not passes(found[0], evidence(random)) for _ in range(3))
        elif said.of(Relation.LOOSER) and loosened < 150:
            loosened += 1
            samples = (evidence(random) for _ in range(60))
            shown += any(passes(found[1], on) and not passes(found[0], on) for on in samples)
    assert tighter > 150
    assert refused > tighter
    assert shown > loosened / 4


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_a_policy_is_the_same_as_itself(seed: int) -> None:
    found = loaded(text(policy(Random(seed))))
    if found is not None:
        assert {part.relation for part in difference(found, found, TODAY).parts} == {Relation.SAME}
