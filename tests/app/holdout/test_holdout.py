"""Which use of a test set this is, who may start to count, and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gate.app.clock import Clock
from gate.app.holdout import ledger
from gate.app.holdout.holdout import Grant, Run, granted
from gate.app.holdout.ledger import Use
from gate.errors import InputError, OutputError, UsageError
from gate.hosts.facts import Event, Facts
from gate.measure.identity import DISTINCT, FIELDS, IDS, PREDICTIONS, TABLE, TEST_SET
from gate.policy.load import loads
from gate.policy.policy import Policy
from gate.readers.inputs import read_mapping
from gate.record import replace
from gate.terms.decision import Decision, Verdict
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE
from gate.terms.tally import Header, Table, Tally

PATH = ".gate/holdout.jsonl"
NOW = Clock("2026-06-01T00:00:00Z")
CHANGE = Facts(host="github", event=Event.CHANGE, commit="c" * 40)
PUSH = Facts(host="github", event=Event.PUSH, protected=True, commit="c" * 40)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def policy(
    uses: int = 5, adaptivity: str = "none", rule: str = "{check: recall >= 0.5, confidence: 95%}", more: str = ""
) -> Policy:
    return loads(f"gate: 1\nname: m\nholdout: {{uses: {uses}, adaptivity: {adaptivity}{more}}}\nrules: [{rule}]\n", "2026-06-01")


def rows(model: int, test_set: int = 1, ids: bool = True, of: int = 0, known: tuple[int, int] = (100, 100)) -> Measurements:
    """What measuring rows gives, as far as it counts here: `of` are other ids than the number of the test set tells."""
    digests = {(WHOLE, TEST_SET): (100, test_set, 0), (WHOLE, PREDICTIONS): (100, model, 0)}
    digests |= {(WHOLE, IDS): (100, of or test_set, 0), (WHOLE, DISTINCT): (*known, 0)}
    tables = {TABLE: Table(("of",), FIELDS, digests)} if ids else {}
    header = Header(definition={}, task="binary", engine="test", engine_version="", parts=())
    return replace(read_mapping({"recall": {"value": 0.9, "n": 500}}), tally=Tally(header, tables))


def used(
    candidate: Measurements, *policies: Policy, facts: Facts | None = None, start: bool = False, passed: bool = False
) -> tuple[Grant, Decision]:
    with granted(policies or (policy(),), candidate, Run(NOW, facts, start)) as grant:
        return grant, grant.noted(Decision(Verdict.PASS if passed else Verdict.FAIL))


def slug(grant: Grant) -> str:
    return grant.doubt.slug if grant.doubt else ""


def note(decision: Decision) -> str:
    return decision.notes[0].text if decision.notes else ""


def lines() -> int:
    return len(ledger.read(PATH) or ())


# -- starting


def test_no_ledger_is_not_zero_uses() -> None:
    grant, decision = used(rows(1))
    assert slug(grant) == "no-ledger"
    assert grant.doubt is not None
    assert not grant.doubt.weak  # missing
    assert not decision.notes
    assert not os.path.exists(PATH)


def test_somebody_starts_it_by_hand() -> None:
    grant, decision = used(rows(1), start=True)
    assert grant.doubt is None
    assert note(decision).startswith("use 1 of 5")
    assert "the first that its ledger knows" in note(decision)
    assert lines() == 1
    assert note(used(rows(2))[1]).startswith("use 2 of 5")


@pytest.mark.parametrize("event", [Event.PUSH, Event.SCHEDULE])
def test_a_run_on_the_protected_branch_starts_it(event: Event) -> None:
    assert slug(used(rows(1), facts=replace(PUSH, event=event))[0]) == ""
    assert lines() == 1


@pytest.mark.parametrize(
    "facts",
    [
        CHANGE,
        replace(PUSH, protected=False),
        replace(PUSH, fork=True),
        replace(CHANGE, protected=True),
        replace(CHANGE, event=Event.QUEUE, protected=True),
        replace(CHANGE, event=Event.TRUSTED, protected=True),
        replace(CHANGE, event=Event.OTHER, protected=True),
    ],
)
def test_no_other_run_does(facts: Facts) -> None:
    assert slug(used(rows(1), facts=facts)[0]) == "no-ledger"
    assert not os.path.exists(PATH)


@pytest.mark.parametrize("facts", [CHANGE, replace(CHANGE, event=Event.QUEUE), replace(PUSH, fork=True)])
def test_a_change_may_not_even_by_the_flag(facts: Facts) -> None:
    with pytest.raises(UsageError) as error:
        used(rows(1), facts=facts, start=True)
    assert error.value.problems[0].slug == "no-start"


def test_there_must_be_something_to_start() -> None:
    with pytest.raises(UsageError):
        used(rows(1), policy(rule="recall >= 0.5"), start=True)


def test_another_test_set_is_started_anew() -> None:
    used(rows(1), start=True)
    assert slug(used(rows(1, test_set=2))[0]) == "no-ledger"
    assert slug(used(rows(1, test_set=2), facts=CHANGE)[0]) == "no-ledger"
    assert note(used(rows(1, test_set=2), facts=PUSH)[1]).startswith("use 1 of 5")
    assert note(used(rows(2))[1]).startswith("use 2 of 5")


# -- spending


def test_the_same_predictions_again_are_free() -> None:
    used(rows(1), start=True)
    used(rows(2))
    grant, decision = used(rows(1))
    assert slug(grant) == ""
    assert note(decision).startswith("use 1 of 5")
    assert "costs nothing" in note(decision)
    assert lines() == 2


def test_when_all_uses_are_spent_nothing_more_is_proven() -> None:
    for model in range(3):
        grant, _ = used(rows(model), policy(3), start=not model)
        assert grant.doubt is None
    grant, decision = used(rows(3), policy(3))
    assert slug(grant) == "holdout-spent"
    assert grant.doubt is not None
    assert grant.doubt.weak  # undecided
    assert "refresh" in grant.doubt.remedy
    assert not decision.notes  # every rule that it concerns says so
    assert lines() == 3
    assert slug(used(rows(1), policy(3))[0]) == ""  # what was judged stays judged


def test_from_four_fifths_on_it_warns() -> None:
    said = [used(rows(model), policy(5), start=not model)[1].notes[0].slug for model in range(5)]
    assert said == ["holdout-use"] * 3 + ["holdout-nearly-spent"] * 2


def test_a_pass_retires_the_set_where_only_failures_may_be_known() -> None:
    asked = policy(5, "first-pass")
    used(rows(1), asked, start=True)
    used(rows(2), asked, passed=True)
    assert slug(used(rows(3), asked)[0]) == "holdout-spent"
    assert slug(used(rows(2), asked)[0]) == ""


def test_a_pass_retires_nothing_elsewhere() -> None:
    used(rows(1), policy(5, "full"), start=True, passed=True)
    assert slug(used(rows(2), policy(5, "full"))[0]) == ""


def test_the_same_predictions_that_pass_later_are_written_down_once_more() -> None:
    used(rows(1), start=True)
    used(rows(1), passed=True)
    used(rows(1), passed=True)
    uses = ledger.read(PATH) or ()
    assert [use.passed for use in uses] == [False, True]
    assert note(used(rows(2))[1]).startswith("use 2 of 5")


@pytest.mark.parametrize(("adaptivity", "share"), [("none", 1 / 5), ("first-pass", 1 / 5), ("full", 1 / 32)])
def test_what_a_use_may_spend(adaptivity: str, share: float) -> None:
    assert used(rows(1), policy(5, adaptivity), start=True)[0].share == share


def test_of_two_policies_the_smaller_share_counts_and_one_ledger_is_written_once_for_each() -> None:
    first, second = policy(5), policy(10)
    grant, decision = used(rows(1), first, second, start=True)
    assert grant.share == 1 / 10
    assert lines() == 2  # they are two policies
    assert note(used(rows(2), first, second)[1]).startswith("use 2 of 5")
    assert len(decision.notes) == 2


def test_rules_that_compare_plain_values_spend_nothing() -> None:
    grant, decision = used(rows(1), policy(rule="recall >= 0.5"))
    assert grant.doubt is None
    assert not decision.notes


# -- which test set


def test_a_metrics_file_does_not_show_its_rows() -> None:
    grant, _ = used(read_mapping({"recall": {"value": 0.9, "n": 500}}), start=True)
    assert slug(grant) == "no-test-set"
    assert grant.doubt is not None
    assert not grant.doubt.weak


def test_rows_without_ids_cannot_be_known_again() -> None:
    grant, _ = used(rows(1, ids=False), start=True)
    assert slug(grant) == "no-test-set"
    assert grant.doubt is not None
    assert "id" in grant.doubt.remedy


def test_a_policy_names_the_set_of_a_metrics_file() -> None:
    named = policy(more=", test_set: tickets")
    numbers: list[dict[str, Any]] = [{"recall": {"value": value, "n": 500}, "latency": value} for value in (0.9, 0.8)]
    assert note(used(read_mapping(numbers[0]), named, start=True)[1]).startswith("use 1 of 5 of the test set named tickets")
    assert "costs nothing" in note(used(read_mapping({**numbers[0], "latency": 7}), named)[1])
    assert note(used(read_mapping(numbers[1]), named)[1]).startswith("use 2 of 5")


def test_rows_are_known_by_themselves_even_where_the_policy_names_them() -> None:
    assert "named" not in note(used(rows(1), policy(more=", test_set: tickets"), start=True)[1])


# -- where it is written


def test_a_damaged_ledger_stops_the_run() -> None:
    used(rows(1), start=True)
    Path(PATH).write_text("")
    with pytest.raises(InputError):
        used(rows(2))
    with pytest.raises(InputError):
        used(rows(2), start=True)
    with pytest.raises(InputError):
        used(rows(2), facts=PUSH)


def test_a_use_that_cannot_be_written_down_is_none() -> None:
    os.mkdir(".gate")
    os.mkdir(f"{PATH}.lock")
    with pytest.raises(OutputError):
        used(rows(1), start=True)


def test_an_absolute_path(tmp_path: Path) -> None:
    kept = tmp_path / "shared" / "uses.jsonl"
    used(rows(1), policy(more=f", ledger: {kept}"), start=True)
    assert kept.exists()


def test_judging_that_breaks_off_uses_nothing() -> None:
    with pytest.raises(RuntimeError), granted([policy()], rows(1), Run(NOW, None, True)):
        raise RuntimeError
    assert lines() == 0


def test_what_a_line_says() -> None:
    used(rows(1), facts=replace(PUSH, head="d" * 40), passed=True)
    assert ledger.read(PATH) == (
        Use(
            test_set=(ledger.read(PATH) or ())[0].test_set,
            ids=(ledger.read(PATH) or ())[0].ids,
            predictions=(ledger.read(PATH) or ())[0].predictions,
            policy=policy().sha256,
            name="m",
            commit="d" * 40,
            at=NOW.now,
            share=0.2,
            passed=True,
        ),
    )


class Revision:
    """Files at a commit."""

    revision = "e" * 40

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def is_file(self, path: str) -> bool:
        return path in self.files

    def read(self, path: str, _: int) -> bytes:
        from gate.documents.files import FilesError
        from gate.errors import Problem

        if path not in self.files:
            raise FilesError(Problem("not-there", "there is no such file"))
        return self.files[path]

    def identity(self, path: str) -> str:
        return path


def test_a_change_that_is_judged_by_a_revision_sees_the_ledger_there_and_not_its_own() -> None:
    used(rows(1), start=True)
    used(rows(2))
    at_revision = Revision({PATH: Path(PATH).read_bytes()})
    Path(PATH).write_bytes(ledger.text([]).encode())  # what the change makes of it
    trusted = replace(policy(), tree=at_revision)
    _, decision = used(rows(3), trusted, facts=CHANGE)
    assert note(decision).startswith("use 3 of 5")
    assert "not written down" in note(decision)
    assert lines() == 0
    assert slug(used(rows(3), replace(policy(), tree=Revision({})), facts=CHANGE)[0]) == "no-ledger"


def test_a_job_that_the_change_has_no_part_in_writes_to_its_own_checkout() -> None:
    used(rows(1), start=True)
    trusted = replace(policy(), tree=Revision({}))
    _, decision = used(rows(2), trusted, facts=replace(CHANGE, event=Event.TRUSTED))
    assert note(decision).startswith("use 2 of 5")
    assert lines() == 2
