from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gate.hosts.facts import Event, Facts
from gate.hosts.gitlab import COMMENT_LIMIT, base_now, check, comment, facts
from gate.hosts.gitlab_notes import harmless
from gate.hosts.host import Check, Posted, marker
from gate.web.errors import WebError
from tests.hosts.fake_gitlab import JOB_TOKEN, TOKEN, Asked, FakeGitLab, running

MARKER = marker([("gate.yaml", "fraud")])
OTHER = marker([("gate.yaml", "churn")])
PASSED = Check(name="gate: fraud", passed=True, title="9 rules hold", summary="")


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with running(FakeGitLab()) as fake:
        yield fake


def known(environ: dict[str, str]) -> Facts:
    found = facts(environ)
    assert found is not None
    return found


def commented(gitlab: FakeGitLab, body: str, marker: str = MARKER, **more: str) -> Posted:
    environ = gitlab.environ(**more)
    return comment(known(environ), environ, marker, body)


def checked(gitlab: FakeGitLab, given: Check = PASSED, **more: str) -> Posted:
    environ = gitlab.environ(**more)
    return check(known(environ), environ, given)


# -- facts


def test_a_merge_request() -> None:
    assert facts(FakeGitLab(port=8080).environ()) == Facts(
        host="gitlab",
        event=Event.CHANGE,
        repository="risk/fraud",
        commit="c" * 40,
        head="c" * 40,
        base="b" * 40,
        base_branch="main",
        number=3,
        workflow="gate",
        run="900",
        run_url="https://gitlab.example.com/risk/fraud/-/jobs/9",
        api="http://127.0.0.1:8080/api/v4",
    )


@pytest.mark.parametrize(("kind", "event"), [("merged_result", Event.CHANGE), ("merge_train", Event.QUEUE)])
def test_a_merge_made_for_the_test_is_not_the_change(kind: str, event: Event) -> None:
    merged = {
        "CI_MERGE_REQUEST_EVENT_TYPE": kind,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "a" * 40,
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "d" * 40,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "better",
    }
    told = known(FakeGitLab().environ(**merged))
    assert (told.event, told.commit, told.head, told.base, told.branch) == (event, "c" * 40, "a" * 40, "d" * 40, "better")


@pytest.mark.parametrize("runs_in", ["5", "66"], ids=["in the project", "in the fork"])
def test_a_fork_is_known_wherever_its_pipeline_runs(runs_in: str) -> None:
    told = known(
        FakeGitLab().environ(CI_MERGE_REQUEST_SOURCE_PROJECT_ID="66", CI_PROJECT_ID=runs_in, CI_PROJECT_PATH="eve/fraud")
    )
    assert told.fork
    assert told.repository == "risk/fraud"


@pytest.mark.parametrize(
    ("source", "event"),
    [("push", Event.PUSH), ("schedule", Event.SCHEDULE), ("web", Event.OTHER), ("api", Event.OTHER), ("", Event.OTHER)],
)
def test_a_branch(source: str, event: Event) -> None:
    told = facts(
        {
            "GITLAB_CI": "true",
            "CI_PIPELINE_SOURCE": source,
            "CI_COMMIT_SHA": "c" * 40,
            "CI_COMMIT_BRANCH": "main",
            "CI_PROJECT_PATH": "risk/fraud",
            "CI_API_V4_URL": "https://gitlab.example.com/api/v4/",
        }
    )
    assert told == Facts(
        host="gitlab",
        event=event,
        repository="risk/fraud",
        commit="c" * 40,
        head="c" * 40,
        branch="main",
        api="https://gitlab.example.com/api/v4",
    )


def test_a_pipeline_below_that_of_a_merge_request_still_belongs_to_it() -> None:
    assert known(FakeGitLab().environ(CI_PIPELINE_SOURCE="parent_pipeline")).event is Event.CHANGE


@pytest.mark.parametrize("written", ["", "abc", "C" * 40, f"{'c' * 39}\n", "../../etc"])
def test_what_is_no_commit_is_none(written: str) -> None:
    told = known(FakeGitLab().environ(CI_COMMIT_SHA=written, CI_MERGE_REQUEST_DIFF_BASE_SHA=written))
    assert (told.commit, told.head, told.base) == ("", "", "")


@pytest.mark.parametrize("written", ["3/../4", "-3", "9" * 5000, "\u0663"])
def test_what_is_no_number_is_none(written: str) -> None:
    assert known(FakeGitLab().environ(CI_MERGE_REQUEST_IID=written)).number == 0


@pytest.mark.parametrize("environ", [{}, {"GITLAB_CI": "false"}, {"CI": "true"}])
def test_elsewhere_there_are_none(environ: dict[str, str]) -> None:
    assert facts(environ) is None


def test_where_the_base_branch_is_now(gitlab: FakeGitLab) -> None:
    gitlab.refs |= {"refs/heads/release/1.x": "e" * 40, "refs/tags/release/1.x": "f" * 40}
    environ = gitlab.environ(CI_MERGE_REQUEST_TARGET_BRANCH_NAME="release/1.x", GATE_GITLAB_TOKEN="")
    assert base_now(known(environ), environ) == "e" * 40
    assert base_now(known(gitlab.environ()), environ) == ""
    gitlab.answers["GET /projects/risk%2Ffraud/repository/commits/refs%2Fheads%2Fmain"] = (
        404,
        b'{"message": "404 Project Not Found"}',
    )
    with pytest.raises(WebError, match="404 Project Not Found"):
        base_now(known(gitlab.environ()), environ)


# -- the note


def test_the_first_comment_is_new_and_the_next_one_the_same(gitlab: FakeGitLab) -> None:
    first = commented(gitlab, "recall is short")
    assert gitlab.said() == [f"{MARKER}\nrecall is short"]
    second = commented(gitlab, "all holds")
    assert gitlab.said() == [f"{MARKER}\nall holds"]
    assert first == second == Posted(url="https://gitlab.example.com/risk/fraud/-/merge_requests/3#note_101")


def test_the_same_words_are_not_written_twice(gitlab: FakeGitLab) -> None:
    commented(gitlab, "all holds\n")
    commented(gitlab, "all holds\n")
    assert (gitlab.calls("POST"), gitlab.calls("PUT")) == (1, 0)


def test_comments_under_other_policies_are_others(gitlab: FakeGitLab) -> None:
    commented(gitlab, "fraud", MARKER)
    commented(gitlab, "churn", OTHER)
    commented(gitlab, "fraud, again", MARKER)
    assert gitlab.said() == [f"{MARKER}\nfraud, again", f"{OTHER}\nchurn"]


def test_a_marker_that_somebody_else_planted_is_left_alone(gitlab: FakeGitLab) -> None:
    gitlab.note(f"{MARKER}\nall holds, trust me", author=13)
    gitlab.note(f"a quotation\n{MARKER}\n")
    commented(gitlab, "recall is short")
    assert gitlab.said(13) == [f"{MARKER}\nall holds, trust me"]
    assert gitlab.said()[-1] == f"{MARKER}\nrecall is short"
    assert len(gitlab.notes) == 3


def test_the_note_is_found_after_hundreds_of_others(gitlab: FakeGitLab) -> None:
    for number in range(250):
        gitlab.note(f"remark {number}", author=13)
    mine = gitlab.note(f"{MARKER}\nold")
    for number in range(250):
        gitlab.note(f"remark {number}", author=13)
    posted = commented(gitlab, "new")
    assert posted.url.endswith(f"#note_{mine}")
    assert gitlab.said() == [f"{MARKER}\nnew"]


def test_two_jobs_that_post_at_once_leave_one_note(gitlab: FakeGitLab) -> None:
    together = threading.Barrier(2, timeout=10)

    def wait_for_the_other(_: FakeGitLab, asked: Asked) -> None:
        if asked.method == "POST":
            together.wait()  # both have found none

    gitlab.before = wait_for_the_other
    jobs = [threading.Thread(target=commented, args=(gitlab, f"job {number}")) for number in (1, 2)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(20)
    assert gitlab.calls("POST") == 2
    assert len(gitlab.said()) == 1


def test_of_two_notes_that_a_broken_job_left_the_older_stays(gitlab: FakeGitLab) -> None:
    first = gitlab.note(f"{MARKER}\none")
    gitlab.note(f"{MARKER}\ntwo")
    posted = commented(gitlab, "three")
    assert posted.url.endswith(f"#note_{first}")
    assert gitlab.said() == [f"{MARKER}\nthree"]


def test_a_note_that_vanishes_meanwhile_is_told(gitlab: FakeGitLab) -> None:
    gitlab.note(f"{MARKER}\nold")

    def delete(fake: FakeGitLab, asked: Asked) -> None:
        if asked.method == "PUT":
            fake.notes.clear()

    gitlab.before = delete
    posted = commented(gitlab, "new")
    assert "404 Note Not Found" in posted.troubles[0]


@pytest.mark.parametrize(
    "hostile",
    ["/merge", "text\n/approve", "text\r\n/close\r\n", "\n\r/label ~mine", "```\n/merge\n```\n/close", "a\n\r\r/merge", "/MERGE"],
)
def test_no_line_is_a_command_to_gitlab(gitlab: FakeGitLab, hostile: str) -> None:
    commented(gitlab, hostile)
    commented(gitlab, f"{hostile}\nchanged")
    assert gitlab.carried_out == []
    assert len(gitlab.said()) == 1


def test_the_fake_would_carry_a_command_out(gitlab: FakeGitLab) -> None:
    from gate.hosts.gitlab_api import access

    notes = "/projects/risk%2Ffraud/merge_requests/3/notes"
    access(gitlab.environ()).client.request("POST", notes, json={"body": "well\n/merge"})
    assert gitlab.carried_out == ["merge"]


def test_what_is_no_command_stays_as_it_is() -> None:
    body = "a / b\nhttps://example.com/x\n| /x |\n`/merge`\n  indented"
    assert harmless(body) == body


def test_a_comment_above_the_limit_is_not_sent(gitlab: FakeGitLab) -> None:
    posted = commented(gitlab, "x" * COMMENT_LIMIT)
    assert "1000000" in posted.troubles[0]
    assert gitlab.asked == []
    fitting = "x" * (COMMENT_LIMIT - len(MARKER) - 1)
    assert commented(gitlab, fitting).troubles == ()


def test_without_a_merge_request_nothing_is_asked(gitlab: FakeGitLab) -> None:
    posted = commented(gitlab, "x", CI_MERGE_REQUEST_IID="")
    assert posted.troubles == ("no comment on the merge request: this pipeline belongs to none",)
    assert gitlab.asked == []


# -- the status


@pytest.mark.parametrize(("passed", "state"), [(True, "success"), (False, "failed")])
def test_a_status_is_green_or_red(gitlab: FakeGitLab, passed: bool, state: str) -> None:
    posted = checked(gitlab, Check(name="gate: fraud", passed=passed, title="recall is short", summary="long"))
    assert posted == Posted(url="https://gitlab.example.com/risk/fraud/-/jobs/9")
    assert gitlab.statuses == [
        {
            "project": "risk/fraud",
            "sha": "c" * 40,
            "state": state,
            "name": "gate: fraud",
            "description": "recall is short",
            "target_url": "https://gitlab.example.com/risk/fraud/-/jobs/9",
            "pipeline_id": 900,
        }
    ]


def test_a_status_keeps_gitlabs_limits(gitlab: FakeGitLab) -> None:
    long = Check(name="n" * 300, passed=True, title="t" * 300, summary="")
    posted = checked(gitlab, long, CI_JOB_URL="https://gitlab.example.com/" + "j" * 300)
    assert posted.troubles == ()
    assert gitlab.statuses[0]["description"] == "t" * 254 + "…"
    assert "target_url" not in gitlab.statuses[0]


def test_a_status_is_not_called_like_the_job(gitlab: FakeGitLab) -> None:
    assert checked(gitlab, Check(name="gate", passed=True, title="", summary="")).troubles == ()
    assert gitlab.statuses[0]["name"] == "gate: verdict"


def test_a_status_of_a_forks_pipeline_stands_in_the_fork(gitlab: FakeGitLab) -> None:
    checked(gitlab, CI_PROJECT_PATH="eve/fraud")
    assert gitlab.statuses[0]["project"] == "eve/fraud"


def test_a_status_needs_a_commit(gitlab: FakeGitLab) -> None:
    assert checked(gitlab, CI_COMMIT_SHA="").troubles == ("no commit status: the commit is not known",)


# -- tokens and trouble


@pytest.mark.parametrize("name", ["GATE_GITLAB_TOKEN", "GITLAB_TOKEN"])
def test_a_token_of_either_name_is_taken(gitlab: FakeGitLab, name: str) -> None:
    tokens = {"GATE_GITLAB_TOKEN": "", "GITLAB_TOKEN": "", name: f" {TOKEN}\n"}
    assert commented(gitlab, "x", **tokens).troubles == ()
    assert gitlab.asked[0].headers["private-token"] == TOKEN


def test_gates_own_token_goes_first(gitlab: FakeGitLab) -> None:
    assert commented(gitlab, "x", GITLAB_TOKEN="glpat-of-somebody").troubles == ()


@pytest.mark.parametrize("job", [JOB_TOKEN, ""])
def test_a_job_alone_posts_nothing_and_says_what_it_needs(gitlab: FakeGitLab, job: str) -> None:
    tokens = {"GATE_GITLAB_TOKEN": "", "CI_JOB_TOKEN": job}
    posted = [commented(gitlab, "x", **tokens), checked(gitlab, PASSED, **tokens)]
    for each in posted:
        assert each.url == ""
        assert "GATE_GITLAB_TOKEN" in each.troubles[0]
        assert "`api`" in each.troubles[0]
    assert gitlab.asked == []


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
def test_a_refusal_is_told_with_a_remedy_and_without_the_token(gitlab: FakeGitLab, status: int) -> None:
    said = f'{{"message": "{status} said of {TOKEN}"}}'.encode()
    gitlab.answers["GET /user"] = status, said
    gitlab.answers[f"POST /projects/risk%2Ffraud/statuses/{'c' * 40}"] = status, said
    for posted in (commented(gitlab, "x"), checked(gitlab)):
        assert posted.url == ""
        assert str(status) in posted.troubles[0]
        assert TOKEN not in posted.troubles[0]
        assert posted.troubles[0].isprintable()
        assert (status not in (401, 403)) or "the scope `api`" in posted.troubles[0]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"id": "71"}', b'{"id": true}', b"<html>", b'{"id": 71'])
def test_an_answer_that_is_none_is_told(gitlab: FakeGitLab, body: bytes) -> None:
    gitlab.answers["GET /user"] = 200, body
    assert len(commented(gitlab, "x").troubles) == 1
    assert gitlab.notes == []


@pytest.mark.parametrize("body", [b"{}", b"7", b'{"message": "x"}'])
def test_a_list_that_is_none_is_told_and_nothing_is_posted(gitlab: FakeGitLab, body: bytes) -> None:
    gitlab.answers["GET /projects/risk%2Ffraud/merge_requests/3/notes"] = 200, body
    assert "not a list" in commented(gitlab, "x").troubles[0]
    assert gitlab.notes == []


@pytest.mark.parametrize(
    "entry", [b"7", b"null", b'{"id": 1}', b'{"id": 1, "author": null, "body": 7}', b'{"author": {"id": 71}}']
)
def test_a_strange_note_is_passed_over(gitlab: FakeGitLab, entry: bytes) -> None:
    gitlab.answers["GET /projects/risk%2Ffraud/merge_requests/3/notes"] = 200, b"[" + entry + b"]"
    assert commented(gitlab, "x").troubles == ()


@pytest.mark.parametrize("url", ["http://gitlab.example.com/api/v4", "http://169.254.169.254/api/v4", "ftp://x", "", "gitlab"])
def test_the_token_goes_to_no_address_that_is_not_safe(gitlab: FakeGitLab, url: str) -> None:
    for posted in (commented(gitlab, "x", CI_API_V4_URL=url), checked(gitlab, CI_API_V4_URL=url)):
        assert posted.url == ""
        assert TOKEN not in posted.troubles[0]
    assert gitlab.asked == []


def test_the_token_goes_to_no_other_host(gitlab: FakeGitLab) -> None:
    with running(FakeGitLab()) as other:
        gitlab.redirect = other.url
        for posted in (commented(gitlab, "x"), checked(gitlab)):
            assert posted.url == ""
            assert f"127.0.0.1:{other.port}" in posted.troubles[0]
        assert len(gitlab.asked) == 2
        assert other.asked == []


def test_a_token_with_a_line_end_inside_is_not_sent(gitlab: FakeGitLab) -> None:
    posted = commented(gitlab, "x", GATE_GITLAB_TOKEN="glpat-1\r\nX-Evil: 1")
    assert "characters that a header cannot" in posted.troubles[0]
    assert "glpat" not in posted.troubles[0]
    assert gitlab.asked == []


@pytest.mark.parametrize(("said", "protected"), [("true", True), ("false", False), ("", False)])
def test_whether_the_branch_is_protected(gitlab: FakeGitLab, said: str, protected: bool) -> None:
    assert known(gitlab.environ(CI_COMMIT_REF_PROTECTED=said)).protected is protected
