"""Exit 0 means what it says, for any policy and any metrics; and the worst effect is never overwritten by a better one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gate.errors import PolicyError
from gate.terms.decision import WORST_FIRST, Decision, Verdict
from tests.laws.gates import FAILS, Situation, decision, situation
from tests.laws.meaning import judge_line, looked, may_ship, slices_of

RANDOM = st.randoms(use_true_random=False)


def decided(situation: Situation) -> Decision | None:
    """The decision; None where nothing can block."""
    try:
        return decision(situation)
    except PolicyError as error:
        if [problem.slug for problem in error.problems] == ["nothing-blocks"]:
            return None
        raise


def ships(situation: Situation) -> bool:
    """Whether every blocking rule lets the model pass, and one had a measurement before it."""
    blocking = [number for number, line in enumerate(situation.lines) if line.blocks(situation.today)]
    cases = [(number, on) for number in blocking for on in slices_of(situation.lines[number], situation)]
    seen = situation.advisory or any(looked(situation.lines[number], situation) for number in blocking)
    return seen and all(may_ship(number, on, situation) for number, on in cases)


def fails(situation: Situation) -> bool:
    """Whether a blocking rule fails and nobody permits it."""
    return any(
        judge_line(line, on, situation) == {FAILS} and not may_ship(number, on, situation)
        for number, line in enumerate(situation.lines)
        if line.blocks(situation.today)
        for on in slices_of(line, situation)
    )


def check(situation: Situation) -> int | None:
    """The exit code, after seeing that it means what it says; None where nothing can block."""
    found = decided(situation)
    if found is None:
        assert not situation.advisory
        assert not any(line.blocks(situation.today) for line in situation.lines)
        return None
    assert (found.exit_code == 0) == ships(situation), situation
    assert (found.exit_code == 1) == fails(situation), situation
    assert found.exit_code in (0, 1, 3)
    assert found.passed == (found.exit_code == 0)
    return found.exit_code


@pytest.mark.parametrize("seed", range(4))
def test_the_exit_code_means_what_it_says(seed: int) -> None:
    random = Random(seed)
    codes = Counter(check(situation(random)) for _ in range(3_000))
    assert min(codes[code] for code in (0, 1, 3, None)) > 50


@settings(max_examples=200, deadline=None)
@given(RANDOM)
def test_the_exit_code_means_what_it_says_in_the_smallest_situation(random: Random) -> None:
    """The same, by hypothesis, which finds the smallest situation where it does not."""
    check(situation(random))


def rank(verdict: Verdict) -> int:
    return WORST_FIRST.index(verdict)


def seen_enough(found: Decision | None) -> bool:
    return found is not None and all(note.slug != "nothing-evaluated" for note in found.notes)


@settings(max_examples=200, deadline=None)
@given(RANDOM)
def test_the_verdict_is_at_least_as_bad_as_every_finding(random: Random) -> None:
    found = decided(situation(random))
    assume(found is not None)
    assert found is not None
    assert all(rank(found.verdict) <= rank(finding.effect) for finding in found.findings)
    if any(finding.waiver for finding in found.findings):
        assert found.verdict is not Verdict.PASS


@settings(max_examples=200, deadline=None)
@given(RANDOM)
def test_the_order_of_rules_does_not_matter(random: Random) -> None:
    here = situation(random)
    order = list(range(len(here.lines)))
    random.shuffle(order)
    shuffled = replace(
        here,
        lines=tuple(here.lines[number] for number in order),
        pardons=tuple(replace(pardon, rule=order.index(pardon.rule)) for pardon in here.pardons),
    )
    one, other = decided(here), decided(shuffled)
    assert (one is None, one is None or one.verdict) == (other is None, other is None or other.verdict)


@settings(max_examples=200, deadline=None)
@given(RANDOM)
def test_more_rules_never_make_it_better(random: Random) -> None:
    here, more = situation(random), situation(random)
    moved = tuple(replace(pardon, rule=pardon.rule + len(here.lines)) for pardon in more.pardons)
    before = decided(here)
    after = decided(replace(here, lines=here.lines + more.lines, pardons=here.pardons + moved))
    assume(seen_enough(before))
    assert before is not None
    assert after is not None
    assert rank(after.verdict) <= rank(before.verdict)


@settings(max_examples=200, deadline=None)
@given(RANDOM)
def test_fewer_waivers_never_make_it_better(random: Random) -> None:
    here = situation(random)
    before, after = decided(here), decided(replace(here, pardons=()))
    assume(before is not None)
    assert before is not None
    assert after is not None
    assert rank(after.verdict) <= rank(before.verdict)
