"""Which actions are due, by the runs before; and what is held back, is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.history.store import open_store
from gate.record import replace
from gate.terms.decision import Decision
from gate.terms.run import Run, State, moment, new_id
from tests.actions.acting import SECRET, Project
from tests.actions.receiving import Receiver, receiver

GOOD, BAD = 0.9, 0.8
FAIL = "{when: fail, do: webhook}"


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, hook: Receiver) -> Project:
    found = Project(tmp_path)
    found.environ |= {"GATE_WEBHOOK_URL": hook.url, "GATE_WEBHOOK_SECRET": SECRET}
    return found


def days(count: int) -> list[str]:
    return [f"2026-01-{1 + 2 * day:02d}" for day in range(count)]


def statuses(project: Project, recalls: list[float], **how: bool) -> list[str]:
    told = [project.run(day, recall, **how) for day, recall in zip(days(len(recalls)), recalls, strict=True)]
    return [" ".join(each.status for each in decision.actions) for decision in told]


def test_an_alert_goes_out_once_and_again_after_it_was_well_in_between(project: Project, hook: Receiver) -> None:
    project.say(FAIL)
    assert statuses(project, [BAD, BAD, GOOD, BAD, BAD]) == ["done", "held", "", "done", "held"]
    assert len(hook.got) == 2


def test_without_act_the_same_is_named_and_nothing_is_sent(project: Project, hook: Receiver) -> None:
    project.say(FAIL)
    assert statuses(project, [BAD, BAD, GOOD, BAD, BAD], act=False) == ["would", "held", "", "would", "held"]
    assert not hook.got
    assert project.one("2026-03-01", BAD).status == "done"  # what was only named was never done


def test_for_counts_runs_in_a_row(project: Project) -> None:
    project.say("{when: fail, for: 3, do: webhook}")
    assert statuses(project, [BAD, BAD, GOOD, BAD, BAD, BAD, BAD]) == ["held", "held", "", "held", "held", "done", "held"]


def test_every_repeats_it_while_it_lasts_and_never_sooner(project: Project) -> None:
    project.say("{when: fail, every: 4d, do: webhook}")  # a run each second day
    assert statuses(project, [BAD, BAD, BAD, GOOD, BAD, BAD]) == ["done", "held", "done", "", "done", "held"]


def test_a_cool_down_holds_over_a_recovery(project: Project) -> None:
    project.say("{when: fail, every: 3w, do: webhook}")
    assert statuses(project, [BAD, GOOD, BAD]) == ["done", "", "held"]


def test_recovered_follows_what_had_failed_only(project: Project) -> None:
    project.say("{when: recovered, rules: [recall], do: webhook}")
    assert statuses(project, [GOOD, BAD, GOOD, GOOD, BAD, GOOD]) == ["", "", "done", "", "", "done"]


def test_rules_narrow_it(project: Project) -> None:
    project.say("{when: fail, rules: [accuracy], do: webhook}", "{when: fail, rules: [recall, accuracy], do: webhook}")
    assert statuses(project, [BAD]) == ["done"]


def test_the_same_run_judged_again_does_nothing_twice(project: Project, hook: Receiver) -> None:
    project.say(FAIL)
    told = [project.one("2026-01-01", BAD, record=False).status for _ in range(3)]
    assert told == ["done", "held", "held"]
    assert len(hook.got) == 1


def test_a_failure_is_named_and_tried_again_the_next_time(project: Project, hook: Receiver) -> None:
    project.say(FAIL)
    hook.answers += [500]
    first = project.run("2026-01-01", BAD)
    assert (first.actions[0].status, first.exit_code) == ("failed", 1)
    assert first.actions[0].why == "the webhook did not take it: it answers 500"
    assert project.one("2026-01-02", BAD).status == "done"


def test_no_error_shows_the_address_or_the_secret(project: Project, hook: Receiver) -> None:
    project.say(FAIL)
    for answers in ([401], [302], [500]):
        hook.answers += answers
        shown = repr(project.run("2026-01-01", BAD, record=False).actions)
        assert "s3cret-path" not in shown
        assert "MDEyMz" not in shown
    project.environ["GATE_WEBHOOK_URL"] = "https://user:hunter2@localhost:1/s3cret-path"
    (found,) = project.run("2026-01-01", BAD, record=False).actions
    assert found.status == "failed"
    assert "hunter2" not in repr(found)
    assert "s3cret" not in repr(found)


CHANGE = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_PROJECT_PATH": "a/b"}


def test_the_job_of_a_change_does_nothing(project: Project, hook: Receiver) -> None:
    project.say(FAIL)
    (found,) = project.run("2026-01-01", BAD, more=CHANGE, record=False).actions
    assert (found.status, found.why) == ("would", "this job runs a change: pushes, the clock and people act")
    assert not hook.got


def record_pass(project: Project, started: str, trusted: bool) -> None:
    store = open_store("", project.environ, write=True)
    run = Run(id=new_id(started), started=started, finished=started, model="fraud", trusted=trusted, verdict="pass")
    from gate.terms.run import Entry, Status

    newest = next(iter(store.runs()))
    store.add([Entry(replace(run, status=Status.FINISHED, branch=newest.branch))])
    store.close()


def test_a_run_of_a_change_neither_ends_nor_begins_anything(project: Project) -> None:
    project.say("{when: fail, for: 2, do: webhook}")
    project.run("2026-01-01", BAD)
    record_pass(project, "2026-01-02T00:00:00.000Z", trusted=False)
    assert project.one("2026-01-03", BAD).status == "done"


def test_what_a_forged_state_keeps_quiet_is_told(project: Project) -> None:
    project.say(FAIL)
    project.run("2026-01-01", GOOD)
    store = open_store("", project.environ, write=True)
    branch = next(iter(store.runs())).branch
    key = project.one("2026-01-02", BAD, act=False, record=False).key
    at = "2026-01-02T00:00:00.000Z"
    store.add([State(f"action fraud {branch} {key}", f'{{"at": "{at}", "id": "x", "status": "done"}}', moment())])
    store.close()
    found = project.one("2026-01-03", BAD)
    assert (found.status, found.why) == ("held", "done on 2026-01-02 00:00, and it has not been otherwise since")


@pytest.mark.parametrize("text", ["{", "[]", '{"at": 5}', '{"at": "x", "status": []}', "[" * 5000])
def test_a_state_that_cannot_be_read_keeps_nothing_quiet(project: Project, text: str) -> None:
    project.say(FAIL)
    project.run("2026-01-01", GOOD)
    store = open_store("", project.environ, write=True)
    branch = next(iter(store.runs())).branch
    key = project.one("2026-01-02", BAD, act=False, record=False).key
    store.add([State(f"action fraud {branch} {key}", text, moment())])
    store.close()
    assert project.one("2026-01-03", BAD).status == "done"


def test_without_a_readable_history_an_alert_goes_out_and_what_counts_runs_does_not(project: Project, hook: Receiver) -> None:
    Path(project.environ["GATE_HISTORY"]).write_text("no database\n" * 200)
    project.say(FAIL, "{when: fail, for: 2, do: webhook}", "{when: recovered, do: webhook}")
    found = project.run("2026-01-01", BAD, record=False).actions
    assert [each.status for each in found] == ["done", "held"]
    assert "it may be done again, as that cannot be noted" in found[0].why
    assert "whether this is run 2 in a row is not known" in found[1].why
    assert len(hook.got) == 1


def test_the_verdict_is_what_it_was(project: Project) -> None:
    project.say(FAIL)
    decision = project.run("2026-01-01", BAD, record=False)
    bare: Decision = replace(decision, actions=())
    assert (decision.verdict, decision.findings, decision.exit_code) == (bare.verdict, bare.findings, 1)
