"""Exit 0 means what it says, for any policy and any metrics; and the worst effect is never overwritten by a better one."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from gate.errors import PolicyError
from gate.terms.decision import WORST_FIRST, Decision, Verdict
from tests.laws.gates import FAILS, Situation, decision, situations
from tests.laws.meaning import judge_line, looked, may_ship, slices_of


def decided(situation: Situation) -> Decision | None:
    """The decision; None where nothing can block."""
    try:
        return decision(situation)
    except PolicyError as error:
        if [problem.slug for problem in error.problems] == ["nothing-blocks"]:
            return None
        raise


@settings(max_examples=1500, deadline=None)
@given(situations())
def test_exit_0_means_that_the_model_may_be_deployed(situation: Situation) -> None:
    blocking = [number for number, line in enumerate(situation.lines) if line.blocks(situation.today)]
    found = decided(situation)
    if found is None:
        assert not blocking
        assert not situation.advisory
        return
    event(f"exit {found.exit_code}")
    cases = [(number, on) for number in blocking for on in slices_of(situation.lines[number], situation)]
    ships = all(may_ship(number, on, situation) for number, on in cases)
    seen = situation.advisory or any(looked(situation.lines[number], situation) for number in blocking)
    assert (found.exit_code == 0) == (ships and seen)
    assert found.passed == (found.exit_code == 0)


@settings(max_examples=600, deadline=None)
@given(situations())
def test_exit_1_means_that_a_blocking_rule_fails_and_is_not_waived(situation: Situation) -> None:
    found = decided(situation)
    assume(found is not None)
    assert found is not None
    fails = [
        (number, on)
        for number, line in enumerate(situation.lines)
        if line.blocks(situation.today)
        for on in slices_of(line, situation)
        if judge_line(line, on, situation) == {FAILS}
    ]
    assert (found.exit_code == 1) == any(not may_ship(number, on, situation) for number, on in fails)


def rank(verdict: Verdict) -> int:
    return WORST_FIRST.index(verdict)


def seen_enough(found: Decision | None) -> bool:
    return found is not None and all(note.slug != "nothing-evaluated" for note in found.notes)


@settings(max_examples=600, deadline=None)
@given(situations())
def test_the_verdict_is_at_least_as_bad_as_every_finding(situation: Situation) -> None:
    found = decided(situation)
    assume(found is not None)
    assert found is not None
    assert all(rank(found.verdict) <= rank(finding.effect) for finding in found.findings)
    if any(finding.waiver for finding in found.findings):
        assert found.verdict is not Verdict.PASS


@settings(max_examples=600, deadline=None)
@given(situations(), st.integers(0, 10_000))
def test_the_order_of_rules_does_not_matter(situation: Situation, seed: int) -> None:
    order = list(range(len(situation.lines)))
    random.Random(seed).shuffle(order)
    shuffled = replace(
        situation,
        lines=tuple(situation.lines[number] for number in order),
        pardons=tuple(replace(pardon, rule=order.index(pardon.rule)) for pardon in situation.pardons),
    )
    one, other = decided(situation), decided(shuffled)
    assert (one is None, one is None or one.verdict) == (other is None, other is None or other.verdict)


@settings(max_examples=300, deadline=None)
@given(situations(), situations())
def test_more_rules_never_make_it_better(situation: Situation, more: Situation) -> None:
    both = replace(
        situation,
        lines=situation.lines + more.lines,
        pardons=situation.pardons + tuple(replace(pardon, rule=pardon.rule + len(situation.lines)) for pardon in more.pardons),
    )
    before, after = decided(situation), decided(both)
    assume(seen_enough(before))
    assert before is not None
    assert after is not None
    assert rank(after.verdict) <= rank(before.verdict)


@settings(max_examples=600, deadline=None)
@given(situations())
def test_fewer_waivers_never_make_it_better(situation: Situation) -> None:
    before, after = decided(situation), decided(replace(situation, pardons=()))
    assume(before is not None)
    assert before is not None
    assert after is not None
    assert rank(after.verdict) <= rank(before.verdict)
