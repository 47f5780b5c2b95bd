"""`do: webhook`: the decision as signed JSON, to the one address that the environment names.

Signed as https://www.standardwebhooks.com says: HMAC-SHA256 over id, time and body; libraries for receivers are there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gate.actions.order import Order, UnsureError, failed, unset
from gate.errors import Problem
from gate.web.client import Client, WebError
from gate.web.wire import Limits

URL = "GATE_WEBHOOK_URL"
SECRET = "GATE_WEBHOOK_SECRET"
LIMITS = Limits(silence=10, attempt=20, pause=20, attempts=3, body=64 * 1024, redirects=0)


def said(_order: Order) -> str:
    """What it does."""
    return "a signed POST to the webhook"


def perform(order: Order, environ: Mapping[str, str], *, limits: Limits = LIMITS) -> None:
    """Send it; an address is as good as a password, so that no error shows more of it than its host."""
    url, secret = environ.get(URL, "").strip(), environ.get(SECRET, "").strip()
    if not url:
        raise unset(URL, f"set it to the address of the webhook, and ${SECRET} to the secret that it shares with gate")
    if not secret:
        raise unset(SECRET, "set it to the secret that the receiver checks signatures with: whsec_…")
    body = json.dumps(_told(order), ensure_ascii=True, sort_keys=True).encode()
    try:
        client = Client(url, limits=limits)
        headers = {"Content-Type": "application/json", **signed(order.id, body, _key(secret))}
        client.request("POST", url, data=body, headers=headers)
    except WebError as error:
        what = f"the webhook did not take it: {_reason(error)}"
        if error.sent and not error.status:
            raise UnsureError(Problem("action-failed", what)) from None
        raise failed(what) from None


def signed(identity: str, body: bytes, key: bytes, now: int | None = None) -> dict[str, str]:
    """The three headers of a signed message; `now` are seconds since 1970."""
    import hmac
    import time
    from base64 import b64encode

    at = str(int(time.time()) if now is None else now)
    content = f"{identity}.{at}.".encode() + body
    signature = b64encode(hmac.digest(key, content, "sha256")).decode()
    return {"webhook-id": identity, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}


def _key(secret: str) -> bytes:
    """The bytes of a secret: base64 behind `whsec_`."""
    from base64 import b64decode

    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if len(key) < 16:
        remedy = "make one: python3 -c \"import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\""
        raise failed(f"${SECRET} is no secret of a webhook: base64 of 16 bytes or more", remedy)
    return key


def _told(order: Order) -> dict[str, object]:
    """The message: what was decided, without the measurements themselves."""
    decision = order.decision
    return {
        "type": f"gate.{order.action.when.value}",
        "timestamp": decision.judged_at,
        "data": {
            "name": decision.name,
            "verdict": decision.verdict.value,
            "rules": list(order.action.rules),
            "findings": [
                {
                    "rule": finding.rule,
                    "outcome": finding.outcome.value,
                    "effect": finding.effect.value,
                    "slice": dict(finding.slice.parts),
                    "value": _number(finding.value),
                    "threshold": _number(finding.threshold),
                }
                for finding in decision.findings
                if not order.action.rules or finding.rule in order.action.rules
            ][:1000],
            "commit": decision.commit,
            "run_url": decision.run_url,
            "policies": [each.sha256 for each in decision.policies],
            "model": [each.sha256 for each in decision.model],
            "simulated": decision.simulated,
            "gate_version": decision.gate_version,
        },
    }


def _number(value: float | bool | None) -> float | bool | None:
    """A number that JSON has."""
    return value if value is None or isinstance(value, bool) or abs(value) < float("inf") else None


def _reason(error: WebError) -> str:
    if error.status:
        return f"it answers {error.status}"
    return {"web-address": "its address is none that gate speaks to", "web-timeout": "no answer in time"}.get(
        error.slug, "no connection"
    )
