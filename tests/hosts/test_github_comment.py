"""One comment on the pull request, against a GitHub that keeps state."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gate.hosts.facts import Event, Facts
from gate.hosts.github_comment import LIMIT, comment
from gate.hosts.host import Posted, marker
from gate.record import replace
from tests.hosts.fake_github import (
    ANN,
    APP,
    APP_TOKEN,
    BOT,
    HEAD,
    JOB_TOKEN,
    PERSONAL_TOKEN,
    REPOSITORY,
    FakeGitHub,
    Fault,
    serving,
)

MARKER = marker([("gate.yaml", "fraud")])
OTHER = marker([("gate.yaml", "churn")])


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with serving() as found:
        yield found


def facts(hub: FakeGitHub, **more: Any) -> Facts:
    known: dict[str, Any] = {
        "event": Event.CHANGE,
        "repository": REPOSITORY,
        "head": HEAD,
        "number": 7,
        "branch": "topic",
        "api": hub.url,
    }
    return Facts(host="github", **{**known, **more})


def post(hub: FakeGitHub, body: str = "report", token: str = JOB_TOKEN, mark: str = MARKER, **more: Any) -> Posted:
    posted = comment(facts(hub, **more), hub.environ(token), mark, body, pause=lambda _: None)
    for secret in (JOB_TOKEN, PERSONAL_TOKEN, APP_TOKEN):
        assert secret not in repr(posted)
    return posted


def bodies(hub: FakeGitHub) -> list[str]:
    return [each["body"] for each in hub.comments.values()]


def methods(hub: FakeGitHub) -> list[str]:
    return [asked.method for asked in hub.requests if asked.method != "GET"]


@pytest.mark.parametrize("token", [JOB_TOKEN, PERSONAL_TOKEN, APP_TOKEN])
def test_there_is_one_comment_however_often_gate_runs(hub: FakeGitHub, token: str) -> None:
    first = post(hub, "one", token)
    again = post(hub, "two", token)
    assert bodies(hub) == [f"{MARKER}\ntwo"]
    assert first.url == again.url == next(iter(hub.comments.values()))["html_url"]
    assert first.troubles == again.troubles == ()


def test_the_same_report_is_not_written_again(hub: FakeGitHub) -> None:
    first = post(hub, "one\ntwo")
    next(iter(hub.comments.values()))["body"] = f"{MARKER}\r\none\r\ntwo"
    assert post(hub, "one\ntwo") == first
    assert methods(hub) == ["POST"]


def test_it_is_found_on_a_later_page(hub: FakeGitHub) -> None:
    hub.page = 10
    for number in range(25):
        hub.say(f"comment {number}")
    hub.say(f"{MARKER}\nold", BOT)
    post(hub, "new")
    assert bodies(hub)[-1] == f"{MARKER}\nnew"
    assert methods(hub) == ["PATCH"]


def test_two_policies_have_two_comments(hub: FakeGitHub) -> None:
    post(hub, "fraud")
    post(hub, "churn", mark=OTHER)
    assert bodies(hub) == [f"{MARKER}\nfraud", f"{OTHER}\nchurn"]


@pytest.mark.parametrize(
    "user", [ANN, APP, {**BOT, "id": 5, "type": "User"}, {"login": "GitHub-Actions", "id": 3, "type": "User"}, None]
)
def test_a_marker_that_somebody_planted_is_left_alone(hub: FakeGitHub, user: Any) -> None:
    planted = hub.say(f"{MARKER}\nPASS, says Mallory")
    planted["user"] = user
    post(hub)
    assert bodies(hub) == [f"{MARKER}\nPASS, says Mallory", f"{MARKER}\nreport"]


@pytest.mark.parametrize("body", [f"> {MARKER}\nquoted", f"text\n{MARKER}", f"{MARKER} and more", "", None, 7])
def test_a_marker_counts_only_as_the_first_line(hub: FakeGitHub, body: Any) -> None:
    hub.say("x", BOT)["body"] = body
    post(hub)
    assert len(hub.comments) == 2
    assert methods(hub) == ["POST"]


def test_a_person_is_known_by_number_and_not_by_name(hub: FakeGitHub) -> None:
    hub.say(f"{MARKER}\nold", {**ANN, "login": "ann-renamed"})
    hub.say(f"{MARKER}\nplanted", {**ANN, "id": 4})
    post(hub, "new", PERSONAL_TOKEN)
    assert bodies(hub) == [f"{MARKER}\nnew", f"{MARKER}\nplanted"]


def test_what_was_written_twice_becomes_one(hub: FakeGitHub) -> None:
    kept = hub.say(f"{MARKER}\none", BOT)
    hub.say(f"{MARKER}\ntwo", BOT)
    assert post(hub, "new").url == kept["html_url"]
    assert hub.comments == {kept["id"]: {**kept, "body": f"{MARKER}\nnew"}}


def test_two_jobs_at_once_leave_one_comment(hub: FakeGitHub) -> None:
    both = threading.Barrier(2, timeout=10)
    hub.on_comment = both.wait  # both have seen no comment
    posted: list[Posted] = []
    jobs = [threading.Thread(target=lambda body=body: posted.append(post(hub, body))) for body in ("one", "two")]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert [each.troubles for each in posted] == [(), ()]
    assert len({each.url for each in posted}) == 1
    assert len(hub.comments) == 1
    assert methods(hub).count("POST") == 2


def test_a_comment_that_the_other_job_removed_is_no_trouble(hub: FakeGitHub) -> None:
    hub.say(f"{MARKER}\none", BOT)
    hub.say(f"{MARKER}\ntwo", BOT)
    hub.faults.append(Fault("DELETE", "", 404))
    assert post(hub).troubles == ()


def test_a_run_that_the_change_outgrew_says_nothing(hub: FakeGitHub) -> None:
    hub.pulls[7]["head"]["sha"] = "e" * 40
    posted = post(hub, "PASS")
    assert posted.troubles == (
        "no comment on the pull request: the change is at eeeeeeeeeeee by now, this run judged aaaaaaaaaaaa",
    )
    assert hub.comments == {}


def test_a_token_that_may_not_look_at_the_pull_request_still_comments(hub: FakeGitHub) -> None:
    hub.faults.append(Fault("GET", "/pulls/7", 403))
    assert post(hub).troubles == ()


@pytest.mark.parametrize("event", [Event.QUEUE, Event.PUSH, Event.SCHEDULE])
def test_without_a_pull_request_nothing_is_asked(hub: FakeGitHub, event: Event) -> None:
    number = 7 if event is Event.QUEUE else 0
    assert "belongs to none" in post(hub, event=event, number=number).troubles[0]
    assert hub.requests == []


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
def test_the_longest_comment_fits_and_a_longer_one_is_not_sent(hub: FakeGitHub, letter: str) -> None:
    room = (LIMIT - len(MARKER) - 1) // (2 if letter == "😀" else 1)
    assert post(hub, letter * room).troubles == ()
    hub.requests.clear()
    posted = post(hub, letter * (room + 1))
    assert "more than GitHub takes (65536)" in posted.troubles[0]
    assert hub.requests == []


def test_a_report_of_70000_characters_is_told(hub: FakeGitHub) -> None:
    assert "its 70059 characters are more" in post(hub, "x" * (70_059 - len(MARKER) - 1)).troubles[0]


def test_without_a_token_it_is_said_how_to_give_one(hub: FakeGitHub) -> None:
    posted = post(hub, token="")
    assert posted.troubles == (
        "no comment on the pull request: GITHUB_TOKEN is not set\n"
        "  give it to the step: `env: {GITHUB_TOKEN: ${{ github.token }}}`",
    )
    assert hub.requests == []


@pytest.mark.parametrize(
    ("more", "advice"),
    [
        ({}, "give the job `permissions: {pull-requests: write}`"),
        ({"fork": True}, "the token of a change from a fork can only read: post from a `workflow_run` job, by `gate publish`"),
        ({"branch": "dependabot/pip/numpy-2"}, "if Dependabot made the change"),
    ],
)
def test_a_token_that_may_only_read(hub: FakeGitHub, more: dict[str, Any], advice: str) -> None:
    hub.read_only = True
    trouble = post(hub, **more).troubles[0]
    assert "answers 403, Resource not accessible by integration" in trouble
    assert advice in trouble


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (401, "missing, wrong or expired"),
        (403, "pull-requests: write"),
        (404, "pull-requests: write"),
        (422, "answers 422, Because"),
        (429, "too many requests"),
        (500, "run the job again later"),
        (502, "run the job again later"),
        (302, "redirect"),
        ("close", "the connection broke"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_fault_is_told_and_none_raised(hub: FakeGitHub, method: str, answer: int | str, words: str) -> None:
    elsewhere = {"Location": "https://evil.example/x"} if answer == 302 else {}
    hub.faults.append(Fault(method, "/comments", answer, headers=elsewhere))
    posted = post(hub)
    assert posted.url == ""
    assert posted.troubles[0].startswith("no comment on the pull request: ")
    assert words in posted.troubles[0]


def test_a_wrong_token_is_told(hub: FakeGitHub) -> None:
    posted = post(hub, token="ghp_wrong")
    assert "answers 401, Bad credentials" in posted.troubles[0]
    assert "ghp_wrong" not in repr(posted)


def test_an_answer_that_is_no_list_is_told(hub: FakeGitHub) -> None:
    hub.faults.append(Fault("GET", "/comments", 200, body={"x": 1}))
    assert "not a list" in post(hub).troubles[0]


def test_the_token_goes_to_the_named_api_only(hub: FakeGitHub) -> None:
    posted = comment(replace(facts(hub), api="http://api.github.example"), hub.environ(), MARKER, "x")
    assert "not sent to http://api.github.example unencrypted" in posted.troubles[0]
    posted = comment(replace(facts(hub), api="http://169.254.169.254"), hub.environ(), MARKER, "x")
    assert "is not asked" in posted.troubles[0]
    assert hub.requests == []


def test_a_repository_that_is_not_known_is_told(hub: FakeGitHub) -> None:
    assert post(hub, repository="").url == ""
