"""A webhook is signed so that the standard's own library takes it, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.actions.acting import SECRET, Project
from tests.actions.receiving import Receiver, receiver


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, hook: Receiver) -> Project:
    found = Project(tmp_path)
    found.environ |= {"GATE_WEBHOOK_URL": hook.url, "GATE_WEBHOOK_SECRET": SECRET}
    found.say("{when: fail, rules: [recall], do: webhook}")
    return found


def test_the_library_of_the_standard_takes_it(project: Project, hook: Receiver) -> None:
    project.run("2026-01-01", 0.8)
    ((headers, body),) = hook.got
    told = Webhook(SECRET).verify(body, headers)
    assert told == json.loads(body)
    assert (told["type"], told["data"]["name"], told["data"]["verdict"]) == ("gate.fail", "fraud", "fail")
    (finding,) = told["data"]["findings"]
    assert (finding["rule"], finding["value"], finding["threshold"]) == ("recall", 0.8, 0.85)


@pytest.mark.parametrize("spoil", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_whatever_is_changed_on_the_way_is_noticed(project: Project, hook: Receiver, spoil: str) -> None:
    project.run("2026-01-01", 0.8)
    ((headers, body),) = hook.got
    if spoil == "body":
        body = body.replace(b'"fail"', b'"pass"')
    else:
        headers[spoil] = headers[spoil][:-4] + "AAA="
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)


def test_the_same_run_has_the_same_id_for_receivers_to_know_it_by(project: Project, hook: Receiver) -> None:
    project.run("2026-01-01", 0.8, record=False)
    Path(project.environ["GATE_HISTORY"]).unlink()
    project.run("2026-01-01", 0.8, record=False)
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"GATE_WEBHOOK_URL": ""}, "$GATE_WEBHOOK_URL is not set"),
        ({"GATE_WEBHOOK_SECRET": ""}, "$GATE_WEBHOOK_SECRET is not set"),
        ({"GATE_WEBHOOK_SECRET": "whsec_short"}, "$GATE_WEBHOOK_SECRET is no secret of a webhook"),
        ({"GATE_WEBHOOK_URL": "http://127.0.0.1:9/"}, "no connection"),
        ({"GATE_WEBHOOK_URL": "http://169.254.169.254/x"}, "its address is none that gate speaks to"),
    ],
)
def test_what_cannot_be_sent_is_said(project: Project, hook: Receiver, environ: dict[str, str], words: str) -> None:
    (found,) = project.run("2026-01-01", 0.8, more=environ).actions
    assert found.status == "failed"
    assert words in found.why
    assert not hook.got
