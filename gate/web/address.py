"""Whom gate speaks to: http and https URLs, and none of the addresses at which a machine keeps its own credentials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gate.record import dataclass
from gate.web.errors import WebError, bad_address, visible

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    Address = IPv4Address | IPv6Address

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
_TARGET = re.compile(r"[!-~]*", re.ASCII)  # visible ASCII: no space, no line end
_PORTS = {"http": 80, "https": 443}

# Cloud machines hand out credentials here; besides these, all of 169.254.0.0/16, fe80::/10, and 0.0.0.0/8.
_METADATA_ADDRESSES = ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
_METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
)
_ADVICE = "name another server; addresses that hand out a machine's credentials are never asked"


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: a credential belongs to one of these."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """The host as it stands in a URL and in the Host header, the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Url:
    """An address in parts; `target` is path and query. Shown without the query, which may hold a signature."""

    origin: Origin
    target: str

    def __str__(self) -> str:
        return f"{self.origin}{self.target.partition('?')[0]}"

    @property
    def whole(self) -> str:
        return f"{self.origin}{self.target}"


def parse(text: str) -> Url:
    """The URL in parts. Raises WebError for one that is not http or https, holds a password, or names no plain host."""
    from urllib.parse import urlsplit

    shown = visible(re.sub(r"(?s)//.*@", "//…@", text).partition("?")[0], 120)
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
        with_password = parts.username is not None
    except ValueError:
        raise bad_address(f"`{shown}` is not a URL") from None
    if scheme not in _PORTS:
        raise bad_address(f"`{shown}` is not a web address", "write one that begins with https://")
    if with_password:
        raise bad_address(f"`{shown}` holds a user name or password", "give credentials by the environment, not in a URL")
    if not _HOST.fullmatch(host) or port == 0:
        raise bad_address(f"`{shown}` names no host that gate understands", "write a host name in ASCII, or an IP address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _TARGET.fullmatch(target) or not target.startswith("/"):
        raise bad_address(f"`{shown}` holds characters that a URL cannot hold", "write them as %XX")
    _refuse_name(host)
    return Url(Origin(scheme, host, port or _PORTS[scheme]), target)


def join(base: Url, target: str) -> Url:
    """A path below the base, which may end in one of its own (`https://host/api/v3`), or a whole URL as it is."""
    if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
        return parse(target)
    folder = base.target.partition("?")[0].rstrip("/")
    return parse(f"{base.origin}{folder}/{target.removeprefix('/')}")


def redirected(url: Url, location: str) -> Url:
    """Where an answer's Location leads."""
    from urllib.parse import urljoin

    return parse(urljoin(url.whole, location))


def segment(text: str) -> str:
    """A text as one part of a path: whatever is in it, it cannot leave its place. Raises WebError for `.`, `..` and nothing."""
    from urllib.parse import quote

    if text in ("", ".", ".."):
        raise bad_address(f"`{text}` cannot stand in the path of a URL")
    return quote(text, safe="")


def is_loopback(host: str) -> bool:
    """Whether this is the machine itself, by what is written."""
    if host == "localhost":
        return True
    address = _literal(host)
    return address is not None and address.is_loopback


def check(text: str, *, public_only: bool = False) -> None:
    """Raises WebError for an IP address that gate does not connect to.

    With `public_only` these are all that are not of the open internet.
    """
    from ipaddress import ip_address

    written = ip_address(text.partition("%")[0])
    for address in _faces(written):
        if _hands_out_credentials(address):
            raise bad_address(f"the address {written} is not asked", _ADVICE)
        if public_only and not address.is_global:
            raise bad_address(
                f"the download leads to {written}, an address inside a private network",
                "only a server that is itself in a private network may send gate to one",
            )


def is_private(text: str) -> bool:
    """Whether an IP address is not of the open internet."""
    from ipaddress import ip_address

    return any(not address.is_global for address in _faces(ip_address(text.partition("%")[0])))


def _refuse_name(host: str) -> None:
    name = host.rstrip(".")
    if name in _METADATA_NAMES:
        raise bad_address(f"the host {name} is not asked", _ADVICE)
    address = _literal(name)
    if address is not None:
        check(str(address))


def _literal(host: str) -> Address | None:
    """The address that a host stands for without any look-up: also `2852039166`, `0xa9fea9fe` and `127.1`."""
    import socket
    from ipaddress import ip_address

    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return ip_address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _faces(address: Address) -> list[Address]:
    """The address, and the IPv4 address that it carries inside, if any."""
    from ipaddress import IPv4Address, IPv6Address, IPv6Network

    if not isinstance(address, IPv6Address):
        return [address]
    inner = [each for each in (address.ipv4_mapped, address.sixtofour) if each is not None]
    number = int(address)
    if address in IPv6Network("64:ff9b::/96") or (number >> 32 == 0 and number > 1):
        inner.append(IPv4Address(number & 0xFFFFFFFF))
    return [*inner] if address.ipv4_mapped is not None else [address, *inner]


def _hands_out_credentials(address: Address) -> bool:
    from ipaddress import IPv4Network, ip_address

    if address.is_link_local or address.is_unspecified or address.is_multicast:
        return True
    if address in [ip_address(each) for each in _METADATA_ADDRESSES]:
        return True
    return address.version == 4 and address in IPv4Network("0.0.0.0/8")


__all__ = ["Origin", "Url", "WebError", "check", "is_loopback", "is_private", "join", "parse", "redirected", "segment"]
