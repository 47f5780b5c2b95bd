"""A notification goes out by apprise itself, to this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions.acting import Project
from tests.actions.receiving import Receiver, receiver

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise imports it


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, hook: Receiver) -> Project:
    found = Project(tmp_path)
    found.environ["GATE_NOTIFY_URL"] = hook.url.replace("http://", "json://user:hunter2@")
    found.say("{when: fail, do: notify}")
    return found


def test_it_arrives(project: Project, hook: Receiver) -> None:
    assert project.one("2026-01-01", 0.8).status == "done"
    ((_, body),) = hook.got
    told = json.loads(body)
    assert told["title"] == "fraud fails"
    assert "DO NOT DEPLOY: 1 rule fails" in told["message"]


def test_a_refusal_shows_no_address(project: Project, hook: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    hook.answers += [403]
    found = project.one("2026-01-01", 0.8)
    assert found.status == "failed"
    shown = repr(found) + caplog.text
    assert "hunter2" not in shown
    assert "s3cret-path" not in shown


@pytest.mark.parametrize(("urls", "words"), [("", "$GATE_NOTIFY_URL is not set"), ("nonsense://x json://", "cannot be read")])
def test_addresses_that_are_none(project: Project, urls: str, words: str) -> None:
    project.environ["GATE_NOTIFY_URL"] = urls
    found = project.one("2026-01-01", 0.8)
    assert found.status == "failed"
    assert words in found.why
