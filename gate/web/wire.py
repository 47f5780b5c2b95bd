"""One exchange with a server: the address that is connected to is the one that was checked, and everything has an end."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gate.record import dataclass
from gate.web import address
from gate.web.address import Url
from gate.web.errors import WebError, bad_address, too_large, too_slow, unreachable, unreadable, visible

if TYPE_CHECKING:
    import socket
    from http.client import HTTPResponse

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much, at most: seconds and bytes.

    `silence` bounds each wait for the server, `attempt` one attempt from connecting to the last byte, `pause` all the
    waiting between attempts of a request. Looking up a name has no limit but the system's own.
    """

    silence: float = 10.0
    attempt: float = 30.0
    pause: float = 60.0
    attempts: int = 4
    body: int = 16 * 2**20
    redirects: int = 3
    pages: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What goes out. `public_only`: never to a private network. Shown without headers, one of which is a credential."""

    method: str
    url: Url
    headers: Mapping[str, str]
    body: bytes | None = None
    public_only: bool = False
    ca_file: str = ""

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; names of headers are in lower case, `peer` is the IP address that answered, empty behind a proxy."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    peer: str


def exchange(request: Request, limits: Limits, look_up: Callable[..., Any] | None = None) -> Answer:
    """Send one request and read the whole answer. Raises WebError; an answer of any status is no error here.

    `look_up` finds the addresses of a name as socket.getaddrinfo does, which it is by default.
    """
    from http.client import HTTPConnection, HTTPException
    from time import monotonic

    what = f"{request.method} {request.url}"
    end = monotonic() + limits.attempt
    proxy = _proxy(request.url)
    sock = _connected(request, proxy, limits, look_up)
    connection = HTTPConnection(request.url.origin.host, request.url.origin.port)
    try:
        peer = "" if proxy else str(sock.getpeername()[0])
        sock = _ready(sock, request, proxy)
        connection.sock = _Timed(sock, limits.silence, end)
        direct = proxy is None or request.url.origin.scheme == "https"
        headers = {**request.headers, **({} if direct or proxy is None else proxy.headers)}
        connection.request(request.method, request.url.target if direct else request.url.whole, request.body, headers)
        response = connection.getresponse()
        body = _body(response, limits.body, what)
        return Answer(status=response.status, headers=_headers(response), body=body, peer=peer)
    except TimeoutError:
        raise too_slow(what, limits.attempt if monotonic() >= end else limits.silence, sent=True) from None
    except (ConnectionError, OSError) as error:
        raise _broken(what, error) from None
    except (HTTPException, ValueError) as error:  # ValueError: a length or a chunk that is no number
        raise unreadable(what, f"the answer is not HTTP or is cut off ({type(error).__name__})", passing=True) from None
    finally:
        connection.close()
        sock.close()


@dataclass(frozen=True, slots=True)
class _Proxy:
    host: str
    port: int
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"_Proxy({self.host}:{self.port})"


def _proxy(url: Url) -> _Proxy | None:
    """The proxy that the environment names for this URL; this machine itself is always asked directly."""
    from urllib.parse import unquote, urlsplit
    from urllib.request import getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    named = proxies.get(url.origin.scheme) or proxies.get("all", "")
    if not named or address.is_loopback(url.origin.host) or proxy_bypass(url.origin.authority):
        return None
    try:
        parts = urlsplit(named if "://" in named else f"http://{named}")
        host, port = parts.hostname or "", parts.port or 80
    except ValueError:
        host, port = "", 0
    if not host or parts.scheme != "http":
        raise bad_address("the proxy that the environment names is not an http:// address", "set HTTPS_PROXY=http://host:port")
    if parts.username is None:
        return _Proxy(host, port, {})
    from base64 import b64encode

    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return _Proxy(host, port, {"Proxy-Authorization": "Basic " + b64encode(user.encode()).decode()})


def _connected(request: Request, proxy: _Proxy | None, limits: Limits, look_up: Callable[..., Any] | None) -> socket.socket:
    """A connection to the first address that takes it. All addresses of the name are checked before any is tried."""
    import socket

    what = f"{request.method} {request.url}"
    host, port = (proxy.host, proxy.port) if proxy else (request.url.origin.host, request.url.origin.port)
    try:
        found = (look_up or socket.getaddrinfo)(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        gone = getattr(error, "errno", None) != socket.EAI_AGAIN
        raise unreachable(what, f"the name {visible(host)} is not known", sent=False, passing=not gone) from None
    if proxy is None:
        for entry in found:
            address.check(str(entry[4][0]), public_only=request.public_only)
    last: OSError = OSError("no address")
    for family, kind, protocol, _, place in found[:4]:
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(limits.silence)
        try:
            sock.connect(place)
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    if isinstance(last, TimeoutError):
        raise too_slow(what, limits.silence, sent=False)
    raise unreachable(what, f"no connection ({_reason(last)})", sent=False)


def _ready(sock: socket.socket, request: Request, proxy: _Proxy | None) -> socket.socket:
    """The connection as the request needs it: through the proxy's tunnel, and encrypted."""
    if request.url.origin.scheme != "https":
        return sock
    import ssl

    if proxy is not None:
        _tunnel(sock, request.url, proxy)
    try:
        context = ssl.create_default_context(cafile=request.ca_file or None)
    except OSError:
        raise bad_address("the file of trusted certificates cannot be read", "name a file of certificates in PEM form") from None
    return context.wrap_socket(sock, server_hostname=request.url.origin.host)


def _tunnel(sock: socket.socket, url: Url, proxy: _Proxy) -> None:
    from http.client import HTTPResponse

    host = f"[{url.origin.host}]" if ":" in url.origin.host else url.origin.host
    lines = [f"CONNECT {host}:{url.origin.port} HTTP/1.1", f"Host: {host}:{url.origin.port}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers.items()]
    sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    response = HTTPResponse(sock, method="CONNECT")
    try:
        response.begin()
    finally:
        response.close()
    if response.status != 200:
        raise unreachable(f"CONNECT {url.origin}", f"the proxy answers {response.status}", sent=False, passing=False)


def _body(response: HTTPResponse, most: int, what: str) -> bytes:
    limit = f"{most / 2**20:g} MiB"
    if response.length is not None and response.length > most:
        raise too_large(what, limit)
    body = bytearray()
    while part := response.read(_CHUNK):
        body += part
        if len(body) > most:
            raise too_large(what, limit)
    if response.length:
        raise unreadable(what, "the answer is cut off", passing=True)
    return bytes(body)


def _headers(response: HTTPResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _broken(what: str, error: OSError) -> WebError:
    from ssl import SSLCertVerificationError

    if isinstance(error, SSLCertVerificationError):
        reason = f"the server's certificate is not trusted ({visible(error.verify_message)})"
        return unreachable(what, reason, sent=False, passing=False)
    return unreachable(what, f"the connection broke ({_reason(error)})", sent=True)


def _reason(error: OSError) -> str:
    return visible(error.strerror or type(error).__name__)


class _Timed:
    """A socket that waits no longer than `silence` for each piece, and not beyond `end` for all."""

    def __init__(self, sock: socket.socket, silence: float, end: float) -> None:
        self._sock = sock
        self._silence = silence
        self._end = end

    def sendall(self, data: bytes) -> None:
        self._hurry()
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def receive(self, buffer: Any) -> int:
        self._hurry()
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        """Nothing: http.client lets go of the connection before the body is read; `exchange` closes it."""

    def _hurry(self) -> None:
        from time import monotonic

        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(self._silence, left))


class _Incoming(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._timed.receive(buffer)
