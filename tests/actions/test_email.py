"""E-mails reach a real SMTP server; what it refuses is said without the password."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.actions.acting import Project
from tests.actions.inbox import Inbox, free_port

PASSWORD = "hunter2-secret"


def authenticator(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def plain(inbox: Inbox) -> Iterator[int]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2"]
    subprocess.run([*made, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return key, cert


@pytest.fixture
def secure(inbox: Inbox, certificate: tuple[Path, Path]) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    controller = Controller(
        inbox, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, auth_required=True,
        authenticator=authenticator,
    )  # fmt: skip
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = Project(tmp_path)
    found.environ["GATE_MAIL_FROM"] = "gate@example.com"
    found.say("{when: fail, rules: [recall], do: email, to: [ml@example.com, risk@example.com]}")
    return found


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_the_report_arrives_as_text_as_html_and_as_the_whole_page(project: Project, plain: int, inbox: Inbox) -> None:
    project.environ["GATE_SMTP_URL"] = f"smtp://127.0.0.1:{plain}"
    assert project.one("2026-01-01", 0.8).status == "done"
    (message,) = inbox.messages
    assert inbox.recipients == [["ml@example.com", "risk@example.com"]]
    assert message["Subject"] == "fraud: recall fails"
    assert "DO NOT DEPLOY: 1 rule fails" in part(message, "plain")
    assert "Do not deploy" in part(message, "html")
    assert "<script" not in part(message, "html")
    (page,) = message.iter_attachments()
    assert page.get_filename() == "report.html"
    assert page.get_content().startswith("<!doctype html>")


def test_a_password_goes_out_encrypted(project: Project, secure: int, inbox: Inbox, certificate: tuple[Path, Path]) -> None:
    project.environ["GATE_SMTP_URL"] = f"smtp://gate:{PASSWORD}@localhost:{secure}"
    project.environ["SSL_CERT_FILE"] = str(certificate[1])
    assert project.one("2026-01-01", 0.8).why == ""
    assert inbox.encrypted == [True]


def test_a_certificate_that_is_not_trusted_gets_nothing(project: Project, secure: int, inbox: Inbox) -> None:
    project.environ["GATE_SMTP_URL"] = f"smtp://gate:{PASSWORD}@localhost:{secure}"
    found = project.one("2026-01-01", 0.8)
    assert (found.status, inbox.messages) == ("failed", [])
    assert PASSWORD not in found.why


def test_a_password_never_goes_out_unencrypted(project: Project, plain: int, inbox: Inbox) -> None:
    project.environ["GATE_SMTP_URL"] = f"smtp://gate:{PASSWORD}@127.0.0.1:{plain}"
    found = project.one("2026-01-01", 0.8)
    assert (found.status, inbox.messages) == ("failed", [])
    assert "offers no encryption" in found.why


def test_a_wrong_password(project: Project, secure: int, certificate: tuple[Path, Path]) -> None:
    project.environ["GATE_SMTP_URL"] = f"smtp://gate:not-{PASSWORD}@localhost:{secure}"
    project.environ["SSL_CERT_FILE"] = str(certificate[1])
    found = project.one("2026-01-01", 0.8)
    assert found.status == "failed"
    assert "refuses the credential (535)" in found.why
    assert PASSWORD not in found.why


def test_a_busy_server_is_asked_again_and_not_for_ever(project: Project, plain: int, inbox: Inbox) -> None:
    project.environ["GATE_SMTP_URL"] = f"smtp://127.0.0.1:{plain}"
    inbox.answers += ["451 later"]
    assert project.one("2026-01-01", 0.8).status == "done"
    assert len(inbox.messages) == 1
    inbox.answers += ["451 later"] * 3
    project.run("2026-01-02", 0.9)
    found = project.one("2026-01-03", 0.8)
    assert (found.status, inbox.answers) == ("failed", [])
    assert found.why.endswith("answers 451, later")


def test_a_refusal_is_final(project: Project, plain: int, inbox: Inbox) -> None:
    project.environ["GATE_SMTP_URL"] = f"smtp://127.0.0.1:{plain}"
    inbox.answers += ["554 no", "250 never asked"]
    assert project.one("2026-01-01", 0.8).status == "failed"
    assert inbox.answers == ["250 never asked"]


@pytest.mark.parametrize(
    ("url", "words"),
    [("", "$GATE_SMTP_URL is not set"), ("https://x", "no address of a mail server"), ("smtp://127.0.0.1:9", "no connection")],
)
def test_no_server(project: Project, url: str, words: str) -> None:
    project.environ["GATE_SMTP_URL"] = url
    found = project.one("2026-01-01", 0.8)
    assert found.status == "failed"
    assert words in found.why
