"""Decisions that earlier runs kept, against a GitHub that keeps state and whatever an archive may hold."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from gate.hosts.facts import Event, Facts
from gate.hosts.github_archive import MOST_BYTES, member
from gate.hosts.github_artifacts import MOST_RUNS, files
from gate.hosts.kept import Expired, Kept
from gate.web.errors import WebError
from tests.hosts.fake_github import BASE, REPOSITORY, FakeGitHub, Fault, serving, zipped

GOOD = b'{"verdict": "pass"}'


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with serving() as found:
        yield found


def found(hub: FakeGitHub, token: str | None = None, **more: Any) -> list[Kept | Expired]:
    known: dict[str, Any] = {
        "event": Event.CHANGE,
        "repository": REPOSITORY,
        "workflow": "check.yml",
        "run": "9999",
        "api": hub.url,
    }
    facts = Facts(host="github", **{**known, **more})
    environ = hub.environ() if token is None else hub.environ(token)
    return list(files(facts, environ, "main", pause=lambda _: None))


def test_the_newest_comes_first_with_where_it_was_made(hub: FakeGitHub) -> None:
    for number, data in enumerate((b"old", b"new")):
        hub.artifact(hub.run(head_sha=f"{number}" * 40), {"decision.json": data, "report.md": b"x"})
    newest = found(hub)[0]
    assert newest == Kept(
        data=b"new", commit="1" * 40, at="2026-11-20T10:00:00Z", url=f"https://github.example/{REPOSITORY}/actions/runs/3"
    )
    assert [each.data for each in found(hub) if isinstance(each, Kept)] == [b"new", b"old"]


def test_the_credential_is_not_shown_to_the_storage(hub: FakeGitHub) -> None:
    hub.artifact(hub.run(), {"decision.json": GOOD})
    assert found(hub)
    assert [set(headers) for headers in hub.storage_asked] == [{"host", "user-agent", "accept", "accept-encoding"}]


@pytest.mark.parametrize(
    "odd",
    [
        {"event": "pull_request"},
        {"event": "workflow_dispatch"},
        {"event": "pull_request_target"},
        {"conclusion": "failure"},
        {"conclusion": None},
        {"head_branch": "mains"},
        {"head_repository": {"full_name": "mallory/fraud"}},
        {"head_repository": None},
        {"repository": {"full_name": "mallory/fraud"}},
        {"path": ".github/workflows/other.yml", "workflow_id": 56},
        {"path": "check.yml", "workflow_id": 56},
        {"id": 9999},
        {"id": "7"},
    ],
)
def test_a_run_that_proves_nothing_is_left_out(hub: FakeGitHub, odd: dict[str, Any]) -> None:
    hub.artifact(hub.run(), {"decision.json": b"old"})
    hub.artifact(hub.run(**odd), {"decision.json": b"odd"})
    assert [each.data for each in found(hub) if isinstance(each, Kept)] == [b"old"]


@pytest.mark.parametrize("odd", [{"event": "schedule"}, {"path": ".github/workflows/check.yml@main"}])
def test_a_run_that_counts_is_taken(hub: FakeGitHub, odd: dict[str, Any]) -> None:
    hub.artifact(hub.run(**odd), {"decision.json": GOOD})
    assert len(found(hub)) == 1


def test_a_workflow_without_a_name_is_asked_by_its_number(hub: FakeGitHub) -> None:
    hub.artifact(hub.run(), {"decision.json": GOOD})
    assert len(found(hub, workflow="")) == 1
    assert [asked.path for asked in hub.requests][:2] == [
        f"/repos/{REPOSITORY}/actions/runs/9999",
        f"/repos/{REPOSITORY}/actions/workflows/55/runs",
    ]


def test_what_expired_is_told_with_its_date(hub: FakeGitHub) -> None:
    run = hub.run()
    hub.artifact(run, b"", expired=True, expires_at="2026-11-21T10:00:00Z")
    assert found(hub) == [Expired(commit=BASE, at="2026-11-20T10:00:00Z", expired="2026-11-21T10:00:00Z", url=run["html_url"])]


def test_what_expires_while_it_is_asked_for_is_expired(hub: FakeGitHub) -> None:
    hub.artifact(hub.run(), {"decision.json": GOOD})
    hub.faults.append(Fault("GET", "/zip", 410))
    assert isinstance(found(hub)[0], Expired)


def test_runs_without_the_artifact_are_passed_over(hub: FakeGitHub) -> None:
    hub.artifact(hub.run(), {"decision.json": GOOD})
    hub.artifact(hub.run(), {"decision.json": b"x"}, name="something-else")
    hub.run()
    assert [each.data for each in found(hub) if isinstance(each, Kept)] == [GOOD]
    assert found(hub)[0].commit == BASE


def test_of_several_attempts_the_last_one_counts(hub: FakeGitHub) -> None:
    run = hub.run()
    hub.artifact(run, {"decision.json": b"first"})
    hub.artifact(run, {"decision.json": b"again"})
    assert [each.data for each in found(hub) if isinstance(each, Kept)] == [b"again"]


def test_looking_back_has_an_end(hub: FakeGitHub) -> None:
    hub.page = 10
    for _ in range(MOST_RUNS + 5):
        hub.run()
    assert found(hub) == []
    assert len([asked for asked in hub.requests if asked.path.endswith("/artifacts")]) == MOST_RUNS


def test_it_asks_no_further_than_needed(hub: FakeGitHub) -> None:
    for _ in range(5):
        hub.artifact(hub.run(), {"decision.json": GOOD})
    facts = Facts(host="github", repository=REPOSITORY, workflow="check.yml", api=hub.url)
    next(files(facts, hub.environ(), "main"))
    assert len(hub.requests) == 3


def test_another_digest_than_stated_is_refused(hub: FakeGitHub) -> None:
    hub.artifact(hub.run(), {"decision.json": GOOD}, digest="sha256:" + "0" * 64)
    with pytest.raises(WebError, match="another digest"):
        found(hub)


@pytest.mark.parametrize("answer", [401, 403, 404, 422, 429, 500, "close"])
def test_faults_are_errors(hub: FakeGitHub, answer: int | str) -> None:
    hub.artifact(hub.run(), {"decision.json": GOOD})
    hub.faults.append(Fault("GET", "/artifacts", answer))
    with pytest.raises(WebError):
        found(hub)


def test_a_workflow_that_never_ran_is_an_error(hub: FakeGitHub) -> None:
    with pytest.raises(WebError) as caught:
        found(hub)
    assert caught.value.status == 404


def archived(name: str = "decision.json", data: bytes = GOOD, mode: int = 0o100644) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, data)
    return out.getvalue()


def test_the_file_is_read(tmp_path: Any) -> None:
    assert member(archived(), "decision.json", "x") == GOOD
    assert member(GOOD, "decision.json", "x") == GOOD  # kept without an archive
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../decision.json", "a/../../decision.json", "/decision.json", "\\decision.json", "..\\decision.json", "C:\\x", "C:x"],
)
def test_a_path_out_of_the_archive_refuses_all_of_it(name: str) -> None:
    out = zipped({"decision.json": GOOD, name: b"evil"})
    with pytest.raises(WebError, match="a path out of itself or a link"):
        member(out, "decision.json", "x")


def test_a_link_refuses_all_of_it() -> None:
    with pytest.raises(WebError, match="a path out of itself or a link"):
        member(archived(data=b"/etc/passwd", mode=0o120777), "decision.json", "x")


def test_no_file_and_two_files_are_refused() -> None:
    with pytest.raises(WebError, match="no file `decision"):
        member(zipped({"sub/decision.json": GOOD}), "decision.json", "x")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("decision.json", GOOD)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("decision.json", b"other")
    with pytest.raises(WebError, match="several files `decision"):
        member(out.getvalue(), "decision.json", "x")


def test_a_bomb_is_not_unpacked() -> None:
    bomb = archived(data=b"\0" * (MOST_BYTES + 1))
    assert len(bomb) < 100_000
    with pytest.raises(WebError, match="larger than 16 MiB"):
        member(bomb, "decision.json", "x")


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either() -> None:
    bomb = bytearray(archived(data=b"\0" * (MOST_BYTES + 1)))
    place = bomb.rindex(b"PK\x01\x02") + 24  # the size in the central directory
    bomb[place : place + 4] = struct.pack("<I", 100)
    with pytest.raises(WebError):
        member(bytes(bomb), "decision.json", "x")


def test_ten_thousand_files_are_not_looked_through() -> None:
    with pytest.raises(WebError, match="1000 files"):
        member(zipped({f"{number}": b"" for number in range(1001)}), "decision.json", "x")


@pytest.mark.parametrize("damage", ["cut", "flip", "method", "locked", "head"])
def test_a_damaged_archive_is_an_error(damage: str) -> None:
    data = bytearray(archived(data=bytes(range(256)) * 20))
    central = data.rindex(b"PK\x01\x02")
    if damage == "cut":
        del data[-30:]
    elif damage == "flip":
        data[60] ^= 0xFF
    elif damage == "method":
        data[8] = data[central + 10] = 99
    elif damage == "locked":
        data[6] |= 1
        data[central + 8] |= 1
    else:
        data[:] = b"PK\x03\x04" + b"\xff" * 40
    with pytest.raises(WebError):
        member(bytes(data), "decision.json", "x")
