from __future__ import annotations

from collections.abc import Iterator

import pytest

from gate.hosts.facts import Facts
from gate.hosts.gitlab import facts
from gate.hosts.gitlab_artifacts import MOST_PIPELINES, files
from gate.hosts.kept import Expired, Kept
from gate.web.errors import WebError
from tests.hosts.fake_gitlab import FakeGitLab, running

GONE = {"artifacts_expire_at": "2026-01-01T00:00:00.000Z"}


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with running(FakeGitLab()) as fake:
        yield fake


@pytest.fixture(params=["the project's token", "the job's token"])
def tokens(request: pytest.FixtureRequest) -> dict[str, str]:
    return {} if request.param == "the project's token" else {"GATE_GITLAB_TOKEN": ""}


def found(gitlab: FakeGitLab, branch: str = "main", path: str = "decision.json", **more: str) -> list[Kept | Expired]:
    environ = gitlab.environ(**more)
    told = facts(environ)
    assert isinstance(told, Facts)
    return list(files(told, environ, branch, path))


def kept(gitlab: FakeGitLab, **more: str) -> list[bytes]:
    return [each.data for each in found(gitlab, **more) if isinstance(each, Kept)]


def test_the_newest_comes_first(gitlab: FakeGitLab, tokens: dict[str, str]) -> None:
    for number in (1, 2, 3):
        gitlab.pipeline(number, source="schedule" if number == 3 else "push")
        gitlab.job(10 + number, number, b"decision %d" % number)
    assert kept(gitlab, **tokens) == [b"decision 3", b"decision 2", b"decision 1"]


def test_a_file_has_its_commit_its_date_and_its_page(gitlab: FakeGitLab, tokens: dict[str, str]) -> None:
    gitlab.pipeline(1)
    gitlab.job(11, 1, b"{}")
    url = "https://gitlab.example.com/risk/fraud/-/jobs/11"
    expected = Kept(data=b"{}", commit=f"{1:040x}", at="2026-11-20T09:00:00Z", url=url)
    assert found(gitlab, "main", "decision.json", **tokens) == [expected]


@pytest.mark.parametrize(
    "pipeline",
    [
        {"source": "merge_request_event"},
        {"source": "web"},
        {"source": "api"},
        {"source": "trigger"},
        {"source": "external"},
        {"status": "failed"},
        {"status": "running"},
        {"ref": "better"},
        {"ref": "refs/merge-requests/3/head"},
    ],
    ids=str,
)
def test_other_pipelines_prove_nothing(gitlab: FakeGitLab, tokens: dict[str, str], pipeline: dict[str, str]) -> None:
    gitlab.pipeline(1)
    gitlab.job(11, 1, b"trusted")
    gitlab.pipeline(2, **pipeline)
    gitlab.job(12, 2, b"not trusted")
    assert kept(gitlab, **tokens) == [b"trusted"]


@pytest.mark.parametrize(
    ("job", "counts"),
    [
        ({"name": "other"}, False),
        ({"name": "gate 1/2"}, False),
        ({"tag": True}, False),
        ({"status": "failed"}, False),
        ({"status": "canceled"}, False),
        ({"status": "failed", "allow_failure": True}, True),  # a warning with an exit code of its own
    ],
    ids=str,
)
def test_other_jobs_are_passed_over(gitlab: FakeGitLab, tokens: dict[str, str], job: dict[str, object], counts: bool) -> None:
    gitlab.pipeline(1)
    gitlab.job(11, 1, b"x", **job)
    assert kept(gitlab, **tokens) == ([b"x"] if counts else [])


def test_what_has_expired_is_told_with_its_dates(gitlab: FakeGitLab, tokens: dict[str, str]) -> None:
    gitlab.pipeline(1)
    gitlab.job(11, 1, None, **GONE)
    gitlab.pipeline(2)
    gitlab.job(12, 2, b"kept in name only", **GONE)
    del gitlab.artifacts[12, "decision.json"]
    assert [(type(each), each.at) for each in found(gitlab, **tokens)] == [(Expired, "2026-11-20T09:00:00Z")] * 2
    first = found(gitlab, **tokens)[0]
    assert isinstance(first, Expired)
    assert (first.expired, first.commit) == ("2026-01-01T00:00:00Z", f"{2:040x}")


def test_a_job_that_kept_another_file_is_passed_over(gitlab: FakeGitLab, tokens: dict[str, str]) -> None:
    gitlab.pipeline(1)
    gitlab.job(11, 1, b"x", artifacts_expire_at="2126-01-01T00:00:00Z")
    assert found(gitlab, "main", "out/decision.json", **tokens) == []
    gitlab.artifacts[11, "out/decision.json"] = b"y"
    assert [each.data for each in found(gitlab, "main", "out/decision.json", **tokens) if isinstance(each, Kept)] == [b"y"]


def test_only_as_much_is_asked_as_is_taken(gitlab: FakeGitLab) -> None:
    for number in range(1, 60):
        gitlab.pipeline(number)
        gitlab.job(100 + number, number, b"decision %d" % number)
    environ = gitlab.environ()
    told = facts(environ)
    assert told is not None
    first = next(files(told, environ, "main"))
    assert isinstance(first, Kept)
    assert first.data == b"decision 59"
    assert len(gitlab.asked) == 3
    assert len(found(gitlab)) == MOST_PIPELINES


def test_a_branch_is_a_name_and_nothing_else(gitlab: FakeGitLab) -> None:
    name = "release/1.x&source=web#"
    gitlab.pipeline(1, ref=name)
    gitlab.job(11, 1, b"x")
    assert len(found(gitlab, name)) == 1


def test_a_file_on_another_host_gets_no_token(gitlab: FakeGitLab) -> None:
    gitlab.pipeline(1)
    gitlab.job(11, 1, b"x")
    with running(FakeGitLab(artifacts={(1, "x"): b"from the store"})) as store:
        store.answers["GET /x"] = 200, b"from the store"
        gitlab.redirect_artifacts = f"{store.url}/x"
        assert kept(gitlab) == [b"from the store"]
        assert "private-token" not in store.asked[0].headers


@pytest.mark.parametrize("path", ["../../../../../user", "a/../b", "/etc/passwd", ""])
def test_a_path_leads_nowhere_else(gitlab: FakeGitLab, path: str) -> None:
    gitlab.pipeline(1)
    gitlab.job(11, 1, b"x")
    with pytest.raises(WebError):
        found(gitlab, "main", path)
    assert gitlab.calls("GET", "artifacts") == 0


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_may_not_be_listed_is_an_error(gitlab: FakeGitLab, tokens: dict[str, str], status: int) -> None:
    for name in ("pipelines", "jobs"):
        gitlab.answers[f"GET /projects/risk%2Ffraud/{name}"] = status, b'{"message": "no"}'
    with pytest.raises(WebError, match=str(status)):
        found(gitlab, **tokens)


@pytest.mark.parametrize("body", [b"{}", b"7", b"<html>", b'[{"status": "success", "ref": "main", "source": "push"}]'])
def test_a_list_that_is_none_is_an_error(gitlab: FakeGitLab, body: bytes) -> None:
    gitlab.answers["GET /projects/risk%2Ffraud/pipelines"] = 200, body
    with pytest.raises(WebError):
        found(gitlab)


@pytest.mark.parametrize(
    "strange", [{"artifacts": None}, {"artifacts": [7]}, {"commit": None}, {"finished_at": "never"}, {"web_url": 7}], ids=str
)
def test_strange_jobs_are_no_crash(gitlab: FakeGitLab, strange: dict[str, object]) -> None:
    gitlab.pipeline(1)
    gitlab.job(11, 1, b"x", **strange)
    assert len(found(gitlab)) in (0, 1)
