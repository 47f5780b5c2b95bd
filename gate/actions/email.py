"""`do: email`: the report as text and as HTML, by the SMTP server of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from gate.actions.notify import body, subject
from gate.actions.order import Order, UnsureError, failed, unset
from gate.errors import Problem
from gate.web.address import is_loopback
from gate.web.errors import visible

if TYPE_CHECKING:
    import smtplib
    import ssl

URL = "GATE_SMTP_URL"
SENDER = "GATE_MAIL_FROM"
SECONDS = 20.0
ATTEMPTS = 3
_PAUSE = 1.0


def said(order: Order) -> str:
    """What it does."""
    return f"an e-mail to {', '.join(order.action.settings['to'])}"


def perform(order: Order, environ: Mapping[str, str], *, seconds: float = SECONDS) -> None:
    """Send it. A server that is busy is asked three times at most; each of its answers may take so many seconds."""
    url = environ.get(URL, "").strip()
    if not url:
        raise unset(URL, "set it to smtps://USER:PASSWORD@HOST (TLS) or smtp://USER:PASSWORD@HOST:587 (STARTTLS)")
    server = _server(url)
    message = made(order, _sender(server, environ))
    secrets = [each for each in (unquote(server.password or ""), unquote(server.username or "")) if each]
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _send(server, message, environ, seconds)
            return
        except Exception as error:
            again, problem = _told(error, server, secrets, seconds)
            if not again or attempt == ATTEMPTS:
                raise problem from None
        from time import sleep

        sleep(_PAUSE * attempt)


def made(order: Order, sender: str) -> EmailMessage:
    """The message: the text for all, the HTML for those who show it. The rest stands in the headers, without line ends."""
    from gate.reports import html, mail

    message = EmailMessage()
    message["Subject"] = subject(order)
    message["From"] = sender
    message["To"] = ", ".join(order.action.settings["to"])
    message["Message-ID"] = f"<{order.id}@gate.invalid>"  # the same where the same run is judged again
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body(order) + "\n")
    message.add_alternative(mail.render(order.decision), subtype="html")
    message.add_attachment(html.render(order.decision), subtype="html", filename="report.html")
    return message


def _server(url: str) -> SplitResult:
    try:
        found = urlsplit(url)
        known = found.scheme in ("smtp", "smtps") and bool(found.hostname) and (found.port is None or found.port > 0)
    except ValueError:
        known = False
    if not known:
        raise failed(f"${URL} is no address of a mail server", "smtps://USER:PASSWORD@HOST, or smtp://HOST:587")
    return found


def _sender(server: SplitResult, environ: Mapping[str, str]) -> str:
    name = environ.get(SENDER, "").strip() or unquote(server.username or "")
    if "@" not in name or not name.isprintable():
        raise unset(SENDER, "set it to the address that e-mails come from: gate@example.com")
    return name


def _send(server: SplitResult, message: EmailMessage, environ: Mapping[str, str], seconds: float) -> None:
    """One attempt. A password goes out encrypted only; without encryption nothing does, but to this machine itself."""
    import smtplib
    import ssl

    host = server.hostname or ""
    context = ssl.create_default_context(cafile=environ.get("SSL_CERT_FILE") or None)
    to: smtplib.SMTP
    if server.scheme == "smtps":
        to = smtplib.SMTP_SSL(host, server.port or 465, timeout=seconds, context=context)
    else:
        to = smtplib.SMTP(host, server.port or 587, timeout=seconds)
    with to:
        to.ehlo()
        if server.scheme == "smtp":
            _encrypt(to, server, context)
        if server.username:
            to.login(unquote(server.username), unquote(server.password or ""))
        refused = to.send_message(message)
    if refused:
        raise _RefusedError(f"{len(refused)} of {len(message['To'].addresses)} recipients are refused")


class _RefusedError(Exception):
    """Some of the recipients, not all."""


def _encrypt(to: smtplib.SMTP, server: SplitResult, context: ssl.SSLContext) -> None:
    if to.has_extn("starttls"):
        to.starttls(context=context)
        to.ehlo()
    elif server.username or not is_loopback(server.hostname or ""):
        raise failed(f"the mail server {server.hostname} offers no encryption", "use smtps://, or a server with STARTTLS")


def _told(error: Exception, server: SplitResult, secrets: list[str], seconds: float) -> tuple[bool, Exception]:
    """Whether it is worth another try, and what to say, in which no secret stands."""
    import smtplib

    from gate.errors import GateError

    if isinstance(error, GateError):
        return False, error
    name = f"the mail server {server.hostname}"
    if isinstance(error, _RefusedError):
        return False, failed(f"{name}: {error}", "the others have it; check the addresses")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False, failed(f"{name} refuses the credential ({error.smtp_code})", f"check user and password in ${URL}")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((each[0] for each in error.recipients.values()), default=0)
        return code < 500, failed(f"{name} refuses every recipient ({code})", "check the addresses in `to`")
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
        for secret in secrets:
            words = words.replace(secret, "…")
        return 400 <= error.smtp_code < 500, failed(f"{name} answers {error.smtp_code}, {visible(words)}")
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib calls it a disconnection
        what = f"{name} does not answer within {seconds:g} seconds"
        return False, UnsureError(Problem("action-failed", what, remedy=f"check ${URL}, and that this machine may reach it"))
    if isinstance(error, (OSError, smtplib.SMTPException)):
        remedy = f"check ${URL}, and that this machine may reach it"
        return isinstance(error, ConnectionError), failed(f"{name}: no connection ({type(error).__name__})", remedy)
    raise error
