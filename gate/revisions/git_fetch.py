"""Fetching one commit from a server: without credentials, redirects, prompts or hooks, and with limits.

Whatever the server sends, a commit is known by its id: where it comes from does not decide what is in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from gate.documents.files import FilesError
from gate.errors import Problem
from gate.revisions import git_program
from gate.revisions.git_folder import GitFolder
from gate.web import address
from gate.web.address import Url

SECONDS = 120.0
MOST_BYTES = 256 * 1024 * 1024  # of what a server may send

# The way to a server: a proxy, and the authorities that it is known by. None of them can change what a commit holds.
_WAY = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_NO_PROXY = ("no_proxy", "NO_PROXY")
_SETTINGS = {
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "20",
    "protocol.version": "2",
    "transfer.fsckObjects": "true",
    "transfer.bundleURI": "false",
    "fetch.unpackLimit": "1",  # one pack, which is there as a whole or not at all
    "fetch.writeCommitGraph": "false",
}
_PRIVATE = (
    "it is not there, or private; packs are fetched without credentials: clone a private one in a step before, "
    "and name the clone: `git:file:///FOLDER@COMMIT#PATH`"
)
_ADVICE = {
    "could not read Username": _PRIVATE,
    "returned error: 40": _PRIVATE,
    "' not found": _PRIVATE,
    "returned error: 30": "the server sends gate on to another address: name that one; many end in `.git`",
    "not our ref": "that commit is not there: was it pushed?",
    "unadvertised object": "the server gives out newest commits only: it needs `uploadpack.allowReachableSHA1InWant`",
}


def fetch(url: Url, commit: str, store: str, environ: Mapping[str, str], look_up: Callable[..., Any] | None = None) -> None:
    """Put the commit with its files, without its history, into the folder of objects `store`. Raises GateError.

    `look_up` finds the addresses of a name as socket.getaddrinfo does, which it is by default.
    """
    view = GitFolder()
    program = git_program.find_program(environ)
    surroundings = git_program.surroundings(view.path, store, environ)
    surroundings.update({name: environ[name] for name in (*_WAY, *_PROXIES, *_NO_PROXY) if environ.get(name)})
    surroundings["GIT_ALLOW_PROTOCOL"] = "https"
    settings = {**_SETTINGS, **_pinned(url, environ, look_up)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    # `url` begins with https:// and `commit` is hexadecimal: neither can be an option
    arguments = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", url.whole, commit]
    done = git_program.run(program, [*options, *arguments], surroundings, seconds=SECONDS, prepare=_limit())
    if done.code != 0:
        raise _failed(url, commit, done.complaint or f"git ended with {done.code}")


def _pinned(url: Url, environ: Mapping[str, str], look_up: Callable[..., Any] | None) -> dict[str, str]:
    """The addresses of the server, checked, so that git asks these and none that the name has later. Raises WebError."""
    import socket
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    host, port = url.origin.host, url.origin.port
    none = next((environ[name] for name in _NO_PROXY if environ.get(name)), "")
    if any(environ.get(name) for name in _PROXIES) and not proxy_bypass_environment(f"{host}:{port}", {"no": none}):
        return {}  # the proxy looks the name up
    try:
        found = (look_up or socket.getaddrinfo)(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _failed(url, "", "the name of the server is not known") from None
    places = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for place in places:
        address.check(place)
    listed = ",".join(f"[{place}]" if ":" in place else place for place in places)
    return {"http.curloptResolve": f"{host}:{port}:{listed}"}


def _limit() -> Callable[[], None] | None:
    """What keeps git from writing more than is allowed, where the system can."""
    if os.name != "posix":
        return None
    import resource

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))


def _failed(url: Url, commit: str, why: str) -> FilesError:
    remedy = next((advice for words, advice in _ADVICE.items() if words in why), "check the address, and that it can be reached")
    words = re.sub(r"//[^/@\s]*@", "//…@", why)
    return FilesError(Problem("pack-unavailable", f"{url}{f' at {commit[:12]}' if commit else ''}: {words}", remedy=remedy))
