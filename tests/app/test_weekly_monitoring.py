"""The twelve weeks of the example: the right ones fail, and each alert goes out when it should, once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from gate.app.acting.acting import acted
from gate.app.check import CheckRequest, check, judging_of
from gate.app.remember import trouble
from gate.terms.decision import Decision, Outcome
from tests.actions.inbox import Inbox, free_port
from tests.hosts import fake_github
from tests.hosts.fake_github import FakeGitHub

EXAMPLE = Path(__file__).parents[2] / "examples" / "weekly-monitoring"
FAILING = {"recall": [1, 8, 9, 10, 11, 12], "precision": [8, 9, 10, 11, 12], "accuracy": [9, 10, 11, 12]}


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with fake_github.serving() as found:
        found.refs["heads/main"] = fake_github.BASE
        found.workflows["retrain.yml"] = ()
        yield found


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    found = Inbox()
    controller = Controller(found, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield found, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def judged(week: int, environ: dict[str, str]) -> Decision:
    """A week: judged, acted on, recorded."""
    day = str(date(2026, 1, 5) + timedelta(weeks=week - 1))
    metrics, policy = str(EXAMPLE / "weeks" / f"{week:02d}.json"), str(EXAMPLE / "gate.yaml")
    request = CheckRequest(inputs=[metrics], policies=[policy], now=day, environ=environ)
    judging = judging_of(request)
    decision = acted(check(request, judging), judging, environ, act=True)
    assert trouble(decision, judging.policies, environ) == ""
    return decision


def test_each_alert_is_sent_once_and_retraining_started_once(tmp_path: Path, hub: FakeGitHub, inbox: tuple[Inbox, str]) -> None:
    environ = hub.environ(
        GITHUB_EVENT_NAME="schedule", GITHUB_REF="refs/heads/main", GITHUB_REF_NAME="main", GITHUB_SHA=fake_github.BASE,
        GATE_HISTORY=str(tmp_path / "history.db"), GATE_SMTP_URL=inbox[1], GATE_MAIL_FROM="gate@example.com",
    )  # fmt: skip
    sent: dict[int, list[str]] = {}
    started, failing = [], {rule: list[int]() for rule in FAILING}
    for week in range(1, 13):
        decision = judged(week, environ)
        assert not [each for each in decision.actions if each.status == "failed"]
        sent[week] = sorted(str(message["Subject"]) for message in inbox[0].messages)
        inbox[0].messages.clear()
        started += [week] * len(hub.started)
        hub.started.clear()
        for finding in decision.findings:
            failing[finding.rule] += [week] * (finding.outcome is Outcome.FAIL)
    assert failing == FAILING
    assert {week: subjects for week, subjects in sent.items() if subjects} == {
        1: ["fraud: recall fails"],
        2: ["fraud: recall holds again"],
        8: ["fraud: precision fails", "fraud: recall fails"],
        9: ["fraud: accuracy fails"],
    }
    assert started == [10]


def test_the_script_shows_what_its_page_does() -> None:
    environ = {"PATH": "/usr/bin:/bin", "GATE": str(Path(sys.executable).with_name("gate"))}
    done = subprocess.run([sys.executable, str(EXAMPLE / "replay.py")], capture_output=True, text=True, check=True, env=environ)
    assert done.stdout in (EXAMPLE / "README.md").read_text(encoding="utf-8")
