"""What was spent adds up, whatever the policy said at the time, and a test set is known by its ids whoever labelled it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.app.holdout import ledger
from tests.app.holdout.test_holdout import CHANGE, PATH, PUSH, note, policy, rows, slug, used


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def spent() -> float:
    return sum(use.share for use in ledger.read(PATH) or ())


@pytest.mark.parametrize("adaptivity", ["none", "first-pass"])
def test_a_larger_budget_does_not_give_back_what_a_smaller_one_spent(adaptivity: str) -> None:
    assert slug(used(rows(0), policy(1, adaptivity), start=True)[0]) == ""
    for uses in range(2, 6):
        grant, _ = used(rows(uses), policy(uses, adaptivity))
        assert slug(grant) == "holdout-spent"
        assert grant.doubt is not None
        assert grant.doubt.weak
        assert "100 % of the error rate" in grant.doubt.text
    assert spent() == 1


def test_what_is_left_is_granted_under_another_budget() -> None:
    used(rows(0), policy(2), start=True)  # a half
    assert "use 2 of 4" in note(used(rows(1), policy(4))[1])
    found = used(rows(2), policy(4))[1].notes[0]
    assert found.slug == "holdout-nearly-spent"
    assert found.text.endswith("it is the last")
    assert slug(used(rows(3), policy(4))[0]) == "holdout-spent"
    assert spent() == 1


@pytest.mark.parametrize("uses", [3, 7, 10, 49, 107])
def test_a_budget_that_is_kept_to_is_spent_to_the_last_use_in_spite_of_rounding(uses: int) -> None:
    said = [slug(used(rows(model), policy(uses), start=not model)[0]) for model in range(uses + 1)]
    assert said == [""] * uses + ["holdout-spent"]


def test_who_knows_every_verdict_has_spent_more_with_each() -> None:
    """At 1/2, 1/4, 1/8 … the sum of shares never comes to 1, and yet the third of them has told four stories."""
    said = [slug(used(rows(uses), policy(uses, "full"), start=uses == 1)[0]) for uses in range(1, 6)]
    assert said == ["", "", "holdout-spent", "holdout-spent", "holdout-spent"]


def test_a_budget_of_those_who_know_every_verdict_lasts_as_long_as_it_says() -> None:
    said = [slug(used(rows(model), policy(6, "full"), start=not model)[0]) for model in range(7)]
    assert said == [""] * 6 + ["holdout-spent"]


def test_the_same_predictions_are_free_only_while_they_may_spend_no_more() -> None:
    for model in range(4):
        used(rows(model), policy(10), start=not model)
    assert slug(used(rows(0), policy(1))[0]) == "holdout-spent"  # 0.3 are spent on others
    assert "costs nothing" not in note(used(rows(0), policy(5))[1])
    assert spent() == pytest.approx(0.6)  # two lines for these predictions: the larger one counts
    assert "costs nothing" in note(used(rows(0), policy(5))[1])
    assert "costs nothing" in note(used(rows(0), policy(10))[1])


def test_two_policies_write_down_what_was_granted_to_both() -> None:
    used(rows(0), policy(5), policy(10), start=True)
    assert [use.share for use in ledger.read(PATH) or ()] == [0.1, 0.1]


# -- relabelled


def test_the_same_ids_with_other_labels_are_not_started_without_a_word() -> None:
    used(rows(0), facts=PUSH)
    grant, _ = used(rows(1, test_set=2, of=1), facts=PUSH)
    assert slug(grant) == "relabelled"
    assert grant.doubt is not None
    assert not grant.doubt.weak  # missing
    assert "1 set of predictions" in grant.doubt.text
    assert slug(used(rows(1, test_set=2, of=1), facts=CHANGE)[0]) == "relabelled"
    assert slug(used(rows(1, test_set=2, of=3), facts=PUSH)[0]) == ""  # other ids


def test_somebody_says_that_they_count_anew() -> None:
    used(rows(0), facts=PUSH)
    for facts, said in ((None, "with other labels"), (PUSH, "the same predictions as before, which costs nothing")):
        _, decision = used(rows(1, test_set=2, of=1), facts=facts, start=True)
        assert note(decision).startswith("use 1 of 5")
        assert said in note(decision)
    assert note(used(rows(2, test_set=2, of=1), facts=PUSH)[1]).startswith("use 2 of 5")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ((99, 99), "1 of its rows has no `id`"),
        ((0, 0), "100 of its rows have no `id`"),
        ((100, 1), "99 of its rows have the `id`"),
    ],
)
def test_ids_that_are_none(known: tuple[int, int], said: str) -> None:
    grant, _ = used(rows(1, known=known), facts=PUSH)
    assert slug(grant) == "no-test-set"
    assert grant.doubt is not None
    assert said in grant.doubt.text
    assert not grant.doubt.weak
    assert ledger.read(PATH) is None
