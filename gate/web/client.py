"""The one HTTP client: a credential for one server, bounded waiting, no way to another host."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gate.record import dataclass, field, replace
from gate.web import address
from gate.web.address import Url
from gate.web.errors import MOST_SAID, answered, bad_address, redirected, too_large, unreadable, visible
from gate.web.errors import WebError as WebError
from gate.web.wire import Answer, Limits, Request, exchange

_REPEATABLE = ("GET", "HEAD", "PUT", "PATCH", "DELETE")  # twice has the effect of once
_REDIRECTS = (301, 302, 303, 307, 308)
_FIRST_PAUSE = 0.5


class Credential:
    """A secret in the header that carries it. Not shown by repr, str or any error."""

    __slots__ = ("_secret", "header", "value")

    def __init__(self, header: str, value: str, secret: str) -> None:
        if not (secret and value.isascii() and value.isprintable()):
            raise bad_address(
                "the credential is empty or holds characters that a header cannot", "set it again, without line ends"
            )
        self.header = header
        self.value = value
        self._secret = secret

    @classmethod
    def bearer(cls, token: str) -> Credential:
        token = token.strip()
        return cls("Authorization", f"Bearer {token}", token)

    @classmethod
    def named(cls, header: str, token: str) -> Credential:
        """A token in a header of its own, as GitLab's `PRIVATE-TOKEN`."""
        return cls(header, token.strip(), token.strip())

    @classmethod
    def basic(cls, user: str, password: str) -> Credential:
        from base64 import b64encode

        return cls("Authorization", "Basic " + b64encode(f"{user}:{password}".encode()).decode(), password)

    def hide(self, text: str) -> str:
        """The text without the secret."""
        return text.replace(self.value, "…").replace(self._secret, "…")

    def __repr__(self) -> str:
        return "Credential(…)"

    def __reduce__(self) -> str:
        raise TypeError("a credential is not written anywhere")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with a status below 300; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(compare=False)
    what: str = ""

    def json(self) -> Any:
        """The body's value. Raises WebError where it is not JSON."""
        from json import loads

        try:
            return loads(self.body)
        except (ValueError, RecursionError):
            raise unreadable(self.what, "the answer is not JSON") from None


class Client:
    """Requests to one server, given as the address that its paths stand below.

    `plain_http` says that the environment itself names this http:// address: only then, or on this machine, does a
    credential travel unencrypted. `ca_file` holds the certificates to trust instead of the system's.
    """

    def __init__(
        self,
        base_url: str,
        credential: Credential | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        plain_http: bool = False,
        ca_file: str = "",
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._base = address.parse(base_url)
        origin = self._base.origin
        if credential and origin.scheme == "http" and not plain_http and not address.is_loopback(origin.host):
            raise bad_address(f"the credential is not sent to {origin} unencrypted", "use an https:// address")
        self._credential = credential
        self._headers = dict(headers or {})
        self._limits = limits or Limits()
        self._ca_file = ca_file
        self._pause = pause

    def __repr__(self) -> str:
        return f"Client({self._base})"

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        most: int = 0,
    ) -> Response:
        """The answer to one request, which is repeated where that is safe and may help.

        `path` stands below the base, or is a whole URL of the same server. `most` bounds the answer in bytes.
        Raises WebError for every status from 300 on.
        """
        request = self._made(method, address.join(self._base, path), json, data, headers)
        return self._followed(request, replace(self._limits, body=most) if most else self._limits)

    def get(self, path: str, *, headers: Mapping[str, str] | None = None, most: int = 0) -> Response:
        return self.request("GET", path, headers=headers, most=most)

    def pages(self, path: str, *, headers: Mapping[str, str] | None = None) -> Iterator[Response]:
        """The answer and those that its Link header names as next, on the same server. Raises WebError after too many."""
        next_: str = path
        for _ in range(self._limits.pages):
            response = self.get(next_, headers=headers)
            yield response
            next_ = next_page(response.headers.get("link", ""))
            if not next_:
                return
        raise too_large(f"GET {address.join(self._base, path)}", f"{self._limits.pages} pages")

    def download(self, path: str, *, headers: Mapping[str, str] | None = None, most: int = 0) -> Response:
        """A file that the server keeps elsewhere: its redirect is followed to one other https host, without any credential.

        That host must be of the open internet, unless the server itself is not.
        """
        limits = replace(self._limits, body=most) if most else self._limits
        request = self._made("GET", address.join(self._base, path), None, None, headers)
        for _ in range(limits.redirects + 1):
            answer = self._tried(request, limits)
            if answer.status not in _REDIRECTS:
                return _accepted(request, answer, self._hide)
            url = address.redirected(request.url, answer.headers.get("location", ""))
            private = not request.public_only and bool(answer.peer) and address.is_private(answer.peer)
            request = self._elsewhere(request, url, private)
        raise redirected(f"GET {request.url}", "too many redirects")

    def _elsewhere(self, request: Request, url: Url, private: bool) -> Request:
        """The request for where a download leads: the same server keeps the credential, another gets none."""
        if url.origin == request.url.origin:
            return replace(request, url=url)
        if url.origin.scheme != "https" and not (private and self._base.origin.scheme == "http"):
            raise redirected(f"GET {request.url}", f"leads to {url.origin}, unencrypted")
        return replace(request, url=url, headers=_plain_headers(url), public_only=not private)

    def _made(self, method: str, url: Url, json: object, data: bytes | None, headers: Mapping[str, str] | None) -> Request:
        if url.origin != self._base.origin:
            raise bad_address(f"{url.origin} is not the server {self._base.origin} that this was meant for")
        sent = {**_plain_headers(url), **self._headers, **(headers or {})}
        if json is not None:
            from json import dumps

            data = dumps(json, ensure_ascii=True, allow_nan=False).encode()
            sent["Content-Type"] = "application/json"
        if self._credential:
            sent[self._credential.header] = self._credential.value
        return Request(method=method, url=url, headers=sent, body=data, ca_file=self._ca_file)

    def _followed(self, request: Request, limits: Limits) -> Response:
        for _ in range(limits.redirects + 1):
            answer = self._tried(request, limits)
            if answer.status not in _REDIRECTS:
                return _accepted(request, answer, self._hide)
            what = f"{request.method} {request.url}"
            url = address.redirected(request.url, answer.headers.get("location", ""))
            if url.origin != request.url.origin:
                raise redirected(what, f"the server sends gate on to {url.origin}")
            if request.method not in ("GET", "HEAD"):
                raise redirected(what, f"the server sends gate on to {url}")
            request = replace(request, url=url)
        raise redirected(f"{request.method} {request.url}", "too many redirects")

    def _tried(self, request: Request, limits: Limits) -> Answer:
        """An answer that repeating would not better. Raises WebError."""
        left = limits.pause
        for attempt in range(limits.attempts):
            try:
                answer = exchange(request, limits)
                error = _failure(request, answer, self._hide)
                if error is None:
                    return answer
            except WebError as failed:
                error = failed
            pause = error.wait if error.wait is not None else _FIRST_PAUSE * 2**attempt
            if attempt + 1 == limits.attempts or pause > left or not _may_repeat(request.method, error):
                raise error
            left -= pause
            self._sleep(pause)
        raise AssertionError("limits allow no attempt")

    def _sleep(self, seconds: float) -> None:
        if self._pause is not None:
            self._pause(seconds)
            return
        from random import uniform
        from time import sleep

        sleep(seconds + uniform(0, _FIRST_PAUSE))  # so that jobs that failed together do not come back together

    def _hide(self, text: str) -> str:
        return self._credential.hide(text) if self._credential else text


def next_page(link: str) -> str:
    """The URL that a Link header calls next; empty where there is none."""
    import re

    for url, rest in re.findall(r"<([^<>]*)>([^<]*)", link[:8192]):
        if re.search(r";\s*rel=(?:next|\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\")\s*(?:[,;]|$)", rest):
            return str(url)
    return ""


def _plain_headers(url: Url) -> dict[str, str]:
    return {"Host": url.origin.authority, "User-Agent": "mlgate", "Accept": "application/json", "Accept-Encoding": "identity"}


def _may_repeat(method: str, error: WebError) -> bool:
    """Whether the request may go out again: it must not take effect twice."""
    if not error.passing:
        return False
    if method in _REPEATABLE or not error.sent:
        return True
    return (
        error.status in (403, 429, 503) and error.wait is not None
    )  # the server says that it did nothing, and when to come back


def _accepted(request: Request, answer: Answer, hide: Callable[[str], str]) -> Response:
    what = f"{request.method} {request.url}"
    if not 200 <= answer.status < 300:
        raise answered(what, answer.status, _said(answer, hide), None)
    return Response(answer.status, answer.headers, answer.body, what)


def _failure(request: Request, answer: Answer, hide: Callable[[str], str]) -> WebError | None:
    if answer.status < 400:
        return None
    wait = _retry_after(answer.headers.get("retry-after", ""))
    return answered(f"{request.method} {request.url}", answer.status, _said(answer, hide), wait)


def _said(answer: Answer, hide: Callable[[str], str]) -> str:
    """What the server says of an error, if it says it in JSON: one line, without the credential."""
    from json import dumps, loads

    try:
        value = loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    parts = [value.get(key) for key in ("message", "error", "error_description", "errors")]
    texts = [part if isinstance(part, str) else dumps(part) for part in parts if part]
    return visible(hide("; ".join(texts)), MOST_SAID)


def _retry_after(text: str) -> float | None:
    """Seconds until a Retry-After, which is a number of them or a date; None where it is neither."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        then = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=timezone.utc)
    return max(0.0, (then - datetime.now(timezone.utc)).total_seconds())
