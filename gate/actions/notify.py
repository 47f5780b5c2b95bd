"""`do: notify`: a few lines to Slack, Teams, Discord and the rest, by the library apprise."""

from __future__ import annotations

from collections.abc import Mapping

from gate.actions.order import Order, failed, unset
from gate.errors import MissingExtraError
from gate.reports.plain import brief

URL = "GATE_NOTIFY_URL"


def said(_order: Order) -> str:
    """What it does."""
    return "a notification"


def perform(order: Order, environ: Mapping[str, str]) -> None:
    """Send it to every address of the environment; addresses hold tokens, so that no error shows them."""
    urls = environ.get(URL, "").split()
    if not urls:
        raise unset(URL, "set it to addresses as apprise writes them, with blanks between them: slack://…")
    import logging

    try:
        import apprise
    except ImportError:
        raise MissingExtraError("`do: notify`", "notify") from None
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    logging.getLogger("apprise").propagate = False  # it would log addresses
    to = apprise.Apprise()
    unknown = sum(not to.add(url) for url in urls)
    if unknown:
        raise failed(f"{unknown} of the {len(urls)} addresses in ${URL} cannot be read", "see the list of apprise")
    if not to.notify(title=title(order), body=body(order), body_format=apprise.NotifyFormat.TEXT):
        raise failed("the notification did not reach every address", "look at what the receiving side says")


def title(order: Order) -> str:
    """One line."""
    return subject(order)


def subject(order: Order) -> str:
    """What happened, in a line: of an e-mail, of a notification."""
    decision, when = order.decision, order.action.when.value
    what = ", ".join(order.action.rules[:3]) or f"verdict {decision.verdict.value}"
    word = {"fail": "fails", "recovered": "holds again", "pass": "passes", "warn": "warns", "undecided": "is undecided"}[when]
    said = f"{decision.name}: {what} {word}" if order.action.rules else f"{decision.name} {word}"
    return brief(said, 180)


def body(order: Order) -> str:
    """The last line of the report, what is behind it, and where to read on."""
    from gate.reports import text

    lines = text.render(order.decision, columns=100).rstrip("\n").split("\n")
    if order.decision.run_url:
        lines.append(brief(order.decision.run_url, 500))
    return "\n".join(lines[-60:])
