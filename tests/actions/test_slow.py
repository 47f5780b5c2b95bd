"""Servers that take a connection and say nothing: nobody waits for ever, and what may have arrived is not sent again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.actions import email, webhook
from gate.actions.order import Order, UnsureError
from gate.policy.action import Action
from gate.policy.load import load
from gate.web.wire import Limits
from tests.actions.acting import SECRET, Project


class Silent:
    """A server that reads what it is told and never answers."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def _take(self) -> None:
        while True:
            try:
                self.connections.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        for each in (self.listener, *self.connections):
            each.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    found = Silent()
    yield found
    found.close()


def order(tmp_path: Path, action: str) -> Order:
    project = Project(tmp_path)
    project.say(action)
    decision = project.run("2026-01-01", 0.8, act=False, record=False)
    policy = load(str(tmp_path / "gate.yaml"))
    (found,) = policy.actions
    assert isinstance(found, Action)
    return Order(action=found, decision=decision, id="an-id")


def test_a_webhook_that_does_not_answer(tmp_path: Path, silent: Silent) -> None:
    due = order(tmp_path, "{when: fail, do: webhook}")
    environ = {"GATE_WEBHOOK_URL": f"http://127.0.0.1:{silent.port}/", "GATE_WEBHOOK_SECRET": SECRET}
    limits = Limits(silence=0.3, attempt=0.6, pause=1, attempts=3, body=1024, redirects=0)
    with pytest.raises(UnsureError, match="no answer in time"):
        webhook.perform(due, environ, limits=limits)
    assert len(silent.connections) == 1  # it may have arrived


def test_a_mail_server_that_does_not_answer(tmp_path: Path, silent: Silent) -> None:
    due = order(tmp_path, "{when: fail, do: email, to: [a@example.com]}")
    environ = {"GATE_SMTP_URL": f"smtp://127.0.0.1:{silent.port}", "GATE_MAIL_FROM": "gate@example.com"}
    with pytest.raises(UnsureError, match=r"does not answer within 0\.3 seconds"):
        email.perform(due, environ, seconds=0.3)
    assert len(silent.connections) == 1
